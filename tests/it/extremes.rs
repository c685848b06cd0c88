//! The built-in scenario `extremes`, and every value that a page lists.

use std::collections::{BTreeMap, BTreeSet};

use callmock::dialects::{alibaba, sencloud};
use serde_json::{Value, json};

use crate::client::World;
use crate::mock::{Mock, list_at, send, text_at};

/// Every row of a world's list at each vendor.
struct Lists {
    commubo: Vec<Value>,
    alibaba: Vec<Value>,
    sencloud: Vec<Value>,
    ccai: Vec<Value>,
}

/// The lists, Alibaba's in pages of some records.
async fn lists(mock: &Mock, world: &World<'_>, size: &str) -> Lists {
    let commubo = world.commubo("?expand=all").await.json();
    let mut alibaba = vec![];
    for page in 1.. {
        let page = page.to_string();
        let asked = [
            ("PageSize", size),
            ("PageNumber", page.as_str()),
            ("StartTime", "0"),
            ("OrderByField", "talkTime"),
        ];
        let answer = world.alibaba(&asked).await.json();
        let rows = list_at(&answer, "/Data/List");
        if rows.is_empty() {
            break;
        }
        alibaba.extend(rows.to_vec());
    }
    let mut sencloud = vec![];
    let mut after = String::new();
    loop {
        let page = world.sencloud(&json!({ "paging": { "limit": 10, "after": after } })).await.json();
        sencloud.extend(list_at(&page, "/call_logs").to_vec());
        text_at(&page, "/paging/next").clone_into(&mut after);
        if after.is_empty() {
            break;
        }
    }
    let mut ccai = vec![];
    for page in 1.. {
        let basic =
            crate::ccai::basic(world.credential("ccai", "subdomain"), world.credential("ccai", "token"));
        let request = mock.request("GET", &format!("/manager/api/v1/calls?per=100&page={page}"));
        let rows = send(request.header("authorization", basic)).await.json();
        let rows = rows.as_array().expect("a list").clone();
        if rows.is_empty() {
            break;
        }
        ccai.extend(rows);
    }
    Lists { commubo: commubo.as_array().expect("a list").clone(), alibaba, sencloud, ccai }
}

#[tokio::test]
async fn each_list_pages_through_everything_at_its_limits_once() {
    let mock = Mock::embedded("extremes").await;
    let world = mock.default_world().await;
    let Lists { commubo, alibaba, sencloud, ccai } = lists(&mock, &world, "10").await;
    let calls = world.admin("GET", "calls?limit=1000", &Value::Null).await.json();
    let held = |vendor: &str| -> BTreeSet<String> {
        let calls = list_at(&calls, "/calls").iter();
        calls.filter_map(|call| call["ids"][vendor].as_str()).map(str::to_owned).collect()
    };
    for (vendor, rows, id) in [
        ("commubo", &commubo, "callId"),
        ("alibaba", &alibaba, "ContactId"),
        ("sencloud", &sencloud, "id"),
        ("ccai", &ccai, "id"),
    ] {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let shown: BTreeSet<String> = rows.iter().map(|row| text(&row[id])).collect();
        assert_eq!(shown.len(), rows.len(), "{vendor}: a call is shown twice");
        assert_eq!(shown, held(vendor), "{vendor}: all that it holds");
    }
    let named =
        |id: &str| list_at(&calls, "/calls").iter().find(|call| call["id"] == id).cloned().expect("a call");
    assert_eq!(named("of-twenty-six-hours")["talk"], 26 * 3600);
    assert_eq!(named("of-zero-seconds")["talk"], 0);
    let longest = text_at(&named("the-last-of-the-transfer"), "/parent").to_owned();
    let parent = named(&longest)["parent"].as_str().expect("a parent").to_owned();
    assert_eq!(named(&parent)["parent"], "transferred-once", "three deep");
    // Texts come as they are in the scenario.
    let log = sencloud.iter().find(|log| log["note"].as_str().is_some_and(|note| note.contains("two")));
    assert_eq!(log.expect("a log")["note"], "one\ntwo\r\nthree\ttab");
    let five = commubo.iter().filter_map(|call| call["customer"]["phoneNumbers"].as_array());
    assert_eq!(five.map(Vec::len).max(), Some(5), "the sixth number has no place");
}

