//! Calls live: one rule of time for every call, somebody who answers, and a number that is dialled.

use serde_json::{Value, json};

use crate::ccai::{inbound, outbound, scheduled, with};
use crate::cli::{callmock, file, text};
use crate::client::World;
use crate::mock::Mock;

/// One call that is over at the clock, one under way, and one to come; two agents, of whom one can
/// take calls.
const DAY: &str = r#"
callmock: 1
clock: 2024-05-14T12:00:00Z
seed: 3
accounts:
  commubo: [{tenant_id: tenant, access_token: token}]
  ccai: [{subdomain: acme, token: mock-token, outbound_numbers: ["+13392195276", "+17608675309"], languages: [en], created_on: [commubo, alibaba, sencloud]}]
  alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}]
  sencloud: [{api_key: "shop:MOCKKEY"}]
agents:
  - {id: mai, name: Mai, email: mai@example.com, extension: "101"}
  - {id: bo, name: Bo, email: bo@example.com, extension: "102", state: unavailable}
queues: [{id: sales, name: Sales, ccai: {menu_id: 9, menu_type: ivr_menu}}]
calls:
  - {id: past, direction: inbound, from: "0355550100", to: "0355550199", at: 2024-05-14T11:00:00Z, talk: 1m, outcome: answered, agent: mai, queue: sales}
  - {id: under-way, direction: inbound, from: "0355550101", to: "0355550199", at: 2024-05-14T11:59:30Z, ring: 5s, talk: 2m, outcome: answered, agent: mai, queue: sales}
  - {id: to-come, direction: inbound, from: "0355550102", to: "0355550199", at: 2024-05-14T12:10:00Z, talk: 1m, outcome: answered, agent: mai, queue: sales}
"#;

/// How many calls each vendor's list shows.
async fn shown(world: &World<'_>) -> [usize; 3] {
    let commubo = world.commubo("?start=2024-05-14").await.json().as_array().expect("a list").len();
    let day = [("Format", "JSON"), ("StartTime", "1715644800000"), ("EndTime", "1715731199000")];
    let alibaba = world.alibaba(&day).await.json()["Data"]["TotalCount"].as_u64().expect("a total");
    let sencloud = world.sencloud(&json!({})).await.json()["call_logs"].as_array().expect("a list").len();
    [commubo, usize::try_from(alibaba).expect("a few"), sencloud]
}

/// The neutral calls' names and statuses.
async fn statuses(world: &World<'_>) -> Vec<(String, String)> {
    let calls = world.admin("GET", "calls", &Value::Null).await.json();
    let text = |call: &Value, member: &str| call[member].as_str().expect("a text").to_owned();
    calls["calls"].as_array().expect("a list").iter().map(|c| (text(c, "id"), text(c, "status"))).collect()
}

fn named(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(id, status)| ((*id).to_owned(), (*status).to_owned())).collect()
}

async fn advance(world: &World<'_>, by: &str) {
    assert_eq!(world.admin("POST", "clock/advance", &json!({ "by": by })).await.status, 200);
}

/// The neutral call of the newest created one.
async fn newest(world: &World<'_>) -> Value {
    let calls = world.admin("GET", "calls", &Value::Null).await.json();
    let all = calls["calls"].as_array().expect("a list").clone();
    let created = |call: &&Value| call["id"].as_str().is_some_and(|id| id.starts_with("created-"));
    let number = |call: &Value| call["id"].as_str().and_then(|id| id.rsplit('-').next()?.parse::<u32>().ok());
    all.iter().filter(created).max_by_key(|call| number(call)).expect("a created call").clone()
}

