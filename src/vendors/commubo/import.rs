//! Importing commubo's calls: the rows of its list, and single calls.

use chrono::{DateTime, FixedOffset, TimeDelta};
use serde_json::{Map, Value, json};

use super::calls::{self, Expand, Style};
use super::name::NAME;
use crate::import::{Call, Draft, Found, Holds, Importer, Table};
use crate::universe::{CallOutcome, Direction, Ordinal};
use crate::world::World;

/// The results that callmock writes. Only SUCCESSFUL is public (page L84).
const RESULTS: [&str; 7] =
    ["SUCCESSFUL", "NO_ANSWER", "BUSY", "REJECTED", "ABANDONED", "VOICEMAIL", "FAILED"];

/// The contact centre's number, which no answer tells.
const CENTRE: &str = "0300000000";

const CALL: Table = &[
    ("callId", Holds::Id("call")),
    ("callType", Holds::Number),
    ("relatedCallId", Holds::Id("call")),
    ("phoneNumber", Holds::Phone),
    ("callDateTime", Holds::Time),
    ("connectedDateTime", Holds::Time),
    ("talkTime", Holds::Seconds),
    ("connectResult", Holds::Listed(&RESULTS)),
    ("checkPoint", Holds::Text("Checkpoint")),
    ("customer", Holds::Object(CUSTOMER)),
    ("operator", Holds::Object(OPERATOR)),
    ("scenario", Holds::Object(&[("scenarioId", Holds::Id("scenario"))])),
    ("note", Holds::Text("Note")),
];

const CUSTOMER: Table = &[
    ("customerId", Holds::Id("customer")),
    ("createdDateTime", Holds::Time),
    ("updatedDateTime", Holds::Time),
    ("familyName", Holds::Family),
    ("familyNameKana", Holds::Person),
    ("personalName", Holds::Given),
    ("personalNameKana", Holds::Person),
    ("middleName", Holds::Person),
    ("middleNameKana", Holds::Person),
    ("phoneNumbers", Holds::Each(&Holds::Phone)),
    ("orgName", Holds::Text("Company")),
    ("orgNameKana", Holds::Text("Company")),
    ("orgShortName", Holds::Text("Company")),
    ("orgShortNameKana", Holds::Text("Company")),
    ("deptName", Holds::Text("Department")),
    ("deptNameKana", Holds::Text("Department")),
    ("deptShortName", Holds::Text("Department")),
    ("deptShortNameKana", Holds::Text("Department")),
    ("note", Holds::Text("Note")),
];

const OPERATOR: Table = &[
    ("operatorId", Holds::Id("operator")),
    ("createdDateTime", Holds::Time),
    ("updatedDateTime", Holds::Time),
    ("operatorVoiceId", Holds::Number),
    // The key as the page's description spells it (L332).
    ("operatorVocieId", Holds::Number),
    ("name", Holds::Person),
    ("nameKana", Holds::Person),
    ("shortName", Holds::Person),
    ("shortNameKana", Holds::Person),
    ("orgName", Holds::Text("Company")),
    ("orgNameKana", Holds::Text("Company")),
    ("orgShortName", Holds::Text("Company")),
    ("orgShortNameKana", Holds::Text("Company")),
    ("deptName", Holds::Text("Department")),
    ("deptNameKana", Holds::Text("Department")),
    ("deptShortName", Holds::Text("Department")),
    ("deptShortNameKana", Holds::Text("Department")),
];

/// The rows of commubo's answers.
pub struct Rows;

impl Importer for Rows {
    fn rows(&self, found: &Found) -> Option<Vec<Value>> {
        let is_call = |value: &Value| value.get("callId").is_some() && value.get("callDateTime").is_some();
        match &found.body {
            Value::Array(all) if all.iter().any(is_call) => Some(all.clone()),
            body if is_call(body) => Some(vec![body.clone()]),
            _ => None,
        }
    }

    fn table(&self) -> Table {
        CALL
    }

