//! The call object of commubo's answers, with the members in the page's order (L76-131).

use chrono::{DateTime, FixedOffset, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::made_up;
use super::name::NAME;
use super::people::{customer_id, operator_id, scenario_id};
use super::readings::{Numbers, Unset, VoiceIdKey};
use crate::dialects::commubo::{self as data, Digits};
use crate::universe::{self, CallOutcome, Decimals, Direction, Ordinal, Ref};
use crate::vendor::{AsText, Buffer, BySerde, Field, Neutral, Precision, Put, Tells, Text, Written, row};
use crate::world::{View, World};

/// Japan Standard Time, which has no daylight saving time (A6).
pub const JAPAN: FixedOffset = FixedOffset::east_opt(9 * 3600).expect("nine hours is an offset");

/// Value of the parameter `expand`: the level of detail of customers and operators (page L27-37).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Expand {
    #[default]
    None,
    Customer,
    Operator,
    All,
}

impl Expand {
    /// Parses a value of the parameter `expand`. Returns `None` for any other text.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Expand::None),
            "customer" => Some(Expand::Customer),
            "operator" => Some(Expand::Operator),
            "all" => Some(Expand::All),
            _ => None,
        }
    }

    /// Whether customers are shown with all members.
    pub fn customer(self) -> bool {
        matches!(self, Expand::Customer | Expand::All)
    }

    /// Whether operators are shown with all members.
    pub fn operator(self) -> bool {
        matches!(self, Expand::Operator | Expand::All)
    }
}

/// Formatting of the calls in one answer.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    expand: Expand,
    numbers: Numbers,
    voice_id_key: VoiceIdKey,
    /// Treatment of an absent operator, scenario or note, for which the page has no rule.
    pub unset: Unset,
}

impl Style {
    /// The formatting that the world's readings choose.
    pub fn of(world: &World, expand: Expand) -> Self {
        Self { expand, numbers: world.reading(), voice_id_key: world.reading(), unset: world.reading() }
    }
}

row! {
    /// A call. Absent information is left out, never null (F3, F6, F7, F9, F10). The page does not say
    /// so for operator, scenario and note (L309-426); reading `commubo.unset` makes these empty
    /// instead.
    #[derive(Debug)]
    #[schemars(deny_unknown_fields)]
    pub struct Call<'a> {
        "callId" = call_id: Text<'a>,
        "callType" = call_type: Number,
        #[serde(skip_serializing_if = "Option::is_none")]
        "relatedCallId" = related_call_id: Option<Text<'a>>,
        "phoneNumber" = phone_number: &'a str,
        "callDateTime" = call_date_time: Text<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "connectedDateTime" = connected_date_time: Option<Text<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "talkTime" = talk_time: Option<Number>,
        "connectResult" = connect_result: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        "checkPoint" = check_point: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "customer" = customer: Option<Customer<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "operator" = operator: Option<Operator<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "scenario" = scenario: Option<Scenario<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        "note" = note: Option<&'a str>,
    }
}

