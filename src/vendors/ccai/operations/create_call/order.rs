//! What is asked for: a call of one of three kinds, checked in the vendor's order (fact sheet 6),
//! or a change of flags.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDateTime, Utc};
use isolang::Language;
use rlibphonenumber::PHONE_NUMBER_UTIL;
use serde_json::{Map, Value, json};

use super::auth::Account;
use super::contract::{
    self as behaviors, DeprecatedCallTypes, InboundMenus, PastSchedule, Phone, PluralFlag,
};
use super::error::{Error, Queued, Refused};
use super::model;
use crate::dialects::ccai::{self as data, Entry};
use crate::exchange::Context;
use crate::nearest::did_you_mean;
use crate::universe::{Agent, AgentState, Customer, Ordinal, Queue, QueueState, Ref};
use crate::world::{Flags, View};

/// A JSON body's members; a body that is no object has none.
#[derive(Debug, Clone)]
pub struct Body(Map<String, Value>);

impl<S: Sync> FromRequestParts<S> for Body {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let Context { body, notes, .. } = Context::of(request);
        let read = serde_json::from_slice(body);
        let kind = request.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if read.is_ok() && !kind.eq_ignore_ascii_case("application/json") {
            notes.finding_of(&behaviors::CONTENT_TYPE_MISSING, || format!("`{kind}`"));
        }
        match read {
            Ok(Value::Object(members)) => Ok(Self(members)),
            Ok(_) => Ok(Self(Map::new())),
            Err(_) => Err(Error::InvalidJson.into()),
        }
    }
}

/// A checked request for a call.
pub struct CallOrder(pub Order);

/// What to create.
pub enum Order {
    /// A call from an agent to somebody.
    Outbound(Outbound),
    /// A call into a queue.
    Inbound(IntoQueue),
    /// A call back, later.
    Scheduled(IntoQueue),
    /// Nothing yet: the agent must choose a number or a ticket first. What the page's mangled
    /// examples echo.
    ChooseFirst(Value),
}

/// An outbound call.
pub struct Outbound {
    pub agent: Ref<Agent>,
    pub target: Target,
    pub lang: String,
    pub outbound_number: String,
}

/// An inbound or scheduled call.
pub struct IntoQueue {
    pub queue: Ref<Queue>,
    pub target: Target,
    pub number: String,
    pub lang: String,
    pub outbound_number: Option<String>,
    pub scheduled_at: Option<DateTime<Utc>>,
    pub parent: Option<(Ordinal, u64)>,
}

/// Whom a call is with: a ticket's customer, or a number.
pub enum Target {
    Ticket { id: String, customer: Ref<Customer> },
    Number(String),
}

impl<S: Sync> FromRequestParts<S> for CallOrder {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, state: &S) -> Result<Self, Refused> {
        let Body(members) = Body::from_request_parts(request, state).await?;
        let account = request
            .extensions
            .get::<Account>()
            .expect("the account stands before in the handler's arguments");
        let context = Context::of(request);
        let checks =
            Checks { context, account: &account.settings, view: context.world.view(), members: &members };
        Ok(Self(checks.order()?))
    }
}

struct Checks<'a> {
    context: &'a Context,
    account: &'a data::Account,
    view: View,
    members: &'a Map<String, Value>,
}

/// The members that the page has for this kind of call.
pub const OUTBOUND_KEYS: [&str; 6] =
    ["call_type", "agent_email", "ticket_id", "end_user_number", "outbound_number", "lang"];
/// The members that the page has for this kind of call.
pub const INBOUND_KEYS: [&str; 7] = [
    "call_type",
    "menu_id",
    "end_user_number",
    "lang",
    "ticket_id",
    "outbound_number",
    "recording_permission",
];
/// The members that the page has for this kind of call.
pub const SCHEDULED_KEYS: [&str; 9] = [
    "call_type",
    "menu_id",
    "call_id",
    "end_user_number",
    "lang",
    "ticket_id",
    "scheduled_at",
    "recording_permission",
    "outbound_number",
];

