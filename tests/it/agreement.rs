//! One call, several dialects: whatever an operation shows of calls agrees with `GET /_mock/calls`,
//! as far as the operation tells it. What is wrong is worked out here, without the oracle's own
//! code.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use callmock::vendor::{Endpoint, Field, Neutral, Tells};
use callmock::vendors;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::mock::{Answer, Mock, list_at, send};
use crate::vendor::{self, How, Shows, TestVendor};

/// The neutral calls by their id at a vendor.
pub async fn truth(mock: &Mock, vendor: &str) -> BTreeMap<String, Value> {
    let now = moment(&mock.get("/_mock/clock").await.json()["now"]);
    let mut calls = BTreeMap::new();
    let mut after = Some(0);
    while let Some(from) = after {
        let page = mock.get(&format!("/_mock/calls?after={from}&limit=700")).await.json();
        for call in page["calls"].as_array().unwrap() {
            // A list shows what is over; the neutral calls what has begun.
            let is_over =
                call["ended_at"].as_str().is_some_and(|end| end.parse::<DateTime<Utc>>().unwrap() <= now);
            if let Some(id) = call["ids"][vendor].as_str().filter(|_| is_over) {
                calls.insert(id.to_owned(), call.clone());
            }
        }
        after = page["next"].as_u64();
    }
    calls
}

