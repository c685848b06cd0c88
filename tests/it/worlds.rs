//! Worlds by credential: a client changes nothing but its credentials, and nothing of one world is
//! seen in another.

use std::collections::BTreeSet;
use std::sync::Arc;

use callmock::contract::Readings;
use callmock::scenario::{self, LoadOptions, Source};
use callmock::server::Settings;
use callmock::vendors;
use callmock::world::{Fork, Limits, Worlds};
use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::alibaba::{self, Style};
use crate::ccai::{inbound, outbound};
use crate::client::{World, message};
use crate::mock::{Answer, Mock, send, until};
use crate::vendor;

const NOTHING: Value = Value::Null;

#[tokio::test]
async fn a_new_world_has_fresh_credentials_of_every_vendor_that_work_at_once() {
    let mock = Mock::embedded("documented").await;
    let default = mock.default_world().await;
    let world = mock.fork(json!({ "name": "checkout tests" })).await;
    assert_eq!(world.made["name"], "checkout tests");
    assert_eq!(world.made["base_url"], mock.url(&format!("/w/{}", world.id())));
    assert_eq!(world.made["ttl_seconds"], 3600);
    for vendor in vendor::ALL {
        let half = |world: &World<'_>| vendor.parts(world.credentials(vendor.name())).0;
        assert_ne!(half(&world), half(&default), "{vendor:?}");
        let answer = vendor.ask(&world).await;
        assert!(answer.status < 300, "{vendor:?}: {}", answer.body);
        assert_eq!(answer.header("x-callmock-world"), world.id(), "{vendor:?}");
    }
    assert_eq!(world.credential("alibaba", "instance_id"), "ccc-test");
    let listed = world.commubo("").await;
    assert!(listed.body.contains("1234567890123456"), "it begins as the server's scenario does");
    assert_eq!(world.journal().await.len(), vendor::ALL.len() + 1);
    assert_eq!(mock.journal().await.len(), 0, "nothing of it is in the default world");
}

#[tokio::test]
async fn parallel_worlds_see_nothing_of_each_other_at_any_vendor() {
    let mock = Mock::embedded("documented").await;
    let worlds = [mock.fork(json!({})).await, mock.fork(json!({})).await, mock.fork(json!({})).await];
    let asked = worlds.iter().flat_map(|world| vendor::ALL.iter().map(move |vendor| (world, vendor)));
    join_all(asked.map(|(world, vendor)| async move {
        let own = world.credentials(vendor.name());
        for (place, request) in vendor.places(world, own) {
            let answer = send(request).await;
            assert!(answer.status < 300, "{vendor:?} in {place}: {}", answer.body);
            assert_eq!(answer.header("x-callmock-world"), world.id(), "{vendor:?} in {place}");
        }
    }))
    .await;
    // Each did the same, so that each has the same journal, and the same ids of what was created.
    let journal = async |world: &World<'_>| {
        let mut seen: Vec<(String, String)> = vec![];
        for exchange in world.journal().await {
            assert_eq!(exchange["response"]["headers"]["x-callmock-world"], world.id());
            let text = |name: &str| exchange[name].to_string();
            seen.push((text("operation"), exchange["response"]["body"]["id"].to_string()));
        }
        seen.sort();
        seen
    };
    let first = journal(&worlds[0]).await;
    let default = mock.default_world().await;
    let places = vendor::ALL.iter().map(|v| v.places(&default, default.credentials(v.name())).len());
    assert_eq!(first.len(), places.sum::<usize>());
    for world in &worlds[1..] {
        assert_eq!(journal(world).await, first);
    }
    assert_eq!(mock.journal().await.len(), 0);
}