impl Checks<'_> {
    /// The kind decides which checks follow (6.0).
    fn order(&self) -> Result<Order, Error> {
        let call_type = self.members.get("call_type").and_then(Value::as_str).unwrap_or_default();
        let deprecated = ["OutboundCall", "IncomingCall", "ScheduledCall"].contains(&call_type);
        if deprecated {
            // An outbound-shaped body with the deprecated name is no scheduled call (B4).
            let shaped = ["menu_id", "call_id", "scheduled_at"].iter().any(|key| self.present(key).is_some());
            let refused = self.context.world.reading::<DeprecatedCallTypes>() == DeprecatedCallTypes::Refuse;
            if refused || (call_type == "ScheduledCall" && !shaped) {
                return Err(Error::InvalidCallType);
            }
            self.context.notes.finding(&behaviors::DEPRECATED_CALL_TYPE_SENT);
            self.context.notes.behavior(&behaviors::DEPRECATED_CALL_TYPE);
        }
        match call_type {
            "Voice Outbound (API)" | "OutboundCall" => {
                self.known(&OUTBOUND_KEYS);
                self.outbound()
            }
            "Voice Inbound (API)" | "IncomingCall" => {
                self.known(&INBOUND_KEYS);
                self.queued(Queued::Inbound).map(Order::Inbound)
            }
            "Voice Scheduled (API)" | "ScheduledCall" => {
                self.known(&SCHEDULED_KEYS);
                self.queued(Queued::Scheduled).map(Order::Scheduled)
            }
            _ => Err(Error::InvalidCallType),
        }
    }

    fn known(&self, keys: &[&str]) {
        note_unknown(self.members, keys, self.context);
        for key in ["menu_id", "call_id"] {
            if keys.contains(&key) && self.present(key).is_some_and(Value::is_string) {
                self.context.notes.finding_of(&behaviors::NUMBER_AS_TEXT, || format!("`{key}`"));
            }
        }
        // An inbound or scheduled call needs a number beside its ticket; an outbound one does not.
        let both = self.present("ticket_id").is_some() && self.present("end_user_number").is_some();
        if both && keys == OUTBOUND_KEYS {
            self.context.notes.finding(&behaviors::TWO_TARGETS);
        }
    }

    /// A member that is there: null and blank ones are not.
    fn present(&self, key: &str) -> Option<&Value> {
        let blank = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
        self.members.get(key).filter(|value| !value.is_null() && !blank(value))
    }

    fn text(&self, key: &str) -> Option<String> {
        self.present(key).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    fn outbound(&self) -> Result<Order, Error> {
        let email = self.text("agent_email").ok_or(Error::AgentEmailRequired)?;
        let (ticket, number) = (self.text("ticket_id"), self.text("end_user_number"));
        let target = match (ticket, number.clone()) {
            (None, None) => return Err(Error::TargetRequired),
            (None, Some(number)) if !self.well_formed(&number) => return Err(Error::OutboundNumberMalformed),
            (None, Some(number)) => Target::Number(number),
            (Some(ticket), _) => self.ticket(ticket).ok_or(Error::ContactNotFound)?,
        };
        let lang = self.lang().map_err(|refused| match refused {
            NoLanguage::Unknown(text) => Error::OutboundLanguageNotFound(text),
            NoLanguage::Disabled(text) => Error::OutboundLanguageNotAvailable(text),
        })?;
        let agent = self.view.agents().find(|(_, agent)| agent.email.as_deref() == Some(email.as_str()));
        let (agent, _) = agent.ok_or(Error::AgentEmailInvalid)?;
        match self.context.world.agent_state(agent) {
            AgentState::Unknown => return Err(Error::AgentEmailInvalid),
            AgentState::NoAccess => return Err(Error::AgentNoAccess),
            AgentState::Unavailable => return Err(Error::AgentUnavailable),
            AgentState::Available => {}
        }
        let choose_first = || {
            let call_type = "Voice Outbound (API)";
            let echo = json!({ "call_type": call_type, "agent_email": email, "end_user_number": number, "lang": lang });
            Ok(Order::ChooseFirst(echo))
        };
        if self.account.ticket_required && matches!(target, Target::Number(_)) {
            return choose_first();
        }
        let outbound_number = match self.text("outbound_number") {
            Some(given) if !self.well_formed(&given) => return Err(Error::ShownNumberMalformed),
            Some(given) if !self.managed(&given) => return choose_first(),
            Some(given) => given,
            None => {
                let only = match self.account.outbound_numbers.as_slice() {
                    [only] => Some(only),
                    _ => None,
                };
                let Some(default) = self.account.default_outbound_number.as_ref().or(only) else {
                    return choose_first();
                };
                self.context.notes.behavior(&behaviors::DEFAULT_NUMBER);
                default.clone()
            }
        };
        Ok(Order::Outbound(Outbound { agent, target, lang, outbound_number }))
    }

    fn queued(&self, kind: Queued) -> Result<IntoQueue, Error> {
        let scheduled = kind == Queued::Scheduled;
        let menu = self.present("menu_id");
        let call = self.present("call_id").filter(|_| scheduled);
        if menu.is_none() && call.is_none() {
            return Err(Error::MenuRequired(kind));
        }
        let number = self.text("end_user_number").ok_or(Error::NumberRequired(kind))?;
        let due = self.present("scheduled_at").filter(|_| scheduled);
        if scheduled && due.is_none() {
            return Err(Error::ScheduledAtRequired);
        }
        let menu = menu.map(|menu| integer(menu).ok_or(Error::MenuMalformed(kind))).transpose()?;
        let call = call.map(|call| integer(call).ok_or(Error::CallIdMalformed)).transpose()?;
        let ticket = self.text("ticket_id");
        // A ticket takes precedence, so the number beside it is not looked at.
        if ticket.is_none() && !self.well_formed(&number) {
            return Err(Error::NumberMalformed(kind));
        }
        let scheduled_at = due.map(|due| self.due(due)).transpose()?;
        let lang = self.lang().map_err(|refused| match refused {
            NoLanguage::Unknown(text) => Error::LanguageNotFound(kind, text),
            NoLanguage::Disabled(text) => Error::LanguageNotAvailable(kind, text),
        })?;
        let parent = call.map(|id| self.earlier_call(id)).transpose()?;
        let queue = match (menu, parent) {
            (Some(id), _) => self.menu(id).ok_or(Error::MenuNotFound(kind, id))?,
            (None, Some((_, _, queue))) => {
                self.context.notes.behavior(&behaviors::BY_CALL_ID);
                queue
            }
            (None, None) => return Err(Error::MenuRequired(kind)),
        };
        if !self.may_enter(queue, kind) {
            return Err(Error::MenuType(kind));
        }
        let target = match ticket {
            Some(ticket) => self.ticket(ticket).ok_or(Error::QueuedContactNotFound(kind))?,
            None => Target::Number(number.clone()),
        };
        match self.context.world.queue_state(queue) {
            QueueState::Open => {}
            QueueState::ManualRedirection => return Err(Error::ManualRedirection(kind)),
            QueueState::AfterHours => return Err(Error::AfterHours(kind)),
        }
        // What is absent or does not count is the default, without a word (page L1008).
        let given = self.text("outbound_number").filter(|given| self.managed(given));
        if given.is_none() {
            self.context.notes.behavior(&behaviors::DEFAULT_NUMBER);
        }
        let parent = parent.map(|(ordinal, id, _)| (ordinal, id));
        let defaults = [&self.account.inbound_default_number, &self.account.default_outbound_number];
        let default = || defaults.into_iter().flatten().chain(&self.account.outbound_numbers).next().cloned();
        let outbound_number = given.or_else(default);
        Ok(IntoQueue { queue, target, number, lang, outbound_number, scheduled_at, parent })
    }

    /// Whether a text can be a telephone number, with its country (5). `is_possible` separates the
    /// page's examples.
    fn well_formed(&self, number: &str) -> bool {
        let parsed =
            PHONE_NUMBER_UTIL.parse(number, None).ok().filter(|_| number.trim_start().starts_with('+'));
        parsed.is_some_and(|parsed| match self.context.world.reading() {
            Phone::Possible => PHONE_NUMBER_UTIL.is_possible_number(&parsed),
            Phone::Valid => PHONE_NUMBER_UTIL.is_valid_number(&parsed),
        })
    }

    fn managed(&self, number: &str) -> bool {
        self.account.outbound_numbers.iter().any(|managed| same_number(managed, number))
    }

    fn ticket(&self, id: String) -> Option<Target> {
        let customer =
            self.view.customers().find(|(_, customer)| customer.tickets.iter().any(|t| **t == *id));
        self.context.notes.behavior(&behaviors::BY_TICKET);
        customer.map(|(customer, _)| Target::Ticket { id, customer })
    }

    /// An ISO 639-1 code, optionally with a region, in exactly this case (5); English if none is
    /// given.
    fn lang(&self) -> Result<String, NoLanguage> {
        let Some(text) = self.text("lang") else { return Ok("en".to_owned()) };
        let (code, region) =
            text.split_once('-').map_or((text.as_str(), None), |(code, region)| (code, Some(region)));
        let lower = code.len() == 2 && code.bytes().all(|b| b.is_ascii_lowercase());
        let upper =
            region.is_none_or(|region| region.len() == 2 && region.bytes().all(|b| b.is_ascii_uppercase()));
        if !lower || !upper || Language::from_639_1(code).is_none() {
            return Err(NoLanguage::Unknown(text));
        }
        let languages = &self.account.languages;
        let enabled = languages.iter().any(|enabled| *enabled == text || *enabled == code);
        if enabled || (languages.is_empty() && code == "en") {
            Ok(text)
        } else {
            Err(NoLanguage::Disabled(text))
        }
    }

    fn due(&self, value: &Value) -> Result<DateTime<Utc>, Error> {
        let text = value.as_str().unwrap_or_default();
        let due = DateTime::parse_from_rfc3339(text).ok();
        if due.is_none() && text.replacen(' ', "T", 1).parse::<NaiveDateTime>().is_ok() {
            self.context.notes.finding(&behaviors::NAIVE_TIME);
        }
        let due = due.ok_or(Error::ScheduledAtMalformed)?.to_utc();
        let refuse = self.context.world.reading::<PastSchedule>() == PastSchedule::Refuse;
        if refuse && due <= self.view.now() { Err(Error::ScheduledAtPast) } else { Ok(due) }
    }

    fn earlier_call(&self, id: i64) -> Result<(Ordinal, u64, Ref<Queue>), Error> {
        let missing = Error::CallNotFound(id);
        let number = u64::try_from(id).map_err(|_| missing.clone())?;
        let ordinal = model::find(&self.view, number, &self.account.subdomain).ok_or(missing.clone())?;
        let queue = self.view.call(ordinal).and_then(|call| call.queue).ok_or(missing)?;
        Ok((ordinal, number, queue))
    }

    fn menu(&self, id: i64) -> Option<Ref<Queue>> {
        let id = u64::try_from(id).ok()?;
        let mut queues = self.view.queues();
        queues.find(|(_, queue)| model::menu_id(queue) == Some(id)).map(|(queue, _)| queue)
    }

    /// What a menu shows as its type is one thing, who may enter it another (1G.8).
    fn may_enter(&self, queue: Ref<Queue>, kind: Queued) -> bool {
        let data = self.view.queue(queue).data.ccai.as_ref();
        let entry = data.map(|queue| queue.ways_in()).unwrap_or_default();
        let permitted = match (kind, self.context.world.reading()) {
            (Queued::Inbound, InboundMenus::IvrMobile) => [Entry::Ivr, Entry::Mobile],
            (Queued::Inbound, InboundMenus::IvrWeb) => [Entry::Ivr, Entry::Web],
            (Queued::Scheduled, _) => [Entry::Mobile, Entry::Web],
        };
        entry.iter().any(|way| permitted.contains(way))
    }
}

