//! S3, S4, A16, A25: how refusals look.

use super::{TENANT, TOKEN, VECTORS, list, reading};
use crate::mock::{Mock, send};

#[tokio::test]
async fn a_refusal_states_its_cause_as_json_or_has_no_body_where_the_reading_says_so() {
    let mock = Mock::of(VECTORS).await;
    let answer = list(&mock, "?start=x").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.body, r#"{"message":"start must be a date in the form YYYY-MM-DD"}"#);
    let silent = Mock::of(&reading(VECTORS, "commubo.error_body: empty")).await;
    for answer in [list(&silent, "?start=x").await, silent.get("/v1/calls").await] {
        assert!(matches!(answer.status, 403 | 406));
        assert_eq!((answer.body.as_str(), answer.header("content-type")), ("", ""));
    }
}

#[tokio::test]
async fn other_methods_are_405_with_allow_and_other_paths_404_in_commubos_envelope() {
    let mock = Mock::of(VECTORS).await;
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "HEAD"] {
        let answer = send(mock.request(method, "/v1/calls").header("x-commubo-tenantId", TENANT)).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "GET"), "{method}");
        assert_eq!(answer.outcome(), "commubo.any.method_not_allowed", "{method}");
        assert_eq!(answer.body.is_empty(), method == "HEAD", "{method}");
    }
    for path in ["/v1/", "/v1/call", "/v1/calls/", "/v1/Calls"] {
        let request = mock.request("GET", path).header("x-commubo-tenantId", TENANT);
        let answer = send(request.header("x-commubo-accessToken", TOKEN)).await;
        assert_eq!((answer.status, answer.outcome()), (404, "commubo.any.not_found"), "{path}");
        assert!(answer.json()["message"].is_string());
    }
}

#[tokio::test]
async fn an_operation_that_the_vendor_has_and_callmock_has_not_is_404_and_says_so_beside_the_answer() {
    let mock = Mock::of(VECTORS).await;
    let ask = async |path: &str| {
        let request = mock.request("GET", path).header("x-commubo-tenantId", TENANT);
        send(request.header("x-commubo-accessToken", TOKEN)).await
    };
    let (not_emulated, nothing) =
        (ask("/v1/calls/1234567890123456/conversations").await, ask("/v1/nothing").await);
    assert_eq!(not_emulated.outcome(), "commubo.any.not_emulated");
    assert_eq!(not_emulated.findings(), ["commubo.not_emulated"]);
    assert!(not_emulated.header("x-callmock-hint").contains("not emulate"), "{:?}", not_emulated.headers);
    assert_eq!((not_emulated.status, not_emulated.body), (nothing.status, nothing.body), "the same bytes");
}

#[tokio::test]
async fn a_body_that_nobody_needs_is_a_finding() {
    let mock = Mock::of(VECTORS).await;
    let request = mock.request("GET", "/v1/calls?start=2018-09-01").header("x-commubo-tenantId", TENANT);
    let answer = send(request.header("x-commubo-accessToken", TOKEN).body("{}")).await;
    assert_eq!((answer.status, answer.findings()), (200, vec!["commubo.body_sent"]));
}
