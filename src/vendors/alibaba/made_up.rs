//! What Alibaba shows of generated calls beyond the neutral records: the rarer contact types,
//! dispositions and early media states, and a second agent. It is computed when it is shown, so
//! that a million calls stay small.

use crate::universe::{Call, CallOutcome, Direction};

/// The contact type of a generated call, if it is one of the rarer ones. Campaigns dial
/// predictively, and colleagues are drawn into conferences.
pub fn contact_type(call: &Call, bits: u64) -> Option<&'static str> {
    match (call.direction, bits % 100) {
        (Direction::Outbound, 0..=5) => Some("Predictive"),
        (Direction::Outbound, 6..=7) => Some("Back2Back"),
        (Direction::Outbound, 8) => Some("PrivacyDial"),
        (Direction::Internal, 0..=9) => Some("Conference"),
        _ => None,
    }
}

/// The disposition of a generated call, if it is one of the rarer ones.
pub fn disposition(call: &Call, bits: u64) -> Option<&'static str> {
    if call.direction != Direction::Inbound {
        return None;
    }
    match (call.outcome, (bits >> 8) % 8) {
        (CallOutcome::Failed, 0..=1) => Some("QueuingTimeout"),
        (CallOutcome::Failed, 2..=3) => Some("QueuingOverflow"),
        (CallOutcome::Failed, 4) => Some("IVRException"),
        (CallOutcome::Answered, 0) if (bits >> 12).is_multiple_of(16) => Some("ForwardToOutsideNumber"),
        _ => None,
    }
}

/// The early media state of a generated call, if it is one of the rarer ones: what the network told
/// of a far end that was not reached.
pub fn early_media_state(call: &Call, bits: u64) -> Option<&'static str> {
    if call.direction != Direction::Outbound {
        return None;
    }
    match (call.outcome, (bits >> 16) % 8) {
        (CallOutcome::NoAnswer, 0..=3) => Some("NoAnswer"),
        (CallOutcome::Failed, 0..=1) => Some("PowerOff"),
        (CallOutcome::Failed, 2) => Some("OutOfService"),
        (CallOutcome::Failed, 3..=4) => Some("NotExist"),
        (CallOutcome::Failed, 5) => Some("Restricted"),
        _ => None,
    }
}

/// The index of a second agent or queue of a generated call, of `count`. A conversation with a
/// pause is sometimes one in which the agent asked a colleague.
pub fn second(call: &Call, first: usize, count: usize, bits: u64) -> Option<usize> {
    let asked = call.direction == Direction::Inbound
        && call.outcome == CallOutcome::Answered
        && call.hold.0 > 0
        && (bits >> 24).is_multiple_of(3);
    (asked && count > 1).then(|| (first + 1) % count)
}
