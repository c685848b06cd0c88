//! The checked request for a call of one of three kinds. The checks are in the vendor's order (fact
//! sheet 6).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDateTime, Utc};
use isolang::Language;
use serde_json::{Map, Value, json};

use super::number::is_number;
use super::outcomes::{BY_CALL_ID, BY_TICKET, DEFAULT_NUMBER, DEPRECATED_CALL_TYPE, Error};
use crate::dialects::ccai::{self as data, Entry};
use crate::universe::{Agent, AgentState, Customer, Magic, Ordinal, Queue, QueueState, Ref};
use crate::vendor::{Context, RetryAfter, checked};
use crate::vendors::ccai::auth::Account;
use crate::vendors::ccai::body::{Body, note_unknown};
use crate::vendors::ccai::calls;
use crate::vendors::ccai::error::{self, Refused};
use crate::vendors::ccai::findings;
use crate::vendors::ccai::readings::{DeprecatedCallTypes, InboundMenus, PastSchedule};
use crate::world::View;

/// The checked request, as an extractor, with what the number in it decides.
pub struct CallOrder(pub Order, pub Option<Magic>);

/// The call that the request creates, by kind.
pub enum Order {
    /// A call from an agent to a customer.
    Outbound(Outbound),
    /// A call from a customer into a queue.
    Inbound(IntoQueue),
    /// A call back at a given time.
    Scheduled(IntoQueue),
    /// No call yet, because the agent must choose a number or a ticket first. The value is the body
    /// that the page's mangled examples echo.
    ChooseFirst(Value),
}

/// The parameters of an outbound call.
pub struct Outbound {
    pub agent: Ref<Agent>,
    pub target: Target,
    pub lang: String,
    pub outbound_number: String,
}

/// The parameters of an inbound or scheduled call.
pub struct IntoQueue {
    pub queue: Ref<Queue>,
    pub target: Target,
    pub number: String,
    pub lang: String,
    pub outbound_number: Option<String>,
    pub scheduled_at: Option<DateTime<Utc>>,
    pub parent: Option<(Ordinal, u64)>,
}

/// The outside party of a call: a ticket's customer, or a number.
pub enum Target {
    Ticket { id: String, customer: Ref<Customer> },
    Number(String),
}

impl<S: Sync> FromRequestParts<S> for CallOrder {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, state: &S) -> Result<Self, Refused> {
        let Body(members) = Body::from_request_parts(request, state).await?;
        let account: Account = checked(request).await?;
        let context = Context::of(request);
        let checks =
            Checks { context, account: &account.settings, view: context.world.view(), members: &members };
        let order = checks.order()?;
        let magic = checks.magic();
        match magic {
            Some(Magic::TooMany) => Err(error::Error::TooManyRequests(RetryAfter::default()).into()),
            Some(Magic::Failure) => Err(error::Error::Internal.into()),
            magic => Ok(Self(order, magic)),
        }
    }
}

/// The kind of a call that enters a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Queued {
    Inbound,
    Scheduled,
}

impl Queued {
    /// Selects the refusal of this kind.
    fn either(self, inbound: Error, scheduled: Error) -> Error {
        match self {
            Queued::Inbound => inbound,
            Queued::Scheduled => scheduled,
        }
    }
}

struct Checks<'a> {
    context: &'a Context,
    account: &'a data::Account,
    view: View,
    members: &'a Map<String, Value>,
}

/// The members of an outbound request on the page.
pub const OUTBOUND_KEYS: [&str; 6] =
    ["call_type", "agent_email", "ticket_id", "end_user_number", "outbound_number", "lang"];
