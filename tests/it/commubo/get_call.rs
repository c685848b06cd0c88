//! `GET /v1/calls/{callId}`. `C1` and the like are rows of the fact sheet on the operations beside
//! the list.

use super::{TENANT, TOKEN, VECTORS, ids, list, reading};
use crate::mock::{Answer, Mock, send};

/// One call, or what is under it, as the tenant of the examples asks for it.
pub async fn call(mock: &Mock, path: &str) -> Answer {
    let request = mock.request("GET", &format!("/v1/calls/{path}"));
    send(request.header("x-commubo-tenantId", TENANT).header("x-commubo-accessToken", TOKEN)).await
}

/// A request for each behavior of the operation.
pub async fn probes() -> Vec<(&'static str, Answer)> {
    let mut answers = vec![];
    for (behavior, readings, path) in [
        ("get_call.shown", "", "A"),
        ("get_call.expand_all", "", "A"),
        ("get_call.expand_none", "commubo.call_expand: none", "A"),
        ("get_call.expand_asked", "", "A?expand=customer"),
        ("get_call.invalid_expand", "", "A?expand=x"),
        ("get_call.call_not_found", "", "x"),
        ("get_call.call_forbidden", "commubo.unknown_call: 403", "x"),
        ("get_call.call_not_acceptable", "commubo.unknown_call: 406", "x"),
    ] {
        answers.push((behavior, call(&Mock::of(&reading(VECTORS, readings)).await, path).await));
    }
    answers.push(("get_call.under_way", call(&Mock::of(UNDER_WAY).await, "now").await));
    answers
}

/// Calls of a tenant and of another, with the clock in the middle of one.
const UNDER_WAY: &str = r#"
callmock: 1
clock: 2018-09-01T12:00:00+09:00
accounts:
  commubo:
    - {tenant_id: 12345678-90AB-CDEF-1234-567890ABCDEF, access_token: FEDCBA09-8765-4321-FEDC-BA0987654321}
    - {tenant_id: OTHER, access_token: TOKEN}
calls:
  - {id: now, direction: inbound, from: "1", to: "2", at: 2018-09-01T11:59:00+09:00, ring: 5s, talk: 10m, outcome: answered, commubo: {callId: now}}
  - {id: rings, direction: inbound, from: "1", to: "2", at: 2018-09-01T11:59:58+09:00, ring: 5s, talk: 10m, outcome: answered, commubo: {callId: rings}}
  - {id: later, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:00:00+09:00, outcome: answered, commubo: {callId: later}}
  - {id: theirs, direction: inbound, from: "1", to: "2", at: 2018-09-01T10:00:00+09:00, outcome: answered, on: [commubo/OTHER], commubo: {callId: theirs}}
  - {id: desk, direction: internal, from: "1", to: "2", at: 2018-09-01T10:00:00+09:00, outcome: answered}
  - {id: plain, direction: outbound, from: "1", to: "2", at: 2018-09-01T10:00:00+09:00, talk: 7s, outcome: answered}
"#;

#[tokio::test]
async fn each_call_of_the_list_is_shown_as_its_item_to_the_byte() {
    for scenario in ["documented", "busy-day"] {
        let mock = Mock::embedded(scenario).await;
        let listed = list(&mock, "?expand=all").await;
        for item in listed.json().as_array().expect("an array").iter().take(40) {
            let one = call(&mock, item["callId"].as_str().expect("an id")).await;
            assert_eq!(one.body, item.to_string());
            assert!(listed.body.contains(&one.body));
            assert_eq!((one.status, one.header("content-type")), (200, "application/json"));
        }
    }
}

#[tokio::test]
async fn what_a_tenant_may_not_see_is_as_unknown_and_the_access_is_checked_before() {
    let mock = Mock::of(UNDER_WAY).await;
    for unknown in ["theirs", "later", "x", "0000000000000000", "%00", "now%2Fsound"] {
        let answer = call(&mock, unknown).await;
        assert_eq!((answer.status, answer.outcome()), (404, "commubo.get_call.call_not_found"), "{unknown}");
    }
    let stranger = send(mock.request("GET", "/v1/calls/x").header("x-commubo-tenantId", TENANT)).await;
    assert_eq!(stranger.status, 403);
    let derived = ids(&list(&mock, "").await);
    assert_eq!(derived.len(), 1);
    assert_eq!(call(&mock, &derived[0]).await.json()["talkTime"], "7");
    let post = send(mock.request("POST", "/v1/calls/now")).await;
    assert_eq!((post.status, post.header("allow")), (405, "GET"));
}

#[tokio::test]
async fn a_call_under_way_has_no_talk_time_and_once_it_is_over_it_has() {
    let mock = Mock::of(UNDER_WAY).await;
    let now = call(&mock, "now").await.json();
    assert_eq!((&now["connectResult"], now.get("talkTime")), (&"SUCCESSFUL".into(), None));
    assert_eq!(now["connectedDateTime"], "2018-09-01T11:59:05+09:00");
    let rings = call(&mock, "rings").await.json();
    assert_eq!((&rings["connectResult"], rings.get("connectedDateTime")), (&"".into(), None));
    send(mock.request("POST", "/_mock/clock/advance").body(r#"{"by":"PT11M"}"#)).await;
    assert_eq!(call(&mock, "now").await.json()["talkTime"], "600");
}
