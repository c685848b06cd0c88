//! What Google CCAI Platform adds to a scenario.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{CallData, CustomerData, Doubt, ListedAt, OfQueue, QueueData};

/// A customer of CCAI Platform, by its subdomain, with the settings of its calls (contract.md
/// sections 3 and 6).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CcaiAccount")]
pub struct Account {
    /// The user of the Basic credential, and the Host's first label.
    pub subdomain: String,
    /// The password of the Basic credential.
    pub token: String,
    /// The domain under which a Host names the subdomain.
    pub domain: Option<String>,
    /// The numbers that outbound calls may come from.
    #[serde(default)]
    pub outbound_numbers: Vec<String>,
    /// The number that outbound calls come from when the request names none.
    pub default_outbound_number: Option<String>,
    /// The number that inbound and scheduled calls show when the request names none; the default
    /// outbound number, then the first of the outbound numbers, if left out.
    pub inbound_default_number: Option<String>,
    /// The enabled languages, as ISO 639-1 codes.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Whether an agent must make outbound calls with a ticket.
    #[serde(default)]
    pub ticket_required: bool,
    /// The id that the next created call gets.
    pub next_call_id: Option<u64>,
    /// The id that the next participant of a created call gets.
    pub next_participant_id: Option<u64>,
    /// How the calls created here come out; answered, if left out, and where a call of their kind
    /// cannot come out so.
    pub created_outcome: Option<CreatedOutcome>,
    /// Who holds the calls created here: as a call's `on`; CCAI Platform alone, if left out.
    pub created_on: Option<Vec<String>>,
}

impl super::Account for Account {
    fn public_half(&self) -> &str {
        &self.subdomain
    }

    fn secrets(&self) -> Vec<&str> {
        vec![&self.token]
    }

    fn fresh_public_half(&self, unique: u128) -> String {
        // A subdomain is a DNS label: 63 characters at most.
        let own: String = self.subdomain.chars().take(50).collect();
        format!("{own}-{}", super::short(unique))
    }

    fn created_on(&self) -> &[String] {
        self.created_on.as_deref().unwrap_or_default()
    }

    fn doubts(&self, queues: &[&OfQueue]) -> Vec<Doubt> {
        let Some(outcome) = self.created_outcome else { return vec![] };
        let enters = |way: &[Entry]| {
            let entries = queues.iter().filter_map(|queue| queue.ccai.as_ref());
            entries.flat_map(|queue| queue.ways_in()).any(|entry| way.contains(entry))
        };
        let kinds = [
            (
                CreatedKind::Outbound,
                !self.outbound_numbers.is_empty() || self.default_outbound_number.is_some(),
            ),
            (CreatedKind::Inbound, enters(&[Entry::Ivr, Entry::Mobile, Entry::Web])),
            (CreatedKind::Scheduled, enters(&[Entry::Mobile, Entry::Web])),
        ];
        let fits = kinds.into_iter().any(|(kind, can_be_made)| can_be_made && outcome.fits(kind));
        let message = "no call that this account can make comes out so: they are all answered. Give a queue a menu that \
                       inbound calls can enter, or choose another outcome";
        Vec::from_iter((!fits).then(|| Doubt::said("created_outcome", message)))
    }
}

/// An agent at CCAI Platform (`agent_info`).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "CcaiAgent")]
pub struct Agent {
    /// `agent_info.id`.
    pub user_id: Option<u64>,
    /// `agent_info.agent_number`.
    pub agent_number: Option<u64>,
    /// `agent_info.avatar_url`.
    pub avatar_url: Option<String>,
}

/// An end user at CCAI Platform.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "CcaiCustomer")]
pub struct Customer {
    /// `end_user.id`.
    pub end_user_id: Option<u64>,
    /// `end_user.identifier`.
    pub identifier: Option<String>,
    /// `end_user.out_contact_id`.
    pub out_contact_id: Option<String>,
}

/// A queue's menu at CCAI Platform.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "CcaiQueue")]
pub struct Queue {
    /// `selected_menu.id`.
    pub menu_id: Option<u64>,
    /// `selected_menu.menu_type`, as shown: `ivr_menu`, `mobile_menu`, `web_menu`.
    pub menu_type: Option<String>,
    /// The kinds of call that may enter the queue, whatever its menu type says; if left out, those
    /// of its menu type: `ivr_menu` lets in `ivr` and `mobile`, `mobile_menu` `mobile`, `web_menu`
    /// `web`.
    pub entry: Option<Vec<Entry>>,
}

