//! A call log: a call as a shop sees it, and as an answer shows it with every member, as the page's
//! samples have it (L56-103). What is not there is a zero value, never missing (fact sheet 1.2).

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::auth::Shop;
use super::cursor::SortField;
use super::name::NAME;
use super::readings::StatusOfUnknown;
use super::style::{List, Style};
use crate::dialects::sencloud as data;
use crate::universe::{Agent, Call, CallOutcome, Decimals, Direction, Ordinal, Ref};
use crate::vendor::recording::Links;
use crate::world::View;

type Text<'a> = std::borrow::Cow<'a, str>;

/// A call as a shop sees it: every member through one accessor, the scenario's own value first, for
/// filters, sorts and answers alike.
pub struct Log<'a> {
    view: &'a View,
    ordinal: Ordinal,
    /// The call as no vendor writes it.
    pub call: &'a Call,
    given: Option<&'a data::Call>,
}

impl<'a> Log<'a> {
    /// The log of a call, if the shop holds it.
    pub fn of(view: &'a View, ordinal: Ordinal, shop: &Shop) -> Option<Self> {
        let call = view.listed(ordinal, NAME, &shop.id)?;
        let given = call.data.as_ref().and_then(|data| data.sencloud.as_deref());
        Some(Self { view, ordinal, call, given })
    }

    /// A text that the scenario gives this log.
    pub fn text(&self, field: impl Fn(&'a data::Call) -> Option<&'a String>) -> Option<&'a str> {
        self.given.and_then(field).map(String::as_str)
    }

    /// A log's id, whoever asks.
    pub fn wire_id(view: &View, ordinal: Ordinal) -> Option<String> {
        let call = view.call(ordinal)?;
        let given = call.data.as_ref().and_then(|data| data.sencloud.as_deref());
        Some(Log { view, ordinal, call, given }.id().into_owned())
    }

    fn id(&self) -> Text<'a> {
        let derived = || format!("1{}", Decimals::<18>::of(self.view).id(self.ordinal));
        self.text(|g| g.id.as_ref()).map_or_else(|| derived().into(), Text::from)
    }

    /// The agent who took it.
    pub fn agent(&self) -> Option<&'a Agent> {
        self.call.agent.map(|agent| self.view.agent(agent))
    }

    /// The queue that it came through, as far as the scenario says what it is here.
    pub fn queue(&self) -> Option<&'a data::Queue> {
        self.view.queue(self.call.queue?).data.sencloud.as_deref()
    }

    fn extension_id(&self) -> Text<'a> {
        let given = self.text(|g| g.extension_id.as_ref()).map(Text::from);
        let agents = || self.call.agent.map(|agent| agents_extension_id(self.view, agent));
        given.or_else(agents).unwrap_or(Text::Borrowed(NOBODY))
    }

    fn user_id(&self) -> Text<'a> {
        let given = self.text(|g| g.user_id.as_ref()).map(Text::from);
        let agents = || self.call.agent.map(|agent| agents_user_id(self.view, agent));
        given.or_else(agents).unwrap_or(Text::Borrowed(NOBODY))
    }

    fn contact_id(&self) -> Text<'a> {
        let given = self.text(|g| g.contact_id.as_ref()).map(Text::from);
        let customers = || {
            let customer = self.call.customer?;
            let given =
                self.view.customer(customer).data.sencloud.as_ref().and_then(|g| g.contact_id.as_deref());
            Some(given.map_or_else(|| derived_id(self.view, "contact", customer.index()).into(), Text::from))
        };
        given.or_else(customers).unwrap_or(Text::Borrowed(NOBODY))
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
            // Upstream keeps two rows of such a call; this is one (A31).
            Direction::Internal => "ext",
        })
    }

    pub fn call_state(&self) -> &'a str {
        self.text(|g| g.call_state.as_ref()).unwrap_or(match self.call.outcome {
            CallOutcome::Answered => "answered",
            _ => "not_answered",
        })
    }

    pub fn duration(&self) -> u64 {
        self.given.and_then(|g| g.duration).unwrap_or(self.call.talk.as_seconds())
    }

    fn ended_at(&self) -> DateTime<Utc> {
        self.given.and_then(|g| g.ended_at).unwrap_or_else(|| self.call.ended_at())
    }

    /// The time at which the row was written: the call's beginning, unless the scenario says
    /// otherwise.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.given.and_then(|g| g.created_at).unwrap_or(self.call.at)
    }

    /// The time of the row's last change: the call's end, unless the scenario says otherwise.
    fn updated_at(&self) -> DateTime<Utc> {
        self.given.and_then(|g| g.updated_at).unwrap_or_else(|| self.ended_at())
    }

    /// The time that a list is ordered by, in microseconds.
    pub fn key(&self, field: SortField) -> i64 {
        match field {
            SortField::StartedAt => self.call.at,
            SortField::CreatedAt => self.created_at(),
            SortField::UpdatedAt => self.updated_at(),
        }
        .timestamp_micros()
    }

    /// The log as an answer shows it.
    pub fn item(&self, style: Style, links: &Links) -> CallLog<'a> {
        let call_state = self.call_state();
        let time = |at| style.time(Some(at));
        let own = || links.url(NAME, self.view, self.ordinal).map(Text::from);
        let recording = || {
            let written = self.call.recording.as_ref().and_then(|recording| recording.url.as_deref());
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
            call_targets: style.list(self.targets(style)),
            callee: self.callee(),
            caller: self.caller(),
            contact_id: self.contact_id(),
            created_at: time(self.created_at()),
            direction: self.direction(),
            duration: self.duration(),
            ended_at: time(self.ended_at()),
            extension_id: self.extension_id(),
            external_id: self.text(|g| g.external_id.as_ref()).unwrap_or_default(),
            external_session_id: self.text(|g| g.external_session_id.as_ref()).unwrap_or_default(),
            id: self.id(),
            note: self.text(|g| g.note.as_ref()).or(self.call.note.as_deref()).unwrap_or_default(),
            recording_urls: style.list(match self.given.and_then(|g| g.recording_urls.as_ref()) {
                Some(urls) => urls.iter().map(Text::from).collect(),
                None => recording().into_iter().collect(),
            }),
            started_at: time(self.call.at),
            updated_at: time(self.updated_at()),
            user_id: self.user_id(),
        }
    }

    /// The extensions that it went to: the agent's, from when it began to ring there.
    fn targets(&self, style: Style) -> Vec<CallTarget<'a>> {
        if let Some(targets) = self.given.and_then(|g| g.call_targets.as_ref()) {
            return targets.iter().map(|target| CallTarget::given(target, style)).collect();
        }
        let Some(agent) = self.agent() else { return vec![] };
        let call = self.call;
        let rang_at = call.at + TimeDelta::from(call.dial + call.ivr + call.wait);
        let target = CallTarget {
            add_time: style.time(Some(rang_at)),
            answered_time: style.time(call.answered_at()),
            end_reason: "",
            ended_time: style.time(Some(call.ended_at())),
            fail_code: 0,
            ring_duration: call.ring.as_seconds(),
            ring_time: style.time(Some(rang_at)),
            status: self.call_state(),
            target_number: agent.extension.as_deref().unwrap_or_default(),
            trunk_name: "",
        };
        vec![target]
    }
}

