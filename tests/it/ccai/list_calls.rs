//! 2 and 3 of the neighbours' sheet: the Manager API's list of calls.

use std::collections::BTreeMap;

use callmock::server::Settings;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{ask, basic, create, documented, inbound, outbound, reading, scheduled, state, with};
use crate::cli::{callmock, file, text};
use crate::mock::{Answer, Mock, send};

const LIST: &str = "/manager/api/v1/calls";

async fn list(mock: &Mock, query: &str) -> Answer {
    ask(mock, "GET", &format!("{LIST}{query}"), "").await
}

/// The calls of an answer.
fn calls(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json().as_array().expect("a bare array").clone()
}

fn ids(answer: &Answer) -> Vec<u64> {
    calls(answer).iter().map(|call| call["id"].as_u64().expect("an integer")).collect()
}

/// The URL of a relation in a `Link` header, read as strictly as tap-ujet does: cut at every comma.
fn linked(answer: &Answer, relation: &str) -> Option<String> {
    let links = answer.header("link").split(", ").filter(|link| !link.is_empty());
    let mut read = links.map(|link| {
        let (url, rel) = link.strip_prefix('<').unwrap().split_once(">; rel=\"").expect("a relation");
        (url.to_owned(), rel.strip_suffix('"').expect("its end").to_owned())
    });
    read.find(|(_, rel)| rel == relation).map(|(url, _)| url)
}

/// Every page of a list, by the links.
async fn walk(mock: &Mock, query: &str) -> Vec<Value> {
    let mut found = vec![];
    let mut page = list(mock, query).await;
    loop {
        found.extend(calls(&page));
        let Some(next) = linked(&page, "next") else { break };
        let path = next.strip_prefix(&mock.url("")).expect("an absolute URL of this server").to_owned();
        page = ask(mock, "GET", &path, "").await;
    }
    assert_eq!(page.header("total"), found.len().to_string());
    found
}

fn at(value: &Value) -> DateTime<Utc> {
    value.as_str().expect("a text").parse().expect("a time")
}

/// A contact centre with a call of each outcome, one second apart.
fn every_outcome() -> String {
    let outcomes = [
        "answered",
        "no_answer",
        "busy",
        "rejected",
        "abandoned_ivr",
        "abandoned_queue",
        "abandoned_ring",
        "voicemail",
        "failed",
    ];
    let call = |(n, outcome): (usize, &&str)| {
        format!(
            "  - {{id: c{n}, direction: inbound, from: \"0330001234\", to: \"0399990000\", at: 2019-09-01T10:00:0{n}.123456Z, \
             ivr: 2s, wait: 5s, ring: 3s, outcome: {outcome}, queue: lockstar, customer: suzuki, ccai: {{id: {}}}{}}}\n",
            100 + n,
            match *outcome {
                "answered" =>
                    ", talk: 65s, hold: 4s, agent: admin, ended_by: customer, rating: {score: 5, channel: ivr}, \
                               recording: {url: \"https://recordings.example/c0.mp3\", duration: 65s}",
                "voicemail" => ", recording: {duration: 20s}",
                "no_answer" => ", agent: admin",
                _ => "",
            }
        )
    };
    let calls: String = outcomes.iter().enumerate().map(call).collect();
    format!(
        "callmock: 1\nclock: 2019-09-01T12:00:00Z\n\
         accounts: {{ccai: [{{subdomain: acme, token: mock-token, languages: [ja, en]}}]}}\n\
         agents: [{{id: admin, name: Admin UJET, ccai: {{user_id: 1}}}}]\n\
         customers: [{{id: suzuki, name: Suzuki, ccai: {{end_user_id: 67}}}}]\n\
         queues: [{{id: lockstar, name: Lock Star, ccai: {{menu_id: 9, menu_type: ivr_menu}}}}]\n\
         calls:\n{calls}\
         \x20 - {{id: out, direction: outbound, from: \"0399990000\", to: \"0330001234\", at: 2019-09-01T10:01:00Z, dial: 4s, \
         ring: 3s, talk: 9s, outcome: answered, agent: admin, parent: c0, ended_by: agent, ccai: {{id: 200}}}}\n\
         \x20 - {{id: between-agents, direction: internal, from: \"101\", to: \"102\", at: 2019-09-01T10:02:00Z, outcome: answered, talk: 1s}}\n\
         \x20 - {{id: elsewhere, direction: inbound, from: \"1\", to: \"2\", at: 2019-09-01T10:02:00Z, outcome: busy, on: [commubo]}}\n\
         \x20 - {{id: to-come, direction: inbound, from: \"1\", to: \"2\", at: 2019-09-01T11:59:59Z, ring: 10s, outcome: no_answer, ccai: {{id: 300}}}}\n"
    )
}

