//! The Manager API's view of a call (sheet of neighbours, the derivation below C5): a past call, or
//! a created call in its present state.
//!
//! Each member that the list filters or sorts by has one accessor, which the answer uses too.

use std::borrow::Cow;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::calls::{self, Ids, end_user_id};
use super::name::NAME;
use super::readings::ScheduledResponse;
use crate::dialects::ccai::{self as data, Created, CreatedKind};
use crate::universe::{Agent, Call, CallOutcome, Direction, EndedBy, Millis, Ordinal, Ref};
use crate::vendor::recording::Links;
use crate::world::{View, World};

/// Formatting of the calls in one answer.
#[derive(Debug)]
pub struct Style {
    subdomain: String,
    lang: String,
    scheduled: ScheduledResponse,
    links: Links,
    /// Encoder of derived ids.
    pub ids: Ids,
}

impl Style {
    /// The formatting that an account's settings and the world's readings choose.
    pub fn of(world: &World, view: &View, account: &data::Account, links: Links) -> Self {
        Self {
            subdomain: account.subdomain.clone(),
            lang: account.languages.first().map_or("en", String::as_str).to_owned(),
            scheduled: world.reading(),
            links,
            ids: Ids::of(view),
        }
    }
}

/// A call in an account's list.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The view of the world.
    pub view: &'a View,
    /// The formatting of the answer.
    pub style: &'a Style,
    /// The call's ordinal in the world.
    pub ordinal: Ordinal,
    /// The neutral call.
    pub call: &'a Call,
    /// The data of the request that created the call, if any.
    pub created: Option<&'a Created>,
    /// The call's id at CCAI Platform.
    pub id: u64,
}

/// The sort key of a record in one column. `None` is before all others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key<'a> {
    /// Null, or a column with one value for every call.
    None,
    /// A number, a time in milliseconds, or a boolean.
    Number(i64),
    /// A text.
    Text(Cow<'a, str>),
}

/// The columns for sorting: all members except objects and arrays (M8).
pub const COLUMNS: &[&str] = &[
    "id",
    "parent_id",
    "call_uuid",
    "lang",
    "call_type",
    "status",
    "sub_status",
    "created_at",
    "queued_at",
    "assigned_at",
    "connected_at",
    "ends_at",
    "scheduled_at",
    "updated_at",
    "wait_duration",
    "queue_duration",
    "call_duration",
    "hold_duration",
    "rating",
    "has_feedback",
    "voip_provider",
    "out_ticket_id",
    "out_ticket_url",
    "verified",
    "recording_url",
    "recording_permission",
    "voicemail_reason",
    "deflection",
    "disconnected_by",
    "finish_reason",
    "fail_details",
    "fail_reason",
    "adapter_fail_code",
    "adapter_fail_message",
    "support_number",
    "offer_type",
    "answer_type",
    "outbound_number",
];

impl<'a> Record<'a> {
    /// The record of a call, if the account's list shows it. The list shows past calls, and created
    /// calls from their creation.
    pub fn of(view: &'a View, style: &'a Style, ordinal: Ordinal) -> Option<Self> {
        let own = || view.call(ordinal).filter(|call| call.held_by(NAME, &style.subdomain));
        let under_way = || own().filter(|call| calls::created(call).is_some());
        let call = view.listed(ordinal, NAME, &style.subdomain).or_else(under_way)?;
        let id = calls::id_of(call, ordinal, style.ids)?;
        Some(Self { view, style, ordinal, call, created: calls::created(call), id })
    }

    /// Whether the call is not over yet.
    pub fn is_under_way(&self) -> bool {
        !self.call.is_over(self.view.now())
    }

