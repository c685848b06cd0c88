//! A request for each behavior of Sencloud: what brings it about, and the proof that the suite
//! meets them all.

use serde_json::{Value, json};

use super::{KEY, LOGS, PATH, cursor, list, post, reading};
use crate::mock::{Answer, Mock, impatient, send};

/// Sends every probe; the last segment of the behavior each is for, with its answer.
pub async fn answers() -> Vec<(&'static str, Answer)> {
    let mock = Mock::of(LOGS).await;
    let mut answers = vec![];
    for (behavior, body) in bodies() {
        answers.push((behavior, list(&mock, body).await));
    }
    for (behavior, readings, body) in [
        ("top_level_refused", "sencloud.extension_ids: refuse", json!({ "extension_ids": ["1"] })),
        ("top_level_ignored", "sencloud.extension_ids: ignore", json!({ "extension_ids": ["1"] })),
        ("one_date", "sencloud.one_date: refuse", json!({ "filter": { "date_to": "2024-05-14T00:00:00Z" } })),
    ] {
        answers.push((behavior, list(&Mock::of(&reading(LOGS, readings)).await, body).await));
    }
    let first = list(&mock, json!({ "paging": { "limit": 2 } })).await;
    let next = cursor(&first, "next");
    let second = list(&mock, json!({ "paging": { "limit": 2, "after": next } })).await;
    let prev = cursor(&second, "prev");
    answers.push(("next_page", second));
    answers.push(("previous_page", list(&mock, json!({ "paging": { "before": prev } })).await));
    answers.push(("both_cursors", list(&mock, json!({ "paging": { "before": prev, "after": next } })).await));
    answers.push(("wrong_cursor", list(&mock, json!({ "paging": { "before": next } })).await));
    answers.push((
        "sort_mismatch",
        list(&mock, json!({ "paging": { "after": next, "sort": "created_at" } })).await,
    ));
    answers.push(("malformed_json", post(&mock, "{").await));
    answers.push(("wrong_method", mock.get(PATH).await));
    let json = |path: &str| mock.request("POST", path).header("content-type", "application/json").body("{}");
    answers.push(("wrong_content_type", send(mock.request("POST", PATH)).await));
    answers.push(("no_handler", send(json("/v1/shop.Sencloud/Nothing")).await));
    answers.push(("unauthenticated", send(json(PATH)).await));
    answers.push(("invalid_api_key", send(json(PATH).header("authorization", "Bearer x")).await));
    answers.push(("permission_denied", send(json(PATH).header("authorization", "Bearer shop1:x")).await));
    let post = format!("POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n");
    let large = format!("{post}Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n");
    answers.push(("payload_too_large", mock.raw(large.as_bytes()).await));
    let broken = format!("{post}Transfer-Encoding: chunked\r\n\r\nnot a chunk\r\n");
    answers.push(("broken_body", mock.raw(broken.as_bytes()).await));
    let half = format!("{post}Content-Length: 10\r\n\r\n{{");
    answers.push(("body_timeout", Mock::with(LOGS, impatient()).await.raw(half.as_bytes()).await));
    let bearer = format!("Bearer {KEY}");
    let with_key = |mock: &Mock, path: &str| {
        let request = mock.request("POST", path).header("content-type", "application/json");
        request.header("authorization", &bearer).body("{}")
    };
    answers.push(("not_emulated", send(with_key(&mock, "/v1/shop.Sencloud/CreateExtension")).await));
    let paged = format!("{PATH}?limit=2");
    answers.push(("paging_in_query", send(with_key(&mock, &paged)).await));
    let ignoring = Mock::of(&reading(LOGS, "sencloud.query_paging: ignore")).await;
    answers.push(("paging_in_query_ignored", send(with_key(&ignoring, &paged)).await));
    let exclusive = Mock::of(&reading(LOGS, "sencloud.date_to: exclusive")).await;
    let until = json!({ "filter": { "date_to": "2024-05-15T00:00:00Z" } });
    answers.push(("date_to_exclusive", list(&exclusive, until).await));
    answers.extend(crate::recordings::probes("sencloud").await);
    answers
}

fn bodies() -> Vec<(&'static str, Value)> {
    let filter = |name: &str, value: Value| json!({ "filter": { name: value } });
    let paging = |name: &str, value: Value| json!({ "paging": { name: value } });
    vec![
        ("listed", json!({})),
        ("empty", filter("call_number", json!("x"))),
        ("first_page", json!({})),
        ("last_page", paging("before", json!("."))),
        ("limit_clamped", paging("limit", json!(101))),
        ("sort_started_at", json!({})),
        ("sort_created_at", paging("sort", json!("created_at"))),
        ("sort_updated_at", paging("sort", json!("-updated_at"))),
        ("ascending", paging("sort", json!("started_at"))),
        ("descending", json!({})),
        ("unset_enum", filter("direction", json!("unknown"))),
        ("top_level_extension_ids", json!({ "extension_ids": ["101"] })),
        ("filter_call_number", filter("call_number", json!("1900"))),
        ("filter_call_state", filter("call_state", json!("answered"))),
        ("filter_date_from", filter("date_from", json!("2024-05-14T00:00:00Z"))),
        ("filter_date_to", filter("date_to", json!("2024-05-15T00:00:00Z"))),
        ("filter_direction", filter("direction", json!("in"))),
        ("filter_extension_ids", filter("extension_ids", json!(["101"]))),
        ("filter_hotline_ids", filter("hotline_ids", json!(["31"]))),
        ("filter_external_id", filter("external_id", json!("e1"))),
        ("filter_external_session_id", filter("external_session_id", json!("s1"))),
        ("filter_department_id", filter("department_id", json!("d1"))),
        ("filter_user_id", filter("user_id", json!("77"))),
        ("filter_duration", filter("duration", json!({ "comparison": "equal", "value": 5 }))),
        ("invalid_enum", filter("call_state", json!("x"))),
        ("invalid_date", filter("date_from", json!("x"))),
        (
            "reversed_dates",
            json!({ "filter": { "date_from": "2024-05-15T00:00:00Z", "date_to": "2024-05-14T00:00:00Z" } }),
        ),
        ("invalid_limit", paging("limit", json!(-1))),
        ("sort_several", paging("sort", json!("a,b"))),
        ("sort_by_id", paging("sort", json!("id"))),
        ("sort_unknown", paging("sort", json!("x"))),
        ("invalid_cursor", paging("after", json!("text"))),
    ]
}
