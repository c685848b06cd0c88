//! What goes out: a call detail record with its 35 fields, the page around it, the envelope in JSON
//! or XML, and the gateway's headers (fact sheet 2).

use std::borrow::Cow;

use axum::extract::FromRequestParts;
use axum::http::header::{self, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Version};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesText, Event};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Value;
use sha1::{Digest, Sha1};

use super::NAME;
use super::auth::Caller;
use super::contract::{CallDuration, ContactTypeSpelling, SuccessMessage};
use super::error::ErrorBody;
use super::query::{Filter, Format, Instance, OrderBy, Parameters, contact_type, format};
use crate::dialects::alibaba::{self as data, CONTACT_TYPES_UPPER};
use crate::exchange::Context;
use crate::universe::{
    Agent, Call, Decimals, Direction, EndedBy, Millis, Ordinal, CallOutcome, Queue, RatingChannel,
};
use crate::urlencoded;
use crate::world::{View, World};

/// A text that is the scenario's or made up for the answer.
pub type Text<'a> = Cow<'a, str>;

/// How one answer writes its records.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    contact_type: ContactTypeSpelling,
    call_duration: CallDuration,
    success_message: SuccessMessage,
}

impl Style {
    /// As the world's readings say.
    pub fn of(world: &World) -> Self {
        Self {
            contact_type: world.reading(),
            call_duration: world.reading(),
            success_message: world.reading(),
        }
    }
}

/// A call as one instance shows it: every field through one accessor, the scenario's own value
/// first, for filters, sorts and answers alike.
pub struct Record<'a> {
    view: &'a View,
    ordinal: Ordinal,
    call: &'a Call,
    given: Option<&'a data::Call>,
    instance: &'a str,
}

impl<'a> Record<'a> {
    /// The record of a call, if the caller's account holds it in this instance.
    pub fn of(view: &'a View, ordinal: Ordinal, caller: &Caller, instance: &'a Instance) -> Option<Self> {
        let call = view.listed(ordinal, NAME, &caller.access_key_id)?;
        let given = call.data.as_ref().and_then(|data| data.alibaba.as_deref());
        let elsewhere = given.and_then(|g| g.instance_id.as_deref()).is_some_and(|id| id != instance.id);
        (!elsewhere).then_some(Self { view, ordinal, call, given, instance: &instance.id })
    }

    /// The call of a contact id.
    pub fn find(view: &View, contact_id: &str) -> Option<Ordinal> {
        view.by_wire_id(NAME, contact_id).or_else(|| {
            let ordinal = Decimals::<18>::of(view).ordinal(contact_id.strip_prefix("job-")?)?;
            // A call with an id of its own has no other.
            let call = view.call(ordinal)?;
            let own = call.data.as_ref().and_then(|data| data.alibaba.as_ref()?.contact_id.as_ref());
            own.is_none().then_some(ordinal)
        })
    }

    fn text(&self, field: impl Fn(&'a data::Call) -> Option<&'a String>) -> Option<&'a str> {
        self.given.and_then(field).map(String::as_str)
    }

    fn seconds(&self, field: impl Fn(&data::Call) -> Option<u64>, derived: Millis) -> u64 {
        self.given.and_then(field).unwrap_or(derived.as_seconds())
    }

    /// A call's contact id, whoever asks.
    pub fn wire_id(view: &View, ordinal: Ordinal) -> Option<String> {
        let call = view.call(ordinal)?;
        let given = call.data.as_ref().and_then(|data| data.alibaba.as_deref());
        Some(Record { view, ordinal, call, given, instance: "" }.contact_id().into_owned())
    }

