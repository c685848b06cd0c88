//! 4, A16, A28: who is refused, in which order, and how.

use serde_json::json;

use super::{KEY, LOGS, PATH, ids, list, post, reading, refusal};
use crate::mock::{Answer, Mock, send};

async fn ask(mock: &Mock, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let request = headers.iter().fold(mock.request(method, path), |r, (name, value)| r.header(*name, *value));
    send(request.body(body.to_owned())).await
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn checks_come_in_the_order_method_content_type_path_json_key_values() {
    let mock = Mock::of(LOGS).await;
    let (wrong, bearer) = (("authorization", "Bearer 1:wrong"), format!("Bearer {KEY}"));
    let bad = r#"{"paging":{"limit":-1}}"#;
    for (method, path, headers, body, status, code, message) in [
        (
            "GET",
            "/v1/shop.Sencloud/Nothing",
            &[wrong][..],
            "{",
            404,
            "bad_route",
            "unsupported method \"GET\" (only POST is allowed)",
        ),
        (
            "POST",
            "/v1/shop.Sencloud/Nothing",
            &[wrong],
            "{",
            404,
            "bad_route",
            "unexpected Content-Type: \"\"",
        ),
        (
            "POST",
            "/v1/shop.Sencloud/Nothing",
            &[wrong, ("content-type", "text/plain")],
            "{",
            404,
            "bad_route",
            "unexpected Content-Type: \"text/plain\"",
        ),
        (
            "POST",
            "/v1/shop.Sencloud/Nothing",
            &[wrong, JSON],
            "{",
            404,
            "bad_route",
            "no handler for path \"/v1/shop.Sencloud/Nothing\"",
        ),
        ("POST", PATH, &[wrong, JSON], "{", 400, "malformed", "the json request could not be decoded"),
        (
            "POST",
            PATH,
            &[JSON],
            bad,
            401,
            "unauthenticated",
            "Vui lòng đăng nhập (hoặc đăng ký nếu chưa có tài khoản).",
        ),
        ("POST", PATH, &[wrong, JSON], bad, 401, "unauthenticated", "api_key không hợp lệ"),
        (
            "POST",
            PATH,
            &[("authorization", "Bearer shop7:x"), JSON],
            bad,
            403,
            "permission_denied",
            "Không tìm thấy hoặc cần quyền truy cập..",
        ),
        ("POST", PATH, &[("authorization", &bearer), JSON], bad, 400, "invalid_argument", "invalid limit"),
    ] {
        let answer = ask(&mock, method, path, headers, body).await;
        assert_eq!(refusal(&answer), (status, code.into(), message.into()), "{message}");
        assert_eq!(answer.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn the_meta_map_says_which_route_and_which_cause() {
    let mock = Mock::of(LOGS).await;
    let route = ask(&mock, "GET", PATH, &[], "").await.json();
    assert_eq!(route["meta"], json!({ "invalid_route": format!("GET {PATH}") }));
    let broken = post(&mock, "{\"filter\": 1}").await.json();
    assert!(broken["meta"]["cause"].as_str().unwrap().contains("invalid type"), "{broken}");
    assert!(list(&mock, json!({ "paging": { "limit": -1 } })).await.json().get("meta").is_none());
}

#[tokio::test]
async fn a_body_that_is_not_json_or_has_another_type_is_malformed() {
    let mock = Mock::of(LOGS).await;
    for body in [
        "",
        "{",
        "[]",
        "1",
        "{\"filter\":[]}",
        "{\"paging\":{\"limit\":\"1\"}}",
        "{\"paging\":{\"limit\":1.5}}",
        "{\"filter\":{\"extension_ids\":\"101\"}}",
        "{\"filter\":{\"user_id\":7}}",
        "{} {}",
        "\u{feff}{}",
    ] {
        let answer = post(&mock, body).await;
        assert_eq!((answer.status, answer.outcome()), (400, "sencloud.any.malformed_json"), "{body}");
    }
}

#[tokio::test]
async fn standard_codes_replace_the_documented_ones_where_the_reading_says_so() {
    let mock = Mock::of(&reading(LOGS, "sencloud.error_codes: std")).await;
    let route = ask(&mock, "GET", PATH, &[], "").await;
    assert_eq!(
        (refusal(&route).1, &route.json()["meta"]["xcode"]),
        ("not_found".into(), &json!("bad_route"))
    );
    let broken = post(&mock, "{").await;
    assert_eq!(
        (refusal(&broken).1, &broken.json()["meta"]["xcode"]),
        ("invalid_argument".into(), &json!("malformed"))
    );
}

#[tokio::test]
async fn the_content_type_may_have_a_charset_and_any_case() {
    let mock = Mock::of(LOGS).await;
    let bearer = format!("Bearer {KEY}");
    for kind in ["application/json; charset=utf-8", "Application/JSON"] {
        let answer =
            ask(&mock, "POST", PATH, &[("content-type", kind), ("authorization", &bearer)], "{}").await;
        assert_eq!(ids(&answer).len(), 5, "{kind}");
    }
}

#[tokio::test]
async fn every_white_labels_path_is_served_and_others_are_not() {
    let mock = Mock::of(LOGS).await;
    let bearer = format!("Bearer {KEY}");
    let headers = [JSON, ("authorization", bearer.as_str())];
    for path in [
        "/v1/shop.Sencloud/ListCallLogs",
        "/v1/shop.Etelecom/ListCallLogs",
        "/v1/partner.Etelecom/ListCallLogs",
        "/v1/shop.Interits/ListCallLogs",
    ] {
        assert_eq!(ids(&ask(&mock, "POST", path, &headers, "{}").await).len(), 5, "{path}");
    }
    for path in [
        "/v1/shop.Sencloud/ListNothing",
        "/v1/partner.Sencloud/ListCallLogs",
        "/v1/shop.Sencloud/ListCallLogs/",
    ] {
        assert_eq!(
            ask(&mock, "POST", path, &headers, "{}").await.outcome(),
            "sencloud.any.no_handler",
            "{path}"
        );
    }
    let lacking = ask(&mock, "POST", "/v1/shop.Sencloud/CreateExtension", &headers, "{}").await;
    assert_eq!(lacking.outcome(), "sencloud.any.not_emulated", "the vendor has it");
    assert_eq!(lacking.findings(), ["sencloud.not_emulated"]);
}
