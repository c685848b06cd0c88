//! Alibaba Cloud CCC's additions to a scenario. Names in `PascalCase` are the API's own and
//! override the computed values.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{CallData, CustomerData, Doubt, ListedAt, MadeUpAgent, QueueData};
use crate::keys;
use crate::times::Time;

/// An access key, with the contact-centre instances that it may read.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AlibabaAccount")]
pub struct Account {
    /// The access key id, which is the public half.
    pub access_key_id: String,
    /// The access key secret, with which requests are signed.
    pub access_key_secret: String,
    /// The token of a temporary (STS) credential. If set, requests must carry it.
    pub security_token: Option<String>,
    /// The time at which the security token expires. If left out, never.
    pub security_token_expires: Option<Time>,
    /// The state of the key at the gateway.
    #[serde(default)]
    pub state: KeyState,
    /// The instances, each written as its id or with its state.
    #[serde(default)]
    pub instances: Vec<Instance>,
}

impl super::Account for Account {
    fn public_half(&self) -> &str {
        &self.access_key_id
    }

    fn secrets(&self) -> Vec<&str> {
        std::iter::once(self.access_key_secret.as_str()).chain(self.security_token.as_deref()).collect()
    }

    fn fresh_public_half(&self, unique: u128) -> String {
        format!("{}-{}", self.access_key_id, super::short(unique))
    }

    fn times(&mut self) -> Vec<(&'static str, &mut Time)> {
        self.security_token_expires.iter_mut().map(|time| ("security_token_expires", time)).collect()
    }

    fn has_part(&self, name: &str) -> bool {
        self.instances.iter().any(|instance| instance.id == name)
    }

    fn looks_real(&self) -> bool {
        is_real_id(&self.access_key_id) || self.secrets().into_iter().any(keys::looks_real)
    }
}

/// Whether an access key id has the form of those that Alibaba Cloud issues.
#[must_use]
pub fn is_real_id(id: &str) -> bool {
    let given_out = id.starts_with("LTAI") || id.starts_with("STS.");
    given_out && id.len() >= 16 && !keys::is_marked(id)
}

/// The state of a key at the gateway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// The key is active.
    #[default]
    Active,
    /// The key is switched off: `InvalidAccessKeyId.Inactive`.
    Disabled,
    /// The key can sign requests, but has no right to the operation: `Forbidden.RAM`.
    Forbidden,
}

/// A contact-centre instance: `ccc-test`, or `{id: ccc-test, state: stopped}`.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "InstanceSchema")]
pub struct Instance {
    /// `InstanceId`.
    pub id: String,
    /// The state of the instance.
    pub state: InstanceState,
}

/// The schema of an [`Instance`], for editors.
#[derive(JsonSchema)]
#[schemars(untagged, deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
enum InstanceSchema {
    Id(String),
    WithState(InstanceEntry),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InstanceEntry {
    /// `InstanceId`.
    id: String,
    /// The state of the instance. If left out, running.
    #[serde(default)]
    state: InstanceState,
}

impl<'de> Deserialize<'de> for Instance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Instance;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an instance id, or `{id: …, state: …}`")
            }

            fn visit_str<E: Error>(self, id: &str) -> Result<Instance, E> {
                Ok(Instance { id: id.to_owned(), state: InstanceState::Running })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Instance, A::Error> {
                let InstanceEntry { id, state } =
                    InstanceEntry::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Instance { id, state })
            }
        }
        deserializer.deserialize_str(Either)
    }
}

/// The state of an instance.
// Fact sheet 3.2, `AbnormalService.*`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstanceState {
    /// The instance answers.
    #[default]
    Running,
    /// `AbnormalService.Ceased`.
    Stopped,
    /// `AbnormalService.Creating`.
    Creating,
    /// `AbnormalService.Disabled`.
    Disabled,
}

/// Alibaba's additions to an agent.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "AlibabaAgent")]
pub struct Agent {
    /// `AgentIds`. If left out, the agent's id and the instance's, joined by `@`.
    pub agent_id: Option<String>,
    /// `AgentNames`. If left out, the agent's name.
    pub agent_name: Option<String>,
}

/// Alibaba's additions to a customer: none, because it shows only numbers.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AlibabaCustomer")]
pub struct Customer {}

/// Alibaba's additions to a queue.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "AlibabaQueue")]
pub struct Queue {
    /// `SkillGroupIds`. If left out, the queue's id and the instance's, joined by `@`.
    pub skill_group: Option<String>,
    /// `SkillGroupNames`. If left out, the queue's name.
    pub skill_group_name: Option<String>,
}

/// The types of contact that the page lists (`ContactType`).
pub const CONTACT_TYPES: [&str; 7] =
    ["Outbound", "Back2Back", "PrivacyDial", "Internal", "Predictive", "Inbound", "Conference"];
/// The types of contact in the spelling of newer pages (6), in the order of [`CONTACT_TYPES`].
pub const CONTACT_TYPES_UPPER: [&str; 7] =
    ["OUTBOUND", "BACK2BACK", "PRIVACY_DIAL", "INTERNAL", "PREDICTIVE", "INBOUND", "CONFERENCE"];
/// The outcomes of a contact that the page lists (`ContactDisposition`).
pub const DISPOSITIONS: [&str; 12] = [
    "AbandonedInQueue",
    "NoAnswer",
    "QueuingTimeout",
    "Voicemail",
    "QueuingFailed",
    "QueuingOverflow",
    "Success",
    "IVRException",
    "AbandonedInRing",
    "AbandonedInIVR",
    "Reject",
    "ForwardToOutsideNumber",
];
/// The reasons for a far end that was not connected (page, `EarlyMediaStateList`).
pub const EARLY_MEDIA_STATES: [&str; 7] =
    ["NoAnswer", "OutOfService", "NotExist", "Restricted", "Busy", "NotConnected", "PowerOff"];
