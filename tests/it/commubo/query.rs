//! R6 to R11, S2, S4, A4 to A13: what may be asked for.

use std::sync::Arc;

use callmock::scenario::{self, LoadOptions, Source};
use proptest::prelude::*;

use super::{VECTORS, ids, list, reading};
use crate::mock::Mock;

#[tokio::test]
async fn ranges_are_days_in_japan_whose_end_is_not_in() {
    let mock = Mock::of(VECTORS).await;
    for (query, expected) in [
        ("?start=2018-09-01", &["U", "A", "B", "C"][..]),
        ("?start=2018-09-01&end=2018-10-01", &["U", "A", "B"]),
        ("?end=2018-09-01", &["D"]),
        ("", &["D", "U", "A", "B", "C"]),
        ("?start=2018-09-01&end=2018-09-01", &[]),
        ("?start=2030-01-01", &[]),
        ("?end=2018-10-01&start=2018-09-01&expand=customer", &["U", "A", "B"]),
    ] {
        assert_eq!(ids(&list(&mock, query).await), expected, "{query}");
    }
}

#[tokio::test]
async fn the_end_is_in_when_the_reading_says_so() {
    let mock = Mock::of(&reading(VECTORS, "commubo.end: inclusive")).await;
    assert_eq!(ids(&list(&mock, "?start=2018-09-01&end=2018-10-01").await), ["U", "A", "B", "C"]);
    assert_eq!(ids(&list(&mock, "?end=2018-09-01").await), ["D", "U", "A"]);
}

#[tokio::test]
async fn what_is_not_a_day_or_a_word_of_the_page_is_406() {
    let mock = Mock::of(VECTORS).await;
    for (query, outcome) in [
        ("?start=2018/09/01", "invalid_start"),
        ("?start=2018-9-1", "invalid_start"),
        ("?start=20180901", "invalid_start"),
        ("?start=2018-02-30", "invalid_start"),
        ("?start=2018-09-01T00:00:00", "invalid_start"),
        ("?start=%2B018-09-01", "invalid_start"),
        ("?start=", "invalid_start"),
        ("?start", "invalid_start"),
        ("?start=%00", "invalid_start"),
        ("?start=２０１８-09-01", "invalid_start"),
        ("?end=2018-13-01", "invalid_end"),
        ("?end=+2018-10-01", "invalid_end"),
        ("?expand=ALL", "invalid_expand"),
        ("?expand=", "invalid_expand"),
        ("?expand=customer,operator", "invalid_expand"),
        ("?start=2018-10-01&end=2018-09-01", "reversed_range"),
        ("?start=2018-09-01&start=2018-09-01", "repeated_parameter"),
        ("?expand=all&expand=none", "repeated_parameter"),
        ("?start=%zz", "malformed_query"),
        ("?start=%ff", "malformed_query"),
        ("?other=%", "malformed_query"),
    ] {
        let answer = list(&mock, query).await;
        assert_eq!(answer.status, 406, "{query}");
        assert_eq!(answer.outcome(), format!("commubo.list_calls.{outcome}"), "{query}");
    }
}

#[tokio::test]
async fn readings_decide_what_the_page_leaves_open() {
    let reversed = Mock::of(&reading(VECTORS, "commubo.reversed_range: empty")).await;
    assert_eq!(ids(&list(&reversed, "?start=2018-10-01&end=2018-09-01").await), [""; 0]);

    let open = Mock::of(&reading(VECTORS, "commubo.open_range: refuse")).await;
    assert_eq!(list(&open, "").await.outcome(), "commubo.list_calls.missing_start");
    assert_eq!(list(&open, "?end=2018-09-01").await.status, 406);
    assert_eq!(ids(&list(&open, "?start=2018-10-01").await), ["C"]);

    let newest_first = Mock::of(&reading(VECTORS, "commubo.order: descending")).await;
    assert_eq!(ids(&list(&newest_first, "").await), ["C", "B", "A", "U", "D"]);
}