    fn contact_id(&self) -> Text<'a> {
        self.text(|g| g.contact_id.as_ref()).map_or_else(
            || format!("job-{}", Decimals::<18>::of(self.view).id(self.ordinal)).into(),
            Text::from,
        )
    }

    fn contact_type(&self) -> &'a str {
        self.text(|g| g.contact_type.as_ref()).unwrap_or(match self.call.direction {
            Direction::Inbound => "Inbound",
            Direction::Outbound => "Outbound",
            Direction::Internal => "Internal",
        })
    }

    fn contact_disposition(&self) -> &'a str {
        self.text(|g| g.contact_disposition.as_ref()).unwrap_or(
            match (self.call.outcome, self.call.direction) {
                (CallOutcome::Answered, _) => "Success",
                (CallOutcome::Rejected, _) => "Reject",
                (CallOutcome::AbandonedIvr, _) => "AbandonedInIVR",
                (CallOutcome::AbandonedQueue, _) => "AbandonedInQueue",
                (CallOutcome::Voicemail, _) => "Voicemail",
                // Nobody at the centre picked up, which is not the customer's NoAnswer (page,
                // ContactDisposition).
                (CallOutcome::AbandonedRing, _) | (CallOutcome::NoAnswer, Direction::Inbound) => "AbandonedInRing",
                (CallOutcome::Busy | CallOutcome::Failed, Direction::Inbound) => "QueuingFailed",
                (CallOutcome::NoAnswer | CallOutcome::Busy | CallOutcome::Failed, _) => "NoAnswer",
            },
        )
    }

    fn early_media_state(&self) -> Option<&'a str> {
        // It says why the far end of an outgoing call was not connected.
        self.text(|g| g.early_media_state.as_ref()).or(match (self.call.outcome, self.call.direction) {
            (CallOutcome::Busy, Direction::Outbound) => Some("Busy"),
            (CallOutcome::Failed, Direction::Outbound) => Some("NotConnected"),
            _ => None,
        })
    }

    fn calling_number(&self) -> &'a str {
        self.text(|g| g.calling_number.as_ref()).unwrap_or(&self.call.from)
    }

    fn called_number(&self) -> &'a str {
        self.text(|g| g.called_number.as_ref()).unwrap_or(&self.call.to)
    }

    fn agent(&self) -> Option<&'a Agent> {
        self.call.agent.map(|agent| self.view.agent(agent))
    }

    fn queue(&self) -> Option<&'a Queue> {
        self.call.queue.map(|queue| self.view.queue(queue))
    }

    fn agent_ids(&self) -> Option<Text<'a>> {
        self.text(|g| g.agent_ids.as_ref()).map(Text::from).or_else(|| {
            let agent = self.agent()?;
            let given = agent.data.alibaba.as_ref().and_then(|g| g.agent_id.as_deref());
            Some(given.map_or_else(|| format!("{}@{}", agent.id, self.instance).into(), Text::from))
        })
    }

    fn agent_names(&self) -> Option<&'a str> {
        self.text(|g| g.agent_names.as_ref()).or_else(|| {
            let agent = self.agent()?;
            let given = agent.data.alibaba.as_ref().and_then(|g| g.agent_name.as_deref());
            Some(given.unwrap_or(&agent.name.display))
        })
    }

    fn skill_group_ids(&self) -> Option<Text<'a>> {
        self.text(|g| g.skill_group_ids.as_ref()).map(Text::from).or_else(|| {
            let queue = self.queue()?;
            let given = queue.data.alibaba.as_ref().and_then(|g| g.skill_group.as_deref());
            Some(given.map_or_else(|| format!("{}@{}", queue.id, self.instance).into(), Text::from))
        })
    }

    fn skill_group_names(&self) -> Option<&'a str> {
        self.text(|g| g.skill_group_names.as_ref()).or_else(|| {
            let queue = self.queue()?;
            let given = queue.data.alibaba.as_ref().and_then(|g| g.skill_group_name.as_deref());
            Some(given.unwrap_or(&queue.name))
        })
    }

    fn start_time(&self) -> i64 {
        self.given.and_then(|g| g.start_time).unwrap_or(self.call.at.timestamp_millis())
    }

    fn ring_time(&self) -> u64 {
        self.seconds(|g| g.ring_time, self.call.ring)
    }

    fn ivr_time(&self) -> u64 {
        self.seconds(|g| g.ivr_time, self.call.ivr)
    }

    fn queue_time(&self) -> u64 {
        self.seconds(|g| g.queue_time, self.call.wait)
    }

    fn talk_time(&self) -> u64 {
        self.seconds(|g| g.talk_time, self.call.talk)
    }

    fn dialing_time(&self) -> u64 {
        self.seconds(|g| g.dialing_time, self.call.dial)
    }

    /// Queue and ringing together; nothing for a caller who gave up while waiting (2.2).
    fn wait_time(&self) -> u64 {
        let abandoned = matches!(self.call.outcome, CallOutcome::AbandonedQueue | CallOutcome::AbandonedRing);
        self.given
            .and_then(|g| g.wait_time)
            .unwrap_or_else(|| if abandoned { 0 } else { self.queue_time() + self.ring_time() })
    }

    /// Inbound from the beginning, otherwise from the answer (2.2).
    fn call_duration(&self) -> u64 {
        self.given.and_then(|g| g.call_duration).unwrap_or_else(|| {
            let from = match self.call.direction {
                Direction::Inbound => Some(self.call.at),
                Direction::Outbound | Direction::Internal => self.call.answered_at(),
            };
            let lasted = from.map(|from| (self.call.ended_at() - from).num_seconds());
            lasted.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(0)
        })
    }

    fn satisfaction_index(&self) -> Option<i64> {
        let rating = self.call.rating.as_ref().map(|rating| rating.score);
        self.given.and_then(|g| g.satisfaction_index).or(rating)
    }

    fn satisfaction_description(&self) -> Option<&'a str> {
        let label = || self.call.rating.as_ref()?.label.as_deref();
        self.text(|g| g.satisfaction_description.as_ref()).or_else(label)
    }

    fn satisfaction_survey_channel(&self) -> Option<&'a str> {
        let channel = || match self.call.rating.as_ref()?.channel? {
            RatingChannel::Ivr => Some("IVR"),
            RatingChannel::Sms => Some("SMS"),
        };
        self.text(|g| g.satisfaction_survey_channel.as_ref()).or_else(channel)
    }

    /// Whether a search wants this record.
    pub fn passes(&self, filter: &Filter) -> bool {
        let any = |wanted: &Option<String>, ids: Option<Text<'_>>| {
            wanted.as_ref().is_none_or(|id| ids.is_some_and(|ids| ids.split(',').any(|one| one == id)))
        };
        let own_type = contact_type(self.contact_type());
        filter.contact_types.iter().all(|types| own_type.is_some_and(|t| types.contains(t)))
            && filter.dispositions.iter().all(|endings| endings.contains(self.contact_disposition()))
            && (filter.early_media_states.as_ref())
                .is_none_or(|states| self.early_media_state().is_some_and(|state| states.contains(state)))
            && filter.calling_number.as_ref().is_none_or(|number| self.calling_number() == number)
            && filter.called_number.as_ref().is_none_or(|number| self.called_number() == number)
            && (filter.number.as_ref()).is_none_or(|part| {
                self.calling_number().contains(part) || self.called_number().contains(part)
            })
            && (filter.agent_id.is_none() || any(&filter.agent_id, self.agent_ids()))
            && (filter.skill_group_id.is_none() || any(&filter.skill_group_id, self.skill_group_ids()))
            && (filter.scores.as_ref())
                .is_none_or(|scores| self.satisfaction_index().is_some_and(|score| scores.contains(&score)))
            && filter.survey_channel.is_none_or(|channel| self.satisfaction_survey_channel() == Some(channel))
            && (filter.descriptions.as_ref())
                .is_none_or(|all| self.satisfaction_description().is_some_and(|text| all.contains(text)))
    }

    /// What a list is ordered by.
    pub fn key(&self, order: OrderBy) -> i64 {
        let seconds = match order {
            OrderBy::StartTime => return self.start_time(),
            OrderBy::CallDuration => self.call_duration(),
            OrderBy::RingTime => self.ring_time(),
            OrderBy::TalkTime => self.talk_time(),
            OrderBy::DialingTime => self.dialing_time(),
            OrderBy::IvrTime => self.ivr_time(),
            OrderBy::QueueTime => self.queue_time(),
        };
        i64::try_from(seconds).unwrap_or(i64::MAX)
    }

    /// The record as it goes out.
    pub fn item(&self, style: Style) -> Item<'a> {
        let own_type = self.contact_type();
        let given = self.given;
        // A voicemail was never connected, so it has no recording here (2.2); the vendor keeps it
        // elsewhere.
        let recording = self.call.recording.as_ref().filter(|_| self.call.answered_at().is_some());
        Item {
            contact_disposition: self.contact_disposition(),
            contact_type: match (style.contact_type, self.text(|g| g.contact_type.as_ref())) {
                // What the scenario says is shown as written.
                (_, Some(_)) | (ContactTypeSpelling::Outbound, None) => own_type,
                (ContactTypeSpelling::Upper, None) => {
                    let upper =
                        CONTACT_TYPES_UPPER.iter().find(|upper| contact_type(upper) == Some(own_type));
                    upper.copied().unwrap_or(own_type)
                }
            },
            established_time: given
                .and_then(|g| g.established_time)
                .or_else(|| self.call.answered_at().map(|at| at.timestamp_millis())),
            called_number: self.called_number(),
            additional_broker: self.text(|g| g.additional_broker.as_ref()),
            satisfaction_index: self.satisfaction_index().unwrap_or(0),
            satisfaction_survey_channel: self.satisfaction_survey_channel(),
            release_time: given
                .and_then(|g| g.release_time)
                .unwrap_or_else(|| self.call.ended_at().timestamp_millis()),
            wait_time: self.wait_time(),
            skill_group_names: self.skill_group_names(),
            ivr_time: self.ivr_time(),
            satisfaction_description: self.satisfaction_description(),
            release_initiator: self.text(|g| g.release_initiator.as_ref()).or(match self.call.ended_by {
                Some(EndedBy::Agent) => Some("agent"),
                Some(EndedBy::Customer) => Some("customer"),
                // Nobody says what stands here then.
                Some(EndedBy::System) | None => None,
            }),
            agent_ids: self.agent_ids(),
            call_duration: Duration(self.call_duration(), style.call_duration),
            recording_ready: given.and_then(|g| g.recording_ready).unwrap_or(recording.is_some()),
            instance_id: self.text(|g| g.instance_id.as_ref()).unwrap_or(self.instance),
            ring_time: self.ring_time(),
            satisfaction_survey_offered: given
                .and_then(|g| g.satisfaction_survey_offered)
                .unwrap_or(self.call.rating.is_some()),
            agent_names: self.agent_names(),
            start_time: self.start_time(),
            contact_id: self.contact_id(),
            recording_duration: self
                .seconds(|g| g.recording_duration, recording.map(|r| r.duration).unwrap_or_default()),
            calling_number: self.calling_number(),
            queue_time: self.queue_time(),
            broker: self.text(|g| g.broker.as_ref()),
            skill_group_ids: self.skill_group_ids(),
            caller_location: self.text(|g| g.caller_location.as_ref()),
            callee_location: self.text(|g| g.callee_location.as_ref()),
            early_media_state: self.early_media_state(),
            call_ids: self.text(|g| g.call_ids.as_ref()),
            dialing_time: self.dialing_time(),
            held_time: self.seconds(|g| g.held_time, self.call.hold),
            release_reason: self.text(|g| g.release_reason.as_ref()),
            talk_time: self.talk_time(),
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
    skill_group_names: Option<&'a str>,
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
    agent_names: Option<&'a str>,
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

/// The page knows nothing of five fields (2.2): they are served, but not promised.
fn promised(schema: &mut Schema) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| !["DialingTime", "HeldTime", "TalkTime"].iter().any(|sdks| name == sdks));
    }
}