impl<'a> Call<'a> {
    /// The call at the view's time. For a call under way, members about later phases are left out.
    pub fn of(view: &'a View, ordinal: Ordinal, style: Style) -> Option<Self> {
        let call = view.call(ordinal)?;
        let (over, now) = (call.is_over(view.now()), view.now());
        let answered_at = call.answered_at().filter(|at| over || *at <= now);
        let given = given(call);
        let number = |n| Number(n, style.numbers);
        let empty = style.unset == Unset::Empty;
        let derived_type = match call.direction {
            _ if made_up::is_user_call(view, ordinal, call) => 2,
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
                .map_or_else(|| in_japan(call.at), Text::from),
            connected_date_time: given
                .and_then(|g| g.connected_date_time.as_deref())
                .map(Text::from)
                .or_else(|| answered_at.map(in_japan)),
            talk_time: given
                .and_then(|g| g.talk_time)
                .map(|Digits(n)| n)
                // A call that was answered without talk time has "0"; the member is not absent
                // (A23).
                .or_else(|| answered_at.map(|_| call.talk.as_seconds()))
                .filter(|_| over)
                .map(number),
            connect_result: given.and_then(|g| g.connect_result.as_deref()).unwrap_or(match answered_at {
                None if !over => "",
                _ => connect_result(call.outcome),
            }),
            check_point: given
                .and_then(|g| g.check_point.as_deref())
                .or_else(|| made_up::check_point(view, ordinal, call).filter(|_| over)),
            customer: call.customer.map(|customer| Customer::of(view, customer, style)),
            operator: match call.agent {
                Some(agent) => Some(Operator::of(view, agent, style)),
                None => empty.then(|| Operator { operator_id: "".into(), details: None }),
            },
            scenario: match call.queue {
                Some(queue) => Some(Scenario::of(view, queue)),
                None => empty.then(|| Scenario { scenario_id: "".into() }),
            },
            note: given.and_then(|g| g.note.as_deref()).or(view.note(ordinal)).or(empty.then_some("")),
        })
    }
}

/// The scenario's commubo data of a call.
fn given(call: &universe::Call) -> Option<&data::Call> {
    call.data.as_ref()?.commubo.as_deref()
}

/// Whether commubo has the call: it holds only calls between a tenant and an outside party.
fn is_shown(view: &View, ordinal: Ordinal) -> bool {
    view.call(ordinal).is_some_and(|call| call.direction != Direction::Internal && call.on_vendor(NAME))
}

/// Whether a tenant's list shows a call.
pub fn is_listed(view: &View, ordinal: Ordinal, tenant: &str) -> bool {
    is_shown(view, ordinal) && view.listed(ordinal, NAME, tenant).is_some()
}

/// A call's id at commubo. `None` if commubo does not have the call.
pub fn wire_id(view: &View, ordinal: Ordinal) -> Option<String> {
    if is_shown(view, ordinal) { call_id(view, ordinal).map(Text::into_owned) } else { None }
}

fn call_id(view: &View, ordinal: Ordinal) -> Option<Text<'_>> {
    let given = given(view.call(ordinal)?).and_then(|g| g.call_id.as_deref());
    let derived = || Text::padded("", Decimals::<16>::of(view).number(ordinal), 16);
    Some(given.map_or_else(derived, Text::from))
}

/// Finds a call by its `callId`, if it has begun and the tenant holds it.
pub fn find(view: &View, call_id: &str, tenant: &str) -> Option<Ordinal> {
    let derived = || {
        let ordinal = Decimals::<16>::of(view).ordinal(call_id)?;
        // A call with an id from the scenario does not have the derived id too.
        given(view.call(ordinal)?).and_then(|g| g.call_id.as_ref()).is_none().then_some(ordinal)
    };
    let ordinal = view.by_wire_id(NAME, call_id).or_else(derived)?;
    let call = view.call(ordinal)?;
    let seen = is_shown(view, ordinal) && call.held_by(NAME, tenant) && call.has_begun(view.now());
    seen.then_some(ordinal)
}

/// The `connectResult` of an outcome. Only SUCCESSFUL is public (page L84). The other texts are
/// callmock's choice, and a scenario may set any text.
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

/// A time in Japan: whole seconds with `+09:00`, never `Z` (A27).
fn in_japan(at: DateTime<Utc>) -> Text<'static> {
    Text::Time(at, Written::Seconds(JAPAN))
}

/// Value of callType, talkTime or operatorVoiceId: a string in the page's example, an integer in
/// its description (A1).
#[derive(Debug)]
struct Number(u64, Numbers);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            Numbers::String => serializer.serialize_str(itoa::Buffer::new().format(self.0)),
            Numbers::Integer => serializer.serialize_u64(self.0),
        }
    }
}

impl Put for Number {
    fn put(&self, out: &mut Buffer) {
        match self.1 {
            Numbers::String => AsText(self.0).put(out),
            Numbers::Integer => self.0.put(out),
        }
    }
}

