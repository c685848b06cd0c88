//! Dialect data: one vendor's additions to an account, agent, customer, queue or call of a
//! scenario.
//!
//! Each vendor has a file with the same five types. They are data: they know neither HTTP nor the
//! rest of the crate. A neutral name (`tenant_id`, `menu_id`) is a setting. A name as the vendor's
//! API writes it (`callId`, `ContactId`) overrides the value that would be computed from the
//! neutral record, and its value is shown as written.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::keys;
use crate::times::Time;

pub mod alibaba;
pub mod ccai;
pub mod commubo;
pub mod sencloud;

/// Passes the list of vendors to another macro. This is the only place that has the list as data.
macro_rules! vendors {
    ($then:ident! { $($args:tt)* }) => {
        $then! { [commubo ccai alibaba sencloud] $($args)* }
    };
}
pub(crate) use vendors;

/// An account of one vendor, with its credential.
pub trait Account {
    /// The part of the credential that is not secret and names the account: a tenant id, a
    /// subdomain, an access key id.
    fn public_half(&self) -> &str;
    /// Every part that must be masked in a journal, a log or a report.
    fn secrets(&self) -> Vec<&str>;
    /// A public half for a copy of this account in another world. It has the form of the vendor's
    /// own.
    fn fresh_public_half(&self, unique: u128) -> String;
    /// Whether the credential looks like one that the vendor issued.
    fn looks_real(&self) -> bool {
        self.secrets().into_iter().any(keys::looks_real)
    }
    /// The contact centre's own telephone numbers, if the vendor's accounts have them.
    fn numbers(&self) -> Vec<&str> {
        vec![]
    }
    /// The holders of the calls that this account's requests create, if the scenario sets them.
    fn created_on(&self) -> &[String] {
        &[]
    }
    /// Whether the account has a part of that name, such as an instance. Most vendors' accounts
    /// have no parts.
    fn has_part(&self, _name: &str) -> bool {
        false
    }
    /// The times in the account, with their keys.
    fn times(&mut self) -> Vec<(&'static str, &mut Time)> {
        vec![]
    }
    /// Warnings about values that are probably mistakes, in a scenario with these queues.
    fn doubts(&self, _queues: &[&OfQueue]) -> Vec<Doubt> {
        vec![]
    }
}

/// A warning: a value that is served as written, but is probably a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The key of the value.
    pub key: &'static str,
    /// The doubt about the value, in words for a person.
    pub message: String,
    /// The value and the values that the vendor's page lists, if it is none of them.
    pub not_listed: Option<(String, &'static [&'static str])>,
}

impl Doubt {
    /// A warning with this message.
    #[must_use]
    pub fn said(key: &'static str, message: impl Into<String>) -> Self {
        Self { key, message: message.into(), not_listed: None }
    }

    /// A warning about a value that is not among those that the vendor's page lists.
    #[must_use]
    pub fn unless_listed(
        key: &'static str,
        given: Option<&str>,
        listed: &'static [&'static str],
    ) -> Option<Self> {
        let given = given.filter(|given| !listed.contains(given))?;
        let message = format!("`{given}` is no value that the vendor's page lists; it is shown as written");
        Some(Self { key, message, not_listed: Some((given.to_owned(), listed)) })
    }
}

/// Twelve letters and digits made from a number. They fit into a DNS label, and cannot be guessed.
#[must_use]
pub fn short(unique: u128) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    (0..12)
        .map(|n| char::from(ALPHABET[usize::try_from(unique >> (5 * n) & 31).unwrap_or_default()]))
        .collect()
}

/// One vendor's additions to a call.
pub trait CallData {
    /// The id of the call at this vendor, if it is set.
    fn wire_id(&self) -> Option<Cow<'_, str>>;
    /// The time by which this vendor lists the call, if the scenario sets it.
    fn listed_at(&self) -> Option<ListedAt<'_>>;
    /// The key of a value that no call can have, and what to write instead.
    fn mistake(&self) -> Option<(&'static str, String)> {
        None
    }
    /// The times in the additions, with their keys, but for those in the vendor's own form.
    fn times(&mut self) -> Vec<(&'static str, &mut Time)> {
        vec![]
    }
    /// The key and the name of the account's part that alone shows the call, if the scenario sets
    /// one.
    fn part(&self) -> Option<(&'static str, &str)> {
        None
    }
    /// Warnings about values that are probably mistakes. `answered` is whether the call was
    /// answered.
    fn doubts(&self, _answered: bool) -> Vec<Doubt> {
        vec![]
    }
    /// Reads the additions to a call from a snapshot, which may have more than a scenario.
    ///
    /// # Errors
    /// The mistake in the data, if there is one.
    fn of_snapshot<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>
    where
        Self: Sized + Deserialize<'de>,
    {
        Self::deserialize(deserializer)
    }
}

fn of_snapshot<'de, T: CallData + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Box<T>>, D::Error> {
    T::of_snapshot(deserializer).map(|data| Some(Box::new(data)))
}

