//! The door: who may come in, what a connection begins with, and clocks for everything that waits.

use std::time::Duration;

use base64::Engine as _;
use callmock::server::Settings;
use serde_json::{Value, json};
use sha2::Digest as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::message;
use crate::commubo::{TENANT, TOKEN, VECTORS};
use crate::mock::{Answer, Mock, impatient, read_answer, send, until};
use crate::{alibaba, ccai, sencloud};

async fn raw(mock: &Mock, method: &str, path: &str, host: &str, headers: &str) -> Answer {
    mock.raw(format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}Content-Length: 0\r\n\r\n").as_bytes()).await
}

#[tokio::test]
async fn pages_of_other_sites_change_and_read_nothing() {
    let mock = Mock::of(VECTORS).await;
    let port = mock.address.port();
    let own = format!("127.0.0.1:{port}");
    for headers in [
        "Origin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n",
        "Origin: http://evil.example\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n",
        "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n",
        "Origin: null\r\n",
    ] {
        for (method, path) in [("POST", "/_mock/reset"), ("GET", "/_mock"), ("GET", "/_mock/journal")] {
            let answer = raw(&mock, method, path, &own, headers).await;
            assert_eq!(answer.status, 403, "{method} {path} {headers}");
            assert!(message(&answer).contains("--cors"), "{}", answer.body);
        }
    }
    let by_a_browser = "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n";
    assert_eq!(raw(&mock, "GET", "/_mock", "evil.example", by_a_browser).await.status, 403);
    assert_eq!(raw(&mock, "GET", "/_mock", "evil example", "").await.status, 403, "no host at all");
    assert_eq!(mock.journal().await.len(), 0, "nothing was exchanged");
    for headers in [
        "",
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n",
        "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n",
    ] {
        assert_eq!(raw(&mock, "GET", "/_mock", &own, headers).await.status, 200, "{headers}");
    }
    let from_itself = format!("Origin: http://{own}\r\nSec-Fetch-Site: same-origin\r\n");
    assert_eq!(raw(&mock, "POST", "/_mock/reset", &own, &from_itself).await.status, 204);
    let navigated = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    assert_eq!(
        raw(&mock, "POST", "/_mock/reset", &own, navigated).await.status,
        403,
        "only GET navigates in peace"
    );
}

#[tokio::test]
async fn pages_of_origins_that_are_allowed_may() {
    let settings =
        Settings { cors: vec!["http://good.example".parse().expect("a value")], ..Settings::default() };
    let mock = Mock::with(VECTORS, settings).await;
    let own = mock.address.to_string();
    let from =
        |origin: &str| format!("Origin: {origin}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n");
    assert_eq!(raw(&mock, "POST", "/_mock/reset", &own, &from("http://good.example")).await.status, 204);
    assert_eq!(raw(&mock, "POST", "/_mock/reset", &own, &from("http://other.example")).await.status, 403);
}

#[tokio::test]
async fn a_host_name_that_only_such_a_page_would_use_reaches_no_admin_api_but_the_vendors() {
    let mock = Mock::of(VECTORS).await;
    let port = mock.address.port();
    for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"] {
        let answer = raw(&mock, "GET", "/_mock", &format!("{host}:{port}"), "").await;
        assert_eq!(answer.status, 403, "{host}");
        assert!(message(&answer).contains(&format!("--allow-host {host}")), "{}", answer.body);
        assert_eq!(raw(&mock, "GET", "/_mock/health", &format!("{host}:{port}"), "").await.status, 200);
        let key = format!("x-commubo-tenantId: {TENANT}\r\nx-commubo-accessToken: {TOKEN}\r\n");
        assert_eq!(raw(&mock, "GET", "/v1/calls", host, &key).await.status, 200, "vendors' paths stay open");
    }
    for host in ["127.0.0.1", "localhost", "[::1]", "callmock", "api.localhost", "host.docker.internal", "x"]
    {
        assert_eq!(raw(&mock, "GET", "/_mock", &format!("{host}:{port}"), "").await.status, 200, "{host}");
    }
    let settings = Settings { hosts: vec!["Mock.Example.com".into()], ..Settings::default() };
    let named = Mock::with(VECTORS, settings).await;
    assert_eq!(raw(&named, "GET", "/_mock", "mock.example.com", "").await.status, 200);
    assert_eq!(raw(&named, "GET", "/_mock", "other.example.com", "").await.status, 403);
}

