//! The direction, the outcome and the phases of one generated call.

use super::chance::Chance;
use super::talk::Talk;
use crate::universe::{Call, CallOutcome, Direction, EndedBy, Millis, Rating, RatingChannel, Recording, Ref};

/// Outcomes with their weights.
type Weights = [(u32, CallOutcome)];

const DIRECTIONS: &[(u32, Direction)] =
    &[(60, Direction::Inbound), (33, Direction::Outbound), (7, Direction::Internal)];

const INBOUND: &Weights = &[
    (72, CallOutcome::Answered),
    (6, CallOutcome::AbandonedIvr),
    (8, CallOutcome::AbandonedQueue),
    (3, CallOutcome::AbandonedRing),
    (5, CallOutcome::NoAnswer),
    (4, CallOutcome::Voicemail),
    (1, CallOutcome::Busy),
    (1, CallOutcome::Failed),
];

const OUTBOUND: &Weights = &[
    (56, CallOutcome::Answered),
    (22, CallOutcome::NoAnswer),
    (9, CallOutcome::Busy),
    (6, CallOutcome::Voicemail),
    (4, CallOutcome::Rejected),
    (3, CallOutcome::Failed),
];

const INTERNAL: &Weights =
    &[(85, CallOutcome::Answered), (12, CallOutcome::NoAnswer), (3, CallOutcome::Busy)];

/// The distribution of `talk`, in milliseconds: mostly minutes, sometimes seconds, and seldom most
/// of an hour.
const TALK: &[(u32, (u32, u32))] = &[
    (22, (4_000, 60_000)),
    (54, (60_000, 360_000)),
    (20, (360_000, 1_200_000)),
    (4, (1_200_000, 3_300_000)),
];

const SCORES: &[(u32, i64)] = &[(46, 5), (27, 4), (12, 3), (6, 2), (9, 1)];

/// The directions and outcomes of a block, with their weights.
#[derive(Debug, Clone)]
pub struct Mix(Vec<Share>);

/// The share of one direction: its weight, and its outcomes with theirs.
type Share = (u32, Direction, Vec<(u32, CallOutcome)>);

impl Mix {
    /// The mix of a block. Without a direction, a mix of all. Without outcomes, each direction's
    /// own.
    ///
    /// # Errors
    /// The outcome that no call of the direction can have, or `None` if no weight is over 0.
    pub fn of(
        direction: Option<Direction>,
        outcomes: &[(u32, CallOutcome)],
    ) -> Result<Self, Option<CallOutcome>> {
        let mut mix = vec![];
        for (weight, each) in DIRECTIONS {
            if direction.is_some_and(|only| only != *each) {
                continue;
            }
            let own = match each {
                Direction::Inbound => INBOUND,
                Direction::Outbound => OUTBOUND,
                Direction::Internal => INTERNAL,
            };
            let fits = |outcome: &CallOutcome| outcomes.is_empty() || can_have(*each, *outcome);
            let asked = if outcomes.is_empty() { own } else { outcomes };
            let impossible = asked.iter().find(|(weight, outcome)| *weight > 0 && !fits(outcome));
            if let Some((_, outcome)) = impossible.filter(|_| direction.is_some()) {
                return Err(Some(*outcome));
            }
            let kept: Vec<_> = asked.iter().copied().filter(|(weight, it)| *weight > 0 && fits(it)).collect();
            if !kept.is_empty() {
                mix.push((*weight, *each, kept));
            }
        }
        if mix.is_empty() { Err(None) } else { Ok(Self(mix)) }
    }

    /// A random direction and outcome.
    pub(super) fn pick(&self, chance: &mut Chance) -> (Direction, CallOutcome) {
        let places: Vec<(u32, usize)> =
            self.0.iter().enumerate().map(|(n, (weight, ..))| (*weight, n)).collect();
        let (_, direction, outcomes) = &self.0[chance.weighted(&places)];
        (*direction, chance.weighted(outcomes))
    }
}