#[tokio::test]
async fn a_list_shows_a_call_when_the_clock_has_passed_its_end_and_the_neutral_calls_from_its_beginning() {
    let mock = Mock::of(DAY).await;
    let world = mock.default_world().await;
    assert_eq!(shown(&world).await, [1, 1, 1]);
    assert_eq!(statuses(&world).await, named(&[("past", "ended"), ("under-way", "connected")]));
    let before = world.admin("GET", "snapshot", &Value::Null).await.json();

    advance(&world, "PT95S").await;
    assert_eq!(shown(&world).await, [2, 2, 2], "its very end is passed");
    advance(&world, "9m").await;
    assert_eq!(
        statuses(&world).await,
        named(&[("past", "ended"), ("under-way", "ended"), ("to-come", "connected")])
    );
    assert_eq!(shown(&world).await, [2, 2, 2]);
    advance(&world, "1m").await;
    assert_eq!(shown(&world).await, [3, 3, 3]);

    let back = json!({ "mode": "fixed", "now": "2024-05-14T11:30:00Z" });
    assert_eq!(world.admin("PUT", "clock", &back).await.status, 200);
    assert_eq!((shown(&world).await, statuses(&world).await), ([1, 1, 1], named(&[("past", "ended")])));
    assert_eq!(world.admin("PUT", "snapshot", &before).await.status, 204);
    assert_eq!(statuses(&world).await, named(&[("past", "ended"), ("under-way", "connected")]));
    advance(&world, "1h").await;
    assert_eq!(shown(&world).await, [3, 3, 3], "the clock went on from the snapshot's");
}

#[tokio::test]
async fn a_call_that_an_admin_adds_comes_by_the_same_rule() {
    let mock = Mock::of(DAY).await;
    let world = mock.default_world().await;
    let call = json!({
        "id": "added", "direction": "inbound", "from": "1", "to": "2", "at": "2024-05-14T12:00:10Z", "talk": "20s",
        "outcome": "answered", "agent": "mai", "queue": "sales",
    });
    assert_eq!(world.admin("POST", "calls", &call).await.status, 201);
    assert_eq!(shown(&world).await, [1, 1, 1]);
    advance(&world, "10s").await;
    assert!(statuses(&world).await.contains(&("added".to_owned(), "connected".to_owned())));
    assert_eq!(shown(&world).await, [1, 1, 1]);
    advance(&world, "20s").await;
    assert_eq!(shown(&world).await, [2, 2, 2]);
}

