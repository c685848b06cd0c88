//! A call, as no vendor writes it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Agent, Customer, Millis, Ordinal, Queue, Ref};
use crate::dialects::{OfCall, VENDORS};

/// One call between two numbers. Its phases pass in the order dial, ivr, wait, ring, talk.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Its name in the scenario.
    pub id: CallId,
    /// Seen from the contact centre.
    pub direction: Direction,
    /// The number that called.
    pub from: Arc<str>,
    /// The number that was called.
    pub to: Arc<str>,
    /// When it began.
    pub at: DateTime<Utc>,
    /// From the beginning to the far end's first sign.
    pub dial: Millis,
    /// In the telephone menu.
    pub ivr: Millis,
    /// In the queue.
    pub wait: Millis,
    /// Ringing at the agent, or at the far end of an outbound call.
    pub ring: Millis,
    /// Both ends connected; nothing unless the call was answered.
    pub talk: Millis,
    /// Within `talk`, on hold.
    pub hold: Millis,
    /// How it came out.
    pub outcome: CallOutcome,
    /// Who hung up, where that is known.
    pub ended_by: Option<EndedBy>,
    /// Who took or placed it.
    pub agent: Option<Ref<Agent>>,
    /// Who is at the far end, where the contact centre knows them.
    pub customer: Option<Ref<Customer>>,
    /// The queue it went through.
    pub queue: Option<Ref<Queue>>,
    /// The call that it was derived from, by a transfer for example.
    pub parent: Option<Ordinal>,
    /// A remark.
    pub note: Option<Arc<str>>,
    /// Its recording, or the message of a voicemail.
    pub recording: Option<Recording>,
    /// What the customer made of it.
    pub rating: Option<Box<Rating>>,
    /// Who holds it; everyone, if none.
    pub on: Option<Arc<[Holder]>>,
    /// Whether its agent is still to be chosen, when it begins.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaits_agent: bool,
    /// What vendors add to it.
    pub data: Option<Box<OfCall>>,
}

/// Where a call stands at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It has not begun.
    Scheduled,
    /// The number is being dialled.
    Dialing,
    /// In the telephone menu.
    Ivr,
    /// In the queue.
    Queued,
    /// Ringing.
    Ringing,
    /// Both ends speak.
    Connected,
    /// A message is being left.
    Voicemail,
    /// It is over.
    Ended,
}

impl Phase {
    /// As the admin API writes it.
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
    /// When the two ends were connected; never for a call that was not answered.
    #[must_use]
    pub fn answered_at(&self) -> Option<DateTime<Utc>> {
        (self.outcome == CallOutcome::Answered).then(|| self.at + TimeDelta::from(self.before_answer()))
    }

    /// When it ended. A voicemail ends when its message does.
    #[must_use]
    pub fn ended_at(&self) -> DateTime<Utc> {
        let message = match (&self.outcome, &self.recording) {
            (CallOutcome::Voicemail, Some(recording)) => recording.duration,
            _ => Millis::default(),
        };
        self.at + TimeDelta::from(self.before_answer() + self.talk + message)
    }

    /// Whether it has begun at a time.
    #[must_use]
    pub fn has_begun(&self, now: DateTime<Utc>) -> bool {
        self.at <= now
    }

    /// Whether it is over at a time: what a list of past calls may show.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.ended_at() <= now
    }

    /// Where it stands at a time.
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

    fn before_answer(&self) -> Millis {
        [self.dial, self.ivr, self.wait, self.ring].into_iter().sum()
    }

    /// Whether an account of a vendor holds this call.
    #[must_use]
    pub fn held_by(&self, vendor: &str, account: &str) -> bool {
        self.on.as_ref().is_none_or(|on| {
            on.iter().any(|h| h.vendor == vendor && h.account.as_deref().is_none_or(|a| a == account))
        })
    }

    /// Whether any account of a vendor holds this call.
    #[must_use]
    pub fn on_vendor(&self, vendor: &str) -> bool {
        self.on.as_ref().is_none_or(|on| on.iter().any(|holder| holder.vendor == vendor))
    }

    #[cfg(test)]
    pub(crate) fn plain(at: DateTime<Utc>) -> Self {
        Self {
            id: CallId::Generated(0),
            direction: Direction::Inbound,
            from: "1".into(),
            to: "2".into(),
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

/// A call's name in its scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallId {
    /// As a scenario lists it.
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

    /// Whether it reads so.
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

/// Who began the call, seen from the contact centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A customer called.
    Inbound,
    /// The contact centre called.
    Outbound,
    /// One agent called another.
    Internal,
}

/// How a call came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Outcome")]
pub enum CallOutcome {
    /// The two ends spoke.
    Answered,
    /// Nobody took it.
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
    /// It could not be put through.
    Failed,
}

/// Who hung up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The agent.
    Agent,
    /// The customer.
    Customer,
    /// Neither.
    System,
}

/// A recorded sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// Where it can be fetched.
    pub url: Option<Arc<str>>,
    /// Its length.
    pub duration: Millis,
}

/// A customer's answer to a survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// The score.
    pub score: i64,
    /// What the score means, in the contact centre's words.
    pub label: Option<Box<str>>,
    /// How the survey was put.
    pub channel: Option<RatingChannel>,
}

/// How a survey was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RatingChannel {
    /// By telephone menu.
    Ivr,
    /// By text message.
    Sms,
}

/// Who holds a call: all accounts of a vendor, or one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// The vendor's folder name.
    pub vendor: &'static str,
    /// The public half of one credential; every account of the vendor, if none.
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