/// `CallDuration`: a string on the page, an integer in a sibling operation (6).
#[derive(Debug)]
struct Duration(u64, CallDuration);

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            CallDuration::String => serializer.collect_str(&self.0),
            CallDuration::Integer => serializer.serialize_u64(self.0),
        }
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Text<'static> {
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
    /// From 1.
    pub page_number: usize,
    /// As asked for.
    pub page_size: usize,
    /// All matches on page 1, 0 on every other (page L4).
    pub total_count: usize,
    /// The records.
    pub records: Vec<Item<'a>>,
}

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
    list: Vec<Item<'a>>,
}

/// What surrounds every answer: its format, its ids and the gateway's headers.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// JSON, unless XML was asked for.
    pub format: Format,
    /// An upper-case UUID (B16).
    pub request_id: String,
    /// The host as the client sent it.
    pub host: String,
    trace_id: String,
    /// Not where the client will close, nor in HTTP/2, which has no connection headers.
    keep_alive: bool,
}

impl Envelope {
    /// The envelope of a request's answer.
    pub fn of(request: &Parts) -> Self {
        let ids = Context::of(request).world.ids();
        let asked = Parameters::of(request).and_then(|parameters| format(&parameters)).unwrap_or_else(|_| {
            // What is malformed elsewhere in the query does not hide what it says of the format.
            let query = urlencoded::lossy(request.uri.query().unwrap_or_default());
            let xml =
                query.into_iter().any(|(name, value)| name == "Format" && value.eq_ignore_ascii_case("xml"));
            if xml { Format::Xml } else { Format::Json }
        });
        let host = request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let authority = || request.uri.authority().map(ToString::to_string);
        Self {
            format: asked,
            request_id: ids.uuid().to_string().to_uppercase(),
            host: host.map(str::to_owned).or_else(authority).unwrap_or_default(),
            trace_id: ids.uuid().simple().to_string(),
            keep_alive: request.version == Version::HTTP_11 && !closes(&request.headers),
        }
    }

