//! `GetCallDetailRecord`: one call's record, with the events of its agent, its queue and its
//! customer. `G1`, `E4`, `P3` and the like are rows of the fact sheet on this operation.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::super::call_centre::{Instance, call_centre_refusals};
use super::super::gateway::{Action, Caller, Envelope, Gateway, Refused, describe_action, note_parameters};
use super::super::readings::{CallUnderWay, ContactTypeSpelling, SuccessMessage, UnknownContact};
use super::super::records::{Record, Text, in_capitals, message, tells_of_times_and_people};
use crate::contract::{Operation, Readings, Route, behaviors};
use crate::universe::{CallOutcome, Direction};
use crate::vendor::openapi::{Document, query};
use crate::vendor::{
    AnyRefusal, BySerde, Context, Endpoint, Field, Neutral, Outcome, Tells, checked, handler, shows_ended,
};
use crate::vendors::alibaba::name::NAME;

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "get_call_detail_record",
        route: Route::Action {
            methods: &["GET", "POST"],
            path: "/",
            parameter: "Action",
            name: "GetCallDetailRecord",
        },
        page: "https://api.aliyun.com/document/CCC/2020-07-01/GetCallDetailRecord",
        summary: "Shows the call detail record of one call (`Action=GetCallDetailRecord`).",
        source: "the vendor's OpenAPI metadata of 2024-08-14 (section 3)",
        open: false,
        behaviors: BEHAVIORS,
        refusals: REFUSALS,
    },
    handler: handler!(get_call_detail_record),
    refusals: samples,
    describe,
    shows: shows_ended,
    tells,
};

behaviors! {
    in "alibaba.get_call_detail_record";

    SHOWN = "shown", 200, Documented, "G1-G25",
        "The record of a call that is over.";
    PARTIAL = "partial", 200, Choice, "P2, P4",
        "The record of a call under way, without its end (reading `alibaba.call_under_way: partial`).";
    NO_DATA = "no_data", 200, Choice, "P1, P3",
        "No `Data` for a call that is not there (reading `alibaba.unknown_contact: no_data`).";
}

call_centre_refusals! {
    in "alibaba.get_call_detail_record", of request;

    MissingContactId = "missing_contact_id", 400 Inferred, "N3",
        "No `ContactId`, or an empty one.",
        "ContactId is mandatory for this action.", "MissingContactId";
    CallNotFound(String = "job-1".to_owned()) = "call_not_found", 404 Choice changing, "P3; the code of 17 sibling operations",
        "A call that does not exist, or whose record is not there before its end.",
        "The call {0} does not exist.", "NotExists.JobId";
    ParameterBlank(String = "ContactId".to_owned()) = "parameter_blank", 400 Documented fault, "the vendor's OpenAPI metadata",
        "A parameter that must not be blank; the gateway is first to say so here.",
        "The parameter {0} must not be null or empty.", "Parameter.Blank";
}

const PARAMETERS: [&str; 2] = ["InstanceId", "ContactId"];

/// The `ContactId` of the request. Checking it is the gateway's last check.
struct Asked {
    contact_id: String,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let Gateway { parameters } = checked(request).await?;
        note_parameters(request, &PARAMETERS);
        let required = |name: &'static str, missing: Error| {
            Ok::<_, AnyRefusal>(parameters.get(name)?.ok_or(missing)?.to_owned())
        };
        required("InstanceId", Error::MissingInstanceId)
            .and_then(|_| required("ContactId", Error::MissingContactId))
            .map(|contact_id| Self { contact_id })
            .map_err(|refusal| Refused::of(request, refusal))
    }
}