#[tokio::test]
async fn coverage_counts_which_extremes_a_client_has_met() {
    let mock = Mock::embedded("extremes").await;
    let world = mock.default_world().await;
    world.commubo("?start=2024-10-20&end=2024-10-21").await;
    let coverage = world.admin("GET", "coverage", &Value::Null).await.json();
    let count = |id: &str| {
        list_at(&coverage, "/calls").iter().find(|call| call["id"] == id).map(|call| call["count"].clone())
    };
    assert_eq!((count("tie-07"), count("over-midnight")), (Some(json!(1)), Some(json!(0))));
    assert_eq!(count("alibaba-type-predictive"), Some(json!(0)), "it is not at commubo");
    let text = world.admin("GET", "coverage?format=text", &Value::Null).await.body;
    assert!(text.contains("25 of ") && text.contains("calls of the scenario shown; never: "), "{text}");
    lists(&mock, &world, "10").await;
    let coverage = world.admin("GET", "coverage", &Value::Null).await.json();
    let never: Vec<&str> = list_at(&coverage, "/calls")
        .iter()
        .filter(|call| call["count"] == 0)
        .map(|call| text_at(call, "/id"))
        .collect();
    assert_eq!(never, [""; 0], "each list was read to its end");
}

/// The members of a row that no built-in scenario fills. CCAI Platform's lists have them for
/// tickets, failed adapters and deflected calls, and callmock makes none of these. `operatorVocieId`
/// is the key under a reading.
const NOT_FILLED: &[&str] = &[
    "commubo .operator.operatorVocieId",
    "ccai .sub_status",
    "ccai .scheduled_at",
    "ccai .out_ticket_id",
    "ccai .out_ticket_url",
    "ccai .verified",
    "ccai .fail_details",
    "ccai .adapter_fail_code",
    "ccai .adapter_fail_message",
    "ccai .selected_menu.parent_id",
    "ccai .selected_menu.position",
    "ccai .selected_menu.deleted",
    "ccai .selected_menu.hidden",
    "ccai .photos",
    "ccai .videos",
    "ccai .transfers",
    "ccai .deflection_details",
    // Zero is the code of a target that did not fail.
    "sencloud .call_targets[].fail_code",
];

/// A vendor's rows, held against the schema of a row.
struct Members<'a> {
    schemas: &'a Value,
    /// The members, and whether the schema requires them.
    required: BTreeMap<String, bool>,
    filled: BTreeSet<String>,
    empty: BTreeSet<String>,
}

impl Members<'_> {
    fn read(&mut self, schema: &Value, values: &[&Value], path: &str) {
        if let Some(of) = schema["$ref"].as_str() {
            let schemas = self.schemas;
            return self.read(&schemas[of.rsplit('/').next().expect("a name")], values, path);
        }
        for way in ["oneOf", "anyOf", "allOf"] {
            for one in schema[way].as_array().into_iter().flatten() {
                self.read(one, values, path);
            }
        }
        if schema["items"].is_object() {
            let items: Vec<&Value> = values.iter().filter_map(|value| value.as_array()).flatten().collect();
            self.read(&schema["items"], &items, &format!("{path}[]"));
        }
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{name}");
            let is_required = schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
            self.required.insert(path.clone(), is_required);
            let values: Vec<&Value> =
                values.iter().filter(|value| value.is_object()).map(|value| &value[name]).collect();
            for value in &values {
                let is_empty =
                    [json!(null), json!(""), json!([]), json!({}), json!(0), json!(false)].contains(value);
                if is_empty { &mut self.empty } else { &mut self.filled }.insert(path.clone());
            }
            self.read(member, &values, &path);
        }
    }
}