impl JsonSchema for Number {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A string, or an integer under reading `commubo.numbers: integer`.",
            "anyOf": [{ "type": "string", "pattern": "^[0-9]+$" }, { "type": "integer", "minimum": 0 }],
        })
    }
}

/// The customer of a call: only its id, unless `expand` asks for details (page L194-308).
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
        Self {
            customer_id: customer_id(view, customer),
            details: style.expand.customer().then(|| customer_details(record, given, customer.index())),
        }
    }
}

/// An object with nothing but an id.
struct OnlyId<'a>(&'static [u8], &'a Text<'a>);

impl Put for OnlyId<'_> {
    fn put(&self, out: &mut Buffer) {
        let Self(name, id) = self;
        out.append(name);
        id.put(out);
        out.push(b'}');
    }
}

/// A customer with nothing but an id is in every row of most lists, so it is written without serde.
impl Put for Customer<'_> {
    fn put(&self, out: &mut Buffer) {
        match &self.details {
            None => OnlyId(b"{\"customerId\":", &self.customer_id).put(out),
            Some(_) => BySerde(self).put(out),
        }
    }
}

/// The details of a customer. Name and numbers come from the neutral customer where the scenario
/// gives commubo none. Other members that the scenario does not set are left out, which the page
/// says only of `expand`.
fn customer_details<'a>(
    record: &'a universe::Customer,
    given: Option<&'a data::Customer>,
    place: usize,
) -> data::ShownCustomer<'a> {
    let mut shown = given.map(data::Customer::shown).unwrap_or_default();
    if let Some(name) = &record.name {
        shown.family_name = shown.family_name.or(name.family.as_deref());
        shown.personal_name = shown.personal_name.or(name.given.as_deref());
    }
    shown.phone_numbers = shown.phone_numbers.or_else(|| {
        // The page allows at most five (L249-254).
        let known: Vec<&str> = record.phones.iter().map(AsRef::as_ref).take(5).collect();
        (!known.is_empty()).then_some(known)
    });
    made_up::complete(&mut shown, record, place);
    shown
}

/// The AI operator of a call: only its id, unless `expand` asks for details (page L309-410).
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
        Self {
            operator_id: operator_id(view, agent),
            details: style.expand.operator().then(|| operator_details(record, given, style)),
        }
    }
}

/// An operator with nothing but an id is written in the same way.
impl Put for Operator<'_> {
    fn put(&self, out: &mut Buffer) {
        match &self.details {
            None => OnlyId(b"{\"operatorId\":", &self.operator_id).put(out),
            Some(_) => BySerde(self).put(out),
        }
    }
}

/// The details of an operator. The agent's name is used where the scenario gives commubo none.
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

/// The id of the operator's voice, under the key that the world's reading chooses.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct VoiceId {
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_voice_id: Option<Number>,
    /// The key as the page's description spells it (L332).
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

row! {
    /// The conversation scenario of a call: only its id, whatever `expand` is (F12).
    #[derive(Debug)]
    #[schemars(deny_unknown_fields)]
    struct Scenario<'a> {
        "scenarioId" = scenario_id: Text<'a>,
    }
}

impl<'a> Scenario<'a> {
    fn of(view: &'a View, queue: Ref<universe::Queue>) -> Self {
        Self { scenario_id: scenario_id(view, queue) }
    }
}

/// How precisely the call object tells a field of the neutral call.
pub fn tells_of_call(call: &Neutral, field: Field) -> Tells {
    let (outbound, answered) = (call.direction == Direction::Outbound, call.answered_at.is_some());
    match field {
        // `phoneNumber` is the outside party's number, in both directions.
        Field::From if !outbound => Tells::Exactly,
        Field::To if outbound => Tells::Exactly,
        Field::At => Tells::To(&[Precision::Seconds]),
        Field::AnsweredAt if answered => Tells::To(&[Precision::Seconds]),
        Field::Direction | Field::AnsweredAt => Tells::Exactly,
        // The end is not shown, but follows from the answer time and the talk time.
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
