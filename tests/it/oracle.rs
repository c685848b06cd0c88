//! A table that a team made of its vendors' calls, held against the truth. The good one is made
//! here from the vendors' own answers, by code that knows nothing of the neutral calls.

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use crate::ccai::{basic, inbound, outbound};
use crate::cli::{callmock, file, text};
use crate::mock::{Mock, send};
use crate::{alibaba, commubo, sencloud};

const NOTHING: Value = Value::Null;

fn commubos(call: &Value) -> Value {
    let outbound = call["callType"] == "1";
    let at = |name: &str| call[name].as_str();
    let talk = call["talkTime"].as_str().map(|talk| talk.parse::<i64>().unwrap());
    let ended = at("connectedDateTime").zip(talk).map(|(at, talk)| {
        (DateTime::parse_from_rfc3339(at).unwrap() + TimeDelta::seconds(talk)).to_rfc3339()
    });
    let far = |is_far: bool| if is_far { call["phoneNumber"].clone() } else { NOTHING };
    let outcome = match call["connectResult"].as_str().unwrap() {
        "SUCCESSFUL" => "answered".to_owned(),
        other => other.to_lowercase(),
    };
    json!({
        "vendor": "commubo", "id": call["callId"],
        "direction": if outbound { "outbound" } else { "inbound" },
        "from": far(!outbound), "to": far(outbound),
        "at": call["callDateTime"], "answered_at": at("connectedDateTime"), "ended_at": ended, "talk": talk,
        "outcome": outcome,
        "agent": call["operator"]["operatorId"], "customer": call["customer"]["customerId"],
        "queue": call["scenario"]["scenarioId"], "parent": call["relatedCallId"],
    })
}

fn alibabas(record: &Value) -> Value {
    let time = |name: &str| {
        record[name].as_i64().map(|millis| DateTime::from_timestamp_millis(millis).unwrap().to_rfc3339())
    };
    let recorded = record["RecordingReady"] == true;
    let rated = record["SatisfactionSurveyOffered"] == true;
    let inbound = record["ContactType"] == "Inbound";
    let outcome = match (record["ContactDisposition"].as_str().unwrap(), record["EarlyMediaState"].as_str()) {
        ("Success", _) => "answered",
        ("Reject", _) => "rejected",
        ("AbandonedInIVR", _) => "abandoned_ivr",
        ("AbandonedInQueue", _) => "abandoned_queue",
        ("AbandonedInRing", _) => "abandoned_ring",
        ("Voicemail", _) => "voicemail",
        ("QueuingFailed", _) | (_, Some("NotConnected")) => "failed",
        (_, Some("Busy")) => "busy",
        _ => "no_answer",
    };
    json!({
        "vendor": "alibaba", "id": record["ContactId"],
        "direction": if inbound { "inbound" } else if record["ContactType"] == "Outbound" { "outbound" } else { "internal" },
        "from": record["CallingNumber"], "to": record["CalledNumber"],
        "at": time("StartTime"), "answered_at": time("EstablishedTime"), "ended_at": time("ReleaseTime"),
        "dial": record["DialingTime"], "ivr": record["IvrTime"], "wait": record["QueueTime"], "ring": record["RingTime"],
        "talk": record["TalkTime"], "hold": record["HeldTime"], "outcome": outcome,
        "agent": record["AgentIds"], "queue": record["SkillGroupIds"],
        "recording_duration": if recorded { record["RecordingDuration"].clone() } else { NOTHING },
        "rating_score": if rated { record["SatisfactionIndex"].clone() } else { NOTHING },
        "rating_channel": record["SatisfactionSurveyChannel"].as_str().map(str::to_lowercase),
        "rating_label": record["SatisfactionDescription"],
    })
}

