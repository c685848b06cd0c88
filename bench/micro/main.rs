//! Microbenchmarks of what a request is made of, without sockets: `cargo bench`.
//!
//! They show where the time of a row of `bench/run` goes. No bound holds for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use callmock::exchange::{AnswerSettings, App, Bodies, answer};
use callmock::masking::Forms;
use callmock::scenario::{Library, LoadOptions, Source};
use callmock::urlencoded;
use callmock::vendor::{Place, Vendor, cursor};
use callmock::vendors::{self, alibaba::Alibaba};
use callmock::world::{Limits, Worlds};
use divan::{Bencher, black_box};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::BodyExt;
use sha1::Sha1;
use tokio::runtime::Runtime;

const SCENARIO: &str = "
callmock: 1
clock: 2024-05-14T12:00:00Z
accounts:
  commubo: [{tenant_id: t, access_token: token-of-t}]
  alibaba: [{access_key_id: key, access_key_secret: secret, instances: [ccc-test]}]
  sencloud: [{api_key: 'shop:secret'}]
generate: {calls: 10000, days: 40, until: 2024-05-14T00:00:00Z}
readings: {alibaba.skew: off}
";

fn main() {
    divan::main();
}

/// callmock without its sockets.
struct Served {
    app: Arc<App>,
    runtime: Runtime,
}

impl Served {
    fn new() -> Self {
        let source = Source::Text { name: "bench".into(), text: SCENARIO.into() };
        let catalogues = vendors::catalogues().collect();
        let options = LoadOptions { sources: vec![source], catalogues, ..LoadOptions::default() };
        let library = Library::open(options).expect("a scenario without mistakes");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let settings = AnswerSettings {
            max_body: 1 << 20,
            debug_headers: true,
            place: Place { address: "127.0.0.1:8080".to_owned(), ..Place::default() },
            bodies: Bodies::new(64 << 20, Duration::from_secs(10)),
        };
        let worlds = Worlds::new(library.own(), Limits::default());
        let app = runtime.block_on(async { Arc::new(App::new(worlds, vendors::ALL, settings)) });
        Self { app, runtime }
    }

    /// The length of the answer to a request.
    fn answer(&self, request: Request<Body>, status: u16) -> usize {
        self.runtime.block_on(async {
            let Ok(answer) = answer(&self.app, request).await else { panic!("no vendor has the path") };
            assert_eq!(answer.status(), status);
            answer.into_body().collect().await.expect("a whole body").to_bytes().len()
        })
    }

    fn bench(&self, bencher: Bencher, request: impl Fn() -> Request<Body>, status: u16) {
        bencher.with_inputs(request).bench_local_values(|request| self.answer(request, status));
    }
}

/// A request for records, signed by HMAC-SHA1 with a nonce of its own.
fn signed(from: &str, to: &str) -> Request<Body> {
    static NONCE: AtomicU64 = AtomicU64::new(0);
    let nonce = NONCE.fetch_add(1, Ordering::Relaxed).to_string();
    let mut parameters = [
        ("Action", "ListCallDetailRecords"),
        ("Version", "2020-07-01"),
        ("Format", "JSON"),
        ("AccessKeyId", "key"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("SignatureNonce", &nonce),
        ("Timestamp", "2024-05-14T12:00:00Z"),
        ("InstanceId", "ccc-test"),
        ("StartTime", from),
        ("EndTime", to),
        ("PageNumber", "1"),
        ("PageSize", "10"),
    ];
    parameters.sort_unstable();
    let pairs = parameters.map(|(name, value)| format!("{name}={}", urlencoded::strict(value)));
    let query = pairs.join("&");
    let mut mac = Hmac::<Sha1>::new_from_slice(b"secret&").expect("a key of any length");
    mac.update(format!("GET&%2F&{}", urlencoded::strict(&query)).as_bytes());
    let signature = urlencoded::strict(&BASE64.encode(mac.finalize().into_bytes()));
    request("GET", &format!("/?{query}&Signature={signature}"), &[], "")
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8080");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Body::from(body.to_owned())).expect("a request")
}

#[divan::bench]
fn alibaba_page_of_10(bencher: Bencher) {
    Served::new().bench(bencher, || signed("1714000000000", "1715600000000"), 200);
}

/// What is left of an Alibaba page without rows: the signature, the query, the envelope, the journal.
#[divan::bench]
fn alibaba_page_of_none(bencher: Bencher) {
    Served::new().bench(bencher, || signed("1000000000000", "1000000001000"), 200);
}

#[divan::bench]
fn sencloud_page_of_10(bencher: Bencher) {
    let headers = [("authorization", "Bearer shop:secret"), ("content-type", "application/json")];
    let page = || request("POST", "/v1/shop.Sencloud/ListCallLogs", &headers, r#"{"paging": {"limit": 10}}"#);
    Served::new().bench(bencher, page, 200);
}

const COMMUBO: [(&str, &str); 2] = [("x-commubo-tenantid", "t"), ("x-commubo-accesstoken", "token-of-t")];

#[divan::bench]
fn commubo_day(bencher: Bencher) {
    let day = || request("GET", "/v1/calls?start=2024-05-10&end=2024-05-10", &COMMUBO, "");
    Served::new().bench(bencher, day, 200);
}

#[divan::bench]
fn refusal(bencher: Bencher) {
    Served::new().bench(bencher, || request("GET", "/v1/calls?start=2024-5-1", &COMMUBO, ""), 406);
}

#[divan::bench]
fn query(bencher: Bencher) {
    let decoded = || -> Parts { signed("1714000000000", "1715600000000").into_parts().0 };
    bencher.with_inputs(decoded).bench_local_values(|mut parts| {
        Alibaba.decode(&mut parts, &Bytes::new());
        parts
    });
}

#[divan::bench]
fn cursor_sealed_and_opened() -> Vec<u8> {
    let sealed = cursor::seal(black_box(vec![7; 18]), 1, "shop");
    cursor::open(&sealed, 18, 1, "shop").expect("the cursor that was sealed")
}

#[divan::bench]
fn mask_of_a_body_of_8_kib(bencher: Bencher) {
    let forms = Forms::of(["access-key-secret", "token-of-t", "shop:secret"].into_iter());
    let body = "{\"callId\":\"1234567890123456\",\"note\":\"nothing secret\"}".repeat(150);
    bencher.bench_local(|| forms.masked(black_box(&body)).len());
}