/// The answered call of [`every_outcome`], but for its ids from the seed.
const SHOWN: &str = r#"[{"id":100,"parent_id":null,"call_uuid":"UUID","lang":"ja","call_type":"Voice Inbound (IVR)","status":"finished",
"sub_status":null,"created_at":"2019-09-01T10:00:00.123Z","queued_at":"2019-09-01T10:00:02.123Z",
"assigned_at":"2019-09-01T10:00:07.123Z","connected_at":"2019-09-01T10:00:10.123Z","ends_at":"2019-09-01T10:01:15.123Z",
"scheduled_at":null,"updated_at":"2019-09-01T10:01:15.123Z","wait_duration":8,"queue_duration":5,"call_duration":65,
"hold_duration":4,"rating":"5","has_feedback":true,"voip_provider":"voip_provider_twilio","out_ticket_id":null,
"out_ticket_url":null,"verified":false,"recording_url":"https://recordings.example/c0.mp3",
"recording_permission":"not_asked","voicemail_reason":"not_voicemail","deflection":"no_deflection",
"disconnected_by":"disconnected_by_end_user","finish_reason":"no_reason","fail_details":null,"fail_reason":"nothing",
"adapter_fail_code":null,"adapter_fail_message":null,"support_number":"0399990000",
"selected_menu":{"id":9,"name":"Lock Star","parent_id":null,"position":0,"deleted":false,"menu_type":"ivr_menu",
"output_msg":"You selected Lock Star.","hidden":false},
"menu_path":{"items_count":1,"name":"Lock Star","materialized_path":"9"},
"agent_info":{"id":1,"agent_number":null,"name":"Admin UJET","last_name":"UJET","first_name":"Admin","avatar_url":null},
"end_user":{"id":67,"identifier":null,"out_contact_id":null},
"photos":[],"videos":[],"transfers":[],"deflection_details":[],
"participants":[{"id":FIRST,"type":"agent","status":"finished","call_id":100,"user_id":1,"end_user_id":null,
"call_duration":65,"hold_duration":4,"connected_at":"2019-09-01T10:00:10.123Z","ended_at":"2019-09-01T10:01:15.123Z",
"fail_reason":"nothing"},{"id":SECOND,"type":"end_user","status":"finished","call_id":100,"user_id":null,
"end_user_id":67,"call_duration":65,"hold_duration":4,"connected_at":"2019-09-01T10:00:10.123Z",
"ended_at":"2019-09-01T10:01:15.123Z","fail_reason":"nothing"}],
"offer_type":"cascade","offer_events":[{"casting_time":"2019-09-01T10:00:02.123Z","group":"Group 1"}],
"answer_type":"manual","outbound_number":null}]"#;

#[tokio::test]
async fn a_past_call_has_every_key_of_the_page_in_its_order() {
    let mock = Mock::of(&every_outcome()).await;
    let shown = list(&mock, "?id[]=100").await;
    let uuid = calls(&shown)[0]["call_uuid"].as_str().expect("a text").to_owned();
    assert_eq!(uuid.len(), 36, "{uuid}");
    let participants = &calls(&shown)[0]["participants"];
    let expected = SHOWN
        .replace('\n', "")
        .replace("UUID", &uuid)
        .replace("FIRST", &participants[0]["id"].to_string())
        .replace("SECOND", &participants[1]["id"].to_string());
    assert_eq!(shown.body, expected);
}