/// Whether two texts are one number, however they are spaced.
pub fn same_number(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(one) == digits(other)
}

enum NoLanguage {
    Unknown(String),
    Disabled(String),
}

/// An integer, or a text of digits, which the vendor's server would take for one (5).
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

/// Notes members that the page does not have, each with the nearest that it has.
fn note_unknown(members: &Map<String, Value>, known: &[&str], context: &Context) {
    for name in members.keys().filter(|name| !known.contains(&name.as_str())) {
        context.notes.finding_of(&behaviors::UNKNOWN_KEY, || {
            let near = did_you_mean(name, known.iter().copied());
            format!("`{name}`{near}")
        });
    }
}

/// The flags, and the one that only the page's sample spells so.
pub const FLAG_KEYS: [&str; 4] = ["verified_customer", "bad_actor", "repeat_customer", "repeat_customers"];

/// Which flags to change.
#[derive(Debug, Default)]
pub struct FlagChange {
    verified: Option<bool>,
    bad_actor: Option<bool>,
    repeat: Option<bool>,
}

impl FlagChange {
    /// Changes the flags that were given.
    pub fn apply(&self, flags: &mut Flags) {
        flags.verified = self.verified.unwrap_or(flags.verified);
        flags.bad_actor = self.bad_actor.unwrap_or(flags.bad_actor);
        flags.repeat = self.repeat.unwrap_or(flags.repeat);
    }
}

/// Checks a change of flags: any of them, each true or false (5). The page's sample has a plural
/// where everything else has the singular, which wins (1G.6).
pub fn update(body: &Body, context: &Context) -> Result<FlagChange, Error> {
    let Body(members) = body;
    let flag = |name: &'static str| match members.get(name) {
        None => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(Error::FlagMalformed(name)),
    };
    let (verified, bad_actor, singular) =
        (flag("verified_customer")?, flag("bad_actor")?, flag("repeat_customer")?);
    let plural = members.contains_key("repeat_customers");
    if plural {
        context.notes.finding(&behaviors::PLURAL_FLAG_SENT);
        if context.world.reading::<PluralFlag>() == PluralFlag::Refuse {
            return Err(Error::PluralRefused);
        }
        context.notes.behavior(&behaviors::PLURAL_FLAG);
    }
    note_unknown(members, &FLAG_KEYS, context);
    let repeat = singular.or(flag("repeat_customers")?);
    Ok(FlagChange { verified, bad_actor, repeat })
}