#[tokio::test]
async fn a_walk_by_cursors_neither_loses_nor_repeats_what_was_there_when_it_began() {
    let listed: String = (0..7)
        .map(|n| {
            format!(
                "  - {{id: c{n}, direction: inbound, from: \"1\", to: \"2\", at: 2024-05-14T09:0{n}:00Z, talk: 5s, outcome: answered}}\n"
            )
        })
        .collect();
    let mock = Mock::of(&format!("{DAY}{listed}")).await;
    let world = mock.default_world().await;
    let page =
        async |after: &str| world.sencloud(&json!({ "paging": { "limit": 3, "after": after } })).await.json();
    let ids = |page: &Value| {
        let logs = page["call_logs"].as_array().expect("a list").clone();
        logs.iter().map(|log| log["id"].to_string()).collect::<Vec<_>>()
    };
    let mut at = page("").await;
    let mut seen = ids(&at);
    // Two calls end while the client walks.
    advance(&world, "15m").await;
    while let Some(next) = at["paging"]["next"].as_str().filter(|next| !next.is_empty()).map(str::to_owned) {
        at = page(&next).await;
        seen.extend(ids(&at));
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((all, seen.len()), (8, 8));
    assert_eq!(shown(&world).await[2], 10);
}

#[tokio::test]
async fn pages_by_number_slide_when_calls_arrive_as_offset_paging_does() {
    let mock = Mock::of(DAY).await;
    let world = mock.default_world().await;
    let page = async |number: &str| {
        let day = [("Format", "JSON"), ("StartTime", "1715644800000"), ("EndTime", "1715731199000")];
        let paged = [&day[..], &[("PageSize", "1"), ("PageNumber", number)]].concat();
        world.alibaba(&paged).await.json()["Data"]["List"][0]["CallingNumber"].clone()
    };
    assert_eq!(page("1").await, "0355550100");
    advance(&world, "2m").await;
    assert_eq!(
        (page("1").await, page("2").await),
        (json!("0355550101"), json!("0355550100")),
        "it is seen twice"
    );
}

#[test]
fn check_says_how_many_calls_lie_after_the_clock() {
    let path = file("to-come.yaml", DAY);
    let output = callmock().arg("check").arg(path).output().expect("it runs");
    let said = text(&output.stdout);
    assert!(said.contains("; 2 of them end after the clock (2024-05-14T12:00:00Z)"), "{said}");
}

#[tokio::test]
async fn an_inbound_call_takes_an_available_agent_who_then_has_no_second_one() {
    let mock = Mock::of(DAY).await;
    let world = mock.default_world().await;
    let made = world.ccai("POST", "calls", &inbound()).await;
    assert_eq!(
        (made.status, made.json()["agent_info"].clone()),
        (201, Value::Null),
        "its answer was sent before"
    );
    advance(&world, "1h").await;
    let first = newest(&world).await;
    assert_eq!((&first["agent"], &first["outcome"]), (&json!("mai"), &json!("answered")));

    let extension = world.sencloud(&json!({ "filter": { "extension_ids": ["101"] } })).await.json();
    let logs = extension["call_logs"].as_array().expect("a list").clone();
    assert!(logs.iter().any(|log| log["id"] == first["ids"]["sencloud"]), "{extension}");
    let commubo = world.commubo("?start=2024-05-14&expand=operator").await.json();
    let own =
        commubo.as_array().expect("a list").iter().find(|call| call["callId"] == first["ids"]["commubo"]);
    assert!(own.is_some_and(|call| call["operator"].is_object()), "{commubo}");

    // Two at one time: the second waits in vain, for the only one who could take it talks.
    world.ccai("POST", "calls", &inbound()).await;
    world.ccai("POST", "calls", &inbound()).await;
    advance(&world, "1h").await;
    let second = newest(&world).await;
    assert_eq!((&second["agent"], &second["outcome"]), (&Value::Null, &json!("abandoned_queue")));
    assert!(second["wait"].as_u64().is_some_and(|wait| wait > 0), "{second}");
    assert_eq!(second["talk"], 0);
}

#[tokio::test]
async fn who_is_switched_changes_later_calls_only() {
    let mock = Mock::of(DAY).await;
    let world = mock.default_world().await;
    let agent = async |state: &str| {
        assert_eq!(world.admin("PATCH", "agents/mai", &json!({ "state": state })).await.status, 200);
    };
    world.ccai("POST", "calls", &inbound()).await;
    agent("unavailable").await;
    advance(&world, "1h").await;
    assert_eq!(newest(&world).await["agent"], "mai", "it was taken before");
    world.ccai("POST", "calls", &inbound()).await;
    agent("available").await;
    advance(&world, "1h").await;
    let second = newest(&world).await;
    assert_eq!(
        (&second["agent"], &second["outcome"]),
        (&Value::Null, &json!("abandoned_queue")),
        "nobody was there"
    );
}

#[tokio::test]
async fn a_scheduled_call_goes_out_and_takes_its_agent_when_its_time_comes() {
    let mock = Mock::of(DAY).await;
    let world = mock.default_world().await;
    let at = |time: &str| with(scheduled(), "scheduled_at", json!(time));
    world.ccai("POST", "calls", &at("2024-05-14T12:30:00Z")).await;
    assert_eq!(newest(&world).await["agent"], Value::Null);
    assert_eq!(world.admin("PATCH", "agents/mai", &json!({ "state": "unavailable" })).await.status, 200);
    assert_eq!(world.admin("PATCH", "agents/bo", &json!({ "state": "available" })).await.status, 200);
    advance(&world, "2h").await;
    let call = newest(&world).await;
    assert_eq!((&call["direction"], &call["agent"]), (&json!("outbound"), &json!("bo")));
    assert_eq!((&call["from"], &call["to"]), (&json!("+13392195276"), &json!("+1 859-657-9625")));
    let commubo = world.commubo("?start=2024-05-14").await.json();
    let own = commubo.as_array().expect("a list").iter().find(|one| one["callId"] == call["ids"]["commubo"]);
    assert_eq!(
        own.expect("it is over")["phoneNumber"],
        "+1 859-657-9625",
        "the far end is whom the centre called"
    );

    assert_eq!(world.admin("PATCH", "agents/bo", &json!({ "state": "unavailable" })).await.status, 200);
    world.ccai("POST", "calls", &at("2024-05-14T15:00:00Z")).await;
    advance(&world, "3h").await;
    let call = newest(&world).await;
    assert_eq!(
        (&call["outcome"], &call["wait"], &call["agent"]),
        (&json!("failed"), &json!(0), &Value::Null)
    );
}

#[tokio::test]
async fn the_same_seed_chooses_the_same_agents_also_after_a_snapshot() {
    let both = DAY.replace(", state: unavailable", "");
    let chosen = async |mock: &Mock, restored: bool| {
        let world = mock.default_world().await;
        let mut agents = vec![];
        for _ in 0..6 {
            world.ccai("POST", "calls", &inbound()).await;
            if restored {
                let snapshot = world.admin("GET", "snapshot", &Value::Null).await.json();
                assert_eq!(world.admin("PUT", "snapshot", &snapshot).await.status, 204);
            }
            advance(&world, "1h").await;
            agents.push(newest(&world).await["agent"].as_str().expect("somebody").to_owned());
        }
        agents
    };
    let (one, other) = (Mock::of(&both).await, Mock::of(&both).await);
    let agents = chosen(&one, false).await;
    assert_eq!(agents, chosen(&other, true).await);
    assert!(agents.contains(&"mai".to_owned()) && agents.contains(&"bo".to_owned()), "a choice: {agents:?}");
}

#[tokio::test]
async fn a_number_is_dialled_also_where_the_request_names_none() {
    for (account, expected) in [
        ("", "+13392195276"),
        (", default_outbound_number: \"+17608675309\"", "+17608675309"),
        (
            ", inbound_default_number: \"+17604108538\", default_outbound_number: \"+17608675309\"",
            "+17604108538",
        ),
    ] {
        let yaml = DAY.replace(", languages: [en]", &format!(", languages: [en]{account}"));
        let mock = Mock::of(&yaml).await;
        let world = mock.default_world().await;
        let made = world.ccai("POST", "calls", &inbound()).await;
        assert_eq!(
            (made.status, made.json()["outbound_number"].as_str()),
            (201, Some(expected)),
            "{account}"
        );
        assert_eq!(newest(&world).await["to"], expected, "{account}");
        let later = world
            .ccai("POST", "calls", &with(scheduled(), "scheduled_at", json!("2024-05-15T00:00:00Z")))
            .await;
        assert_eq!(later.json()["outbound_number"], expected, "{account}");
    }
}

#[tokio::test]
async fn an_outcome_that_does_not_fit_a_direction_is_answered_and_none_fails_as_it_is_made() {
    let yaml = DAY.replace(", languages: [en]", ", languages: [en], created_outcome: abandoned_queue");
    let mock = Mock::of(&yaml).await;
    let world = mock.default_world().await;
    let own = with(outbound(), "agent_email", json!("mai@example.com"));
    let own = with(own, "outbound_number", json!("+1 339-219-5276"));
    assert_eq!(world.ccai("POST", "calls", &own).await.status, 201);
    assert_ne!(newest(&world).await["status"], "failed");
    advance(&world, "1h").await;
    assert_eq!(newest(&world).await["outcome"], "answered", "nobody queues for a call that goes out");
    world.ccai("POST", "calls", &inbound()).await;
    advance(&world, "1h").await;
    assert_eq!(newest(&world).await["outcome"], "abandoned_queue");
}

#[tokio::test]
async fn a_queue_is_entered_as_its_menus_type_says() {
    for (menu, expected) in [("ivr_menu", 201), ("mobile_menu", 201), ("web_menu", 400)] {
        let mock = Mock::of(&DAY.replace("ivr_menu", menu)).await;
        let answer = mock.default_world().await.ccai("POST", "calls", &inbound()).await;
        assert_eq!(answer.status, expected, "{menu}: {}", answer.body);
    }
}

#[test]
fn check_and_serve_warn_of_what_is_likely_to_be_another_thing_than_was_meant() {
    let doubtful = DAY
        .replace("ccai: {menu_id: 9, menu_type: ivr_menu}", "ccai: {menu_id: 9}")
        .replace("talk: 1m, outcome: answered, agent: mai, queue: sales}\n  - {id: under", "talk: 1m, outcome: answered, agent: mai, queue: sales, alibaba: {ContactDisposition: Succes, InstanceId: another}}\n  - {id: under");
    let path = file("doubtful.yaml", &doubtful);
    let output = callmock().arg("check").arg(&path).output().expect("it runs");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    for part in ["ContactDisposition", "no account of alibaba has `another`", "menu"] {
        assert!(
            said.lines().any(|line| line.starts_with("warning: ") && line.contains(part)),
            "{part}: {said}"
        );
    }
    let quiet = callmock().arg("check").arg(file("no-doubt.yaml", DAY)).output().expect("it runs");
    assert_eq!(text(&quiet.stderr), "");
}

#[tokio::test]
async fn a_look_up_by_id_finds_a_call_when_its_list_does() {
    let named = DAY.replace(
        "talk: 1m, outcome: answered, agent: mai, queue: sales}\n",
        "talk: 1m, outcome: answered, agent: mai, queue: sales, alibaba: {ContactId: LATER}}\n",
    );
    let later = named.rfind("alibaba: {ContactId: LATER}").expect("the last call");
    let yaml = named[..later].replace(", alibaba: {ContactId: LATER}", "") + &named[later..];
    let mock = Mock::of(&yaml).await;
    let world = mock.default_world().await;
    let found = async || {
        let answer = world.alibaba(&[("Format", "JSON"), ("ContactId", "LATER")]).await;
        answer.json()["Data"]["List"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(found().await, 0);
    advance(&world, "10m30s").await;
    assert_eq!(found().await, 0, "it is under way");
    advance(&world, "30s").await;
    assert_eq!(found().await, 1);
}

#[tokio::test]
async fn a_list_that_is_being_sent_shows_what_was_over_when_it_began() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let yaml = "callmock: 1\nclock: 2018-09-02T00:00:00Z\naccounts: {commubo: [{tenant_id: t, access_token: a}]}\n\
                generate: {calls: 40000, from: 2018-09-01, to: 2018-09-02, offset: +00:00}\n";
    let mock = Mock::of(yaml).await;
    let world = mock.default_world().await;
    let count = async || world.commubo("?start=2018-09-01").await.json().as_array().expect("a list").len();
    let before = count().await;
    let mut stream = tokio::net::TcpStream::connect(mock.address).await.expect("a connection");
    let head = "GET /v1/calls?start=2018-09-01 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-commubo-tenantId: t\r\nx-commubo-accessToken: a\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut text = vec![0; 1000];
    stream.read_exact(&mut text).await.expect("its beginning");
    advance(&world, "1d").await;
    stream.read_to_end(&mut text).await.expect("the rest");
    assert_eq!(String::from_utf8_lossy(&text).matches("\"callDateTime\"").count(), before);
    assert!(count().await > before, "the clock brought more");
}

#[tokio::test]
async fn who_answers_and_which_way_a_call_goes_is_the_same_at_every_vendor() {
    let mock = Mock::of(DAY).await;
    let world = mock.default_world().await;
    let later = with(scheduled(), "scheduled_at", json!("2024-05-14T12:30:00Z"));
    world.ccai("POST", "calls", &inbound()).await;
    advance(&world, "20m").await;
    world.ccai("POST", "calls", &later).await;
    advance(&world, "2h").await;
    let day = [("Format", "JSON"), ("StartTime", "1715644800000"), ("EndTime", "1715731199000")];
    let records = world.alibaba(&day).await.json()["Data"]["List"].clone();
    let logs = world.sencloud(&json!({})).await.json()["call_logs"].clone();
    let calls = world.admin("GET", "calls", &Value::Null).await.json()["calls"].clone();
    let made = |n: u32| {
        let name = format!("created-{n}");
        calls
            .as_array()
            .expect("a list")
            .iter()
            .find(|call| call["id"] == name.as_str())
            .expect("a call")
            .clone()
    };
    for (call, contact, direction) in [(made(1), "Inbound", "in"), (made(2), "Outbound", "out")] {
        assert_eq!(call["agent"], "mai", "{call}");
        let of = |all: &Value, member: &str, vendor: &str| {
            let all = all.as_array().expect("a list").clone();
            all.into_iter()
                .find(|one| one[member] == call["ids"][vendor])
                .unwrap_or_else(|| panic!("{vendor}: {call}"))
        };
        let record = of(&records, "ContactId", "alibaba");
        assert_eq!(
            (&record["ContactType"], &record["AgentNames"]),
            (&contact.into(), &"Mai".into()),
            "{record}"
        );
        assert!(record["AgentIds"].as_str().is_some_and(|ids| !ids.is_empty()), "{record}");
        let log = of(&logs, "id", "sencloud");
        assert!(log["direction"].as_str().is_some_and(|shown| shown.contains(direction)), "{log}");
        assert!(!log["call_targets"].as_array().expect("a list").is_empty(), "{log}");
    }
}

#[test]
fn serve_warns_as_check_does_and_an_outcome_that_fits_no_call_is_named() {
    let doubtful = DAY
        .replace(
            "outbound_numbers: [\"+13392195276\", \"+17608675309\"], ",
            "created_outcome: abandoned_queue, outbound_numbers: [\"+13392195276\"], ",
        )
        .replace(", ccai: {menu_id: 9, menu_type: ivr_menu}", "");
    let path = file("fits-none.yaml", &doubtful);
    let checked = callmock().arg("check").arg(&path).output().expect("it runs");
    let said = text(&checked.stderr).to_owned();
    assert!(said.contains("accounts.ccai[0].created_outcome") || said.contains("created_outcome"), "{said}");
    assert!(!said.contains("queues["), "a queue that is not ccai's is no doubt: {said}");
    let mut served = crate::cli::Served::start(callmock().args(["--port", "0", "--scenario"]).arg(&path));
    served.signal("-TERM");
    let mut stderr = served.0.stderr.take().expect("a pipe");
    served.0.wait().expect("it ends");
    let mut log = String::new();
    std::io::Read::read_to_string(&mut stderr, &mut log).expect("text");
    assert!(log.lines().any(|line| line.contains("WARN") && line.contains("created_outcome")), "{log}");
}

#[tokio::test]
async fn an_agents_own_call_keeps_it_from_no_other() {
    let mock = Mock::of(DAY).await;
    let world = mock.default_world().await;
    let own = with(
        with(outbound(), "agent_email", json!("mai@example.com")),
        "outbound_number",
        json!("+13392195276"),
    );
    for _ in 0..2 {
        assert_eq!(world.ccai("POST", "calls", &own).await.status, 201);
    }
    world.ccai("POST", "calls", &inbound()).await;
    advance(&world, "1h").await;
    assert_eq!(newest(&world).await["agent"], "mai");
}
