//! What goes out: a call as commubo's page shows it (L76-131), key order included.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use futures_util::Stream;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::name::NAME;
use super::readings::{Numbers, Unset, VoiceIdKey};
use crate::dialects::commubo::{self as data, Digits};
use crate::universe::{self, CallOutcome, Decimals, Direction, Ordinal, Ref};
use crate::vendor::{Field, Neutral, Precision, Tells};
use crate::world::{View, World};

/// Japan's time, all year (A6).
pub const JAPAN: FixedOffset = FixedOffset::east_opt(9 * 3600).expect("nine hours is an offset");

/// How much of customers and operators to show (page L27-37).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Expand {
    #[default]
    None,
    Customer,
    Operator,
    All,
}

impl Expand {
    /// As the parameter `expand` has it.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Expand::None),
            "customer" => Some(Expand::Customer),
            "operator" => Some(Expand::Operator),
            "all" => Some(Expand::All),
            _ => None,
        }
    }

    /// Whether customers are shown whole.
    pub fn customer(self) -> bool {
        matches!(self, Expand::Customer | Expand::All)
    }

    /// Whether operators are shown whole.
    pub fn operator(self) -> bool {
        matches!(self, Expand::Operator | Expand::All)
    }
}

/// How one answer writes its calls.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    expand: Expand,
    numbers: Numbers,
    voice_id_key: VoiceIdKey,
    /// How what a call has not is shown, where the page has no rule.
    pub unset: Unset,
}

impl Style {
    /// As the world's readings say.
    pub fn of(world: &World, expand: Expand) -> Self {
        Self { expand, numbers: world.reading(), voice_id_key: world.reading(), unset: world.reading() }
    }
}

/// How many bytes of calls are written before they are handed to the socket.
const CHUNK: usize = 32 << 10;

/// How many calls are looked at before others get their turn.
const LOOKED_AT: usize = 4096;

