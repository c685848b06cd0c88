//! What changed in a world since its scenario: states of agents and queues, flags of calls, numbers
//! that count up. Calls of the universe never change.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Staffing;
use crate::universe::{AgentState, Ordinal, QueueState};

/// The changes of one world. The world keeps them behind its one lock.
#[derive(Debug, Default)]
pub struct Changes {
    /// By the agent's index.
    pub agents: HashMap<usize, AgentState>,
    /// By the queue's index.
    pub queues: HashMap<usize, QueueState>,
    /// What is known of a call's customer.
    pub flags: HashMap<Ordinal, Flags>,
    /// Who is on which of the calls that requests created.
    pub staffing: Staffing,
    rates: HashMap<Box<str>, Rate>,
    counters: HashMap<Box<str>, u64>,
}

/// What was counted in a second.
#[derive(Debug, Clone, Copy)]
struct Rate {
    /// The second of the world's clock.
    second: i64,
    count: u32,
    /// When that second began, on the machine.
    since: Instant,
}

impl Changes {
    /// No change, with counters and rates that have counted.
    #[must_use]
    pub fn counting_on(counters: &BTreeMap<String, u64>, rates: &BTreeMap<String, (i64, u32)>) -> Self {
        let counters = counters.iter().map(|(key, next)| (key.as_str().into(), *next)).collect();
        let rate = |second, count| Rate { second, count, since: Instant::now() };
        let rates = rates.iter().map(|(key, (second, n))| (key.as_str().into(), rate(*second, *n))).collect();
        Self { rates, counters, ..Self::default() }
    }

    /// What was counted in which second of the world's clock, by what is counted.
    pub fn rates(&self) -> impl Iterator<Item = (&str, (i64, u32))> {
        self.rates.iter().map(|(key, rate)| (key.as_ref(), (rate.second, rate.count)))
    }

    /// Counts one more in the current second, and tells how many that makes. The second is over
    /// when either clock has passed it: a client waits by the machine's, a test by the world's.
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

    /// The next number of a counter: from `first` on, without those in use.
    pub fn next_number(&mut self, counter: &str, first: u64, in_use: impl Fn(u64) -> bool) -> u64 {
        let next = self.counters.entry(counter.into()).or_insert(first);
        while in_use(*next) {
            *next += 1;
        }
        *next += 1;
        *next - 1
    }
}

/// What is known of the customer of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Flags {
    /// Their identity was checked.
    pub verified: bool,
    /// They mean harm.
    pub bad_actor: bool,
    /// They called before.
    pub repeat: bool,
}
