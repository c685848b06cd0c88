//! The scenario file format, version 1. Editors show the doc comments here, which become the JSON
//! Schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::fault::Fault;
use super::values::{
    At, Clock, HoursOfDay, Length, NameOrder, Offset, OneOrMore, OptionName, OutcomeName, PersonName,
    WeekdayRange, ZoneName,
};
use crate::dialects::{self, vendors};
use crate::times::{Edge, Time};
use crate::universe::{AgentState, CallOutcome, Country, Direction, EndedBy, QueueState, RatingChannel};

/// A callmock scenario: the initial state of a world.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The version of this format: 1.
    #[schemars(with = "u64", range(min = 1, max = 1))]
    pub callmock: At<u64>,
    /// A title, in one line.
    pub title: Option<String>,
    /// Other files, relative to this one, that are merged before it.
    #[serde(default)]
    pub include: Vec<At<String>>,
    /// The clock: `real` (the default), a fixed time, or `{start: TIME, rate: 60}`.
    pub clock: Option<At<Clock>>,
    /// The zone of relative times such as `yesterday 10:30` and of generated days and hours: a name
    /// such as `Asia/Tokyo`, or an offset such as `+09:00`. If left out, UTC.
    pub zone: Option<ZoneName>,
    /// The seed of ids and generated data. The same seed gives the same bytes on every machine.
    pub seed: Option<u64>,
    /// The accounts with their credentials, by vendor.
    #[serde(default)]
    pub accounts: Accounts,
    /// The agents, who take calls.
    #[serde(default)]
    pub agents: Vec<Agent>,
    /// The customers whom the contact centre knows.
    #[serde(default)]
    pub customers: Vec<Customer>,
    /// The queues in which calls wait.
    #[serde(default)]
    pub queues: Vec<Queue>,
    /// The calls, listed one by one.
    #[serde(default)]
    pub calls: Vec<Call>,
    /// Generated calls, added after the listed ones: one block, or a list of blocks.
    #[serde(default)]
    pub generate: OneOrMore<Generate>,
    /// How long after a call's end the vendors' lists have it. If left out, at its end.
    pub arrival: Option<Arrival>,
    /// The parts of a call that come only some time after its end: recording, rating, note. If left
    /// out, none.
    pub revisions: Option<Revisions>,
    /// Whether the last four digits of a dialled or calling number decide what becomes of a created
    /// call: `0102` is busy, `0103` is not answered, and so on. `GET /_mock` has the list.
    pub magic: Option<bool>,
    /// Whether coverage counts the calls that answers show, by their ids here. It is for scenarios
    /// of 10 000 calls at most.
    pub count_calls: Option<bool>,
    /// Whether accounts may have keys that look real. callmock does not need real keys, and files
    /// should not have them, so set it only if there is no other way.
    pub allow_real_keys: Option<bool>,
    /// The faults: failures on purpose.
    #[serde(default)]
    pub faults: Vec<At<Fault>>,
    /// The readings: choices where a vendor's page is ambiguous, such as `commubo.end: inclusive`.
    #[serde(default)]
    pub readings: BTreeMap<At<String>, At<OptionName>>,
}