/// Shows one record. The arguments are the gateway's checks, then the call centre's.
async fn get_call_detail_record(
    _: Gateway,
    caller: Caller,
    asked: Asked,
    instance: Instance<Error>,
    envelope: Envelope,
    context: Context,
    request: Parts,
) -> Response {
    let (world, view) = (&context.world, context.view());
    let style = Style { contact_type: world.reading(), success_message: world.reading() };
    let found = Record::find(&view, &asked.contact_id);
    let over = found.and_then(|call| Record::of(&view, call, &caller.access_key_id, &instance.id));
    let under_way = || {
        let partial = world.reading::<CallUnderWay>() == CallUnderWay::Partial;
        let call = found.filter(|_| partial)?;
        Record::under_way(&view, call, &caller.access_key_id, &instance.id)
    };
    let answer = |data: Option<CallDetailRecord<'_>>| {
        let answer = CallDetailRecordResponse {
            code: "OK",
            http_status_code: 200,
            message: message(style.success_message),
            request_id: &envelope.request_id,
            data,
        };
        envelope.success(&BySerde(&answer), 2048)
    };
    let shows = || found.into_iter().for_each(|call| world.showed(NAME, call));
    match (over, world.reading()) {
        (Some(record), _) => {
            shows();
            (Outcome(&SHOWN), answer(Some(CallDetailRecord::of(&record, style, None)))).into_response()
        }
        (None, unknown) => match (under_way(), unknown) {
            (Some(record), _) => {
                shows();
                let data = CallDetailRecord::of(&record, style, Some(view.now()));
                (Outcome(&PARTIAL), answer(Some(data))).into_response()
            }
            (None, UnknownContact::NoData) => (Outcome(&NO_DATA), answer(None)).into_response(),
            (None, UnknownContact::Error) => {
                Refused::of(&request, Error::CallNotFound(asked.contact_id)).into_response()
            }
        },
    }
}

/// The readings that affect the answer.
#[derive(Clone, Copy)]
struct Style {
    contact_type: ContactTypeSpelling,
    success_message: SuccessMessage,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "GetCallDetailRecordResponse", rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
struct CallDetailRecordResponse<'a> {
    code: &'static str,
    http_status_code: u16,
    message: &'static str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<CallDetailRecord<'a>>,
}

/// The record, with its members in the metadata's order (G1-G25). Texts and times without a value
/// are left out (B14).
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
struct CallDetailRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    release_initiator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_disposition: Option<&'a str>,
    contact_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_ids: Option<Text<'a>>,
    call_duration: u64,
    recording_ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    established_time: Option<i64>,
    instance_id: &'a str,
    satisfaction_survey_offered: bool,
    called_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_names: Option<Text<'a>>,
    satisfaction: i64,
    start_time: i64,
    contact_id: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    satisfaction_survey_channel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release_time: Option<i64>,
    calling_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    skill_group_names: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skill_group_ids: Option<Text<'a>>,
    agent_events: Vec<AgentEvents<'a>>,
    ivr_events: Vec<IvrEvents>,
    queue_events: Vec<QueueEvents<'a>>,
    customer_events: Vec<CustomerEvents<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller_location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callee_location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    early_media_state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release_reason: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
struct AgentEvents<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skill_group_id: Option<Text<'a>>,
    event_sequence: Vec<TimedEvent>,
}

