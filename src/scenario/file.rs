//! The scenario file format, version 1. Doc comments here are what editors show: they become the
//! JSON Schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::fault::Fault;
use super::values::{At, Clock, DayOrMoment, Length, Moment, Offset, OptionName, PersonName};
use crate::dialects::{self, vendors};
use crate::universe::{AgentState, CallOutcome, Direction, EndedBy, QueueState, RatingChannel};

/// A callmock scenario: what a world starts with.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The version of this format: 1.
    #[schemars(with = "u64", range(min = 1, max = 1))]
    pub callmock: At<u64>,
    /// One line for people.
    pub title: Option<String>,
    /// Other files, relative to this one, that are merged before it.
    #[serde(default)]
    pub include: Vec<At<String>>,
    /// `real` (the default), a fixed time, or `{start: TIME, rate: 60}`.
    pub clock: Option<Clock>,
    /// Ids and generated data are made from it; the same seed gives the same bytes everywhere.
    pub seed: Option<u64>,
    /// The credentials, by vendor.
    #[serde(default)]
    pub accounts: Accounts,
    /// Who takes calls.
    #[serde(default)]
    pub agents: Vec<Agent>,
    /// Whom the contact centre knows.
    #[serde(default)]
    pub customers: Vec<Customer>,
    /// Where calls wait.
    #[serde(default)]
    pub queues: Vec<Queue>,
    /// Calls, one by one.
    #[serde(default)]
    pub calls: Vec<Call>,
    /// Calls by the thousand, after the listed ones.
    pub generate: Option<Generate>,
    /// Whether accounts may have keys that look like real ones. They need not be real to be kept
    /// from files, so say so only where there is no other way.
    pub allow_real_keys: Option<bool>,
    /// What goes wrong on purpose.
    #[serde(default)]
    pub faults: Vec<At<Fault>>,
    /// Choices where a vendor's page is ambiguous, such as `commubo.end: inclusive`.
    #[serde(default)]
    pub readings: BTreeMap<At<String>, At<OptionName>>,
}

/// Declares the accounts section: a list a vendor.
macro_rules! accounts {
    ([$($vendor:ident)+]) => {
        /// The credentials, by vendor.
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct Accounts {
            $(
                #[doc = concat!("Accounts of ", stringify!($vendor), ".")]
                pub $vendor: Vec<At<dialects::$vendor::Account>>,
            )+
        }

        impl Accounts {
            /// Adds another file's accounts to these.
            pub fn append(&mut self, other: Self) {
                $( self.$vendor.extend(other.$vendor); )+
            }

            /// Every account with its vendor's name, its place in the vendor's list, and its place
            /// in the file.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, usize, At<&dyn dialects::Account>)> {
                let all = std::iter::empty();
                $(
                    let all = all.chain(self.$vendor.iter().enumerate().map(|(n, account)| {
                        let value: &dyn dialects::Account = &account.value;
                        (stringify!($vendor), n, At { value, place: account.place })
                    }));
                )+
                all
            }

            /// The accounts without their places.
            pub fn into_accounts(self) -> dialects::Accounts {
                dialects::Accounts {
                    $( $vendor: self.$vendor.into_iter().map(|account| account.value).collect(), )+
                }
            }
        }
    };
}
vendors! { accounts! {} }

/// Declares an entry that carries every vendor's additions under the vendor's key.
macro_rules! entry {
    ([$($vendor:ident)+] $(#[$doc:meta])* struct $name:ident => $of:ident { $($fields:tt)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($fields)*
            $(
                #[doc = concat!("What ", stringify!($vendor), " adds.")]
                pub $vendor: Option<Box<dialects::$vendor::$name>>,
            )+
        }

        impl $name {
            /// Moves the vendors' additions out.
            pub fn take_data(&mut self) -> dialects::$of {
                dialects::$of { $( $vendor: self.$vendor.take(), )+ }
            }
        }
    };
}

