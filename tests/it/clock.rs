//! A world's clock: it drives what vendors tell and decide, and nothing of the machine's.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::alibaba;
use crate::ccai::{inbound, outbound, scheduled};
use crate::client::message;
use crate::mock::Mock;

const NOTHING: Value = Value::Null;

#[tokio::test]
async fn a_clock_is_shown_set_and_advanced_each_world_its_own() {
    let mock = Mock::embedded("documented").await;
    let default = mock.default_world().await;
    let world = mock.fork(json!({})).await;
    let begin = json!({ "mode": "fixed", "now": "2019-09-10T00:19:14.421Z" });
    assert_eq!(world.admin("GET", "clock", &NOTHING).await.json(), begin, "as the scenario says");

    let set = json!({ "mode": "fixed", "now": "2024-05-13T21:00:00+09:00" });
    let fixed = json!({ "mode": "fixed", "now": "2024-05-13T12:00:00Z" });
    assert_eq!(world.admin("PUT", "clock", &set).await.json(), fixed);
    let later = world.admin("POST", "clock/advance", &json!({ "by": "P1DT30M" })).await.json();
    assert_eq!(later, json!({ "mode": "fixed", "now": "2024-05-14T12:30:00Z" }));
    let still = world.admin("PUT", "clock", &json!({ "mode": "running", "rate": 0.001 })).await.json();
    assert_eq!((&still["mode"], &still["rate"]), (&json!("running"), &json!(0.001)));
    assert!(still["now"].as_str().unwrap().starts_with("2024-05-14T12:30:00"), "{still}");
    let stopped = world.admin("PUT", "clock", &json!({ "mode": "fixed" })).await.json();
    assert!(
        stopped["now"].as_str().unwrap().starts_with("2024-05-14T12:30:00"),
        "it stands where it ran: {stopped}"
    );
    let real = world.admin("PUT", "clock", &json!({ "mode": "real" })).await.json();
    assert_eq!(real["mode"], "real");
    let ahead = world.admin("POST", "clock/advance", &json!({ "by": "90d" })).await.json();
    assert_eq!((&ahead["mode"], &ahead["rate"]), (&json!("running"), &json!(1.0)), "it runs on from there");
    assert_eq!(default.admin("GET", "clock", &NOTHING).await.json(), begin, "another world's stands");
    assert_eq!(world.admin("POST", "reset", &NOTHING).await.status, 204);
    assert_eq!(world.admin("GET", "clock", &NOTHING).await.json(), begin);
}

#[tokio::test]
async fn what_is_no_clock_says_what_is_and_nothing_is_set() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let before = world.admin("GET", "clock", &NOTHING).await.json();
    for (method, resource, body, expected) in [
        (
            "PUT",
            "clock",
            json!({ "mode": "fixd" }),
            "`mode` is not right: expected one of real, fixed, running, found `fixd`; did you mean `fixed`?",
        ),
        ("PUT", "clock", json!({ "now": "2024-05-13T12:00:00Z" }), "missing field `mode`"),
        (
            "PUT",
            "clock",
            json!({ "mode": "fixed", "now": "2024-05-13" }),
            "`now` is not right: expected an RFC 3339 time with its offset",
        ),
        (
            "PUT",
            "clock",
            json!({ "mode": "fixed", "now": "2024-05-13T12:00:00" }),
            "expected an RFC 3339 time with its offset",
        ),
        (
            "PUT",
            "clock",
            json!({ "mode": "fixed", "rate": 2 }),
            "`rate` is not right: a fixed clock takes none",
        ),
        (
            "PUT",
            "clock",
            json!({ "mode": "real", "now": "2024-05-13T12:00:00Z" }),
            "`now` is not right: a real clock takes none",
        ),
        (
            "PUT",
            "clock",
            json!({ "mode": "running", "rate": 0 }),
            "expected a rate of 0.001 to 1000000, found 0",
        ),
        (
            "PUT",
            "clock",
            json!({ "mode": "fixed", "nov": "x" }),
            "unknown field `nov`, expected one of `mode`, `now`, `rate`",
        ),
        (
            "POST",
            "clock/advance",
            json!({ "by": "5" }),
            "`by` is not right: expected a duration such as `250ms`, `8s`, `5m`",
        ),
        ("POST", "clock/advance", json!({ "by": "-5m" }), "found `-5m`"),
        ("POST", "clock/advance", json!({}), "missing field `by`"),
        ("POST", "clock/advance", json!({ "by": "9000000d" }), "no clock goes past the year 9999"),
    ] {
        let answer = world.admin(method, resource, &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(message(&answer).contains(expected), "{body}: {}", answer.body);
    }
    assert_eq!(world.admin("GET", "clock", &NOTHING).await.json(), before);
}

