//! A table that a team made of its vendors' calls, held against the truth. The good one is made
//! from the vendors' own answers, by code that knows nothing of the neutral calls (`row_of`).

use callmock::report::oracle::{self, Period};
use callmock::vendor::{Field, Neutral, Tells};
use callmock::vendors;
use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use crate::agreement;
use crate::ccai::{basic, inbound, outbound};
use crate::cli::{callmock, file, text};
use crate::mock::{Mock, calls_of, send};
use crate::vendor::{self, How};

const NOTHING: Value = Value::Null;

/// The whole table of every vendor's lists.
async fn table(mock: &Mock) -> Vec<Value> {
    let world = mock.default_world().await;
    let mut rows = vec![];
    for vendor in vendor::ALL {
        rows.extend(vendor.table(&world, &[How::Listed]).await);
    }
    rows
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
    for vendor in vendor::ALL {
        let got = rows.iter().filter(|row| row["vendor"] == vendor.name()).count();
        if vendor.shows().iter().any(|shows| shows.how == How::Listed) {
            let over = agreement::truth(&mock, vendor.name()).await.len();
            assert_eq!(json["calls"][vendor.name()], json!({ "shown": over, "got": got }), "{vendor:?}");
            assert!(got == over && got < calls_of("busy-day"), "{vendor:?}: some are not over yet");
        } else {
            assert_eq!((got, &json["calls"][vendor.name()]), (0, &NOTHING), "{vendor:?} lists no calls");
        }
    }
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

/// Another value than a row's, of the same kind.
fn another(field: Field, value: &Value) -> Value {
    match (field, value) {
        (Field::At | Field::AnsweredAt | Field::EndedAt, Value::String(at)) => {
            let at = DateTime::parse_from_rfc3339(at).expect("a time");
            json!((at + TimeDelta::seconds(10)).to_rfc3339())
        }
        (Field::Direction, direction) => json!(if direction == "internal" { "inbound" } else { "internal" }),
        (Field::Outcome, outcome) => json!(if outcome == "rejected" { "busy" } else { "rejected" }),
        (Field::From | Field::To, _) => json!("999"),
        (_, Value::Number(number)) if !NAMED.contains(&field) => {
            json!(number.as_f64().expect("a number") + 1.0)
        }
        _ => json!("something else"),
    }
}

/// The members whose values are the vendor's own ids.
const NAMED: [Field; 4] = [Field::Agent, Field::Customer, Field::Queue, Field::Parent];

/// A value of the kind that a member has.
fn invented(field: Field) -> Value {
    match field {
        Field::At | Field::AnsweredAt | Field::EndedAt => json!("2024-05-14T01:00:00Z"),
        Field::Direction
        | Field::From
        | Field::To
        | Field::Outcome
        | Field::Agent
        | Field::Customer
        | Field::Queue
        | Field::Parent
        | Field::RecordingUrl
        | Field::RatingLabel
        | Field::RatingChannel => json!("x"),
        _ => json!(12_345),
    }
}

/// Held in this process: a table for each mistake would take a command each.
#[tokio::test]
async fn a_right_table_of_any_vendor_has_no_mistake_and_each_member_made_wrong_is_one() {
    for vendor in vendor::ALL {
        let mock = Mock::of(&vendor::every_outcome()).await;
        let world = mock.default_world().await;
        let rows = vendor.table(&world, &[How::Listed, How::OneByOne, How::Created]).await;
        assert!(rows.len() > 5, "{vendor:?} shows {} calls", rows.len());
        let truth = mock.get(&format!("/_mock/calls?limit={}", usize::MAX)).await.json()["calls"].take();
        let truth: Vec<Neutral> = serde_json::from_value(truth).expect("neutral calls");
        let names: Vec<&str> = vendors::ALL.iter().map(|vendor| vendor.name()).collect();
        let mistakes = |rows: &[Value]| {
            let rows = oracle::read(&lines(rows), &names, &oracle::Words::default()).expect("a table");
            oracle::diff(&truth, &rows, vendors::ALL, &[vendor.name().to_owned()], Period::default()).mistakes
        };
        assert_eq!(mistakes(&rows), [], "{vendor:?}");
        let call_of = |row: &Value| {
            let id = row["id"].as_str().expect("an id");
            let call = truth.iter().find(|call| call.ids.get(vendor.name()).is_some_and(|own| own == id));
            call.expect("a call")
        };
        let left_out: Vec<&str> = vendor.shows().iter().flat_map(|shows| shows.left_out).copied().collect();
        for field in Field::ALL.iter().filter(|field| !left_out.contains(&field.name())) {
            let name = field.name();
            let kinds = |rows: &[Value]| -> Vec<(&str, Option<&str>)> {
                mistakes(rows).iter().map(|mistake| (mistake.kind, mistake.field)).collect()
            };
            let with = |n: usize, value: Value| {
                let mut rows = rows.clone();
                rows[n][name] = value;
                rows
            };
            // What is the vendor's own is held against nothing.
            let tells = |row: &Value| vendor.served().tells(call_of(row), *field);
            let told = |row: &Value| !matches!(tells(row), Tells::Nothing | Tells::Own);
            // No time spent is told by 0 as by nothing.
            let is_there = |value: &Value| !value.is_null() && value.as_f64() != Some(0.0);
            let n = rows.iter().position(|row| is_there(&row[name]) && tells(row) != Tells::Own);
            let Some(n) = n else {
                // What it never tells cannot be had from it.
                assert!(!rows.iter().any(told) || *field == Field::Parent, "{vendor:?}: {name}");
                if let Some(n) = rows.iter().position(|row| tells(row) == Tells::Nothing) {
                    let invented = kinds(&with(n, invented(*field)));
                    assert_eq!(invented, [("invented", Some(name))], "{vendor:?}");
                }
                continue;
            };
            let wrong = another(*field, &rows[n][name]);
            assert_eq!(kinds(&with(n, wrong.clone())), [("wrong", Some(name))], "{vendor:?}: {wrong}");
            assert_eq!(kinds(&with(n, NOTHING)), [("missing", Some(name))], "{vendor:?}: none");
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
    let missing = callmock().args(["oracle", "diff", "nowhere.jsonl"]).output().expect("it runs");
    let said = text(&missing.stderr);
    assert!(missing.status.code() == Some(2) && said.contains("nowhere.jsonl: "), "{said}");
    assert!(said.contains("write a line for each call that your client got: {\"vendor\": "), "{said}");
    for (row, part) in [
        ("", "line 1: there is no row"),
        (" \n", "line 1: there is no row"),
        ("{}", "line 1: `vendor` is missing"),
        ("\n[1]", "line 2: expected a JSON object"),
        ("{", "line 1: not a JSON object"),
        (r#"{"vendor": "comubo", "id": "1"}"#, "did you mean `commubo`?"),
        (r#"{"vendor": "commubo", "id": null}"#, "`id` is missing"),
        (r#"{"vendor": "commubo", "id": "1", "anwered_at": null}"#, "did you mean `answered_at`?"),
        (r#"{"vendor": "commubo", "id": "1", "at": "yesterday"}"#, "`at`: expected an RFC 3339 time"),
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

#[test]
fn only_the_calls_of_a_period_are_compared() {
    let small = file("oracle-period.yaml", SMALL);
    let small = small.to_str().expect("text");
    let row = r#"{"vendor": "sencloud", "id": "2", "talk": 0}"#;
    let (code, said, _) = diff("whole", row, &["--scenario", small]);
    assert_eq!(code, Some(1), "two calls are missing: {said}");
    let period = ["--from", "2024-05-14T09:05:00+08:00", "--to", "2024-05-14T09:15:00+08:00"];
    let (code, said, error) = diff("period", row, &[&["--scenario", small][..], &period].concat());
    assert_eq!(code, Some(0), "{said}{error}");
    assert!(said.contains("sencloud: 1 of 1 calls\n"), "{said}");
    // A row of another time is left out, whether the vendor shows its call or not.
    let rows = format!(
        "{row}\n{}\n{}\n{}\n",
        r#"{"vendor": "sencloud", "id": "1", "talk": 99}"#,
        r#"{"vendor": "sencloud", "id": "77", "at": "2024-05-15T00:00:00Z"}"#,
        r#"{"vendor": "sencloud", "id": "78", "at": "2024-05-14T01:10:00Z"}"#,
    );
    let (code, said, _) = diff("others", &rows, &[&["--scenario", small][..], &period].concat());
    assert_eq!(code, Some(1));
    assert!(
        said.contains("invented call: sencloud 78") && !said.contains(" 77") && !said.contains("99"),
        "{said}"
    );
    let (code, said, _) = diff("day", row, &["--scenario", small, "--from", "2024-05-15"]);
    assert_eq!(code, Some(0), "nothing began then: {said}");
    let (code, _, error) = diff("no-day", row, &["--from", "yesterday"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("expected a time such as"), "{error}");
}

#[test]
fn a_time_without_an_offset_is_a_mistake_that_is_told_and_is_read_in_the_vendors_zone() {
    let small = file("oracle-naive.yaml", SMALL);
    let arguments = ["--scenario", small.to_str().expect("text")];
    for (row, part) in [
        (
            r#"{"vendor": "commubo", "id": "1", "at": "2024-05-14 10:00:00"}"#,
            r#"line 1: naive: commubo 1 `at`: "2024-05-14 10:00:00" has no offset from UTC; write "2024-05-14T10:00:00+09:00""#,
        ),
        (
            r#"{"vendor": "commubo", "id": "1", "at": "2024-05-14T01:00"}"#,
            r#"has no offset from UTC; read as "2024-05-14T01:00:00+09:00" it is wrong, too: "2024-05-14T01:00:00+09:00", but it is "2024-05-14T01:00:00Z""#,
        ),
        (
            r#"{"vendor": "alibaba", "id": "two", "at": "2024-05-14T09:10:00"}"#,
            r#"write "2024-05-14T09:10:00+08:00""#,
        ),
    ] {
        let (code, said, error) = diff("naive", row, &arguments);
        assert_eq!(code, Some(1), "{error}");
        assert!(said.contains(part), "{said}");
    }
    for (zone, local, offset) in [("UTC", "01:00:00", "+00:00"), ("Europe/Berlin", "03:00:00", "+02:00")] {
        let map = file("oracle-zone.yaml", &format!("zone: {zone}\n"));
        let row = format!(r#"{{"vendor": "commubo", "id": "1", "at": "2024-05-14T{local}"}}"#);
        let arguments = [&arguments[..], &["--map", map.to_str().expect("text")]].concat();
        let (_, said, _) = diff("zone", &row, &arguments);
        assert!(said.contains(&format!(r#"write "2024-05-14T{local}{offset}""#)), "{said}");
    }
}

#[test]
fn a_teams_own_words_are_read_with_a_map_and_a_mistake_in_it_is_told() {
    let small = file("oracle-words.yaml", SMALL);
    let small = small.to_str().expect("text");
    let map = "vendor: commubo\n\
        columns: {call_ref: id, started: at, secs: talk, state: outcome, dir: direction, imported_by: null}\n\
        words:\n  outcome: {SUCCESSFUL: answered, ABANDONED: abandoned}\n  direction: {in: inbound, out: outbound}\n";
    let map = file("oracle-map.yaml", map);
    let with = ["--scenario", small, "--map", map.to_str().expect("text")];
    let rows = r#"{"call_ref": 1, "started": "2024-05-14T10:00:00+09:00", "secs": 100, "state": "SUCCESSFUL", "dir": "in", "imported_by": "x"}
{"call_ref": 2, "started": "2024-05-14T10:10:00+09:00", "secs": 0, "state": "ABANDONED", "dir": "in", "imported_by": "x"}
{"call_ref": 3, "started": "2024-05-14T10:20:00+09:00", "secs": 30, "state": "SUCCESSFUL", "dir": "out", "imported_by": "x"}"#;
    let (code, said, error) = diff("words", rows, &with);
    assert_eq!(code, Some(0), "{said}{error}");
    let (code, said, _) = diff("words-wrong", &rows.replace("\"dir\": \"out\"", "\"dir\": \"in\""), &with);
    assert_eq!(code, Some(1));
    assert!(said.contains(r#"wrong: commubo 3 `direction`: "inbound", but it is "outbound""#), "{said}");
    assert!(diff("no-map", rows, &["--scenario", small]).2.contains("`vendor` is missing"));
    for (text, part) in [
        ("columns: {a: tlak}", "columns.a: there is no field `tlak`; did you mean `talk`?"),
        ("words: {outcom: {}}", "words.outcom: there is no such field; did you mean `outcome`?"),
        (
            "words: {outcome: {x: anwsered}}",
            "words.outcome: `anwsered` is none of callmock's words; did you mean `answered`?",
        ),
        (
            "words: {vendor: {x: comubo}}",
            "words.vendor: there is no vendor `comubo`; did you mean `commubo`?",
        ),
        ("vendor: comubo", "vendor: there is no vendor `comubo`; did you mean `commubo`?"),
        (
            "zone: Tokyo",
            "zone: expected a zone such as `Asia/Tokyo`, `UTC` or `+09:00`, not `Tokyo`; did you mean `Asia/Tokyo`?",
        ),
        ("colums: {}", "did you mean `columns`?"),
    ] {
        let wrong = file("oracle-wrong-map.yaml", text);
        let (code, _, error) = diff("wrong-map", rows, &["--map", wrong.to_str().expect("text")]);
        assert_eq!(code, Some(2), "{text}");
        assert!(error.contains(part) && error.contains("oracle-wrong-map.yaml"), "{text}: {error}");
    }
}

#[test]
fn the_guide_lists_every_word_of_the_oracle() {
    let guide = include_str!("../../docs/contract-testing.md");
    for field in Field::ALL {
        assert!(guide.contains(&format!("| `{}`", field.name())), "{}", field.name());
    }
    for outcome in
        ["answered", "no_answer", "busy", "rejected", "abandoned_ivr", "abandoned_queue", "abandoned_ring"]
    {
        assert!(guide.contains(&format!("`{outcome}`")), "{outcome}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one table of cases")]
async fn mistakes_that_are_one_are_named_once_and_stand_for_all_of_their_rows() {
    let mock = Mock::embedded("busy-day").await;
    let rows: Vec<Value> = table(&mock).await.into_iter().filter(|row| row["vendor"] == "sencloud").collect();
    let moved = |row: &Value, field: &str, hours: i64| {
        let at = DateTime::parse_from_rfc3339(row[field].as_str().expect("a time")).expect("a time");
        json!((at + TimeDelta::hours(hours)).to_rfc3339())
    };
    let earliest_first = |mut rows: Vec<Value>| {
        rows.sort_by_key(|row| {
            DateTime::parse_from_rfc3339(row["at"].as_str().expect("a time")).expect("a time")
        });
        rows
    };
    let mut rows = earliest_first(rows);
    rows.truncate(400);
    let period = |rows: &[Value]| {
        let rows = earliest_first(rows.to_vec());
        let to = moved(&rows[rows.len() - 1], "at", 0);
        let after = DateTime::parse_from_rfc3339(to.as_str().expect("a time")).expect("a time");
        let from = rows[0]["at"].as_str().expect("a time").to_owned();
        [from, (after + TimeDelta::microseconds(1)).to_rfc3339()]
    };
    let [from, to] = period(&rows);
    for (name, change, expected) in [
        (
            "off",
            Box::new(|mut rows: Vec<Value>| {
                for row in &mut rows {
                    row["at"] = moved(row, "at", 7);
                }
                rows
            }) as Box<dyn Fn(Vec<Value>) -> Vec<Value>>,
            "sencloud: every wrong `at` is 7 h later than it was: the offset from UTC was left out, or counted twice",
        ),
        (
            "end",
            Box::new(|rows: Vec<Value>| {
                let mut rows = earliest_first(rows);
                rows.truncate(rows.len() - 40);
                rows
            }),
            ": the end of the range is left out",
        ),
        (
            "beginning",
            Box::new(|rows: Vec<Value>| earliest_first(rows).split_off(30)),
            ": the beginning of the range is left out",
        ),
        (
            "rounded",
            Box::new(|mut rows: Vec<Value>| {
                for row in &mut rows {
                    let id: f64 = row["id"].as_str().expect("an id").parse().expect("digits");
                    row["id"] = json!(format!("{id:.0}"));
                }
                rows
            }),
            "ids are rounded: they are above 2^53",
        ),
        (
            "words",
            Box::new(|mut rows: Vec<Value>| {
                for row in &mut rows {
                    row["direction"] =
                        json!(if row["direction"] == "inbound" { "eingehend" } else { "ausgehend" });
                }
                rows
            }),
            "every wrong `direction` is in other words",
        ),
        (
            "naive",
            Box::new(|mut rows: Vec<Value>| {
                for row in &mut rows {
                    let at = row["at"].as_str().expect("a time")[..19].to_owned();
                    row["at"] = json!(at);
                }
                rows
            }),
            "every wrong `at` is without an offset from UTC",
        ),
        (
            "exchanged",
            Box::new(|mut rows: Vec<Value>| {
                for row in &mut rows {
                    row["from"] = row["to"].clone();
                }
                rows
            }),
            "sencloud: every wrong `from` has the value of `to`",
        ),
        (
            "merged",
            Box::new(|mut rows: Vec<Value>| {
                rows.iter_mut()
                    .filter(|row| row["agent"].is_string())
                    .for_each(|row| row["agent"] = json!("Ann"));
                rows
            }),
            "sencloud: several are one in `agent`: `Ann` stands for",
        ),
    ] {
        let changed = change(rows.clone());
        let arguments = ["--scenario", "busy-day", "--from", &from, "--to", &to];
        let (code, said, cried) = diff(&format!("uniform-{name}"), &lines(&changed), &arguments);
        assert_eq!(code, Some(1), "{name}: {said}{cried}");
        assert!(said.contains(expected), "{name}: {}", &said[..said.len().min(3000)]);
        // No row of it is told by itself.
        assert!(said.lines().count() < 40, "{name}: {said}");
    }
    // Times that are off by different lengths are not one mistake.
    let mut mixed = rows.clone();
    for (n, row) in (1_i64..).zip(mixed.iter_mut()) {
        row["at"] = moved(row, "at", n % 3 + 1);
    }
    let (_, said, _) =
        diff("uniform-not", &lines(&mixed), &["--scenario", "busy-day", "--from", &from, "--to", &to]);
    assert!(!said.contains("every wrong"), "{said}");
}
