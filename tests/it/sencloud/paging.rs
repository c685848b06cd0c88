//! 2, A3 to A9, A26, A32, 6: keyset paging.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{LOGS, cursor, ids, list, reading, refusal};
use crate::mock::{Answer, Mock};

async fn paged(mock: &Mock, paging: Value) -> Answer {
    list(mock, json!({ "paging": paging })).await
}

#[tokio::test]
async fn the_worked_vectors_of_the_fact_sheet_hold() {
    let mock = Mock::of(LOGS).await;
    let all = paged(&mock, json!({})).await;
    assert_eq!(ids(&all), ["L5", "L4", "L3", "L2", "L1"]);
    let paging = all.json()["paging"].take();
    assert_eq!(
        paging,
        json!({ "after": ".", "before": "", "limit": 100, "next": "", "prev": "", "sort": "" })
    );

    let first = paged(&mock, json!({ "limit": 2 })).await;
    assert_eq!((ids(&first), cursor(&first, "prev")), (vec!["L5".to_owned(), "L4".into()], String::new()));
    let next = cursor(&first, "next");
    let second = paged(&mock, json!({ "limit": 2, "after": next })).await;
    assert_eq!(ids(&second), ["L3", "L2"]);
    assert_eq!(second.json()["paging"]["after"], next, "P10: echoed as used");
    let third = paged(&mock, json!({ "limit": 2, "after": cursor(&second, "next") })).await;
    assert_eq!((ids(&third), cursor(&third, "next")), (vec!["L1".to_owned()], String::new()));

    let prev = cursor(&second, "prev");
    let by_after = paged(&mock, json!({ "limit": 2, "after": prev })).await;
    assert_eq!(
        (ids(&by_after), by_after.findings()),
        (vec!["L5".to_owned(), "L4".into()], vec!["sencloud.prev_in_after"])
    );
    let by_before = paged(&mock, json!({ "limit": 2, "before": prev, "after": "" })).await;
    assert_eq!((ids(&by_before), by_before.findings()), (vec!["L5".to_owned(), "L4".into()], vec![]));

    assert_eq!(ids(&paged(&mock, json!({ "limit": 2, "before": "." })).await), ["L2", "L1"]);
    assert_eq!(ids(&paged(&mock, json!({ "limit": 2, "after": "." })).await), ["L5", "L4"]);
    let upward = paged(&mock, json!({ "limit": 2, "sort": "started_at" })).await;
    assert_eq!(ids(&upward), ["L1", "L2"]);
    let mismatch = paged(&mock, json!({ "limit": 2, "after": cursor(&upward, "next") })).await;
    assert_eq!(
        refusal(&mismatch),
        (400, "invalid_argument".into(), "paging is invalid (sort does not match)".into())
    );
    let on =
        paged(&mock, json!({ "limit": 2, "sort": "started_at", "after": cursor(&upward, "next") })).await;
    assert_eq!(ids(&on), ["L3", "L4"]);
}

#[tokio::test]
async fn every_field_sorts_both_ways() {
    let mock = Mock::of(LOGS).await;
    for (sort, expected) in [
        ("started_at", ["L1", "L2", "L3", "L4", "L5"]),
        ("created_at", ["L1", "L2", "L3", "L5", "L4"]),
        ("updated_at", ["L4", "L1", "L2", "L3", "L5"]),
    ] {
        assert_eq!(ids(&paged(&mock, json!({ "sort": sort })).await), expected, "{sort}");
        let down: Vec<&str> = expected.into_iter().rev().collect();
        assert_eq!(ids(&paged(&mock, json!({ "sort": format!("-{sort}") })).await), down, "-{sort}");
    }
    for (sort, message) in [
        ("started_at,id", "paging is invalid (can not sort by more than 1 field)"),
        ("id", "paging is invalid (can not sort by id)"),
        ("-id", "paging is invalid (can not sort by id)"),
        ("duration", "paging is invalid (sorting by duration is not supported)"),
    ] {
        assert_eq!(refusal(&paged(&mock, json!({ "sort": sort })).await).2, message, "{sort}");
    }
}

#[tokio::test]
async fn limits_are_clamped_and_negative_ones_refused() {
    let mock = Mock::of(LOGS).await;
    for (limit, shown) in [
        (json!(0), 100),
        (json!(null), 100),
        (json!(7), 7),
        (json!(100), 100),
        (json!(101), 100),
        (json!(9_000_000_000_u64), 100),
    ] {
        assert_eq!(paged(&mock, json!({ "limit": limit })).await.json()["paging"]["limit"], shown, "{limit}");
    }
    assert_eq!(refusal(&paged(&mock, json!({ "limit": -1 })).await).2, "invalid limit");
}

