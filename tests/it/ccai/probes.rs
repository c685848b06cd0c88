//! A request for each behavior of CCAI Platform: what brings it about, and the proof that the suite
//! meets them all.

use serde_json::{Value, json};

use super::{CALLS, ask, basic, create, documented, inbound, outbound, reading, scheduled, state, with};
use crate::mock::{Answer, Mock, impatient, send};

/// Sends every probe; the last segments of the behavior each is for, with its answer.
pub async fn answers() -> Vec<(&'static str, Answer)> {
    let mock = Mock::of(documented()).await;
    let mut answers = vec![];
    for (behavior, body) in bodies() {
        answers.push((behavior, create(&mock, &body).await));
    }
    for (behavior, readings, body) in [
        (
            "outbound.accepted_echo",
            "ccai.accepted: echo_200",
            with(outbound(), "outbound_number", json!(null)),
        ),
        ("as_documented", "ccai.scheduled_response: as_documented", scheduled()),
    ] {
        answers.push((behavior, create(&Mock::of(&reading(readings)).await, &body).await));
    }
    for (to, inbounds, scheduleds) in [
        ("manual_redirection", "inbound.manual_redirection", "scheduled.manual_redirection"),
        ("after_hours", "inbound.after_hours", "scheduled.after_hours"),
    ] {
        state(&mock, "queues/9", to).await;
        answers.push((inbounds, create(&mock, &inbound()).await));
        answers.push((scheduleds, create(&mock, &scheduled()).await));
    }
    let limited = Mock::of(&reading("ccai.rate_limit: on")).await;
    for _ in 0..10 {
        create(&limited, &outbound()).await;
    }
    answers.push(("too_many_requests", create(&limited, &outbound()).await));
    let flag = |id: &str| format!("/apps/api/v1/calls/{id}/customer_flag");
    answers.push(("get_customer_flag.shown", ask(&mock, "GET", &flag("514"), "").await));
    answers.push(("get_customer_flag.call_not_found", ask(&mock, "GET", &flag("1"), "").await));
    answers.push(("update_customer_flag.updated", ask(&mock, "PATCH", &flag("514"), "{}").await));
    answers.push(("update_customer_flag.call_not_found", ask(&mock, "PATCH", &flag("1"), "{}").await));
    answers.push((
        "update_customer_flag.malformed",
        ask(&mock, "PATCH", &flag("514"), r#"{"bad_actor":1}"#).await,
    ));
    let plural = r#"{"repeat_customers":true}"#;
    answers.push(("update_customer_flag.plural", ask(&mock, "PATCH", &flag("514"), plural).await));
    let refusing = Mock::of(&reading("ccai.plural_flag: refuse")).await;
    answers
        .push(("update_customer_flag.plural_refused", ask(&refusing, "PATCH", &flag("514"), plural).await));
    answers.push(("not_authorized", mock.get(CALLS).await));
    answers.push(("any.not_found", ask(&mock, "GET", "/apps/api/v1/nothing", "").await));
    answers.push(("any.not_emulated", ask(&mock, "GET", CALLS, "").await));
    answers.push(("invalid_json", ask(&mock, "POST", CALLS, "{").await));
    let elsewhere = mock.request("GET", CALLS).header("authorization", basic("acme", "mock-token"));
    answers.push(("wrong_subdomain", send(elsewhere.header("host", "other.localhost")).await));
    let post = format!("POST {CALLS} HTTP/1.1\r\nHost: x\r\n");
    let large = format!("{post}Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n");
    answers.push(("payload_too_large", mock.raw(large.as_bytes()).await));
    let broken = format!("{post}Transfer-Encoding: chunked\r\n\r\nnot a chunk\r\n");
    answers.push(("broken_body", mock.raw(broken.as_bytes()).await));
    let half = format!("{post}Content-Length: 10\r\n\r\n{{");
    answers.push(("body_timeout", Mock::with(documented(), impatient()).await.raw(half.as_bytes()).await));
    answers.extend(lists().await);
    answers.extend(crate::recordings::probes("ccai").await);
    answers
}

/// The probes of the list of calls.
async fn lists() -> Vec<(&'static str, Answer)> {
    let mock = Mock::of(documented()).await;
    for body in [outbound(), inbound(), scheduled()] {
        create(&mock, &body).await;
    }
    let (large, strict) =
        (Mock::of(&reading("ccai.per_max: '200'")).await, Mock::of(&reading("ccai.bad_page: error")).await);
    let mut answers = vec![];
    for (behavior, mock, query) in [
        ("list_calls.listed", &mock, ""),
        ("list_calls.empty", &mock, "?page=9"),
        ("under_way", &mock, "?sort_column=created_at"),
        ("next_page", &mock, "?per=1&updated_at[from]=2019-09-01T00:00:00%2B00:00"),
        ("last_page", &mock, "?per=2&page=2"),
        ("list_calls.per", &mock, "?per=3"),
        ("per_reduced", &mock, "?per=101"),
        ("per_over_100", &large, "?per=200"),
        ("page_fallback", &mock, "?page=0&per=x"),
        ("list_calls.updated_at", &mock, "?updated_at[from]=2019-09-10T00:00:00Z"),
        ("list_calls.created_at", &mock, "?created_at[to]=2019-09-01T00:00:00Z"),
        ("list_calls.ids", &mock, "?id[]=514&id[]=397"),
        ("default_order", &mock, "?per=1"),
        ("list_calls.sorted", &mock, "?sort_column=status"),
        ("sort_ignored", &mock, "?sort_column=nothing"),
        ("list_calls.descending", &mock, "?sort_direction=DESC"),
        ("list_calls.malformed_query", &mock, "?page=%zz"),
        ("list_calls.malformed_filter", &mock, "?id[]=x"),
        ("list_calls.bad_page", &strict, "?per=0"),
    ] {
        answers.push((behavior, ask(mock, "GET", &format!("/manager/api/v1/calls{query}"), "").await));
    }
    answers
}

fn bodies() -> Vec<(&'static str, Value)> {
    let out = |name: &str, value: Value| with(outbound(), name, value);
    let into = |name: &str, value: Value| with(inbound(), name, value);
    let later = |name: &str, value: Value| with(scheduled(), name, value);
    vec![
        ("invalid_call_type", out("call_type", json!("x"))),
        ("outbound.created", outbound()),
        ("outbound.accepted", out("outbound_number", json!(null))),
        ("outbound.agent_email_required", out("agent_email", json!(null))),
        ("outbound.target_required", out("end_user_number", json!(null))),
        ("outbound.end_user_number_malformed", out("end_user_number", json!("1"))),
        ("outbound.contact_not_found", out("ticket_id", json!("1"))),
        ("outbound.language_not_found", out("lang", json!("xy"))),
        ("outbound.language_not_available", out("lang", json!("fr"))),
        ("outbound.agent_email_invalid", out("agent_email", json!("x"))),
        ("outbound.agent_no_access", out("agent_email", json!("allen@somedomain.com"))),
        ("outbound.agent_unavailable", out("agent_email", json!("agent@somedomain.com"))),
        ("outbound.outbound_number_malformed", out("outbound_number", json!("1"))),
        ("inbound.created", inbound()),
        ("inbound.menu_id_required", into("menu_id", json!(null))),
        ("inbound.end_user_number_required", into("end_user_number", json!(null))),
        ("inbound.menu_id_malformed", into("menu_id", json!("x"))),
        ("inbound.end_user_number_malformed", into("end_user_number", json!("1"))),
        ("inbound.language_not_found", into("lang", json!("xy"))),
        ("inbound.language_not_available", into("lang", json!("fr"))),
        ("inbound.menu_not_found", into("menu_id", json!(1))),
        ("inbound.menu_type", into("menu_id", json!(50))),
        ("inbound.contact_not_found", into("ticket_id", json!("1"))),
        ("scheduled.created", scheduled()),
        ("scheduled.menu_id_required", later("menu_id", json!(null))),
        ("scheduled.end_user_number_required", later("end_user_number", json!(null))),
        ("scheduled.scheduled_at_required", later("scheduled_at", json!(null))),
        ("scheduled.menu_id_malformed", later("menu_id", json!("x"))),
        ("scheduled.call_id_malformed", later("call_id", json!("x"))),
        ("scheduled.end_user_number_malformed", later("end_user_number", json!("1"))),
        ("scheduled.scheduled_at_malformed", later("scheduled_at", json!("x"))),
        ("scheduled.scheduled_at_past", later("scheduled_at", json!("2001-01-01T00:00:00Z"))),
        ("scheduled.language_not_found", later("lang", json!("xy"))),
        ("scheduled.language_not_available", later("lang", json!("fr"))),
        ("scheduled.menu_not_found", later("menu_id", json!(1))),
        ("scheduled.call_not_found", later("call_id", json!(1))),
        ("scheduled.menu_type", later("menu_id", json!(50))),
        ("scheduled.contact_not_found", later("ticket_id", json!("1"))),
        ("by_ticket", into("ticket_id", json!("76517"))),
        ("by_call_id", with(later("call_id", json!(514)), "menu_id", json!(null))),
        ("default_number", inbound()),
        ("deprecated_call_type", out("call_type", json!("OutboundCall"))),
    ]
}
