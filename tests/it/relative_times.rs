//! Times that are relative to the moment at which the world's clock starts, and the built-in
//! scenario `today`, which is made of them.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::cli::{Served, callmock, file};
use crate::client::World;
use crate::mock::{Mock, text_at};

const NOTHING: Value = Value::Null;

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}")).to_utc()
}

/// The neutral calls of a world, with those that have not begun if its clock is advanced.
async fn calls(world: &World<'_>) -> Vec<Value> {
    let calls = world.admin("GET", "calls?limit=100000", &NOTHING).await.json();
    calls["calls"].as_array().expect("a list").clone()
}

async fn begun(world: &World<'_>, id: &str) -> DateTime<Utc> {
    let calls = calls(world).await;
    let call =
        calls.iter().find(|call| call["id"] == id).unwrap_or_else(|| panic!("no call {id}: {calls:?}"));
    at(text_at(call, "/at"))
}

/// A scenario with a call at each of some times.
fn with_calls(head: &str, times: &[&str]) -> String {
    let call = |(n, time): (usize, &&str)| {
        format!(
            "  - {{id: c{n}, direction: inbound, from: \"1\", to: \"2\", at: {time}, outcome: answered, talk: 5s}}\n"
        )
    };
    format!("callmock: 1\n{head}\ncalls:\n{}", times.iter().enumerate().map(call).collect::<String>())
}

#[tokio::test]
async fn a_call_of_yesterday_is_of_yesterday_wherever_the_clock_starts_and_in_whatever_zone() {
    for (now, zone, local) in [
        ("2026-11-26T00:00:30Z", "UTC", "2026-11-26"),
        ("2026-11-26T23:59:30Z", "UTC", "2026-11-26"),
        ("2028-02-29T12:00:00Z", "UTC", "2028-02-29"),
        ("2028-03-01T00:00:30Z", "UTC", "2028-03-01"),
        // At these moments the day is another one in the zone.
        ("2026-11-26T15:00:30Z", "Asia/Tokyo", "2026-11-27"),
        ("2026-11-26T23:59:30Z", "America/Los_Angeles", "2026-11-26"),
        ("2026-11-26T23:59:30Z", "\"-12:00\"", "2026-11-26"),
        // The nights of a change to and from summer time, before and after it.
        ("2026-03-29T00:30:00Z", "Europe/Berlin", "2026-03-29"),
        ("2026-03-29T01:30:00Z", "Europe/Berlin", "2026-03-29"),
        ("2026-10-25T00:30:00Z", "Europe/Berlin", "2026-10-25"),
        ("2026-03-08T06:59:30Z", "America/New_York", "2026-03-08"),
        ("2026-11-01T06:30:00Z", "America/New_York", "2026-11-01"),
        ("2026-10-03T15:59:59Z", "Australia/Lord_Howe", "2026-10-04"),
        ("2026-04-04T15:30:00Z", "Australia/Lord_Howe", "2026-04-05"),
    ] {
        let yaml = with_calls(
            &format!("zone: {zone}"),
            &["yesterday 10:30", "-2h", "today", "today-7d 23:59:59", "yesterday 10:30 +09:00"],
        );
        let mock = Mock::at(&yaml, now).await;
        let world = mock.default_world().await;
        let today: NaiveDate = local.parse().expect("a day");
        let zone: callmock::times::Zone = zone.trim_matches('"').parse().expect("a zone");
        let yesterday = today.pred_opt().expect("a day");
        let ten = yesterday.and_hms_opt(10, 30, 0).expect("a time");
        assert_eq!(begun(&world, "c0").await, zone.moment(ten).expect("a moment"), "{now} {zone}");
        assert_eq!(begun(&world, "c1").await, at(now) - TimeDelta::hours(2), "{now} {zone}");
        assert_eq!(zone.local(begun(&world, "c2").await).date(), today, "{now} {zone}");
        let week = zone.local(begun(&world, "c3").await);
        assert_eq!(week.date(), today - Days::new(7), "{now} {zone}");
        assert_eq!(week.time().to_string(), "23:59:59");
        // The offset that a time has is the one of its day, too.
        let in_japan = (at(now) + TimeDelta::hours(9)).date_naive().pred_opt().expect("a day");
        assert_eq!(
            (begun(&world, "c4").await + TimeDelta::hours(9)).naive_utc(),
            in_japan.and_hms_opt(10, 30, 0).unwrap()
        );
    }
}