#[tokio::test]
async fn each_outcome_has_its_status_and_its_reason() {
    let mock = Mock::of(&every_outcome()).await;
    let shown: Vec<(u64, String, String)> = calls(&list(&mock, "").await)
        .iter()
        .map(|call| {
            let word = |name: &str| call[name].as_str().expect("a text").to_owned();
            (call["id"].as_u64().expect("an integer"), word("status"), word("fail_reason"))
        })
        .collect();
    let expected = [
        (100, "finished", "nothing"),
        (101, "failed", "eu_no_answer"),
        (102, "failed", "eu_busy"),
        (103, "failed", "eu_rejected"),
        (104, "failed", "eu_in_menu_abandoned"),
        (105, "failed", "eu_abandoned"),
        (106, "failed", "eu_abandoned"),
        (107, "voicemail_received", "nothing"),
        (108, "failed", "unknown"),
        (200, "finished", "nothing"),
    ];
    let expected: Vec<(u64, String, String)> = expected
        .iter()
        .map(|(id, status, reason)| (*id, (*status).to_owned(), (*reason).to_owned()))
        .collect();
    assert_eq!(shown, expected, "by id; internal calls, another vendor's and one to come are not there");
    let out = &calls(&list(&mock, "?id[]=200").await)[0];
    assert_eq!(
        (
            &out["call_type"],
            &out["parent_id"],
            &out["outbound_number"],
            &out["support_number"],
            &out["queued_at"]
        ),
        (&json!("Voice Outbound"), &json!(100), &json!("0399990000"), &Value::Null, &Value::Null)
    );
    assert_eq!(
        (&out["assigned_at"], &out["connected_at"], &out["disconnected_by"]),
        (
            &json!("2019-09-01T10:01:00.000Z"),
            &json!("2019-09-01T10:01:07.000Z"),
            &json!("disconnected_by_agent")
        )
    );
    let advanced = mock.request("POST", "/_mock/clock/advance").body(json!({ "by": "9s" }).to_string());
    assert_eq!(send(advanced).await.status, 200);
    assert_eq!(ids(&list(&mock, "?id[]=300&id[]=301").await), [300], "once it is over");
}

#[tokio::test]
async fn ends_of_a_range_are_in_it_to_the_millisecond_that_is_shown() {
    let mock = Mock::of(&every_outcome()).await;
    for (query, expected) in [
        // Two calls may change in one second; whoever asks from it again gets both again.
        (
            "updated_at[from]=2019-09-01T10:00:14.123Z&updated_at[to]=2019-09-01T10:00:16.123Z",
            vec![104, 105, 106],
        ),
        ("updated_at[from]=2019-09-01T10:00:14.124Z&updated_at[to]=2019-09-01T10:00:16.122Z", vec![105]),
        (
            "updated_at%5Bfrom%5D=2019-09-01T19:00:15.123%2B09:00&updated_at[to]=2019-09-01T10:00:16.5Z",
            vec![105, 106],
        ),
        ("created_at[from]=2019-09-01T10:00:07.123Z&created_at[to]=2019-09-01T10:00:08.123Z", vec![107, 108]),
        ("created_at[from]=2019-09-01T10:00:07.124Z&id[]=100&id[]=108&id[]=200", vec![108, 200]),
        ("created_at[to]=2000-01-01T00:00:00Z", vec![]),
        ("updated_at[from]=&id[]=&page=&per=&sort_column=&id[]=100", vec![100]),
    ] {
        let answer = list(&mock, &format!("?{query}")).await;
        assert_eq!(ids(&answer), expected, "{query}");
        assert!(answer.findings().is_empty(), "{query}: {:?}", answer.findings());
    }
    for (query, name) in [
        ("updated_at[from]=yesterday", "updated_at[from]"),
        ("updated_at[to]=2019-09-01T10:00:00", "updated_at[to]"),
        ("created_at[from]=2019-09-01", "created_at[from]"),
        ("created_at[to]=1567332000", "created_at[to]"),
        ("id[]=1&id[]=one", "id[]"),
        ("id[]=-1", "id[]"),
    ] {
        let answer = list(&mock, &format!("?{query}")).await;
        let message = format!("{name} is not well formed");
        assert_eq!((answer.status, &answer.json()), (400, &json!({ "message": message })), "{query}");
    }
    let naive = list(&mock, "?updated_at[from]=2019-09-01%2010:00:00").await;
    assert_eq!(naive.findings(), ["ccai.naive_time"]);
}

