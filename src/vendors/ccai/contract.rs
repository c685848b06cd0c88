//! The catalogue of CCAI Platform, and the operations that are not emulated. `3` is a section of
//! the fact sheet.

use super::{error, findings, operations, readings, ways};
use crate::contract::{Catalogue, not_emulated};

/// The catalogue of CCAI Platform.
pub static CATALOGUE: Catalogue = Catalogue {
    vendor: super::name::NAME,
    product: "Google CCAI Platform, Apps API and Manager API",
    page: "https://docs.cloud.google.com/contact-center/ccai-platform/docs/apps-api-call",
    credential: "HTTP Basic, `subdomain:token`",
    operations: operations::OPERATIONS,
    not_emulated: NOT_EMULATED_OPERATIONS,
    features: &[],
    refusals: error::REFUSALS,
    readings: readings::READINGS,
    findings: findings::FINDINGS,
    inferences: findings::INFERENCES,
    common: &findings::COMMON,
    ways: ways::WAYS,
};

// The operations on the vendor's other pages on the Apps API and the Manager API (3).
not_emulated! {
    "GET" "/manager/api/v1/agents", "Lists agents.";
    "GET" "/manager/api/v1/agents/current_status", "Lists what agents are doing.";
    "GET" "/manager/api/v1/agent_activity_logs", "Lists what agents did.";
    "GET" "/manager/api/v1/chats", "Lists chats.";
    "GET" "/manager/api/v1/menus", "Lists menus.";
    "GET" "/manager/api/v1/menus/tree", "Shows menus as a tree.";
    "GET" "/manager/api/v1/teams", "Lists teams.";
    "GET" "/manager/api/v1/teams/tree", "Shows teams as a tree.";
    "GET" "/manager/api/v1/teams/{id}", "Shows a team.";
    "GET" "/manager/api/v1/user_statuses", "Lists the statuses that agents can have.";
    "GET" "/manager/api/v1/settings/organization", "Shows the organisation.";
    "GET" "/manager/api/v1/calls/{id}", "Shows a call; no page has it, and clients look for it.";
    "GET" "/apps/api/v1/calls", "Lists calls; the Manager API does.";
    "GET" "/apps/api/v1/calls/{id}", "Shows a call; no page has it, and clients look for it.";
    "PATCH" "/apps/api/v1/calls/scheduled/cancel", "Cancels scheduled calls.";
    "PATCH" "/apps/api/v1/calls/scheduled/{id}/cancel", "Cancels a scheduled call.";
    "POST" "/apps/api/v1/calls/{id}/dial", "Calls a third party into a call.";
    "PUT" "/apps/api/v1/calls/add/{id}/dial", "Calls a third party into a call, as an older page has it.";
    "POST" "/apps/api/v1/calls/{id}/end_user", "Authenticates the end user of a call.";
    "POST" "/apps/api/v1/end_users", "Creates an end user.";
    "GET" "/apps/api/v1/end_users", "Finds an end user.";
    "GET" "/apps/api/v1/wait_times", "Shows how long callers wait.";
    "POST" "/apps/api/v1/agent_statuses", "Changes what agents are doing.";
    "POST" "/apps/api/v1/agent_statuses/force_logout", "Logs agents out.";
    "POST" "/apps/api/v1/chats", "Begins a chat.";
    "PATCH" "/apps/api/v1/chats/{id}", "Changes a chat.";
    "POST" "/apps/api/v1/sessionless_sms", "Sends a text message.";
}