/// Whether a call of a direction can have an outcome. Only a caller from outside hangs up in a menu
/// or a queue, and no machine takes messages within the contact centre.
fn can_have(direction: Direction, outcome: CallOutcome) -> bool {
    match outcome {
        CallOutcome::AbandonedIvr | CallOutcome::AbandonedQueue => direction == Direction::Inbound,
        CallOutcome::Voicemail => direction != Direction::Internal,
        _ => true,
    }
}

/// Gives a call the phases of its outcome.
pub fn complete(call: Call, agent: usize, talk: Option<Talk>, chance: &mut Chance) -> Call {
    match call.direction {
        Direction::Inbound => inbound(call, agent, talk, chance),
        Direction::Outbound => outbound(call, agent, talk, chance),
        Direction::Internal => internal(call, agent, talk, chance),
    }
}

fn inbound(call: Call, agent: usize, talk: Option<Talk>, chance: &mut Chance) -> Call {
    let call = Call { ivr: Millis(chance.between(3_000, 40_000)), ..call };
    let wait = Millis(chance.between(0, 95_000));
    let ring = Millis(chance.between(1_000, 20_000));
    let agent = Some(Ref::to(agent));
    match call.outcome {
        CallOutcome::Answered => answered(Call { wait, ring, agent, ..call }, talk, chance),
        CallOutcome::AbandonedRing | CallOutcome::NoAnswer | CallOutcome::Rejected => {
            Call { wait, ring, agent, ..call }
        }
        CallOutcome::AbandonedQueue | CallOutcome::Failed => Call { wait, ..call },
        CallOutcome::Voicemail => {
            let duration = Millis(chance.between(5_000, 90_000));
            Call { wait, recording: Some(Recording { url: None, duration }), ..call }
        }
        CallOutcome::Busy | CallOutcome::AbandonedIvr => call,
    }
}

fn outbound(call: Call, agent: usize, talk: Option<Talk>, chance: &mut Chance) -> Call {
    let dial = Millis(chance.between(800, 4_000));
    let call = Call { dial, agent: Some(Ref::to(agent)), ..call };
    let ring = Millis(chance.between(2_000, 30_000));
    match call.outcome {
        CallOutcome::Answered => answered(Call { ring, ..call }, talk, chance),
        CallOutcome::Voicemail => {
            let duration = Millis(chance.between(5_000, 60_000));
            Call { ring, recording: Some(Recording { url: None, duration }), ..call }
        }
        CallOutcome::NoAnswer | CallOutcome::Rejected | CallOutcome::AbandonedRing => Call { ring, ..call },
        _ => call,
    }
}

fn internal(call: Call, agent: usize, talk: Option<Talk>, chance: &mut Chance) -> Call {
    let call = Call { agent: Some(Ref::to(agent)), ring: Millis(chance.between(500, 12_000)), ..call };
    if call.outcome == CallOutcome::Answered { answered(call, talk, chance) } else { call }
}

/// Gives an answered call its conversation, recording and rating.
pub fn answered(call: Call, talk: Option<Talk>, chance: &mut Chance) -> Call {
    let length = if let Some(talk) = talk {
        talk.pick(chance)
    } else {
        let (shortest, longest) = chance.weighted(TALK);
        chance.between(shortest, longest)
    };
    let hold = if chance.percent(18) { chance.between(0, length / 3) } else { 0 };
    let customer_ended = chance.percent(64);
    let recorded = call.direction != Direction::Internal && chance.percent(92);
    let rated = call.direction == Direction::Inbound && chance.percent(21);
    Call {
        talk: Millis(length),
        hold: Millis(hold),
        ended_by: Some(if customer_ended { EndedBy::Customer } else { EndedBy::Agent }),
        recording: recorded.then_some(Recording { url: None, duration: Millis(length) }),
        rating: rated.then(|| {
            let channel = if chance.percent(70) { RatingChannel::Ivr } else { RatingChannel::Sms };
            Box::new(Rating { score: chance.weighted(SCORES), label: None, channel: Some(channel) })
        }),
        ..call
    }
}
