//! The call log: one shop's view of a call, and the item of an answer. An item has every member, as
//! in the page's samples (L56-103). Absent information is a zero value, never a missing member
//! (fact sheet 1.2).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::auth::Shop;
use super::cursor::SortField;
use super::made_up;
use super::name::NAME;
use super::readings::StatusOfUnknown;
use super::style::{List, Style};
use crate::dialects::sencloud as data;
use crate::times::Time;
use crate::universe::{Agent, Call, CallOutcome, Decimals, Direction, Ordinal, Ref};
use crate::vendor::recording::Links;
use crate::vendor::{Text, Who, row};
use crate::world::View;

/// A call in a shop's log. Each accessor returns the scenario's value if there is one, else the
/// value of the neutral call. Filters, sorts and answers all use these accessors.
pub struct Log<'a> {
    view: &'a View,
    ordinal: Ordinal,
    /// The neutral call.
    pub call: &'a Call,
    given: Option<&'a data::Call>,
}

impl<'a> Log<'a> {
    /// The log of a call. `None` if the shop's list does not have it.
    pub fn of(view: &'a View, ordinal: Ordinal, shop: &Shop) -> Option<Self> {
        view.listed(ordinal, NAME, &shop.id)?;
        Self::past(view, ordinal)
    }

    /// The log of a call that the shop's list is known to have.
    pub fn past(view: &'a View, ordinal: Ordinal) -> Option<Self> {
        let call = view.call(ordinal)?;
        let given = call.data.as_ref().and_then(|data| data.sencloud.as_deref());
        Some(Self { view, ordinal, call, given })
    }

    /// A text that the scenario sets for this log.
    pub fn text(&self, field: impl Fn(&'a data::Call) -> Option<&'a String>) -> Option<&'a str> {
        self.given.and_then(field).map(String::as_str)
    }

    /// The id of a call's log, without a check of the shop.
    pub fn wire_id(view: &View, ordinal: Ordinal) -> Option<String> {
        let call = view.call(ordinal)?;
        let given = call.data.as_ref().and_then(|data| data.sencloud.as_deref());
        Some(Log { view, ordinal, call, given }.id().into_owned())
    }

