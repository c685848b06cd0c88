//! TLS, with a given certificate or with an authority of callmock's own.

mod authority;
mod error;
mod names;

use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use authority::Authority;
pub use error::TlsError;
pub use names::Names;

/// A TLS identity: the certificate and its private key.
#[derive(Clone)]
pub struct Tls {
    pub(super) acceptor: TlsAcceptor,
    /// The certificate that clients must trust, as PEM.
    pub certificate: Arc<str>,
    /// The host names that the server answers to.
    pub names: Arc<Names>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    /// Makes an authority that ends with the process, for a server that listens on `host`.
    ///
    /// # Errors
    /// If no certificate can be generated.
    pub fn self_signed(host: &str) -> Result<Self, TlsError> {
        Self::passing(Names::new(host, &[]))
    }

    /// Makes an authority that ends with the process, for some names.
    ///
    /// # Errors
    /// If no certificate can be generated.
    pub fn passing(names: Names) -> Result<Self, TlsError> {
        let names = Arc::new(names);
        Self::of_authority(Authority::passing(Arc::clone(&names))?, names)
    }

    /// The certificate to trust of the authority that a folder keeps, as PEM, if there is one.
    #[must_use]
    pub fn certificate_in(folder: &Path) -> Option<String> {
        Authority::certificate_in(folder)
    }

    /// Takes the authority that a folder keeps, or makes it. The bool is whether clients have to trust
    /// another certificate than before.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn kept(folder: &Path, names: Names) -> Result<(Self, bool), TlsError> {
        let names = Arc::new(names);
        let (authority, replaces) = Authority::kept(folder, Arc::clone(&names))?;
        Ok((Self::of_authority(authority, names)?, replaces))
    }

    fn of_authority(authority: Authority, names: Arc<Names>) -> Result<Self, TlsError> {
        let certificate = Arc::from(authority.certificate.as_str());
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(authority));
        config.alpn_protocols = protocols();
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate, names })
    }

    /// Reads a certificate chain and its private key from PEM files.
    ///
    /// # Errors
    /// If a file cannot be read, or does not contain the expected PEM section.
    pub fn from_files(certificate: &Path, key: &Path, names: Names) -> Result<Self, TlsError> {
        let read = |path: &Path| {
            let text = std::fs::read_to_string(path);
            text.map_err(|error| TlsError::Unreadable(path.display().to_string(), error))
        };
        Self::of_pem(
            &certificate.display().to_string(),
            &read(certificate)?,
            &key.display().to_string(),
            &read(key)?,
            names,
        )
    }

    fn of_pem(
        name: &str,
        certificate: &str,
        key_name: &str,
        key: &str,
        names: Names,
    ) -> Result<Self, TlsError> {
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(certificate.as_bytes()).filter_map(Result::ok).collect();
        if chain.is_empty() {
            return Err(TlsError::NotPem(name.to_owned(), "certificate"));
        }
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
            .map_err(|_| TlsError::NotPem(key_name.to_owned(), "private key"))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = protocols();
        let names = Arc::new(names);
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate: certificate.into(), names })
    }
}

/// The protocols that are offered in a handshake (ALPN).
fn protocols() -> Vec<Vec<u8>> {
    vec![b"h2".to_vec(), b"http/1.1".to_vec()]
}