#[tokio::test]
async fn every_member_of_a_row_is_filled_and_every_optional_one_is_missing_too() {
    let mock = Mock::embedded("extremes").await;
    let world = mock.default_world().await;
    let Lists { commubo, alibaba, sencloud, ccai } = lists(&mock, &world, "100").await;
    for (vendor, rows, name) in [
        ("commubo", commubo, "Call"),
        ("alibaba", alibaba, "Item"),
        ("sencloud", sencloud, "CallLog"),
        ("ccai", ccai, "ListedCall"),
    ] {
        let document = mock.get(&format!("/_mock/openapi/{vendor}.json")).await.json();
        let schemas = &document["components"]["schemas"];
        let (required, filled, empty) = Default::default();
        let mut members = Members { schemas, required, filled, empty };
        members.read(&schemas[name], &rows.iter().collect::<Vec<_>>(), "");
        assert!(members.required.len() >= 29, "{vendor}: {:?}", members.required);
        for (member, is_required) in &members.required {
            let is_excused = NOT_FILLED.contains(&format!("{vendor} {member}").as_str());
            assert_eq!(members.filled.contains(member), !is_excused, "{vendor}: {member} is filled");
            assert!(*is_required || members.empty.contains(member), "{vendor}: {member} is never missing");
        }
    }
}

#[tokio::test]
async fn texts_ids_and_times_at_their_limits_come_whole() {
    let mock = Mock::embedded("extremes").await;
    let world = mock.default_world().await;
    let Lists { commubo, alibaba, sencloud, ccai } = lists(&mock, &world, "100").await;
    let has = |rows: &[Value], pointer: &str, value: &Value| {
        rows.iter().any(|row| row.pointer(pointer).is_some_and(|shown| shown == value))
    };
    let agents = world.admin("GET", "agents", &Value::Null).await.json();
    for agent in list_at(&agents, "/agents") {
        let (id, name) = (text_at(agent, "/id"), &agent["name"]);
        let is_shown = !["agent-unavailable", "agent-without-access", "agent-unknown-to-the-vendors"]
            .contains(&id)
            && name.as_str().is_some_and(|name| !name.is_empty());
        if is_shown && id != "agent-with-every-member" {
            assert!(has(&commubo, "/operator/name", name), "{id}");
            assert!(has(&alibaba, "/AgentNames", name), "{id}");
        }
    }
    for (id, part) in [
        ("agent-with-emoji", "\u{1f469}\u{1f3fd}\u{200d}\u{1f4bb}"),
        ("agent-right-to-left", "\u{5db}\u{5d4}\u{5df}"),
        ("agent-with-combining-characters", "e\u{308}"),
    ] {
        let agent = list_at(&agents, "/agents").iter().find(|agent| agent["id"] == id).expect("an agent");
        assert!(text_at(agent, "/name").contains(part), "{id}: {agent}");
    }
    let calls = world.admin("GET", "calls?limit=1000", &Value::Null).await.json();
    let notes = [
        ("note-empty", ""),
        ("note-emoji", "\u{1f1ef}\u{1f1f5}"),
        ("note-right-to-left", "\u{628}"),
        ("note-combining", "e\u{301}"),
        ("note-quotes", "' \\ back"),
        ("note-line-breaks", "one\ntwo\r\nthree\ttab"),
        ("note-markup", "<"),
        ("note-long", "\u{9577}\u{3044}\u{30e1}\u{30e2}"),
    ];
    for (id, part) in notes {
        let call = list_at(&calls, "/calls").iter().find(|call| call["id"] == id).expect("a call");
        let held = |vendor: &str| call["ids"][vendor].clone();
        let log = sencloud.iter().find(|log| log["id"] == held("sencloud")).expect("a log");
        let row = commubo.iter().find(|row| row["callId"] == held("commubo")).expect("a row");
        let note = text_at(log, "/note");
        assert!(note.contains(part) && note.is_empty() == part.is_empty(), "{id}: {note}");
        assert_eq!(row["note"].as_str().unwrap_or_default(), note, "{id}: the same at both vendors");
        assert!(id != "note-long" || note.chars().count() > 1000, "{id}: {}", note.len());
    }
    assert!(has(&commubo, "/callId", &json!("9999999999999999")));
    assert!(has(&sencloud, "/id", &json!("9223372036854775805")));
    assert!(has(&ccai, "/id", &json!(9_007_199_254_740_991_u64)));
    assert!(has(&ccai, "/agent_info/id", &json!(u64::MAX)));
    assert!(has(&commubo, "/phoneNumber", &json!("anonymous")));
    // The same hour on both sides of the end of summer time.
    let hour = |id: &str| {
        let call = list_at(&calls, "/calls").iter().find(|call| call["id"] == id).expect("a call");
        let row = commubo.iter().find(|row| row["callId"] == call["ids"]["commubo"]).expect("a row");
        text_at(row, "/callDateTime").to_owned()
    };
    assert_eq!(hour("before-the-end-of-summer-time"), "2024-10-27T09:30:00+09:00");
    assert_eq!(hour("after-the-end-of-summer-time"), "2024-10-27T10:30:00+09:00");
}