    fn id(&self) -> Text<'a> {
        let derived = || Text::padded("1", Decimals::<18>::of(self.view).number(self.ordinal), 18);
        self.text(|g| g.id.as_ref()).map_or_else(derived, Text::from)
    }

    /// The agent of the call.
    pub fn agent(&self) -> Option<&'a Agent> {
        self.call.agent.map(|agent| self.view.agent(agent))
    }

    /// The scenario's Sencloud data of the call's queue.
    pub fn queue(&self) -> Option<&'a data::Queue> {
        self.view.queue(self.call.queue?).data.sencloud.as_deref()
    }

    fn extension_id(&self) -> Text<'a> {
        let given = self.text(|g| g.extension_id.as_ref()).map(Text::from);
        let agents = || self.call.agent.map(|agent| agents_extension_id(self.view, agent));
        given.or_else(agents).unwrap_or(Text::Lies(NOBODY))
    }

    fn user_id(&self) -> Text<'a> {
        let given = self.text(|g| g.user_id.as_ref()).map(Text::from);
        let agents = || self.call.agent.map(|agent| agents_user_id(self.view, agent));
        given.or_else(agents).unwrap_or(Text::Lies(NOBODY))
    }

    fn contact_id(&self) -> Text<'a> {
        let given = self.text(|g| g.contact_id.as_ref()).map(Text::from);
        let customers = || {
            let customer = self.call.customer?;
            let given =
                self.view.customer(customer).data.sencloud.as_ref().and_then(|g| g.contact_id.as_deref());
            let count = self.view.customers().len();
            Some(given.map_or_else(|| derived_id(self.view, "contact", customer.index(), count), Text::from))
        };
        given.or_else(customers).unwrap_or(Text::Lies(NOBODY))
    }

    pub fn caller(&self) -> &'a str {
        self.text(|g| g.caller.as_ref()).unwrap_or(&self.call.from)
    }

    pub fn callee(&self) -> &'a str {
        self.text(|g| g.callee.as_ref()).unwrap_or(&self.call.to)
    }

    pub fn direction(&self) -> &'a str {
        self.text(|g| g.direction.as_ref()).unwrap_or(match self.call.direction {
            Direction::Inbound => "in",
            Direction::Outbound => "out",
            // The vendor keeps two rows for such a call; callmock has one (A31).
            Direction::Internal => "ext",
        })
    }

    pub fn call_state(&self) -> &'a str {
        self.text(|g| g.call_state.as_ref()).unwrap_or(match self.call.outcome {
            CallOutcome::Answered => "answered",
            _ => "not_answered",
        })
    }

    /// The call's id in the shop's own system, if there is one.
    pub fn external_id(&self) -> Option<Text<'a>> {
        let made_up =
            || self.bits().filter(|bits| bits % 4 < 3).map(|bits| Text::hexadecimal("ext-", bits >> 32, 8));
        self.text(|g| g.external_id.as_ref()).map(Text::from).or_else(made_up)
    }

    /// The session's id in the shop's own system, if there is one.
    pub fn external_session_id(&self) -> Option<Text<'a>> {
        let made_up = || self.bits().filter(|bits| bits % 4 < 3).map(|bits| Text::hexadecimal("", bits, 16));
        self.text(|g| g.external_session_id.as_ref()).map(Text::from).or_else(made_up)
    }

    /// The random bits of a generated call.
    fn bits(&self) -> Option<u64> {
        self.view.made_up(self.ordinal)
    }

    pub fn duration(&self) -> u64 {
        self.given.and_then(|g| g.duration).unwrap_or(self.call.talk.as_seconds())
    }

    /// The time of the end: the scenario's, else that of the call, which `ended` has.
    fn ended_at(&self, ended: DateTime<Utc>) -> DateTime<Utc> {
        self.given.and_then(|g| g.ended_at?.known()).unwrap_or(ended)
    }

    /// The time at which the row was created: the scenario's, else the call's start.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.given.and_then(|g| g.created_at?.known()).unwrap_or(self.call.at)
    }

    /// The time of the row's last change so far: the scenario's, else that of the call's record.
    fn updated_at(&self) -> DateTime<Utc> {
        let changed = || self.ended_at(self.view.changed_at(self.ordinal, self.call));
        self.given.and_then(|g| g.updated_at?.known()).unwrap_or_else(changed)
    }

    /// The sort key for a time field, in microseconds since 1970.
    pub fn key(&self, field: SortField) -> i64 {
        match field {
            SortField::StartedAt => self.call.at,
            SortField::CreatedAt => self.created_at(),
            SortField::UpdatedAt => self.updated_at(),
        }
        .timestamp_micros()
    }

    /// The log as an item of an answer.
    pub fn item(&self, style: Style, links: &Links) -> CallLog<'a> {
        let (call_state, ended) = (self.call_state(), self.call.ended_at());
        let time = |at| style.time(Some(at));
        let own = || links.url(NAME, self.view, self.ordinal).map(Text::from);
        let recording = || {
            let recording = self.view.recording(self.ordinal);
            let written = recording.and_then(|recording| recording.url.as_deref());
            written.map(Text::from).or_else(own)
        };
        CallLog {
            call_state,
            call_status: self.text(|g| g.call_status.as_ref()).unwrap_or(
                match (call_state, style.status_of_unknown) {
                    ("answered", _) => "P",
                    ("unknown", StatusOfUnknown::Z) => "Z",
                    _ => "NS",
                },
            ),
            call_targets: self.targets(style, ended),
            callee: self.callee(),
            caller: self.caller(),
            contact_id: self.contact_id(),
            created_at: time(self.created_at()),
            direction: self.direction(),
            duration: self.duration(),
            ended_at: time(self.ended_at(ended)),
            extension_id: self.extension_id(),
            external_id: self.external_id().unwrap_or_default(),
            external_session_id: self.external_session_id().unwrap_or_default(),
            id: self.id(),
            note: self.text(|g| g.note.as_ref()).or(self.view.note(self.ordinal)).unwrap_or_default(),
            recording_urls: match self.given.and_then(|g| g.recording_urls.as_ref()) {
                Some(urls) => style.list(urls.iter().map(Text::from).collect()),
                None => style.one(recording()),
            },
            started_at: time(self.call.at),
            updated_at: time(self.updated_at()),
            user_id: self.user_id(),
        }
    }

    /// The extensions that the call rang at: the scenario's, else the agent's.
    fn targets(&self, style: Style, ended: DateTime<Utc>) -> List<'a, CallTarget<'a>> {
        if let Some(targets) = self.given.and_then(|g| g.call_targets.as_ref()) {
            return style.list(targets.iter().map(|target| CallTarget::given(target, style)).collect());
        }
        let Some(agent) = self.agent() else { return style.one(None) };
        let call = self.call;
        let rang_at = call.at + TimeDelta::from(call.dial + call.ivr + call.wait);
        let (end_reason, fail_code) = self.bits().map(|_| made_up::end(call)).unzip();
        let trunk_name = self.bits().map(made_up::trunk_name);
        let target = CallTarget {
            add_time: style.time(Some(rang_at)),
            answered_time: style.time(call.answered_at()),
            end_reason: end_reason.unwrap_or_default(),
            ended_time: style.time(Some(ended)),
            fail_code: fail_code.unwrap_or_default(),
            ring_duration: call.ring.as_seconds(),
            ring_time: style.time(Some(rang_at)),
            status: self.call_state(),
            target_number: agent.extension.as_deref().unwrap_or_default(),
            trunk_name: trunk_name.unwrap_or_default(),
        };
        style.one(Some(target))
    }
}

