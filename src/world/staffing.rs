//! Staffing: which available agent takes a call that a request put into a queue. The choice is
//! drawn from the seed, once per call.
//!
//! An agent can take such a call while in the state `available` and on no other such call. An
//! outbound call names its agent itself, and does not keep that agent from taking others.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use chrono::{DateTime, Utc};

use crate::universe::{AgentState, Call, CallOutcome, Millis, Ordinal, Ref, Universe};

/// The agents' calls, and the calls that have no agent yet.
#[derive(Debug, Default)]
pub struct Staffing {
    /// For each agent's index, the start times of its calls. The value of a start time is the
    /// latest end of all calls that began by then.
    busy: HashMap<usize, BTreeMap<DateTime<Utc>, DateTime<Utc>>>,
    /// The calls whose agent is chosen at their start.
    due: BTreeSet<(DateTime<Utc>, Ordinal)>,
    /// The agents who can take a call. It is counted when it is first needed.
    free: Option<Free>,
}

/// The agents who can take a call, in a range of time in which no call of theirs begins.
#[derive(Debug)]
struct Free {
    /// The beginning of the range.
    from: DateTime<Utc>,
    /// The end of the range, which is not part of it. None is no end.
    until: Option<DateTime<Utc>>,
    /// A bit for each agent: whether the agent can take a call at the beginning of the range.
    agents: Vec<u64>,
    /// The ends of the available agents' calls that last beyond the beginning of the range.
    ends: BTreeSet<(DateTime<Utc>, usize)>,
}

impl Free {
    fn set(&mut self, agent: usize) {
        self.agents[agent / 64] |= 1 << (agent % 64);
    }

    /// Clears an agent's bit, and returns whether it was set.
    fn clear(&mut self, agent: usize) -> bool {
        let Some(word) = self.agents.get_mut(agent / 64) else { return false };
        let before = *word;
        *word &= !(1 << (agent % 64));
        *word != before
    }

