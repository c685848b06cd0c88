//! A call in callmock's own words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::universe::{CallOutcome, Direction, Rating};

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
    /// The size of the file that a vendor serves of it, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The key of that file's tones, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tones: Option<String>,
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
    At = "at", "The time at which the call began.";
    AnsweredAt = "answered_at", "The time at which it was answered.";
    EndedAt = "ended_at", "The time at which it ended.";
    Dial = "dial", "Seconds of dialling.";
    Ivr = "ivr", "Seconds in the menu.";
    Wait = "wait", "Seconds in the queue.";
    Ring = "ring", "Seconds of ringing.";
    Talk = "talk", "Seconds from answer to end.";
    Hold = "hold", "Seconds on hold.";
    Outcome = "outcome", "The outcome.";
    Agent = "agent", "The agent who took the call.";
    Customer = "customer", "The customer.";
    Queue = "queue", "The queue.";
    Parent = "parent", "The call that this one belongs to.";
    RecordingUrl = "recording_url", "The URL of the recording.";
    RecordingDuration = "recording_duration", "The duration of the recording, in seconds.";
    RecordingBytes = "recording_bytes", "The size of the recording's file, in bytes.";
    RecordingSha256 = "recording_sha256", "The SHA-256 of the recording's file, in hexadecimal digits.";
    RatingScore = "rating_score", "The score of the survey.";
    RatingLabel = "rating_label", "The label of the score.";
    RatingChannel = "rating_channel", "The channel of the survey.";
}
