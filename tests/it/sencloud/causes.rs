//! A request for each finding of Sencloud that shows at once.

use serde_json::{Value, json};

use super::{KEY, PATH, cursor, list};
use crate::ccai::basic;
use crate::mock::{Answer, Mock, REAL, send};

/// Each finding, with the answer to the request that causes it.
pub async fn answers(mock: &Mock) -> Vec<(&'static str, Answer)> {
    let paged = |paging: Value| list(mock, json!({ "paging": paging }));
    let first = paged(json!({ "limit": 10 })).await;
    let next = cursor(&first, "next");
    let second = paged(json!({ "limit": 10, "after": next })).await;
    let prev = cursor(&second, "prev");
    let other = list(mock, json!({ "filter": { "direction": "in" }, "paging": { "limit": 2 } })).await;
    let mut causes = vec![
        ("sencloud.repeated_page", paged(json!({ "limit": 10, "after": next })).await),
        ("sencloud.top_level_extension_ids", list(mock, json!({ "extension_ids": ["101"] })).await),
        ("sencloud.unknown_key", list(mock, json!({ "filter": { "directon": "in" } })).await),
        ("sencloud.prev_in_after", paged(json!({ "limit": 10, "after": prev })).await),
        ("sencloud.page_past_end", {
            // A cursor of a place from which nothing more is in the range asked for.
            let filter = json!({ "date_from": "2024-05-14T00:00:00+08:00" });
            let all = list(mock, json!({ "filter": filter, "paging": { "limit": 100 } })).await;
            assert_eq!(cursor(&all, "next"), "");
            let none = json!({ "date_from": "2030-01-01T00:00:00Z" });
            let after = json!({ "limit": 10, "after": cursor(&second, "next") });
            list(mock, json!({ "filter": none, "paging": after })).await
        }),
        ("sencloud.filter_changed", {
            let after = json!({ "after": cursor(&other, "next") });
            list(mock, json!({ "filter": { "direction": "out" }, "paging": after })).await
        }),
        ("sencloud.limit_over_100", paged(json!({ "limit": 1000 })).await),
        ("sencloud.both_cursors", paged(json!({ "after": next, "before": next })).await),
        ("sencloud.sort_with_cursor", paged(json!({ "after": next, "sort": "created_at" })).await),
        (
            "sencloud.naive_time",
            list(mock, json!({ "filter": { "date_from": "2024-05-14T00:00:00" } })).await,
        ),
        ("sencloud.unset_enum", list(mock, json!({ "filter": { "call_state": "unknown" } })).await),
        ("sencloud.refused_again", {
            paged(json!({ "limit": -1 })).await;
            paged(json!({ "limit": -1 })).await
        }),
        (
            "sencloud.zero_time",
            list(mock, json!({ "filter": { "date_from": "0001-01-01T00:00:00Z" } })).await,
        ),
    ];
    let own = format!("Bearer {KEY}");
    for (id, query, authorization) in [
        ("sencloud.secret_in_url", "?api_key=MOCKKEY", own.as_str()),
        ("sencloud.real_looking_key", "", &format!("Bearer 1296121461794938793:{REAL}")),
        ("sencloud.authorization_scheme", "", &basic("a", "b")),
        ("sencloud.paging_in_query", "?limit=2", &own),
        ("sencloud.unknown_query", "?limt=2", &own),
        ("sencloud.dirty_credential", "", &format!("Bearer '{KEY}'")),
    ] {
        let request = mock.request("POST", &format!("{PATH}{query}"));
        let request = request.header("content-type", "application/json");
        causes.push((id, send(request.header("authorization", authorization).body("{}")).await));
    }
    let other = mock.request("POST", "/v1/shop.Sencloud/CreateExtension");
    let other = other.header("content-type", "application/json").header("authorization", own);
    causes.push(("sencloud.not_emulated", send(other.body("{}")).await));
    causes
}
