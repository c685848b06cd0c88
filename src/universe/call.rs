//! A call, independent of any vendor.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Agent, Customer, Millis, Ordinal, Queue, Ref};
use crate::dialects::{OfCall, VENDORS};

/// One call between two numbers. Its phases follow in the order dial, ivr, wait, ring, talk.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The call's id in the scenario.
    pub id: CallId,
    /// The direction, seen from the contact centre.
    pub direction: Direction,
    /// The number that called.
    pub from: Arc<str>,
    /// The number that was called.
    pub to: Arc<str>,
    /// The time at which the call began.
    pub at: DateTime<Utc>,
    /// The time from the beginning to the first response of the far end.
    pub dial: Millis,
    /// The time in the telephone menu.
    pub ivr: Millis,
    /// The time in the queue.
    pub wait: Millis,
    /// The ringing time at the agent, or at the far end of an outbound call.
    pub ring: Millis,
    /// The time for which both ends were connected. Zero unless the call was answered.
    pub talk: Millis,
    /// The part of `talk` on hold.
    pub hold: Millis,
    /// The outcome.
    pub outcome: CallOutcome,
    /// The party that hung up, if it is known.
    pub ended_by: Option<EndedBy>,
    /// The agent who took or placed the call.
    pub agent: Option<Ref<Agent>>,
    /// The customer at the far end, if the contact centre knows them.
    pub customer: Option<Ref<Customer>>,
    /// The queue through which the call went.
    pub queue: Option<Ref<Queue>>,
    /// The call from which this one was derived, for example by a transfer.
    pub parent: Option<Ordinal>,
    /// A remark.
    pub note: Option<Arc<str>>,
    /// The recording of the talk, or the message of a voicemail.
    pub recording: Option<Recording>,
    /// The customer's rating of the call.
    pub rating: Option<Box<Rating>>,
    /// The accounts that hold the call. None is every account.
    pub on: Option<Arc<[Holder]>>,
    /// Whether its agent is chosen only when it begins.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaits_agent: bool,
    /// The vendors' additions.
    pub data: Option<Box<OfCall>>,
}

/// The phase of a call at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The call has not begun.
    Scheduled,
    /// The number is being dialled.
    Dialing,
    /// The caller is in the telephone menu.
    Ivr,
    /// The caller is in the queue.
    Queued,
    /// The agent's or the far end's telephone is ringing.
    Ringing,
    /// Both ends are connected.
    Connected,
    /// A message is being left.
    Voicemail,
    /// The call is over.
    Ended,
}

impl Phase {
    /// The name, as the admin API writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Phase::Scheduled => "scheduled",
            Phase::Dialing => "dialing",
            Phase::Ivr => "ivr",
            Phase::Queued => "queued",
            Phase::Ringing => "ringing",
            Phase::Connected => "connected",
            Phase::Voicemail => "voicemail",
            Phase::Ended => "ended",
        }
    }
}

impl Call {
    /// The time at which the two ends were connected. None if the call was not answered.
    #[inline]
    #[must_use]
    pub fn answered_at(&self) -> Option<DateTime<Utc>> {
        (self.outcome == CallOutcome::Answered).then(|| self.at + TimeDelta::from(self.before_answer()))
    }

    /// The time at which the call ended. A voicemail ends with its message.
    #[inline]
    #[must_use]
    pub fn ended_at(&self) -> DateTime<Utc> {
        self.at + TimeDelta::from(self.lasted())
    }

    /// The length from start to end.
    #[inline]
    #[must_use]
    pub fn lasted(&self) -> Millis {
        let message = match (&self.outcome, &self.recording) {
            (CallOutcome::Voicemail, Some(recording)) => recording.duration,
            _ => Millis::default(),
        };
        self.before_answer() + self.talk + message
    }

    /// The length from answer to end. It is 0 if the call was not answered.
    #[inline]
    #[must_use]
    pub fn talked(&self) -> Millis {
        if self.outcome == CallOutcome::Answered { self.talk } else { Millis::default() }
    }

    /// Whether the call has begun at a time.
    #[inline]
    #[must_use]
    pub fn has_begun(&self, now: DateTime<Utc>) -> bool {
        self.at <= now
    }

