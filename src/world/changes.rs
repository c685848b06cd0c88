//! The changes of a world since its scenario: states of agents and queues, flags of calls, and
//! counters. The calls of the universe never change.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Staffing;
use crate::universe::{AgentState, Ordinal, QueueState};

/// The changes of one world. The world keeps them behind its one lock.
#[derive(Debug, Default)]
pub struct Changes {
    /// The agents' switched states, by the agent's index.
    pub(super) agents: HashMap<usize, AgentState>,
    /// The queues' switched states, by the queue's index.
    pub queues: HashMap<usize, QueueState>,
    /// The flags of calls' customers.
    pub flags: HashMap<Ordinal, Flags>,
    /// The agents' assignments to the calls that requests created.
    pub staffing: Staffing,
    rates: HashMap<Box<str>, Rate>,
    counters: HashMap<Box<str>, u64>,
    /// The steps that may have changed something.
    pub(super) steps: u64,
}

/// The requests counted in one second.
#[derive(Debug, Clone, Copy)]
struct Rate {
    /// The second on the world's clock, since 1970.
    second: i64,
    count: u32,
    /// The time on the machine's clock at which the second began.
    since: Instant,
}

impl Changes {
    /// No changes, except for counters and rates restored from a snapshot.
    #[must_use]
    pub fn counting_on(counters: &BTreeMap<String, u64>, rates: &BTreeMap<String, (i64, u32)>) -> Self {
        let counters = counters.iter().map(|(key, next)| (key.as_str().into(), *next)).collect();
        let rate = |second, count| Rate { second, count, since: Instant::now() };
        let rates = rates.iter().map(|(key, (second, n))| (key.as_str().into(), rate(*second, *n))).collect();
        Self { rates, counters, ..Self::default() }
    }

    /// Switches the state of the agent at an index.
    pub fn switch_agent(&mut self, agent: usize, state: AgentState) {
        self.agents.insert(agent, state);
        self.staffing.switched();
    }

    /// Every rate's key with its second on the world's clock and the count in that second.
    pub fn rates(&self) -> impl Iterator<Item = (&str, (i64, u32))> {
        self.rates.iter().map(|(key, rate)| (key.as_ref(), (rate.second, rate.count)))
    }

    /// Counts one event in the current second, and returns the count including it. A second ends
    /// when either clock has passed it: a client waits by the machine's clock, a test advances the
    /// world's.
    pub fn count_in_second(&mut self, what: &str, now: DateTime<Utc>) -> u32 {
        let second = now.timestamp();
        let new = || Rate { second, count: 0, since: Instant::now() };
        let rate = self.rates.entry(what.into()).or_insert_with(new);
        if rate.second != second || rate.since.elapsed() >= Duration::from_secs(1) {
            *rate = new();
        }
        rate.count += 1;
        rate.count
    }

    /// Every counter with its next number.
    pub fn counters(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counters.iter().map(|(key, next)| (key.as_ref(), *next))
    }

    /// Takes the next number of a counter. It starts at `first` and skips numbers in use.
    pub fn next_number(&mut self, counter: &str, first: u64, in_use: impl Fn(u64) -> bool) -> u64 {
        let next = self.counters.entry(counter.into()).or_insert(first);
        while in_use(*next) {
            *next += 1;
        }
        *next += 1;
        *next - 1
    }
}

/// Facts about the customer of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Flags {
    /// Whether the customer's identity was verified.
    pub verified: bool,
    /// Whether the customer is known to be malicious.
    pub bad_actor: bool,
    /// Whether the customer called before.
    pub repeat: bool,
}
