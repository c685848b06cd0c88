//! Staffing: which available agent takes a call that a request put into a queue. The choice is
//! drawn from the seed, once per call.
//!
//! An agent can take such a call while in the state `available` and on no other such call. An
//! outbound call names its agent itself, and does not keep that agent from taking others.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::universe::{Agent, AgentState, Call, CallOutcome, Millis, Ordinal, Ref, Universe};

/// The agents' calls, and the calls that have no agent yet.
#[derive(Debug, Default)]
pub struct Staffing {
    /// For each agent's index, the start times of its calls. The value of a start time is the
    /// latest end of all calls that began by then.
    busy: HashMap<usize, BTreeMap<DateTime<Utc>, DateTime<Utc>>>,
    /// The calls whose agent is chosen at their start.
    due: BTreeSet<(DateTime<Utc>, Ordinal)>,
}

/// The end of a call for which no agent is available.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untaken {
    /// The caller waits for this long, then hangs up in the queue.
    Abandoned(Millis),
    /// The call fails at its start.
    Failed,
}

impl Staffing {
    /// The staffing that follows from the created calls of a snapshot.
    #[must_use]
    pub fn of<'a>(calls: impl Iterator<Item = (Ordinal, &'a Call)>) -> Self {
        let mut staffing = Self::default();
        for (ordinal, call) in calls.filter(|(_, call)| call.id.is_created()) {
            staffing.note(ordinal, call);
        }
        staffing
    }

    /// Records the agent of a created call, or that its agent is still to be chosen.
    pub fn note(&mut self, ordinal: Ordinal, call: &Call) {
        if call.awaits_agent {
            self.due.insert((call.at, ordinal));
        } else if let (Some(agent), Some(_)) = (call.agent, call.queue) {
            let calls = self.busy.entry(agent.index()).or_default();
            let before = calls.range(..=call.at).next_back().map(|(_, end)| *end);
            let end = before.map_or(call.ended_at(), |before| before.max(call.ended_at()));
            calls.insert(call.at, end);
            // Calls begin in order of time, unless the clock was set back.
            for (_, later) in calls.range_mut(call.at..).skip(1) {
                if *later >= end {
                    break;
                }
                *later = end;
            }
        }
    }

    /// The start of the next call whose agent is still to be chosen.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes the next call whose start is at or before `now`.
    pub fn take_due(&mut self, now: DateTime<Utc>) -> Option<Ordinal> {
        self.due
            .first()
            .is_some_and(|(at, _)| *at <= now)
            .then(|| self.due.pop_first())?
            .map(|(_, call)| call)
    }

    /// Chooses the agent of a call at a time, by the random number `drawn`.
    #[must_use]
    pub fn choose(
        &self,
        universe: &Universe,
        switched: &HashMap<usize, AgentState>,
        call: Call,
        (at, drawn): (DateTime<Utc>, u16),
        untaken: Untaken,
    ) -> Call {
        let available: Vec<Ref<Agent>> = universe
            .agents()
            .filter(|(agent, record)| {
                let state = switched.get(&agent.index()).copied().unwrap_or(record.state);
                state == AgentState::Available && !self.is_on_a_call(*agent, at)
            })
            .map(|(agent, _)| agent)
            .collect();
        let call = Call { awaits_agent: false, ..call };
        if let Some(agent) = available.get(usize::from(drawn) % available.len().max(1)) {
            return Call { agent: Some(*agent), ..call };
        }
        let (wait, dial, outcome) = match untaken {
            Untaken::Abandoned(patience) => (patience, call.dial, CallOutcome::AbandonedQueue),
            // A failed call has begun before it fails, so its dial phase is not empty.
            Untaken::Failed => (Millis(0), call.dial.max(Millis(1)), CallOutcome::Failed),
        };
        Call { agent: None, wait, dial, outcome, ring: Millis(0), talk: Millis(0), recording: None, ..call }
    }

    fn is_on_a_call(&self, agent: Ref<Agent>, at: DateTime<Utc>) -> bool {
        let calls = self.busy.get(&agent.index());
        calls.and_then(|calls| calls.range(..=at).next_back()).is_some_and(|(_, end)| *end > at)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::dialects::{OfAgent, OfQueue};
    use crate::universe::{CallId, Name, Queue, QueueState};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn universe(agents: usize) -> Universe {
        let agent = |n: usize| Agent {
            id: format!("a{n}").into(),
            name: Name::whole("A"),
            email: None,
            extension: None,
            state: AgentState::Available,
            data: OfAgent::default(),
        };
        let (id, name) = ("q".into(), "Q".into());
        let queue = Queue { id, name, state: QueueState::Open, data: OfQueue::default() };
        Universe::new(0, (0..agents).map(agent).collect(), vec![], vec![queue], vec![])
    }

    fn call(n: u32, begins: i64, seconds: u32) -> Call {
        let plain = Call::blank(at(begins));
        Call { id: CallId::Created(n), talk: Millis(seconds * 1000), queue: Some(Ref::to(0)), ..plain }
    }

    fn choose(staffing: &mut Staffing, universe: &Universe, call: Call, now: i64) -> Call {
        let untaken = Untaken::Abandoned(Millis(9));
        let CallId::Created(n) = call.id else { unreachable!("the tests' calls are created ones") };
        let call = staffing.choose(universe, &HashMap::new(), call, (at(now), 7), untaken);
        staffing.note(Ordinal(n), &call);
        call
    }

    #[test]
    fn nobody_is_on_two_calls_at_once_and_who_finds_nobody_gives_up() {
        let (mut staffing, universe) = (Staffing::default(), universe(2));
        let one = choose(&mut staffing, &universe, call(1, 0, 60), 0);
        let two = choose(&mut staffing, &universe, call(2, 10, 60), 10);
        assert!(one.agent.is_some() && two.agent.is_some() && one.agent != two.agent);
        let three = choose(&mut staffing, &universe, call(3, 20, 60), 20);
        assert_eq!((three.agent, three.outcome, three.wait), (None, CallOutcome::AbandonedQueue, Millis(9)));
        assert_eq!(three.ended_at(), at(20) + TimeDelta::milliseconds(9));
        assert_eq!(
            choose(&mut staffing, &universe, call(4, 60, 60), 60).agent,
            one.agent,
            "as its call ends"
        );
    }

    #[test]
    fn a_clock_that_was_set_back_finds_nobody_on_a_call_that_has_not_begun() {
        let (mut staffing, universe) = (Staffing::default(), universe(1));
        choose(&mut staffing, &universe, call(1, 100, 60), 100);
        assert!(choose(&mut staffing, &universe, call(2, 0, 200), 0).agent.is_some());
        assert!(
            choose(&mut staffing, &universe, call(3, 170, 5), 170).agent.is_none(),
            "the earlier one lasts"
        );
        assert!(choose(&mut staffing, &universe, call(4, 201, 5), 201).agent.is_some());
    }

    #[test]
    fn calls_become_due_in_the_order_in_which_they_begin() {
        let mut staffing = Staffing::default();
        for (n, begins) in [(1, 30), (2, 10), (3, 20)] {
            staffing.note(Ordinal(n), &Call { awaits_agent: true, ..call(n, begins, 1) });
        }
        assert_eq!(staffing.next_due(), Some(at(10)));
        let mut due = || staffing.take_due(at(25)).map(|ordinal| ordinal.0);
        assert_eq!([due(), due(), due()], [Some(2), Some(3), None]);
    }
}