/// Declares the accounts section, with a list for each vendor.
macro_rules! accounts {
    ([$($vendor:ident)+]) => {
        /// The accounts with their credentials, by vendor.
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct Accounts {
            $(
                #[doc = concat!(
                    "Accounts of ", stringify!($vendor), ". If left out, the account of the built-in ",
                    "scenario `documented`. If empty, none: every request is refused."
                )]
                pub $vendor: Option<Vec<At<dialects::$vendor::Account>>>,
            )+
        }

        impl Accounts {
            /// Adds the accounts of another file to these.
            pub fn append(&mut self, other: Self) {
                $(
                    if let Some(accounts) = other.$vendor {
                        self.$vendor.get_or_insert_default().extend(accounts);
                    }
                )+
            }

            /// Every account with its vendor's name, its index in the vendor's list, and its place
            /// in the file.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, usize, At<&dyn dialects::Account>)> {
                let all = std::iter::empty();
                $(
                    let all = all.chain(self.$vendor.iter().flatten().enumerate().map(|(n, account)| {
                        let value: &dyn dialects::Account = &account.value;
                        (stringify!($vendor), n, At { value, place: account.place })
                    }));
                )+
                all
            }

            /// Every account as [`each`](Self::each) lists it, to be changed.
            pub fn each_mut(
                &mut self,
            ) -> impl Iterator<Item = (&'static str, usize, At<&mut dyn dialects::Account>)> {
                let all = std::iter::empty();
                $(
                    let all = all.chain(self.$vendor.iter_mut().flatten().enumerate().map(|(n, account)| {
                        let place = account.place;
                        let value: &mut dyn dialects::Account = &mut account.value;
                        (stringify!($vendor), n, At { value, place })
                    }));
                )+
                all
            }

            /// The accounts without their places. A vendor that is left out gets those of
            /// `fallback`, which is made only then; the names of these vendors are returned, too.
            pub fn or<'a>(
                self,
                fallback: impl Fn() -> &'a dialects::Accounts,
            ) -> (dialects::Accounts, Vec<&'static str>) {
                let mut left_out = vec![];
                $(
                    let $vendor = match self.$vendor {
                        Some(accounts) => accounts.into_iter().map(|account| account.value).collect(),
                        None => {
                            left_out.push(stringify!($vendor));
                            fallback().$vendor.clone()
                        }
                    };
                )+
                (dialects::Accounts { $( $vendor, )+ }, left_out)
            }
        }
    };
}
vendors! { accounts! {} }

/// Declares the arrival of calls, with a key for each vendor.
macro_rules! arrival {
    ([$($vendor:ident)+]) => {
        /// How long after a call's end the vendors' lists have it.
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default, expecting = "`{delay: {median: 30s, p99: 10m}}`")]
        pub struct Arrival {
            /// The time at every vendor that has no time of its own.
            pub delay: Option<At<Spread>>,
            $(
                #[doc = concat!("The time at ", stringify!($vendor), ".")]
                pub $vendor: Option<At<Spread>>,
            )+
        }

        impl Arrival {
            /// The times by vendor, each with its key.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, &'static str, &At<Spread>)> {
                let all = std::iter::empty();
                $(
                    let own = self.$vendor.as_ref().map(|spread| (stringify!($vendor), spread));
                    let own = own.or(self.delay.as_ref().map(|spread| ("delay", spread)));
                    let all = all.chain(own.map(|(key, spread)| (stringify!($vendor), key, spread)));
                )+
                all
            }
        }
    };
}
vendors! { arrival! {} }

/// The parts of a call that come only some time after its end, each with that time. Until then a list
/// shows the call without the part. The time of the last change is that of the last part so far.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "`{recording: {median: 5m, p99: 1h}}`")]
pub struct Revisions {
    /// The recording with its address.
    pub recording: Option<At<Spread>>,
    /// The customer's rating.
    pub rating: Option<At<Spread>>,
    /// The note.
    pub note: Option<At<Spread>>,
}

/// A length of time that differs from call to call: a duration that is always the same, or a
/// log-normal one.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a duration such as `30s`, or `{median: 30s, p99: 10m}`")]
pub enum Spread {
    /// One duration.
    Fixed(Length),
    /// A log-normal distribution, as the latencies of real services have.
    Drawn(Quantiles),
}

/// A log-normal distribution, by two of its quantiles.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quantiles {
    /// Half of the times are shorter.
    pub median: Length,
    /// 99 of 100 times are shorter.
    pub p99: Length,
}

/// Declares an entry that has every vendor's additions under the vendor's key.
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
            /// Takes the vendors' additions out of the entry.
            pub fn take_data(&mut self) -> dialects::$of {
                dialects::$of { $( $vendor: self.$vendor.take(), )+ }
            }
        }
    };
}