    /// The number of agents who can take a call.
    fn count(&self) -> usize {
        self.agents.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The n-th agent who can take a call, from 0.
    fn nth(&self, mut n: usize) -> Option<usize> {
        for (place, word) in self.agents.iter().enumerate() {
            let ones = word.count_ones() as usize;
            if n < ones {
                let rest = (0..n).fold(*word, |word, _| word & (word - 1));
                return Some(place * 64 + rest.trailing_zeros() as usize);
            }
            n -= ones;
        }
        None
    }
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
            self.took(agent.index(), call.at, call.ended_at());
        }
    }

    /// Takes an agent who got a call from those who can take one.
    fn took(&mut self, agent: usize, at: DateTime<Utc>, end: DateTime<Utc>) {
        let Some(free) = &mut self.free else { return };
        if at > free.from {
            free.until = Some(free.until.map_or(at, |until| until.min(at)));
        } else if end > free.from {
            if free.clear(agent) {
                free.ends.insert((end, agent));
            } else {
                self.free = None;
            }
        }
    }

    /// Notes that the state of an agent was switched.
    pub fn switched(&mut self) {
        self.free = None;
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
        &mut self,
        universe: &Universe,
        switched: &HashMap<usize, AgentState>,
        call: Call,
        (at, drawn): (DateTime<Utc>, u16),
        untaken: Untaken,
    ) -> Call {
        let free = self.free_at(universe, switched, at);
        let agent = free.nth(usize::from(drawn) % free.count().max(1));
        let call = Call { awaits_agent: false, ..call };
        if let Some(agent) = agent {
            return Call { agent: Some(Ref::to(agent)), ..call };
        }
        let (wait, dial, outcome) = match untaken {
            Untaken::Abandoned(patience) => (patience, call.dial, CallOutcome::AbandonedQueue),
            // A failed call has begun before it fails, so its dial phase is not empty.
            Untaken::Failed => (Millis(0), call.dial.max(Millis(1)), CallOutcome::Failed),
        };
        Call { agent: None, wait, dial, outcome, ring: Millis(0), talk: Millis(0), recording: None, ..call }
    }

    /// The agents who can take a call at a time.
    fn free_at(
        &mut self,
        universe: &Universe,
        switched: &HashMap<usize, AgentState>,
        at: DateTime<Utc>,
    ) -> &Free {
        let known = self.free.take();
        let known = known.filter(|free| free.from <= at && free.until.is_none_or(|until| at < until));
        let free = match known {
            Some(mut free) => {
                while free.ends.first().is_some_and(|(end, _)| *end <= at) {
                    let ended = free.ends.pop_first().map(|(_, agent)| agent);
                    if let Some(agent) = ended.filter(|agent| self.call_at(*agent, at).is_none()) {
                        free.set(agent);
                    }
                }
                free.from = at;
                free
            }
            None => self.counted(universe, switched, at),
        };
        self.free.insert(free)
    }

    /// Counts the agents who can take a call at a time.
    fn counted(&self, universe: &Universe, switched: &HashMap<usize, AgentState>, at: DateTime<Utc>) -> Free {
        let agents = vec![0; universe.agents().len().div_ceil(64)];
        let mut free = Free { from: at, until: None, agents, ends: BTreeSet::new() };
        for (agent, record) in universe.agents() {
            let agent = agent.index();
            if switched.get(&agent).copied().unwrap_or(record.state) != AgentState::Available {
                continue;
            }
            match self.call_at(agent, at) {
                Some(end) => _ = free.ends.insert((end, agent)),
                None => free.set(agent),
            }
        }
        let later = self.busy.values().filter_map(|calls| {
            calls.range((Bound::Excluded(at), Bound::Unbounded)).next().map(|(begin, _)| *begin)
        });
        free.until = later.min();
        free
    }

    /// The end of the calls that an agent is on at a time.
    fn call_at(&self, agent: usize, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (_, end) = self.busy.get(&agent)?.range(..=at).next_back()?;
        Some(*end).filter(|end| *end > at)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::dialects::{OfAgent, OfQueue};
    use crate::universe::{Agent, CallId, Name, Queue, QueueState};

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

    proptest! {
        #[test]
        fn the_chosen_agent_is_the_same_as_if_all_agents_were_looked_at_each_time(
            steps in prop::collection::vec((0_i64..120, 1_u32..40, 0_usize..100, any::<u16>()), 1..200),
        ) {
            const AGENTS: usize = 70;
            let (mut staffing, universe) = (Staffing::default(), universe(AGENTS));
            let mut switched = HashMap::new();
            let mut taken: Vec<(usize, DateTime<Utc>, DateTime<Utc>)> = vec![];
            for (n, (begins, seconds, agent, drawn)) in (1_u32..).zip(steps) {
                if agent < AGENTS {
                    // Most agents are away, so that the others are often all on a call.
                    let states = [AgentState::Unavailable, AgentState::NoAccess, AgentState::Available];
                    switched.insert(agent, states[usize::from(drawn) % 3]);
                    staffing.switched();
                }
                // The clock mostly goes forward, and is sometimes set back.
                let now = if drawn % 8 == 0 { begins } else { i64::from(n) + begins / 8 };
                let available: Vec<usize> = (0..AGENTS)
                    .filter(|agent| switched.get(agent).is_none_or(|s| *s == AgentState::Available))
                    .filter(|agent| {
                        let mut began = taken.iter().filter(|(of, from, _)| of == agent && *from <= at(now));
                        !began.any(|(_, _, until)| *until > at(now))
                    })
                    .collect();
                let expected = available.get(usize::from(drawn) % available.len().max(1)).copied();
                let asked = (at(now), drawn);
                let chosen =
                    staffing.choose(&universe, &switched, call(n, now, seconds), asked, Untaken::Failed);
                staffing.note(Ordinal(n), &chosen);
                prop_assert_eq!(chosen.agent.map(Ref::index), expected);
                taken.extend(chosen.agent.map(|agent| (agent.index(), chosen.at, chosen.ended_at())));
            }
        }
    }
}
