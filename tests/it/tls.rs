//! TLS of callmock's own authority, and CONNECT: a client that cannot be changed reaches the vendors
//! by their own host names.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use callmock::server::{Names, Settings, Tls};
use callmock::vendors;
use rcgen::{CertificateParams, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};

use crate::cli::{Served, callmock, file, text};
use crate::mock::Mock;
use crate::operations::{ask_tls, connector};

const ASK: &str = "GET /_mock/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

async fn secure(names: Names) -> (Mock, String) {
    let tls = Tls::passing(names).expect("an authority");
    let pem = tls.certificate.to_string();
    let yaml = include_str!("../../scenarios/documented.yaml");
    (Mock::with(yaml, Settings { tls: Some(tls), ..Settings::default() }).await, pem)
}

/// A folder of a test's own, which is empty.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&path));
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn each_host_name_of_a_vendor_has_a_certificate_and_no_other_has_one() {
    let (mock, pem) = secure(Names::new("127.0.0.1", &["*.corp.example".to_owned()])).await;
    let hosts = vendors::ALL.iter().flat_map(|vendor| vendor.hosts().iter());
    let hosts: Vec<String> = hosts.map(|host| host.replace('*', "acme")).collect();
    assert!(hosts.len() >= vendors::ALL.len());
    let local =
        ["localhost", "acme.localhost", "127.0.0.1", "callmock", "host.docker.internal", "a.corp.example"];
    for name in hosts.iter().map(String::as_str).chain(local) {
        for _ in 0..2 {
            let answer = ask_tls(mock.address, &pem, name, ASK).await;
            assert!(answer.is_ok_and(|answer| answer.contains("\"ok\"")), "{name}");
        }
    }
    for name in ["example.com", "evil-ccaiplatform.com", "commubo.com", "corp.example"] {
        assert!(ask_tls(mock.address, &pem, name, ASK).await.is_err(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hosts_certificate_is_of_the_kind_that_every_system_takes() {
    let (mock, pem) = secure(Names::new("127.0.0.1", &[])).await;
    let stream = TcpStream::connect(mock.address).await.expect("a connection");
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = connector(&pem).connect(name, stream).await.expect("it is trusted");
    let (_, session) = stream.get_ref();
    let der = session.peer_certificates().expect("certificates")[0].to_vec();
    // id-kp-serverAuth (RFC 5280, section 4.2.1.12), and the two times as UTCTime.
    let server_auth = [0x2b, 6, 1, 5, 5, 7, 3, 1];
    assert!(der.windows(8).any(|bytes| bytes == server_auth), "it is for servers");
    let times: Vec<chrono::NaiveDateTime> = der
        .windows(15)
        .filter(|bytes| bytes[0] == 0x17 && bytes[1] == 13 && bytes[14] == b'Z')
        .map(|bytes| {
            let text = std::str::from_utf8(&bytes[2..14]).expect("digits");
            chrono::NaiveDateTime::parse_from_str(text, "%y%m%d%H%M%S").expect("a time")
        })
        .collect();
    let [from, to] = times.as_slice() else { panic!("two times: {times:?}") };
    assert!((1..=825).contains(&(*to - *from).num_days()), "{from} to {to}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forged_with_the_key_of_the_authority_is_believed_for_its_names_only() {
    let kept = folder("forged");
    let (tls, _) = Tls::kept(&kept, Names::new("127.0.0.1", &[])).expect("an authority");
    let authority = fs::read_to_string(kept.join("authority.pem")).expect("it is kept");
    let key = &authority[authority.find("-----BEGIN PRIVATE").expect("a key")..];
    let (key, own) = key.split_at(key.find("-----BEGIN CERT").expect("a certificate"));
    let own_certificate = CertificateDer::from_pem_slice(own.as_bytes()).expect("a certificate");
    let mut own = CertificateParams::default();
    own.distinguished_name
        .push(rcgen::DnType::CommonName, "callmock, an authority for tests on this machine");
    let issuer = Issuer::new(own, KeyPair::from_pem(key).expect("a key"));
    for (name, is_believed) in [("connect.commubo.com", true), ("example.com", false), ("bank.com", false)] {
        let host_key = KeyPair::generate().expect("a key");
        let forged = CertificateParams::new(vec![name.to_owned()]).expect("names");
        let forged = forged.signed_by(&host_key, &issuer).expect("a certificate");
        let key = PrivateKeyDer::try_from(host_key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![forged.der().clone(), own_certificate.clone()], key)
            .expect("a certificate");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(
            async move { drop(acceptor.accept(listener.accept().await.expect("a client").0).await) },
        );
        let stream = TcpStream::connect(address).await.expect("a connection");
        let server = ServerName::try_from(name).expect("a name");
        let trusted = connector(&tls.certificate).connect(server, stream).await;
        assert_eq!(trusted.is_ok(), is_believed, "{name}: {:?}", trusted.err());
    }
}

#[test]
fn the_authority_is_made_once_and_kept_where_only_its_owner_reads_the_key() {
    use std::os::unix::fs::PermissionsExt;
    let kept = folder("kept-authority");
    let of = |names: &[String]| Tls::kept(&kept, Names::new("127.0.0.1", names)).expect("an authority");
    // Several servers start at once.
    let certificates: Vec<String> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(|| of(&[]).0.certificate.to_string())).collect();
        all.into_iter().map(|one| one.join().expect("an authority")).collect()
    });
    assert!(certificates.iter().all(|certificate| *certificate == certificates[0]), "one for all");
    assert_eq!(fs::read_to_string(kept.join("ca.pem")).expect("it is there"), certificates[0]);
    let rights = fs::metadata(kept.join("authority.pem")).expect("it is there").permissions().mode();
    assert_eq!(rights & 0o077, 0, "{rights:o}");
    let names: Vec<_> =
        fs::read_dir(&kept).expect("a folder").map(|file| file.expect("a file").file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    // More names need another; fewer do not, and neither do the others again.
    let more = ["calls.example".to_owned()];
    let (wider, replaces) = of(&more);
    assert!(replaces && *wider.certificate != *certificates[0]);
    for names in [&[][..], &more] {
        let (again, replaces) = of(names);
        assert!(!replaces && again.certificate == wider.certificate);
    }
    fs::write(kept.join("authority.pem"), "something else").expect("written");
    let error =
        Tls::kept(&kept, Names::new("127.0.0.1", &[])).expect_err("it is not overwritten").to_string();
    assert!(error.contains("authority.pem: no PEM private key"), "{error}");
}

/// Sends the beginning of a tunnel, and returns the answer's head and the stream after it.
async fn tunnel(address: std::net::SocketAddr, ask: &str) -> (String, TcpStream) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // In two pieces, as a network may deliver it.
    let (first, rest) = ask.split_at(ask.len() / 2);
    stream.write_all(first.as_bytes()).await.expect("sent");
    stream.flush().await.expect("sent");
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    stream.write_all(rest.as_bytes()).await.expect("sent");
    let mut head = vec![];
    while !head.ends_with(b"\r\n\r\n") {
        let byte = stream.read_u8().await;
        head.push(byte.unwrap_or_else(|error| panic!("{error} after {}", String::from_utf8_lossy(&head))));
    }
    (String::from_utf8_lossy(&head).into_owned(), stream)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tunnel_to_a_vendors_host_ends_here_and_one_to_any_other_is_refused() {
    let (mock, pem) = secure(Names::new("127.0.0.1", &[])).await;
    for host in
        ["connect.commubo.com", "acme.ccaiplatform.com", "api.sencloud.vn", "CCC.cn-shanghai.aliyuncs.com"]
    {
        let ask = format!(
            "CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\nProxy-Connection: keep-alive\r\n\r\n"
        );
        let (head, stream) = tunnel(mock.address, &ask).await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{host}: {head}");
        let name = ServerName::try_from(host.to_owned()).expect("a name");
        let mut stream = connector(&pem).connect(name, stream).await.expect("it is trusted");
        stream.write_all(ASK.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        drop(stream.read_to_string(&mut answer).await);
        assert!(answer.contains("\"ok\""), "{host}: {answer}");
    }
    // In the clear, too.
    let ask = "CONNECT api.sencloud.vn:80 HTTP/1.1\r\n\r\n";
    let (_, mut stream) = tunnel(mock.address, ask).await;
    stream.write_all(ASK.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.contains("\"ok\""), "{answer}");

    let (head, _) =
        tunnel(mock.address, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n").await;
    let line = head.lines().next().expect("a line");
    assert_eq!(
        line,
        "HTTP/1.1 403 callmock is a proxy to the hosts of its vendors only, and example.com is none of them: name it in \
         NO_PROXY, or start callmock with --tls-name example.com"
    );
    let (head, _) = tunnel(mock.address, "CONNECT x\u{e9}\u{1}:443 HTTP/1.1\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 403 ") && head.is_ascii(), "{head}");
    let large = format!("CONNECT example.com:443 HTTP/1.1\r\nx: {}", "x".repeat(20_000));
    let mut stream = TcpStream::connect(mock.address).await.expect("a connection");
    stream.write_all(large.as_bytes()).await.expect("sent");
    let mut head = vec![];
    drop(stream.read_to_end(&mut head).await);
    assert!(head.is_empty() || head.starts_with(b"HTTP/1.1 431 "), "{}", String::from_utf8_lossy(&head));

    let plain = Mock::embedded("documented").await;
    let (head, _) = tunnel(plain.address, "CONNECT api.sencloud.vn:443 HTTP/1.1\r\n\r\n").await;
    assert!(
        head.starts_with("HTTP/1.1 501 a proxy for https needs TLS: start callmock with --tls"),
        "{head}"
    );
}

#[tokio::test]
async fn loopback_is_listened_on_by_both_its_addresses() {
    if TcpListener::bind("[::1]:0").await.is_err() {
        // The machine has no IPv6: there is no second address.
        return;
    }
    let mock = Mock::embedded("documented").await;
    for host in ["127.0.0.1", "[::1]", "localhost"] {
        let url = format!("http://{host}:{}/_mock/health", mock.address.port());
        assert_eq!(reqwest::get(&url).await.expect("an answer").status(), 200, "{url}");
    }
}

#[test]
fn the_certificate_and_the_environment_of_a_client_are_printed() {
    let kept = folder("printed-authority");
    let kept = kept.to_str().expect("text");
    let served = Served::start(callmock().args(["--port", "0", "--tls", "--tls-dir", kept]));
    let ca = callmock().args(["ca", "--tls-dir", kept]).output().expect("it runs");
    let plain = served.1.replace("https://", "http://");
    let company = file("company.pem", "of the company\n");
    let run = |arguments: &[&str]| {
        let mut env = callmock();
        env.args(["env", "--json", "--url"]).args(arguments).env("NODE_EXTRA_CA_CERTS", &company);
        env.env_remove("JAVA_TOOL_OPTIONS").output().expect("it runs")
    };
    let output = run(&[&plain, "--proxy", "--java"]);
    let variables: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let read = |name: &str| {
        let path = variables[name].as_str().unwrap_or_else(|| panic!("{name} in {variables}"));
        fs::read_to_string(path).expect("a file")
    };
    assert_eq!(read("CALLMOCK_CA_CERT"), text(&ca.stdout));
    assert_eq!(read("NODE_EXTRA_CA_CERTS"), format!("of the company\n{}", text(&ca.stdout)));
    for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        assert!(read(name).ends_with(text(&ca.stdout)), "{name}");
    }
    assert_eq!(variables["HTTPS_PROXY"], plain);
    assert_eq!(variables["CALLMOCK_URL"], plain);
    let store = variables["JAVA_TOOL_OPTIONS"].as_str().expect("text");
    assert!(store.contains("trust.jks\" "), "{store}");
    assert!(!text(&run(&[&plain]).stdout).contains("JAVA_TOOL_OPTIONS"));
    // What prints the certificate replaces none, and tells of a folder without one.
    let again = callmock().args(["ca", "--tls-dir", kept]).output().expect("it runs");
    assert_eq!(text(&again.stdout), text(&ca.stdout));
    for (flags, said) in [
        (&["--tls-name", "calls.example"][..], "--tls"),
        (&["--tls", "--tls-name", "calls.example:8443"], "without a port"),
    ] {
        let refused = callmock().args(["--port", "0"]).args(flags).output().expect("it runs");
        assert_eq!(refused.status.code(), Some(2), "{flags:?}");
        assert!(text(&refused.stderr).contains(said), "{}", text(&refused.stderr));
    }
    // Without TLS there is nothing to trust, and no proxy for https.
    let served = Served::start(callmock().args(["--port", "0"]));
    assert!(!text(&run(&[&served.1]).stdout).contains("SSL_CERT_FILE"));
    let refused = run(&[&served.1, "--proxy"]);
    assert!(text(&refused.stderr).contains("start callmock with --tls"), "{}", text(&refused.stderr));
}

#[test]
fn no_variable_is_printed_that_could_change_what_a_shell_does() {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let evil = std::thread::spawn(move || {
        for name in ["X=1; echo gotcha; Y", "PATH", "CALLMOCK_X\\nPATH"] {
            let (mut client, _) = listener.accept().expect("a client");
            drop(client.read(&mut [0; 4096]));
            let body = format!("{{\"{name}\": \"1\"}}");
            let head =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            client.write_all((head + &body).as_bytes()).expect("sent");
        }
    });
    for form in ["--shell", "--dotenv", "--json"] {
        let output = callmock().args(["env", form, "--url", &url]).output().expect("it runs");
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""), "{form}");
        assert!(text(&output.stderr).contains("is it callmock?"), "{}", text(&output.stderr));
    }
    evil.join().expect("it ends");
}