    /// The same for an answer after which the connection is closed.
    #[must_use]
    pub fn closing(self) -> Self {
        Self { keep_alive: false, ..self }
    }

    /// A page of records as the answer.
    pub fn success(&self, page: Page<'_>, style: Style) -> Response {
        let Page { page_number, page_size, total_count, records } = page;
        let success = Success {
            code: "OK",
            http_status_code: 200,
            message: match style.success_message {
                SuccessMessage::Documented => "无",
                SuccessMessage::Empty => "",
                SuccessMessage::Success => "success",
            },
            request_id: &self.request_id,
            data: Data { page_number, page_size, total_count, list: records },
        };
        self.answer(match self.format {
            Format::Json => serde_json::to_string(&success).expect("texts and numbers are JSON"),
            Format::Xml => {
                let body = quick_xml::se::to_string(&success).expect("every member has a name XML can have");
                format!("{XML}{}", as_xml(&body))
            }
        })
    }

    /// A body with the gateway's headers (2.5).
    pub fn answer(&self, body: String) -> Response {
        let kind = match self.format {
            Format::Json => "application/json;charset=utf-8",
            // The SDKs compare this to the letter.
            Format::Xml => "text/xml;charset=utf-8",
        };
        let tag = format!("\"{}\"", BASE64.encode(Sha1::digest(&body)));
        let mut response = body.into_response();
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        set(header::CONTENT_TYPE, kind);
        if self.keep_alive {
            set(header::CONNECTION, "keep-alive");
            set(HeaderName::from_static("keep-alive"), "timeout=25");
        }
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        set(header::ACCESS_CONTROL_EXPOSE_HEADERS, "*");
        set(HeaderName::from_static("x-acs-request-id"), &self.request_id);
        set(HeaderName::from_static("x-acs-trace-id"), &self.trace_id);
        set(header::ETAG, &tag);
        response
    }
}

