//! What operators need: metrics, logs, a token for the admin API, CORS, TLS, and a stop that keeps
//! nobody waiting.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use callmock::server::{Settings, Tls};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::cli::{Served, callmock, file, text};
use crate::client::message;
use crate::commubo::{TENANT, TOKEN, VECTORS, list};
use crate::machine::until;
use crate::mock::{Mock, calls_of, send};

fn documented() -> &'static str {
    include_str!("../../scenarios/documented.yaml")
}

#[tokio::test]
async fn metrics_count_what_happened_in_all_worlds_in_prometheus_format() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({})).await;
    world.commubo("?strat=1").await;
    mock.default_world().await.commubo("?start=x").await;
    world.fault(json!({ "vendor": "sencloud", "do": { "error": "unavailable" } })).await;
    world.sencloud(&json!({})).await;
    let answer = mock.get("/_mock/metrics").await;
    assert_eq!(answer.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    for line in [
        "# TYPE callmock_answers counter",
        r#"callmock_answers_total{vendor="commubo",operation="list_calls",status="200"} 1"#,
        r#"callmock_answers_total{vendor="commubo",operation="list_calls",status="406"} 1"#,
        r#"callmock_answers_total{vendor="sencloud",operation="list_call_logs",status="503"} 1"#,
        r#"callmock_behaviors_total{behavior="commubo.list_calls.invalid_start"} 1"#,
        r#"callmock_findings_total{finding="commubo.unknown_parameter"} 1"#,
        r#"callmock_faults_injected_total{vendor="sencloud",kind="error"} 1"#,
        r#"callmock_answer_duration_seconds_count{vendor="commubo"} 2"#,
        "callmock_worlds 2",
        &format!("callmock_calls {}", calls_of("documented")),
        "# EOF",
    ] {
        assert!(answer.body.lines().any(|l| l == line), "{line}\n{}", answer.body);
    }
    assert!(
        answer.body.contains("callmock_connections ") && answer.body.contains("callmock_uptime_seconds ")
    );
}

#[test]
fn logs_are_json_on_standard_error_if_wanted_and_have_no_secret() {
    let mut served =
        Served::start(callmock().args(["--port", "0", "--log", "json"]).env("RUST_LOG", "callmock=debug"));
    served.get(
        &format!("/v1/calls?x-commubo-accessToken={TOKEN}"),
        &format!("x-commubo-tenantId: {TENANT}\r\n"),
    );
    served.signal("-TERM");
    served.0.wait().expect("it ends");
    let mut said = String::new();
    served.0.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let answered = lines.iter().find(|line| line["fields"]["message"] == "answered").expect("a line");
    assert_eq!(
        (&answered["fields"]["vendor"], &answered["fields"]["status"]),
        (&json!("commubo"), &json!(403))
    );
    assert!(!said.contains(TOKEN), "{said}");
}

#[tokio::test]
async fn with_a_token_the_admin_api_lets_nobody_else_in_and_says_how() {
    let settings = Settings { admin_token: Some("open-sesame".into()), ..Settings::default() };
    let mock = Mock::with(documented(), settings).await;
    for path in ["/_mock", "/_mock/journal", "/_mock/worlds", "/_mock/metrics", "/_mock/nothing"] {
        for given in [
            None,
            Some("Bearer open-sesam"),
            Some("Bearer open-sesamee"),
            Some("Basic open-sesame"),
            Some("open-sesame"),
            Some(""),
        ] {
            let request = mock.request("GET", path);
            let request =
                given.into_iter().fold(request, |request, given| request.header("authorization", given));
            let refused = send(request).await;
            assert_eq!(
                (refused.status, refused.header("www-authenticate")),
                (401, "Bearer realm=\"callmock admin API\"")
            );
            assert!(message(&refused).contains("send `Authorization: Bearer TOKEN`"), "{}", refused.body);
            assert!(!refused.body.contains("sesame"));
        }
    }
    for given in ["Bearer open-sesame", "bearer open-sesame"] {
        assert_eq!(send(mock.request("GET", "/_mock").header("authorization", given)).await.status, 200);
    }
    assert_eq!(mock.get("/_mock/health").await.status, 200);
    assert_eq!(mock.get("/_mock/ready").await.status, 200);
    assert_eq!(list(&mock, "").await.status, 200, "vendors have their own credentials");
}