vendors! { entry! {
    /// A person or an AI that takes calls for the contact centre.
    struct Agent => OfAgent {
        /// The id, by which this and other files refer to the agent.
        pub id: At<String>,
        /// The name: a text, or `{given, family, display?}`.
        pub name: PersonName,
        /// The order of given and family name, where the name has no `display`. If left out, the
        /// family name is first in Han characters, kana and Hangul, and last in other scripts.
        pub order: Option<NameOrder>,
        /// The e-mail address.
        pub email: Option<String>,
        /// The number of the extension.
        pub extension: Option<String>,
        /// The state at the start of the scenario: whether the agent can take a call.
        #[serde(default)]
        pub state: AgentState,
    }
} }

vendors! { entry! {
    /// A person whom the contact centre knows.
    struct Customer => OfCustomer {
        /// The id, by which this and other files refer to the customer.
        pub id: At<String>,
        /// The name: a text, or `{given, family, display?}`.
        pub name: Option<PersonName>,
        /// The order of given and family name, where the name has no `display`. If left out, the
        /// family name is first in Han characters, kana and Hangul, and last in other scripts.
        pub order: Option<NameOrder>,
        /// The telephone numbers from which the customer calls.
        #[serde(default)]
        pub phones: Vec<String>,
        /// The ids of the customer's tickets.
        #[serde(default)]
        pub tickets: Vec<String>,
    }
} }

vendors! { entry! {
    /// A queue, also known as a menu, a skill group, a hotline or a conversation scenario.
    struct Queue => OfQueue {
        /// The id, by which this and other files refer to the queue.
        pub id: At<String>,
        /// The display name.
        pub name: String,
        /// The state at the start of the scenario: whether the queue takes calls.
        #[serde(default)]
        pub state: QueueState,
    }
} }

vendors! { entry! {
    /// One call. Its phases follow in the order dial, ivr, wait, ring, talk.
    struct Call => OfCall {
        /// The id, by which this and other files refer to the call.
        pub id: At<String>,
        /// The direction, seen from the contact centre.
        pub direction: Direction,
        /// The number that called.
        pub from: String,
        /// The number that was called.
        pub to: String,
        /// The time at which the call began: in RFC 3339, or relative to the moment at which the
        /// world's clock starts, such as `-2h`, `yesterday 10:30` or `today-7d 09:00 +09:00`.
        pub at: At<Time>,
        /// The time from the beginning to the first response of the far end.
        pub dial: Option<Length>,
        /// The time in the telephone menu.
        pub ivr: Option<Length>,
        /// The time in the queue.
        pub wait: Option<Length>,
        /// The ringing time.
        pub ring: Option<Length>,
        /// The time for which both ends were connected.
        pub talk: Option<At<Length>>,
        /// The part of `talk` on hold.
        pub hold: Option<At<Length>>,
        /// The outcome.
        pub outcome: OutcomeName,
        /// The party that hung up.
        pub ended_by: Option<EndedBy>,
        /// The id of the agent who took or placed the call.
        pub agent: Option<At<String>>,
        /// The id of the customer at the far end.
        pub customer: Option<At<String>>,
        /// The id of the queue through which the call went.
        pub queue: Option<At<String>>,
        /// The id of the call from which this one was derived.
        pub parent: Option<At<String>>,
        /// A remark.
        pub note: Option<String>,
        /// The recording of the call, or the message of a voicemail.
        pub recording: Option<Recording>,
        /// The customer's rating of the call.
        pub rating: Option<Rating>,
        /// The holders of the call: vendors, or single accounts, written as the vendor and the
        /// public half of the credential (`commubo/TENANT`). If left out, every account holds it.
        pub on: Option<Vec<At<String>>>,
    }
} }

/// A sound recording.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The URL at which it can be fetched.
    pub url: Option<String>,
    /// The length.
    pub duration: Length,
}

/// A customer's answer to a survey.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// The score.
    pub score: i64,
    /// The meaning of the score.
    pub label: Option<String>,
    /// The channel of the survey.
    pub channel: Option<RatingChannel>,
}

