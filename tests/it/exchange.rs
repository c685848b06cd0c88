//! What every vendor's requests go through: bad input, bounds, headers, the journal.

use callmock::server::Settings;
use callmock::world::Limits;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::alibaba::{CALLS, Style, page};
use crate::commubo::{TENANT, TOKEN, VECTORS, list};
use crate::mock::{Mock, read_answer, send};

/// Both vendors' worlds at once.
fn both() -> String {
    VECTORS.replace("accounts: {", "accounts: {alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}], ")
}

#[tokio::test]
async fn malformed_http_is_a_plain_400_and_the_server_goes_on() {
    let mock = Mock::of(&both()).await;
    for bytes in [
        &b"GET /v1/calls\r\n\r\n"[..],
        b"GET /v1/calls HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello over TLS\r\n\r\n",
        b"GET /v1/ca\0lls HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/calls HTTP/1.1\r\nno colon here\r\n\r\n",
        b"GET /v1/calls HTTP/1.1\r\nHost: x\r\nx: \0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    ] {
        let answer = mock.raw(bytes).await;
        assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(bytes));
        assert_eq!(answer.body, "");
        assert_eq!(answer.header("x-callmock-world"), "", "no vendor is known yet");
    }
    assert_eq!(list(&mock, "").await.status, 200, "the world is as it was");
}

#[tokio::test]
async fn a_body_of_64_mib_is_refused_in_each_vendors_envelope() {
    let mock = Mock::of(&both()).await;
    for (method, path, member) in
        [("GET", "/v1/calls", "message"), ("POST", "/", "Code"), ("POST", "/v1/x", "message")]
    {
        let body = vec![b'x'; 64 << 20];
        let answer = send(mock.request(method, path).body(body)).await;
        assert_eq!(answer.status, 413, "{method} {path}");
        assert!(answer.json()[member].is_string(), "{method} {path}: {}", answer.body);
    }
    // The same without a length: in chunks, which only counting reveals as too many.
    let mut stream = TcpStream::connect(mock.address).await.unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n").await.unwrap();
    let chunk = [b"10000\r\n".as_slice(), &vec![b'x'; 0x10000], b"\r\n"].concat();
    for _ in 0..32 {
        stream.write_all(&chunk).await.unwrap();
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    assert_eq!(read_answer(&mut stream).await.unwrap().json()["Code"], "RequestTooLarge");
}

#[tokio::test]
async fn limits_are_settings() {
    let settings = Settings { max_body: 10, max_headers: 8, max_head: 8192, ..Settings::default() };
    let mock = Mock::with(CALLS, settings).await;
    assert_eq!(send(mock.request("POST", "/").body("0123456789")).await.status, 404);
    assert_eq!(send(mock.request("POST", "/").body("0123456789x")).await.status, 413);
    let headers = |n: usize| "x: y\r\n".repeat(n);
    let request = |head: &str| format!("GET /?a=b HTTP/1.1\r\nHost: x\r\n{head}\r\n");
    assert_eq!(mock.raw(request(&headers(7)).as_bytes()).await.status, 404);
    assert_eq!(mock.raw(request(&headers(9)).as_bytes()).await.status, 431);
    let long = format!("x: {}\r\n", "y".repeat(20_000));
    assert_eq!(mock.raw(request(&long).as_bytes()).await.status, 431);
}

#[tokio::test]
async fn a_hundred_headers_are_read_or_a_thousand_where_that_is_set_and_more_are_refused() {
    let request = |n: usize| {
        let headers: String = (0..n).map(|i| format!("x-{i}: {i}\r\n")).collect();
        format!("GET /v1/calls HTTP/1.1\r\nHost: x\r\n{headers}\r\n")
    };
    let set = Settings { max_headers: 1024, ..Settings::default() };
    // `Host` is a header, too.
    for (settings, most) in [(Settings::default(), 99), (set, 1000)] {
        let mock = Mock::with(&both(), settings).await;
        let answer = mock.raw(request(most).as_bytes()).await;
        assert_eq!((answer.status, answer.outcome()), (403, "commubo.any.missing_credentials"));
        assert_eq!(mock.raw(request(3 * most).as_bytes()).await.status, 431);
        assert_eq!(list(&mock, "").await.status, 200);
    }
}

#[tokio::test]
async fn invalid_text_anywhere_is_refused_in_the_vendors_words_and_never_a_panic() {
    let mock = Mock::of(&both()).await;
    for (path, status) in [
        ("/v1/calls?start=%", 406),
        ("/v1/calls?start=%C3%28", 406),
        ("/v1/calls?start=%00", 406),
        ("/v1/calls?%00=%00", 200),
        ("/v1/%00", 404),
        ("/v1/%ff%fe", 404),
        ("/v1/calls?start=2018-09-01&start=2018-09-01", 406),
        ("/?Action=%", 400),
        ("/?Action=%C3%28", 400),
        ("/?Action=%00", 404),
    ] {
        let request = mock.request("GET", path).header("x-commubo-tenantId", TENANT);
        let answer = send(request.header("x-commubo-accessToken", TOKEN)).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert!(!answer.outcome().is_empty(), "{path}");
    }
    let raw_bytes = b"GET /v1/calls HTTP/1.1\r\nHost: x\r\nx-commubo-tenantId: \xff\xfe\r\nx-commubo-accessToken: \xff\r\n\r\n";
    assert_eq!(mock.raw(raw_bytes).await.status, 403);
    let form = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n";
    let form = [form.as_bytes(), b"a=\xff"].concat();
    assert_eq!(mock.raw(&form).await.json()["Code"], "RequestParameterMalformed");
    let journal = mock.journal().await;
    assert_eq!(journal.len(), 12, "every one of them is in the journal");
}

#[tokio::test]
async fn debug_headers_name_world_behaviors_and_findings_and_can_be_left_off() {
    let mock = Mock::of(VECTORS).await;
    let answer = list(&mock, "?start=2018-09-01&unknown=1").await;
    assert_eq!(answer.header("x-callmock-world"), "default");
    assert_eq!(
        answer.header("x-callmock-behavior"),
        "commubo.list_calls.listed,commubo.list_calls.expand_none,commubo.list_calls.start,commubo.list_calls.open_end"
    );
    assert_eq!(answer.header("x-callmock-findings"), "commubo.unknown_parameter");
    let plain = list(&mock, "?start=2018-09-01").await;
    assert!(!plain.headers.contains_key("x-callmock-findings"), "absent when there are none");
    let plain = Mock::with(VECTORS, Settings { debug_headers: false, ..Settings::default() }).await;
    let answer = list(&plain, "?start=2018-09-01&unknown=1").await;
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("x-callmock")));
    assert_eq!(
        plain.journal().await[0]["findings"],
        json!(["commubo.unknown_parameter"]),
        "the journal knows all the same"
    );
}

