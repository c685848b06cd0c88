//! Drawing the calls of one block.

use std::sync::Arc;

use super::chance::Chance;
use super::days::Moments;
use super::people::People;
use super::phases;
use super::plan::Block;
use crate::universe::{Call, CallOutcome, Direction, Millis, Ordinal, Ref};

impl Block {
    /// Makes up the calls of the block, until there are `end`. The ordinal of a parent is its place
    /// among them, and there is room for one call more.
    pub fn generate(
        &self,
        people: &mut People,
        number: usize,
        end: usize,
        chance: &mut Chance,
        drafts: &mut Vec<Call>,
    ) {
        // `check` refuses a period without a minute of business.
        let Some(moments) = Moments::of(&self.period) else { return };
        while drafts.len() < end {
            let call = self.call(people, number, &moments, chance);
            let transferred = call.direction == Direction::Inbound
                && call.outcome == CallOutcome::Answered
                && chance.percent(6)
                && call.ended_at() < self.period.to;
            let next = transferred.then(|| self.transfer(&call, people, chance));
            let parent = u32::try_from(drafts.len()).ok().map(Ordinal);
            drafts.push(call);
            drafts.extend(next.map(|call| Call { parent, ..call }));
        }
        drafts.truncate(end);
    }

    fn call(&self, people: &mut People, block: usize, moments: &Moments<'_>, chance: &mut Chance) -> Call {
        let (direction, outcome) = self.mix.pick(chance);
        let queue = one_of(&self.queues, people.lines.len(), chance);
        let agent = one_of(&self.agents, people.agents, chance);
        let repeat = self.customers.and_then(|made| made.repeat);
        let (customer, phone) = people.far_end(block, repeat, chance);
        let line = Arc::clone(self.number.as_ref().unwrap_or(&people.lines[queue]));
        let call = Call {
            direction,
            outcome,
            from: Arc::clone(&phone),
            to: Arc::clone(&line),
            at: moments.pick(chance),
            customer: customer.map(Ref::to),
            queue: Some(Ref::to(queue)),
            on: self.on.clone(),
            ..Call::blank(self.period.from)
        };
        let call = match direction {
            Direction::Inbound => call,
            Direction::Outbound => Call { from: line, to: phone, ..call },
            Direction::Internal => {
                let other = one_of(&self.agents, people.agents, chance);
                let other = if other == agent { (agent + 1) % people.agents } else { other };
                let (from, to) = (&people.extensions[agent], &people.extensions[other]);
                Call { from: Arc::clone(from), to: Arc::clone(to), customer: None, queue: None, ..call }
            }
        };
        phases::complete(call, agent, self.talk, chance)
    }

    /// The second call of a transfer. It begins when the first one ends, and another agent takes
    /// it.
    fn transfer(&self, first: &Call, people: &People, chance: &mut Chance) -> Call {
        let agent = one_of(&self.agents, people.agents, chance);
        let second = Call {
            direction: Direction::Inbound,
            outcome: CallOutcome::Answered,
            from: Arc::clone(&first.from),
            to: Arc::clone(&first.to),
            customer: first.customer,
            queue: first.queue,
            on: first.on.clone(),
            agent: Some(Ref::to(agent)),
            ring: Millis(chance.between(1_000, 9_000)),
            ..Call::blank(first.ended_at())
        };
        phases::answered(second, self.talk, chance)
    }
}

/// One of some entries; of all, if none are named.
fn one_of(named: &[usize], all: usize, chance: &mut Chance) -> usize {
    match named {
        [] => chance.below(all as u64),
        named => chance.one_of(named),
    }
}
