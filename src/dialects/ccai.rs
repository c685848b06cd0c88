//! Google CCAI Platform's additions to a scenario.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{CallData, CustomerData, Doubt, ListedAt, MadeUpAgent, OfQueue, QueueData};

/// A customer of CCAI Platform, with the settings of its calls.
// Fact sheet, sections 3 and 6.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CcaiAccount")]
pub struct Account {
    /// The user name of the Basic credential, and the first label of the Host.
    pub subdomain: String,
    /// The password of the Basic credential.
    pub token: String,
    /// The domain that follows the subdomain in the Host.
    pub domain: Option<String>,
    /// The numbers from which outbound calls may come.
    #[serde(default)]
    pub outbound_numbers: Vec<String>,
    /// The number of an outbound call whose request names none.
    pub default_outbound_number: Option<String>,
    /// The number shown for an inbound or scheduled call whose request names none. If left out, the
    /// default outbound number, or else the first of the outbound numbers.
    pub inbound_default_number: Option<String>,
    /// The enabled languages, as ISO 639-1 codes.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Whether outbound calls need a ticket.
    #[serde(default)]
    pub ticket_required: bool,
    /// The id of the next created call.
    pub next_call_id: Option<u64>,
    /// The id of the next participant of a created call.
    pub next_participant_id: Option<u64>,
    /// The outcome of the calls created here. If left out, answered. A call that cannot have the
    /// outcome is answered too.
    pub created_outcome: Option<CreatedOutcome>,
    /// The holders of the calls created here, in the form of a call's `on`. If left out, CCAI
    /// Platform alone.
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

    fn numbers(&self) -> Vec<&str> {
        let default = self.default_outbound_number.iter().chain(&self.inbound_default_number);
        let mut numbers: Vec<&str> = vec![];
        for number in self.outbound_numbers.iter().chain(default) {
            if !numbers.contains(&number.as_str()) {
                numbers.push(number);
            }
        }
        numbers
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

/// CCAI Platform's additions to an agent (`agent_info`).
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

/// CCAI Platform's additions to a customer (`end_user`).
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

/// CCAI Platform's additions to a queue (`selected_menu`).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "CcaiQueue")]
pub struct Queue {
    /// `selected_menu.id`.
    pub menu_id: Option<u64>,
    /// `selected_menu.menu_type`, shown as written: `ivr_menu`, `mobile_menu`, `web_menu`.
    pub menu_type: Option<String>,
    /// The kinds of calls that may enter the queue. If left out, the menu type decides: `ivr_menu`
    /// admits `ivr` and `mobile`, `mobile_menu` admits `mobile`, `web_menu` admits `web`.
    pub entry: Option<Vec<Entry>>,
}

impl Agent {
    /// What CCAI Platform adds to a made-up agent: its user, with the number of its extension.
    #[must_use]
    pub fn made_up(agent: &MadeUpAgent) -> Option<Self> {
        let number = agent.place as u64 + 1;
        Some(Self { user_id: Some(number), agent_number: Some(100 + number), avatar_url: None })
    }
}

/// The menu types (page L42 and the vendor's page on contact data).
pub const MENU_TYPES: [&str; 3] = ["ivr_menu", "mobile_menu", "web_menu"];

impl Queue {
    /// What CCAI Platform adds to a made-up queue: a telephone menu, numbered from 1.
    #[must_use]
    pub fn made_up(place: usize) -> Option<Self> {
        let menu_id = Some(place as u64 + 1);
        Some(Self { menu_id, menu_type: Some(MENU_TYPES[0].to_owned()), entry: None })
    }

    /// The kinds of calls that may enter the queue.
    #[must_use]
    pub fn ways_in(&self) -> &[Entry] {
        match (&self.entry, self.menu_type.as_deref()) {
            (Some(entry), _) => entry,
            // Calls enter the page's own menu 9 in these ways (C6, D6).
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

/// CCAI Platform's additions to a call.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "CcaiCall")]
pub struct Call {
    /// The id, by which other requests may name the call in `call_id`.
    pub id: Option<u64>,
    /// The data of the request that created the call. It is set in a snapshot, never in a scenario.
    #[schemars(skip)]
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub created: Option<Created>,
}

/// The outcome of created calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreatedOutcome {
    /// The two ends are connected.
    Answered,
    /// Nobody answers.
    NoAnswer,
    /// The line is busy.
    Busy,
    /// The call cannot be connected.
    Failed,
    /// The caller hangs up in the queue.
    AbandonedQueue,
    /// The caller leaves a message.
    Voicemail,
}

impl CreatedOutcome {
    /// Whether a call of a kind can have this outcome. Only an inbound caller can hang up in a
    /// queue.
    #[must_use]
    pub fn fits(self, kind: CreatedKind) -> bool {
        self != Self::AbandonedQueue || kind == CreatedKind::Inbound
    }
}

/// The data of a request that created a call.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Created {
    /// The kind of call.
    pub kind: CreatedKind,
    /// The time at which the request arrived.
    pub at: DateTime<Utc>,
    /// `lang`.
    pub lang: String,
    /// `ticket_id`, as text.
    pub ticket_id: Option<String>,
    /// The number that the contact centre shows, as the request gave it.
    pub outbound_number: Option<String>,
    /// The time at which a scheduled call is due.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// The ids of the participants: the agent's, if there is one, then the end user's.
    pub participants: Vec<u64>,
    /// The end user's id, if the call has one.
    pub end_user_id: Option<u64>,
    /// The id of the call to which it was linked.
    pub parent_id: Option<u64>,
}

/// The kinds of calls that can be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CreatedKind {
    /// An agent calls a person.
    Outbound,
    /// A person is put into a queue.
    Inbound,
    /// A person is called back later.
    Scheduled,
}

impl CustomerData for Customer {}

impl QueueData for Queue {
    fn doubts(&self) -> Vec<Doubt> {
        let mut doubts =
            Vec::from_iter(Doubt::unless_listed("menu_type", self.menu_type.as_deref(), &MENU_TYPES));
        // An empty list, `entry: []`, is written on purpose.
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