/// The id in an answer where there is no agent, extension or contact.
pub const NOBODY: &str = "0";

/// A derived id for an entry without an id in the scenario: 19 digits, like the vendor's ids.
fn derived_id(view: &View, kind: &'static str, index: usize, count: usize) -> Text<'static> {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&view.drawn(kind, index, count)[..8]);
    Text::padded("1", u64::from_be_bytes(bytes) % 1_000_000_000_000_000_000, 18)
}

/// An agent's `extension_id`: the scenario's, else a derived one.
pub fn agents_extension_id(view: &View, agent: Ref<Agent>) -> Text<'_> {
    let given = view.agent(agent).data.sencloud.as_ref().and_then(|g| g.extension_id.as_deref());
    let derived = || derived_id(view, "extension", agent.index(), view.agents().len());
    given.map_or_else(derived, Text::from)
}

/// An agent's `user_id`: the scenario's, else a derived one.
pub fn agents_user_id(view: &View, agent: Ref<Agent>) -> Text<'_> {
    let given = view.agent(agent).data.sencloud.as_ref().and_then(|g| g.user_id.as_deref());
    let derived = || derived_id(view, "user", agent.index(), view.agents().len());
    given.map_or_else(derived, Text::from)
}

/// The ids of an agent, a customer or a queue.
pub fn known_as(view: &View, who: Who) -> Map<String, Value> {
    let ids = match who {
        Who::Agent(agent) => json!({
            "extension_id": agents_extension_id(view, agent),
            "user_id": agents_user_id(view, agent),
        }),
        Who::Customer(customer) => {
            let given = view.customer(customer).data.sencloud.as_ref().and_then(|g| g.contact_id.as_deref());
            let derived = || derived_id(view, "contact", customer.index(), view.customers().len());
            json!({ "contact_id": given.map_or_else(derived, Text::from) })
        }
        Who::Queue(queue) => {
            let queue = view.queue(queue);
            let given = queue.data.sencloud.as_ref();
            json!({
                "hotline_id": given.and_then(|queue| queue.hotline_id.as_deref()).unwrap_or(&queue.id),
                "department_id": given.and_then(|queue| queue.department_id.as_deref()),
            })
        }
    };
    ids.as_object().cloned().unwrap_or_default()
}

row! {
    /// A call log, with its members in the samples' order (page L62-103).
    #[derive(Debug)]
    #[schemars(deny_unknown_fields)]
    pub struct CallLog<'a> {
        "call_state" = call_state: &'a str,
        "call_status" = call_status: &'a str,
        "call_targets" = call_targets: List<'a, CallTarget<'a>>,
        "callee" = callee: &'a str,
        "caller" = caller: &'a str,
        "contact_id" = contact_id: Text<'a>,
        "created_at" = created_at: Text<'a>,
        "direction" = direction: &'a str,
        "duration" = duration: u64,
        "ended_at" = ended_at: Text<'a>,
        "extension_id" = extension_id: Text<'a>,
        "external_id" = external_id: Text<'a>,
        "external_session_id" = external_session_id: Text<'a>,
        "id" = id: Text<'a>,
        "note" = note: &'a str,
        "recording_urls" = recording_urls: List<'a, Text<'a>>,
        "started_at" = started_at: Text<'a>,
        "updated_at" = updated_at: Text<'a>,
        "user_id" = user_id: Text<'a>,
    }
}

row! {
    #[derive(Debug)]
    #[schemars(deny_unknown_fields)]
    struct CallTarget<'a> {
        "add_time" = add_time: Text<'a>,
        "answered_time" = answered_time: Text<'a>,
        "end_reason" = end_reason: &'a str,
        "ended_time" = ended_time: Text<'a>,
        "fail_code" = fail_code: i64,
        "ring_duration" = ring_duration: u64,
        "ring_time" = ring_time: Text<'a>,
        "status" = status: &'a str,
        "target_number" = target_number: &'a str,
        "trunk_name" = trunk_name: &'a str,
    }
}

impl<'a> CallTarget<'a> {
    fn given(target: &'a data::CallTarget, style: Style) -> Self {
        Self {
            add_time: style.time(target.add_time.and_then(Time::known)),
            answered_time: style.time(target.answered_time.and_then(Time::known)),
            end_reason: &target.end_reason,
            ended_time: style.time(target.ended_time.and_then(Time::known)),
            fail_code: target.fail_code,
            ring_duration: target.ring_duration,
            ring_time: style.time(target.ring_time.and_then(Time::known)),
            status: &target.status,
            target_number: &target.target_number,
            trunk_name: &target.trunk_name,
        }
    }
}
