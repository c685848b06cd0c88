//! Dialect data: what one vendor adds to an account, agent, customer, queue or call of a scenario.
//!
//! A file a vendor, each with the same five types. They are data: no HTTP, and nothing of the rest
//! of the crate. Neutral names (`tenant_id`, `menu_id`) configure; names as the vendor's wire
//! writes them (`callId`, `ContactId`) override what would be derived from the neutral record, and
//! are shown as written.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::keys;

pub mod alibaba;
pub mod ccai;
pub mod commubo;
pub mod sencloud;

/// Hands the list of vendors to another macro: the one place that has it as data.
macro_rules! vendors {
    ($then:ident! { $($args:tt)* }) => {
        $then! { [commubo ccai alibaba sencloud] $($args)* }
    };
}
pub(crate) use vendors;

/// A credential of one vendor.
pub trait Account {
    /// The part of the credential that is not secret and names the account: tenant id, subdomain,
    /// access key id.
    fn public_half(&self) -> &str;
    /// Every part that must not appear whole in a journal, a log or a report.
    fn secrets(&self) -> Vec<&str>;
    /// A public half for another world's copy of this account, in the form that the vendor gives
    /// them.
    fn fresh_public_half(&self, unique: u128) -> String;
    /// Whether it looks like a credential that the vendor gave out.
    fn looks_real(&self) -> bool {
        self.secrets().into_iter().any(keys::looks_real)
    }
    /// Who holds the calls that requests of this account create, where the scenario says so.
    fn created_on(&self) -> &[String] {
        &[]
    }
    /// Whether it has a part of that name, at a vendor whose accounts have parts.
    fn has_part(&self, _name: &str) -> bool {
        false
    }
    /// Warnings about values that are likely to be mistakes, in a scenario with these queues.
    fn doubts(&self, _queues: &[&OfQueue]) -> Vec<Doubt> {
        vec![]
    }
}

/// Something in a scenario that is served as written, and is likely to be another thing than was
/// meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The key.
    pub key: &'static str,
    /// What comes of it.
    pub message: String,
    /// The value, where it is none of those that the vendor's page lists, and those.
    pub not_listed: Option<(String, &'static [&'static str])>,
}

impl Doubt {
    /// A doubt in words.
    #[must_use]
    pub fn said(key: &'static str, message: impl Into<String>) -> Self {
        Self { key, message: message.into(), not_listed: None }
    }

    /// A doubt about a value that is there and not among those that the vendor's page lists.
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

/// Twelve letters and digits that stand for a number: short enough for a DNS label, and not to be
/// guessed.
#[must_use]
pub fn short(unique: u128) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    (0..12)
        .map(|n| char::from(ALPHABET[usize::try_from(unique >> (5 * n) & 31).unwrap_or_default()]))
        .collect()
}

/// One vendor's additions to a call.
pub trait CallData {
    /// The call's id on this vendor's wire, where the scenario sets it.
    fn wire_id(&self) -> Option<Cow<'_, str>>;
    /// The time that this vendor lists calls by, where the scenario sets it.
    fn listed_at(&self) -> Option<ListedAt<'_>>;
    /// What a scenario cannot say of a call: the key that is wrong, and what to write instead.
    fn mistake(&self) -> Option<(&'static str, String)> {
        None
    }
    /// The part of an account that alone shows the call, with its key, where the scenario sets one.
    fn part(&self) -> Option<(&'static str, &str)> {
        None
    }
    /// Warnings about values that are likely to be mistakes, of a call that was answered or not.
    fn doubts(&self, _answered: bool) -> Vec<Doubt> {
        vec![]
    }
    /// Reads the additions of a snapshot's call, which may have more than a scenario's.
    ///
    /// # Errors
    /// The mistake in the data, if there is one: its key, and a message.
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
    /// Warnings about values that are likely to be mistakes.
    fn doubts(&self) -> Vec<Doubt> {
        vec![]
    }
    /// What the vendor calls it, where that is a name that people use.
    fn alias(&self) -> Option<String> {
        None
    }
}

/// One vendor's additions to a customer.
pub trait CustomerData {
    /// What the vendor could not show: the key that is wrong, and what to write instead.
    fn mistake(&self) -> Option<(&'static str, String)> {
        None
    }
}

/// A call's time as a vendor's wire writes it.
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

        impl OfQueue {
            /// The additions there are, with their vendors' names.
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
            /// The additions there are, with their vendors' names.
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
            /// The additions there are, with their vendors' names.
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