#[tokio::test]
async fn cursors_that_are_damaged_forged_mixed_or_anothers_are_refused() {
    let mock = Mock::of(LOGS).await;
    let page = paged(&mock, json!({ "limit": 2 })).await;
    let (next, prev) = (
        cursor(&page, "next"),
        cursor(&paged(&mock, json!({ "limit": 2, "after": cursor(&page, "next") })).await, "prev"),
    );
    assert_eq!(refusal(&paged(&mock, json!({ "after": next, "before": prev })).await).2, "paging is invalid");
    assert_eq!(refusal(&paged(&mock, json!({ "before": next })).await).2, "paging is invalid");
    assert_eq!(
        refusal(&paged(&mock, json!({ "after": "text" })).await).2,
        "paging is invalid (invalid cursor)"
    );
    assert_eq!(
        refusal(&paged(&mock, json!({ "after": "ab!d" })).await).2,
        "paging is invalid (illegal base64 data at input byte 2)"
    );
    let short = paged(&mock, json!({ "after": "abc" })).await;
    assert_eq!(refusal(&short).2, "paging is invalid (illegal base64 data at input byte 3)");
    // Every single character counts.
    for at in 0..next.len() {
        let mut damaged: Vec<char> = next.chars().collect();
        damaged[at] = if damaged[at] == 'A' { 'B' } else { 'A' };
        let damaged: String = damaged.into_iter().collect();
        let answer = paged(&mock, json!({ "limit": 2, "after": damaged })).await;
        assert_eq!(answer.status, 400, "{at}");
    }
    // Another shop's, and another universe's.
    let request = mock.request("POST", super::PATH).header("content-type", "application/json");
    let body = json!({ "paging": { "after": next } }).to_string();
    let other = crate::mock::send(request.header("authorization", "Bearer 2:OTHER").body(body)).await;
    assert_eq!(other.outcome(), "sencloud.list_call_logs.invalid_cursor");
    let elsewhere = Mock::of(&LOGS.replace("callmock: 1", "callmock: 1\nseed: 5")).await;
    assert_eq!(
        paged(&elsewhere, json!({ "after": next })).await.outcome(),
        "sencloud.list_call_logs.invalid_cursor"
    );
    // Another filter is fine: the cursor is a place (A26).
    let filtered = list(&mock, json!({ "filter": { "direction": "in" }, "paging": { "after": next } })).await;
    assert_eq!(ids(&filtered), ["L1"]);
}

#[tokio::test]
async fn readings_decide_where_prev_goes_and_what_the_edges_have() {
    let second = async |mock: &Mock| {
        let first = paged(mock, json!({ "limit": 2 })).await;
        paged(mock, json!({ "limit": 2, "after": cursor(&first, "next") })).await
    };
    let before = Mock::of(&reading(LOGS, "sencloud.prev: before")).await;
    let prev = cursor(&second(&before).await, "prev");
    assert_eq!(ids(&paged(&before, json!({ "limit": 2, "before": prev })).await), ["L5", "L4"]);
    assert_eq!(
        ids(&paged(&before, json!({ "limit": 2, "after": prev })).await),
        ["L2", "L1"],
        "upstream: the same page less its first row"
    );
    let after = Mock::of(&reading(LOGS, "sencloud.prev: after")).await;
    let prev = cursor(&second(&after).await, "prev");
    assert_eq!(ids(&paged(&after, json!({ "limit": 2, "after": prev })).await), ["L5", "L4"]);
    assert_eq!(
        paged(&after, json!({ "limit": 2, "before": prev })).await.outcome(),
        "sencloud.list_call_logs.wrong_cursor"
    );

    let always = Mock::of(&reading(LOGS, "sencloud.edges: always")).await;
    let all = paged(&always, json!({})).await;
    assert!(!cursor(&all, "next").is_empty() && !cursor(&all, "prev").is_empty());
    let beyond = paged(&always, json!({ "after": cursor(&all, "next") })).await;
    assert_eq!(
        (ids(&beyond).len(), cursor(&beyond, "next"), cursor(&beyond, "prev")),
        (0, String::new(), String::new())
    );
    assert_eq!(beyond.findings(), [""; 0], "nothing else told that the page before was the last");
}

