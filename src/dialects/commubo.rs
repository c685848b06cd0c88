//! commubo's additions to a scenario. Names in `camelCase` are the API's own (page L77-131) and
//! override the computed values.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use super::{CallData, CustomerData, Doubt, ListedAt, MadeUpAgent, QueueData};

/// A tenant of commubo with its access token.
// Page L39-48.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommuboAccount")]
pub struct Account {
    /// `x-commubo-tenantId`: an opaque text, compared exactly.
    pub tenant_id: String,
    /// `x-commubo-accessToken`.
    pub access_token: String,
}

impl super::Account for Account {
    fn public_half(&self) -> &str {
        &self.tenant_id
    }

    fn secrets(&self) -> Vec<&str> {
        vec![&self.access_token]
    }

    fn fresh_public_half(&self, unique: u128) -> String {
        uuid::Uuid::from_u128(unique).to_string().to_uppercase()
    }
}

/// A value in an entry.
pub trait Member {
    /// The value as an answer borrows it.
    type Shown<'a>
    where
        Self: 'a;

    /// Borrows the value.
    fn shown(&self) -> Self::Shown<'_>;
}

impl Member for String {
    type Shown<'a> = &'a str;

    fn shown(&self) -> &str {
        self
    }
}

impl Member for Vec<String> {
    type Shown<'a> = Vec<&'a str>;

    fn shown(&self) -> Vec<&str> {
        self.iter().map(String::as_str).collect()
    }
}