#[tokio::test]
async fn a_refusal_belongs_to_the_world_that_the_credential_names_and_a_strangers_to_the_default_one() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({})).await;
    for vendor in vendor::ALL {
        for (credentials, id) in
            [(vendor.with_wrong_secret(&world), world.id()), (vendor.with_strange_half(&world), "default")]
        {
            let refused = send(vendor.request(&world, &credentials)).await;
            assert!((400..500).contains(&refused.status), "{vendor:?}: {}", refused.body);
            assert_eq!(refused.header("x-callmock-world"), id, "{vendor:?}: {credentials}");
        }
    }
    assert_eq!(world.journal().await.len(), vendor::ALL.len());
    assert_eq!(mock.journal().await.len(), vendor::ALL.len());
    let outcome = async |credentials: Value| {
        send(vendor::of("commubo").request(&world, &credentials)).await.outcome().to_owned()
    };
    let commubo = vendor::of("commubo");
    assert_eq!(outcome(commubo.with_wrong_secret(&world)).await, "commubo.any.wrong_token");
    assert_eq!(outcome(commubo.with_strange_half(&world)).await, "commubo.any.unknown_tenant");
}

#[tokio::test]
async fn every_place_where_a_credential_may_stand_selects_the_world() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({})).await;
    for vendor in vendor::ALL {
        for (place, request) in vendor.places(&world, world.credentials(vendor.name())) {
            let answer = send(request).await;
            assert!(answer.status < 300, "{vendor:?} in {place}: {}", answer.body);
            assert_eq!(answer.header("x-callmock-world"), world.id(), "{vendor:?} in {place}");
        }
    }
}

#[tokio::test]
async fn a_base_url_pins_the_world_for_its_own_credentials_and_for_the_scenarios() {
    let mock = Mock::embedded("documented").await;
    let default = mock.default_world().await;
    let world = mock.fork(json!({})).await;
    for credentials in [&default.made["credentials"], &world.made["credentials"]] {
        let pinned = world.pinned(credentials);
        for vendor in vendor::ALL {
            for (place, request) in vendor.places(&pinned, pinned.credentials(vendor.name())) {
                let answer = send(request).await;
                assert!(answer.status < 300, "{vendor:?} in {place}: {}", answer.body);
                assert_eq!(answer.header("x-callmock-world"), world.id(), "{vendor:?} in {place}");
            }
        }
    }
    let journal = world.journal().await;
    assert_eq!(journal[0]["request"]["path"], "/v1/calls", "the path is the vendor's");
    assert_eq!(journal[0]["request"]["query"]["start"], "2018-09-01");
    // Clients sign the path that they send, or always the bare one.
    for path in ["/", "", "/w/ID", "/w/ID/"] {
        let path = path.replace("ID", world.id());
        let answer =
            alibaba::page().style(Style::Acs3).at(&format!("/w/{}", world.id()), &path).send(&mock).await;
        let expected = if path.is_empty() { 400 } else { 200 };
        assert_eq!((answer.status, answer.header("x-callmock-world")), (expected, world.id()), "{path}");
    }
}

#[tokio::test]
async fn an_unknown_world_is_a_404_that_says_where_to_look() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({})).await;
    let near = format!("{}x", world.id());
    for path in [
        format!("/w/{near}/v1/calls"),
        format!("/w/{near}"),
        format!("/_mock/worlds/{near}"),
        format!("/_mock/worlds/{near}/journal"),
        format!("/_mock/worlds/{near}/nothing"),
    ] {
        let answer = mock.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.json()["error"]["code"], "unknown_world");
        assert!(message(&answer).starts_with(&format!("there is no world `{near}`")), "{}", answer.body);
        // Whoever may not list the worlds is not told their names.
        let told = answer.body.contains(&format!("; did you mean `{}`?", world.id()));
        assert_eq!(told, path.starts_with("/_mock"), "{}", answer.body);
        assert!(message(&answer).contains("GET /_mock/worlds lists those"), "{}", answer.body);
    }
}

#[tokio::test]
async fn an_id_that_is_no_text_is_no_world_and_never_the_default_one() {
    let mock = Mock::embedded("documented").await;
    let default = mock.default_world().await;
    default.fault(json!({ "vendor": "commubo", "do": { "delay": "1ms" } })).await;
    for (method, path) in [
        ("POST", "/_mock/worlds/%FF/reset"),
        ("GET", "/_mock/worlds/%FF/journal"),
        ("DELETE", "/_mock/worlds/%FF"),
        ("GET", "/_mock/worlds/%FF"),
        ("PATCH", "/_mock/agents/%FF"),
        ("DELETE", "/_mock/faults/%FF"),
    ] {
        let answer = send(mock.request(method, path)).await;
        assert_eq!(
            (answer.status, answer.json()["error"]["code"].as_str()),
            (400, Some("invalid_path")),
            "{path}"
        );
    }
    assert_eq!(
        default.admin("GET", "faults", &NOTHING).await.json()["faults"].as_array().map(Vec::len),
        Some(1)
    );
    let long = "x".repeat(60_000);
    for path in [format!("/w/{long}/v1/calls"), format!("/_mock/worlds/{long}"), format!("/nobodys/{long}")] {
        assert!(mock.get(&path).await.body.len() < 2000, "a message is not as long as what was sent");
    }
}

