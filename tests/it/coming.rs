//! Records that come some time after their calls' ends, and change later.

use serde_json::{Value, json};

use crate::mock::{Mock, list_at, send, text_at};
use crate::sencloud::{self, KEY};
use crate::{alibaba, commubo};

/// One call, which ends at 10:02 in UTC, with all that may come late.
fn scenario(head: &str) -> String {
    format!(
        "callmock: 1\nseed: 7\n{head}\naccounts:\n  commubo: [{{tenant_id: {}, access_token: {}}}]\n  alibaba: \
         [{{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}}]\n  sencloud: [{{api_key: \
         \"{KEY}\"}}]\nagents: [{{id: mai, name: Mai, extension: \"101\"}}]\ncalls:\n  - {{id: c, direction: inbound, \
         from: \"0901\", to: \"1900\", at: 2024-05-14T10:00:00Z, talk: 2m, outcome: answered, agent: mai, note: hello, \
         recording: {{duration: 2m}}, rating: {{score: 5, label: good}}}}\n",
        commubo::TENANT,
        commubo::TOKEN
    )
}

async fn at(mock: &Mock, time: &str) {
    let now = format!("2024-05-14T{time}Z");
    let set = mock.request("PUT", "/_mock/clock").body(json!({ "mode": "fixed", "now": now }).to_string());
    assert_eq!(send(set).await.status, 200);
}

/// The numbers of calls that the lists of commubo, Alibaba and Sencloud show.
async fn listed(mock: &Mock) -> [usize; 3] {
    let of_commubo = commubo::ids(&commubo::list(mock, "?start=2024-05-14").await).len();
    let page = alibaba::page().with("StartTime", "1715644800000").with("EndTime", "1715731200000");
    let answer = page.send(mock).await.json();
    let of_alibaba = list_at(&answer, "/Data/List").len();
    assert_eq!(answer["Data"]["TotalCount"], of_alibaba, "{answer}");
    [of_commubo, of_alibaba, sencloud::ids(&sencloud::list(mock, json!({})).await).len()]
}

#[tokio::test]
async fn a_call_comes_into_the_list_of_each_vendor_at_that_vendors_time() {
    let mock = Mock::at(
        &scenario("arrival: {delay: 10m, alibaba: {median: 1h, p99: 1h}, sencloud: 0s}"),
        "2024-05-14T09:00:00Z",
    )
    .await;
    for (time, expected) in [
        ("10:01:59", [0, 0, 0]),
        ("10:02:00", [0, 0, 1]),
        ("10:11:59", [0, 0, 1]),
        ("10:12:00", [1, 0, 1]),
        ("11:01:59", [1, 0, 1]),
        ("11:02:00", [1, 1, 1]),
    ] {
        at(&mock, time).await;
        assert_eq!(listed(&mock).await, expected, "{time}");
    }
}

#[tokio::test]
async fn without_these_keys_a_call_is_whole_at_its_end() {
    let mock = Mock::at(&scenario(""), "2024-05-14T10:02:00Z").await;
    assert_eq!(listed(&mock).await, [1, 1, 1]);
    let log = &sencloud::list(&mock, json!({})).await.json()["call_logs"][0];
    assert_eq!((&log["note"], list_at(log, "/recording_urls").len()), (&json!("hello"), 1));
}