/// One vendor's additions to a queue.
pub trait QueueData {
    /// Warnings about values that are probably mistakes.
    fn doubts(&self) -> Vec<Doubt> {
        vec![]
    }
    /// The vendor's name for the queue, if people use it.
    fn alias(&self) -> Option<String> {
        None
    }
}

/// An agent whom the generator makes up. Each part of the name comes with its reading in katakana.
#[derive(Debug, Clone, Copy)]
pub struct MadeUpAgent {
    /// The place among the made-up agents, from 0.
    pub place: usize,
    /// The given name.
    pub given: (&'static str, &'static str),
    /// The family name.
    pub family: (&'static str, &'static str),
}

/// One vendor's additions to a customer.
pub trait CustomerData {
    /// The key of a value that the vendor cannot show, and what to write instead.
    fn mistake(&self) -> Option<(&'static str, String)> {
        None
    }
}

/// The time of a call, as a vendor's API writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedAt<'a> {
    /// An RFC 3339 text.
    Text(&'a str),
    /// Milliseconds since 1970-01-01T00:00:00Z.
    UnixMillis(i64),
}

macro_rules! data {
    ([$($vendor:ident)+]) => {
        /// The vendors' folder names, which are also their keys in a scenario.
        pub const VENDORS: &[&str] = &[$( stringify!($vendor) ),+];

        data! { @of [$($vendor)+] OfAgent Agent "Each vendor's additions to one agent." }
        data! { @of [$($vendor)+] OfCustomer Customer "Each vendor's additions to one customer." }
        data! { @of [$($vendor)+] OfQueue Queue "Each vendor's additions to one queue." }
        data! { @of [$($vendor)+] OfCall Call "Each vendor's additions to one call." }

        /// Every account of a scenario.
        #[derive(Debug, Clone, Default)]
        pub struct Accounts {
            $(
                #[doc = concat!("The accounts of ", stringify!($vendor), ", in the order of the files.")]
                pub $vendor: Vec<$vendor::Account>,
            )+
        }

        impl Accounts {
            /// Every account with its vendor's name.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, &dyn Account)> {
                let all = std::iter::empty();
                $( let all = all.chain(self.$vendor.iter().map(|a| (stringify!($vendor), a as &dyn Account))); )+
                all
            }
        }

        impl Serialize for OfCall {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $(
                    if let Some(data) = &self.$vendor {
                        map.serialize_entry(stringify!($vendor), data)?;
                    }
                )+
                map.end()
            }
        }

        impl<'de> Deserialize<'de> for OfCall {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Data {
                    $(
                        #[serde(default, deserialize_with = "of_snapshot")]
                        $vendor: Option<Box<$vendor::Call>>,
                    )+
                }
                let Data { $( $vendor ),+ } = Data::deserialize(deserializer)?;
                Ok(Self { $( $vendor ),+ })
            }
        }

        impl OfAgent {
            /// What the vendors add to a made-up agent.
            #[must_use]
            pub fn made_up(agent: &MadeUpAgent) -> Self {
                Self { $( $vendor: $vendor::Agent::made_up(agent).map(Box::new), )+ }
            }
        }

        impl OfQueue {
            /// What the vendors add to a made-up queue, by its place from 0.
            #[must_use]
            pub fn made_up(place: usize) -> Self {
                Self { $( $vendor: $vendor::Queue::made_up(place).map(Box::new), )+ }
            }

            /// The additions that are present, with their vendors' names.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, &dyn QueueData)> {
                let all = std::iter::empty();
                $(
                    let all = all.chain(
                        self.$vendor.as_deref().map(|data| (stringify!($vendor), data as &dyn QueueData)),
                    );
                )+
                all
            }
        }

        impl OfCustomer {
            /// The additions that are present, with their vendors' names.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, &dyn CustomerData)> {
                let all = std::iter::empty();
                $(
                    let all = all.chain(
                        self.$vendor.as_deref().map(|data| (stringify!($vendor), data as &dyn CustomerData)),
                    );
                )+
                all
            }
        }

        impl OfCall {
            /// The additions that are present, with their vendors' names, to be changed.
            pub fn each_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut dyn CallData)> {
                let all = std::iter::empty();
                $(
                    let all = all.chain(
                        self.$vendor.as_deref_mut().map(|data| (stringify!($vendor), data as &mut dyn CallData)),
                    );
                )+
                all
            }

            /// The additions that are present, with their vendors' names.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, &dyn CallData)> {
                let all = std::iter::empty();
                $(
                    let all = all.chain(
                        self.$vendor.as_deref().map(|data| (stringify!($vendor), data as &dyn CallData)),
                    );
                )+
                all
            }
        }
    };
    (@of [$($vendor:ident)+] $of:ident $entry:ident $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Default)]
        pub struct $of {
            $(
                #[doc = concat!("What the scenario says under `", stringify!($vendor), "`.")]
                pub $vendor: Option<Box<$vendor::$entry>>,
            )+
        }

        impl $of {
            /// Whether no vendor adds anything.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                true $( && self.$vendor.is_none() )+
            }
        }
    };
}
vendors! { data! {} }