/// A bare JSON array of the calls that are shown. A list that fits in a chunk is sent whole; a
/// longer one is written as fast as its client reads, so that no list stands in memory as one text.
pub fn array<I, F>(view: View, calls: I, is_shown: F, style: Style) -> Response
where
    I: Iterator<Item = Ordinal> + Send + Unpin + 'static,
    F: Fn(&Ordinal) -> bool + Send + Unpin + 'static,
{
    let mut chunks = Chunks { view, calls, is_shown, style, chunk: vec![], open: false, done: false };
    chunks.fill();
    let body =
        if chunks.done { Body::from(std::mem::take(&mut chunks.chunk)) } else { Body::from_stream(chunks) };
    // The page's header is exactly this, without a charset (L72).
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

struct Chunks<I, F> {
    view: View,
    calls: I,
    is_shown: F,
    style: Style,
    chunk: Vec<u8>,
    open: bool,
    done: bool,
}

impl<I: Iterator<Item = Ordinal>, F: Fn(&Ordinal) -> bool> Chunks<I, F> {
    /// Writes calls until there is a chunk of them, none is left, or others should have their turn.
    fn fill(&mut self) {
        for _ in 0..LOOKED_AT {
            if self.chunk.len() >= CHUNK {
                return;
            }
            let Some(ordinal) = self.calls.next() else {
                self.done = true;
                self.chunk.extend_from_slice(if self.open { b"]" } else { b"[]" });
                return;
            };
            if !(self.is_shown)(&ordinal) {
                continue;
            }
            let Some(call) = Call::of(&self.view, ordinal, self.style) else { continue };
            self.chunk.push(if self.open { b',' } else { b'[' });
            self.open = true;
            if let Err(error) = serde_json::to_writer(&mut self.chunk, &call) {
                unreachable!("a call has only text keys and a Vec takes every byte: {error}");
            }
        }
    }
}

impl<I, F> Stream for Chunks<I, F>
where
    I: Iterator<Item = Ordinal> + Unpin,
    F: Fn(&Ordinal) -> bool + Unpin,
{
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.chunk.len() < CHUNK && !self.done {
            self.fill();
        }
        if self.chunk.len() < CHUNK && !self.done {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let chunk = std::mem::take(&mut self.chunk);
        Poll::Ready((!chunk.is_empty()).then(|| Ok(chunk.into())))
    }
}

/// A call. Absent information is left out, never null (F3, F6, F7, F9, F10); for operator, scenario
/// and note the page does not say so (L309-426), and reading `commubo.unset` has them empty.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Call<'a> {
    call_id: Text<'a>,
    call_type: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    related_call_id: Option<Text<'a>>,
    phone_number: &'a str,
    call_date_time: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connected_date_time: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    talk_time: Option<Number>,
    connect_result: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    check_point: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<Customer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<Operator<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<Scenario<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

type Text<'a> = std::borrow::Cow<'a, str>;

impl<'a> Call<'a> {
    /// A call as it is now: of one under way, what has not happened yet is left out.
    pub fn of(view: &'a View, ordinal: Ordinal, style: Style) -> Option<Self> {
        let call = view.call(ordinal)?;
        let (over, now) = (call.is_over(view.now()), view.now());
        let answered_at = call.answered_at().filter(|at| over || *at <= now);
        let given = given(call);
        let number = |n| Number(n, style.numbers);
        let empty = style.unset == Unset::Empty;
        let derived_type = match call.direction {
            Direction::Outbound => 1,
            Direction::Inbound | Direction::Internal => 0,
        };
        Some(Self {
            call_id: call_id(view, ordinal)?,
            call_type: number(given.and_then(|g| g.call_type).map_or(derived_type, |Digits(n)| n)),
            related_call_id: match given.and_then(|g| g.related_call_id.as_deref()) {
                Some(id) => Some(id.into()),
                None => call
                    .parent
                    .filter(|parent| is_shown(view, *parent))
                    .and_then(|parent| call_id(view, parent)),
            },
            phone_number: given.and_then(|g| g.phone_number.as_deref()).unwrap_or(match call.direction {
                Direction::Outbound => &call.to,
                Direction::Inbound | Direction::Internal => &call.from,
            }),
            call_date_time: given
                .and_then(|g| g.call_date_time.as_deref())
                .map_or_else(|| in_japan(call.at).into(), Text::from),
            connected_date_time: given
                .and_then(|g| g.connected_date_time.as_deref())
                .map(Text::from)
                .or_else(|| answered_at.map(|at| in_japan(at).into())),
            talk_time: given
                .and_then(|g| g.talk_time)
                .map(|Digits(n)| n)
                // Reached and nothing said is "0", not absent (A23).
                .or_else(|| answered_at.map(|_| call.talk.as_seconds()))
                .filter(|_| over)
                .map(number),
            connect_result: given.and_then(|g| g.connect_result.as_deref()).unwrap_or(match answered_at {
                None if !over => "",
                _ => connect_result(call.outcome),
            }),
            check_point: given.and_then(|g| g.check_point.as_deref()),
            customer: call.customer.map(|customer| Customer::of(view, customer, style)),
            operator: match call.agent {
                Some(agent) => Some(Operator::of(view, agent, style)),
                None => empty.then(|| Operator { operator_id: "".into(), details: None }),
            },
            scenario: match call.queue {
                Some(queue) => Some(Scenario::of(view, queue)),
                None => empty.then(|| Scenario { scenario_id: "".into() }),
            },
            note: given.and_then(|g| g.note.as_deref()).or(call.note.as_deref()).or(empty.then_some("")),
        })
    }
}

/// What the scenario says a call is at commubo.
fn given(call: &universe::Call) -> Option<&data::Call> {
    call.data.as_ref()?.commubo.as_deref()
}

/// Whether commubo has a call at all: one between a tenant and an outside party.
fn is_shown(view: &View, ordinal: Ordinal) -> bool {
    view.call(ordinal).is_some_and(|call| call.direction != Direction::Internal && call.on_vendor(NAME))
}

/// A call's id as commubo writes it, if commubo shows the call at all.
pub fn wire_id(view: &View, ordinal: Ordinal) -> Option<String> {
    if is_shown(view, ordinal) { call_id(view, ordinal).map(Text::into_owned) } else { None }
}

fn call_id(view: &View, ordinal: Ordinal) -> Option<Text<'_>> {
    let given = given(view.call(ordinal)?).and_then(|g| g.call_id.as_deref());
    Some(given.map_or_else(|| Decimals::<16>::of(view).id(ordinal).into(), Text::from))
}

