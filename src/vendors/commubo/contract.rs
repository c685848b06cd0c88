//! The catalogue of commubo, and the operations that are not emulated.

use super::{error, findings, operations, readings, ways};
use crate::contract::{Catalogue, not_emulated};

/// The catalogue of commubo.
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
    ways: ways::WAYS,
};

// The pages on single calls. The paths of the vendor's other operations are not public.
not_emulated! {
    "GET" "/v1/calls/{callId}/conversations", "Shows what was said in a call.";
    "POST" "/v1/calls/{callId}/usercall", "Calls a person into a call.";
}
