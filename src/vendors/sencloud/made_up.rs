//! What Sencloud shows of generated calls beyond the neutral records: the trunk, and how the call
//! ended at the extension. It is computed when it is shown, so that a million calls stay small.

use crate::universe::{Call, CallOutcome};

const TRUNKS: [&str; 3] = ["viettel-sip-01", "vnpt-sip-02", "mobifone-sip-01"];

/// The trunk over which a generated call came.
pub fn trunk_name(bits: u64) -> &'static str {
    TRUNKS[usize::try_from((bits >> 8) % 3).unwrap_or(0)]
}

/// The end reason and the fail code of a generated call. The page lists no values (L56-103): these
/// are the reasons and codes of SIP (RFC 3261 and RFC 3326), as telephone exchanges report them.
pub fn end(call: &Call) -> (&'static str, i64) {
    match call.outcome {
        CallOutcome::Answered => ("NORMAL_CLEARING", 0),
        CallOutcome::NoAnswer | CallOutcome::Voicemail => ("NO_ANSWER", 480),
        CallOutcome::Busy => ("USER_BUSY", 486),
        CallOutcome::Rejected => ("CALL_REJECTED", 603),
        CallOutcome::AbandonedIvr | CallOutcome::AbandonedQueue | CallOutcome::AbandonedRing => {
            ("ORIGINATOR_CANCEL", 487)
        }
        CallOutcome::Failed => ("NETWORK_OUT_OF_ORDER", 503),
    }
}
