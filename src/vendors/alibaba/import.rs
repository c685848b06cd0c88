//! Importing call detail records: those of the list, and single ones.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::name::NAME;
use super::operations;
use super::records::contact_type;
use crate::dialects::alibaba::{
    CONTACT_TYPES, CONTACT_TYPES_UPPER, DISPOSITIONS, EARLY_MEDIA_STATES, SURVEY_CHANNELS,
};
use crate::import::{Call, Draft, Found, Holds, Importer, Table};
use crate::universe::{CallOutcome, Direction, EndedBy, Ordinal};
use crate::world::World;

/// The contact types in both spellings.
const TYPES: [&str; 14] = {
    let mut all = [""; 14];
    let mut n = 0;
    while n < 7 {
        (all[n], all[n + 7]) = (CONTACT_TYPES[n], CONTACT_TYPES_UPPER[n]);
        n += 1;
    }
    all
};

const RECORD: Table = &[
    ("ContactDisposition", Holds::Listed(&DISPOSITIONS)),
    ("ContactType", Holds::Listed(&TYPES)),
    ("EstablishedTime", Holds::Millis),
    ("CalledNumber", Holds::Phone),
    ("AdditionalBroker", Holds::Phone),
    ("SatisfactionIndex", Holds::Number),
    ("SatisfactionSurveyChannel", Holds::Listed(&SURVEY_CHANNELS)),
    ("ReleaseTime", Holds::Millis),
    ("WaitTime", Holds::Seconds),
    ("SkillGroupNames", Holds::Text("Skill group")),
    ("IvrTime", Holds::Seconds),
    ("SatisfactionDescription", Holds::Text("Rating")),
    ("ReleaseInitiator", Holds::Listed(&["agent", "customer"])),
    ("AgentIds", Holds::Ids("agent", "instance")),
    ("CallDuration", Holds::Seconds),
    ("RecordingReady", Holds::Flag),
    ("InstanceId", Holds::Id("instance")),
    ("RingTime", Holds::Seconds),
    ("SatisfactionSurveyOffered", Holds::Flag),
    ("AgentNames", Holds::People),
    ("StartTime", Holds::Millis),
    ("ContactId", Holds::Id("contact")),
    ("RecordingDuration", Holds::Seconds),
    ("CallingNumber", Holds::Phone),
    ("QueueTime", Holds::Seconds),
    ("Broker", Holds::Phone),
    ("SkillGroupIds", Holds::Ids("skill group", "instance")),
    ("CallerLocation", Holds::Text("Place")),
    ("CalleeLocation", Holds::Text("Place")),
    ("EarlyMediaState", Holds::Listed(&EARLY_MEDIA_STATES)),
    ("CallIds", Holds::Ids("leg", "instance")),
    ("DialingTime", Holds::Seconds),
    ("HeldTime", Holds::Seconds),
    ("ReleaseReason", Holds::Text("Reason")),
    ("TalkTime", Holds::Seconds),
];

/// The rows of Alibaba's answers.
pub struct Rows;

impl Importer for Rows {
    fn rows(&self, found: &Found) -> Option<Vec<Value>> {
        let data = found.body.get("Data")?;
        match data.get("List") {
            Some(Value::Array(all)) => Some(all.clone()),
            None if data.get("ContactId").is_some() => Some(vec![data.clone()]),
            _ => None,
        }
    }

    fn table(&self) -> Table {
        RECORD
    }