#[tokio::test]
async fn a_generated_days_calls_are_the_neutral_ones_on_pages_of_any_size_and_order() {
    let mock = Mock::embedded("busy-day").await;
    let mut truth = BTreeMap::new();
    let mut after = Some(0);
    while let Some(from) = after {
        let page = mock.get(&format!("/_mock/calls?after={from}&limit=700")).await.json();
        for call in page["calls"].as_array().expect("calls") {
            if let (Some(id), false) = (call["ids"]["ccai"].as_str(), call["ended_at"].is_null()) {
                truth.insert(id.to_owned(), call.clone());
            }
        }
        after = page["next"].as_u64();
    }
    let millis = |time: &Value| {
        if time.is_null() {
            Value::Null
        } else {
            json!(at(time).to_rfc3339_opts(SecondsFormat::Millis, true))
        }
    };
    let by_id = walk(&mock, "").await;
    assert_eq!(by_id.len(), truth.len());
    assert!(by_id.len() > 3000);
    for call in &by_id {
        let neutral = &truth[&call["id"].to_string()];
        let answered = neutral["outcome"] == "answered";
        let inbound = neutral["direction"] == "inbound";
        let seconds = |name: &str| neutral[name].as_u64().expect("seconds");
        for (name, expected) in [
            ("created_at", millis(&neutral["at"])),
            ("connected_at", millis(&neutral["answered_at"])),
            ("ends_at", millis(&neutral["ended_at"])),
            ("updated_at", millis(&neutral["ended_at"])),
            ("queue_duration", json!(seconds("wait"))),
            ("wait_duration", json!(seconds("wait") + seconds("ring"))),
            ("call_duration", json!(seconds("talk"))),
            ("hold_duration", json!(seconds("hold"))),
            ("has_feedback", json!(!neutral["rating"].is_null())),
            (
                "rating",
                neutral["rating"]["score"].as_i64().map_or(Value::Null, |score| json!(score.to_string())),
            ),
            ("recording_url", {
                // A generated recording has an address here; the scenario has none but generated
                // calls.
                let place = neutral["id"].as_str().and_then(|id| id.strip_prefix("gen-")).expect("generated");
                let file = mock.url(&format!("/_files/default/ccai-{place}.wav"));
                if neutral["recording"].is_null() { Value::Null } else { json!(file) }
            }),
            ("call_type", json!(if inbound { "Voice Inbound (IVR)" } else { "Voice Outbound" })),
            (
                if inbound { "support_number" } else { "outbound_number" },
                neutral[if inbound { "to" } else { "from" }].clone(),
            ),
        ] {
            assert_eq!(call[name], expected, "{name} of {neutral}");
        }
        assert_eq!(call["status"] == "finished", answered);
        for (name, of) in [("agent_info", "agent"), ("end_user", "customer"), ("selected_menu", "queue")] {
            assert_eq!(call[name].is_null(), neutral[of].is_null(), "{name} of {neutral}");
        }
    }
    let sorted_by = |column: &str| {
        let value = |call: &Value| match &call[column] {
            Value::Null => (0, 0, String::new()),
            Value::Bool(truth) => (1, i64::from(*truth), String::new()),
            Value::Number(number) => (1, number.as_i64().expect("an integer"), String::new()),
            Value::String(text) if column == "rating" => (1, text.parse().expect("a score"), String::new()),
            Value::String(text) => (2, 0, text.clone()),
            other => panic!("{column} cannot be sorted by: {other}"),
        };
        // What is made earlier stands earlier, also where it has the same value: `c1` before `c2`.
        let made = |call: &Value| truth[&call["id"].to_string()]["id"].as_str().expect("a name").to_owned();
        let place = |call: &Value| {
            made(call).trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<u64>().unwrap_or(0)
        };
        let mut expected = by_id.clone();
        expected.sort_by_key(|call| (value(call), place(call)));
        expected.iter().map(|call| call["id"].clone()).collect::<Vec<_>>()
    };
    let listed = |calls: Vec<Value>| calls.iter().map(|call| call["id"].clone()).collect::<Vec<_>>();
    for (column, per, direction) in [("updated_at", 100, "ASC"), ("rating", 97, "desc")] {
        let mut expected = sorted_by(column);
        if direction == "desc" {
            expected.reverse();
        }
        let query = format!("?per={per}&sort_column={column}&sort_direction={direction}");
        assert_eq!(listed(walk(&mock, &query).await), expected, "{column}");
    }
}