/// Generated calls: a believable mix, drawn from the seed. All keys but `calls`, `from` and `to`
/// may be left out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generate {
    /// The number of calls, at most 10 000 000.
    #[schemars(with = "u32", range(min = 1, max = 10_000_000))]
    pub calls: At<u32>,
    /// The first day, such as `2018-09-01` or `today-7d`, or the first moment.
    pub from: At<Edge>,
    /// The last day, which is included, or the moment after the last one.
    pub to: At<Edge>,
    /// The offset of local time from UTC, instead of the scenario's `zone`. Days and hours follow
    /// it.
    pub offset: Option<Offset>,
    /// The holders of the calls, in the form of a call's `on`.
    pub on: Option<Vec<At<String>>>,
    /// The direction of the calls. If left out, 60 of 100 are inbound, 33 outbound, 7 internal.
    pub direction: Option<Direction>,
    /// The outcomes with their weights, such as `{answered: 6, busy: 1}`. If left out, a mix that
    /// fits the direction.
    pub outcomes: Option<At<Outcomes>>,
    /// The local hours in which calls begin, such as `10:00-18:00`. If left out, the whole day,
    /// with most calls in working hours.
    pub hours: Option<HoursOfDay>,
    /// The days on which calls begin, such as `[mon-fri]` or `[mon, wed, sat-sun]`. If left out,
    /// every day.
    pub weekdays: Option<Vec<WeekdayRange>>,
    /// The lengths of conversations. If left out, mostly minutes, seldom most of an hour.
    pub talk: Option<At<TalkLengths>>,
    /// The ids of the queues of the calls. If left out, all queues.
    pub queues: Option<Vec<At<String>>>,
    /// The ids of the agents who take or place the calls. If left out, all agents.
    pub agents: Option<Vec<At<String>>>,
    /// The contact centre's own number: `from` of outbound calls, `to` of inbound ones. If left
    /// out, the numbers of the accounts, else made-up ones.
    pub from_number: Option<String>,
    /// Customers who are made up for these calls. If left out, the scenario's customers, and some
    /// unknown callers.
    pub customers: Option<At<MadeUpCustomers>>,
}

/// Outcomes with their weights.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Outcomes {
    /// The weight of calls in which the two ends were connected.
    pub answered: u32,
    /// The weight of calls that nobody answered.
    pub no_answer: u32,
    /// The weight of calls to a busy line.
    pub busy: u32,
    /// The weight of calls that the far end declined.
    pub rejected: u32,
    /// The weight of calls whose caller hung up in the telephone menu.
    pub abandoned_ivr: u32,
    /// The weight of calls whose caller hung up in the queue.
    pub abandoned_queue: u32,
    /// The weight of calls whose caller hung up while it rang.
    pub abandoned_ring: u32,
    /// The weight of calls in which a message was left.
    pub voicemail: u32,
    /// The weight of calls that could not be connected.
    pub failed: u32,
}

impl Outcomes {
    /// Each outcome with its weight.
    pub fn weights(&self) -> [(u32, CallOutcome); 9] {
        [
            (self.answered, CallOutcome::Answered),
            (self.no_answer, CallOutcome::NoAnswer),
            (self.busy, CallOutcome::Busy),
            (self.rejected, CallOutcome::Rejected),
            (self.abandoned_ivr, CallOutcome::AbandonedIvr),
            (self.abandoned_queue, CallOutcome::AbandonedQueue),
            (self.abandoned_ring, CallOutcome::AbandonedRing),
            (self.voicemail, CallOutcome::Voicemail),
            (self.failed, CallOutcome::Failed),
        ]
    }
}

/// The lengths of conversations, by two of their quantiles.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TalkLengths {
    /// Half of the conversations are shorter.
    pub median: Length,
    /// Nineteen of twenty conversations are shorter. If left out, three times the median.
    pub p95: Option<Length>,
}

/// Made-up customers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MadeUpCustomers {
    /// The country, by its ISO 3166 code. Names are in its script, and numbers are from the ranges
    /// that it keeps for fiction. If left out, people of many countries, in Latin letters.
    pub country: Option<Country>,
    /// The number of customers. If left out, as many as `repeat` needs, else a third of the calls.
    #[schemars(range(min = 1, max = 60_000))]
    pub count: Option<u32>,
    /// The share of calls by people who have already had a call in this block, from 0 to 1. If left
    /// out, each call is by a random customer.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub repeat: Option<f64>,
}
