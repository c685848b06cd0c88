//! A certificate authority of callmock's own. It signs a certificate for each host name that a client
//! asks for.
//!
//! Clients trust a root whose key is thrown away once it has signed the authority. The authority is
//! bound to the names that the server answers to: nothing else could be forged with its key. A root
//! alone would not do, because Java ignores what a root is bound to.

use std::collections::HashMap;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::{fmt, fs};

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use tokio_rustls::rustls::crypto::ring::sign::any_supported_type;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::error::TlsError;
use super::names::Names;
use crate::platform::create_private;
use crate::world::{Clock, Ids};

/// The validity of the authority, in days.
const VALID: i64 = 3650;

/// The validity of a host's certificate, in days from today. Apple's systems accept at most 825 days
/// in all (support.apple.com/103769).
const HOST_VALID: i64 = 800;

/// The file with the key, the certificate and the names; readable by its owner only.
const FILE: &str = "authority.pem";

/// The file with the certificate, for clients.
const CERTIFICATE: &str = "ca.pem";

/// The most certificates that are kept for clients that come again.
const MOST: usize = 1000;

/// A certificate authority.
pub struct Authority {
    names: Arc<Names>,
    issuer: Issuer<'static, KeyPair>,
    /// The root's certificate, as PEM.
    pub certificate: String,
    /// The authority's own certificate, which clients get with a host's.
    own: CertificateDer<'static>,
    /// The key of every certificate that it signs.
    host_key: KeyPair,
    signed: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authority")
    }
}

/// Lets a certificate be valid from yesterday on, for some days from today.
fn valid_for(days: i64, wanted: &mut CertificateParams) {
    let today = Clock::machine();
    // Months and days fit into a byte.
    let small = |n: u32| u8::try_from(n).unwrap_or(1);
    let day = |at: DateTime<Utc>| date_time_ymd(at.year(), small(at.month()), small(at.day()));
    wanted.not_before = day(today - TimeDelta::days(1));
    wanted.not_after = day(today + TimeDelta::days(days));
}

/// The text of a kept authority: its key, its certificate and the root's, as PEM.
struct Written {
    key: String,
    own: String,
    root: String,
    /// The domains and addresses to which it is bound.
    bound: Vec<String>,
}

fn bounds(names: &Names) -> Vec<String> {
    names.domains().into_iter().chain(names.addresses().iter().map(ToString::to_string)).collect()
}

impl Written {
    /// A new authority that is bound to some domains and addresses.
    fn new(bound: Vec<String>) -> Result<Self, TlsError> {
        let permitted = bound.iter().map(|name| match name.parse() {
            Ok(ip) => GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(
                ip,
                if ip.is_ipv4() { 32 } else { 128 },
            )),
            Err(_) => GeneralSubtree::DnsName(name.clone()),
        });
        let to = NameConstraints { permitted_subtrees: permitted.collect(), excluded_subtrees: vec![] };
        let mut root = CertificateParams::default();
        root.distinguished_name.push(DnType::CommonName, "callmock, a root for tests on this machine");
        root.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        root.name_constraints = Some(to.clone());
        let mut wanted = of_authority();
        wanted.name_constraints = Some(to);
        wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        wanted.use_authority_key_identifier_extension = true;
        valid_for(VALID, &mut root);
        valid_for(VALID, &mut wanted);
        // It ends with this function.
        let root_key = KeyPair::generate()?;
        let certificate = root.self_signed(&root_key)?.pem();
        let key = KeyPair::generate()?;
        let own = wanted.signed_by(&key, &Issuer::new(root, root_key))?.pem();
        Ok(Self { key: key.serialize_pem(), own, root: certificate, bound })
    }

    fn text(&self) -> String {
        format!("# callmock: {}\n{}{}{}", self.bound.join(" "), self.key, self.own, self.root)
    }

    fn read(text: &str) -> Option<Self> {
        let (first, rest) = text.split_once('\n')?;
        let bound = first.strip_prefix("# callmock: ")?.split(' ').map(str::to_owned).collect();
        let (key, certificates) = rest.split_at_checked(rest.find("-----BEGIN CERTIFICATE-----")?)?;
        let (own, root) =
            certificates.split_at_checked(certificates.rfind("-----BEGIN CERTIFICATE-----")?)?;
        let is_whole = !own.is_empty() && root.contains("-----END CERTIFICATE-----");
        is_whole.then(|| Self { key: key.to_owned(), own: own.to_owned(), root: root.to_owned(), bound })
    }
}

/// The members of the authority's certificate that its signatures depend on.
fn of_authority() -> CertificateParams {
    let mut wanted = CertificateParams::default();
    wanted.distinguished_name.push(DnType::CommonName, "callmock, an authority for tests on this machine");
    wanted.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    wanted.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    wanted
}

impl Authority {
    /// An authority that ends with the process.
    ///
    /// # Errors
    /// If no certificate can be made.
    pub fn passing(names: Arc<Names>) -> Result<Self, TlsError> {
        Self::of(&Written::new(bounds(&names))?, names)
    }

