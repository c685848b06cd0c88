//! Recorded requests of the official SDKs, byte for byte, and signed vectors (fact sheet 1.2, 1.3,
//! 5).

use serde_json::Value;

use super::client::pct;
use crate::mock::Mock;

/// The recordings are old: their time of signing is held against no clock.
const OFF: &str = r"
callmock: 1
clock: 2018-07-25T12:00:00+08:00
accounts: {alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}, {access_key_id: sts, access_key_secret: testsecret, instances: [ccc-test]}]}
readings: {alibaba.skew: off}
";

const CAPTURES: [(&str, &[u8]); 5] = [
    ("tea_python_v3", include_bytes!("../../captures/tea_python_v3.raw")),
    ("tea_python_async_v3", include_bytes!("../../captures/tea_python_async_v3.raw")),
    ("tea_python_v2sig", include_bytes!("../../captures/tea_python_v2sig.raw")),
    ("v1_python_get", include_bytes!("../../captures/v1_python_get.raw")),
    ("v1_python_post", include_bytes!("../../captures/v1_python_post.raw")),
];

#[tokio::test]
async fn the_official_sdks_recorded_requests_are_let_through_byte_for_byte() {
    let mock = Mock::of(OFF).await;
    for (name, bytes) in CAPTURES {
        let answer = mock.raw(bytes).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        assert_eq!(answer.json()["Code"], "OK", "{name}");
        // The same bytes again are a replay.
        assert_eq!(mock.raw(bytes).await.json()["Code"], "SignatureNonceUsed", "{name}");
    }
}

#[tokio::test]
async fn a_recorded_request_with_one_byte_changed_is_refused() {
    for (name, bytes) in CAPTURES {
        let mock = Mock::of(OFF).await;
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let changed = text.replacen("PageSize=10", "PageSize=11", 1);
        assert_eq!(mock.raw(changed.as_bytes()).await.json()["Code"], "SignatureDoesNotMatch", "{name}");
    }
}

#[tokio::test]
async fn the_fourteen_signed_vectors_are_let_through() {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("../../captures/vectors.json")).unwrap();
    assert_eq!(vectors.len(), 14);
    for vector in &vectors {
        let name = vector["name"].as_str().unwrap();
        // Vectors share nonces, so each has a server of its own; the temporary ones need their
        // token.
        let token = vector["headers"]["x-acs-security-token"].as_str();
        let token = token.or(vector["params"]["SecurityToken"].as_str());
        let account = token.map_or(String::new(), |token| format!("security_token: \"{token}\", "));
        let mock =
            Mock::of(&OFF.replacen("access_key_secret", &format!("{account}access_key_secret"), 1)).await;
        let answer = mock.raw(wire(vector).as_bytes()).await;
        let outcome = answer.outcome();
        let refused_later = ["missing_instance_id", "missing_page_number", "missing_page_size"];
        // Those without parameters are signed rightly and refused for what they lack.
        assert!(
            answer.status == 200 || refused_later.iter().any(|later| outcome.ends_with(later)),
            "{name}: {} {}",
            answer.status,
            answer.body
        );
        let changed =
            wire(vector).replacen(vector["signature"].as_str().map(pct).unwrap().as_str(), "AAAA", 1);
        let refused = mock.raw(changed.as_bytes()).await;
        assert_eq!(refused.json()["Code"], "SignatureDoesNotMatch", "{name}");
    }
}

/// A vector as it goes over the wire.
fn wire(vector: &Value) -> String {
    let text = |name: &str| vector[name].as_str().unwrap_or_default().to_owned();
    let pairs = |object: &Value| {
        let pairs: Vec<String> = object
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("{}={}", pct(name), pct(value.as_str().unwrap())))
            .collect();
        pairs.join("&")
    };
    let method = text("method");
    if vector["algorithm"] == "HMAC-SHA1" {
        let url = text("url");
        let body = pairs(&vector["bodyParams"]);
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let length = body.len();
        return format!("{method} {url} HTTP/1.1\r\nHost: h\r\n{form}Content-Length: {length}\r\n\r\n{body}");
    }
    let body = text("body");
    let headers: String = vector["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| format!("{name}: {}\r\n", value.as_str().unwrap()))
        .collect();
    let (query, authorization, length) = (pairs(&vector["query"]), text("authorization"), body.len());
    format!(
        "{method} /?{query} HTTP/1.1\r\n{headers}Authorization: {authorization}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}
