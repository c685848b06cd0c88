//! A call in callmock's own words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Vendor;
use crate::universe::{Call, CallOutcome, Direction, Millis, Ordinal, Rating};
use crate::world::{View, World};

/// A call as `GET /_mock/calls` shows it. Durations are in whole seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Neutral {
    /// The call's id in the scenario.
    pub id: String,
    /// Whether the call is inbound, outbound or internal.
    pub direction: Direction,
    /// The caller's number.
    pub from: String,
    /// The called number.
    pub to: String,
    /// The time of the beginning.
    pub at: DateTime<Utc>,
    /// The time of the answer, if the call was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// The time of the end; `None` until then.
    pub ended_at: Option<DateTime<Utc>>,
    /// Seconds of dialling.
    pub dial: i64,
    /// Seconds in the telephone menu.
    pub ivr: i64,
    /// Seconds in the queue.
    pub wait: i64,
    /// Seconds of ringing.
    pub ring: i64,
    /// Seconds from answer to end.
    pub talk: i64,
    /// Seconds on hold, as a part of `talk`.
    pub hold: u64,
    /// The outcome; `None` while the call is in progress.
    pub outcome: Option<CallOutcome>,
    /// The agent's id in the scenario.
    pub agent: Option<String>,
    /// The customer's id in the scenario.
    pub customer: Option<String>,
    /// The queue's id in the scenario.
    pub queue: Option<String>,
    /// The id of the call that this one was derived from, by a transfer for example.
    pub parent: Option<String>,
    /// The recording, if there is one.
    pub recording: Option<Recorded>,
    /// The customer's rating of the call.
    pub rating: Option<Rating>,
    /// The vendors or accounts that hold the call; `None` if all do.
    pub on: Option<Vec<String>>,
    /// The call's id at each vendor that shows it.
    pub ids: Map<String, Value>,
    /// The current state, in the words of the vendor that created the call. For other calls it is
    /// `scheduled`, `dialing`, `ivr`, `queued`, `ringing`, `connected`, `voicemail` or `ended`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// A recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The URL of the file.
    pub url: Option<String>,
    /// The duration in seconds.
    pub duration: u64,
}

/// Declares the fields of a neutral call that a team's own table may have.
macro_rules! fields {
    ($( $name:ident = $text:literal, $summary:literal; )+) => {
        /// A field of a neutral call that a vendor may tell.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $( #[doc = $summary] $name, )+
        }

        impl Field {
            /// Every field.
            pub const ALL: &[Self] = &[$( Self::$name ),+];

            /// The field's name in JSON.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( Self::$name => $text, )+ }
            }
        }
    };
}

fields! {
    Direction = "direction", "`inbound`, `outbound` or `internal`.";
    From = "from", "The caller's number.";
    To = "to", "The called number.";
    At = "at", "When it began.";
    AnsweredAt = "answered_at", "When it was answered.";
    EndedAt = "ended_at", "When it ended.";
    Dial = "dial", "Seconds of dialling.";
    Ivr = "ivr", "Seconds in the menu.";
    Wait = "wait", "Seconds in the queue.";
    Ring = "ring", "Seconds of ringing.";
    Talk = "talk", "Seconds from answer to end.";
    Hold = "hold", "Seconds on hold.";
    Outcome = "outcome", "How it came out.";
    Agent = "agent", "Who took it.";
    Customer = "customer", "Whom it was with.";
    Queue = "queue", "Where it waited.";
    Parent = "parent", "The call that it belongs to.";
    RecordingUrl = "recording_url", "Where the recording is.";
    RecordingDuration = "recording_duration", "How long the recording is, in seconds.";
    RatingScore = "rating_score", "The score of the survey.";
    RatingLabel = "rating_label", "What the score means.";
    RatingChannel = "rating_channel", "How the survey was put.";
}

impl Neutral {
    /// A call of a world, with its id at each vendor that holds it.
    #[must_use]
    pub fn of(vendors: &[&'static dyn Vendor], world: &World, view: &View, ordinal: Ordinal) -> Option<Self> {
        let call: &Call = view.call(ordinal)?;
        let ids = vendors.iter().filter_map(|vendor| {
            let name = vendor.catalogue().vendor;
            let id = vendor.call_id(view, ordinal).filter(|_| call.on_vendor(name))?;
            Some((name.to_owned(), Value::String(id)))
        });
        // A call in progress shows only the facts that are known so far.
        let now = view.now();
        let happened = |at: DateTime<Utc>| at <= now;
        let over = call.is_over(now);
        let mut left = (now - call.at).num_milliseconds().max(0);
        let mut phase = |length: Millis| {
            let passed = i64::from(length.0).min(left);
            left -= passed;
            passed / 1000
        };
        Some(Self {
            id: call.id.to_string(),
            direction: call.direction,
            from: call.from.to_string(),
            to: call.to.to_string(),
            at: call.at,
            answered_at: call.answered_at().filter(|at| happened(*at)),
            ended_at: Some(call.ended_at()).filter(|_| over),
            dial: phase(call.dial),
            ivr: phase(call.ivr),
            wait: phase(call.wait),
            ring: phase(call.ring),
            talk: phase(call.talk),
            hold: call.hold.as_seconds(),
            outcome: Some(call.outcome).filter(|_| over),
            agent: call.agent.map(|agent| view.agent(agent).id.to_string()),
            customer: call.customer.map(|customer| view.customer(customer).id.to_string()),
            queue: call.queue.map(|queue| view.queue(queue).id.to_string()),
            parent: call.parent.and_then(|parent| Some(view.call(parent)?.id.to_string())),
            recording: call.recording.as_ref().filter(|_| over).map(|recording| Recorded {
                url: recording.url.as_deref().map(str::to_owned),
                duration: recording.duration.as_seconds(),
            }),
            rating: call.rating.as_deref().cloned(),
            on: call.on.as_ref().map(|on| {
                let holder = |holder: &crate::universe::Holder| match &holder.account {
                    Some(account) => {
                        format!("{}/{}", holder.vendor, world.names().own(holder.vendor, account))
                    }
                    None => holder.vendor.to_owned(),
                };
                on.iter().map(holder).collect()
            }),
            ids: ids.collect(),
            status: vendors
                .iter()
                .find_map(|vendor| vendor.call_status(view, ordinal))
                .or(Some(call.phase(now).name()))
                .map(str::to_owned),
        })
    }
}