    fn read(&self, row: &Map<String, Value>, draft: &mut Draft) -> Result<Option<Call>, &'static str> {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let id = row.get("ContactId").and_then(Value::as_str).ok_or("ContactId")?;
        let at = time(row, "StartTime").ok_or("StartTime")?;
        draft.note(NAME, "instances", row.get("InstanceId"));
        note_readings(row, draft);
        let seconds = |name: &str| row.get(name).and_then(seconds).unwrap_or_default();
        let (established, released) = (time(row, "EstablishedTime"), time(row, "ReleaseTime"));
        let mut call = Call::at(id, at, text("CallingNumber"), text("CalledNumber"));
        call.direction = match contact_type(text("ContactType")) {
            Some("Inbound" | "Conference") => Direction::Inbound,
            Some("Internal") => Direction::Internal,
            _ => Direction::Outbound,
        };
        (call.dial, call.ivr) = (seconds("DialingTime"), seconds("IvrTime"));
        (call.wait, call.ring) = (seconds("QueueTime"), seconds("RingTime"));
        call.outcome = outcome(row, established.is_some(), call.direction);
        if call.outcome == CallOutcome::Answered {
            let lasted = established.zip(released).map_or(TimeDelta::zero(), |(from, to)| to - from);
            call.talk = row.get("TalkTime").map_or(lasted, |_| seconds("TalkTime")).max(TimeDelta::zero());
            call.hold = seconds("HeldTime").min(call.talk);
        }
        call.fit(established, released);
        call.ended_by = match text("ReleaseInitiator") {
            "agent" => Some(EndedBy::Agent),
            "customer" => Some(EndedBy::Customer),
            _ => None,
        };
        call.agent = first(row, "AgentIds").map(|id| {
            let entry = draft.agent(NAME, id.as_str().unwrap_or_default());
            entry.set("name", first(row, "AgentNames").as_ref()).add(NAME, "agent_id", Some(&id));
            entry.id().to_owned()
        });
        call.queue = first(row, "SkillGroupIds").map(|id| {
            let entry = draft.queue(NAME, id.as_str().unwrap_or_default());
            entry.set("name", first(row, "SkillGroupNames").as_ref()).add(NAME, "skill_group", Some(&id));
            entry.id().to_owned()
        });
        let is_ready = row.get("RecordingReady").is_some_and(|ready| *ready == true);
        let recorded = seconds("RecordingDuration");
        call.recording = (is_ready || recorded > TimeDelta::zero()).then_some((recorded, None));
        call.rating = rating(row);
        Ok(Some(call))
    }

    fn account(&self, draft: &Draft) -> Value {
        let instances = draft.noted(NAME, "instances");
        let instances = if instances.is_empty() { &["ccc-test".to_owned()] } else { instances };
        json!({ "access_key_id": "testid", "access_key_secret": "testsecret", "instances": instances })
    }

    fn overrides(&self, _: &str) -> bool {
        true
    }

    fn shown(&self, world: &World, call: Ordinal) -> Option<Value> {
        let instances = &world.accounts().alibaba.first()?.instances;
        instances.iter().find_map(|instance| operations::shown_in_list(world, call, &instance.id))
    }
}

/// The outcome of a call. Only one with an `EstablishedTime` was answered.
fn outcome(row: &Map<String, Value>, answered: bool, direction: Direction) -> CallOutcome {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    match (text("ContactDisposition"), text("EarlyMediaState")) {
        _ if answered => CallOutcome::Answered,
        ("Reject", _) => CallOutcome::Rejected,
        ("Voicemail", _) => CallOutcome::Voicemail,
        ("AbandonedInIVR", _) => CallOutcome::AbandonedIvr,
        ("AbandonedInQueue" | "QueuingTimeout" | "QueuingOverflow", _) => CallOutcome::AbandonedQueue,
        ("AbandonedInRing", _) => CallOutcome::AbandonedRing,
        ("QueuingFailed" | "IVRException", _) => CallOutcome::Failed,
        (_, "Busy") if direction == Direction::Outbound => CallOutcome::Busy,
        (_, "NotConnected") if direction == Direction::Outbound => CallOutcome::Failed,
        _ => CallOutcome::NoAnswer,
    }
}

/// The rating, if the customer gave one.
fn rating(row: &Map<String, Value>) -> Option<Value> {
    let score = row.get("SatisfactionIndex").and_then(Value::as_i64).unwrap_or_default();
    let label = row.get("SatisfactionDescription").filter(|label| **label != "");
    if score == 0 && label.is_none() {
        return None;
    }
    let mut rating = json!({ "score": score });
    if let Some(label) = label {
        rating["label"] = label.clone();
    }
    match row.get("SatisfactionSurveyChannel").and_then(Value::as_str) {
        Some("IVR") => rating["channel"] = "ivr".into(),
        Some("SMS") => rating["channel"] = "sms".into(),
        _ => {}
    }
    Some(rating)
}

/// The readings under which types and lengths are written as here.
fn note_readings(row: &Map<String, Value>, draft: &mut Draft) {
    let spelt = row.get("ContactType").and_then(Value::as_str).unwrap_or_default();
    if CONTACT_TYPES_UPPER.contains(&spelt) {
        draft.readings.insert("alibaba.contact_type", "OUTBOUND");
    }
    if row.get("CallDuration").is_some_and(Value::is_number) {
        draft.readings.insert("alibaba.call_duration", "integer");
    }
}

/// The first of several ids or names, with commas between them.
fn first(row: &Map<String, Value>, name: &str) -> Option<Value> {
    let first = row.get(name)?.as_str()?.split(',').next()?;
    (!first.is_empty()).then(|| first.into())
}

fn time(row: &Map<String, Value>, name: &str) -> Option<DateTime<FixedOffset>> {
    let millis = row.get(name)?.as_i64()?;
    DateTime::<Utc>::from_timestamp_millis(millis).map(|time| time.fixed_offset())
}

/// A number of seconds, as a number or as text.
fn seconds(value: &Value) -> Option<TimeDelta> {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    TimeDelta::try_seconds(number)
}