vendors! { entry! {
    /// Somebody, or an AI, who takes calls for the contact centre.
    struct Agent => OfAgent {
        /// What this and other files call it.
        pub id: At<String>,
        /// A text, or `{given, family, display?}`.
        pub name: PersonName,
        /// Its e-mail address.
        pub email: Option<String>,
        /// Its extension's number.
        pub extension: Option<String>,
        /// Whether it can take a call, as the scenario starts.
        #[serde(default)]
        pub state: AgentState,
    }
} }

vendors! { entry! {
    /// Somebody whom the contact centre knows.
    struct Customer => OfCustomer {
        /// What this and other files call it.
        pub id: At<String>,
        /// A text, or `{given, family, display?}`.
        pub name: Option<PersonName>,
        /// The numbers it calls from.
        #[serde(default)]
        pub phones: Vec<String>,
        /// The tickets it has.
        #[serde(default)]
        pub tickets: Vec<String>,
    }
} }

vendors! { entry! {
    /// A queue, also known as a menu, a skill group, a hotline or a conversation scenario.
    struct Queue => OfQueue {
        /// What this and other files call it.
        pub id: At<String>,
        /// What people call it.
        pub name: String,
        /// Whether it takes calls, as the scenario starts.
        #[serde(default)]
        pub state: QueueState,
    }
} }

vendors! { entry! {
    /// One call. Its phases pass in the order dial, ivr, wait, ring, talk.
    struct Call => OfCall {
        /// What this and other files call it.
        pub id: At<String>,
        /// Seen from the contact centre.
        pub direction: Direction,
        /// The number that called.
        pub from: String,
        /// The number that was called.
        pub to: String,
        /// When it began.
        pub at: At<Moment>,
        /// From the beginning to the far end's first sign.
        pub dial: Option<Length>,
        /// In the telephone menu.
        pub ivr: Option<Length>,
        /// In the queue.
        pub wait: Option<Length>,
        /// Ringing.
        pub ring: Option<Length>,
        /// Both ends connected.
        pub talk: Option<At<Length>>,
        /// Within `talk`, on hold.
        pub hold: Option<At<Length>>,
        /// How it came out.
        pub outcome: CallOutcome,
        /// Who hung up.
        pub ended_by: Option<EndedBy>,
        /// The id of the agent who took or placed it.
        pub agent: Option<At<String>>,
        /// The id of the customer at the far end.
        pub customer: Option<At<String>>,
        /// The id of the queue that it went through.
        pub queue: Option<At<String>>,
        /// The id of the call that it was derived from.
        pub parent: Option<At<String>>,
        /// A remark.
        pub note: Option<String>,
        /// Its recording, or the message of a voicemail.
        pub recording: Option<Recording>,
        /// What the customer made of it.
        pub rating: Option<Rating>,
        /// Who holds it: a vendor, or a vendor and the public half of a credential
        /// (`commubo/TENANT`); everyone, if left out.
        pub on: Option<Vec<At<String>>>,
    }
} }

/// A recorded sound.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// Where it can be fetched.
    pub url: Option<String>,
    /// Its length.
    pub duration: Length,
}

/// A customer's answer to a survey.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// The score.
    pub score: i64,
    /// What the score means.
    pub label: Option<String>,
    /// How the survey was put.
    pub channel: Option<RatingChannel>,
}

/// Calls by the thousand: a believable mix, drawn from the seed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generate {
    /// How many, 10 000 000 at most.
    #[schemars(with = "u32", range(min = 1, max = 10_000_000))]
    pub calls: At<u32>,
    /// The first day, or the first moment.
    pub from: DayOrMoment,
    /// The last day, which is wholly in, or the moment after the last.
    pub to: At<DayOrMoment>,
    /// The offset of days from UTC, and of the hours in which people call.
    pub offset: Option<Offset>,
    /// Who holds the calls, as for a single call.
    pub on: Option<Vec<At<String>>>,
}