pub fn moment(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

/// Holds what a vendor shows against what it should, call by call.
pub fn compare(
    shown: &[Value],
    id: &str,
    truth: &BTreeMap<String, Value>,
    expected: impl Fn(&Value) -> Value,
) {
    assert_eq!(shown.len(), truth.len(), "every call once");
    for record in shown {
        let call = truth.get(record[id].as_str().unwrap()).expect("a call of the universe");
        for (name, value) in expected(call).as_object().unwrap() {
            assert_eq!(record.get(name).unwrap_or(&Value::Null), value, "{name} of {call}");
        }
    }
}

/// Members that the vendors' own examples write otherwise than the neutral call has them: their
/// times and durations do not add up, and one names a call that its page does not show.
const AS_WRITTEN: &[(&str, &str, &[&str])] = &[
    ("commubo", "commubo-example", &["parent"]),
    ("alibaba", "alibaba-example", &["answered_at", "ended_at", "ivr"]),
];

/// A member of a neutral call as a row has it.
fn member(call: &Value, field: Field) -> Value {
    match field.name().split_once('_') {
        Some((outer @ ("recording" | "rating"), inner)) => call[outer][inner].clone(),
        _ => call[field.name()].clone(),
    }
}

/// What is wrong with a member of a row, if something is.
fn wrong(told: Tells, field: Field, got: &Value, truth: &Value) -> bool {
    let at = |value: &Value| value.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
    let digits = |value: &Value| value.to_string().replace([' ', '-', '"'], "");
    match (told, at(got), at(truth)) {
        (Tells::Nothing, _, _) => !got.is_null(),
        // Something of the vendor's own, which the neutral call does not have.
        (Tells::Own, _, _) => false,
        _ if truth.is_null() || got.is_null() => got != truth,
        (Tells::Exactly, Some(got), Some(truth)) => got != truth,
        (Tells::Exactly, _, _) if matches!(field, Field::From | Field::To) => digits(got) != digits(truth),
        (Tells::Exactly, _, _) => got != truth,
        (Tells::To(precisions), Some(got), Some(truth)) => {
            !precisions.iter().any(|precision| precision.cut(truth) == got)
        }
        (Tells::About(precision), Some(got), Some(truth)) => {
            (got - truth).num_milliseconds().abs() > 2 * precision.millis()
        }
        (Tells::As(word), _, _) => got != word,
        // Compared beside the other rows, where the whole table is there.
        (Tells::ByItsOwnId, _, _) => false,
        (Tells::To(_) | Tells::About(_), _, _) => true,
    }
}

/// What an operation of a vendor shows of a world's calls, held against them.
async fn hold(scenario: &str, mock: &Mock, vendor: &'static dyn TestVendor, shows: &Shows) {
    let world = mock.default_world().await;
    let records = (shows.all)(&world).await;
    if shows.how == How::Created {
        // Until all of them are over.
        world.admin("POST", "clock/advance", &json!({ "by": "P2D" })).await;
    }
    let place = format!("{scenario}: {vendor:?}: {}", shows.operation);
    let endpoint = endpoint(vendor, shows.operation);
    let calls = truth(mock, vendor.name()).await;
    let neutral = |call: &Value| -> Neutral { serde_json::from_value(call.clone()).expect("a neutral call") };
    let ids: HashMap<&str, &str> =
        calls.iter().map(|(id, call)| (call["id"].as_str().unwrap(), id.as_str())).collect();
    let mut seen = BTreeSet::new();
    let mut differs: BTreeSet<(String, &str)> = BTreeSet::new();
    // One name for one person, and one person for one name.
    let mut named: HashMap<(Field, String), String> = HashMap::new();
    for record in &records {
        let row = (shows.row_of)(record);
        let id = row["id"].as_str().unwrap_or_else(|| panic!("{place}: no id: {row}"));
        let call = calls.get(id).unwrap_or_else(|| panic!("{place}: {id} is no call: {record}"));
        assert!(seen.insert(id.to_owned()), "{place}: {id} twice");
        let neutral = neutral(call);
        for name in row.as_object().expect("a row").keys().filter(|name| *name != "id") {
            assert!(Field::ALL.iter().any(|field| field.name() == name), "{place}: {name} is no member");
        }
        for field in Field::ALL.iter().filter(|field| !shows.left_out.contains(&field.name())) {
            let (got, mut truth) = (&row[field.name()], member(call, *field));
            let mut told = (endpoint.tells)(&neutral, *field);
            if *field == Field::Parent && told != Tells::Nothing {
                // Named by its id here, if it is shown here at all.
                truth = json!(truth.as_str().and_then(|parent| ids.get(parent)));
                told = Tells::Exactly;
            }
            if wrong(told, *field, got, &truth) {
                let written =
                    AS_WRITTEN.iter().find(|(v, call, _)| *v == vendor.name() && *call == neutral.id);
                assert!(
                    written.is_some_and(|(_, _, members)| members.contains(&field.name())),
                    "{place}: {id}: {} is {got}, and {truth}, told {told:?}, of {call}: {record}",
                    field.name()
                );
                differs.insert((neutral.id.clone(), field.name()));
            }
            if told == Tells::ByItsOwnId && !truth.is_null() {
                for (name, other) in [(got, &truth), (&truth, got)] {
                    let direction = if name == got { "wire " } else { "" };
                    let known = named
                        .entry((*field, format!("{direction}{name}")))
                        .or_insert_with(|| other.to_string());
                    assert_eq!(*known, other.to_string(), "{place}: {id}: {}", field.name());
                }
            }
        }
    }
    let over = calls.iter().filter(|(_, call)| (endpoint.shows)(&neutral(call)));
    let over: BTreeSet<String> = over.map(|(id, _)| id.clone()).collect();
    let lost: Vec<_> = over.symmetric_difference(&seen).take(5).collect();
    assert!(lost.is_empty(), "{place}: shown or over, and not both: {lost:?}");
    for (v, call, members) in AS_WRITTEN
        .iter()
        .filter(|(v, call, _)| *v == vendor.name() && differs.iter().any(|(other, _)| other == call))
    {
        let found: Vec<&str> =
            differs.iter().filter(|(other, _)| other == call).map(|(_, name)| *name).collect();
        assert!(found.iter().all(|name| members.contains(name)), "{v} {call}: {found:?}");
    }
}

fn endpoint(vendor: &'static dyn TestVendor, operation: &str) -> &'static Endpoint {
    let mut endpoints = vendor.served().endpoints().iter();
    endpoints.find(|endpoint| endpoint.operation.id == operation).unwrap_or_else(|| {
        panic!("{vendor:?} has no operation {operation}: see `shows` in tests/it/{vendor:?}/vendor.rs")
    })
}

#[tokio::test]
async fn what_every_operation_shows_agrees_with_the_neutral_calls_of_the_documented_scenario() {
    for vendor in vendor::ALL {
        for shows in vendor.shows() {
            hold("documented", &Mock::embedded("documented").await, *vendor, &shows).await;
        }
    }
}

#[tokio::test]
async fn what_every_operation_shows_agrees_with_the_neutral_calls_of_each_outcome_and_direction() {
    for vendor in vendor::ALL {
        for shows in vendor.shows() {
            hold("every outcome", &Mock::of(&vendor::every_outcome()).await, *vendor, &shows).await;
        }
    }
}

#[tokio::test]
async fn what_every_list_shows_agrees_with_the_neutral_calls_of_a_busy_day() {
    let mock = Mock::embedded("busy-day").await;
    for vendor in vendor::ALL {
        for shows in vendor.shows().iter().filter(|shows| shows.how == How::Listed) {
            hold("busy-day", &mock, *vendor, shows).await;
        }
    }
}

#[tokio::test]
async fn every_operation_that_shows_calls_is_held_against_them() {
    // A call that is over, and one that a client created.
    let mock = Mock::of(&vendor::every_outcome()).await;
    let world = mock.default_world().await;
    for vendor in vendor::ALL {
        for shows in vendor.shows().iter().filter(|shows| shows.how == How::Created) {
            (shows.all)(&world).await;
        }
    }
    let page = mock.get("/_mock/calls?limit=700").await.json();
    let calls: Vec<Neutral> = serde_json::from_value(page["calls"].clone()).expect("neutral calls");
    for vendor in vendor::ALL {
        let held: BTreeSet<&str> = vendor.shows().iter().map(|shows| shows.operation).collect();
        let showing = vendor.served().endpoints().iter();
        let showing = showing.filter(|endpoint| calls.iter().any(|call| (endpoint.shows)(call)));
        let showing: BTreeSet<&str> = showing.map(|endpoint| endpoint.operation.id).collect();
        assert_eq!(held, showing, "`shows` in tests/it/{vendor:?}/vendor.rs");
    }
}

#[tokio::test]
async fn a_long_list_of_neutral_calls_is_streamed_and_has_what_its_pages_have() {
    let mock = Mock::embedded("busy-day").await;
    let whole = mock.get(&format!("/_mock/calls?limit={}", usize::MAX)).await;
    let length = |answer: &Answer| answer.headers.contains_key("content-length");
    assert!(!length(&whole), "4,000 calls are not in memory at once");
    let whole = whole.json();
    assert_eq!(whole["next"], json!(null));
    // A piece has 256 calls: pages of less, of as much and of more.
    for limit in [255, 256, 257, 700] {
        let mut calls = vec![];
        let mut after = Some(0);
        while let Some(from) = after {
            let answer = mock.get(&format!("/_mock/calls?after={from}&limit={limit}")).await;
            let page = answer.json();
            let rows = list_at(&page, "/calls");
            calls.extend_from_slice(rows);
            after = page["next"].as_u64();
            assert_eq!(after.unwrap_or(calls.len() as u64), calls.len() as u64);
            assert_eq!(length(&answer), rows.len() <= 256, "{} calls", rows.len());
        }
        assert!(*list_at(&whole, "/calls") == calls, "pages of {limit}");
    }
    let nothing = mock.get("/_mock/calls?after=18446744073709551615").await;
    assert_eq!(nothing.body, r#"{"calls":[],"next":null}"#);
}

#[tokio::test]
async fn the_neutral_calls_have_every_member_and_are_cut_by_time_and_page() {
    let yaml = crate::readme::scenario();
    let mock = Mock::of(yaml).await;
    let page = mock.get("/_mock/calls").await.json();
    let [answered, busy] = page["calls"].as_array().unwrap().as_slice() else { panic!("two calls") };
    let mut ids = answered["ids"].clone();
    let names: Vec<&str> = vendors::ALL.iter().map(|vendor| vendor.name()).collect();
    assert_eq!(ids.as_object().unwrap().keys().collect::<Vec<_>>(), names);
    assert_eq!(
        *answered,
        json!({
            "id": "answered", "direction": "inbound", "from": "0355550100", "to": "0355550199",
            "at": "2024-05-13T01:00:00Z", "answered_at": "2024-05-13T01:00:57Z", "ended_at": "2024-05-13T01:03:57Z",
            "dial": 0, "ivr": 12, "wait": 40, "ring": 5, "talk": 180, "hold": 0, "outcome": "answered",
            "agent": "mai", "customer": "ann", "queue": "sales", "parent": null, "recording": null, "rating": null,
            "on": null, "ids": ids.take(), "status": "ended",
        })
    );
    assert_eq!((&busy["on"], busy["ids"].as_object().unwrap().len()), (&json!(["alibaba"]), 1));
    assert_eq!(page["next"], json!(null));
    let cut = async |query: &str| {
        let page = mock.get(&format!("/_mock/calls?{query}")).await.json();
        let ids: Vec<String> = page["calls"]
            .as_array()
            .unwrap()
            .iter()
            .map(|call| call["id"].as_str().unwrap().to_owned())
            .collect();
        (ids.join(" "), page["next"].as_u64())
    };
    assert_eq!(cut("limit=1").await, ("answered".into(), Some(1)));
    assert_eq!(cut("limit=1&after=1").await, ("busy".into(), None));
    assert_eq!(
        cut("from=2024-05-13T10:00:00%2B09:00&to=2024-05-13T02:00:00Z").await,
        ("answered".into(), None)
    );
    assert_eq!(cut("from=2024-05-13T01:00:00.001Z").await, ("busy".into(), None));
    for (query, part) in [
        ("from=monday", "RFC 3339"),
        ("limit=x", "a number"),
        ("limit=0", "1 or more"),
        ("form=1", "did you mean `from`?"),
    ] {
        let refused = send(mock.request("GET", &format!("/_mock/calls?{query}"))).await;
        assert_eq!(refused.status, 400);
        assert!(refused.body.contains(part), "{}", refused.body);
    }
}