#[test]
fn flags_reach_the_server_that_they_are_for() {
    let served = Served::start(callmock().args([
        "--port",
        "0",
        "--max-worlds",
        "1",
        "--world-ttl",
        "2m",
        "--admin-token",
        "open-sesame",
        "--cors",
        "http://localhost:5173",
    ]));
    let token = "Authorization: Bearer open-sesame\r\nOrigin: http://localhost:5173\r\n";
    let (head, made) = served.send("POST", "/_mock/worlds", token, "");
    assert!(head.starts_with("HTTP/1.1 201"), "{head}");
    assert!(head.contains("access-control-allow-origin: http://localhost:5173"), "{head}");
    assert!(made.contains("\"ttl_seconds\":120"), "{made}");
    assert!(served.send("POST", "/_mock/worlds", token, "").0.starts_with("HTTP/1.1 429"));
    assert!(served.send("POST", "/_mock/worlds", "", "").0.starts_with("HTTP/1.1 401"));
}

#[test]
fn a_token_must_be_one() {
    for wrong in ["", "with space", "ümlaut"] {
        let output = callmock().args(["--admin-token", wrong]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        assert!(text(&output.stderr).contains("visible ASCII"), "{}", text(&output.stderr));
    }
    let help = callmock()
        .args(["serve", "--help"])
        .env("CALLMOCK_ADMIN_TOKEN", "hidden-one")
        .output()
        .expect("it runs");
    assert!(!text(&help.stdout).contains("hidden-one"));
}

#[tokio::test]
async fn a_browsers_page_may_call_only_from_an_allowed_origin() {
    let settings = Settings { cors: vec!["http://localhost:5173".parse().unwrap()], ..Settings::default() };
    let mock = Mock::with(VECTORS, settings).await;
    let preflight = async |path: &str, origin: &str| {
        let request = mock.request("OPTIONS", path).header("origin", origin);
        let request = request.header("access-control-request-method", "GET");
        send(request.header("access-control-request-headers", "x-commubo-tenantid,x-commubo-accesstoken"))
            .await
    };
    for path in ["/v1/calls", "/_mock/journal"] {
        let allowed = preflight(path, "http://localhost:5173").await;
        assert_eq!(allowed.status, 200);
        assert_eq!(allowed.header("access-control-allow-origin"), "http://localhost:5173");
        assert_eq!(
            allowed.header("access-control-allow-headers"),
            "x-commubo-tenantid,x-commubo-accesstoken"
        );
        assert_eq!(allowed.header("access-control-allow-methods"), "GET");
        assert_eq!(preflight(path, "http://evil.example").await.header("access-control-allow-origin"), "");
    }
    assert_eq!(mock.journal().await.len(), 0, "a preflight is no exchange");
    let request = mock.request("GET", "/v1/calls").header("origin", "http://localhost:5173");
    let request = request.header("x-commubo-tenantId", TENANT).header("x-commubo-accessToken", TOKEN);
    let answer = send(request).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "http://localhost:5173"));
    assert_eq!(answer.header("access-control-expose-headers"), "*");
    let plain = list(&mock, "").await;
    assert_eq!(plain.header("access-control-allow-origin"), "", "who is no browser sees nothing of it");
}