/// An event of an agent, with the seconds until the agent's next event (E7).
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
struct TimedEvent {
    event: &'static str,
    event_time: i64,
    duration: i64,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
struct Event {
    event: &'static str,
    event_time: i64,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
struct IvrEvents {
    flow_id: String,
    event_sequence: Vec<Event>,
    flow_type: &'static str,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
struct QueueEvents<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_name: Option<&'a str>,
    flow_id: String,
    /// The type of the queue: 1 for a skill group.
    queue_type: i32,
    event_sequence: Vec<Event>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
struct CustomerEvents<'a> {
    customer_id: &'a str,
    event_sequence: Vec<Event>,
}

impl<'a> CallDetailRecord<'a> {
    /// The data of a record. For a call under way, `now` is its present time, and later events and
    /// members are left out.
    fn of(record: &Record<'a>, style: Style, now: Option<DateTime<Utc>>) -> Self {
        let (under_way, own_type) = (now.is_some(), record.contact_type());
        let happened = |millis: &i64| now.is_none_or(|now| *millis <= now.timestamp_millis());
        Self {
            release_initiator: record.release_initiator().filter(|_| !under_way),
            contact_disposition: (!under_way).then(|| record.contact_disposition()),
            // In capitals here but not in the list, because each operation's material has it so.
            // The reading changes both (G3).
            contact_type: match style.contact_type {
                ContactTypeSpelling::Outbound => in_capitals(own_type),
                ContactTypeSpelling::Upper => own_type,
            },
            agent_ids: record.agent_ids(),
            call_duration: if under_way { 0 } else { record.call_duration() },
            recording_ready: !under_way && record.recording_ready(),
            established_time: record.established_time().filter(happened),
            instance_id: record.instance_id(),
            satisfaction_survey_offered: !under_way && record.satisfaction_survey_offered(),
            called_number: record.called_number(),
            agent_names: record.agent_names(),
            satisfaction: if under_way { 0 } else { record.satisfaction_index().unwrap_or(0) },
            start_time: record.start_time(),
            contact_id: record.contact_id(),
            satisfaction_survey_channel: record.satisfaction_survey_channel().filter(|_| !under_way),
            release_time: (!under_way).then(|| record.release_time()),
            calling_number: record.calling_number(),
            skill_group_names: record.skill_group_names(),
            skill_group_ids: record.skill_group_ids(),
            agent_events: agent_events(record, happened),
            ivr_events: ivr_events(record, happened),
            queue_events: queue_events(record, happened),
            customer_events: customer_events(record, happened),
            caller_location: record.text(|g| g.caller_location.as_ref()),
            callee_location: record.text(|g| g.callee_location.as_ref()),
            early_media_state: record.early_media_state().filter(|_| !under_way),
            release_reason: release_reason(record).filter(|_| !under_way),
        }
    }
}

/// A SIP code with its text, in the form of the list's example (G25).
fn release_reason<'a>(record: &Record<'a>) -> Option<&'a str> {
    record.text(|g| g.release_reason.as_ref()).or(match record.call().outcome {
        CallOutcome::Answered => Some("200 - OK"),
        CallOutcome::Busy => Some("486:USER_BUSY"),
        CallOutcome::Rejected => Some("603 - Decline"),
        CallOutcome::NoAnswer => Some("480 - Temporarily Unavailable"),
        _ => None,
    })
}

/// The start times of a call's phases, in milliseconds since 1970.
struct Moments {
    began: i64,
    dialled: i64,
    queued: i64,
    assigned: i64,
    established: Option<i64>,
    released: i64,
}

impl Moments {
    fn of(record: &Record<'_>) -> Self {
        let (call, began) = (record.call(), record.start_time());
        let queued = began + i64::from(call.ivr.0);
        Self {
            began,
            dialled: began + i64::from(call.dial.0),
            queued,
            assigned: queued + i64::from(call.wait.0),
            established: record.established_time(),
            released: record.release_time(),
        }
    }
}

/// The events of the agent: dialing or ringing, answer and end (E4, E5).
fn agent_events<'a>(record: &Record<'a>, happened: impl Fn(&i64) -> bool) -> Vec<AgentEvents<'a>> {
    let (call, at) = (record.call(), Moments::of(record));
    let assigned = call.agent.is_some() && call.outcome != CallOutcome::AbandonedIvr;
    if !assigned || call.outcome == CallOutcome::AbandonedQueue {
        return vec![];
    }
    let first = match call.direction {
        Direction::Inbound => ("Ringing", at.assigned),
        Direction::Outbound | Direction::Internal => ("Dialing", at.began),
    };
    let answered = at.established.map(|established| ("Established", established));
    let events: Vec<_> = std::iter::once(first)
        .chain(answered)
        .chain([("Released", at.released)])
        .filter(|(_, time)| happened(time))
        .collect();
    let next = |n: usize| events.get(n + 1).map_or(0, |(_, next)| (next - events[n].1) / 1000);
    let event_sequence = (0..events.len())
        .map(|n| TimedEvent { event: events[n].0, event_time: events[n].1, duration: next(n) })
        .collect();
    vec![AgentEvents {
        agent_name: record.agent_name(),
        agent_id: record.agent_id(),
        skill_group_id: record.skill_group_id(),
        event_sequence,
    }]
}