/// What a page lists, and no built-in scenario brings about.
const NOT_MADE: &[(&str, &str)] = &[
    ("ccai status", "selecting"),
    ("ccai status", "switching"),
    ("ccai status", "recovered"),
    ("ccai status", "deflected"),
    ("ccai status", "action_only"),
    ("ccai status", "action_only_finished"),
    ("ccai status", "voicemail_read"),
    // Lists of calls that are over have no call in these states; the answers of creation do.
    ("ccai status", "scheduled"),
    ("ccai status", "queued"),
    ("ccai status", "assigned"),
    ("ccai status", "connecting"),
    ("ccai status", "connected"),
    ("ccai status", "voicemail"),
];

/// The statuses of the page (L131-146).
const CCAI_STATUSES: [&str; 16] = [
    "scheduled",
    "queued",
    "assigned",
    "connecting",
    "switching",
    "connected",
    "finished",
    "failed",
    "recovered",
    "deflected",
    "selecting",
    "action_only",
    "action_only_finished",
    "voicemail",
    "voicemail_received",
    "voicemail_read",
];

#[tokio::test]
async fn every_value_that_a_page_lists_is_met_in_a_built_in_scenario_or_is_named_as_not_made() {
    let mut met: BTreeSet<(String, String)> = BTreeSet::new();
    for scenario in ["busy-day", "extremes"] {
        let mock = Mock::embedded(scenario).await;
        let world = mock.default_world().await;
        let Lists { commubo, alibaba, sencloud, ccai } = lists(&mock, &world, "100").await;
        for (vendor, rows, members) in [
            ("commubo", commubo, &["callType", "connectResult"][..]),
            (
                "alibaba",
                alibaba,
                &["ContactType", "ContactDisposition", "EarlyMediaState", "SatisfactionSurveyChannel"],
            ),
            ("sencloud", sencloud, &["direction", "call_state", "call_status"]),
            ("ccai", ccai, &["status"]),
        ] {
            for row in &rows {
                for member in members {
                    if let Some(value) = row[*member].as_str() {
                        met.insert((format!("{vendor} {member}"), value.to_owned()));
                    }
                }
            }
        }
    }
    let listed: [(&str, &[&str]); 10] = [
        ("commubo callType", &["0", "1", "2"]),
        ("commubo connectResult", &["SUCCESSFUL"]),
        ("alibaba ContactType", &alibaba::CONTACT_TYPES),
        ("alibaba ContactDisposition", &alibaba::DISPOSITIONS),
        ("alibaba EarlyMediaState", &alibaba::EARLY_MEDIA_STATES),
        ("alibaba SatisfactionSurveyChannel", &alibaba::SURVEY_CHANNELS),
        ("sencloud direction", &sencloud::DIRECTIONS),
        ("sencloud call_state", &sencloud::CALL_STATES),
        ("sencloud call_status", &sencloud::CALL_STATUSES),
        ("ccai status", &CCAI_STATUSES),
    ];
    for (member, values) in listed {
        for value in values {
            let made = met.contains(&(member.to_owned(), (*value).to_owned()));
            assert_eq!(made, !NOT_MADE.contains(&(member, value)), "{member}: {value}");
        }
    }
}