#[tokio::test]
async fn unknown_parameters_are_ignored_with_a_finding_or_refused_where_the_reading_says_so() {
    let mock = Mock::of(VECTORS).await;
    let answer = list(&mock, "?end=2030-01-01&stat=2018-09-01").await;
    assert_eq!((answer.status, answer.findings()), (200, vec!["commubo.unknown_parameter"]));
    let strict = Mock::of(&reading(VECTORS, "commubo.unknown_parameter: refuse")).await;
    let answer = list(&strict, "?stat=2018-09-01").await;
    assert_eq!((answer.status, answer.outcome()), (406, "commubo.list_calls.unknown_parameter"));
    assert_eq!(answer.findings(), ["commubo.unknown_parameter"]);
}

#[tokio::test]
async fn equal_times_keep_the_scenarios_order_in_both_directions() {
    let ties = r#"
callmock: 1
accounts: {commubo: [{tenant_id: 12345678-90AB-CDEF-1234-567890ABCDEF, access_token: FEDCBA09-8765-4321-FEDC-BA0987654321}]}
calls:
  - {id: z, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:01:23Z, outcome: answered, commubo: {callId: z}}
  - {id: m, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:01:23Z, outcome: answered, commubo: {callId: m}}
  - {id: a, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:01:23Z, outcome: answered, commubo: {callId: a}}
"#;
    assert_eq!(ids(&list(&Mock::of(ties).await, "").await), ["z", "m", "a"]);
    let down = Mock::of(&reading(ties, "commubo.order: descending")).await;
    assert_eq!(ids(&list(&down, "").await), ["a", "m", "z"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Any two neighbouring ranges together give what the range over both gives, whatever the calls
    /// are.
    #[test]
    fn neighbouring_ranges_neither_lose_nor_repeat_a_call(seed: u64, first in 1_u32..28, length in 0_u32..28) {
        let yaml = format!(
            "{}\nseed: {seed}\ngenerate: {{calls: 300, from: 2018-08-30, to: 2018-10-02}}",
            VECTORS.split("calls:").next().unwrap()
        );
        let middle = (first + length).min(30);
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mock = Mock::of(&yaml).await;
            let day = |n: u32| format!("2018-09-{n:02}");
            let left = list(&mock, &format!("?start={}&end={}", day(first), day(middle))).await;
            let right = list(&mock, &format!("?start={}&end=2018-10-01", day(middle))).await;
            let both = list(&mock, &format!("?start={}&end=2018-10-01", day(first))).await;
            let (left, right, both) = (ids(&left), ids(&right), ids(&both));
            assert_eq!([left, right].concat(), both);
        });
    }
}

#[test]
fn a_long_list_is_streamed_and_the_journal_keeps_only_its_beginning() {
    // The list of 30 000 calls is some megabytes; the first bytes arrive although the client reads
    // no more, and dropping the connection ends the work.
    let yaml = format!(
        "{}\ngenerate: {{calls: 30000, from: 2018-09-01, to: 2018-09-30}}",
        VECTORS.split("calls:").next().unwrap()
    );
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mock = Mock::of(&yaml).await;
        let request = mock.request("GET", "/v1/calls");
        let request =
            request.header("x-commubo-tenantId", super::TENANT).header("x-commubo-accessToken", super::TOKEN);
        let mut response = request.send().await.unwrap();
        assert_eq!(response.headers().get("transfer-encoding").unwrap(), "chunked");
        let first = response.chunk().await.unwrap().unwrap();
        assert!(first.starts_with(b"[{\"callId\""));
        drop(response);
        let whole = list(&mock, "").await;
        let shown = whole.json().as_array().unwrap().len();
        let scenario = scenario::load(&LoadOptions {
            sources: vec![Source::Text { name: "test".into(), text: Arc::from(yaml.as_str()) }],
            ..LoadOptions::default()
        })
        .unwrap();
        let outside = scenario
            .universe
            .calls()
            .iter()
            .filter(|c| c.direction != callmock::universe::Direction::Internal);
        assert_eq!(shown, outside.count());
        let journal = mock.journal().await;
        let exchange = journal.last().unwrap();
        assert_eq!(exchange["response"]["truncated"], true);
        assert_eq!(exchange["response"]["bytes"], whole.body.len());
        assert_eq!(exchange["response"]["finished"], true);
    });
}