#[tokio::test]
async fn the_date_header_is_the_worlds_on_vendors_answers() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({})).await;
    world.admin("PUT", "clock", &json!({ "mode": "fixed", "now": "2024-02-29T12:34:56.789Z" })).await;
    for answer in [
        world.commubo("").await,
        world.ccai("POST", "calls", &json!({})).await,
        world.alibaba(&[]).await,
        world.sencloud(&json!({})).await,
    ] {
        assert_eq!(answer.header("date"), "Thu, 29 Feb 2024 12:34:56 GMT");
        assert_eq!(answer.headers.get_all("date").iter().count(), 1);
    }
    assert_eq!(mock.default_world().await.commubo("").await.header("date"), "Tue, 10 Sep 2019 00:19:14 GMT");
}

#[tokio::test]
async fn it_drives_created_calls_their_times_and_how_they_go_on() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({})).await;
    world.admin("PUT", "clock", &json!({ "mode": "fixed", "now": "2024-05-13T12:00:00.421Z" })).await;
    let created = world.ccai("POST", "calls", &outbound()).await.json();
    assert_eq!(created["created_at"], "2024-05-13T12:00:00.421Z");
    let status = async || {
        let calls = world.admin("GET", "calls?from=2024-05-13T00:00:00Z", &NOTHING).await.json();
        calls["calls"][0]["status"].as_str().expect("a status").to_owned()
    };
    let at_first = status().await;
    world.admin("POST", "clock/advance", &json!({ "by": "1h" })).await;
    assert_ne!(status().await, at_first);
    assert_eq!(status().await, "finished");
    // A past schedule is refused, and the world says what is past.
    let due = |at: &str| {
        let mut call = scheduled();
        call["scheduled_at"] = at.into();
        call
    };
    let past = world.ccai("POST", "calls", &due("2024-05-13T12:59:00.000Z")).await;
    assert_eq!(past.outcome(), "ccai.create_call.scheduled.scheduled_at_past");
    assert_eq!(world.ccai("POST", "calls", &due("2024-05-13T13:01:00.000Z")).await.status, 201);
}

#[tokio::test]
async fn it_drives_alibabas_default_range_which_begins_with_the_day_in_china() {
    let mock = Mock::of(alibaba::CALLS).await;
    let world = mock.fork(json!({})).await;
    let count = async |now: &str| {
        world.admin("PUT", "clock", &json!({ "mode": "fixed", "now": now })).await;
        alibaba::ids(&world.alibaba(&[]).await).len()
    };
    assert_eq!(count("2024-05-14T12:00:00+08:00").await, 7);
    assert_eq!(count("2024-05-14T09:25:00+08:00").await, 3, "until now");
    assert_eq!(count("2024-05-15T00:00:01+08:00").await, 0, "another day");
}

#[tokio::test]
async fn it_drives_rate_windows() {
    let yaml =
        format!("{}\nreadings: {{ccai.rate_limit: on}}\n", include_str!("../../scenarios/documented.yaml"));
    let mock = Mock::of(&yaml).await;
    let world = mock.default_world().await;
    let mut statuses = vec![];
    for _ in 0..11 {
        statuses.push(world.ccai("POST", "calls", &inbound()).await.status);
    }
    assert_eq!((statuses[9], statuses[10]), (201, 429));
    world.admin("POST", "clock/advance", &json!({ "by": "1s" })).await;
    assert_eq!(world.ccai("POST", "calls", &inbound()).await.status, 201);
}

#[tokio::test]
async fn the_time_of_a_signature_is_held_against_it_only_where_the_reading_says_so() {
    let yaml = |reading: &str| format!("{}\nreadings: {{{reading}}}", alibaba::CALLS);
    let signed_then = || alibaba::page().time("2024-05-14T04:00:00Z");
    let mock = Mock::of(&yaml("alibaba.skew: world")).await;
    assert_eq!(signed_then().send(&mock).await.status, 200, "the world's noon in China");
    mock.default_world().await.admin("POST", "clock/advance", &json!({ "by": "16m" })).await;
    assert_eq!(signed_then().send(&mock).await.json()["Code"], "InvalidTimeStamp.Expired");
    let mock = Mock::of(&yaml("alibaba.skew: real")).await;
    assert_eq!(alibaba::page().send(&mock).await.status, 200, "signed with the machine's time");
    assert_eq!(signed_then().send(&mock).await.json()["Code"], "InvalidTimeStamp.Expired");
}

#[tokio::test]
async fn it_never_drives_delays() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    world.admin("PUT", "clock", &json!({ "mode": "running", "rate": 1_000_000 })).await;
    world.fault(json!({ "vendor": "commubo", "do": { "delay": "150ms" } })).await;
    let started = Instant::now();
    world.commubo("").await;
    assert!(started.elapsed() >= Duration::from_millis(150), "milliseconds of the machine");
    world.admin("PUT", "clock", &json!({ "mode": "fixed" })).await;
    assert_eq!(world.commubo("").await.status, 200, "and a clock that stands does not hold it for ever");
}
