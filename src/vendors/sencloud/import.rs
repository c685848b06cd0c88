//! Importing Sencloud's call logs.

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta};
use serde_json::{Map, Value, json};

use super::auth::Shop;
use super::logs::{Log, NOBODY};
use super::name::NAME;
use super::style::Style;
use crate::dialects::Account as _;
use crate::dialects::sencloud::{CALL_STATES, CALL_STATUSES, DIRECTIONS};
use crate::import::{Call, Draft, Found, Holds, Importer, MADE_UP_SITE, Table};
use crate::universe::{CallOutcome, Direction, Ordinal};
use crate::vendor::recording::Links;
use crate::world::World;

const LOG: Table = &[
    ("call_state", Holds::Listed(&CALL_STATES)),
    ("call_status", Holds::Listed(&CALL_STATUSES)),
    ("call_targets", Holds::List(TARGET)),
    ("callee", Holds::Phone),
    ("caller", Holds::Phone),
    ("contact_id", Holds::Id("contact")),
    ("created_at", Holds::Time),
    ("direction", Holds::Listed(&DIRECTIONS)),
    ("duration", Holds::Seconds),
    ("ended_at", Holds::Time),
    ("extension_id", Holds::Id("extension")),
    ("external_id", Holds::Id("external")),
    ("external_session_id", Holds::Id("session")),
    ("id", Holds::Id("log")),
    ("note", Holds::Text("Note")),
    ("recording_urls", Holds::Each(&Holds::Url("recording"))),
    ("started_at", Holds::Time),
    ("updated_at", Holds::Time),
    ("user_id", Holds::Id("user")),
];

const TARGET: Table = &[
    ("add_time", Holds::Time),
    ("answered_time", Holds::Time),
    ("end_reason", Holds::Text("Reason")),
    ("ended_time", Holds::Time),
    ("fail_code", Holds::Number),
    ("ring_duration", Holds::Seconds),
    ("ring_time", Holds::Time),
    ("status", Holds::Listed(&CALL_STATES)),
    ("target_number", Holds::Phone),
    ("trunk_name", Holds::Text("Trunk")),
];

/// The rows of Sencloud's answers.
pub struct Rows;

impl Importer for Rows {
    fn rows(&self, found: &Found) -> Option<Vec<Value>> {
        match found.body.get("call_logs")? {
            Value::Array(all) => Some(all.clone()),
            // An empty array may be null (A23).
            Value::Null => Some(vec![]),
            _ => None,
        }
    }

    fn table(&self) -> Table {
        LOG
    }

    fn read(&self, row: &Map<String, Value>, draft: &mut Draft) -> Result<Option<Call>, &'static str> {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let id = row.get("id").and_then(Value::as_str).ok_or("id")?;
        let at = time(row.get("started_at")).ok_or("started_at")?;
        note_readings(row, draft);
        let targets =
            row.get("call_targets").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let target = targets.first().filter(|_| targets.len() == 1);
        let answered = text("call_state") == "answered";
        let lasted =
            row.get("duration").and_then(Value::as_i64).map_or(TimeDelta::zero(), TimeDelta::seconds);
        let talk = if answered { lasted } else { TimeDelta::zero() };
        let (from, to) = (text("caller"), text("callee"));
        let mut call = Call::at(id, at, from, to);
        let before = time(row.get("ended_at")).map_or(TimeDelta::zero(), |ended| ended - at - talk);
        let before = before.max(TimeDelta::zero());
        let rang = target.and_then(|target| target.get("ring_duration")?.as_i64());
        call.ring = rang.map_or(before, TimeDelta::seconds).min(before);
        call.wait = before - call.ring;
        call.talk = talk;
        call.direction = match text("direction") {
            "out" | "ext_out" => Direction::Outbound,
            "ext" => Direction::Internal,
            _ => Direction::Inbound,
        };
        call.outcome = if answered { CallOutcome::Answered } else { CallOutcome::NoAnswer };
        call.agent = agent(row, target, draft);
        let far = if call.direction == Direction::Outbound { to } else { from };
        call.customer = row.get("contact_id").filter(|id| *id != NOBODY && *id != "").and_then(|id| {
            let entry = draft.customer(NAME, id.as_str()?, Some(far));
            entry.set("phones", Some(&json!([far]))).add(NAME, "contact_id", Some(id));
            Some(entry.id().to_owned())
        });
        call.note = Some(text("note").to_owned()).filter(|note| !note.is_empty());
        if let Some([url]) = row.get("recording_urls").and_then(Value::as_array).map(Vec::as_slice) {
            // callmock serves a file in place of a made-up address.
            let kept = url.as_str().filter(|url| !url.starts_with(MADE_UP_SITE)).map(str::to_owned);
            call.recording = Some((talk.max(TimeDelta::seconds(1)), kept));
        }
        Ok(Some(call))
    }

    fn account(&self, _: &Draft) -> Value {
        json!({ "api_key": "1296121461794938793:MOCKKEY" })
    }

    fn overrides(&self, _: &str) -> bool {
        true
    }

    fn shown(&self, world: &World, call: Ordinal) -> Option<Value> {
        let view = world.view();
        let shop = Shop { id: world.accounts().sencloud.first()?.public_half().to_owned() };
        let log = Log::of(&view, call, &shop)?;
        let item = log.item(Style::of(world), &Links::at(MADE_UP_SITE, world.id()));
        serde_json::to_value(item).ok()
    }
}

/// The agent whose extension the call rang at.
fn agent(row: &Map<String, Value>, target: Option<&Value>, draft: &mut Draft) -> Option<String> {
    let is_somebody = |id: &&Value| **id != NOBODY && **id != "";
    let extension = row.get("extension_id").filter(is_somebody)?;
    let entry = draft.agent(NAME, extension.as_str()?);
    entry.set("extension", target.and_then(|target| target.get("target_number")));
    entry.add(NAME, "extension_id", Some(extension)).add(NAME, "user_id", row.get("user_id"));
    Some(entry.id().to_owned())
}

/// The readings under which times and empty arrays are written as here.
fn note_readings(row: &Map<String, Value>, draft: &mut Draft) {
    let started = row.get("started_at").and_then(Value::as_str).unwrap_or_default();
    if started.ends_with('Z') {
        draft.readings.insert("sencloud.times", "zulu_millis");
    }
    if ["call_targets", "recording_urls"].iter().any(|list| row.get(*list).is_some_and(Value::is_null)) {
        draft.readings.insert("sencloud.empty_arrays", "null");
    }
}

/// A time, but for the zero time.
fn time(value: Option<&Value>) -> Option<DateTime<FixedOffset>> {
    let time = DateTime::parse_from_rfc3339(value?.as_str()?).ok()?;
    (time.year() > 1).then_some(time)
}