    /// Whether the call is over at a time. A list of past calls shows no others.
    #[inline]
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.ended_at() <= now
    }

    /// The phase of the call at a time.
    #[must_use]
    pub fn phase(&self, now: DateTime<Utc>) -> Phase {
        if !self.has_begun(now) {
            return Phase::Scheduled;
        }
        if self.is_over(now) {
            return Phase::Ended;
        }
        let mut end = self.at;
        let phases = [
            (self.dial, Phase::Dialing),
            (self.ivr, Phase::Ivr),
            (self.wait, Phase::Queued),
            (self.ring, Phase::Ringing),
            (self.talk, Phase::Connected),
        ];
        for (length, phase) in phases {
            end += TimeDelta::from(length);
            if now < end {
                return phase;
            }
        }
        Phase::Voicemail
    }

    #[inline]
    fn before_answer(&self) -> Millis {
        [self.dial, self.ivr, self.wait, self.ring].into_iter().sum()
    }

    /// Whether an account of a vendor holds this call.
    #[inline]
    #[must_use]
    pub fn held_by(&self, vendor: &str, account: &str) -> bool {
        holds(self.on.as_deref(), vendor, account)
    }

    /// Whether any account of a vendor holds this call.
    #[inline]
    #[must_use]
    pub fn on_vendor(&self, vendor: &str) -> bool {
        self.on.as_ref().is_none_or(|on| on.iter().any(|holder| holder.vendor == vendor))
    }

    /// A call of which nothing is known but its beginning.
    #[must_use]
    pub fn blank(at: DateTime<Utc>) -> Self {
        Self {
            id: CallId::Generated(0),
            direction: Direction::Inbound,
            from: Arc::default(),
            to: Arc::default(),
            at,
            dial: Millis(0),
            ivr: Millis(0),
            wait: Millis(0),
            ring: Millis(0),
            talk: Millis(0),
            hold: Millis(0),
            outcome: CallOutcome::Answered,
            ended_by: None,
            agent: None,
            customer: None,
            queue: None,
            parent: None,
            note: None,
            recording: None,
            rating: None,
            on: None,
            awaits_agent: false,
            data: None,
        }
    }
}

/// Whether an account of a vendor is among some holders. None is every account.
#[inline]
pub fn holds(on: Option<&[Holder]>, vendor: &str, account: &str) -> bool {
    on.is_none_or(|on| {
        on.iter().any(|h| h.vendor == vendor && h.account.as_deref().is_none_or(|a| a == account))
    })
}

/// The id of a call in its scenario or its world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallId {
    /// An id that a scenario writes.
    Listed(Box<str>),
    /// The n-th generated call, from 1: `gen-1`.
    Generated(u32),
    /// The n-th call that was created in a world, by a vendor's request: `created-1`.
    Created(u32),
}

impl CallId {
    /// Whether a vendor's request created the call.
    #[must_use]
    pub fn is_created(&self) -> bool {
        matches!(self, CallId::Created(_))
    }

    /// Whether the id is written as `name`.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        let counted =
            |prefix, n: &u32| name.strip_prefix(prefix).is_some_and(|digits| digits == n.to_string());
        match self {
            CallId::Listed(id) => **id == *name,
            CallId::Generated(n) => counted("gen-", n),
            CallId::Created(n) => counted("created-", n),
        }
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallId::Listed(id) => f.write_str(id),
            CallId::Generated(n) => write!(f, "gen-{n}"),
            CallId::Created(n) => write!(f, "created-{n}"),
        }
    }
}

/// The direction of a call, seen from the contact centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A customer called the contact centre.
    Inbound,
    /// The contact centre called the far end.
    Outbound,
    /// One agent called another.
    Internal,
}

/// The outcome of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Outcome")]
pub enum CallOutcome {
    /// The two ends were connected.
    Answered,
    /// Nobody answered.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// The far end declined.
    Rejected,
    /// The caller hung up in the telephone menu.
    AbandonedIvr,
    /// The caller hung up in the queue.
    AbandonedQueue,
    /// The caller hung up while it rang.
    AbandonedRing,
    /// The caller left a message.
    Voicemail,
    /// The call could not be connected.
    Failed,
}

/// The party that hung up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The agent.
    Agent,
    /// The customer.
    Customer,
    /// Neither of them: the system.
    System,
}

/// A sound recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The URL at which it can be fetched.
    pub url: Option<Arc<str>>,
    /// The length of the recording.
    pub duration: Millis,
}

/// A customer's answer to a survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// The score.
    pub score: i64,
    /// The meaning of the score, in the contact centre's words.
    pub label: Option<Box<str>>,
    /// The channel of the survey.
    pub channel: Option<RatingChannel>,
}

/// The channel of a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RatingChannel {
    /// By telephone menu.
    Ivr,
    /// By text message.
    Sms,
}

/// The holder of a call: all accounts of a vendor, or one of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Holder {
    /// The vendor's folder name.
    pub vendor: &'static str,
    /// The public half of one account. None is every account of the vendor.
    pub account: Option<Box<str>>,
}

impl<'de> Deserialize<'de> for Holder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Named {
            vendor: String,
            account: Option<Box<str>>,
        }
        let Named { vendor, account } = Named::deserialize(deserializer)?;
        let known = VENDORS.iter().copied().find(|known| *known == vendor);
        let vendor = known.ok_or_else(|| D::Error::custom(format!("there is no vendor `{vendor}`")))?;
        Ok(Self { vendor, account })
    }
}