#[tokio::test]
async fn a_path_that_is_nobodys_gets_callmocks_own_404_with_the_nearest_route() {
    let mock = Mock::of(VECTORS).await;
    for path in ["/v2/calls", "/calls", "/nothing"] {
        let answer = mock.get(path).await;
        assert_eq!((answer.status, answer.outcome()), (404, ""), "{path}");
        let error = answer.json()["error"].take();
        assert_eq!(error["code"], "no_such_route");
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with("This is callmock") && message.contains("GET /_mock"), "{message}");
        if path != "/nothing" {
            assert!(message.contains("GET /v1/calls"), "{message}");
        }
    }
    assert_eq!(mock.journal().await.len(), 0, "the journal holds vendor exchanges only");
}

#[tokio::test]
async fn a_browser_that_opens_the_base_url_is_sent_to_the_page() {
    let mock = Mock::of(CALLS).await;
    let browser = |path: &str| mock.request("GET", path).header("accept", "text/html,application/xhtml+xml");
    let answer = send(browser("/")).await;
    assert_eq!((answer.status, answer.header("location")), (307, "/_mock/ui"));
    let with_action = browser("/").header("x-acs-action", "Nothing");
    assert_eq!(send(with_action).await.json()["Code"], "InvalidAction.NotFound");
    assert_eq!(send(browser("/?%41ction=Nothing")).await.json()["Code"], "InvalidAction.NotFound");
    assert_eq!(
        send(browser("/?Action=ListCallDetailRecords&Version=2020-07-01")).await.json()["Code"],
        "MissingAccessKeyId"
    );
    assert_eq!(mock.get("/?a=b").await.json()["Code"], "InvalidAction.NotFound");
}