#[tokio::test]
async fn without_cors_an_options_request_is_the_vendors_and_any_origin_is_for_all() {
    let mock = Mock::of(VECTORS).await;
    let request = mock.request("OPTIONS", "/v1/calls").header("origin", "http://localhost:5173");
    assert_eq!(send(request).await.outcome(), "commubo.any.method_not_allowed");
    let mock =
        Mock::with(VECTORS, Settings { cors: vec!["*".parse().unwrap()], ..Settings::default() }).await;
    let request = mock.request("GET", "/v1/calls").header("origin", "http://anywhere");
    assert_eq!(send(request).await.header("access-control-allow-origin"), "*");
    let output = callmock().args(["--cors", "localhost:5173"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("such as http://localhost:5173"), "{}", text(&output.stderr));
}

/// A TLS client that trusts a certificate and no other.
pub fn connector(pem: &str) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")).expect("one to trust");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// What a TLS client that trusts a certificate gets for a request; an error where it does not trust
/// the server.
pub async fn ask_tls(
    address: std::net::SocketAddr,
    pem: &str,
    name: &str,
    request: &str,
) -> std::io::Result<String> {
    let stream = tokio::net::TcpStream::connect(address).await?;
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let mut stream = connector(pem).connect(name, stream).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = vec![];
    // What the server does not say goodbye after has come all the same.
    drop(stream.read_to_end(&mut answer).await);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_with_a_certificate_made_at_start_that_clients_can_trust() {
    let tls = Tls::self_signed("127.0.0.1").expect("a certificate");
    let pem = tls.certificate.to_string();
    let mock = Mock::with(VECTORS, Settings { tls: Some(tls), ..Settings::default() }).await;
    let request = format!(
        "GET /v1/calls HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-commubo-tenantId: {TENANT}\r\nx-commubo-accessToken: {TOKEN}\r\n\r\n"
    );
    for name in ["127.0.0.1", "localhost"] {
        let answer = ask_tls(mock.address, &pem, name, &request).await.expect("it is trusted");
        assert!(
            answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"callId\":\"A\""),
            "{name}: {answer}"
        );
    }
    assert!(ask_tls(mock.address, &pem, "example.com", &request).await.is_err(), "it is no other host's");
    let another = Tls::self_signed("127.0.0.1").expect("a certificate").certificate.to_string();
    assert!(ask_tls(mock.address, &another, "localhost", &request).await.is_err());
    let shown = "GET /_mock/certificate HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n";
    assert!(ask_tls(mock.address, &pem, "localhost", shown).await.unwrap().ends_with(&pem));
    let index = "GET /_mock HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n";
    assert!(
        ask_tls(mock.address, &pem, "localhost", index)
            .await
            .unwrap()
            .contains("\"base_url\":\"https://localhost:1\"")
    );
    // On the same port, plain HTTP is answered too, and told plain addresses.
    let plain = mock.get("/_mock").await.json();
    assert_eq!(plain["vendors"][0]["base_url"], format!("http://{}", mock.address));
    assert!(ask_tls(mock.address, &pem, "localhost", &request).await.is_ok());
}

#[tokio::test]
async fn a_broken_connection_is_broken_over_tls_as_well() {
    let tls = Tls::self_signed("127.0.0.1").expect("a certificate");
    let pem = tls.certificate.to_string();
    for (kind, expected) in [
        ("mid_body", "\"callId\":\"A\""),
        ("bad_chunk", "this is not a chunk size"),
        ("reset", ""),
        ("close", ""),
    ] {
        let yaml = format!("{VECTORS}faults: [{{vendor: commubo, do: {{disconnect: {kind}}}}}]\n");
        let mock = Mock::with(&yaml, Settings { tls: Some(tls.clone()), ..Settings::default() }).await;
        let request = format!(
            "GET /v1/calls HTTP/1.1\r\nHost: x\r\nx-commubo-tenantId: {TENANT}\r\nx-commubo-accessToken: {TOKEN}\r\n\r\n"
        );
        let answer = ask_tls(mock.address, &pem, "localhost", &request).await.expect("a handshake");
        assert!(answer.contains(expected) && !answer.ends_with("0\r\n\r\n"), "{kind}: {answer}");
        assert_eq!(answer.is_empty(), expected.is_empty(), "{kind}: {answer}");
    }
}

#[test]
fn a_given_certificate_is_used_and_health_asks_over_tls() {
    let made = rcgen::generate_simple_self_signed(vec!["callmock.test".to_owned()]).expect("a certificate");
    let certificate = file("given.pem", &made.cert.pem());
    let key = file("given.key", &made.signing_key.serialize_pem());
    let served = Served::start(
        callmock().args(["--port", "0", "--tls-cert"]).arg(&certificate).arg("--tls-key").arg(&key),
    );
    assert!(served.1.starts_with("https://127.0.0.1:"), "{}", served.1);
    let healthy = callmock().args(["health", "--url", &served.1]).output().expect("it runs");
    assert_eq!((healthy.status.code(), text(&healthy.stdout)), (Some(0), "ok\n"));
    let port = served.1.rsplit(':').next().expect("a port");
    let as_in_the_container =
        callmock().arg("health").env("CALLMOCK_PORT", port).env("CALLMOCK_TLS", "true").output();
    assert_eq!(as_in_the_container.expect("it runs").status.code(), Some(0));
    let by_port_alone = callmock().arg("health").env("CALLMOCK_PORT", port).output().expect("it runs");
    assert_eq!(by_port_alone.status.code(), Some(0), "it tries the other protocol");
    let address = served.1.trim_start_matches("https://").parse().expect("an address");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let request = "GET /_mock/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = runtime.block_on(ask_tls(address, &made.cert.pem(), "callmock.test", request));
    assert!(answer.expect("it is trusted").contains("ready"));
}

#[test]
fn what_is_no_certificate_is_told_by_its_file() {
    let junk = file("junk.pem", "junk");
    let made = rcgen::generate_simple_self_signed(vec!["x".to_owned()]).expect("a certificate");
    let (certificate, key) =
        (file("good.pem", &made.cert.pem()), file("good.key", &made.signing_key.serialize_pem()));
    let another = rcgen::generate_simple_self_signed(vec!["x".to_owned()]).expect("a certificate");
    let other_key = file("other.key", &another.signing_key.serialize_pem());
    for (certificate, key, expected) in [
        (&junk, &key, "junk.pem: no PEM certificate in it"),
        (&certificate, &junk, "junk.pem: no PEM private key in it"),
        (&certificate, &other_key, "the certificate or the key cannot be used"),
        (&std::path::PathBuf::from("/nowhere.pem"), &key, "/nowhere.pem: No such file"),
    ] {
        let output = callmock()
            .arg("--tls-cert")
            .arg(certificate)
            .arg("--tls-key")
            .arg(key)
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
    }
    let alone = callmock().arg("--tls-cert").arg(&certificate).output().expect("it runs");
    assert_eq!(alone.status.code(), Some(2));
    assert!(text(&alone.stderr).contains("--tls-key <FILE>"), "{}", text(&alone.stderr));
}

#[test]
fn a_stop_waits_neither_for_delays_nor_for_streams_nor_for_slow_bodies() {
    let mut served = Served::start(callmock().args(["--port", "0"]));
    for fault in [
        r#"{"vendor":"commubo","do":{"delay":"120s"}}"#,
        r#"{"vendor":"sencloud","do":{"slow_body":{"bytes_per_second":1}}}"#,
    ] {
        let (head, _) = served.send("POST", "/_mock/faults", "", fault);
        assert!(head.starts_with("HTTP/1.1 201"), "{head}");
    }
    let mut held = vec![];
    for path in ["/v1/calls", "/v1/shop.Sencloud/ListCallLogs", "/_mock/journal/stream"] {
        let mut stream = TcpStream::connect(served.1.trim_start_matches("http://")).expect("a connection");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
        held.push(stream);
    }
    until("the delayed one is in the journal as soon as it waits", || {
        served.get("/_mock/journal", "").contains("\"delay\"").then_some(())
    });
    let started = Instant::now();
    served.signal("-TERM");
    assert_eq!(served.0.wait().expect("it ends").code(), Some(0));
    // The bound is a second; the test fails only where the stop waits for what takes minutes.
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    let mut rest = String::new();
    drop(BufReader::new(held.remove(2)).read_to_string(&mut rest));
    assert!(rest.contains("text/event-stream"), "{rest}");
}