/// The id of somebody where there is nobody.
pub const NOBODY: &str = "0";

/// An id that the scenario leaves open: 19 digits, as the vendor's own are.
fn derived_id(view: &View, kind: &str, index: usize) -> String {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&view.opaque(kind, index)[..8]);
    format!("1{:018}", u64::from_be_bytes(bytes) % 1_000_000_000_000_000_000)
}

/// An agent's `extension_id`.
pub fn agents_extension_id(view: &View, agent: Ref<Agent>) -> Text<'_> {
    let given = view.agent(agent).data.sencloud.as_ref().and_then(|g| g.extension_id.as_deref());
    given.map_or_else(|| derived_id(view, "extension", agent.index()).into(), Text::from)
}

/// An agent's `user_id`.
pub fn agents_user_id(view: &View, agent: Ref<Agent>) -> Text<'_> {
    let given = view.agent(agent).data.sencloud.as_ref().and_then(|g| g.user_id.as_deref());
    given.map_or_else(|| derived_id(view, "user", agent.index()).into(), Text::from)
}

/// A call log, its members in the samples' order (page L62-103).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CallLog<'a> {
    call_state: &'a str,
    call_status: &'a str,
    call_targets: List<CallTarget<'a>>,
    callee: &'a str,
    caller: &'a str,
    contact_id: Text<'a>,
    created_at: String,
    direction: &'a str,
    duration: u64,
    ended_at: String,
    extension_id: Text<'a>,
    external_id: &'a str,
    external_session_id: &'a str,
    id: Text<'a>,
    note: &'a str,
    recording_urls: List<Text<'a>>,
    started_at: String,
    updated_at: String,
    user_id: Text<'a>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct CallTarget<'a> {
    add_time: String,
    answered_time: String,
    end_reason: &'a str,
    ended_time: String,
    fail_code: i64,
    ring_duration: u64,
    ring_time: String,
    status: &'a str,
    target_number: &'a str,
    trunk_name: &'a str,
}

impl<'a> CallTarget<'a> {
    fn given(target: &'a data::CallTarget, style: Style) -> Self {
        Self {
            add_time: style.time(target.add_time),
            answered_time: style.time(target.answered_time),
            end_reason: &target.end_reason,
            ended_time: style.time(target.ended_time),
            fail_code: target.fail_code,
            ring_duration: target.ring_duration,
            ring_time: style.time(target.ring_time),
            status: &target.status,
            target_number: &target.target_number,
            trunk_name: &target.trunk_name,
        }
    }
}