/// The call of a `callId` that a tenant may see: one that has begun, under way or over.
pub fn find(view: &View, call_id: &str, tenant: &str) -> Option<Ordinal> {
    let derived = || {
        let ordinal = Decimals::<16>::of(view).ordinal(call_id)?;
        // A call with an id of its own has no other.
        given(view.call(ordinal)?).and_then(|g| g.call_id.as_ref()).is_none().then_some(ordinal)
    };
    let ordinal = view.by_wire_id(NAME, call_id).or_else(derived)?;
    let call = view.call(ordinal)?;
    let seen = is_shown(view, ordinal) && call.held_by(NAME, tenant) && call.has_begun(view.now());
    seen.then_some(ordinal)
}

/// Only SUCCESSFUL is public (page L84); the others are callmock's choice, and a scenario may set
/// any text.
fn connect_result(outcome: CallOutcome) -> &'static str {
    match outcome {
        CallOutcome::Answered => "SUCCESSFUL",
        CallOutcome::NoAnswer => "NO_ANSWER",
        CallOutcome::Busy => "BUSY",
        CallOutcome::Rejected => "REJECTED",
        CallOutcome::AbandonedIvr | CallOutcome::AbandonedQueue | CallOutcome::AbandonedRing => "ABANDONED",
        CallOutcome::Voicemail => "VOICEMAIL",
        CallOutcome::Failed => "FAILED",
    }
}

/// Whole seconds with `+09:00`, never `Z` (A27).
fn in_japan(at: DateTime<Utc>) -> String {
    at.with_timezone(&JAPAN).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// callType, talkTime and operatorVoiceId: a string in the page's example, an integer in its
/// description (A1).
#[derive(Debug)]
struct Number(u64, Numbers);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            Numbers::String => serializer.collect_str(&self.0),
            Numbers::Integer => serializer.serialize_u64(self.0),
        }
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Text<'static> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A string, or an integer under reading `commubo.numbers: integer`.",
            "anyOf": [{ "type": "string", "pattern": "^[0-9]+$" }, { "type": "integer", "minimum": 0 }],
        })
    }
}

/// An id of an entry that the scenario gives none: upper-case hexadecimal in groups of 8-4-4-4-16,
/// as the page's own are. They are no UUIDs (A21).
fn opaque(view: &View, kind: &str, index: usize) -> String {
    let mut text = String::with_capacity(40);
    for (n, byte) in view.opaque(kind, index).iter().take(18).enumerate() {
        if matches!(n, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02X}"));
    }
    text
}

/// The customer: by its id alone unless `expand` asks for more (page L194-308).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Customer<'a> {
    customer_id: Text<'a>,
    #[serde(flatten)]
    details: Option<data::ShownCustomer<'a>>,
}

impl<'a> Customer<'a> {
    fn of(view: &'a View, customer: Ref<universe::Customer>, style: Style) -> Self {
        let record = view.customer(customer);
        let given = record.data.commubo.as_deref();
        let id = given.and_then(|g| g.customer_id.as_deref());
        Self {
            customer_id: id.map_or_else(|| opaque(view, "customer", customer.index()).into(), Text::from),
            details: style.expand.customer().then(|| customer_details(record, given)),
        }
    }
}

/// The customer whole. Its name and numbers stand where the scenario gives none for commubo. Other
/// members that the scenario does not set are left out; the page only says so of `expand`.
fn customer_details<'a>(
    record: &'a universe::Customer,
    given: Option<&'a data::Customer>,
) -> data::ShownCustomer<'a> {
    let mut shown = given.map(data::Customer::shown).unwrap_or_default();
    if let Some(name) = &record.name {
        shown.family_name = shown.family_name.or(name.family.as_deref());
        shown.personal_name = shown.personal_name.or(name.given.as_deref());
    }
    shown.phone_numbers = shown.phone_numbers.or_else(|| {
        // The page allows five (L249-254).
        let known: Vec<&str> = record.phones.iter().map(AsRef::as_ref).take(5).collect();
        (!known.is_empty()).then_some(known)
    });
    shown
}

