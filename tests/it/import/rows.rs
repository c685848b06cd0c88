//! What a server of an imported scenario shows: the rows that were imported.

use std::collections::{BTreeSet, HashMap};

use callmock::server::Settings;
use callmock::world::Limits;
use chrono::DateTime;
use serde_json::{Value, json};

use super::{imported, importers, lists, scenario};
use crate::mock::{Mock, send};
use crate::vendor::{self, How, TestVendor};

/// A server whose journal has every body whole.
async fn recording(yaml: &str) -> Mock {
    let limits = Limits { journal_body: 64 << 20, journal_size: 100_000, ..Limits::default() };
    Mock::with(yaml, Settings { limits, ..Settings::default() }).await
}

/// The vendors whose answers give calls.
fn with_calls() -> Vec<&'static dyn TestVendor> {
    let has_calls =
        |name: &str| importers().iter().any(|(vendor, importer)| *vendor == name && importer.has_calls());
    vendor::ALL.iter().copied().filter(|vendor| has_calls(vendor.name())).collect()
}

/// Every row of a vendor's list.
async fn listed(mock: &Mock, vendor: &dyn TestVendor) -> Vec<Value> {
    let world = mock.default_world().await;
    let shows = vendor.shows().into_iter().find(|shows| shows.how == How::Listed).expect("a list");
    (shows.all)(&world).await
}

/// Holds that two values are the same but for texts, each of which has become one other everywhere.
struct Same {
    made: HashMap<String, String>,
    given: HashMap<String, String>,
    /// The members in which a text differs.
    differing: BTreeSet<String>,
}

impl Same {
    fn hold(&mut self, before: &Value, after: &Value, path: &str) {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => {
                assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{path}");
                for (name, value) in before {
                    self.hold(value, &after[name], name);
                }
            }
            (Value::Array(before), Value::Array(after)) => {
                assert_eq!(before.len(), after.len(), "{path}");
                before.iter().zip(after).for_each(|(before, after)| self.hold(before, after, path));
            }
            (Value::String(before), Value::String(after)) if before != after => {
                let moment = |text: &str| DateTime::parse_from_rfc3339(text).ok();
                assert!(moment(before).is_none(), "{path}: the time {before} became {after}");
                self.differing.insert(path.to_owned());
                // One text may be an id of several things: `101` is an extension and a name.
                let key = |text: &str| format!("{path} {text}");
                let made = self.made.entry(key(before)).or_insert_with(|| after.clone());
                assert_eq!(made, after, "{path}: {before} has become two");
                let given = self.given.entry(key(after)).or_insert_with(|| before.clone());
                assert_eq!(given, before, "{path}: two have become {after}");
            }
            _ => assert_eq!(before, after, "{path}"),
        }
    }
}

/// Imports what every vendor lists of a scenario, and holds the lists of the import against it.
async fn round_trip(yaml: &str) -> BTreeSet<String> {
    let mut differing = BTreeSet::new();
    for vendor in with_calls() {
        let mock = recording(yaml).await;
        let before = listed(&mock, vendor).await;
        let journal = mock.get("/_mock/journal").await.body;
        let imported = imported(&[("journal.json", &journal)], &["InstanceId"]);
        let wrong: Vec<&String> =
            imported.notes.iter().filter(|note| note.contains("another value")).collect();
        assert!(wrong.is_empty(), "{vendor:?}: {wrong:#?}");
        let after = listed(&Mock::of(&imported.yaml).await, vendor).await;
        assert_eq!(before.len(), after.len(), "{vendor:?}");
        let mut same = Same { made: HashMap::new(), given: HashMap::new(), differing: BTreeSet::new() };
        for (n, (before, after)) in before.iter().zip(&after).enumerate() {
            same.hold(before, after, &format!("{vendor:?} row {n}"));
        }
        differing.extend(same.differing);
    }
    differing
}

#[tokio::test]
async fn an_import_shows_the_same_rows_in_the_same_order_but_for_names_numbers_ids_and_texts() {
    let differing = round_trip(&vendor::every_outcome()).await;
    for member in [
        "callType",
        "talkTime",
        "connectResult",
        "ContactType",
        "ContactDisposition",
        "EarlyMediaState",
        "CallDuration",
        "ReleaseInitiator",
        "SatisfactionSurveyChannel",
        "call_state",
        "call_status",
        "direction",
        "status",
        "InstanceId",
    ] {
        assert!(!differing.contains(member), "{member} says nothing of a person");
    }
    for member in [
        "callId",
        "phoneNumber",
        "customerId",
        "operatorId",
        "scenarioId",
        "name",
        "relatedCallId",
        "ContactId",
        "CallingNumber",
        "CalledNumber",
        "AgentIds",
        "AgentNames",
        "SkillGroupIds",
        "SkillGroupNames",
        "SatisfactionDescription",
        "id",
        "caller",
        "callee",
        "extension_id",
        "user_id",
        "contact_id",
        "target_number",
        "recording_urls",
    ] {
        assert!(differing.contains(member), "{member} has personal data: {differing:?}");
    }
}