fn events(all: impl IntoIterator<Item = (&'static str, i64)>, happened: impl Fn(&i64) -> bool) -> Vec<Event> {
    let all = all.into_iter().filter(|(_, time)| happened(time));
    all.map(|(event, event_time)| Event { event, event_time }).collect()
}

fn ivr_events(record: &Record<'_>, happened: impl Fn(&i64) -> bool) -> Vec<IvrEvents> {
    let (call, at) = (record.call(), Moments::of(record));
    if call.direction != Direction::Inbound {
        return vec![];
    }
    let gave_up = (call.outcome == CallOutcome::AbandonedIvr).then_some(("Abandoned", at.released));
    let all = std::iter::once(("Route2IVR", at.began)).chain(gave_up);
    vec![IvrEvents {
        flow_id: record.flow_id(),
        event_sequence: events(all, happened),
        flow_type: "MAIN_FLOW",
    }]
}

fn queue_events<'a>(record: &Record<'a>, happened: impl Fn(&i64) -> bool) -> Vec<QueueEvents<'a>> {
    let (call, at) = (record.call(), Moments::of(record));
    let entered = call.queue.is_some() && call.outcome != CallOutcome::AbandonedIvr;
    if call.direction != Direction::Inbound || !entered {
        return vec![];
    }
    let assigned = call.agent.is_some().then_some(("AssignAgent", at.assigned));
    let (assigned, end) = match call.outcome {
        CallOutcome::AbandonedQueue => (None, Some("Abandoned")),
        CallOutcome::AbandonedRing | CallOutcome::NoAnswer => (assigned, Some("GiveUp")),
        CallOutcome::Busy | CallOutcome::Failed => (None, Some("QueueingOverflow")),
        CallOutcome::Voicemail => (None, Some("QueueingTimeout")),
        _ => (assigned, None),
    };
    let end = end.map(|event| (event, at.released));
    let all = std::iter::once(("Enqueue", at.queued)).chain(assigned).chain(end);
    vec![QueueEvents {
        queue_id: record.skill_group_id(),
        queue_name: record.skill_group_name(),
        flow_id: record.flow_id(),
        queue_type: 1,
        event_sequence: events(all, happened),
    }]
}

/// The events of the customer: ringing for an outbound call, answer and end (E3, E4, E5).
fn customer_events<'a>(record: &Record<'a>, happened: impl Fn(&i64) -> bool) -> Vec<CustomerEvents<'a>> {
    let (call, at) = (record.call(), Moments::of(record));
    let (customer_id, rung) = match call.direction {
        Direction::Internal => return vec![],
        Direction::Inbound => (record.calling_number(), None),
        Direction::Outbound => (record.called_number(), Some(("Ringing", at.dialled))),
    };
    let answered = at.established.map(|established| ("Established", established));
    let all = rung.into_iter().chain(answered).chain([("Released", at.released)]);
    vec![CustomerEvents { customer_id, event_sequence: events(all, happened) }]
}

/// How precisely the record tells a field of the neutral call. It does not tell the durations of
/// single phases.
fn tells(call: &Neutral, field: Field) -> Tells {
    match field {
        Field::Dial
        | Field::Ivr
        | Field::Wait
        | Field::Ring
        | Field::Talk
        | Field::Hold
        | Field::RatingLabel
        | Field::RecordingDuration => Tells::Nothing,
        field => tells_of_times_and_people(call, field),
    }
}

fn describe(document: &mut Document, operation: &'static Operation, _: &Readings) {
    let text = json!({ "type": "string" });
    let own = Action {
        parameters: vec![query("InstanceId", true, &text), query("ContactId", true, &text)],
        names: &PARAMETERS,
        success: document.schema::<CallDetailRecordResponse<'_>>(),
        examples: vec![],
    };
    describe_action(document, operation, own);
}
