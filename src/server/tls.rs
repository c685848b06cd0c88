//! TLS, with a given certificate or with one that is generated at the start.

use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::world::Clock;

/// A TLS identity: the certificate and its private key.
#[derive(Clone)]
pub struct Tls {
    pub(super) acceptor: TlsAcceptor,
    /// The certificate that clients must trust, as PEM.
    pub certificate: Arc<str>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

/// The reason why TLS is not available.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{0}: {1}")]
    Unreadable(String, io::Error),
    /// A file does not contain the expected PEM section.
    #[error("{0}: no PEM {1} in it")]
    NotPem(String, &'static str),
    /// The certificate and the key do not belong together, or their type is not supported.
    #[error("the certificate or the key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// No certificate could be generated.
    #[error("no certificate could be made: {0}")]
    NotMade(#[from] rcgen::Error),
}

/// The validity of a generated certificate, in days from today. Apple's systems accept at most 825
/// days in all (support.apple.com/103769).
const VALID: i64 = 800;

impl Tls {
    /// Generates a certificate for the local names of a machine and for `host`.
    ///
    /// # Errors
    /// If no certificate can be generated.
    pub fn self_signed(host: &str) -> Result<Self, TlsError> {
        let mut names: Vec<String> =
            ["localhost", "127.0.0.1", "::1", "callmock", "host.docker.internal"].map(str::to_owned).into();
        // Some vendors name the account in a subdomain. TLS libraries that are stricter than
        // OpenSSL demand two labels after the star, and do not accept this name.
        names.push("*.localhost".to_owned());
        let unspecified = host.parse::<IpAddr>().is_ok_and(|ip| ip.is_unspecified());
        if !unspecified && !names.iter().any(|name| name == host) {
            names.push(host.to_owned());
        }
        let mut wanted = CertificateParams::new(names)?;
        wanted.distinguished_name.push(DnType::CommonName, "callmock");
        wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let today = Clock::machine();
        // Months and days fit into a byte.
        let small = |n: u32| u8::try_from(n).unwrap_or(1);
        let day = |at: DateTime<Utc>| date_time_ymd(at.year(), small(at.month()), small(at.day()));
        wanted.not_before = day(today - TimeDelta::days(1));
        wanted.not_after = day(today + TimeDelta::days(VALID));
        let key = KeyPair::generate()?;
        let certificate = wanted.self_signed(&key)?;
        Self::of_pem("the certificate", &certificate.pem(), "the key", &key.serialize_pem())
    }

    /// Reads a certificate chain and its private key from PEM files.
    ///
    /// # Errors
    /// If a file cannot be read, or does not contain the expected PEM section.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let read = |path: &Path| {
            let text = std::fs::read_to_string(path);
            text.map_err(|error| TlsError::Unreadable(path.display().to_string(), error))
        };
        Self::of_pem(
            &certificate.display().to_string(),
            &read(certificate)?,
            &key.display().to_string(),
            &read(key)?,
        )
    }

    fn of_pem(name: &str, certificate: &str, key_name: &str, key: &str) -> Result<Self, TlsError> {
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
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate: certificate.into() })
    }
}