#[tokio::test]
async fn asking_for_the_same_page_again_is_a_finding() {
    let mock = Mock::of(LOGS).await;
    let next = cursor(&paged(&mock, json!({ "limit": 2 })).await, "next");
    let again = json!({ "limit": 2, "after": next });
    assert_eq!(paged(&mock, again.clone()).await.findings(), [""; 0]);
    assert_eq!(paged(&mock, again).await.findings(), ["sencloud.repeated_page"]);
    assert_eq!(
        paged(&mock, json!({ "limit": 2 })).await.findings(),
        [""; 0],
        "polling the first page is what one does"
    );
}

/// Calls that another vendor's requests create arrive in the list while it is walked.
#[tokio::test]
async fn calls_that_arrive_between_pages_neither_hide_nor_repeat_a_log() {
    let shared = crate::ccai::documented()
        .replace("languages: [en]", "languages: [en]\n      created_on: [ccai, sencloud]")
        .replace(
            "clock: 2019-09-10T00:19:14.421Z",
            "clock: {start: 2019-09-10T00:19:14.421Z, rate: 1000000}",
        );
    let mock = Mock::of(&shared).await;
    let arrive = async |from: usize| {
        for _ in 0..6 {
            assert_eq!(crate::ccai::create(&mock, &crate::ccai::outbound()).await.status, 201);
        }
        // They are over, and so in the list, in a moment: a day passes in a tenth of a second.
        while ids(&list(&mock, json!({})).await).len() < from + 6 {}
    };
    arrive(1).await;
    let before = ids(&list(&mock, json!({})).await);
    for sort in ["-started_at", "started_at"] {
        let (mut seen, mut after, mut pages) = (vec![], String::new(), 0);
        loop {
            let page = paged(&mock, json!({ "sort": sort, "limit": 3, "after": after })).await;
            seen.extend(ids(&page));
            after = cursor(&page, "next");
            if after.is_empty() {
                break;
            }
            pages += 1;
            if pages == 1 {
                let now = ids(&list(&mock, json!({})).await).len();
                arrive(now).await;
            }
        }
        let unique: std::collections::BTreeSet<&String> = seen.iter().collect();
        assert_eq!(unique.len(), seen.len(), "{sort}: no log twice");
        assert!(before.iter().all(|id| seen.contains(id)), "{sort}: no log lost");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    /// A walk in either direction meets every log once, in order, however many times tie.
    #[test]
    fn walks_both_ways_neither_lose_nor_repeat_a_log(
        times in prop::collection::vec(0_u32..6, 1..40), field in 0_usize..3, down: bool, limit in 1_u32..12,
    ) {
        let calls: String = times.iter().enumerate().map(|(n, t)| format!(
            "  - {{id: c{n}, direction: inbound, from: \"1\", to: \"2\", at: 2024-05-14T09:00:0{t}Z, outcome: answered, \
             sencloud: {{id: c{n}, updated_at: 2024-05-14T10:00:0{}Z, created_at: 2024-05-14T09:00:0{}Z}}}}\n", (t + 3) % 6, t % 2
        )).collect();
        let yaml = format!("{}calls:\n{calls}", LOGS.split("agents:").next().unwrap());
        let sort = ["started_at", "created_at", "updated_at"][field];
        let key = |t: u32| match field { 0 => t, 1 => t % 2, _ => (t + 3) % 6 };
        let mut expected: Vec<(u32, usize)> = times.iter().enumerate().map(|(n, t)| (key(*t), n)).collect();
        expected.sort_unstable();
        if down { expected.reverse(); }
        let expected: Vec<String> = expected.into_iter().map(|(_, n)| format!("c{n}")).collect();
        let sort = if down { format!("-{sort}") } else { sort.to_owned() };
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mock = Mock::of(&yaml).await;
            let (mut onward, mut after) = (vec![], String::new());
            loop {
                let page = paged(&mock, json!({ "sort": sort, "limit": limit, "after": after })).await;
                onward.extend(ids(&page));
                after = cursor(&page, "next");
                if after.is_empty() { break; }
            }
            assert_eq!(onward, expected);
            let (mut back, mut before) = (vec![], ".".to_owned());
            while !before.is_empty() {
                let page = paged(&mock, json!({ "sort": sort, "limit": limit, "before": before })).await;
                back.splice(0..0, ids(&page));
                before = cursor(&page, "prev");
            }
            assert_eq!(back, expected);
        });
    }
}