    /// The time of creation.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.created.map_or(self.call.at, calls::created_at).trunc_subsecs(3)
    }

    /// The time of the last change of state so far. For a past call, this is its end.
    pub fn updated_at(&self) -> DateTime<Utc> {
        let Call { ring, .. } = *self.call;
        let assigned = self.call.agent.map(|_| self.begins_to(self.before_agent()));
        let rung = self.begins_to(self.before_agent() + ring);
        // "assigned" becomes "connecting" after a second, unless the ringing ends sooner.
        let connecting = assigned.map(|at| at + TimeDelta::seconds(1)).filter(|at| *at < rung);
        let states = [Some(self.call.at), assigned, connecting, Some(rung)].into_iter().flatten();
        let states = states.filter(|_| self.created.is_some());
        let changes =
            states.chain([self.view.changed_at(self.ordinal, self.call)]).map(|at| at.trunc_subsecs(3));
        changes.filter(|at| *at <= self.view.now()).chain([self.created_at()]).max().unwrap_or_default()
    }

    /// The sort key in a column.
    pub fn key(&self, column: &str) -> Key<'a> {
        let millis = |at: Option<DateTime<Utc>>| {
            at.map_or(Key::None, |at| Key::Number(at.trunc_subsecs(3).timestamp_millis()))
        };
        let number = |n: u64| Key::Number(i64::try_from(n).unwrap_or(i64::MAX));
        let text = |text: Option<&'a str>| text.map_or(Key::None, |text| Key::Text(text.into()));
        match column {
            "id" => number(self.id),
            "parent_id" => self.parent_id().map_or(Key::None, number),
            "call_uuid" => Key::Text(self.uuid().into()),
            "lang" => text(Some(self.lang())),
            "call_type" => text(Some(self.call_type())),
            "status" => text(Some(self.status())),
            "created_at" => millis(Some(self.created_at())),
            "queued_at" => millis(self.queued_at()),
            "assigned_at" => millis(self.assigned_at()),
            "connected_at" => millis(self.connected_at()),
            "ends_at" => millis(self.ends_at()),
            "scheduled_at" => millis(self.scheduled_at()),
            "updated_at" => millis(Some(self.updated_at())),
            "wait_duration" => number(self.durations().1),
            "queue_duration" => number(self.durations().0),
            "call_duration" => number(self.durations().2),
            "hold_duration" => number(self.call.hold.as_seconds()),
            "rating" => self.view.rating(self.ordinal).map_or(Key::None, |rating| Key::Number(rating.score)),
            "has_feedback" => number(self.has_feedback().into()),
            "out_ticket_id" => text(self.ticket_id()),
            "recording_url" => self.recording_url().map_or(Key::None, Key::Text),
            "disconnected_by" => text(Some(self.disconnected_by())),
            "fail_reason" => text(Some(self.fail_reason())),
            "support_number" => text(self.support_number()),
            "offer_type" => text(self.offer_type()),
            "outbound_number" => text(self.outbound_number()),
            _ => Key::None,
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.view.now()
    }

    fn begins_to(&self, passed: Millis) -> DateTime<Utc> {
        self.call.at + TimeDelta::from(passed)
    }

    fn so_far(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (at <= self.now()).then_some(at)
    }

    /// The time from the call's start to its assignment, in milliseconds. An agent who dials is
    /// assigned from the start, but for a created call a machine dials first (A2, A3).
    fn before_agent(&self) -> Millis {
        let Call { dial, ivr, wait, direction, .. } = *self.call;
        let dialled =
            if direction == Direction::Inbound || self.created.is_some() { dial } else { Millis(0) };
        dialled + ivr + wait
    }

    /// The id of the parent call.
    pub fn parent_id(&self) -> Option<u64> {
        match self.created {
            Some(created) => created.parent_id,
            None => self.call.parent.and_then(|parent| calls::call_id(self.view, parent)),
        }
    }

    /// The UUID of the call, drawn from the seed.
    pub fn uuid(&self) -> String {
        let drawn = self.view.opaque("call_uuid", self.ordinal.0 as usize);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&drawn[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// The language of the request that created the call, else the account's first.
    pub fn lang(&self) -> &'a str {
        self.created.map_or(&self.style.lang, |created| &created.lang)
    }

    /// The `call_type`. A created call keeps the type of its 201 answer.
    pub fn call_type(&self) -> &'static str {
        match (self.created, self.call.direction) {
            (Some(created), _) => calls::call_type(created, self.style.scheduled),
            (None, Direction::Outbound) => "Voice Outbound",
            (None, Direction::Inbound | Direction::Internal) => "Voice Inbound (IVR)",
        }
    }

    /// The status: "finished" is a call that was connected, "failed" one that was not (page
    /// L131-146).
    pub fn status(&self) -> &'static str {
        calls::status(self.call, self.now()).unwrap_or(match self.call.outcome {
            CallOutcome::Answered => "finished",
            CallOutcome::Voicemail => "voicemail_received",
            _ => "failed",
        })
    }

    /// The reason of a failure, or "nothing".
    pub fn fail_reason(&self) -> &'static str {
        if self.status() != "failed" {
            return "nothing";
        }
        match self.call.outcome {
            CallOutcome::Answered | CallOutcome::Voicemail => "nothing",
            CallOutcome::NoAnswer => "eu_no_answer",
            CallOutcome::Busy => "eu_busy",
            CallOutcome::Rejected => "eu_rejected",
            CallOutcome::AbandonedIvr => "eu_in_menu_abandoned",
            CallOutcome::AbandonedQueue | CallOutcome::AbandonedRing => "eu_abandoned",
            CallOutcome::Failed => "unknown",
        }
    }

    /// The time at which the call entered its queue.
    pub fn queued_at(&self) -> Option<DateTime<Utc>> {
        self.call.queue?;
        match self.created.map(|created| created.kind) {
            Some(CreatedKind::Inbound) => self.created.map(|created| created.at),
            Some(CreatedKind::Scheduled) => self.so_far(self.call.at),
            Some(CreatedKind::Outbound) => None,
            None => {
                let queued = self.call.direction == Direction::Inbound
                    && self.call.outcome != CallOutcome::AbandonedIvr;
                queued.then(|| self.begins_to(self.call.dial + self.call.ivr))
            }
        }
    }

    /// The time at which the call was assigned to an agent.
    pub fn assigned_at(&self) -> Option<DateTime<Utc>> {
        self.call.agent?;
        let at = self.begins_to(self.before_agent());
        // The page shows an outbound call as assigned from its creation (A2, A3).
        let own = self.created.is_some_and(|created| created.kind == CreatedKind::Outbound);
        if own { Some(at) } else { self.so_far(at) }
    }

    /// The agent, once the call is assigned.
    pub fn agent(&self) -> Option<Ref<Agent>> {
        self.assigned_at().and(self.call.agent)
    }

    /// The time at which the call was answered.
    pub fn connected_at(&self) -> Option<DateTime<Utc>> {
        self.call.answered_at().and_then(|at| self.so_far(at))
    }

    /// The time of the call's end.
    pub fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.so_far(self.call.ended_at())
    }

    /// The time at which a scheduled call is due.
    pub fn scheduled_at(&self) -> Option<DateTime<Utc>> {
        self.created.and_then(|created| created.scheduled_at)
    }

    /// The durations so far, in seconds: in the queue, until the answer, and since the answer.
    pub fn durations(&self) -> (u64, u64, u64) {
        let Call { at, dial, ivr, wait, ring, talk, .. } = *self.call;
        let mut left = (self.now() - at).num_milliseconds().max(0);
        let mut phase = |length: Millis| {
            let passed = i64::from(length.0).min(left);
            left -= passed;
            u64::try_from(passed / 1000).unwrap_or_default()
        };
        let _ = (phase(dial), phase(ivr));
        let (queue, ring, talk) = (phase(wait), phase(ring), phase(talk));
        (queue, queue + ring, talk)
    }

    /// The rating's score, as text (C3).
    pub fn rating(&self) -> Option<String> {
        self.view.rating(self.ordinal).map(|rating| rating.score.to_string())
    }

    /// Whether the customer has rated the call.
    pub fn has_feedback(&self) -> bool {
        self.view.rating(self.ordinal).is_some()
    }

    /// The ticket that the call was created with.
    pub fn ticket_id(&self) -> Option<&'a str> {
        self.created.and_then(|created| created.ticket_id.as_deref())
    }

    /// The URL of the recording, once the call is over: the scenario's, else callmock's.
    pub fn recording_url(&self) -> Option<Cow<'a, str>> {
        let recording = self.view.recording(self.ordinal).filter(|_| !self.is_under_way())?;
        let own = || self.style.links.url(NAME, self.view, self.ordinal).map(Cow::Owned);
        recording.url.as_deref().map(Cow::Borrowed).or_else(own)
    }

    /// The party that ended the call, once it is over.
    pub fn disconnected_by(&self) -> &'static str {
        match self.call.ended_by.filter(|_| !self.is_under_way()) {
            Some(EndedBy::Agent) => "disconnected_by_agent",
            Some(EndedBy::Customer) => "disconnected_by_end_user",
            Some(EndedBy::System) | None => "disconnected_by_unknown",
        }
    }

    /// The number that an inbound call was made to.
    pub fn support_number(&self) -> Option<&'a str> {
        let inbound = self.call.direction == Direction::Inbound;
        Some(&*self.call.to).filter(|to| inbound && !to.is_empty())
    }

    /// The contact centre's number, from which an outbound call was made.
    pub fn outbound_number(&self) -> Option<&'a str> {
        match self.created {
            Some(created) => created.outbound_number.as_deref(),
            None => Some(&*self.call.from).filter(|_| self.call.direction == Direction::Outbound),
        }
    }

    /// The time at which the call was offered to agents: when it entered its queue.
    pub fn offered_at(&self) -> Option<DateTime<Utc>> {
        match self.created {
            Some(created) if created.kind == CreatedKind::Inbound => Some(self.created_at()),
            _ => self.queued_at(),
        }
    }

    /// The kind of the offer, if the call was offered.
    pub fn offer_type(&self) -> Option<&'static str> {
        self.offered_at().map(|_| "cascade")
    }

    /// The id of the end user, if known.
    pub fn end_user_id(&self) -> Option<u64> {
        match self.created {
            Some(created) => created.end_user_id,
            None => self.call.customer.map(|customer| end_user_id(self.view, customer)),
        }
    }
}