/// The types of menu there are (page L42 and the vendor's page on contact data).
pub const MENU_TYPES: [&str; 3] = ["ivr_menu", "mobile_menu", "web_menu"];

impl Queue {
    /// The kinds of call that may enter.
    #[must_use]
    pub fn ways_in(&self) -> &[Entry] {
        match (&self.entry, self.menu_type.as_deref()) {
            (Some(entry), _) => entry,
            // As the page's own menu 9 is entered (C6, D6).
            (None, Some("ivr_menu")) => &[Entry::Ivr, Entry::Mobile],
            (None, Some("mobile_menu")) => &[Entry::Mobile],
            (None, Some("web_menu")) => &[Entry::Web],
            (None, _) => &[],
        }
    }
}

/// A way into a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// By telephone menu.
    Ivr,
    /// From the mobile app.
    Mobile,
    /// From the web.
    Web,
}

/// A call at CCAI Platform.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "CcaiCall")]
pub struct Call {
    /// Its id, which other requests may name as `call_id`.
    pub id: Option<u64>,
    /// What a request said when it created the call: a snapshot's, never a scenario's.
    #[schemars(skip)]
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub created: Option<Created>,
}

/// How created calls come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreatedOutcome {
    /// The two ends speak.
    Answered,
    /// Nobody takes it.
    NoAnswer,
    /// The line is busy.
    Busy,
    /// It cannot be put through.
    Failed,
    /// The caller hangs up in the queue.
    AbandonedQueue,
    /// The caller leaves a message.
    Voicemail,
}

impl CreatedOutcome {
    /// Whether a call of a kind can come out so: only who calls in can hang up in a queue.
    #[must_use]
    pub fn fits(self, kind: CreatedKind) -> bool {
        self != Self::AbandonedQueue || kind == CreatedKind::Inbound
    }
}

/// What a request said when it created a call.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Created {
    /// Which of the three kinds.
    pub kind: CreatedKind,
    /// When the request came in.
    pub at: DateTime<Utc>,
    /// `lang`.
    pub lang: String,
    /// `ticket_id`, as a text.
    pub ticket_id: Option<String>,
    /// The number that the contact centre shows, as given.
    pub outbound_number: Option<String>,
    /// When a scheduled call is due.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// Ids of its participants: the agent's, where there is one, then the end user's.
    pub participants: Vec<u64>,
    /// The end user's id, where the call has one.
    pub end_user_id: Option<u64>,
    /// The call that it was linked to.
    pub parent_id: Option<u64>,
}

/// The kinds of call that can be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CreatedKind {
    /// An agent calls somebody.
    Outbound,
    /// Somebody is put into a queue.
    Inbound,
    /// Somebody is called back later.
    Scheduled,
}

impl CustomerData for Customer {}

impl QueueData for Queue {
    fn doubts(&self) -> Vec<Doubt> {
        let mut doubts =
            Vec::from_iter(Doubt::unless_listed("menu_type", self.menu_type.as_deref(), &MENU_TYPES));
        // Whoever writes `entry: []` means it.
        if self.menu_id.is_some() && self.entry.is_none() && self.ways_in().is_empty() {
            let message = "no call can enter this menu: inbound and scheduled calls into it are refused. Write a \
                           `menu_type` (`ivr_menu`, `mobile_menu`, `web_menu`), or `entry: [ivr, mobile, web]`";
            doubts.push(Doubt::said("menu_id", message));
        }
        doubts
    }

    fn alias(&self) -> Option<String> {
        self.menu_id.map(|id| id.to_string())
    }
}

impl CallData for Call {
    fn wire_id(&self) -> Option<Cow<'_, str>> {
        self.id.map(|id| Cow::Owned(id.to_string()))
    }

    fn listed_at(&self) -> Option<ListedAt<'_>> {
        None
    }

    fn of_snapshot<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, default)]
        #[derive(Default)]
        struct Whole {
            id: Option<u64>,
            created: Option<Created>,
        }
        let Whole { id, created } = Whole::deserialize(deserializer)?;
        Ok(Self { id, created })
    }
}