fn senclouds(log: &Value) -> Value {
    let somebody = |name: &str| log[name].as_str().filter(|id| *id != "0");
    let target = &log["call_targets"][0];
    let answered = log["call_state"] == "answered";
    json!({
        "vendor": "sencloud", "id": log["id"],
        "direction": match log["direction"].as_str().unwrap() { "in" => "inbound", "out" => "outbound", _ => "internal" },
        "from": log["caller"], "to": log["callee"], "at": log["started_at"], "ended_at": log["ended_at"],
        "answered_at": target["answered_time"].as_str().filter(|time| !time.starts_with("0001")),
        "ring": target["ring_duration"], "talk": log["duration"],
        "outcome": if answered { "answered" } else { "not_answered" },
        "agent": somebody("extension_id"), "customer": somebody("contact_id"),
        "recording_url": log["recording_urls"][0],
    })
}

/// The whole table of three vendors' lists.
async fn table(mock: &Mock) -> Vec<Value> {
    let mut rows: Vec<Value> =
        commubo::list(mock, "?expand=all").await.json().as_array().unwrap().iter().map(commubos).collect();
    for number in 1..=100 {
        let page = alibaba::page().with("PageSize", "100").with("PageNumber", &number.to_string());
        let page = page.with("StartTime", "1715612400000").with("EndTime", "1715698799999").send(mock).await;
        let list = page.json()["Data"]["List"].take();
        let list = list.as_array().unwrap();
        if list.is_empty() {
            break;
        }
        rows.extend(list.iter().map(alibabas));
    }
    let mut after = String::new();
    loop {
        let page = sencloud::list(mock, json!({ "paging": { "after": after } })).await.json();
        rows.extend(page["call_logs"].as_array().unwrap().iter().map(senclouds));
        page["paging"]["next"].as_str().unwrap().clone_into(&mut after);
        if after.is_empty() {
            return rows;
        }
    }
}

fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

fn diff(name: &str, rows: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let got = file(&format!("{name}.jsonl"), rows);
    let output = callmock().args(["oracle", "diff"]).args(arguments).arg(got).output().expect("it runs");
    (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_made_of_all_that_the_vendors_tell_has_no_mistake_and_says_how_fine_each_field_is() {
    let mock = Mock::embedded("busy-day").await;
    let rows = table(&mock).await;
    let offline = diff("busy-day", &lines(&rows), &["--scenario", "busy-day"]);
    assert_eq!((offline.0, offline.2.as_str()), (Some(0), ""), "{}", &offline.1[..offline.1.len().min(3000)]);
    let online = diff("busy-day-too", &lines(&rows), &["--url", &mock.url("")]);
    assert_eq!(online, offline, "the same by a running server");
    let json = diff("busy-day-json", &lines(&rows), &["--scenario", "busy-day", "--format", "json"]).1;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["calls"]["alibaba"], json!({ "shown": 3997, "got": 3997 }), "three are not over yet");
    let is =
        |vendor: &str, field: &str, standing: &str| json["fields"][vendor][field][standing].as_u64().unwrap();
    for (vendor, field, standings) in [
        ("commubo", "direction", &["exact"][..]),
        ("commubo", "from", &["exact", "absent"]),
        ("commubo", "outcome", &["exact", "coarser"]),
        ("commubo", "agent", &["exact", "coarser"]),
        ("alibaba", "outcome", &["exact", "coarser"]),
        ("alibaba", "hold", &["exact"]),
        ("sencloud", "outcome", &["exact", "coarser"]),
        ("sencloud", "talk", &["exact"]),
    ] {
        for standing in ["exact", "coarser", "absent", "wrong", "missing", "invented"] {
            let met = is(vendor, field, standing) > 0;
            assert_eq!(met, standings.contains(&standing), "{vendor} {field} {standing}");
        }
    }
}

const SMALL: &str = r#"
callmock: 1
clock: 2024-05-14T12:00:00+08:00
accounts:
  commubo: [{tenant_id: t, access_token: a}]
  alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}]
  sencloud: [{api_key: "7:MOCK"}]
