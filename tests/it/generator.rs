//! The generator: blocks of calls for one's own business, and the data that generated calls show.

use std::collections::{BTreeMap, BTreeSet};

use callmock::scenario::{self, LoadOptions, Scenario, Source};
use callmock::universe::{CallOutcome, Direction};
use callmock::vendors;
use chrono::{Datelike, Timelike};
use serde_json::{Value, json};

use crate::mock::{Mock, list_at, send};

fn load(yaml: &str) -> Result<Scenario, String> {
    let source = Source::Text { name: "s.yaml".into(), text: yaml.into() };
    let catalogues = vendors::catalogues().collect();
    let options = LoadOptions { sources: vec![source], catalogues, ..LoadOptions::default() };
    scenario::load(&options).map_err(|invalid| invalid.to_string())
}

fn loaded(yaml: &str) -> Scenario {
    load(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

#[test]
fn an_outbound_campaign_has_the_hours_days_outcomes_people_and_numbers_that_its_block_says() {
    let scenario = loaded(
        "callmock: 1
zone: Asia/Tokyo
accounts: {ccai: [{subdomain: acme, token: t, outbound_numbers: [\"0355550199\"]}]}
agents: [{id: mai, name: Mai}, {id: ken, name: Ken}]
queues: [{id: sales, name: Sales}, {id: other, name: Other}]
generate:
  - calls: 2000
    from: 2024-05-01
    to: 2024-05-31
    direction: outbound
    outcomes: {answered: 6, busy: 1}
    hours: \"10:00-18:00\"
    weekdays: [mon-wed, fri]
    talk: {median: 3m, p95: 10m}
    queues: [sales]
    agents: [mai]
    customers: {country: JP, count: 500, repeat: 0.8}
  - {calls: 30, from: 2024-05-01, to: 2024-05-02, direction: inbound, from_number: \"0120999999\"}
",
    );
    let universe = &scenario.universe;
    let japan = chrono::FixedOffset::east_opt(9 * 3600).expect("an offset");
    let campaign: Vec<_> =
        universe.calls().iter().filter(|call| call.direction == Direction::Outbound).collect();
    assert_eq!((campaign.len(), universe.len()), (2000, 2030));
    let mut talks = vec![];
    let mut people = BTreeSet::new();
    for call in &campaign {
        let at = call.at.with_timezone(&japan);
        assert!((10..18).contains(&at.hour()), "{at}");
        assert!(![3, 5, 6].contains(&at.weekday().num_days_from_monday()), "{at}");
        assert!((1..=31).contains(&at.day()) && at.month() == 5, "{at}");
        assert!(matches!(call.outcome, CallOutcome::Answered | CallOutcome::Busy), "{:?}", call.outcome);
        assert_eq!(&*call.from, "0355550199", "the number of the account");
        assert!(call.to.starts_with("0900") && call.to.len() == 11, "{}", call.to);
        assert_eq!(&*universe.agent(call.agent.expect("an agent")).id, "mai");
        assert_eq!(&*universe.queue(call.queue.expect("a queue")).id, "sales");
        let customer = universe.customer(call.customer.expect("a customer"));
        assert!(customer.name.as_ref().is_some_and(|name| name.reading.is_some()), "{customer:?}");
        people.insert(customer.id.to_string());
        if call.outcome == CallOutcome::Answered {
            talks.push(call.talk.0);
        }
    }
    let share = talks.len() * 1000 / campaign.len();
    assert!((830..890).contains(&share), "six of seven are answered: {share}");
    talks.sort_unstable();
    let (median, p95) = (talks[talks.len() / 2] / 1000, talks[talks.len() * 95 / 100] / 1000);
    assert!((165..195).contains(&median) && (540..660).contains(&p95), "{median} {p95}");
    assert!((370..430).contains(&people.len()), "a fifth of the calls are of new people: {}", people.len());
    let hotline = universe.calls().iter().filter(|call| call.direction == Direction::Inbound);
    assert!(hotline.clone().count() == 30 && hotline.clone().all(|call| &*call.to == "0120999999"));
}

#[test]
fn what_a_block_cannot_mean_is_refused_with_what_to_write() {
    for (block, message) in [
        ("direction: outbound, outcomes: {abandoned_queue: 1}", "no `outbound` call ends `abandoned_queue`"),
        ("outcomes: {answered: 0}", "no outcome has a weight over 0"),
        ("outcomes: {anwsered: 1}", "did you mean `answered`?"),
        ("hours: 9-17", "hours such as `10:00-18:00`"),
        ("weekdays: [monday]", "a day such as `mon`, or days such as `mon-fri`"),
        ("weekdays: [sun], to: 2024-05-04", "lies within `hours` on one of the `weekdays`"),
        ("talk: {median: 3m, p95: 1m}", "nineteen of twenty talks are shorter than `p95`"),
        ("queues: [slaes]", "there is no queue `slaes`"),
        ("agents: [mai]", "there is no agent `mai`"),
        ("customers: {country: XX}", "`XX` is not known here"),
        ("customers: {country: DE, count: 6000}", "expected 1 to 5000 customers"),
        ("customers: {repeat: 20}", "expected a share from 0 to 1"),
        ("cals: 3", "unknown key `cals`"),
    ] {
        let to = if block.contains("to:") { "" } else { ", to: 2024-05-31" };
        let yaml = format!(
            "callmock: 1\nqueues: [{{id: sales, name: Sales}}]\ngenerate: [{{calls: 5, from: 2024-05-01{to}, {block}}}]\n"
        );
        let error = load(&yaml).expect_err(block);
        assert!(error.contains(message), "{block}: {error}");
    }
}

#[test]
fn one_seed_gives_the_same_calls_and_blocks_do_not_disturb_each_other() {
    let block = |more: &str| {
        let yaml = format!(
            "callmock: 1\ngenerate:\n  - {{calls: 300, from: 2024-05-01, to: 2024-05-31, direction: inbound, customers: {{country: VN, count: 40}}}}\n{more}"
        );
        let scenario = loaded(&yaml);
        let inbound = scenario.universe.calls().iter().filter(|call| call.direction == Direction::Inbound);
        inbound
            .map(|call| format!("{} {} {:?} {:?}", call.at, call.from, call.outcome, call.talk))
            .collect::<Vec<_>>()
    };
    let alone = block("");
    assert_eq!(alone, block(""));
    let more = "  - {calls: 200, from: 2024-05-01, to: 2024-05-31, direction: outbound}\n";
    assert_eq!(alone, block(more));
}

#[test]
fn people_of_each_country_have_names_of_its_script_and_numbers_of_their_own() {
    for (country, name, number) in [
        ("JP", "佐", "0900"),
        ("CN", "", "120"),
        ("KR", "", "0100"),
        ("VN", " ", "01000"),
        ("US", " ", "+1"),
        ("GB", " ", "+44"),
        ("AU", " ", "+61"),
        ("DE", " ", "+49"),
        ("FR", " ", "+33"),
    ] {
        let yaml = format!(
            "callmock: 1\ngenerate: {{calls: 400, from: 2024-05-01, to: 2024-05-02, direction: inbound, customers: {{country: {country}, count: 300}}}}\n"
        );
        let scenario = loaded(&yaml);
        let mut numbers = BTreeSet::new();
        let mut names = String::new();
        for (_, customer) in scenario.universe.customers() {
            assert!(customer.phones[0].starts_with(number), "{country}: {}", customer.phones[0]);
            assert!(
                numbers.insert(customer.phones[0].to_string()),
                "{country}: {} twice",
                customer.phones[0]
            );
            let display = &customer.name.as_ref().expect("a name").display;
            // Between Han characters and Hangul stands nothing.
            let joined = ["JP", "CN", "KR"].contains(&country);
            assert_eq!(display.contains(' '), !joined, "{country}: {display}");
            names.push_str(display);
        }
        assert_eq!(numbers.len(), 300, "{country}");
        assert!(names.contains(name), "{country}");
    }
}

#[tokio::test]
async fn a_name_stands_in_the_order_of_its_script_unless_the_person_says_otherwise() {
    let mock = Mock::of(
        "callmock: 1
agents:
  - {id: a, name: {given: 舞, family: 佐藤}}
  - {id: b, name: {given: 민준, family: 김}}
  - {id: c, name: {given: Mai, family: Nguyen}}
  - {id: d, name: {given: Mai, family: Nguyen}, order: family_first}
  - {id: e, name: {given: 舞, family: 佐藤}, order: given_first}
  - {id: f, name: {given: 舞, family: 佐藤, display: 'Mai (佐藤)'}}
  - {id: g, name: {given: ユイ, family: タナカ}}
",
    )
    .await;
    let agents = mock.get("/_mock/agents").await.json();
    let names: Vec<&str> =
        list_at(&agents, "/agents").iter().map(|agent| agent["name"].as_str().expect("a name")).collect();
    assert_eq!(
        names,
        ["佐藤舞", "김민준", "Mai Nguyen", "Nguyen Mai", "舞 佐藤", "Mai (佐藤)", "タナカユイ"]
    );
}

/// Every value of a member over the rows of a list.
fn values(rows: &[Value], member: &str) -> BTreeSet<String> {
    rows.iter().filter_map(|row| row[member].as_str()).map(str::to_owned).collect()
}

#[tokio::test]
async fn generated_calls_fill_what_each_page_documents() {
    let mock = Mock::embedded("busy-day").await;
    let world = mock.default_world().await;
    let calls = world.commubo("?expand=all").await.json();
    let calls = calls.as_array().expect("a list");
    assert_eq!(values(calls, "callType"), BTreeSet::from(["0".into(), "1".into(), "2".into()]));
    assert!(values(calls, "checkPoint").len() > 3);
    let mut members: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for call in calls {
        for part in ["customer", "operator"] {
            for name in call[part].as_object().into_iter().flat_map(|part| part.keys()) {
                members.entry(part).or_default().insert(name);
            }
        }
        if call["connectResult"] == "SUCCESSFUL" {
            assert!(call["operator"].is_object() && call["scenario"].is_object(), "{call}");
        }
        if call["callType"] == "2" {
            assert!(call["relatedCallId"].is_string(), "{call}");
        }
    }
    // All members of the page: L189-308, L309-410.
    assert_eq!((members["customer"].len(), members["operator"].len()), (19, 16), "{members:?}");
    let mut logs = vec![];
    let mut after = String::new();
    loop {
        let page = world.sencloud(&json!({ "paging": { "limit": 100, "after": after } })).await.json();
        logs.extend(list_at(&page, "/call_logs").to_vec());
        after = page["paging"]["next"].as_str().expect("a text").to_owned();
        if after.is_empty() {
            break;
        }
    }
    let target = |member: &str| -> BTreeSet<String> {
        logs.iter().filter_map(|log| log["call_targets"][0][member].as_str()).map(str::to_owned).collect()
    };
    assert!(values(&logs, "external_id").len() > 1000 && values(&logs, "external_session_id").len() > 1000);
    assert!(target("trunk_name").len() == 3 && target("end_reason").len() > 3);
    assert!(logs.iter().any(|log| list_at(log, "/recording_urls").len() == 1));
    // The filters find what the logs show.
    let one = logs.iter().find(|log| log["external_id"] != "").expect("a log");
    for member in ["external_id", "external_session_id"] {
        let page = world.sencloud(&json!({ "filter": { member: one[member] } })).await.json();
        assert_eq!(list_at(&page, "/call_logs")[0]["id"], one["id"], "{member}");
    }
    let queues = world.admin("GET", "queues", &Value::Null).await.json();
    let hotline = &queues["queues"][0]["ids"]["sencloud"];
    for (member, value) in
        [("hotline_ids", json!([hotline["hotline_id"]])), ("department_id", hotline["department_id"].clone())]
    {
        let page = world.sencloud(&json!({ "filter": { member: value } })).await.json();
        assert!(!list_at(&page, "/call_logs").is_empty(), "{member}");
    }
    let basic = crate::ccai::basic("acme", "mock-token");
    let listed = send(mock.request("GET", "/manager/api/v1/calls?per=100").header("authorization", basic))
        .await
        .json();
    let menus: BTreeSet<u64> = listed
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|call| call["selected_menu"]["id"].as_u64())
        .collect();
    assert_eq!(menus, BTreeSet::from([1, 2, 3, 4]));
}