    /// The authority that a folder keeps. If there is none, or if it is not bound to all names, a new
    /// one is made and kept. The bool is whether clients trusted another one before.
    ///
    /// # Errors
    /// If the folder cannot be used, or has something else.
    pub fn kept(folder: &Path, names: Arc<Names>) -> Result<(Self, bool), TlsError> {
        let path = folder.join(FILE);
        let unreadable = |error| TlsError::Unreadable(path.display().to_string(), error);
        fs::create_dir_all(folder).map_err(unreadable)?;
        let wanted = bounds(&names);
        let (mut replaces, mut bound) = (false, wanted.clone());
        loop {
            match fs::read_to_string(&path) {
                Ok(text) => {
                    let written = Written::read(&text).ok_or_else(|| {
                        TlsError::NotPem(path.display().to_string(), "private key of callmock's")
                    })?;
                    if wanted.iter().all(|name| written.bound.contains(name)) {
                        let this = Self::of(&written, names)?;
                        publish(folder, &this.certificate).map_err(unreadable)?;
                        return Ok((this, replaces));
                    }
                    // What it was bound to stays, so that two servers do not replace each other's.
                    bound.extend(written.bound.into_iter().filter(|name| !wanted.contains(name)));
                    replaces = true;
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(unreadable(error)),
            }
            let text = Written::new(bound.clone())?.text();
            let beside = folder.join(format!("{FILE}.{:032x}", Ids::unguessable()));
            let made = create_private(&beside).and_then(|mut file| file.write_all(text.as_bytes()));
            // A link fails if another server was faster: then that one's is read.
            let placed = made.and_then(|()| {
                if replaces {
                    return fs::rename(&beside, &path);
                }
                fs::hard_link(&beside, &path).or_else(|error| match error.kind() {
                    ErrorKind::AlreadyExists => Err(error),
                    // Not every file system has links.
                    _ => fs::rename(&beside, &path),
                })
            });
            drop(fs::remove_file(&beside));
            match placed {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(unreadable(error)),
                _ => {}
            }
        }
    }

    /// The root's certificate that a folder keeps, as PEM. Nothing is made or replaced.
    pub fn certificate_in(folder: &Path) -> Option<String> {
        Some(Written::read(&fs::read_to_string(folder.join(FILE)).ok()?)?.root)
    }

    fn of(written: &Written, names: Arc<Names>) -> Result<Self, TlsError> {
        let issuer = Issuer::new(of_authority(), KeyPair::from_pem(&written.key)?);
        let host_key = KeyPair::generate()?;
        let own = CertificateDer::from_pem_slice(written.own.as_bytes())
            .map_err(|_| TlsError::NotPem(FILE.to_owned(), "certificate"))?;
        let certificate = written.root.clone();
        Ok(Self { names, issuer, certificate, own, host_key, signed: Mutex::default() })
    }

    /// The certificate for a host name. `None` if the server does not answer to it.
    fn certified(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        // A client that names no host asked for an address.
        let name = name.map_or_else(|| "localhost".to_owned(), str::to_ascii_lowercase);
        if !self.names.has(&name) {
            tracing::warn!(
                "a client asked for https://{name}, which is not one of this server's names: start it with --tls-name {name}"
            );
            return None;
        }
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = signed.get(&name) {
            return Some(Arc::clone(known));
        }
        let made =
            self.sign(&name).inspect_err(|error| tracing::warn!(%error, "no certificate for {name}")).ok()?;
        if signed.len() >= MOST {
            signed.clear();
        }
        let made = Arc::new(made);
        signed.insert(name, Arc::clone(&made));
        Some(made)
    }

    fn sign(&self, name: &str) -> Result<CertifiedKey, TlsError> {
        let alternatives = if self.names.is_local(name) { self.names.local() } else { vec![name.to_owned()] };
        let mut wanted = CertificateParams::new(alternatives)?;
        wanted.distinguished_name.push(DnType::CommonName, "callmock");
        wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        wanted.use_authority_key_identifier_extension = true;
        valid_for(HOST_VALID, &mut wanted);
        let certificate = wanted.signed_by(&self.host_key, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.host_key.serialize_der()));
        Ok(CertifiedKey::new(vec![certificate.der().clone(), self.own.clone()], any_supported_type(&key)?))
    }
}

impl ResolvesServerCert for Authority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certified(hello.server_name())
    }
}

/// Writes the certificate for clients, if it is not there.
fn publish(folder: &Path, certificate: &str) -> std::io::Result<()> {
    let path = folder.join(CERTIFICATE);
    if fs::read_to_string(&path).is_ok_and(|there| there == certificate) {
        return Ok(());
    }
    let beside = folder.join(format!("{CERTIFICATE}.{:032x}", Ids::unguessable()));
    fs::write(&beside, certificate).and_then(|()| fs::rename(&beside, &path))
}