#[tokio::test]
async fn every_member_that_is_no_object_and_no_list_can_be_sorted_by() {
    let mock = Mock::of(&every_outcome()).await;
    let all = calls(&list(&mock, "").await);
    for (column, value) in all[0].as_object().expect("an object") {
        let answer = list(&mock, &format!("?sort_column={column}")).await;
        if value.is_object() || value.is_array() {
            assert_eq!((answer.findings(), ids(&answer)[0]), (vec!["ccai.unknown_sort"], 100), "{column}");
            continue;
        }
        assert!(answer.findings().is_empty(), "{column}: {:?}", answer.findings());
        let shown: Vec<Value> = calls(&answer).iter().map(|call| call[column].clone()).collect();
        let key = |value: &Value| match value {
            Value::Null => (0, 0, String::new()),
            Value::Bool(truth) => (1, u64::from(*truth), String::new()),
            Value::Number(number) => (1, number.as_u64().expect("an integer"), String::new()),
            other => (2, 0, other.to_string()),
        };
        assert!(shown.is_sorted_by_key(key), "{column}: {shown:?}");
    }
}

#[tokio::test]
async fn links_lead_on_to_the_same_list_and_have_no_comma_in_them() {
    let mock = Mock::of(&every_outcome()).await;
    let query = "?page=1&per=4&sort_column=updated_at&updated_at[from]=2019-01-01T00:00:00Z\
                 &created_at[from]=&id[]=&sort_direction=A,B&token=x";
    let first = list(&mock, query).await;
    assert_eq!((first.header("total"), first.header("per-page")), ("10", "4"));
    assert_eq!(first.headers.get_all("link").iter().count(), 1, "one line");
    let url = |page: u8| {
        format!(
            "{}?page={page}&per=4&sort_column=updated_at&updated_at%5Bfrom%5D=2019-01-01T00%3A00%3A00Z\
             &created_at%5Bfrom%5D=&id%5B%5D=&sort_direction=A%2CB",
            mock.url(LIST)
        )
    };
    assert_eq!(first.header("link"), format!("<{}>; rel=\"next\", <{}>; rel=\"last\"", url(2), url(3)));
    let last = list(&mock, &query.replace("page=1", "page=3")).await;
    assert_eq!(
        (calls(&last).len(), last.header("link")),
        (2, format!("<{}>; rel=\"last\"", url(3)).as_str())
    );
    let past = list(&mock, &query.replace("page=1", "page=4")).await;
    assert_eq!((past.body.as_str(), past.header("total")), ("[]", "10"));
    assert_eq!(linked(&past, "next"), None);
    let none = list(&mock, "?id[]=1").await;
    assert_eq!((none.body.as_str(), none.header("total"), none.header("link")), ("[]", "0", ""));
    let far = list(&mock, "?page=18446744073709551615&per=100").await;
    assert_eq!(far.body, "[]");
}

