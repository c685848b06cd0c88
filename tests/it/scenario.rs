//! Scenario files: what they may say, and what each mistake is answered with.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use callmock::scenario::{self, ClockSpec, LoadOptions, Scenario, Source};
use callmock::universe::{CallId, CallOutcome, Direction};
use callmock::vendors;
use chrono::{DateTime, Utc};
use proptest::prelude::*;

use crate::generated;

fn load(yaml: &str) -> Result<Scenario, String> {
    let source = Source::Text { name: "s.yaml".into(), text: Arc::from(yaml) };
    load_all(vec![source])
}

fn load_all(sources: Vec<Source>) -> Result<Scenario, String> {
    let options =
        LoadOptions { sources, catalogues: vendors::catalogues().collect(), ..LoadOptions::default() };
    scenario::load(&options).map_err(|invalid| invalid.to_string())
}

/// What is wrong with a scenario, in words.
pub fn mistakes(yaml: &str) -> String {
    load(yaml).expect_err("a scenario with a mistake")
}

/// A folder of files for one test.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

const CALL: &str =
    "{id: c, direction: inbound, from: \"1\", to: \"2\", at: 2018-09-01T13:01:23+09:00, outcome: answered";

#[test]
fn each_mistake_is_one_clear_error_with_its_place_and_the_nearest_right_word() {
    let call = |more: &str| format!("callmock: 1\ncalls:\n  - {CALL}{more}}}\n");
    for (yaml, expected) in [
        ("callmock: 1\nagnets: []\n".to_owned(), "s.yaml:2:1: agnets: unknown key `agnets`; did you mean `agents`? Known: "),
        ("callmock: 2\n".to_owned(), "s.yaml:1:11: callmock: version 2 is not known; write `callmock: 1`"),
        ("calls: []\n".to_owned(), "s.yaml:1:1: the key `callmock` is missing"),
        ("callmock: 1\ncallmock: 1\n".to_owned(), "s.yaml:2:1: the key `callmock` stands here twice"),
        ("callmock: 1\ncalls: [\n  }\n".to_owned(), "s.yaml:2:8: `[` is opened here, and `}` closes it"),
        (String::new(), "s.yaml:1:1: the key `callmock` is missing"),
        (call(", agent: bob"), "s.yaml:3:110: calls[0].agent: there is no agent `bob`; there are none"),
        (call(", talk: 8x"), "s.yaml:3:109: calls[0].talk: expected a duration such as `250ms`, `8s`, `5m`, `1h30m` or `PT5M`, up to 49 days, found `8x`"),
        (call(", talk: 8"), "s.yaml:3:109: calls[0].talk: expected a duration"),
        (call(", talk: 8s, hold: 9s"), "s.yaml:3:119: calls[0].hold: hold is within talk, so 9s is more than there is (8s)"),
        (call("").replace("answered", "answerd"), "s.yaml:3:93: calls[0].outcome: `answerd` is not known here; did you mean `answered`? Known: "),
        (call(", talk: 8s").replace("answered", "busy"), "s.yaml:3:105: calls[0].talk: only an answered call has talk; leave it out, or write `outcome: answered`"),
        (call("").replace("T13:01:23+09:00", " 13:01"), "s.yaml:3:57: calls[0].at: expected a time such as `2018-09-01T13:01:23+09:00`, `-2h`, `yesterday 10:30` or `today-7d 09:00 +09:00`, found `2018-09-01 13:01`"),
        (call(", on: [comubo]"), "s.yaml:3:108: calls[0].on[0]: there is no vendor `comubo`; did you mean `commubo`? Known: "),
        (call(", on: [commubo/x]"), "s.yaml:3:108: calls[0].on[0]: there is no account `x` of commubo; known: `12345678-90AB-CDEF-1234-567890ABCDEF`"),
        (call(", parent: c"), "s.yaml:3:111: calls[0].parent: a call cannot be derived from itself"),
        (call(", commubo: {callDateTime: 2018-09-01T13:01:24+09:00}"), "s.yaml:3:57: calls[0].commubo: commubo lists calls by this time, so it must be the call's `at` (2018-09-01T04:01:23+00:00), not `2018-09-01T13:01:24+09:00`"),
        (call(", alibaba: {StartTime: 1}"), "s.yaml:3:57: calls[0].alibaba: alibaba lists calls by this time"),
        (call(", commubo: {callid: x}"), "s.yaml:3:113: calls[0].commubo.callid: unknown key `callid`; did you mean `callId`? Known: "),
        (call(", commubo: {callType: x}"), "s.yaml:3:123: calls[0].commubo.callType: expected a whole number of 0 or more, such as `123` or `\"123\"`, found `x`"),
        (format!("callmock: 1\ncalls: [{CALL}}}, {CALL}}}]"), "s.yaml:2:113: calls[1].id: a second call `c`; the first is calls[0] in s.yaml. Give it another id"),
        (format!("callmock: 1\ncalls: [{CALL}, alibaba: {{ContactId: x}}}}, {}, alibaba: {{ContactId: x}}}}]", CALL.replace("id: c", "id: d")), "s.yaml:2:138: calls[1].alibaba: a second call with the id `x` at alibaba; the first is calls[0]"),
        ("callmock: 1\nagents: [{id: a, name: A}, {id: a, name: B}]".to_owned(), "s.yaml:2:33: agents[1].id: a second agent `a`; the first is agents[0] in s.yaml. Give it another id"),
        ("callmock: 1\nagents: [{id: a, name: {given: A}}]".to_owned(), "s.yaml:2:24: agents[0].name: the key `family` is missing"),
        ("callmock: 1\nagents: [{id: \"\", name: A}]".to_owned(), "s.yaml:2:15: agents[0].id: an id cannot be empty"),
        ("callmock: 1\naccounts: {commubo: [{tenant_id: t, access_token: a}, {tenant_id: t, access_token: b}]}".to_owned(), "s.yaml:2:55: accounts.commubo[1]: a second account `t` of commubo; the first is in s.yaml. Give it another"),
        ("callmock: 1\nreadings: {commubo.ned: x}".to_owned(), "s.yaml:2:12: readings.commubo.ned: unknown reading `commubo.ned`; did you mean `commubo.end`? Known: "),
        ("callmock: 1\nreadings: {commubo.end: inclusiv}".to_owned(), "s.yaml:2:25: readings.commubo.end: `inclusiv` is not an option; did you mean `inclusive`? Known: `exclusive`, `inclusive`"),
        ("callmock: 1\ninclude: [x.yaml]".to_owned(), "s.yaml:2:11: include[0]: a scenario that is not a file on disk cannot include others"),
        ("callmock: 1\nclock: someday".to_owned(), "s.yaml:2:8: clock: expected `real`, a time such as"),
        ("callmock: 1\nclock: {start: 2018-09-01T13:01:23Z, rate: 0}".to_owned(), "s.yaml:2:"),
        ("callmock: 1\ngenerate: {calls: 0, from: 2018-09-01, to: 2018-09-30}".to_owned(), "s.yaml:2:19: generate.calls: expected 1 to 10000000 calls, found 0"),
        ("callmock: 1\ngenerate: {calls: 5, from: 2018-09-02, to: 2018-09-01}".to_owned(), "s.yaml:2:44: generate.to: the end is not after the beginning"),
        ("callmock: 1\ngenerate: {calls: 5, from: 2018-09-02, to: 2018-9-3}".to_owned(), "s.yaml:2:44: generate.to: expected a day such as `2018-09-30` or `today-7d`, or a time such as `2018-09-01T13:01:23+09:00`, `-2h` or `yesterday 10:30`, found `2018-9-3`"),
        ("callmock: 1\ncount_calls: true\ngenerate: {calls: 10001, from: 2018-09-01, to: 2018-09-30}".to_owned(), "s.yaml:3:19: generate.calls: expected 10000 calls at most, found 10001; leave out `count_calls`"),
        ("callmock: 1\nfaults: [{vendor: comubo, do: {delay: 1s}}]".to_owned(), "s.yaml:2:10: faults[0].vendor: there is no vendor `comubo`; did you mean `commubo`?"),
        ("callmock: 1\nfaults: [{vendor: ccai, do: {error: agent_unavailible}}]".to_owned(), "s.yaml:2:10: faults[0].do.error: ccai has no error `agent_unavailible`; did you mean `agent_unavailable`?"),
        ("callmock: 1\nfaults: [{vendor: ccai, do: {explode: 1}}]".to_owned(), "s.yaml:2:30: faults[0].do.explode: unknown key `explode`; known: `error`"),
        ("callmock: 1\nfaults: [{vendor: ccai, do: {disconnect: rst}}]".to_owned(), "s.yaml:2:42: faults[0].do.disconnect: `rst` is not known here; did you mean `reset`?"),
        ("callmock: 1\nfaults: [{vendor: ccai, when: {nth: 0}, do: {delay: 1s}}]".to_owned(), "s.yaml:2:10: faults[0].when.nth: expected 1 or more, found 0"),
        ("callmock: 1\nfaults: [{vendor: ccai, do: {delay: soon}}]".to_owned(), "s.yaml:2:"),
        ("callmock: 1\nfaults: [{id: f, vendor: ccai, do: {delay: 1s}}, {id: f, vendor: ccai, do: {delay: 1s}}]".to_owned(), "s.yaml:2:50: faults[1].id: a second fault `f`; the first is faults[0]. Give it another id"),
        ("callmock: 1\ncalls: [{id: c, direction: inbound, from: \"1\", to: \"2\", at: 2018-09-01T13:01:23Z, outcome: answered, ccai: {created: {kind: inbound, at: 2018-09-01T13:01:23Z, lang: en, participants: []}}}]".to_owned(), "s.yaml:2:109: calls[0].ccai.created: unknown key `created`; known: `id`"),
        (format!("{}generate: {{calls: 5, from: 2018-09-02, to: 2018-09-03}}", call("").replace("id: c", "id: gen-7")), "s.yaml:3:10: calls[0].id: generated calls have the ids `gen-1`, `gen-2` and so on; give this one another"),
    ] {
        let message = load(&yaml).expect_err(&yaml);
        assert!(message.starts_with(expected), "\n  got      {message}\n  expected {expected}\n{yaml}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[test]
fn json_is_read_like_yaml_with_the_same_errors() {
    let good = load(
        r#"{"callmock": 1, "calls": [{"id": "c", "direction": "outbound", "from": "1", "to": "2", "at": "2018-09-01T13:01:23+09:00", "talk": "PT2M3S", "outcome": "answered"}]}"#,
    );
    let scenario = good.unwrap();
    assert_eq!(scenario.universe.calls()[0].talk.as_seconds(), 123);
    let wrong =
        load("{\"callmock\": 1,\n \"calls\": [{\"id\": \"c\", \"directon\": \"outbound\"}]}").unwrap_err();
    assert!(
        wrong
            .starts_with("s.yaml:2:24: calls[0].directon: unknown key `directon`; did you mean `direction`?"),
        "{wrong}"
    );
}

#[test]
fn several_mistakes_are_told_together() {
    let yaml = format!("callmock: 1\ncalls:\n  - {CALL}, agent: x, queue: y}}\nreadings: {{a.b: c}}\n");
    let message = load(&yaml).unwrap_err();
    assert_eq!(message.lines().count(), 3, "{message}");
}

#[test]
fn files_are_merged_in_order_and_includes_come_before_the_file_that_names_them() {
    let folder = folder(
        "merged",
        &[
            (
                "common.yaml",
                "callmock: 1\ntitle: common\nseed: 1\nclock: 2018-09-01T00:00:00Z\nagents: [{id: a, name: A}]\nreadings: {commubo.end: inclusive, commubo.order: descending}\n",
            ),
            (
                "main.yaml",
                &format!(
                    "callmock: 1\ninclude: [common.yaml]\ntitle: main\ncalls: [{CALL}, agent: a}}]\nreadings: {{commubo.end: exclusive}}\n"
                ),
            ),
            ("more.json", "{\"callmock\": 1, \"seed\": 9, \"agents\": [{\"id\": \"b\", \"name\": \"B\"}]}"),
        ],
    );
    let path = |name: &str| Source::Path(folder.join(name));
    let scenario = load_all(vec![path("main.yaml"), path("more.json")]).unwrap();
    assert_eq!((scenario.title.as_deref(), scenario.seed), (Some("main"), 9));
    assert_eq!(scenario.clock, ClockSpec::Fixed("2018-09-01T00:00:00Z".parse().unwrap()));
    assert_eq!(scenario.universe.calls().len(), 1);
    let end = vendors::readings().into_iter().find(|r| r.id == "commubo.end").unwrap();
    let order = vendors::readings().into_iter().find(|r| r.id == "commubo.order").unwrap();
    assert_eq!((scenario.readings.option(end), scenario.readings.option(order)), ("exclusive", "descending"));
    // One id twice is an error, in whatever files.
    let twice = load_all(vec![path("common.yaml"), path("main.yaml")]).unwrap_err();
    assert!(twice.contains("agents[0].id: a second agent `a`"), "{twice}");
}

#[test]
fn includes_that_are_missing_wrong_or_circular_point_at_the_line_that_names_them() {
    let folder = folder(
        "includes",
        &[
            ("missing.yaml", "callmock: 1\ninclude: [nothing.yaml]\n"),
            ("wrong.yaml", "callmock: 1\ninclude:\n  - bad.yaml\n"),
            ("bad.yaml", "callmock: 1\nagnets: []\n"),
            ("one.yaml", "callmock: 1\ninclude: [two.yaml]\n"),
            ("two.yaml", "callmock: 1\ninclude: [one.yaml]\n"),
        ],
    );
    let message = |name: &str| load_all(vec![Source::Path(folder.join(name))]).unwrap_err();
    let file = |name: &str| folder.join(name).display().to_string();
    assert!(message("missing.yaml").starts_with(&format!("{}:2:11: include[0]: `", file("missing.yaml"))));
    assert!(message("wrong.yaml").starts_with(&format!("{}:2:1: agnets: ", file("bad.yaml"))));
    assert!(
        message("one.yaml")
            .starts_with(&format!("{}:2:11: include[0]: `one.yaml` includes itself", file("two.yaml")))
    );
    fs::write(folder.join("bytes.yaml"), b"callmock: 1\ntitle: \xff\n").unwrap();
    assert!(message("bytes.yaml").ends_with("is not UTF-8 text: byte 20 is not part of a character"));
    assert!(message("nowhere.yaml").contains("cannot be read"));
}

#[test]
fn the_schema_in_the_repository_is_the_one_of_the_types() {
    generated::hold(
        "scenarios/schema.json",
        &format!("{:#}\n", scenario::schema(&callmock::vendors::catalogues().collect::<Vec<_>>())),
    );
}

#[test]
fn the_tree_of_the_default_scenario_is_that_of_its_text() {
    let Some(Source::Text { text, .. }) = scenario::embedded("documented") else { panic!("embedded") };
    generated::hold("scenarios/documented.tree", &callmock::yaml::prepared(&text).expect("YAML"));
}

#[test]
fn the_schema_accepts_every_scenario_of_the_repository_and_refuses_what_the_loader_refuses() {
    let validator =
        jsonschema::validator_for(&scenario::schema(&callmock::vendors::catalogues().collect::<Vec<_>>()))
            .unwrap();
    let json =
        |yaml: &str| callmock::yaml::whole::<serde_json::Value>(yaml, callmock::yaml::Bounds::OWN).unwrap();
    for name in scenario::embedded_names() {
        let Some(Source::Text { text, .. }) = scenario::embedded(name) else { panic!("embedded") };
        let errors: Vec<String> = validator.iter_errors(&json(&text)).map(|e| e.to_string()).collect();
        assert_eq!(errors, [""; 0], "{name}");
    }
    for right in [
        "{callmock: 1, readings: {commubo.end: inclusive, ccai.bad_page: error}}",
        "{callmock: 1, faults: [{vendor: alibaba, do: {error: Throttling.User}}]}",
        "{callmock: 1, faults: [{vendor: ccai, do: {error: outbound.agent_unavailable}}]}",
    ] {
        assert!(validator.is_valid(&json(right)), "{right}");
    }
    for wrong in [
        "calls: []",
        "callmock: 2",
        "{callmock: 1, agnets: []}",
        "{callmock: 1, calls: [{id: c}]}",
        "{callmock: 1, clock: 5}",
        "{callmock: 1, readings: {commubo.endd: inclusive}}",
        "{callmock: 1, readings: {commubo.end: inclusiv}}",
        "{callmock: 1, faults: [{vendor: comubo, do: {delay: 1s}}]}",
        "{callmock: 1, faults: [{vendor: ccai, do: {error: agent_unavailible}}]}",
        "{callmock: 1, faults: [{vendor: ccai, operation: list_logs, do: {delay: 1s}}]}",
    ] {
        assert!(!validator.is_valid(&json(wrong)), "{wrong}");
    }
}

fn generated(seed: u64, calls: u32) -> Scenario {
    let plan = format!(
        "callmock: 1\nseed: {seed}\ngenerate: {{calls: {calls}, from: 2018-09-01, to: 2018-09-02, offset: +09:00}}"
    );
    load(&plan).unwrap()
}

/// What a generated universe is, as text: two are the same if their texts are.
fn text(scenario: &Scenario) -> String {
    // Nobody waits for an agent in a scenario: only a call that a request created does.
    let text = |call| format!("{call:?}\n").replace(" awaits_agent: false,", "");
    scenario.universe.calls().iter().map(text).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_every_machine() {
    // FNV-1a over the whole text: a number that may only change with a reason in the changelog.
    let hash = text(&generated(42, 500))
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    assert_eq!(hash, 14_675_476_333_562_927_686, "the generator's output");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn generated_calls_are_as_many_as_asked_within_their_days_and_make_sense(seed: u64, calls in 1_u32..400) {
        let scenario = generated(seed, calls);
        prop_assert_eq!(&text(&scenario), &text(&generated(seed, calls)));
        let calls_made = scenario.universe.calls();
        prop_assert_eq!(calls_made.len(), calls as usize);
        let day = |n: u32| format!("2018-09-{n:02}T00:00:00+09:00").parse::<DateTime<Utc>>().unwrap();
        let (from, to) = (day(1), day(3));
        for (n, call) in calls_made.iter().enumerate() {
            prop_assert_eq!(&call.id, &CallId::Generated(u32::try_from(n).unwrap() + 1));
            prop_assert!((from..to).contains(&call.at));
            prop_assert!(n == 0 || calls_made[n - 1].at <= call.at, "oldest first");
            prop_assert!(call.hold <= call.talk);
            prop_assert!(call.outcome == CallOutcome::Answered || call.talk.0 == 0);
            if let Some(parent) = call.parent {
                let parent = scenario.universe.call(parent).unwrap();
                prop_assert_eq!(parent.ended_at(), call.at, "a transfer begins as its parent ends");
                prop_assert_eq!(&parent.from, &call.from);
            }
        }
    }
}

#[test]
fn the_busy_day_has_a_believable_mix() {
    let scenario = load_all(vec![scenario::embedded("busy-day").unwrap()]).unwrap();
    let calls = scenario.universe.calls();
    assert!((3000..=9000).contains(&calls.len()));
    let share = |of: &dyn Fn(&callmock::universe::Call) -> bool| {
        calls.iter().filter(|call| of(call)).count() * 1000 / calls.len()
    };
    let hour =
        |call: &callmock::universe::Call| (call.at + chrono::TimeDelta::hours(9)).format("%H").to_string();
    assert!(share(&|c| ("09".."18").contains(&hour(c).as_str())) > 700, "most calls come in working hours");
    assert!(share(&|c| hour(c).as_str() < "06") < 40, "few come at night");
    for outcome in [
        CallOutcome::Busy,
        CallOutcome::Voicemail,
        CallOutcome::NoAnswer,
        CallOutcome::AbandonedQueue,
        CallOutcome::AbandonedIvr,
    ] {
        assert!(share(&|c| c.outcome == outcome) >= 10, "{outcome:?}");
    }
    assert!((500..800).contains(&share(&|c| c.outcome == CallOutcome::Answered)));
    assert!(share(&|c| c.talk.as_seconds() > 0 && c.talk.as_seconds() < 60) > 50, "short talk");
    assert!(share(&|c| c.talk.as_seconds() > 1200) > 5, "long talk");
    assert!(share(&|c| c.parent.is_some()) > 10, "transfers");
    for direction in [Direction::Inbound, Direction::Outbound, Direction::Internal] {
        assert!(share(&|c| c.direction == direction) > 30, "{direction:?}");
    }
}

#[test]
fn numbers_made_up_are_those_kept_for_fiction() {
    for call in generated(1, 400).universe.calls() {
        for number in [&call.from, &call.to] {
            let fictional = number.len() == 12 && number.starts_with("+1") && &number[5..10] == "55501";
            let extension = number.len() == 3;
            assert!(fictional || extension, "{number}");
        }
    }
}

#[tokio::test]
async fn a_scenario_of_version_0_1_is_served_as_it_was() {
    for (yaml, calls) in [
        (include_str!("../golden/scenarios-0.1/documented.yaml"), 2),
        (include_str!("../golden/scenarios-0.1/busy-day.yaml"), 4000),
    ] {
        let mock = crate::mock::Mock::of(yaml).await;
        let index = mock.get("/_mock").await.json();
        assert_eq!(index["calls"], calls);
        let listed = crate::commubo::list(&mock, "?start=1900-01-01").await;
        assert!(listed.status == 200 && listed.body.contains("\"callId\""), "{}", listed.body);
    }
}