/// Whether a client said that this is its last request on the connection.
fn closes(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|token| token.trim().eq_ignore_ascii_case("close"))
}

impl<S: Sync> FromRequestParts<S> for Envelope {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(request))
    }
}

const XML: &str = "<?xml version='1.0' encoding='UTF-8'?>";

/// An error as the gateway writes XML: members in order, the recommendation as CDATA (2.5).
pub fn error_xml(error: &ErrorBody<'_>) -> String {
    let mut writer = Writer::new(Vec::new());
    let written = writer.create_element("Error").write_inner_content(|writer| {
        let mut text = |name: &str, value: &str| {
            let value = as_xml(value);
            writer.create_element(name).write_text_content(BytesText::new(&value)).map(drop)
        };
        text("RequestId", error.request_id)?;
        error.host_id.map_or(Ok(()), |host| text("HostId", host))?;
        text("Code", error.code)?;
        text("Message", error.message)?;
        error.http_status_code.map_or(Ok(()), |status| text("HttpStatusCode", &status.to_string()))?;
        if let Some(link) = &error.recommend {
            writer.create_element("Recommend").write_cdata_content(BytesCData::new(link.as_str()))?;
        }
        if let Some(detail) = &error.access_denied_detail {
            writer.create_element("AccessDeniedDetail").write_inner_content(|writer| {
                let mut text = |name: &str, value: &str| {
                    writer.create_element(name).write_text_content(BytesText::new(value)).map(drop)
                };
                text("AuthAction", detail.auth_action)?;
                text("NoPermissionType", detail.no_permission_type)?;
                text("PolicyType", detail.policy_type)
            })?;
        }
        Ok(())
    });
    if let Err(error) = written.and_then(|writer| writer.write_event(Event::Eof)) {
        unreachable!("a Vec takes every byte: {error}");
    }
    format!("{XML}{}", String::from_utf8_lossy(&writer.into_inner()))
}

/// A text of the characters that XML 1.0 has (its production `Char`); the others cannot even be
/// escaped.
fn as_xml(text: &str) -> Text<'_> {
    let allowed =
        |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(allowed) {
        return text.into();
    }
    text.chars().map(|c| if allowed(c) { c } else { char::REPLACEMENT_CHARACTER }).collect::<String>().into()
}