/// The channels of surveys (page, `SatisfactionSurveyChannel`).
pub const SURVEY_CHANNELS: [&str; 2] = ["IVR", "SMS"];

/// The fields of a call detail record, where they should differ from the neutral call.
// The page's 30, and the five that only the SDK has (fact sheet 2.2).
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "PascalCase", default)]
#[schemars(rename = "AlibabaCall")]
pub struct Call {
    /// The id. If left out, `job-` and 18 digits that follow from the seed.
    pub contact_id: Option<String>,
    /// The instance that alone shows the call. If left out, every instance of the account.
    pub instance_id: Option<String>,
    /// `Outbound`, `Back2Back`, `PrivacyDial`, `Internal`, `Predictive`, `Inbound` or `Conference`.
    pub contact_type: Option<String>,
    /// The end of the call, such as `Success`. If left out, the outcome decides.
    pub contact_disposition: Option<String>,
    /// The number that called. If left out, `from`.
    pub calling_number: Option<String>,
    /// The number that was called. If left out, `to`.
    pub called_number: Option<String>,
    /// The place of the caller.
    pub caller_location: Option<String>,
    /// The place of the called party.
    pub callee_location: Option<String>,
    /// The number that was shown between the two parties.
    pub broker: Option<String>,
    /// The second number that was shown between the two parties.
    pub additional_broker: Option<String>,
    /// The ids of the agents, with commas between them.
    pub agent_ids: Option<String>,
    /// The names of the agents, with commas between them.
    pub agent_names: Option<String>,
    /// The ids of the skill groups, with commas between them.
    pub skill_group_ids: Option<String>,
    /// The names of the skill groups, with commas between them.
    pub skill_group_names: Option<String>,
    /// The ids of the parts of the call.
    pub call_ids: Option<String>,
    /// The beginning, in milliseconds since 1970. It must be the call's `at`, because the list is
    /// ordered by it.
    pub start_time: Option<i64>,
    /// The time of the answer, in milliseconds since 1970.
    pub established_time: Option<i64>,
    /// The time of the end, in milliseconds since 1970.
    pub release_time: Option<i64>,
    /// Who hung up: `agent` or `customer`.
    pub release_initiator: Option<String>,
    /// Why the call ended.
    pub release_reason: Option<String>,
    /// Why the far end of an outbound call was not reached, such as `PowerOff`.
    pub early_media_state: Option<String>,
    /// The duration in seconds: of an inbound call from its beginning, of any other from the
    /// answer.
    pub call_duration: Option<u64>,
    /// The seconds of talk.
    pub talk_time: Option<u64>,
    /// The seconds on hold.
    pub held_time: Option<u64>,
    /// The seconds of dialling.
    pub dialing_time: Option<u64>,
    /// The seconds of ringing.
    pub ring_time: Option<u64>,
    /// The seconds in the telephone menu.
    pub ivr_time: Option<u64>,
    /// The seconds in the queue.
    pub queue_time: Option<u64>,
    /// The seconds in the queue and of ringing.
    pub wait_time: Option<u64>,
    /// Whether the recording can be fetched.
    pub recording_ready: Option<bool>,
    /// The length of the recording in seconds.
    pub recording_duration: Option<u64>,
    /// The customer's score.
    pub satisfaction_index: Option<i64>,
    /// The meaning of the score.
    pub satisfaction_description: Option<String>,
    /// The channel of the survey: `IVR` or `SMS`.
    pub satisfaction_survey_channel: Option<String>,
    /// Whether the customer was asked for a rating.
    pub satisfaction_survey_offered: Option<bool>,
}

impl Agent {
    /// What Alibaba adds to a made-up agent: nothing, because id and name are derived.
    #[must_use]
    pub fn made_up(_: &MadeUpAgent) -> Option<Self> {
        None
    }
}

impl Queue {
    /// What Alibaba adds to a made-up queue: nothing, because id and name are derived.
    #[must_use]
    pub fn made_up(_: usize) -> Option<Self> {
        None
    }
}

impl CustomerData for Customer {}

impl QueueData for Queue {}

impl CallData for Call {
    fn wire_id(&self) -> Option<Cow<'_, str>> {
        self.contact_id.as_deref().map(Cow::Borrowed)
    }

    fn listed_at(&self) -> Option<ListedAt<'_>> {
        self.start_time.map(ListedAt::UnixMillis)
    }

    fn part(&self) -> Option<(&'static str, &str)> {
        self.instance_id.as_deref().map(|id| ("InstanceId", id))
    }

    fn doubts(&self, _: bool) -> Vec<Doubt> {
        // Contact types have a second spelling, which causes no warning.
        let contact_type = self.contact_type.as_deref().filter(|given| !CONTACT_TYPES_UPPER.contains(given));
        let channel = self.satisfaction_survey_channel.as_deref();
        [
            Doubt::unless_listed("ContactType", contact_type, &CONTACT_TYPES),
            Doubt::unless_listed("ContactDisposition", self.contact_disposition.as_deref(), &DISPOSITIONS),
            Doubt::unless_listed("EarlyMediaState", self.early_media_state.as_deref(), &EARLY_MEDIA_STATES),
            Doubt::unless_listed("SatisfactionSurveyChannel", channel, &SURVEY_CHANNELS),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
