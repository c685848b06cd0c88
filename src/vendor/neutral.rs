//! A call as no vendor writes it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::universe::{CallOutcome, Direction, Rating};

/// A call as `GET /_mock/calls` shows it. Durations are whole seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Neutral {
    /// Its name in the scenario.
    pub id: String,
    /// Who called whom.
    pub direction: Direction,
    /// The caller's number.
    pub from: String,
    /// The called number.
    pub to: String,
    /// When it began.
    pub at: DateTime<Utc>,
    /// When it was answered, if it was.
    pub answered_at: Option<DateTime<Utc>>,
    /// When it ended; none until then.
    pub ended_at: Option<DateTime<Utc>>,
    /// Dialling.
    pub dial: i64,
    /// In the telephone menu.
    pub ivr: i64,
    /// In the queue.
    pub wait: i64,
    /// Ringing.
    pub ring: i64,
    /// From answer to end.
    pub talk: i64,
    /// On hold, within `talk`.
    pub hold: u64,
    /// How it came out; none while it is under way.
    pub outcome: Option<CallOutcome>,
    /// The agent's id in the scenario.
    pub agent: Option<String>,
    /// The customer's id in the scenario.
    pub customer: Option<String>,
    /// The queue's id in the scenario.
    pub queue: Option<String>,
    /// The id of the call that it belongs to.
    pub parent: Option<String>,
    /// What was recorded.
    pub recording: Option<Recorded>,
    /// What the customer said of it.
    pub rating: Option<Rating>,
    /// Who holds it, where not everybody does.
    pub on: Option<Vec<String>>,
    /// Its id at each vendor that shows it.
    pub ids: Map<String, Value>,
    /// Where it stands, in the words of the vendor by which it was created; `scheduled`, `dialing`,
    /// `ivr`, `queued`, `ringing`, `connected`, `voicemail` or `ended`, if none created it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// A recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Where it is.
    pub url: Option<String>,
    /// How long it is.
    pub duration: u64,
    /// The size of the file that a vendor serves of it, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The key of that file's tones, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tones: Option<String>,
}

/// Declares the members of a neutral call that a team's own table may have.
macro_rules! fields {
    ($( $name:ident = $text:literal, $summary:literal; )+) => {
        /// A member of a neutral call that a vendor may tell.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $( #[doc = $summary] $name, )+
        }

        impl Field {
            /// Every member.
            pub const ALL: &[Self] = &[$( Self::$name ),+];

            /// As it is written.
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
    RecordingBytes = "recording_bytes", "The size of the recording's file, in bytes.";
    RecordingSha256 = "recording_sha256", "The SHA-256 of the recording's file, in hexadecimal digits.";
    RatingScore = "rating_score", "The score of the survey.";
    RatingLabel = "rating_label", "What the score means.";
    RatingChannel = "rating_channel", "How the survey was put.";
}