/// Declares an entry of a scenario, and the type that an answer shows it as. The shown type
/// borrows, and leaves out the id and what the scenario leaves out. Both types come from one list
/// in the page's order, so that neither can lack a member. A member after `@` is serialized by the
/// type that follows `as`.
macro_rules! entry {
    (
        $(#[$of_given:meta])*
        $given:ident by $id:ident, shown as $shown:ident {
            $( $(#[$of_member:meta])* $member:ident: $type:ty, )+
            $(
                @ $(#[$of_special:meta])* $special:ident: $special_type:ty as $Writer:ident,
                $( $(#[$of_later:meta])* $later:ident: $later_type:ty, )+
            )?
        }
    ) => {
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "camelCase", default)]
        $(#[$of_given])*
        pub struct $given {
            /// The id at commubo. If left out, one that follows from the seed.
            pub $id: Option<String>,
            $( $(#[$of_member])* pub $member: Option<$type>, )+
            $(
                $(#[$of_special])*
                pub $special: Option<$special_type>,
                $( $(#[$of_later])* pub $later: Option<$later_type>, )+
            )?
        }

        #[doc = concat!("[`", stringify!($given), "`] as an answer shows it.")]
        #[derive(Debug, Default, Serialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        #[schemars(deny_unknown_fields)]
        #[expect(missing_docs, reason = "the wire's own names")]
        pub struct $shown<'a $(, $Writer)?> {
            $(
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $member: Option<<$type as Member>::Shown<'a>>,
            )+
            $(
                #[serde(flatten)]
                pub $special: Option<$Writer>,
                $(
                    #[serde(skip_serializing_if = "Option::is_none")]
                    pub $later: Option<<$later_type as Member>::Shown<'a>>,
                )+
            )?
        }

        impl $given {
            /// The entry as an answer shows it.
            #[must_use]
            pub fn shown $(<$Writer>)? (&self $(, $special: Option<$Writer>)?) -> $shown<'_ $(, $Writer)?> {
                $shown {
                    $( $member: self.$member.as_ref().map(Member::shown), )+
                    $( $special, $( $later: self.$later.as_ref().map(Member::shown), )+ )?
                }
            }
        }
    };
}

// Page L309-410.
entry! {
    /// What commubo shows of an agent: its `operator`, with `expand=operator` or `expand=all`.
    #[schemars(rename = "CommuboAgent")]
    Agent by operator_id, shown as ShownAgent {
        /// The time at which the entry was registered, as it is shown.
        created_date_time: String,
        /// The time of the last change, as it is shown.
        updated_date_time: String,
        @ /// The id of the operator's voice: a whole number.
        operator_voice_id: Digits as VoiceId,
        /// The name. If left out, the agent's.
        name: String,
        /// The reading of the name, in katakana.
        name_kana: String,
        /// The short name.
        short_name: String,
        /// The reading of the short name, in katakana.
        short_name_kana: String,
        /// The organization.
        org_name: String,
        /// The reading of the organization, in katakana.
        org_name_kana: String,
        /// The short name of the organization.
        org_short_name: String,
        /// The reading of the short name, in katakana.
        org_short_name_kana: String,
        /// The department.
        dept_name: String,
        /// The reading of the department, in katakana.
        dept_name_kana: String,
        /// The short name of the department.
        dept_short_name: String,
        /// The reading of the short name, in katakana.
        dept_short_name_kana: String,
    }
}

// Page L189-308.
entry! {
    /// What commubo shows of a customer, with `expand=customer` or `expand=all`.
    #[schemars(rename = "CommuboCustomer")]
    Customer by customer_id, shown as ShownCustomer {
        /// The time at which the entry was registered, as it is shown.
        created_date_time: String,
        /// The time of the last change, as it is shown.
        updated_date_time: String,
        /// The family name. If left out, the customer's.
        family_name: String,
        /// The reading of the family name, in katakana.
        family_name_kana: String,
        /// The given name. If left out, the customer's.
        personal_name: String,
        /// The reading of the given name, in katakana.
        personal_name_kana: String,
        /// The middle name.
        middle_name: String,
        /// The reading of the middle name, in katakana.
        middle_name_kana: String,
        /// The telephone numbers, five at most. If left out, the first five of the customer's.
        #[schemars(length(max = 5))]
        phone_numbers: Vec<String>,
        /// The organization.
        org_name: String,
        /// The reading of the organization, in katakana.
        org_name_kana: String,
        /// The short name of the organization.
        org_short_name: String,
        /// The reading of the short name, in katakana.
        org_short_name_kana: String,
        /// The department.
        dept_name: String,
        /// The reading of the department, in katakana.
        dept_name_kana: String,
        /// The short name of the department.
        dept_short_name: String,
        /// The reading of the short name, in katakana.
        dept_short_name_kana: String,
        /// A remark.
        note: String,
    }
}

/// What commubo shows of a queue: its conversation `scenario`.
// Page L411-421.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[schemars(rename = "CommuboQueue")]
pub struct Queue {
    /// `scenarioId`. If left out, one that follows from the seed.
    pub scenario_id: Option<String>,
}

/// What commubo shows of a call, where it should differ from the neutral call.
// Page L134-188, L422-426.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[schemars(rename = "CommuboCall")]
pub struct Call {
    /// The id. If left out, 16 digits that follow from the seed.
    pub call_id: Option<String>,
    /// 0 is incoming, 1 outgoing, 2 a user call. If left out, the direction decides.
    pub call_type: Option<Digits>,
    /// The id of the call from which this one was derived. If left out, the parent's.
    pub related_call_id: Option<String>,
    /// The outside party's number. If left out, `from` or `to`.
    pub phone_number: Option<String>,
    /// The beginning of the call. It must be the call's `at`, because the list is ordered by it.
    pub call_date_time: Option<String>,
    /// The time of the answer, as it is shown.
    pub connected_date_time: Option<String>,
    /// The talk time in seconds.
    pub talk_time: Option<Digits>,
    /// The result of the call, such as `SUCCESSFUL`. If left out, the outcome decides.
    pub connect_result: Option<String>,
    /// The point that the conversation reached.
    pub check_point: Option<String>,
    /// A remark. If left out, the call's.
    pub note: Option<String>,
}

impl Agent {
    /// What commubo shows of a made-up agent: every member of the page.
    #[must_use]
    pub fn made_up(agent: &MadeUpAgent) -> Option<Self> {
        let MadeUpAgent { place, given, family } = *agent;
        let text = |text: &str| Some(text.to_owned());
        let kana = format!("{}・{}", given.1, family.1);
        Some(Self {
            operator_id: None,
            created_date_time: text("2018-04-02T09:00:00+09:00"),
            updated_date_time: Some(format!("2018-04-{:02}T09:30:00+09:00", 2 + place % 28)),
            operator_voice_id: Some(Digits(101 + place as u64)),
            name: Some(format!("{} {}", given.0, family.0)),
            name_kana: Some(kana),
            short_name: text(given.0),
            short_name_kana: text(given.1),
            org_name: text("コールモック株式会社"),
            org_name_kana: text("コールモックカブシキガイシャ"),
            org_short_name: text("コールモック"),
            org_short_name_kana: text("コールモック"),
            dept_name: text("お客様相談室"),
            dept_name_kana: text("オキャクサマソウダンシツ"),
            dept_short_name: text("相談室"),
            dept_short_name_kana: text("ソウダンシツ"),
        })
    }
}

impl Queue {
    /// What commubo adds to a made-up queue: nothing, because its id is derived.
    #[must_use]
    pub fn made_up(_: usize) -> Option<Self> {
        None
    }
}

impl CustomerData for Customer {
    fn mistake(&self) -> Option<(&'static str, String)> {
        let given = self.phone_numbers.as_ref().map_or(0, Vec::len);
        (given > 5).then(|| ("phoneNumbers", format!("at most five numbers fit here, and {given} are given")))
    }
}

impl QueueData for Queue {}

impl CallData for Call {
    fn wire_id(&self) -> Option<Cow<'_, str>> {
        self.call_id.as_deref().map(Cow::Borrowed)
    }

    fn listed_at(&self) -> Option<ListedAt<'_>> {
        self.call_date_time.as_deref().map(ListedAt::Text)
    }

    fn doubts(&self, answered: bool) -> Vec<Doubt> {
        let mut doubts = vec![];
        if let Some(Digits(other @ 3..)) = self.call_type {
            let message = format!(
                "`{other}` is no value that the vendor's page lists (0, 1, 2); it is shown as written"
            );
            doubts.push(Doubt::said("callType", message));
        }
        // The page leaves both out if nobody was reached (L170, L176).
        for (key, given) in [
            ("connectedDateTime", self.connected_date_time.is_some()),
            ("talkTime", self.talk_time.is_some()),
        ] {
            if given && !answered {
                let message =
                    "the vendor's page has it only where the call was connected; it is shown as written";
                doubts.push(Doubt::said(key, message));
            }
        }
        doubts
    }
}

/// A whole number, with or without quotes: the page writes both (L113 and L332, L78 and L138).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(transparent)]
pub struct Digits(#[schemars(with = "DigitsSchema")] pub u64);

/// The schema of [`Digits`], for editors.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum DigitsSchema {
    Number(u64),
    Text(#[schemars(regex(pattern = "^[0-9]+$"))] String),
}

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Digits;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number of 0 or more, such as `123` or `\"123\"`")
            }

            fn visit_u64<E: Error>(self, n: u64) -> Result<Digits, E> {
                Ok(Digits(n))
            }

            fn visit_i64<E: Error>(self, n: i64) -> Result<Digits, E> {
                u64::try_from(n).map(Digits).map_err(|_| E::invalid_value(Unexpected::Signed(n), &self))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Digits, E> {
                let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
                digits
                    .then(|| text.parse().ok())
                    .flatten()
                    .map(Digits)
                    .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Either)
    }
}
