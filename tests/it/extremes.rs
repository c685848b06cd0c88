//! The built-in scenario `extremes`, and every value that a page lists.

use std::collections::BTreeSet;

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
    assert_eq!(count("alibaba-type-predictive"), None, "no answer of commubo could show it");
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
