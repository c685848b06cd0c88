//! R5 to R15, A1, A2, A10 to A19, A22: the filters.

use serde_json::{Value, json};

use super::{KEY, LOGS, PATH, cursor, filtered, ids, list, post, reading, refusal};
use crate::mock::{Answer, Mock, send};

#[tokio::test]
async fn each_filter_finds_its_logs_newest_first() {
    let mock = Mock::of(LOGS).await;
    let all = ["L5", "L4", "L3", "L2", "L1"];
    for (filter, expected) in [
        (json!({}), &all[..]),
        (json!({ "call_number": "0901" }), &["L4", "L1"]),
        (json!({ "call_number": "1900" }), &["L5", "L4", "L2", "L1"]),
        (json!({ "call_number": "090" }), &[]),
        (json!({ "call_state": "answered" }), &["L3", "L1"]),
        (json!({ "call_state": "not_answered" }), &["L4", "L2"]),
        (json!({ "call_state": "unknown" }), &all),
        (json!({ "direction": "in" }), &["L4", "L1"]),
        (json!({ "direction": "out" }), &["L2"]),
        (json!({ "direction": "ext" }), &["L3"]),
        (json!({ "direction": "ext_in" }), &["L5"]),
        (json!({ "direction": "ext_out" }), &[]),
        (json!({ "direction": "unknown" }), &all),
        (json!({ "extension_ids": ["9001"] }), &["L3", "L1"]),
        (json!({ "extension_ids": ["101"] }), &["L3", "L1"]),
        (json!({ "extension_ids": ["102", "9001"] }), &["L3", "L2", "L1"]),
        (json!({ "extension_ids": [] }), &all),
        (json!({ "hotline_ids": ["31"] }), &["L1"]),
        (json!({ "hotline_ids": ["31", "cold"] }), &["L4", "L1"]),
        (json!({ "department_id": "d1" }), &["L1"]),
        (json!({ "user_id": "77" }), &["L3", "L1"]),
        (json!({ "external_id": "e1" }), &["L1"]),
        (json!({ "external_session_id": "s1" }), &["L1"]),
        (json!({ "external_id": "" }), &all),
        (json!({ "external_id": null, "duration": null }), &all),
        (json!({ "duration": { "comparison": "unknow", "value": 1 } }), &all),
        (json!({ "duration": { "comparison": "less_than_or_equal_to", "value": 5 } }), &["L4", "L3", "L2"]),
        (json!({ "duration": { "comparison": "less_than", "value": 5 } }), &["L4", "L2"]),
        (json!({ "duration": { "comparison": "equal", "value": 60 } }), &["L5", "L1"]),
        (json!({ "duration": { "comparison": "greater_than", "value": 5 } }), &["L5", "L1"]),
        (
            json!({ "duration": { "comparison": "greater_than_or_equal_to", "value": 5 } }),
            &["L5", "L3", "L1"],
        ),
        (json!({ "date_from": "2024-05-14T09:20:00+07:00" }), &["L5", "L4", "L3"]),
        (json!({ "date_to": "2024-05-14T02:20:00.000Z" }), &["L3", "L2", "L1"]),
        (
            json!({ "date_from": "2024-05-14T02:10:00.123456Z", "date_to": "2024-05-14T02:10:00.123456Z" }),
            &["L2"],
        ),
        (json!({ "date_from": "2024-05-14T02:10:00.123457Z", "date_to": "2024-05-14T02:10:00.2Z" }), &[]),
        (json!({ "call_state": "answered", "direction": "in", "call_number": "0901" }), &["L1"]),
    ] {
        assert_eq!(filtered(&mock, filter.clone()).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn the_pages_own_samples_are_accepted_as_bodies() {
    let mock = Mock::of(LOGS).await;
    // The generated sample, whose placeholders find nothing (page L22-51), and the other one
    // (L115-138).
    let generated = json!({
        "filter": {
            "call_number": "text", "call_state": "unknown", "date_from": "2025-12-06T03:38:08.453Z",
            "date_to": "2025-12-06T03:38:08.453Z", "department_id": "text", "direction": "unknown",
            "duration": { "comparison": "unknow", "value": 1 }, "extension_ids": ["text"], "external_id": "text",
            "external_session_id": "text", "hotline_ids": ["text"], "user_id": "text",
        },
        "paging": { "limit": 1 },
    });
    let answer = list(&mock, generated).await;
    assert_eq!((ids(&answer).len(), answer.findings()), (0, vec!["sencloud.unset_enum"]));
}

#[tokio::test]
async fn the_pages_own_curl_finds_the_documented_log() {
    let mock = Mock::embedded("documented").await;
    let answer = post(&mock, "{\n    \"extension_ids\": [\"101\"]\n}").await;
    assert_eq!(ids(&answer).len(), 1);
    assert_eq!(answer.findings(), ["sencloud.top_level_extension_ids"]);
}

#[tokio::test]
async fn extension_ids_at_top_level_are_honoured_ignored_or_refused() {
    let body = json!({ "extension_ids": ["102"] });
    let honoured = list(&Mock::of(LOGS).await, body.clone()).await;
    assert_eq!(ids(&honoured), ["L2"]);
    let both = json!({ "extension_ids": ["102"], "filter": { "extension_ids": ["101"] } });
    assert_eq!(ids(&list(&Mock::of(LOGS).await, both).await), ["L3", "L1"], "the filter's own win");
    let ignoring = Mock::of(&reading(LOGS, "sencloud.extension_ids: ignore")).await;
    assert_eq!(ids(&list(&ignoring, body.clone()).await).len(), 5);
    let refusing = Mock::of(&reading(LOGS, "sencloud.extension_ids: refuse")).await;
    assert_eq!(refusal(&list(&refusing, body).await).0, 400);
}

#[tokio::test]
async fn readings_decide_what_the_page_leaves_open() {
    let by_id = Mock::of(&reading(LOGS, "sencloud.extension_match: id")).await;
    assert_eq!(filtered(&by_id, json!({ "extension_ids": ["101"] })).await, [""; 0]);
    let part = Mock::of(&reading(LOGS, "sencloud.number_match: substring")).await;
    assert_eq!(filtered(&part, json!({ "call_number": "090" })).await, ["L5", "L4", "L2", "L1"]);
    let created = Mock::of(&reading(LOGS, "sencloud.date_column: created_at")).await;
    assert_eq!(filtered(&created, json!({ "date_from": "2024-05-15T00:00:00Z" })).await, ["L4"]);
    let two = Mock::of(&reading(LOGS, "sencloud.one_date: refuse")).await;
    let date = "2024-05-14T00:00:00Z";
    let from = list(&two, json!({ "filter": { "date_from": date } })).await;
    assert_eq!(refusal(&from).2, "date_to must be after date_from");
    let to = list(&two, json!({ "filter": { "date_to": date } })).await;
    assert_eq!(refusal(&to).2, "must provide both DateFrom and DateTo");
}

#[tokio::test]
async fn bad_values_are_invalid_arguments() {
    let mock = Mock::of(LOGS).await;
    for (body, message) in [
        (json!({ "filter": { "call_state": "foo" } }), "invalid call_state \"foo\""),
        (json!({ "filter": { "direction": "IN" } }), "invalid direction \"IN\""),
        (json!({ "filter": { "duration": { "comparison": "more" } } }), "invalid comparison \"more\""),
        (json!({ "filter": { "date_from": "2024-05-14" } }), "invalid date_from \"2024-05-14\""),
        (json!({ "filter": { "date_to": "now" } }), "invalid date_to \"now\""),
        (
            json!({ "filter": { "date_from": "2024-05-15T00:00:00Z", "date_to": "2024-05-14T00:00:00Z" } }),
            "date_to must be after date_from",
        ),
    ] {
        let answer = list(&mock, body.clone()).await;
        assert_eq!(refusal(&answer), (400, "invalid_argument".into(), message.into()), "{body}");
    }
}

#[tokio::test]
async fn unknown_members_are_skipped_with_a_finding() {
    let mock = Mock::of(LOGS).await;
    for body in [
        json!({ "Filter": {} }),
        json!({ "filter": { "callstate": "answered" } }),
        json!({ "paging": { "page": 2 } }),
    ] {
        let answer = list(&mock, body.clone()).await;
        assert_eq!((ids(&answer).len(), answer.findings()), (5, vec!["sencloud.unknown_key"]), "{body}");
    }
    let null = post(&mock, "null").await;
    assert_eq!((ids(&null).len(), null.findings()), (5, vec![]));
}

/// A page of what the query string asks for, beside a body.
async fn by_query(mock: &Mock, query: &str, body: Value) -> Answer {
    let request = mock.request("POST", &format!("{PATH}?{query}")).header("content-type", "application/json");
    send(request.header("authorization", format!("Bearer {KEY}")).body(body.to_string())).await
}

#[tokio::test]
async fn paging_in_the_query_string_is_honoured_and_the_body_wins_where_both_are_there() {
    let mock = Mock::of(LOGS).await;
    let first = by_query(&mock, "limit=2", json!({})).await;
    assert_eq!((ids(&first).len(), first.findings()), (2, vec!["sencloud.paging_in_query"]));
    let next = cursor(&first, "next");
    let second = by_query(&mock, &format!("limit=2&after={next}"), json!({})).await;
    assert_eq!(ids(&second), ids(&list(&mock, json!({ "paging": { "limit": 2, "after": next } })).await));
    let both = by_query(&mock, "limit=2", json!({ "paging": { "limit": 3 } })).await;
    assert_eq!(ids(&both).len(), 3);
    let misspelt = by_query(&mock, "limt=2", json!({})).await;
    assert_eq!(misspelt.findings(), ["sencloud.unknown_query"]);
    let ignoring = Mock::of(&reading(LOGS, "sencloud.query_paging: ignore")).await;
    assert_eq!(ids(&by_query(&ignoring, "limit=2", json!({})).await).len(), 5);
}

#[tokio::test]
async fn a_time_that_go_writes_for_nothing_is_not_set() {
    let mock = Mock::of(LOGS).await;
    let all = ids(&list(&mock, json!({})).await);
    for time in ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"] {
        for member in ["date_from", "date_to"] {
            let answer = list(&mock, json!({ "filter": { member: time } })).await;
            assert_eq!((answer.status, ids(&answer)), (200, all.clone()), "{member} {time}");
            assert_eq!(answer.findings(), ["sencloud.zero_time"], "{member} {time}");
        }
    }
}

#[tokio::test]
async fn the_end_of_a_range_is_in_it_or_not_as_the_reading_says() {
    let shown = async |mock: &Mock| {
        let newest = list(mock, json!({ "paging": { "limit": 1 } })).await.json()["call_logs"][0].clone();
        let until = newest["started_at"].clone();
        let answer = list(mock, json!({ "filter": { "date_to": until } })).await;
        ids(&answer).contains(&newest["id"].as_str().map_or_else(|| newest["id"].to_string(), str::to_owned))
    };
    assert!(shown(&Mock::of(LOGS).await).await);
    assert!(!shown(&Mock::of(&reading(LOGS, "sencloud.date_to: exclusive")).await).await);
}
