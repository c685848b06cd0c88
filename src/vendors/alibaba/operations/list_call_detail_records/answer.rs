//! The answer of `ListCallDetailRecords`: records with 35 fields each, and the page around them
//! (fact sheet 2).

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::super::super::gateway::Envelope;
use super::super::super::readings::{CallDuration, ContactTypeSpelling, SuccessMessage};
use super::super::super::records::{Record, in_capitals, message};
use crate::vendor::{AsText, Buffer, Put, Rows, Text, row, written};
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

row! {
    /// A record: the page's 30 fields in its example's order, then the five that only the SDK knows
    /// (2.2). Texts and times without a value are left out, counts are 0, flags false (B14).
    #[derive(Debug)]
    #[schemars(deny_unknown_fields, transform = promised)]
    pub struct Item<'a> {
        "ContactDisposition" = contact_disposition: &'a str,
        "ContactType" = contact_type: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        "EstablishedTime" = established_time: Option<i64>,
        "CalledNumber" = called_number: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        "AdditionalBroker" = additional_broker: Option<&'a str>,
        "SatisfactionIndex" = satisfaction_index: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        "SatisfactionSurveyChannel" = satisfaction_survey_channel: Option<&'a str>,
        "ReleaseTime" = release_time: i64,
        "WaitTime" = wait_time: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        "SkillGroupNames" = skill_group_names: Option<Text<'a>>,
        "IvrTime" = ivr_time: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        "SatisfactionDescription" = satisfaction_description: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "ReleaseInitiator" = release_initiator: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "AgentIds" = agent_ids: Option<Text<'a>>,
        "CallDuration" = call_duration: Duration,
        "RecordingReady" = recording_ready: bool,
        "InstanceId" = instance_id: &'a str,
        "RingTime" = ring_time: u64,
        "SatisfactionSurveyOffered" = satisfaction_survey_offered: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        "AgentNames" = agent_names: Option<Text<'a>>,
        "StartTime" = start_time: i64,
        "ContactId" = contact_id: Text<'a>,
        "RecordingDuration" = recording_duration: u64,
        "CallingNumber" = calling_number: &'a str,
        "QueueTime" = queue_time: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        "Broker" = broker: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "SkillGroupIds" = skill_group_ids: Option<Text<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "CallerLocation" = caller_location: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "CalleeLocation" = callee_location: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "EarlyMediaState" = early_media_state: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "CallIds" = call_ids: Option<&'a str>,
        "DialingTime" = dialing_time: u64,
        "HeldTime" = held_time: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        "ReleaseReason" = release_reason: Option<&'a str>,
        "TalkTime" = talk_time: u64,
    }
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
pub fn item(world: &World, record: &Record<'_>) -> Vec<u8> {
    written(&Item::of(record, Style::of(world)), 800)
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

impl Put for Duration {
    fn put(&self, out: &mut Buffer) {
        match self.1 {
            CallDuration::String => AsText(self.0).put(out),
            CallDuration::Integer => self.0.put(out),
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

row! {
    /// The answer.
    #[serde(rename = "ListCallDetailRecordsResponse")]
    #[schemars(deny_unknown_fields)]
    pub struct Success<'a> {
        "Code" = code: &'static str,
        "HttpStatusCode" = http_status_code: u16,
        "Message" = message: &'static str,
        "RequestId" = request_id: &'a str,
        "Data" = data: Data<'a>,
    }
}

row! {
    #[schemars(deny_unknown_fields)]
    struct Data<'a> {
        "PageNumber" = page_number: usize,
        "PageSize" = page_size: usize,
        "TotalCount" = total_count: usize,
        "List" = list: Rows<'a, Item<'a>>,
    }
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