#[tokio::test]
async fn a_whole_day_of_generated_calls_comes_back_too() {
    round_trip(&vendor::day(400)).await;
}

#[tokio::test]
async fn a_list_that_begins_with_the_newest_call_comes_back_so_and_equal_times_keep_their_order() {
    let row = |id: &str, time: &str| json!({ "callId": id, "callType": 0, "phoneNumber": format!("03300012{id}"), "callDateTime": time, "connectResult": "BUSY" });
    let rows = [
        row("15", "2024-05-14T12:00:00+09:00"),
        row("12", "2024-05-14T11:00:00+09:00"),
        row("14", "2024-05-14T11:00:00+09:00"),
        row("11", "2024-05-14T11:00:00+09:00"),
        row("13", "2024-05-14T10:00:00+09:00"),
    ];
    let list = json!(rows).to_string();
    let yaml = imported(&[("list.json", &list)], &["callId"]).yaml;
    let mock = Mock::of(&yaml).await;
    let answer = crate::commubo::list(&mock, "").await;
    assert_eq!(crate::commubo::ids(&answer), ["15", "12", "14", "11", "13"]);
    assert_eq!(answer.json()[0]["callType"], 0, "a number, as in the answer");
    // The same in the other direction, in two answers that overlap.
    let up = |range: std::ops::Range<usize>| json!(rows.iter().rev().collect::<Vec<_>>()[range]).to_string();
    let yaml = imported(&[("1.json", &up(0..3)), ("2.json", &up(2..5))], &["callId"]).yaml;
    let ids = crate::commubo::ids(&crate::commubo::list(&Mock::of(&yaml).await, "").await);
    assert_eq!(ids, ["13", "11", "14", "12", "15"]);
}

#[tokio::test]
async fn what_was_imported_of_created_calls_creates_calls() {
    let mock = Mock::embedded("documented").await;
    let sent = crate::ccai::outbound();
    assert_eq!(crate::ccai::create(&mock, &sent).await.status, 201);
    assert_eq!(crate::ccai::create(&mock, &crate::ccai::inbound()).await.status, 201);
    let journal = mock.get("/_mock/journal").await.body;
    let imported = imported(&[("journal.json", &journal)], &[]);
    assert!(
        imported.notes.iter().any(|note| note.contains("agents, customers and queues")),
        "{:?}",
        imported.notes
    );
    for gone in ["somedomain", "UJET", "Admin", "Lock Star", "657"] {
        assert!(!imported.yaml.contains(gone), "{gone}: {}", imported.yaml);
    }
    let scenario = scenario(&imported.yaml);
    let (_, agent) = scenario.universe.agents().next().expect("an agent");
    assert_eq!(agent.email.as_deref(), Some("person1@example.com"));
    let mock = Mock::of(&imported.yaml).await;
    let number = scenario.accounts.each().next().map(|(vendor, _)| vendor);
    assert_eq!(number, Some("ccai"), "only the vendor that was seen has an account");
    let mut again = crate::ccai::with(sent, "agent_email", "person1@example.com".into());
    again["outbound_number"] = Value::Null;
    let answer = crate::ccai::create(&mock, &again).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let answer = crate::ccai::create(&mock, &crate::ccai::inbound()).await;
    assert_eq!(answer.status, 201, "the menu kept its id: {}", answer.body);
}

#[tokio::test]
async fn a_made_up_address_of_a_recording_leads_to_a_file() {
    let (_, logs, ..) = lists().remove(2);
    let mut logs = logs;
    logs["call_logs"][0]["call_state"] = "answered".into();
    let mock = Mock::of(&imported(&[("logs.json", &logs.to_string())], &[]).yaml).await;
    let world = mock.default_world().await;
    let shown = world.sencloud(&json!({})).await.json();
    let url = shown["call_logs"][0]["recording_urls"][0].as_str().expect("a URL").to_owned();
    let answer = send(mock.request("HEAD", url.strip_prefix(&mock.url("")).expect("callmock's own"))).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "audio/wav"));
}
