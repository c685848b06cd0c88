//! The universe: what a scenario becomes. Immutable, indexed, vendor-neutral records, shared behind
//! an `Arc`.
//!
//! One call exists once; each vendor shows it in its own dialect.

use std::collections::HashMap;
use std::ops::{Bound, Range, RangeBounds};

use chrono::{DateTime, Utc};

mod call;
mod generate;
mod millis;
mod opaque;
mod people;
mod queue;
mod reference;

pub use call::{
    Call, CallId, CallOutcome, Direction, EndedBy, Holder, Phase, Rating, RatingChannel, Recording,
};
pub use generate::{Plan, Population, is_created_id, is_generated_id};
pub use millis::{Millis, NotADuration, length};
pub use opaque::Decimals;
pub use people::{Agent, AgentState, Customer, Name};
pub use queue::{Queue, QueueState};
pub use reference::{Ordinal, Ref};

/// The records of one scenario and their indexes.
#[derive(Debug, Default)]
pub struct Universe {
    seed: u64,
    agents: Vec<Agent>,
    customers: Vec<Customer>,
    queues: Vec<Queue>,
    calls: Vec<Call>,
    /// Ordinals by (time, ordinal).
    by_time: Vec<Ordinal>,
    /// Ids that a scenario sets, by vendor. All others are computed.
    wire_ids: HashMap<&'static str, HashMap<Box<str>, Ordinal>>,
}

impl Universe {
    /// Takes the records and indexes them.
    #[must_use]
    pub fn new(
        seed: u64,
        agents: Vec<Agent>,
        customers: Vec<Customer>,
        queues: Vec<Queue>,
        calls: Vec<Call>,
    ) -> Self {
        let mut by_time: Vec<Ordinal> = ordinals(&calls).collect();
        by_time.sort_by_key(|ordinal| (calls[ordinal.0 as usize].at, *ordinal));
        let mut wire_ids: HashMap<_, HashMap<_, _>> = HashMap::new();
        for (ordinal, call) in ordinals(&calls).zip(&calls) {
            for (vendor, data) in call.data.iter().flat_map(|data| data.each()) {
                if let Some(id) = data.wire_id() {
                    wire_ids.entry(vendor).or_default().insert(id.into(), ordinal);
                }
            }
        }
        Self { seed, agents, customers, queues, calls, by_time, wire_ids }
    }

    /// What ids and generated data were made from.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How many calls there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether there is no call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Every call in the order of the scenario, which is the order of ordinals.
    #[must_use]
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The call at a place, if the universe has as many.
    #[must_use]
    pub fn call(&self, ordinal: Ordinal) -> Option<&Call> {
        self.calls.get(ordinal.0 as usize)
    }

    /// Every agent with its reference.
    pub fn agents(&self) -> impl Iterator<Item = (Ref<Agent>, &Agent)> {
        self.agents.iter().enumerate().map(|(n, agent)| (Ref::to(n), agent))
    }

    /// Every customer with its reference.
    pub fn customers(&self) -> impl Iterator<Item = (Ref<Customer>, &Customer)> {
        self.customers.iter().enumerate().map(|(n, customer)| (Ref::to(n), customer))
    }

    /// Every queue with its reference.
    pub fn queues(&self) -> impl Iterator<Item = (Ref<Queue>, &Queue)> {
        self.queues.iter().enumerate().map(|(n, queue)| (Ref::to(n), queue))
    }

    /// The agent behind a reference.
    #[must_use]
    pub fn agent(&self, agent: Ref<Agent>) -> &Agent {
        &self.agents[agent.index()]
    }

    /// The customer behind a reference.
    #[must_use]
    pub fn customer(&self, customer: Ref<Customer>) -> &Customer {
        &self.customers[customer.index()]
    }

    /// The queue behind a reference.
    #[must_use]
    pub fn queue(&self, queue: Ref<Queue>) -> &Queue {
        &self.queues[queue.index()]
    }

    /// The call to which a scenario gave this id on a vendor's wire.
    #[must_use]
    pub fn by_wire_id(&self, vendor: &str, id: &str) -> Option<Ordinal> {
        self.wire_ids.get(vendor)?.get(id).copied()
    }

    /// The stretch of the time index with the calls that began within a range of time.
    ///
    /// Costs two binary searches, whatever the size of the universe and of the range.
    #[must_use]
    pub fn between(&self, times: impl RangeBounds<DateTime<Utc>>) -> Range<usize> {
        let at = |ordinal: &Ordinal| self.calls[ordinal.0 as usize].at;
        let start = match times.start_bound() {
            Bound::Included(t) => self.by_time.partition_point(|o| at(o) < *t),
            Bound::Excluded(t) => self.by_time.partition_point(|o| at(o) <= *t),
            Bound::Unbounded => 0,
        };
        let end = match times.end_bound() {
            Bound::Included(t) => self.by_time.partition_point(|o| at(o) <= *t),
            Bound::Excluded(t) => self.by_time.partition_point(|o| at(o) < *t),
            Bound::Unbounded => self.by_time.len(),
        };
        start..end.max(start)
    }

    /// The call at a place of the time index.
    #[must_use]
    pub fn in_time_order(&self, index: usize) -> Ordinal {
        self.by_time[index]
    }
}

fn ordinals(calls: &[Call]) -> impl Iterator<Item = Ordinal> + use<> {
    let count = u32::try_from(calls.len()).expect("a scenario has fewer calls than fit in 32 bits");
    (0..count).map(Ordinal)
}
