//! The catalogue of commubo, and the operations that are not served.

use super::{error, findings, operations, readings};
use crate::contract::{Catalogue, not_emulated};

/// Everything that commubo promises.
pub static CATALOGUE: Catalogue = Catalogue {
    vendor: super::name::NAME,
    product: "commubo connect API, Softfront",
    page: "https://commubo.com/api/calls-list.html",
    credential: "headers `x-commubo-tenantId` and `x-commubo-accessToken`",
    operations: operations::OPERATIONS,
    not_emulated: NOT_EMULATED_OPERATIONS,
    features: &[],
    refusals: error::REFUSALS,
    readings: readings::READINGS,
    findings: findings::FINDINGS,
    inferences: findings::INFERENCES,
    common: &findings::COMMON,
};

// The vendor's pages on single calls; the paths of its other operations are not public.
not_emulated! {
    "GET" "/v1/calls/{callId}/conversations", "Shows what was said in a call.";
    "POST" "/v1/calls/{callId}/usercall", "Calls a person into a call.";
}