#[tokio::test]
async fn relative_times_are_counted_from_a_clock_that_the_scenario_sets() {
    let mock =
        Mock::of(&with_calls("clock: 2024-05-13T18:00:00+09:00\nzone: Asia/Tokyo", &["-2h", "today 09:00"]))
            .await;
    let world = mock.default_world().await;
    assert_eq!(begun(&world, "c0").await, at("2024-05-13T16:00:00+09:00"));
    assert_eq!(begun(&world, "c1").await, at("2024-05-13T09:00:00+09:00"));
    // A relative clock is counted from the machine's time, and calls from it.
    let mock = Mock::of(&with_calls("clock: yesterday 12:00", &["-2h"])).await;
    let world = mock.default_world().await;
    let now = at(text_at(&mock.get("/_mock/clock").await.json(), "/now"));
    assert_eq!(now.time().to_string(), "12:00:00");
    assert!((callmock::times::machine() - now) < TimeDelta::hours(37) && now < callmock::times::machine());
    assert_eq!(begun(&world, "c0").await, now - TimeDelta::hours(2));
    let running =
        Mock::at(&with_calls("clock: {start: today 08:00, rate: 60}", &["-2h"]), "2026-11-26T20:00:00Z")
            .await;
    assert_eq!(
        begun(&running.default_world().await, "c0").await,
        at("2026-11-26T18:00:00Z"),
        "`--now` sets the clock"
    );
}