/// The AI operator: by its id alone unless `expand` asks for more (page L309-410).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Operator<'a> {
    operator_id: Text<'a>,
    #[serde(flatten)]
    details: Option<data::ShownAgent<'a, VoiceId>>,
}

impl<'a> Operator<'a> {
    fn of(view: &'a View, agent: Ref<universe::Agent>, style: Style) -> Self {
        let record = view.agent(agent);
        let given = record.data.commubo.as_deref();
        let id = given.and_then(|g| g.operator_id.as_deref());
        Self {
            operator_id: id.map_or_else(|| opaque(view, "operator", agent.index()).into(), Text::from),
            details: style.expand.operator().then(|| operator_details(record, given, style)),
        }
    }
}

/// The operator whole. The agent's name stands where the scenario gives none for commubo.
fn operator_details<'a>(
    record: &'a universe::Agent,
    given: Option<&'a data::Agent>,
    style: Style,
) -> data::ShownAgent<'a, VoiceId> {
    let voice_id = |given: &data::Agent| given.operator_voice_id.map(|id| VoiceId::of(id, style));
    let mut shown = given.map(|given| given.shown(voice_id(given))).unwrap_or_default();
    shown.name = shown.name.or(Some(&record.name.display));
    shown
}

/// The operator's voice under the key that the world's reading says.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct VoiceId {
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_voice_id: Option<Number>,
    /// As the page's description spells it (L332).
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_vocie_id: Option<Number>,
}

impl VoiceId {
    fn of(Digits(id): Digits, style: Style) -> Self {
        let under =
            |keys: [VoiceIdKey; 2]| keys.contains(&style.voice_id_key).then_some(Number(id, style.numbers));
        Self {
            operator_voice_id: under([VoiceIdKey::OperatorVoiceId, VoiceIdKey::Both]),
            operator_vocie_id: under([VoiceIdKey::OperatorVocieId, VoiceIdKey::Both]),
        }
    }
}

/// The conversation scenario: its id alone, whatever `expand` is (F12).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Scenario<'a> {
    scenario_id: Text<'a>,
}

impl<'a> Scenario<'a> {
    fn of(view: &'a View, queue: Ref<universe::Queue>) -> Self {
        let given = view.queue(queue).data.commubo.as_deref();
        let id = given.and_then(|g| g.scenario_id.as_deref());
        Self { scenario_id: id.map_or_else(|| opaque(view, "scenario", queue.index()).into(), Text::from) }
    }
}

/// How much the list and a single call tell of a call.
pub fn tells_of_call(call: &Neutral, field: Field) -> Tells {
    let (outbound, answered) = (call.direction == Direction::Outbound, call.answered_at.is_some());
    match field {
        // `phoneNumber` is the far end's, whoever called.
        Field::From if !outbound => Tells::Exactly,
        Field::To if outbound => Tells::Exactly,
        Field::At => Tells::To(&[Precision::Seconds]),
        Field::AnsweredAt if answered => Tells::To(&[Precision::Seconds]),
        Field::Direction | Field::AnsweredAt => Tells::Exactly,
        // Not shown, but an answered call's follows from its answer and its talk.
        Field::EndedAt if answered => Tells::About(Precision::Seconds),
        Field::Talk if answered => Tells::Exactly,
        Field::Outcome => match call.outcome {
            Some(CallOutcome::AbandonedIvr | CallOutcome::AbandonedQueue | CallOutcome::AbandonedRing) => {
                Tells::As("abandoned")
            }
            _ => Tells::Exactly,
        },
        Field::Agent | Field::Customer | Field::Queue | Field::Parent => Tells::ByItsOwnId,
        Field::From
        | Field::To
        | Field::EndedAt
        | Field::Dial
        | Field::Ivr
        | Field::Wait
        | Field::Ring
        | Field::Talk
        | Field::Hold
        | Field::RecordingUrl
        | Field::RecordingDuration
        | Field::RecordingBytes
        | Field::RecordingSha256
        | Field::RatingScore
        | Field::RatingLabel
        | Field::RatingChannel => Tells::Nothing,
    }
}
