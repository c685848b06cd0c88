//! The catalogue of Alibaba Cloud CCC, and the operations that are not emulated. `B1`, `3.1` and
//! the like are rows and sections of its fact sheet.

use super::gateway::{features, refusals};
use super::{findings, operations, readings, ways};
use crate::contract::{Catalogue, not_emulated};

/// The catalogue of Alibaba Cloud CCC.
pub static CATALOGUE: Catalogue = Catalogue {
    vendor: super::name::NAME,
    product: "Alibaba Cloud CCC 2020-07-01",
    page: "https://api.aliyun.com/document/CCC/2020-07-01/ListCallDetailRecords",
    credential: "access key, signed with ACS3-HMAC-SHA256 or HMAC-SHA1, and `InstanceId`",
    operations: operations::OPERATIONS,
    not_emulated: NOT_EMULATED_OPERATIONS,
    features: features::BEHAVIORS,
    refusals: refusals::REFUSALS,
    readings: readings::READINGS,
    findings: findings::FINDINGS,
    inferences: findings::INFERENCES,
    common: &findings::COMMON,
    ways: ways::WAYS,
};

// The other operations that public programs call, or whose pages are beside those of the emulated
// ones.
not_emulated! {
    "Action" "ListCallDetailRecordsV2", "Lists call detail records; the documented successor.";
    "Action" "ListRecentCallDetailRecords", "Lists recent call detail records.";
    "Action" "GetMultiChannelRecording", "Fetches the address of a recording in two channels.";
    "Action" "GetVoicemailRecording", "Fetches a voicemail's address.";
    "Action" "GetEarlyMediaRecording", "Fetches the address of what was heard before the answer.";
    "Action" "ListMonoRecordings", "Lists recordings.";
    "Action" "ListMultiChannelRecordings", "Lists recordings in two channels.";
    "Action" "StartBack2BackCall", "Calls two numbers and connects them.";
    "Action" "StartPredictiveCall", "Calls a number before an agent is free.";
    "Action" "MakeCall", "Calls a number.";
    "Action" "ReleaseCall", "Hangs up.";
    "Action" "AnswerCall", "Answers a call.";
    "Action" "ReadyForService", "Makes an agent available.";
    "Action" "TakeBreak", "Gives an agent a break.";
    "Action" "ListInstances", "Lists instances.";
    "Action" "ListInstancesOfUser", "Lists the instances of a user.";
    "Action" "GetInstance", "Shows an instance.";
    "Action" "ModifyInstance", "Changes an instance.";
    "Action" "ListUsers", "Lists agents.";
    "Action" "GetUser", "Shows an agent.";
    "Action" "CreateUser", "Creates an agent.";
    "Action" "AddPersonalNumbersToUser", "Gives an agent numbers.";
    "Action" "ListOutboundNumbersOfUser", "Lists the numbers of an agent.";
    "Action" "ListPrivilegesOfUser", "Lists an agent's rights.";
    "Action" "ListPhoneNumbers", "Lists numbers.";
    "Action" "ListSkillGroups", "Lists skill groups.";
    "Action" "ListRoles", "Lists roles.";
    "Action" "ListDevices", "Lists devices.";
    "Action" "ListContactFlows", "Lists contact flows.";
    "Action" "ListAgentStateLogs", "Lists what agents did.";
    "Action" "ListRealtimeAgentStates", "Lists what agents are doing.";
    "Action" "GetRealtimeInstanceStates", "Shows how an instance is doing.";
    "Action" "ListIntervalInstanceReport", "Reports on an instance by intervals.";
    "Action" "ListHistoricalAgentReport", "Reports on agents.";
    "Action" "GetHistoricalCallerReport", "Reports on a caller.";
}