#[tokio::test]
async fn a_token_expires_at_a_relative_time_and_an_override_is_shown_at_one() {
    let yaml = "callmock: 1
accounts:
  alibaba: [{access_key_id: ak, access_key_secret: sk, security_token: st, security_token_expires: +1h, instances: [i]}]
calls:
  - {id: c, direction: inbound, from: \"1\", to: \"2\", at: -2h, outcome: answered, sencloud: {ended_at: -1h, created_at: today}}
";
    let mock = Mock::at(yaml, "2026-11-26T12:00:00Z").await;
    let world = mock.default_world().await;
    let log = world.sencloud(&json!({})).await.json()["call_logs"][0].clone();
    assert_eq!(at(text_at(&log, "/ended_at")), at("2026-11-26T11:00:00Z"));
    assert_eq!(at(text_at(&log, "/created_at")), at("2026-11-26T00:00:00Z"));
    assert_eq!(at(text_at(&log, "/started_at")), at("2026-11-26T10:00:00Z"));
    let ask = async || {
        let world = mock.default_world().await;
        world.alibaba(&[("InstanceId", "i"), ("SecurityToken", "st"), ("StartTime", "0")]).await
    };
    assert_eq!(ask().await.status, 200);
    world.admin("POST", "clock/advance", &json!({ "by": "1h" })).await;
    assert!(ask().await.outcome().contains("security_token"), "{}", ask().await.outcome());
}

#[tokio::test]
async fn forks_and_resets_share_the_moment_and_a_snapshot_carries_it_to_another_server() {
    let yaml = with_calls("zone: Asia/Tokyo", &["-2h", "yesterday 10:30"]);
    let first = Mock::of(&yaml).await;
    let world = first.default_world().await;
    let began = [begun(&world, "c0").await, begun(&world, "c1").await];
    let fork = first.fork(json!({})).await;
    assert_eq!(begun(&fork, "c0").await, began[0]);
    world.admin("POST", "reset", &NOTHING).await;
    assert_eq!(begun(&world, "c0").await, began[0]);
    let snapshot = world.admin("GET", "snapshot", &NOTHING).await.json();
    assert_eq!(at(text_at(&snapshot, "/moment")), began[0] + TimeDelta::hours(2));
    // Another server, at another moment, shows the calls of the first one's.
    let second = Mock::at(&yaml, "2024-02-29T00:00:00Z").await;
    let other = second.default_world().await;
    assert_eq!(begun(&other, "c0").await, at("2024-02-28T22:00:00Z"));
    let restored = other.admin("PUT", "snapshot", &snapshot).await;
    assert_eq!(restored.status, 204, "{}", restored.body);
    assert_eq!([begun(&other, "c0").await, begun(&other, "c1").await], began);
    other.admin("POST", "reset", &NOTHING).await;
    assert_eq!([begun(&other, "c0").await, begun(&other, "c1").await], began, "a reset keeps the moment");
    // A scenario without relative times has no moment, and refuses one.
    let without = Mock::of(&with_calls("", &["2024-05-13T10:00:00Z"])).await;
    let world = without.default_world().await;
    let mut snapshot = world.admin("GET", "snapshot", &NOTHING).await.json();
    assert!(snapshot.get("moment").is_none(), "{snapshot}");
    snapshot["moment"] = json!("2024-05-13T10:00:00Z");
    assert_eq!(world.admin("PUT", "snapshot", &snapshot).await.status, 400);
}

#[tokio::test]
async fn a_call_that_is_added_while_the_world_runs_is_counted_from_the_worlds_time() {
    let mock = Mock::of("callmock: 1\nclock: 2024-05-13T18:00:00Z\n").await;
    let world = mock.default_world().await;
    world.admin("POST", "clock/advance", &json!({ "by": "1d" })).await;
    let call = json!({ "id": "late", "direction": "inbound", "from": "1", "to": "2", "at": "-2h", "outcome": "answered" });
    assert_eq!(world.admin("POST", "calls", &call).await.status, 201);
    assert_eq!(begun(&world, "late").await, at("2024-05-14T16:00:00Z"));
}

#[tokio::test]
async fn a_time_that_cannot_be_is_refused_with_what_to_write() {
    let mock = Mock::of("callmock: 1\n").await;
    for (part, message) in [
        ("clock: someday", "`-2h`, `yesterday 10:30`"),
        ("zone: Tokyo", "there is no time zone `Tokyo`; did you mean `Asia/Tokyo`?"),
        ("zone: Berlin time", "expected a name such as `Asia/Tokyo`, or an offset from UTC such as `+09:00`"),
        ("clock: today-900000d", "the time lies outside the years 0 to 9999"),
        ("generate: {calls: 5, from: today, to: yesterday}", "the end is not after the beginning"),
        ("generate: {calls: 5, from: noon, to: yesterday}", "a day such as `2018-09-30` or `today-7d`"),
    ] {
        let yaml = format!("callmock: 1\n{part}\n");
        let body = json!({ "scenario": { "inline": yaml } });
        let refused = crate::mock::send(mock.request("POST", "/_mock/worlds").body(body.to_string())).await;
        assert_eq!(refused.status, 400, "{part}");
        assert!(refused.body.replace("\\\"", "\"").contains(message), "{part}: {}", refused.body);
    }
}

/// The nights and days at which `today` is started.
const STARTS: [&str; 8] = [
    "2026-11-26T00:00:30+09:00",
    "2026-11-26T23:59:30+09:00",
    "2028-02-29T12:00:00+09:00",
    "2028-02-29T00:00:30Z",
    "2026-03-29T01:30:00Z",
    "2026-03-08T07:30:00Z",
    "2026-10-25T00:30:00Z",
    "2026-10-03T15:45:00Z",
];

#[tokio::test]
async fn today_has_calls_of_yesterday_and_of_today_and_more_arrive_while_it_runs() {
    for start in STARTS {
        let mock = Mock::embedded_at("today", start).await;
        let world = mock.default_world().await;
        let now = at(start);
        let japan = |moment: DateTime<Utc>| (moment + TimeDelta::hours(9)).date_naive();
        let yesterday = japan(now).pred_opt().expect("a day");
        let listed = async || {
            world.commubo(&format!("?start={yesterday}")).await.json().as_array().map_or(0, Vec::len)
        };
        let before = listed().await;
        assert!(before > 20, "{start}: {before} calls since yesterday");
        let all = calls(&world).await;
        let oldest = at(text_at(&all[0], "/at"));
        assert!(oldest >= now - TimeDelta::days(8) && oldest < now - TimeDelta::days(6), "{start}: {oldest}");
        world.admin("POST", "clock/advance", &json!({ "by": "1d" })).await;
        let after = listed().await;
        assert!(after > before + 20, "{start}: {before} calls, then {after}");
        world.admin("POST", "clock/advance", &json!({ "by": "14d" })).await;
        let newest = at(text_at(calls(&world).await.last().expect("a call"), "/at"));
        assert!(
            newest > now + TimeDelta::days(13) && newest < now + TimeDelta::days(16),
            "{start}: {newest}"
        );
    }
}

/// The beginning of the only call of a server.
fn only_call(served: &Served) -> DateTime<Utc> {
    let calls: Value = serde_json::from_str(&served.get("/_mock/calls", "")).expect("JSON");
    assert_eq!(calls["calls"].as_array().map(Vec::len), Some(1), "{calls}");
    at(text_at(&calls, "/calls/0/at"))
}

#[test]
fn now_sets_the_moment_and_with_a_real_clock_each_server_and_each_reload_has_its_own() {
    let path = file("relative.yaml", &with_calls("", &["-2h"]));
    let serve = |more: &[&str]| {
        let mut command = callmock();
        command.args(["--port", "0", "--scenario"]).arg(&path).args(more);
        Served::start(&mut command)
    };
    let set = serve(&["--now", "2001-02-03T04:05:06Z"]);
    assert_eq!(only_call(&set), at("2001-02-03T02:05:06Z"));
    let first = serve(&[]);
    let mut second = serve(&["--watch"]);
    let (early, late) = (only_call(&first), only_call(&second));
    assert!(early < late, "two servers differ by their start: {early} {late}");
    let hear = crate::hints::lines_of(&mut second);
    std::fs::write(&path, with_calls("", &["-3h"])).expect("written");
    let patience = std::time::Duration::from_mins(1);
    while !hear.recv_timeout(patience).expect("a line").contains("the scenario was reloaded") {}
    let again = only_call(&second);
    assert!(again > late - TimeDelta::hours(1), "a reload takes a new moment: {late} {again}");
    assert_eq!(only_call(&first), early, "nothing else does");
}

#[test]
fn a_scenario_that_has_no_more_calls_says_so_once_on_standard_error() {
    let mut served = Served::start(callmock().args(["--port", "0", "--scenario", "today"]));
    let hear = crate::hints::lines_of(&mut served);
    served.send("POST", "/_mock/clock/advance", "", r#"{"by": "P20D"}"#);
    for _ in 0..3 {
        served.get("/v1/calls", "");
    }
    served.signal("-TERM");
    drop(served.0.wait());
    let told: Vec<String> = hear.iter().filter(|line| line.contains("no more calls arrive")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
}
