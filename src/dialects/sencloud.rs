//! Sencloud's additions to a scenario. Names are the API's own (page L56-103) and override the
//! computed values.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CallData, CustomerData, Doubt, ListedAt, MadeUpAgent, QueueData};
use crate::times::Time;

/// The account of a shop.
// Fact sheet, section 4.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SencloudAccount")]
pub struct Account {
    /// The whole bearer key: the id of the account, a colon, and the secret.
    pub api_key: String,
}

impl super::Account for Account {
    fn public_half(&self) -> &str {
        self.api_key.split_once(':').map_or(self.api_key.as_str(), |(id, _)| id)
    }

    fn secrets(&self) -> Vec<&str> {
        vec![self.api_key.split_once(':').map_or(self.api_key.as_str(), |(_, secret)| secret)]
    }

    fn fresh_public_half(&self, unique: u128) -> String {
        // Nineteen digits, as in the ids of shops.
        (1_000_000_000_000_000_000 + unique % 8_000_000_000_000_000_000).to_string()
    }
}

/// Sencloud's additions to an agent: its extension and its user.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "SencloudAgent")]
pub struct Agent {
    /// The id of the extension. If left out, one that follows from the seed.
    pub extension_id: Option<String>,
    /// The id of the user. If left out, one that follows from the seed.
    pub user_id: Option<String>,
}

/// Sencloud's additions to a customer: its contact.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "SencloudCustomer")]
pub struct Customer {
    /// The id of the contact. If left out, one that follows from the seed.
    pub contact_id: Option<String>,
}

/// Sencloud's additions to a queue. The filters `hotline_ids` and `department_id` use them; no call
/// log shows them.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "SencloudQueue")]
pub struct Queue {
    /// The id of the hotline, for the filter `hotline_ids`. If left out, the queue's id.
    pub hotline_id: Option<String>,
    /// The id of the department, for the filter `department_id`.
    pub department_id: Option<String>,
}

/// The directions that the page lists (L30, L123). `unknown` stands for no value.
pub const DIRECTIONS: [&str; 6] = ["unknown", "in", "out", "ext", "ext_in", "ext_out"];
/// The states that the page lists (L162-166). `unknown` stands for no value.
pub const CALL_STATES: [&str; 3] = ["unknown", "answered", "not_answered"];
/// The statuses in the page and in other public material.
pub const CALL_STATUSES: [&str; 5] = ["Z", "P", "S", "N", "NS"];

/// Sencloud's additions to a call: the fields of its log.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "SencloudCall")]
pub struct Call {
    /// The id. If left out, 19 digits that follow from the seed.
    pub id: Option<String>,
    /// The call's id in the shop's own system.
    pub external_id: Option<String>,
    /// The session's id in the shop's own system.
    pub external_session_id: Option<String>,
    /// The id of the user. If left out, the agent's.
    pub user_id: Option<String>,
    /// The id of the extension. If left out, the agent's.
    pub extension_id: Option<String>,
    /// The id of the contact. If left out, the customer's.
    pub contact_id: Option<String>,
    /// The number that called. If left out, `from`.
    pub caller: Option<String>,
    /// The number that was called. If left out, `to`.
    pub callee: Option<String>,
    /// `unknown`, `in`, `out`, `ext`, `ext_in` or `ext_out`. If left out, the direction decides.
    pub direction: Option<String>,
    /// `unknown`, `answered` or `not_answered`. If left out, the outcome decides.
    pub call_state: Option<String>,
    /// `Z`, `P`, `S`, `N` or `NS`. If left out, the state decides.
    pub call_status: Option<String>,
    /// The duration in seconds. If left out, the talk time.
    pub duration: Option<u64>,
    /// An RFC 3339 time. It must be the call's `at`, because the list is ordered by it.
    pub started_at: Option<String>,
    /// The time of the end. If left out, the call's.
    pub ended_at: Option<Time>,
    /// The time at which the log was made. If left out, the call's beginning.
    pub created_at: Option<Time>,
    /// The time of the last change. If left out, the call's end.
    pub updated_at: Option<Time>,
    /// A remark. If left out, the call's.
    pub note: Option<String>,
    /// The addresses of the recordings. If left out, the one that callmock serves.
    pub recording_urls: Option<Vec<String>>,
    /// The extensions to which the call went. If left out, the agent's.
    pub call_targets: Option<Vec<CallTarget>>,
}

/// An extension to which a call went.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallTarget {
    /// The time at which the extension was called.
    pub add_time: Option<Time>,
    /// The time of the answer.
    pub answered_time: Option<Time>,
    /// Why the extension's part ended.
    pub end_reason: String,
    /// The time at which the extension's part ended.
    pub ended_time: Option<Time>,
    /// The code of the failure; 0 without one.
    pub fail_code: i64,
    /// The seconds of ringing.
    pub ring_duration: u64,
    /// The time at which the extension began to ring.
    pub ring_time: Option<Time>,
    /// What became of the extension's part.
    pub status: String,
    /// The number of the extension.
    pub target_number: String,
    /// The name of the trunk.
    pub trunk_name: String,
}

impl Agent {
    /// What Sencloud adds to a made-up agent: nothing, because its ids are derived.
    #[must_use]
    pub fn made_up(_: &MadeUpAgent) -> Option<Self> {
        None
    }
}

impl Queue {
    /// What Sencloud adds to a made-up queue: a hotline of its own, and a department of two queues.
    #[must_use]
    pub fn made_up(place: usize) -> Option<Self> {
        let id = |kind: u64, n: usize| Some((1_296_121_461_794_900_000 + kind * 1000 + n as u64).to_string());
        Some(Self { hotline_id: id(40, place + 1), department_id: id(50, place / 2 + 1) })
    }
}

impl CustomerData for Customer {}

impl QueueData for Queue {}

impl CallData for Call {
    fn wire_id(&self) -> Option<Cow<'_, str>> {
        self.id.as_deref().map(Cow::Borrowed)
    }

    fn listed_at(&self) -> Option<ListedAt<'_>> {
        self.started_at.as_deref().map(ListedAt::Text)
    }

    fn times(&mut self) -> Vec<(&'static str, &mut Time)> {
        let own = [
            ("ended_at", &mut self.ended_at),
            ("created_at", &mut self.created_at),
            ("updated_at", &mut self.updated_at),
        ];
        let of_targets = self.call_targets.iter_mut().flatten().flat_map(|target| {
            [
                ("call_targets.add_time", &mut target.add_time),
                ("call_targets.answered_time", &mut target.answered_time),
                ("call_targets.ended_time", &mut target.ended_time),
                ("call_targets.ring_time", &mut target.ring_time),
            ]
        });
        own.into_iter().chain(of_targets).filter_map(|(key, time)| Some((key, time.as_mut()?))).collect()
    }

    fn doubts(&self, _: bool) -> Vec<Doubt> {
        [
            Doubt::unless_listed("direction", self.direction.as_deref(), &DIRECTIONS),
            Doubt::unless_listed("call_state", self.call_state.as_deref(), &CALL_STATES),
            Doubt::unless_listed("call_status", self.call_status.as_deref(), &CALL_STATUSES),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