#[tokio::test]
async fn the_journal_is_a_ring_that_says_what_it_dropped_and_keeps_bodies_up_to_a_bound() {
    let limits = Limits { journal_size: 3, journal_body: 16, ..Limits::default() };
    let mock = Mock::with(CALLS, Settings { limits, ..Settings::default() }).await;
    for _ in 0..5 {
        page().send(&mock).await;
    }
    let form = mock.request("POST", "/").body("this body is longer than sixteen bytes");
    send(form).await;
    let journal = mock.get("/_mock/journal").await.json();
    assert_eq!((&journal["dropped"], &journal["next"]), (&json!(3), &json!(6)));
    let seqs: Vec<u64> =
        journal["exchanges"].as_array().unwrap().iter().map(|e| e["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, [4, 5, 6]);
    let last = &journal["exchanges"][2];
    assert_eq!(last["request"]["body"], "this body is lon");
    assert_eq!((&last["request"]["truncated"], &last["request"]["bytes"]), (&json!(true), &json!(38)));
    assert_eq!(last["response"]["body"].as_str().unwrap().len(), 16);
}

#[tokio::test]
async fn a_known_secret_is_masked_wherever_it_stands_and_however_it_is_encoded() {
    let secret = "AB/CD+EF=GH IJ";
    let mock = Mock::of(&VECTORS.replace(TOKEN, secret)).await;
    let once = "AB%2FCD%2BEF%3DGH%20IJ";
    let lower = "AB%2fCD%2bEF%3dGH%20IJ";
    for (path, body) in [
        (format!("/v1/{once}"), String::new()),
        (format!("/v1/calls?{once}=1"), String::new()),
        (format!("/v1/calls?x={lower}"), String::new()),
        (format!("/v1/calls?x={}", once.replace('%', "%25")), String::new()),
        ("/v1/x".into(), format!("plain {secret} and {once} and {lower}")),
    ] {
        send(mock.request("POST", &path).body(body)).await;
    }
    let form = mock.request("POST", "/v1/x").header("content-type", "application/x-www-form-urlencoded");
    send(form.body("a=AB%2fCD%2BEF%3dGH+IJ&b=1")).await;
    let journal = mock.get("/_mock/journal").await.body;
    for part in ["CD+EF", "CD%2BEF", "CD%2bEF", "CD%252BEF"] {
        assert!(!journal.contains(part), "{part}: {journal}");
    }
    assert!(journal.contains("AB/C…(14)"), "{journal}");
}

#[tokio::test]
async fn the_journal_bounds_whatever_a_client_can_make_long() {
    let limits = Limits { journal_size: 10, journal_body: 1000, ..Limits::default() };
    let mock = Mock::with(CALLS, Settings { limits, ..Settings::default() }).await;
    page().secret("wrong").with("x", &"!".repeat(50_000)).style(Style::RpcForm).send(&mock).await;
    page().with("y", &"z".repeat(50_000)).send(&mock).await;
    send(mock.request("GET", "/").header("x-long", "h".repeat(50_000))).await;
    let journal = mock.get("/_mock/journal").await;
    assert!(journal.body.len() < 20_000, "{} bytes", journal.body.len());
    assert!(journal.body.contains("\"…\":\"1 more\""), "{}", journal.body);
}

#[tokio::test]
async fn credentials_are_masked_in_json_and_in_authorization_whoever_they_are_for() {
    let mock = Mock::of(VECTORS).await;
    let escaped = format!("{{\"a\": \"{}\"}}", TOKEN.replace('-', "\\u002d"));
    send(mock.request("POST", "/v1/x").body(escaped)).await;
    for credential in ["Basic YWNtZTptb2NrLXRva2Vu", "Bearer somebody-elses-token"] {
        send(
            mock.request("GET", "/v1/calls?x-commubo-accessToken=another-token-of-mine")
                .header("authorization", credential),
        )
        .await;
    }
    let journal = mock.get("/_mock/journal").await.body;
    for secret in [TOKEN, "YWNtZTptb2NrLXRva2Vu", "somebody-elses-token", "another-token-of-mine"] {
        assert!(!journal.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_client_that_has_asked_and_closed_its_side_is_answered() {
    let mock = Mock::of(VECTORS).await;
    for _ in 0..20 {
        let mut stream = TcpStream::connect(mock.address).await.unwrap();
        stream.write_all(b"GET /v1/calls HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
        stream.shutdown().await.unwrap();
        assert_eq!(read_answer(&mut stream).await.expect("an answer").status, 403);
    }
}