#[tokio::test]
async fn worlds_are_listed_shown_and_removed() {
    let mock = Mock::embedded("documented").await;
    let (one, other) = (mock.fork(json!({ "name": "one" })).await, mock.fork(json!({})).await);
    let ids = |answer: &Answer| -> Vec<String> {
        let worlds = answer.json();
        worlds["worlds"].as_array().unwrap().iter().map(|w| w["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&mock.get("/_mock/worlds").await), ["default", one.id(), other.id()]);
    assert_eq!(mock.get(&format!("/_mock/worlds/{}", one.id())).await.json()["name"], "one");
    let removed = send(mock.request("DELETE", &format!("/_mock/worlds/{}", one.id()))).await;
    assert_eq!(removed.status, 204);
    assert_eq!(ids(&mock.get("/_mock/worlds").await), ["default", other.id()]);
    let answer = one.commubo("").await;
    assert_eq!(
        (answer.status, answer.header("x-callmock-world")),
        (403, "default"),
        "its credentials are nobody's"
    );
    assert_eq!(one.admin("GET", "journal", &NOTHING).await.status, 404);
    let kept = send(mock.request("DELETE", "/_mock/worlds/default")).await;
    assert_eq!(kept.status, 409);
    assert!(message(&kept).contains("POST /_mock/reset"));
}

#[tokio::test]
async fn a_world_begins_as_any_scenario_by_name_or_inline() {
    let mock = Mock::embedded("documented").await;
    let busy = mock.fork(json!({ "scenario": "busy-day" })).await;
    assert!(busy.admin("GET", "calls?limit=5", &NOTHING).await.json()["next"].is_number());
    assert_ne!(busy.made["scenario"], NOTHING);

    let scenario = json!({
        "callmock": 1,
        "clock": "2024-05-13T12:00:00Z",
        "accounts": { "commubo": [{ "tenant_id": "mine", "access_token": "secret" }] },
        "calls": [{ "id": "c", "direction": "inbound", "from": "1", "to": "2", "at": "2024-05-13T10:00:00Z",
                    "outcome": "answered", "on": ["commubo/mine"], "commubo": { "callId": "only" } }],
    });
    let yaml = "callmock: 1\naccounts: {commubo: [{tenant_id: mine, access_token: secret}]}";
    for wanted in [scenario.clone(), json!({ "inline": scenario }), json!({ "inline": yaml })] {
        let world = mock.fork(json!({ "scenario": wanted })).await;
        assert_eq!(world.credential("commubo", "access_token"), "secret");
        let listed = world.commubo("").await;
        assert_eq!(listed.status, 200);
        assert_eq!(listed.body.contains("only"), !wanted.to_string().contains("inline\":\"callmock"));
        assert!(world.made["credentials"]["sencloud"].is_object(), "the documented one");
    }
}

#[tokio::test]
async fn a_vendor_without_an_account_has_the_documented_one_and_with_an_empty_list_none() {
    let mock = Mock::of("callmock: 1\naccounts: {ccai: []}\n").await;
    let world = mock.default_world().await;
    let credentials = &world.made["credentials"];
    assert_eq!(credentials["commubo"]["tenant_id"], "12345678-90AB-CDEF-1234-567890ABCDEF");
    assert_eq!(credentials["alibaba"]["instance_id"], "ccc-test");
    assert!(credentials["ccai"].is_null(), "{credentials}");
    assert_eq!(world.commubo("").await.status, 200);
    assert_eq!(world.sencloud(&json!({})).await.status, 200);
    assert_eq!(world.alibaba(&[]).await.status, 200);
    let basic = crate::ccai::basic("acme", "mock-token");
    let refused = send(mock.request("GET", "/manager/api/v1/calls").header("authorization", basic)).await;
    assert_eq!(refused.status, 401, "its own refusal: {}", refused.body);
}

#[tokio::test]
async fn what_cannot_be_made_says_what_can_and_nothing_is_made() {
    let mock = Mock::embedded("documented").await;
    for (body, expected) in [
        (
            json!({ "scenario": "busyday" }),
            "`scenario` is not right: there is no scenario `busyday`; did you mean `busy-day`?",
        ),
        (json!({ "scenario": "/etc/passwd" }), "there is no scenario `/etc/passwd`"),
        (
            json!({ "scenario": 7 }),
            "expected a name (documented, today, weeks, busy-day, extremes, empty), or {\"inline\": …}",
        ),
        (json!({ "scenario": { "inline": { "callmock": 1, "agnets": [] } } }), "did you mean `agents`?"),
        (json!({ "scenario": { "callmock": 2 } }), "version 2 is not known; write `callmock: 1`"),
        (json!({ "ttl": 5 }), "unknown field `ttl`, expected one of `name`, `scenario`, `ttl_seconds`"),
        (json!({ "ttl_seconds": 0 }), "`ttl_seconds` is not right: expected 1 or more"),
        (
            json!({ "ttl_seconds": "5" }),
            "`ttl_seconds` is not right: invalid type: string \"5\", expected u64",
        ),
        (json!([]), "the body is not right"),
    ] {
        let answer = send(mock.request("POST", "/_mock/worlds").body(body.to_string())).await;
        assert_eq!(
            (answer.status, answer.json()["error"]["code"].as_str()),
            (400, Some("invalid_body")),
            "{body}"
        );
        assert!(message(&answer).contains(expected), "{body}: {}", answer.body);
    }
    let broken = send(mock.request("POST", "/_mock/worlds").body("{")).await;
    assert!(broken.status == 400 && message(&broken).contains("EOF"), "{}", broken.body);
    assert_eq!(mock.get("/_mock/worlds").await.json()["worlds"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_idle_world_is_removed_after_its_time_and_a_used_one_is_not() {
    let mock = Mock::embedded("documented").await;
    let idle = mock.fork(json!({ "ttl_seconds": 2 })).await;
    let used = mock.fork(json!({ "ttl_seconds": 2 })).await;
    let gone = async || {
        // Looking at a world does not keep it; asking it or its journal does.
        assert_eq!(used.commubo("").await.status, 200);
        (mock.get(&format!("/_mock/worlds/{}", idle.id())).await.status != 200).then_some(())
    };
    until("the idle one goes", gone).await;
    assert_eq!(idle.commubo("").await.header("x-callmock-world"), "default");
    assert_eq!(used.commubo("").await.header("x-callmock-world"), used.id());
}

#[tokio::test]
async fn there_are_no_more_worlds_than_the_most_and_an_idle_one_makes_room() {
    let limits = Limits { max_worlds: 2, ..Limits::default() };
    let yaml = include_str!("../../scenarios/documented.yaml");
    let mock = Mock::with(yaml, Settings { limits, ..Settings::default() }).await;
    let first = mock.fork(json!({ "ttl_seconds": 2 })).await;
    mock.fork(json!({})).await;
    let refused = send(mock.request("POST", "/_mock/worlds")).await;
    assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (429, Some("too_many_worlds")));
    assert!(message(&refused).contains("--max-worlds"), "{}", refused.body);
    let made = async || (send(mock.request("POST", "/_mock/worlds")).await.status == 201).then_some(());
    until("the first is idle for too long", made).await;
    assert_eq!(mock.get(&format!("/_mock/worlds/{}", first.id())).await.status, 404);
}

#[tokio::test]
async fn calls_held_by_one_account_stay_its_own_under_its_name_in_a_world() {
    let yaml = r#"
callmock: 1
accounts: {commubo: [{tenant_id: one, access_token: t}, {tenant_id: two, access_token: t}]}
calls:
  - {id: a, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:01:23+09:00, outcome: answered, on: [commubo/one], commubo: {callId: A}}
  - {id: b, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:01:23+09:00, outcome: answered, on: [commubo/two], commubo: {callId: B}}
"#;
    let mock = Mock::of(yaml).await;
    let world = mock.fork(json!({})).await;
    let answer = world.commubo("").await;
    assert!(answer.body.contains("\"A\"") && !answer.body.contains("\"B\""), "{}", answer.body);
    let added = json!({ "id": "c", "direction": "inbound", "from": "1", "to": "2", "at": "2018-09-01T13:01:23Z",
                        "outcome": "answered", "on": ["commubo/one"], "commubo": { "callId": "C" } });
    assert_eq!(world.admin("POST", "calls", &added).await.status, 201);
    assert!(world.commubo("").await.body.contains("\"C\""));
    assert!(!mock.get("/_mock/calls").await.body.contains("\"C\""));
}

#[test]
fn a_fork_shares_its_scenario_and_copies_no_call() {
    let generate = "callmock: 1\naccounts: {commubo: [{tenant_id: t, access_token: s}]}\n\
                    generate: {calls: 100000, from: 2024-01-01, to: 2024-12-31}";
    let source = Source::Text { name: "test".into(), text: generate.into() };
    let catalogues = vendors::catalogues().collect();
    let options = LoadOptions { sources: vec![source], catalogues, ..LoadOptions::default() };
    let scenario = Arc::new(scenario::load(&options).unwrap());
    let worlds = Worlds::new(Arc::clone(&scenario), Limits::default());
    let fork = || {
        let fork = Fork { scenario: Arc::clone(&scenario), name: None, ttl: None };
        worlds.fork(fork).unwrap().world()
    };
    drop(fork());
    let mut world = None;
    let counted = allocation_counter::measure(|| world = Some(fork()));
    let world = world.unwrap();
    assert!(Arc::ptr_eq(world.universe(), &scenario.universe), "the very same calls");
    assert_eq!(*world.readings(), Readings::default());
    assert!(counted.bytes_max < 64 << 10, "{} bytes beside 100 000 calls", counted.bytes_max);
}

#[test]
fn no_two_worlds_share_a_credential() {
    let source = scenario::embedded("documented").unwrap();
    let catalogues = vendors::catalogues().collect();
    let options = LoadOptions { sources: vec![source], catalogues, ..LoadOptions::default() };
    let scenario = Arc::new(scenario::load(&options).unwrap());
    let worlds = Worlds::new(Arc::clone(&scenario), Limits::default());
    let mut seen = BTreeSet::new();
    for _ in 0..1000 {
        let slot = worlds.fork(Fork { scenario: Arc::clone(&scenario), name: None, ttl: None }).unwrap();
        for (vendor, half) in slot.world().names().each() {
            assert!(seen.insert((vendor, half.to_owned())), "{vendor} {half}");
        }
    }
    assert_eq!(seen.len(), 1000 * vendors::ALL.len());
}

/// What a client or its test may do.
#[derive(Debug, Clone)]
enum Step {
    /// A good request to one of `vendor::ALL`.
    Ask(usize),
    Commubo(&'static str),
    Alibaba(&'static str, &'static str),
    Sencloud(u8),
    NextPage,
    Create(bool),
    GetFlag(u8),
    SetFlag(u8, bool),
    Agent(&'static str),
    Queue(&'static str),
    Advance(&'static str),
    FixClock(&'static str),
    Fault(u8),
    ClearFaults,
    Reading(&'static str, &'static str),
    AddCall(u8),
    SnapshotAndRestore,
    Reset,
    Journal,
    Coverage,
}

fn step() -> impl Strategy<Value = Step> {
    use prop::sample::select;
    prop_oneof![
        (0..vendor::ALL.len()).prop_map(Step::Ask),
        select(vec!["", "?start=2018-09-01", "?start=2019-09-10&expand=all", "?end=x"])
            .prop_map(Step::Commubo),
        select(vec![("PageSize", "2"), ("PageNumber", "2"), ("SortOrder", "ASC"), ("PageSize", "0")])
            .prop_map(|(name, value)| Step::Alibaba(name, value)),
        (1_u8..4).prop_map(Step::Sencloud),
        Just(Step::NextPage),
        any::<bool>().prop_map(Step::Create),
        any::<bool>().prop_map(Step::Create),
        (0_u8..4).prop_map(Step::GetFlag),
        (0_u8..4, any::<bool>()).prop_map(|(n, set)| Step::SetFlag(n, set)),
        select(vec!["available", "unavailable", "no_access", "unknown"]).prop_map(Step::Agent),
        select(vec!["open", "manual_redirection", "after_hours"]).prop_map(Step::Queue),
        select(vec!["1s", "90s", "P3D"]).prop_map(Step::Advance),
        select(vec!["2019-09-10T00:00:00Z", "2024-02-29T12:34:56.789Z"]).prop_map(Step::FixClock),
        (0_u8..6).prop_map(Step::Fault),
        Just(Step::ClearFaults),
        select(vec![
            ("commubo.numbers", "integer"),
            ("sencloud.times", "zulu_millis"),
            ("ccai.rate_limit", "on"),
            ("alibaba.error_shape", "ccc"),
        ])
        .prop_map(|(id, option)| Step::Reading(id, option)),
        any::<u8>().prop_map(Step::AddCall),
        Just(Step::SnapshotAndRestore),
        Just(Step::Reset),
        Just(Step::Journal),
        Just(Step::Coverage),
    ]
}

fn fault(n: u8) -> Value {
    match n {
        0 => json!({ "vendor": "alibaba", "when": { "every": 2 }, "do": { "error": "Throttling.User" } }),
        1 => {
            json!({ "vendor": "commubo", "when": { "probability": 0.5 }, "do": { "error": "internal_error" } })
        }
        2 => json!({ "vendor": "ccai", "when": { "nth": 2 }, "do": { "status": 503, "body": { "x": 1 } } }),
        3 => json!({ "vendor": "sencloud", "do": { "rate_limit": { "requests": 1, "per": "1m" } } }),
        4 => {
            json!({ "vendor": "sencloud", "when": { "probability": 0.5 }, "times": 1, "do": { "error": "unavailable" } })
        }
        _ => json!({ "vendor": "ccai", "do": { "rate_limit": { "requests": 2, "per": "90s" } } }),
    }
}

/// Takes a step, and tells everything that could be seen of it but for what names the world.
async fn take(step: &Step, n: usize, world: &World<'_>, port: u16, cursor: &mut String) -> String {
    let call = |n: u8| match n {
        0 => "1".to_owned(),
        n => (396 + u16::from(n)).to_string(),
    };
    let answer = match step {
        Step::Ask(vendor) => vendor::ALL[*vendor].ask(world).await,
        Step::Commubo(query) => world.commubo(query).await,
        Step::Alibaba(name, value) => {
            let range = [("StartTime", "1500000000000"), ("EndTime", "1900000000000")];
            let mut parameters = range.to_vec();
            parameters.push((name, value));
            world.alibaba(&parameters).await
        }
        Step::Sencloud(limit) => {
            let answer = world.sencloud(&json!({ "paging": { "limit": limit } })).await;
            if answer.status == 200 {
                answer.json()["paging"]["next"].as_str().unwrap_or_default().clone_into(cursor);
            }
            answer
        }
        Step::NextPage => world.sencloud(&json!({ "paging": { "limit": 1, "after": cursor } })).await,
        Step::Create(out) => world.ccai("POST", "calls", &if *out { outbound() } else { inbound() }).await,
        Step::GetFlag(n) => world.ccai("GET", &format!("calls/{}/customer_flag", call(*n)), &NOTHING).await,
        Step::SetFlag(n, set) => {
            let body = json!({ "verified_customer": set, "repeat_customer": !set });
            world.ccai("PATCH", &format!("calls/{}/customer_flag", call(*n)), &body).await
        }
        Step::Agent(state) => {
            world.admin("PATCH", "agents/admin@somedomain.com", &json!({ "state": state })).await
        }
        Step::Queue(state) => world.admin("PATCH", "queues/9", &json!({ "state": state })).await,
        Step::Advance(by) => world.admin("POST", "clock/advance", &json!({ "by": by })).await,
        Step::FixClock(now) => world.admin("PUT", "clock", &json!({ "mode": "fixed", "now": now })).await,
        Step::Fault(n) => world.admin("POST", "faults", &fault(*n)).await,
        Step::ClearFaults => world.admin("DELETE", "faults", &NOTHING).await,
        Step::Reading(id, option) => world.admin("PATCH", "readings", &json!({ *id: option })).await,
        Step::AddCall(minute) => {
            let at = format!("2019-09-10T{:02}:{:02}:00Z", minute / 60, minute % 60);
            let call = json!({ "id": format!("added-{n}"), "direction": "inbound", "from": "0330001234", "to": "1",
                               "at": at, "talk": "5s", "outcome": "answered" });
            world.admin("POST", "calls", &call).await
        }
        Step::SnapshotAndRestore => {
            let snapshot = world.admin("GET", "snapshot", &NOTHING).await;
            let restored = world.admin("PUT", "snapshot", &snapshot.json()).await;
            assert_eq!(restored.status, 204, "{}", restored.body);
            let mut again = snapshot;
            again.body = without_nonces(&again.body);
            again
        }
        Step::Reset => world.admin("POST", "reset", &NOTHING).await,
        Step::Journal => {
            let mut shown = String::new();
            for exchange in world.journal().await {
                let seen: Vec<&Value> = ["vendor", "operation", "behaviors", "fault", "at"]
                    .iter()
                    .map(|member| &exchange[member])
                    .collect();
                shown.push_str(&format!("{seen:?} {}\n", exchange["response"]["status"]));
            }
            return shown;
        }
        // Findings about waiting go by the machine's time too.
        Step::Coverage => {
            return world.admin("GET", "coverage", &NOTHING).await.json()["behaviors"].to_string();
        }
    };
    let (status, date) = (answer.status, answer.header("date"));
    // Admin answers have the machine's time.
    let date = if answer.header("x-callmock-world").is_empty() { "" } else { date };
    let (behaviors, fault) = (answer.header("x-callmock-behavior"), answer.header("x-callmock-fault"));
    let body = answer.body.replace(&format!("127.0.0.1:{port}"), "HOST");
    format!("{status} {date} {behaviors} {fault} {body}")
}

/// Takes every step of a plan.
async fn walk(world: &World<'_>, port: u16, plan: &[Step]) -> Vec<String> {
    let (mut seen, mut cursor) = (vec![], String::new());
    for (n, step) in plan.iter().enumerate() {
        seen.push(take(step, n, world, port, &mut cursor).await);
    }
    seen
}

/// Nonces are the client's, and differ from run to run.
fn without_nonces(snapshot: &str) -> String {
    let mut snapshot: Value = serde_json::from_str(snapshot).expect("JSON");
    snapshot["nonces"] = snapshot["nonces"].as_array().map_or(0, Vec::len).into();
    snapshot.to_string()
}

#[test]
fn two_hundred_worlds_hammered_in_parallel_behave_as_two_hundred_servers_would() {
    let plans = prop::collection::vec(prop::collection::vec(step(), 1..16), 200);
    let mut runner = TestRunner::new(Config { cases: 3, max_shrink_iters: 0, ..Config::default() });
    let scenario =
        format!("{}\nseed: 11", include_str!("../../scenarios/documented.yaml").replace("seed:", "# seed:"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let hammered = runner.run(&plans, |plans| {
        runtime.block_on(async {
            let shared = Mock::of(&scenario).await;
            let together = join_all(plans.iter().map(|plan| async {
                let world = shared.fork(json!({})).await;
                walk(&world, shared.address.port(), plan).await
            }))
            .await;
            for (n, plan) in plans.iter().enumerate() {
                let own = Mock::of(&scenario).await;
                let alone = walk(&own.default_world().await, own.address.port(), plan).await;
                for (step, (together, alone)) in plan.iter().zip(together[n].iter().zip(&alone)) {
                    prop_assert_eq!(together, alone, "world {}, {:?} of {:?}", n, step, plan);
                }
            }
            prop_assert_eq!(shared.journal().await.len(), 0, "nothing leaked into the default world");
            let coverage = shared.get("/_mock/coverage").await.json();
            prop_assert_eq!(&coverage["exercised"], 0);
            Ok(())
        })
    });
    hammered.unwrap_or_else(|error| panic!("{error}"));
}