#[tokio::test]
async fn links_are_of_the_address_and_the_world_that_were_asked() {
    let settings = Settings { public_url: Some("https://acme.example".to_owned()), ..Settings::default() };
    let mock = Mock::with(&every_outcome(), settings).await;
    assert!(
        list(&mock, "?per=1")
            .await
            .header("link")
            .starts_with("<https://acme.example/manager/api/v1/calls?page=2&per=1>")
    );
    let mock = Mock::of(&every_outcome()).await;
    let world = mock.fork(json!({})).await;
    let pinned = format!("/w/{}{LIST}?per=1", world.id());
    let answer = ask(&mock, "GET", &pinned, "").await;
    let next = linked(&answer, "next").expect("a next page");
    assert_eq!(next, format!("{}?page=2&per=1", mock.url(&format!("/w/{}{LIST}", world.id()))));
    let request = mock.request("GET", LIST).header("authorization", basic("acme", "mock-token"));
    let named = send(request.query(&[("per", "1")]).header("host", "acme.localhost:8443")).await;
    assert!(named.header("link").starts_with("<http://acme.localhost:8443/manager/api/v1/calls?page=2"));
}

#[tokio::test]
async fn a_page_has_100_calls_at_most_or_200_as_the_reading_says() {
    let (mock, large) = (Mock::embedded("busy-day").await, Mock::embedded("busy-day").await);
    let chosen = large.request("PATCH", "/_mock/readings").body(r#"{"ccai.per_max":"200"}"#);
    assert_eq!(send(chosen).await.status, 200);
    for (query, hundred, two_hundred) in [
        ("", 100, 100),
        ("?per=100", 100, 100),
        ("?per=7", 7, 7),
        ("?per=200", 100, 200),
        ("?per=1000", 100, 200),
    ] {
        for (mock, size) in [(&mock, hundred), (&large, two_hundred)] {
            let answer = list(mock, query).await;
            assert_eq!((calls(&answer).len(), answer.header("per-page")), (size, size.to_string().as_str()));
            let asked = query.strip_prefix("?per=").map_or(100, |per| per.parse().unwrap());
            assert_eq!(answer.findings().contains(&"ccai.per_over_max"), asked > size, "{query}");
        }
    }
}

#[tokio::test]
async fn a_page_that_is_no_number_above_0_is_the_default_or_refused_as_the_reading_says() {
    let (lenient, strict) = (Mock::of(documented()).await, Mock::of(&reading("ccai.bad_page: error")).await);
    for (query, name) in
        [("page=0", "page"), ("page=-1", "page"), ("page=two", "page"), ("per=0", "per"), ("per=1.5", "per")]
    {
        let answer = list(&lenient, &format!("?{query}")).await;
        assert_eq!(
            (answer.status, answer.header("per-page"), answer.findings()),
            (200, "100", vec!["ccai.bad_page"])
        );
        let refused = list(&strict, &format!("?{query}")).await;
        assert_eq!(
            (refused.status, refused.json()),
            (400, json!({ "message": format!("{name} is not well formed") })),
            "{query}"
        );
    }
}

#[tokio::test]
async fn created_calls_are_listed_from_their_creation_and_change_as_the_clock_passes() {
    let mock = Mock::of(documented()).await;
    state(&mock, "agents/agent@somedomain.com", "available").await;
    let made = |answer: Answer| answer.json();
    let (out, into) = (made(create(&mock, &outbound()).await), made(create(&mock, &inbound()).await));
    let later = made(create(&mock, &with(scheduled(), "scheduled_at", json!("2019-09-10T00:20:00Z"))).await);
    let of = async |call: &Value| calls(&list(&mock, &format!("?id[]={}", call["id"])).await)[0].clone();
    let advance = async |by: &str| {
        let request = mock.request("POST", "/_mock/clock/advance").body(json!({ "by": by }).to_string());
        assert_eq!(send(request).await.status, 200);
    };
    // As the 201 has them, but for what had not happened yet when it was sent, and what only lists
    // have.
    for (created, status) in [(&out, "assigned"), (&into, "queued"), (&later, "scheduled")] {
        let listed = of(created).await;
        assert_eq!(listed["status"], status);
        for name in [
            "id",
            "lang",
            "call_type",
            "created_at",
            "queued_at",
            "scheduled_at",
            "end_user",
            "selected_menu",
            "offer_events",
            "outbound_number",
        ] {
            assert_eq!(listed[name], created[name], "{name}");
        }
        assert!(at(&listed["updated_at"]) >= at(&listed["created_at"]));
    }
    let page = list(&mock, "").await;
    assert!(page.behaviors().contains(&"ccai.list_calls.under_way"), "{:?}", page.behaviors());
    // Each status once, in the order of the page, and each with another time of change.
    let mut seen: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for _ in 0..240 {
        for call in calls(&list(&mock, "?sort_column=updated_at&created_at[from]=2019-09-10T00:00:00Z").await)
        {
            let state = (
                call["status"].as_str().unwrap().to_owned(),
                call["updated_at"].as_str().unwrap().to_owned(),
            );
            let states = seen.entry(call["id"].to_string()).or_default();
            if states.last() != Some(&state) {
                states.push(state);
            }
            let ended = call["ends_at"].as_str();
            assert_eq!(ended.is_some(), call["status"] == "finished");
            assert!(ended.is_none_or(|ended| ended == call["updated_at"]));
        }
        advance("900ms").await;
    }
    let statuses = |call: &Value| {
        let mut words: Vec<&str> =
            seen[&call["id"].to_string()].iter().map(|(status, _)| status.as_str()).collect();
        words.dedup();
        words.join(" ")
    };
    for (call, expected) in [
        (&out, "assigned connecting connected finished"),
        (&into, "queued assigned connecting connected finished"),
        (&later, "scheduled queued assigned connecting connected finished"),
    ] {
        assert_eq!(statuses(call), expected);
    }
    for states in seen.values() {
        assert!(states.is_sorted_by(|one, other| one.1 < other.1), "{states:?}");
    }
    let ended = of(&into).await;
    let participants = ended["participants"].as_array().unwrap();
    let kinds: Vec<_> = participants.iter().map(|p| (&p["type"], &p["status"])).collect();
    let finished = json!("finished");
    assert_eq!(kinds, [(&json!("agent"), &finished), (&json!("end_user"), &finished)]);
    assert_eq!(participants[0]["user_id"], ended["agent_info"]["id"], "whoever took it");
}

#[tokio::test]
async fn parameters_that_do_nothing_are_told() {
    let mock = Mock::of(&every_outcome()).await;
    let detail = async |query: &str| {
        let answer = list(&mock, query).await;
        assert_eq!(answer.status, 200);
        mock.journal().await.last().expect("an exchange").to_string()
    };
    assert!(detail("?updated_at[form]=x").await.contains("did you mean `updated_at[from]`?"));
    assert!(detail("?sort_column=update_at").await.contains("did you mean `updated_at`?"));
    assert_eq!(list(&mock, "?id=100").await.findings(), ["ccai.unknown_parameter"]);
    let down = list(&mock, "?sort_direction=down").await;
    assert_eq!((ids(&down)[0], down.findings()), (100, vec!["ccai.unknown_sort"]));
    let twice = list(&mock, "?per=9&per=3").await;
    assert_eq!(
        (twice.header("per-page"), twice.findings()),
        ("3", vec!["ccai.repeated_parameter"]),
        "the last counts"
    );
    let broken = list(&mock, "?page=%zz").await;
    assert_eq!((broken.status, broken.outcome()), (400, "ccai.list_calls.malformed_query"));
    assert_eq!(ask(&mock, "GET", LIST, "{}").await.findings(), ["ccai.body_on_get"]);
}

#[tokio::test]
async fn a_walk_to_the_end_is_given_credit_and_one_that_stops_is_found() {
    let mock = Mock::of(&every_outcome()).await;
    walk(&mock, "?per=4").await;
    let report = mock.get("/_mock/findings").await.body;
    assert!(!report.contains("ccai.paging_stopped_early"), "{report}");
    let coverage = mock.get("/_mock/coverage").await.body;
    for inference in ["ccai.next_page_asked", "ccai.walked_to_end"] {
        assert!(coverage.contains(inference), "{inference}: {coverage}");
    }
    list(&mock, "?per=3&sort_column=status").await;
    let report = mock.get("/_mock/findings").await.body;
    assert!(report.contains("ccai.paging_stopped_early"), "{report}");
    let findings = async |query: &str| {
        let answer = list(&mock, query).await;
        answer.findings().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(findings("?per=3&sort_column=lang&page=3").await, ["ccai.search_changed"]);
    assert!(findings("?per=3&sort_column=status&page=2").await.is_empty());
    assert_eq!(findings("?per=3&sort_column=status&page=2").await, ["ccai.repeated_page"]);
    assert_eq!(findings("?per=2&sort_column=status&page=3").await, ["ccai.page_size_changed"]);
    assert!(findings("?per=1").await.is_empty(), "a look at the total");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_made_of_the_list_has_no_mistake() {
    let mock = Mock::embedded("busy-day").await;
    let row = |call: &Value| {
        let inbound = call["support_number"].is_string();
        let outcome = match (call["status"].as_str().unwrap(), call["fail_reason"].as_str().unwrap()) {
            ("finished", _) => "answered",
            ("voicemail_received", _) => "voicemail",
            (_, "eu_no_answer") => "no_answer",
            (_, "eu_busy") => "busy",
            (_, "eu_rejected") => "rejected",
            (_, "eu_in_menu_abandoned") => "abandoned_ivr",
            (_, "eu_abandoned") => "abandoned",
            (_, other) => {
                assert_eq!(other, "unknown");
                "failed"
            }
        };
        let wait = call["queue_duration"].as_u64().unwrap();
        json!({
            "vendor": "ccai", "id": call["id"], "direction": if inbound { "inbound" } else { "outbound" },
            "from": call["outbound_number"], "to": call["support_number"], "at": call["created_at"],
            "answered_at": call["connected_at"], "ended_at": call["ends_at"], "wait": wait,
            "ring": call["wait_duration"].as_u64().unwrap() - wait, "talk": call["call_duration"], "hold": call["hold_duration"],
            "outcome": outcome, "agent": call["agent_info"]["id"], "customer": call["end_user"]["id"],
            "queue": call["selected_menu"]["name"], "parent": call["parent_id"], "recording_url": call["recording_url"],
            "rating_score": call["rating"].as_str().map(|score| score.parse::<i64>().unwrap()),
        })
    };
    let rows: String = walk(&mock, "").await.iter().map(|call| format!("{}\n", row(call))).collect();
    let table = file("ccai-busy-day.jsonl", &rows);
    let output =
        callmock().args(["oracle", "diff", "--scenario", "busy-day"]).arg(table).output().expect("it runs");
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        text(&output.stdout).chars().take(3000).collect::<String>()
    );
}

#[tokio::test]
async fn other_methods_are_not_found_and_who_asks_comes_first() {
    let mock = Mock::of(documented()).await;
    assert_eq!(mock.get(LIST).await.status, 401);
    for method in ["POST", "PUT", "HEAD", "DELETE"] {
        let answer = ask(&mock, method, LIST, "").await;
        assert_eq!((answer.status, answer.outcome()), (404, "ccai.any.not_found"), "{method}");
    }
    assert_eq!(ask(&mock, "GET", &format!("{LIST}/514"), "").await.outcome(), "ccai.any.not_emulated");
}