#[tokio::test]
async fn a_browser_takes_an_answer_for_nothing_else_and_a_page_runs_its_own_script_alone() {
    let mock = Mock::of(VECTORS).await;
    for path in ["/_mock", "/_mock/coverage?format=html", "/_mock/coverage?format=badge", "/_mock/nowhere"] {
        assert_eq!(mock.get(path).await.header("x-content-type-options"), "nosniff", "{path}");
    }
    let page = mock.get("/_mock/coverage?format=html").await;
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for (name, parts) in [("style", ("<style>", "</style>")), ("script", ("<script>", "</script>"))] {
        let (_, own) = page.body.split_once(parts.0).expect(name);
        let (own, _) = own.split_once(parts.1).expect("its end");
        let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(own));
        assert!(
            policy.contains(&format!("{name}-src 'sha256-{digest}'")),
            "the {name} is the one that is allowed"
        );
    }
    assert_eq!(page.body.matches("<script").count(), 1, "and there is no other");
    assert!(!page.body.contains(" style="), "nothing that it forbids");
}

#[tokio::test]
async fn a_request_needs_one_host_and_no_coding_that_nobody_undoes() {
    let mock = Mock::of(VECTORS).await;
    for (head, status) in [
        ("GET /_mock/ready HTTP/1.1\r\n\r\n", 400),
        ("GET /v1/calls HTTP/1.1\r\n\r\n", 400),
        ("GET /v1/calls HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        ("GET /_mock/ready HTTP/1.0\r\n\r\n", 200),
        ("GET /_mock/ready HTTP/1.1\r\nHost: x\r\n\r\n", 200),
    ] {
        assert_eq!(mock.raw(head.as_bytes()).await.status, status, "{head}");
    }
}

#[tokio::test]
async fn a_connection_that_asks_for_health_is_kept_and_served_with_everything_else() {
    let mock = Mock::of(VECTORS).await;
    let mut stream = TcpStream::connect(mock.address).await.expect("a connection");
    let key = format!("x-commubo-tenantId: {TENANT}\r\nx-commubo-accessToken: {TOKEN}\r\n");
    for (path, expected) in [
        ("GET /_mock/health", "\"ok\""),
        ("GET /_mock/ready", "\"ready\""),
        ("GET /v1/calls", "callId"),
        ("POST /_mock/reset", ""),
        ("GET /_mock/calls", "\"calls\""),
        ("GET /_mock/health", "\"ok\""),
    ] {
        let request = format!("{path} HTTP/1.1\r\nHost: x\r\n{key}Content-Length: 0\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
        if path.starts_with("POST") {
            // An answer without a body has no length to read up to.
            let mut head = vec![0; 1024];
            let read = stream.read(&mut head).await.expect("an answer");
            assert!(head[..read].starts_with(b"HTTP/1.1 204"), "{path}");
            continue;
        }
        let answer = read_answer(&mut stream).await.expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert!(answer.body.contains(expected), "{path}: {}", answer.body);
    }
    let long = "callmock: 1\nclock: 2018-09-30T00:00:00Z\naccounts: {commubo: [{tenant_id: t, access_token: a}]}\ngenerate: {calls: 3000, from: 2018-09-01, to: 2018-09-02}";
    let mock = Mock::of(long).await;
    let mut stream = TcpStream::connect(mock.address).await.expect("a connection");
    stream.write_all(b"GET /_mock/health HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    assert_eq!(read_answer(&mut stream).await.expect("an answer").status, 200);
    let list = "GET /v1/calls HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-commubo-tenantId: t\r\nx-commubo-accessToken: a\r\n\r\n";
    stream.write_all(list.as_bytes()).await.expect("sent");
    let mut whole = String::new();
    stream.read_to_string(&mut whole).await.expect("text");
    assert!(
        whole.ends_with("]\r\n0\r\n\r\n") && whole.len() > 200_000,
        "a long list comes whole: {}",
        whole.len()
    );
}

#[tokio::test]
async fn an_answer_has_the_same_framing_whatever_its_connection_asked_first() {
    let mock = Mock::of(VECTORS).await;
    let frames = async |first: &str, request: &str| {
        let mut stream = TcpStream::connect(mock.address).await.expect("a connection");
        stream.write_all(format!("GET {first} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await.expect("sent");
        read_answer(&mut stream).await.expect("an answer");
        stream
            .write_all(format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
            .await
            .expect("sent");
        let mut bytes = vec![];
        stream.read_to_end(&mut bytes).await.expect("an answer");
        let head = String::from_utf8_lossy(&bytes).split("\r\n\r\n").next().expect("a head").to_lowercase();
        (head.contains("content-length"), head.contains("transfer-encoding"))
    };
    for request in ["GET /v1/calls", "GET /nowhere", "GET /_mock", "GET /", "POST /_mock/reset"] {
        assert_eq!(
            frames("/_mock/health", request).await,
            frames("/_mock/clock", request).await,
            "{request}"
        );
    }
}

#[tokio::test]
async fn what_a_fault_breaks_on_a_connection_that_asked_for_health_is_broken_and_written_down() {
    let mock = Mock::of(VECTORS).await;
    let world = mock.default_world().await;
    world.fault(json!({ "vendor": "commubo", "times": 1, "do": { "disconnect": "mid_body" } })).await;
    let mut stream = TcpStream::connect(mock.address).await.expect("a connection");
    stream.write_all(b"GET /_mock/health HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    read_answer(&mut stream).await.expect("an answer");
    let key = format!("x-commubo-tenantId: {TENANT}\r\nx-commubo-accessToken: {TOKEN}\r\n");
    stream
        .write_all(format!("GET /v1/calls HTTP/1.1\r\nHost: x\r\n{key}\r\n").as_bytes())
        .await
        .expect("sent");
    let mut bytes = vec![];
    let ended = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut bytes)).await;
    assert!(ended.is_ok() && bytes.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&bytes));
    let is_complete = json!({ "match": { "vendor": "commubo", "status": 200 }, "within": "30s" });
    assert_eq!(world.admin("POST", "journal/verify", &is_complete).await.status, 200);
}

#[tokio::test]
async fn a_first_byte_may_come_by_itself_and_the_rest_later() {
    let mock = Mock::of(VECTORS).await;
    for text in
        ["GET /_mock/health HTTP/1.1\r\nHost: x\r\n\r\n", "GET /_mock/healthy HTTP/1.1\r\nHost: x\r\n\r\n"]
    {
        let mut stream = TcpStream::connect(mock.address).await.expect("a connection");
        stream.set_nodelay(true).expect("an option");
        for byte in text.as_bytes() {
            stream.write_all(&[*byte]).await.expect("sent");
            tokio::task::yield_now().await;
        }
        let answer = read_answer(&mut stream).await.expect("an answer");
        assert_eq!(answer.status, if text.contains("healthy") { 404 } else { 200 }, "{}", answer.body);
    }
}

#[tokio::test]
async fn a_connection_that_says_nothing_or_only_half_of_a_beginning_is_closed() {
    let mock =
        Mock::with(VECTORS, Settings { first_byte: Duration::from_millis(50), ..Settings::default() }).await;
    for beginning in ["", "P", "PRI * HTTP/2.0\r\n", "GET /_mock/hea"] {
        let mut stream = TcpStream::connect(mock.address).await.expect("a connection");
        stream.write_all(beginning.as_bytes()).await.expect("sent");
        let mut nothing = vec![];
        let closed = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut nothing)).await;
        assert!(closed.is_ok_and(|read| read.unwrap_or(0) == 0), "{beginning:?}");
    }
}

#[tokio::test]
async fn a_silent_http_2_connection_is_closed_and_one_that_answers_pings_is_not() {
    let mock =
        Mock::with(VECTORS, Settings { http2_idle: Duration::from_millis(600), ..Settings::default() }).await;
    let mut silent = TcpStream::connect(mock.address).await.expect("a connection");
    silent.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.expect("sent");
    let mut read = vec![];
    // Each ping comes after the last one was answered in time.
    let mut awake = TcpStream::connect(mock.address).await.expect("a connection");
    awake.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.expect("sent");
    let mut pings = 0;
    let answering = async {
        while pings < 4 {
            let mut head = [0; 9];
            awake.read_exact(&mut head).await.expect("it is not closed");
            let mut payload = vec![0; usize::from(u16::from_be_bytes([head[1], head[2]]))];
            awake.read_exact(&mut payload).await.expect("a whole frame");
            let (kind, flags) = (head[3], head[4]);
            assert_ne!(kind, 7, "GOAWAY");
            if kind == 6 && flags == 0 {
                pings += 1;
                awake.write_all(&[0, 0, 8, 6, 1, 0, 0, 0, 0]).await.expect("sent");
                awake.write_all(&payload).await.expect("sent");
            }
        }
    };
    let (closed, answered) = tokio::join!(
        tokio::time::timeout(Duration::from_mins(1), silent.read_to_end(&mut read)),
        tokio::time::timeout(Duration::from_mins(1), answering)
    );
    assert!(closed.is_ok(), "its pings are not answered");
    answered.expect("four pings");
}

#[tokio::test]
async fn a_body_that_stops_is_408_in_the_vendors_envelope_and_in_the_admin_apis_own() {
    let mock = Mock::with(ccai::documented(), impatient()).await;
    for (path, in_body) in [
        ("/v1/calls", "\"message\""),
        (ccai::CALLS, "\"message\""),
        ("/", "\"Code\":\"RequestTimeout\""),
        (sencloud::PATH, "\"code\""),
        ("/_mock/snapshot", "\"unreadable_body\""),
    ] {
        let method = if path == "/_mock/snapshot" { "PUT" } else { "POST" };
        let half = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{");
        let answer = mock.raw(half.as_bytes()).await;
        assert_eq!(answer.status, 408, "{path}: {}", answer.body);
        assert!(answer.body.contains(in_body), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn bodies_that_are_over_their_bound_together_are_503_and_the_next_one_is_served() {
    let mock = Mock::with(ccai::documented(), Settings { max_bodies: 1000, ..Settings::default() }).await;
    // One that is under way holds most of the room.
    let mut half = TcpStream::connect(mock.address).await.expect("a connection");
    let begun = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 901\r\n\r\n{}", "x".repeat(900));
    half.write_all(begun.as_bytes()).await.expect("sent");
    let large = || "y".repeat(500);
    let ask = async |path: &str| send(mock.request("POST", path).body(large())).await;
    let first = until("its bytes are read, for until then it holds nothing", async || {
        Some(ask("/").await).filter(|answer| answer.status == 503)
    })
    .await;
    assert_eq!((first.status, first.json()["Code"].clone()), (503, json!("ServiceUnavailable")));
    for (path, in_body) in [
        ("/v1/calls", "\"message\""),
        (ccai::CALLS, "\"message\""),
        (sencloud::PATH, "unavailable"),
        ("/_mock/faults", "--max-bodies"),
    ] {
        let answer = ask(path).await;
        assert_eq!(answer.status, 503, "{path}: {}", answer.body);
        assert!(answer.body.contains(in_body), "{path}: {}", answer.body);
    }
    half.write_all(b"x").await.expect("sent");
    assert_ne!(read_answer(&mut half).await.expect("an answer").status, 503, "what was under way goes on");
    assert_ne!(ask("/").await.status, 503, "and gave its room back");
}

#[tokio::test]
async fn an_admin_body_that_is_too_large_is_told_and_not_cut_off() {
    let mock = Mock::of(VECTORS).await;
    let answer = send(mock.request("PUT", "/_mock/snapshot").body(vec![b' '; (64 << 20) + 1])).await;
    assert_eq!(answer.status, 413, "{}", answer.body);
    assert!(message(&answer).contains("67108864 bytes at most"));
}

#[tokio::test]
async fn a_strangers_scenario_has_bounds_of_its_own() {
    let mock = Mock::with(VECTORS, Settings { max_world_calls: 100, ..Settings::default() }).await;
    let ask = async |scenario: Value| {
        send(mock.request("POST", "/_mock/worlds").body(json!({ "scenario": scenario }).to_string())).await
    };
    let generating = |calls: u64| json!({ "callmock": 1, "generate": { "calls": calls, "from": "2018-09-01", "to": "2018-09-02" } });
    assert_eq!(ask(generating(100)).await.status, 201);
    let refused = ask(generating(101)).await;
    assert_eq!(refused.status, 400);
    assert!(message(&refused).contains("expected 100 calls at most, found 101"), "{}", refused.body);
    assert!(message(&refused).contains("--max-world-calls"));
    assert_eq!(ask(json!("busy-day")).await.status, 201, "the server's own have none");
    let text = "y".repeat(10_000);
    let aliases = vec!["*s"; 3000].join(",");
    let inline = format!(
        "callmock: 1\nfaults: [{{vendor: commubo, do: {{status: 500, body: {{s: &s {text}, l: [{aliases}]}}}}}}]"
    );
    let refused = ask(json!({ "inline": inline })).await;
    assert_eq!(refused.status, 400);
    assert!(
        message(&refused).contains("the aliases of this file come to more than 4 MiB"),
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn ten_thousand_ids_cost_a_list_not_ten_thousand_times_as_much() {
    // No clock: with the cost of list times universe this took minutes.
    let yaml = "callmock: 1\nclock: 2018-10-01T00:00:00Z\naccounts: {sencloud: [{api_key: 'shop:KEY'}], alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}]}\ngenerate: {calls: 20000, from: 2018-09-01, to: 2018-09-30}";
    let mock = Mock::of(yaml).await;
    let world = mock.default_world().await;
    let ids: Vec<String> = (0..10_000).map(|n| format!("nobody-{n}")).collect();
    for member in ["extension_ids", "hotline_ids"] {
        let answer = world.sencloud(&json!({ "filter": { member: ids } })).await;
        assert_eq!(answer.json()["call_logs"], json!([]), "{member}");
    }
    let list = |value: &str| {
        [("Format", "JSON"), ("StartTime", "1535731200000"), ("EndTime", "1538323199000")]
            .into_iter()
            .chain([("ContactTypeList", value)])
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect::<Vec<_>>()
    };
    let wanted = list("[\"Inbound\"]");
    let call = wanted.iter().fold(alibaba::page(), |call, (name, value)| call.with(name, value));
    assert_eq!(call.send(&mock).await.status, 200);
}

#[tokio::test]
async fn a_long_list_runs_aside_and_the_same_bytes_come() {
    let yaml = |calls: u32| {
        format!(
            "callmock: 1\nclock: 2018-10-01T00:00:00Z\nseed: 5\naccounts: {{commubo: [{{tenant_id: {TENANT}, access_token: {TOKEN}}}]}}\ngenerate: {{calls: {calls}, from: 2018-09-01, to: 2018-09-30}}"
        )
    };
    let many = Mock::of(&yaml(12_000)).await;
    let answer = crate::commubo::list(&many, "?start=2018-09-01&end=2018-09-02").await;
    assert_eq!((answer.status, answer.outcome()), (200, "commubo.list_calls.listed"));
    let shown = answer.json().as_array().expect("a list").len();
    let neutral = many.get("/_mock/calls?from=2018-08-31T15:00:00Z&to=2018-09-01T15:00:00Z").await.json();
    let held = neutral["calls"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|call| !call["ids"]["commubo"].is_null())
        .count();
    assert_eq!(shown, held);
}
