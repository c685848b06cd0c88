//! The answer of `ListCallDetailRecords`: records with 35 fields each, and the page around them
//! (fact sheet 2).

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::super::super::gateway::Envelope;
use super::super::super::readings::{CallDuration, ContactTypeSpelling, SuccessMessage};
use super::super::super::records::{Record, in_capitals, message};
use crate::vendor::{Rows, Text};
use crate::world::World;

/// Formatting of the records in one answer.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    contact_type: ContactTypeSpelling,
    call_duration: CallDuration,
    success_message: SuccessMessage,
}

impl Style {
    /// The formatting that the world's readings choose.
    pub fn of(world: &World) -> Self {
        Self {
            contact_type: world.reading(),
            call_duration: world.reading(),
            success_message: world.reading(),
        }
    }
}

/// A record: the page's 30 fields in its example's order, then the five that only the SDK knows
/// (2.2). Texts and times without a value are left out, counts are 0, flags false (B14).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields, transform = promised)]
pub struct Item<'a> {
    contact_disposition: &'a str,
    contact_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    established_time: Option<i64>,
    called_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_broker: Option<&'a str>,
    satisfaction_index: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    satisfaction_survey_channel: Option<&'a str>,
    release_time: i64,
    wait_time: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    skill_group_names: Option<Text<'a>>,
    ivr_time: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    satisfaction_description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release_initiator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_ids: Option<Text<'a>>,
    call_duration: Duration,
    recording_ready: bool,
    instance_id: &'a str,
    ring_time: u64,
    satisfaction_survey_offered: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_names: Option<Text<'a>>,
    start_time: i64,
    contact_id: Text<'a>,
    recording_duration: u64,
    calling_number: &'a str,
    queue_time: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    broker: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skill_group_ids: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller_location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callee_location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    early_media_state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_ids: Option<&'a str>,
    dialing_time: u64,
    held_time: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    release_reason: Option<&'a str>,
    talk_time: u64,
}

impl<'a> Item<'a> {
    /// The item of a record.
    pub fn of(record: &Record<'a>, style: Style) -> Self {
        let own_type = record.contact_type();
        let recording = record.recording();
        Self {
            contact_disposition: record.contact_disposition(),
            contact_type: match (style.contact_type, record.text(|g| g.contact_type.as_ref())) {
                // The scenario's own text is shown as written.
                (_, Some(_)) | (ContactTypeSpelling::Outbound, None) => own_type,
                (ContactTypeSpelling::Upper, None) => in_capitals(own_type),
            },
            established_time: record.established_time(),
            called_number: record.called_number(),
            additional_broker: record.text(|g| g.additional_broker.as_ref()),
            satisfaction_index: record.satisfaction_index().unwrap_or(0),
            satisfaction_survey_channel: record.satisfaction_survey_channel(),
            release_time: record.release_time(),
            wait_time: record.wait_time(),
            skill_group_names: record.skill_group_names(),
            ivr_time: record.ivr_time(),
            satisfaction_description: record.satisfaction_description(),
            release_initiator: record.release_initiator(),
            agent_ids: record.agent_ids(),
            call_duration: Duration(record.call_duration(), style.call_duration),
            recording_ready: record.recording_ready(),
            instance_id: record.instance_id(),
            ring_time: record.ring_time(),
            satisfaction_survey_offered: record.satisfaction_survey_offered(),
            agent_names: record.agent_names(),
            start_time: record.start_time(),
            contact_id: record.contact_id(),
            recording_duration: record
                .seconds(|g| g.recording_duration, recording.map(|r| r.duration).unwrap_or_default()),
            calling_number: record.calling_number(),
            queue_time: record.queue_time(),
            broker: record.text(|g| g.broker.as_ref()),
            skill_group_ids: record.skill_group_ids(),
            caller_location: record.text(|g| g.caller_location.as_ref()),
            callee_location: record.text(|g| g.callee_location.as_ref()),
            early_media_state: record.early_media_state(),
            call_ids: record.text(|g| g.call_ids.as_ref()),
            dialing_time: record.dialing_time(),
            held_time: record.held_time(),
            release_reason: record.text(|g| g.release_reason.as_ref()),
            talk_time: record.talk_time(),
        }
    }
}

/// A record as an item of the list, under the world's readings.
pub fn item(world: &World, record: &Record<'_>) -> Option<Value> {
    serde_json::to_value(Item::of(record, Style::of(world))).ok()
}

/// Makes the fields that only the SDK knows optional in the schema, because the page does not
/// promise them (2.2).
fn promised(schema: &mut Schema) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| !["DialingTime", "HeldTime", "TalkTime"].iter().any(|sdks| name == sdks));
    }
}

/// The `CallDuration`: a string on the page, an integer in a sibling operation (6).
#[derive(Debug)]
struct Duration(u64, CallDuration);

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            CallDuration::String => serializer.serialize_str(itoa::Buffer::new().format(self.0)),
            CallDuration::Integer => serializer.serialize_u64(self.0),
        }
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Seconds: a string, or an integer under reading `alibaba.call_duration: integer`.",
            "anyOf": [{ "type": "string", "pattern": "^[0-9]+$" }, { "type": "integer", "minimum": 0 }],
        })
    }
}

/// A page of records.
pub struct Page<'a> {
    /// The page number, from 1.
    pub page_number: usize,
    /// The requested page size.
    pub page_size: usize,
    /// The number of all matches on page 1, and 0 on every other page (page L4).
    pub total_count: usize,
    /// The records of the page.
    pub records: Rows<'a, Item<'a>>,
}

/// The answer.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "ListCallDetailRecordsResponse", rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
pub struct Success<'a> {
    code: &'static str,
    http_status_code: u16,
    message: &'static str,
    request_id: &'a str,
    data: Data<'a>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
struct Data<'a> {
    page_number: usize,
    page_size: usize,
    total_count: usize,
    list: Rows<'a, Item<'a>>,
}

impl<'a> Success<'a> {
    /// The answer with a page of records.
    pub fn of(envelope: &'a Envelope, page: Page<'a>, style: Style) -> Self {
        let Page { page_number, page_size, total_count, records } = page;
        Self {
            code: "OK",
            http_status_code: 200,
            message: message(style.success_message),
            request_id: &envelope.request_id,
            data: Data { page_number, page_size, total_count, list: records },
        }
    }
}
