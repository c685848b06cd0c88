//! Files by which clients of several languages trust a server: the certificate alone, with the
//! system's own, and as a trust store of Java's.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};

use super::tls::data_folder;

/// Where systems keep the certificates that they trust: Debian, Fedora, Alpine and macOS, openSUSE.
const SYSTEM: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];

/// The variables that name a file with certificates, which may be a company's own.
const BUNDLES: [&str; 3] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

/// The variable that names certificates beside those that Node has in itself.
const NODE: &str = "NODE_EXTRA_CA_CERTS";

/// The variable with more options for every start of Java.
const JAVA: &str = "JAVA_TOOL_OPTIONS";

/// The password of the trust store. It protects nothing: the store has no secret.
const PASSWORD: &str = "changeit";

/// Writes the files for a certificate (PEM), and returns the variables that name them. A bundle has
/// the certificates that the environment or the system trusts, too; where these are not found, no
/// variable names one.
///
/// # Errors
/// If a file cannot be written.
pub fn variables(pem: &str, with_java: bool) -> Result<Vec<(&'static str, String)>, String> {
    let name: String =
        Sha1::digest(pem.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let folder =
        data_folder().unwrap_or_else(|| std::env::temp_dir().join("callmock")).join("trust").join(name);
    let write = |file: &str, content: &[u8]| -> Result<String, String> {
        let path: PathBuf = folder.join(file);
        let written = fs::create_dir_all(&folder).and_then(|()| {
            let beside = folder.join(format!("{file}.{}", std::process::id()));
            fs::write(&beside, content).and_then(|()| fs::rename(&beside, &path))
        });
        written.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path.display().to_string())
    };
    let alone = write("ca.pem", pem.as_bytes())?;
    // A file of an earlier run has the certificate already.
    let with = |known: String| format!("{}\n{pem}", known.replace(pem, "").trim_end());
    let read = |path: String| fs::read_to_string(path).ok();
    let named = |name: &str| std::env::var(name).ok().and_then(read);
    let of_node = match named(NODE) {
        Some(known) => write("node.pem", with(known).as_bytes())?,
        None => alone.clone(),
    };
    let mut variables = vec![("CALLMOCK_CA_CERT", alone), (NODE, of_node)];
    let mut known = BUNDLES.iter().filter_map(|name| named(name));
    if let Some(known) = known.next().or_else(|| SYSTEM.iter().find_map(|path| read((*path).to_owned()))) {
        let bundle = write("bundle.pem", with(known).as_bytes())?;
        variables.extend(BUNDLES.map(|name| (name, bundle.clone())));
    }
    if with_java {
        let der = der(pem).ok_or("the server's certificate is no PEM")?;
        let store = write("trust.jks", &java_store(&der))?;
        let others = std::env::var(JAVA).unwrap_or_default();
        let others = others.split("-Djavax.net.ssl.trustStore=").next().unwrap_or_default().trim();
        let own = format!(
            "{others} -Djavax.net.ssl.trustStore=\"{store}\" -Djavax.net.ssl.trustStorePassword={PASSWORD} \
             -Djavax.net.ssl.trustStoreType=JKS"
        );
        variables.push((JAVA, own.trim().to_owned()));
    }
    Ok(variables)
}

/// The bytes of the first certificate of a PEM text.
fn der(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let digits: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(digits).ok()
}

/// A trust store in Java's own format, version 2: the certificates, then a digest of all with the
/// password (`sun.security.provider.JavaKeyStore` of `OpenJDK`).
fn java_store(der: &[u8]) -> Vec<u8> {
    let text = |out: &mut Vec<u8>, text: &str| {
        // The texts here are short and ASCII.
        out.extend(u16::try_from(text.len()).unwrap_or_default().to_be_bytes());
        out.extend(text.as_bytes());
    };
    let mut out = vec![0xfe, 0xed, 0xfe, 0xed];
    out.extend(2_u32.to_be_bytes());
    out.extend(1_u32.to_be_bytes());
    // A trusted certificate, its alias, and the time at which it was added.
    out.extend(2_u32.to_be_bytes());
    text(&mut out, "callmock");
    out.extend(0_u64.to_be_bytes());
    text(&mut out, "X.509");
    out.extend(u32::try_from(der.len()).unwrap_or_default().to_be_bytes());
    out.extend(der);
    let mut digest = Sha1::new();
    for unit in PASSWORD.encode_utf16() {
        digest.update(unit.to_be_bytes());
    }
    digest.update(b"Mighty Aphrodite");
    digest.update(&out);
    let digest = digest.finalize();
    out.extend(digest);
    out
}