/// The members of an inbound request on the page.
pub const INBOUND_KEYS: [&str; 7] = [
    "call_type",
    "menu_id",
    "end_user_number",
    "lang",
    "ticket_id",
    "outbound_number",
    "recording_permission",
];
/// The members of a scheduled request on the page.
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
    /// Checks the request by its kind (6.0).
    fn order(&self) -> Result<Order, Error> {
        let call_type = self.members.get("call_type").and_then(Value::as_str).unwrap_or_default();
        let deprecated = ["OutboundCall", "IncomingCall", "ScheduledCall"].contains(&call_type);
        if deprecated {
            // The deprecated name with the body of an outbound call is not a scheduled call (B4).
            let shaped = ["menu_id", "call_id", "scheduled_at"].iter().any(|key| self.present(key).is_some());
            let refused = self.context.world.reading::<DeprecatedCallTypes>() == DeprecatedCallTypes::Refuse;
            if refused || (call_type == "ScheduledCall" && !shaped) {
                return Err(Error::InvalidCallType);
            }
            self.context.notes.finding(&findings::DEPRECATED_CALL_TYPE_SENT);
            self.context.notes.behavior(&DEPRECATED_CALL_TYPE);
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

    /// What the number of the request decides, if the scenario says that numbers do. A ticket
    /// takes precedence over the number, which then decides nothing.
    fn magic(&self) -> Option<Magic> {
        let decides = self.context.world.scenario().magic && self.present("ticket_id").is_none();
        Magic::of(&self.text("end_user_number").filter(|_| decides)?)
    }

    fn known(&self, keys: &[&str]) {
        note_unknown(self.members, keys, self.context);
        for key in ["menu_id", "call_id"] {
            if keys.contains(&key) && self.present(key).is_some_and(Value::is_string) {
                self.context.notes.finding_of(&findings::NUMBER_AS_TEXT, || format!("`{key}`"));
            }
        }
        // An inbound or scheduled request needs a number in addition to a ticket. An outbound one
        // does not.
        let both = self.present("ticket_id").is_some() && self.present("end_user_number").is_some();
        if both && keys == OUTBOUND_KEYS {
            self.context.notes.finding(&findings::TWO_TARGETS);
        }
    }

    /// A member's value. A null or blank value counts as missing.
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
            (Some(ticket), _) => self.ticket(ticket).ok_or(Error::OutboundContactNotFound)?,
        };
        let lang = self.lang().map_err(|refused| match refused {
            NoLanguage::Unknown(text) => Error::OutboundLanguageNotFound(text),
            NoLanguage::Disabled(text) => Error::OutboundLanguageNotAvailable(text),
        })?;
        let agent = self.view.agent_by_email(&email).ok_or(Error::AgentEmailInvalid)?;
        match self.context.world.agent_state(agent) {
            AgentState::Unknown => return Err(Error::AgentEmailInvalid),
            AgentState::NoAccess => return Err(Error::AgentNoAccess),
            AgentState::Unavailable => return Err(Error::AgentUnavailable),
            AgentState::Available if self.magic() == Some(Magic::NoAgent) => {
                return Err(Error::AgentUnavailable);
            }
            AgentState::Available => {}
        }
        let choose_first = || {
            let call_type = "Voice Outbound (API)";
            let echo = json!({ "call_type": call_type, "agent_email": email, "end_user_number": number, "lang": lang });
            Ok(Order::ChooseFirst(echo))
        };
        let ticket_missing = self.account.ticket_required && matches!(target, Target::Number(_));
        if ticket_missing || self.magic() == Some(Magic::Accepted) {
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
                self.context.notes.behavior(&DEFAULT_NUMBER);
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
            return Err(kind.either(Error::InboundMenuRequired, Error::ScheduledMenuRequired));
        }
        let number = self
            .text("end_user_number")
            .ok_or(kind.either(Error::InboundNumberRequired, Error::ScheduledNumberRequired))?;
        let due = self.present("scheduled_at").filter(|_| scheduled);
        if scheduled && due.is_none() {
            return Err(Error::ScheduledAtRequired);
        }
        let menu = menu
            .map(|menu| {
                integer(menu).ok_or(kind.either(Error::InboundMenuMalformed, Error::ScheduledMenuMalformed))
            })
            .transpose()?;
        let call = call.map(|call| integer(call).ok_or(Error::CallIdMalformed)).transpose()?;
        let ticket = self.text("ticket_id");
        // A ticket takes precedence, so the number is not checked.
        if ticket.is_none() && !self.well_formed(&number) {
            return Err(kind.either(Error::InboundNumberMalformed, Error::ScheduledNumberMalformed));
        }
        let scheduled_at = due.map(|due| self.due(due)).transpose()?;
        let lang = self.lang().map_err(|refused| match (kind, refused) {
            (Queued::Inbound, NoLanguage::Unknown(text)) => Error::InboundLanguageNotFound(text),
            (Queued::Inbound, NoLanguage::Disabled(text)) => Error::InboundLanguageNotAvailable(text),
            (Queued::Scheduled, NoLanguage::Unknown(text)) => Error::ScheduledLanguageNotFound(text),
            (Queued::Scheduled, NoLanguage::Disabled(text)) => Error::ScheduledLanguageNotAvailable(text),
        })?;
        let parent = call.map(|id| self.earlier_call(id)).transpose()?;
        let queue = match (menu, parent) {
            (Some(id), _) => self
                .menu(id)
                .ok_or(kind.either(Error::InboundMenuNotFound(id), Error::ScheduledMenuNotFound(id)))?,
            (None, Some((_, _, queue))) => {
                self.context.notes.behavior(&BY_CALL_ID);
                queue
            }
            (None, None) => return Err(kind.either(Error::InboundMenuRequired, Error::ScheduledMenuRequired)),
        };
        if !self.may_enter(queue, kind) {
            return Err(kind.either(Error::InboundMenuType, Error::ScheduledMenuType));
        }
        let target = match ticket {
            Some(ticket) => self
                .ticket(ticket)
                .ok_or(kind.either(Error::InboundContactNotFound, Error::ScheduledContactNotFound))?,
            None => Target::Number(number.clone()),
        };
        match self.context.world.queue_state(queue) {
            QueueState::Open => {}
            QueueState::ManualRedirection => {
                return Err(kind.either(Error::InboundManualRedirection, Error::ScheduledManualRedirection));
            }
            QueueState::AfterHours => {
                return Err(kind.either(Error::InboundAfterHours, Error::ScheduledAfterHours));
            }
        }
        // A missing or unmanaged number silently becomes the default (page L1008).
        let given = self.text("outbound_number").filter(|given| self.managed(given));
        if given.is_none() {
            self.context.notes.behavior(&DEFAULT_NUMBER);
        }
        let parent = parent.map(|(ordinal, id, _)| (ordinal, id));
        let defaults = [&self.account.inbound_default_number, &self.account.default_outbound_number];
        let default = || defaults.into_iter().flatten().chain(&self.account.outbound_numbers).next().cloned();
        let outbound_number = given.or_else(default);
        Ok(IntoQueue { queue, target, number, lang, outbound_number, scheduled_at, parent })
    }

    /// Whether a text can be a telephone number with a country code (5).
    fn well_formed(&self, number: &str) -> bool {
        is_number(number, self.context.world.reading())
    }

    fn managed(&self, number: &str) -> bool {
        self.account.outbound_numbers.iter().any(|managed| same_number(managed, number))
    }

    fn ticket(&self, id: String) -> Option<Target> {
        let customer = self.view.customer_by_ticket(&id);
        self.context.notes.behavior(&BY_TICKET);
        customer.map(|customer| Target::Ticket { id, customer })
    }

    /// The language: an ISO 639-1 code, optionally with a region, in exactly this case (5). The
    /// default is English.
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
            self.context.notes.finding(&findings::NAIVE_TIME);
        }
        let due = due.ok_or(Error::ScheduledAtMalformed)?.to_utc();
        let refuse = self.context.world.reading::<PastSchedule>() == PastSchedule::Refuse;
        if refuse && due <= self.view.now() { Err(Error::ScheduledAtPast) } else { Ok(due) }
    }

    fn earlier_call(&self, id: i64) -> Result<(Ordinal, u64, Ref<Queue>), Error> {
        let missing = Error::CallNotFound(id);
        let number = u64::try_from(id).map_err(|_| missing.clone())?;
        let ordinal = calls::find(&self.view, number, &self.account.subdomain).ok_or(missing.clone())?;
        let queue = self.view.call(ordinal).and_then(|call| call.queue).ok_or(missing)?;
        Ok((ordinal, number, queue))
    }

    fn menu(&self, id: i64) -> Option<Ref<Queue>> {
        let id = u64::try_from(id).ok()?;
        let mut queues = self.view.queues();
        queues.find(|(_, queue)| calls::menu_id(queue) == Some(id)).map(|(queue, _)| queue)
    }

    /// Whether calls of a kind may enter a menu. This does not depend on the `menu_type` that
    /// answers show (1G.8).
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

/// Whether two texts are the same number, ignoring everything but digits.
fn same_number(one: &str, other: &str) -> bool {
    let digits = |text| str::bytes(text).filter(u8::is_ascii_digit);
    digits(one).eq(digits(other))
}

enum NoLanguage {
    Unknown(String),
    Disabled(String),
}

/// An integer, or a text of digits, which the vendor's server also accepts (5).
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}