agents: [{id: wang, name: Wang, extension: "101"}, {id: li, name: Li, extension: "102"}]
queues: [{id: sales, name: Sales}]
calls:
  - {id: one, direction: inbound, from: "0735111", to: "400100", at: 2024-05-14T09:00:00.123456+08:00, ivr: 5s, wait: 20s, ring: 3s, talk: 100s, outcome: answered, agent: wang, queue: sales, commubo: {callId: "1"}, alibaba: {ContactId: one}, sencloud: {id: "1"}}
  - {id: two, direction: inbound, from: "0735222", to: "400100", at: 2024-05-14T09:10:00+08:00, wait: 60s, outcome: abandoned_queue, commubo: {callId: "2"}, alibaba: {ContactId: two}, sencloud: {id: "2"}}
  - {id: three, direction: outbound, from: "400100", to: "0735333", at: 2024-05-14T09:20:00+08:00, ring: 9s, talk: 30s, outcome: answered, agent: li, parent: one, commubo: {callId: "3"}, alibaba: {ContactId: three}, sencloud: {id: "3"}}
"#;

#[test]
fn each_mistake_is_told_with_its_line_and_what_it_should_be() {
    let small = file("oracle-small.yaml", SMALL);
    let small = small.to_str().expect("text");
    for (row, part) in [
        (
            r#"{"vendor": "commubo", "id": "1", "at": "2024-05-14T01:00:00.123456Z"}"#,
            r#"line 1: wrong: commubo 1 `at`: "2024-05-14T01:00:00.123456Z", but it is "2024-05-14T01:00:00Z""#,
        ),
        (
            r#"{"vendor": "commubo", "id": "1", "at": "2024-05-14T09:00:00Z"}"#,
            r#"`at`: "2024-05-14T09:00:00Z", but it is "2024-05-14T01:00:00Z""#,
        ),
        (
            r#"{"vendor": "commubo", "id": "1", "to": "400100"}"#,
            r#"invented: commubo 1 `to`: "400100", but commubo does not tell it"#,
        ),
        (r#"{"vendor": "commubo", "id": "1", "ring": 28}"#, "invented: commubo 1 `ring`: 28"),
        (
            r#"{"vendor": "commubo", "id": "2", "outcome": "abandoned_queue"}"#,
            r#"wrong: commubo 2 `outcome`: "abandoned_queue", but it is "abandoned""#,
        ),
        (
            r#"{"vendor": "commubo", "id": "2", "answered_at": "2024-05-14T01:10:00Z"}"#,
            "wrong: commubo 2 `answered_at`: \"2024-05-14T01:10:00Z\", but there is none",
        ),
        (
            r#"{"vendor": "commubo", "id": "2", "talk": 0}"#,
            "missing call: commubo 1: no row has it (call one",
        ),
        (
            r#"{"vendor": "commubo", "id": "3", "parent": "2"}"#,
            r#"wrong: commubo 3 `parent`: "2", but it is "1""#,
        ),
        (
            r#"{"vendor": "alibaba", "id": "one", "talk": null}"#,
            "missing: alibaba one `talk`: null, but it is 100",
        ),
        (
            r#"{"vendor": "alibaba", "id": "one", "talk": 99.5}"#,
            "wrong: alibaba one `talk`: 99.5, but it is 100",
        ),
        (r#"{"vendor": "alibaba", "id": "one", "customer": "x"}"#, "invented: alibaba one `customer`: \"x\""),
        (
            r#"{"vendor": "alibaba", "id": "four"}"#,
            "invented call: alibaba four: alibaba shows no call of this id",
        ),
        (r#"{"vendor": "sencloud", "id": "1", "wait": 20}"#, "invented: sencloud 1 `wait`: 20"),
        (
            r#"{"vendor": "sencloud", "id": "1", "agent": null}"#,
            "missing: sencloud 1 `agent`: null, but it is \"wang\"",
        ),
        (
            "{\"vendor\": \"sencloud\", \"id\": \"1\", \"agent\": \"9\"}\n{\"vendor\": \"sencloud\", \"id\": \"3\", \"agent\": \"9\"}",
            "`agent`: \"9\", but that is the agent \"li\" elsewhere, and call one has \"wang\"",
        ),
        (
            // The scenario's own names are names as any others.
            "{\"vendor\": \"sencloud\", \"id\": \"1\", \"agent\": \"li\"}\n{\"vendor\": \"sencloud\", \"id\": \"3\", \"agent\": \"li\"}",
            "`agent`: \"li\", but that is the agent \"li\" elsewhere, and call one has \"wang\"",
        ),
        (
            "{\"vendor\": \"sencloud\", \"id\": \"1\"}\n\n{\"vendor\": \"sencloud\", \"id\": 1}",
            "line 3: repeated call: sencloud 1: it stands in line 1 already",
        ),
    ] {
        let (code, said, error) = diff("mistake", row, &["--scenario", small]);
        assert_eq!(code, Some(1), "{row}: {error}");
        assert!(said.contains(part), "{row}: {said}");
    }
    let coarse = r#"{"vendor": "commubo", "id": "1", "at": "2024-05-14T10:00:00+09:00", "ended_at": "2024-05-14T01:02:08Z", "parent": null}
{"vendor": "commubo", "id": "2", "at": "2024-05-14T01:10:00Z", "outcome": "abandoned"}
{"vendor": "commubo", "id": "3", "from": null, "to": "073-5333", "at": "2024-05-14T01:20:00Z", "outcome": "answered"}"#;
    let (code, said, _) = diff("coarse", coarse, &["--scenario", small]);
    assert_eq!(code, Some(1), "the first and the third say nothing of the outcome or the parent");
    assert!(said.contains("line 1: missing: commubo 1 `outcome`"), "{said}");
    assert!(said.contains("  at                       2       1       0       0       0        0"), "{said}");
}

#[test]
fn a_vendor_without_rows_is_named_and_one_that_is_required_is_missed() {
    let small = file("oracle-vendors.yaml", SMALL);
    let arguments = ["--scenario", small.to_str().expect("text")];
    let all: String = ["1", "2", "3"]
        .iter()
        .map(|id| {
            format!("\u{feff}{{\"vendor\": \"sencloud\", \"id\": \"{id}\"}}\n")
                .replace('\u{feff}', if *id == "1" { "\u{feff}" } else { "" })
        })
        .collect();
    let (code, said, error) = diff("one-vendor", &all, &arguments);
    assert_eq!(code, Some(0), "{said}{error}");
    assert!(said.contains("alibaba: 0 of 3 calls, not compared (--vendor alibaba requires them)"), "{said}");
    let (code, said, _) = diff("one-vendor", &all, &[&arguments[..], &["--vendor", "alibaba"]].concat());
    assert_eq!(code, Some(1));
    assert!(said.contains("alibaba: 0 of 3 calls\n") && said.contains("missing call: alibaba one"), "{said}");
    // Whole numbers are whole however they are written, and one vendor need not have another's
    // columns.
    let floats = "{\"vendor\": \"sencloud\", \"id\": \"2\", \"talk\": 0.0, \"ring\": 0.0}\n{\"vendor\": \"alibaba\", \"id\": \"one\", \"hold\": 0.0}";
    let (_, said, _) = diff("floats", floats, &arguments);
    assert!(!said.contains("wrong:") && !said.contains("missing:") && !said.contains("invented:"), "{said}");
}

#[test]
fn what_is_no_table_is_told_by_its_line() {
    for (row, part) in [
        ("", "line 1: there is no row"),
        (" \n", "line 1: there is no row"),
        ("{}", "line 1: `vendor` is missing"),
        ("\n[1]", "line 2: expected a JSON object"),
        ("{", "line 1: not a JSON object"),
        (r#"{"vendor": "comubo", "id": "1"}"#, "did you mean `commubo`?"),
        (r#"{"vendor": "commubo", "id": null}"#, "`id` is missing"),
        (r#"{"vendor": "commubo", "id": "1", "anwered_at": null}"#, "did you mean `answered_at`?"),
        (r#"{"vendor": "commubo", "id": "1", "at": "2024-05-14 01:00"}"#, "`at`: expected an RFC 3339 time"),
        (r#"{"vendor": "commubo", "id": "1", "at": 1715648400}"#, "`at`: expected an RFC 3339 time"),
        (r#"{"vendor": "commubo", "id": "1", "talk": "100"}"#, "`talk`: expected a number of seconds"),
    ] {
        let (code, said, error) = diff("no-table", row, &[]);
        assert_eq!((code, said.as_str()), (Some(2), ""), "{row}");
        assert!(error.contains(part) && error.contains("no-table.jsonl: line"), "{row}: {error}");
    }
    let row = "{\"vendor\": \"commubo\", \"id\": \"1\"}";
    let (code, _, error) = diff("nobody", row, &["--url", "http://127.0.0.1:1"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("--url http://127.0.0.1:1") && error.contains("give --scenario"), "{error}");
    let (code, _, error) = diff("nobody", row, &["--world", "x"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("give that with --url"), "{error}");
    let by_environment = |arguments: &[&str]| {
        let got = file("by-environment.jsonl", row);
        let command = callmock()
            .args(["oracle", "diff"])
            .args(arguments)
            .arg(got)
            .env("CALLMOCK_URL", "http://127.0.0.1:1")
            .output();
        let output = command.expect("it runs");
        (output.status.code(), text(&output.stderr).to_owned())
    };
    assert!(by_environment(&[]).1.contains("CALLMOCK_URL http://127.0.0.1:1"));
    assert_eq!(
        by_environment(&["--scenario", "busy-day"]),
        (Some(1), String::new()),
        "what is asked for goes first"
    );
    let (_, said, _) = diff("one-row", row, &["--scenario", "busy-day"]);
    assert_eq!(said.lines().filter(|line| line.starts_with("missing call: commubo ")).count(), 10, "{said}");
    assert!(said.contains(" more like these (--all prints them)"), "{said}");
    assert!(diff("one-row", row, &["--scenario", "busy-day", "--all"]).1.lines().count() > 1000);
    assert_eq!(diff("nowhere", row, &["--url", "localhost:1"]).0, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_a_client_created_are_the_truth_of_a_running_server_and_its_worlds() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({})).await;
    let first = world.ccai("POST", "calls", &outbound()).await.json();
    let second = world.ccai("POST", "calls", &inbound()).await.json();
    let row = |call: &Value, direction: &str, number: &str| {
        let far = if direction == "outbound" { ("to", "from") } else { ("from", "to") };
        json!({
            "vendor": "ccai", "id": call["id"], "direction": direction, (far.0): number,
            "at": call["created_at"], "agent": call["agent_info"]["id"], "queue": call["selected_menu"]["id"],
            "talk": null, "outcome": null,
        })
    };
    let number = |body: &Value| body["end_user_number"].as_str().unwrap().to_owned();
    let mut rows =
        vec![row(&first, "outbound", &number(&outbound())), row(&second, "inbound", &number(&inbound()))];
    rows[0]["from"] = first["outbound_number"].clone();
    rows[1]["to"] = second["outbound_number"].clone();
    // The list has the scenario's one call as well, but not the number that called.
    let key = basic(world.credential("ccai", "subdomain"), world.credential("ccai", "token"));
    let listed =
        send(mock.request("GET", "/manager/api/v1/calls?id[]=514").header("authorization", key)).await;
    let earlier = &listed.json()[0];
    rows.push(row(earlier, "inbound", ""));
    rows[2]["from"] = Value::Null;
    rows[2]["to"] = earlier["support_number"].clone();
    rows[2]["talk"] = earlier["call_duration"].clone();
    rows[2]["outcome"] = json!("answered");
    let arguments = ["--url", &mock.url(""), "--world", world.id()];
    let (code, said, error) = diff("created", &lines(&rows), &arguments);
    assert_eq!(code, Some(0), "{said}{error}");
    assert!(said.contains("ccai: 3 of 3 calls"), "{said}");
    let elsewhere = diff("created-elsewhere", &lines(&rows), &["--url", &mock.url("")]);
    assert!(elsewhere.1.contains("invented call: ccai"), "{}", elsewhere.1);
    let unknown = diff("created-nowhere", &lines(&rows), &["--url", &mock.url(""), "--world", "nowhere"]);
    assert_eq!(unknown.0, Some(1));
    assert!(unknown.2.contains("404"), "{}", unknown.2);
}
