//! What changed in a world since its scenario: states of agents and queues, flags of calls, numbers that count up. Calls
//! of the universe never change.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

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
    /// What was counted in the current second, by what is counted.
    pub rates: HashMap<Box<str>, (i64, u32)>,
    counters: HashMap<Box<str>, u64>,
}

impl Changes {
    /// No change, with counters that have counted.
    #[must_use]
    pub fn with_counters(counters: &BTreeMap<String, u64>) -> Self {
        let counters = counters.iter().map(|(key, next)| (key.as_str().into(), *next)).collect();
        Self { counters, ..Self::default() }
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