#[tokio::test]
async fn what_comes_later_is_missing_until_then_and_each_change_has_its_time() {
    let mock = Mock::at(
        &scenario(
            "revisions: {recording: 5m, rating: 30m, note: 1h}\nreadings: {sencloud.times: zulu_millis}",
        ),
        "2024-05-14T10:02:00Z",
    )
    .await;
    let seen = async |time: &str| {
        at(&mock, time).await;
        let log = sencloud::list(&mock, json!({})).await.json()["call_logs"][0].take();
        let page = alibaba::page().with("StartTime", "1715644800000").with("EndTime", "1715731200000");
        let record = page.send(&mock).await.json()["Data"]["List"][0].take();
        let truth = mock.get("/_mock/calls").await.json()["calls"][0].take();
        assert_eq!(truth["recording"].is_null(), list_at(&log, "/recording_urls").is_empty(), "{time}");
        assert_eq!(truth["rating"].is_null(), record["SatisfactionIndex"] == 0, "{time}");
        let changed = text_at(&log, "/updated_at")[11..16].to_owned();
        let recorded = !list_at(&log, "/recording_urls").is_empty();
        (
            record["RecordingReady"].clone(),
            recorded,
            record["SatisfactionIndex"].clone(),
            log["note"].clone(),
            changed,
        )
    };
    let expect =
        |ready: bool, score: u64, note: &str, changed: &str| -> (Value, bool, Value, Value, String) {
            (json!(ready), ready, json!(score), json!(note), changed.to_owned())
        };
    assert_eq!(seen("10:02:00").await, expect(false, 0, "", "10:02"));
    assert_eq!(seen("10:06:59").await, expect(false, 0, "", "10:02"));
    assert_eq!(seen("10:07:00").await, expect(true, 0, "", "10:07"));
    assert_eq!(seen("10:32:00").await, expect(true, 5, "", "10:32"));
    assert_eq!(seen("11:02:00").await, expect(true, 5, "hello", "11:02"));
}

#[tokio::test]
async fn a_recording_that_is_not_there_yet_cannot_be_fetched() {
    let mock = Mock::at(&scenario("revisions: {recording: 5m}"), "2024-05-14T10:02:00Z").await;
    at(&mock, "10:07:00").await;
    let log = sencloud::list(&mock, json!({})).await.json()["call_logs"][0].take();
    let url = text_at(&log, "/recording_urls/0").to_owned();
    let path = &url[url.find("/_files/").expect("a file of callmock")..];
    assert_eq!(mock.get(path).await.status, 200);
    at(&mock, "10:06:59").await;
    assert_eq!(mock.get(path).await.status, 404);
}

#[tokio::test]
async fn page_numbers_slide_while_calls_arrive_unless_a_reading_keeps_the_walk_as_it_began() {
    for (walk, slid) in [("live", true), ("frozen", false)] {
        let generated = "calls: []\ngenerate: {calls: 480, from: 2024-05-14, to: 2024-05-14}";
        let yaml = scenario("").split("calls:\n").next().expect("a head").to_owned() + generated;
        let yaml = format!("{yaml}\nreadings: {{alibaba.walk: {walk}}}\n");
        let mock = Mock::at(&yaml, "2024-05-14T12:00:00Z").await;
        let page = async |number: u32| {
            let page = alibaba::page().with("PageNumber", &number.to_string()).with("PageSize", "5");
            let days = page.with("StartTime", "1715644800000").with("EndTime", "1715731200000");
            alibaba::ids(&days.send(&mock).await)
        };
        at(&mock, "12:00:00").await;
        let first = page(1).await;
        at(&mock, "12:20:00").await;
        let second = page(2).await;
        assert_eq!(second.iter().any(|id| first.contains(id)), slid, "{walk}: {first:?} {second:?}");
        assert_ne!(page(1).await, first, "{walk}: a first page is of its own moment");
    }
}

#[tokio::test]
async fn mistakes_in_these_keys_are_told_with_their_place() {
    for (head, expected) in [
        (
            "arrival: {delay: {median: 10m, p99: 30s}}",
            "arrival.delay: `p99` (30s) must be no less than `median` (600s)",
        ),
        ("arrival: {alibaba: 8d}", "arrival.alibaba: expected 7 days at most, found 691200s"),
        ("revisions: {note: {median: 0s, p99: 1s}}", "revisions.note: `median` must be over 0"),
        ("arrival: {delay: soon}", "a duration such as `30s`, or `{median: 30s, p99: 10m}`"),
        ("revisions: {recording: {median: 1m}}", "a duration such as `30s`, or `{median: 30s, p99: 10m}`"),
        ("arrival: {alibab: 5m}", "alibaba"),
    ] {
        let error = crate::scenario::mistakes(&scenario(head));
        assert!(error.contains(expected), "{head}: {error}");
    }
}