    fn read(&self, row: &Map<String, Value>, draft: &mut Draft) -> Result<Option<Call>, &'static str> {
        let text = |name: &str| row.get(name).and_then(Value::as_str);
        let id = text("callId").ok_or("callId")?;
        let at = time(row, "callDateTime").ok_or("callDateTime")?;
        if row.get("callType").is_some_and(Value::is_number) {
            draft.readings.insert("commubo.numbers", "integer");
        }
        let connected = time(row, "connectedDateTime");
        let talk = row.get("talkTime").and_then(seconds);
        let far = text("phoneNumber").unwrap_or_default();
        let outbound = row.get("callType").and_then(seconds) == Some(TimeDelta::seconds(1));
        let (from, to) = if outbound { (CENTRE, far) } else { (far, CENTRE) };
        let mut call = Call::at(id, at, from, to);
        call.direction = if outbound { Direction::Outbound } else { Direction::Inbound };
        call.ring = connected.map_or(TimeDelta::zero(), |connected| connected - at).max(TimeDelta::zero());
        call.talk = talk.unwrap_or_default();
        call.outcome = match text("connectResult") {
            _ if connected.is_some() || talk.is_some() => CallOutcome::Answered,
            Some("BUSY") => CallOutcome::Busy,
            Some("REJECTED") => CallOutcome::Rejected,
            Some("ABANDONED") => CallOutcome::AbandonedQueue,
            Some("VOICEMAIL") => CallOutcome::Voicemail,
            Some("FAILED") => CallOutcome::Failed,
            _ => CallOutcome::NoAnswer,
        };
        call.agent = row.get("operator").and_then(|operator| self::operator(operator, draft));
        call.customer = row.get("customer").and_then(|customer| self::customer(customer, draft));
        call.queue = row.get("scenario").and_then(|scenario| {
            let id = scenario.get("scenarioId")?;
            Some(draft.queue(NAME, id.as_str()?).add(NAME, "scenarioId", Some(id)).id().to_owned())
        });
        call.parent = text("relatedCallId").map(str::to_owned);
        call.note = text("note").map(str::to_owned);
        Ok(Some(call))
    }

    fn account(&self, _: &Draft) -> Value {
        json!({
            "tenant_id": "12345678-90AB-CDEF-1234-567890ABCDEF",
            "access_token": "FEDCBA09-8765-4321-FEDC-BA0987654321",
        })
    }

    fn newest_first(&self) -> Option<(&'static str, &'static str)> {
        Some(("commubo.order", "descending"))
    }

    fn overrides(&self, member: &str) -> bool {
        !["customer", "operator", "scenario"].contains(&member)
    }

    fn shown(&self, world: &World, call: Ordinal) -> Option<Value> {
        let view = world.view();
        serde_json::to_value(calls::Call::of(&view, call, Style::of(world, Expand::All))?).ok()
    }
}

/// The customer of a call. The call's number is not added to the customer's numbers, because
/// `expand=customer` would then show it.
fn customer(customer: &Value, draft: &mut Draft) -> Option<String> {
    let id = customer.get("customerId")?.as_str()?;
    let phones = customer.get("phoneNumbers");
    let own = phones.and_then(|phones| phones.get(0)?.as_str());
    let part = |name: &str| customer.get(name).and_then(Value::as_str).filter(|part| !part.is_empty());
    let name = match (part("familyName"), part("personalName")) {
        (Some(family), Some(given)) => {
            Some(json!({ "family": family, "given": given, "display": format!("{family} {given}") }))
        }
        (family, given) => family.or(given).map(Value::from),
    };
    let entry = draft.customer(NAME, id, own);
    entry.set("name", name.as_ref()).set("phones", phones);
    for (member, value) in customer.as_object()? {
        entry.add(NAME, member, Some(value));
    }
    Some(entry.id().to_owned())
}

/// The AI operator of a call.
fn operator(operator: &Value, draft: &mut Draft) -> Option<String> {
    let id = operator.get("operatorId")?.as_str()?;
    let spelt = ["operatorVoiceId", "operatorVocieId"].map(|key| operator.get(key).is_some());
    match spelt {
        [true, true] => drop(draft.readings.insert("commubo.voice_id_key", "both")),
        [false, true] => drop(draft.readings.insert("commubo.voice_id_key", "operatorVocieId")),
        _ => {}
    }
    let entry = draft.agent(NAME, id);
    entry.set("name", operator.get("name"));
    for (member, value) in operator.as_object()? {
        let member = if member == "operatorVocieId" { "operatorVoiceId" } else { member };
        entry.add(NAME, member, Some(value));
    }
    Some(entry.id().to_owned())
}

fn time(row: &Map<String, Value>, name: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(row.get(name)?.as_str()?).ok()
}

/// A number of seconds, as a number or as text.
fn seconds(value: &Value) -> Option<TimeDelta> {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    TimeDelta::try_seconds(number)
}
