//! Sencloud's additions to a scenario. Names are the API's own (page L56-103) and override the
//! computed values.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CallData, CustomerData, Doubt, ListedAt, MadeUpAgent, QueueData};
use crate::times::Time;

/// The account of a shop. Its key is `<account id>:<secret>` (contract.md section 4).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SencloudAccount")]
pub struct Account {
    /// The whole bearer key.
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
#[expect(missing_docs, reason = "the wire's own names")]
#[schemars(rename = "SencloudAgent")]
pub struct Agent {
    pub extension_id: Option<String>,
    pub user_id: Option<String>,
}

/// Sencloud's additions to a customer: its contact.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the wire's own names")]
#[schemars(rename = "SencloudCustomer")]
pub struct Customer {
    pub contact_id: Option<String>,
}

/// Sencloud's additions to a queue. The filters `hotline_ids` and `department_id` use them; no call
/// log shows them.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the wire's own names")]
#[schemars(rename = "SencloudQueue")]
pub struct Queue {
    pub hotline_id: Option<String>,
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
#[expect(missing_docs, reason = "the wire's own names")]
#[schemars(rename = "SencloudCall")]
pub struct Call {
    pub id: Option<String>,
    pub external_id: Option<String>,
    pub external_session_id: Option<String>,
    pub user_id: Option<String>,
    pub extension_id: Option<String>,
    pub contact_id: Option<String>,
    pub caller: Option<String>,
    pub callee: Option<String>,
    /// `unknown`, `in`, `out`, `ext`, `ext_in` or `ext_out`.
    pub direction: Option<String>,
    /// `unknown`, `answered` or `not_answered`.
    pub call_state: Option<String>,
    /// `Z`, `P`, `S`, `N` or `NS`.
    pub call_status: Option<String>,
    /// In seconds.
    pub duration: Option<u64>,
    /// An RFC 3339 time. It must be the call's `at`, because the list is ordered by it.
    pub started_at: Option<String>,
    pub ended_at: Option<Time>,
    pub created_at: Option<Time>,
    pub updated_at: Option<Time>,
    pub note: Option<String>,
    pub recording_urls: Option<Vec<String>>,
    pub call_targets: Option<Vec<CallTarget>>,
}

/// An extension to which a call went.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the wire's own names")]
pub struct CallTarget {
    pub add_time: Option<Time>,
    pub answered_time: Option<Time>,
    pub end_reason: String,
    pub ended_time: Option<Time>,
    pub fail_code: i64,
    /// In seconds.
    pub ring_duration: u64,
    pub ring_time: Option<Time>,
    pub status: String,
    pub target_number: String,
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
