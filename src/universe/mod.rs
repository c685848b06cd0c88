//! The universe: the records of a scenario. They are immutable, indexed and vendor-neutral, and
//! shared behind an `Arc`.
//!
//! Each call exists once, and each vendor shows it in its own dialect.

use std::collections::HashMap;
use std::ops::{Range, RangeBounds};

use chrono::{DateTime, Utc};

mod call;
mod columns;
mod coming;
mod drawn;
mod generate;
mod index;
mod known;
mod magic;
mod names;
mod opaque;
mod people;
mod queue;
mod reference;
mod scramble;

pub use call::{
    Call, CallId, CallOutcome, Direction, EndedBy, Holder, Phase, Rating, RatingChannel, Recording,
};
pub use columns::{Column, NumberSet, Numbers, ValueOf};
pub use coming::{Coming, Part, Spread};
pub use generate::{
    Block, Country, Hours, Made, Mix, Moments, Period, Population, Talk, Week, generated, is_created_id,
    is_generated_id,
};
pub use magic::{LATE, MAGIC_NUMBERS, Magic, MagicNumber};
pub use opaque::Decimals;
pub use people::{Agent, AgentState, Customer, Name, Reading};
pub use queue::{Queue, QueueState};
pub use reference::{Ordinal, Ref};

use columns::Columns;
use drawn::Drawn;
use index::Index;
use known::Known;
use names::Names;
use scramble::scramble;

pub use crate::times::{Millis, NotADuration, length};

/// The records of one scenario and their indexes.
#[derive(Debug, Default)]
pub struct Universe {
    seed: u64,
    agents: Vec<Agent>,
    customers: Vec<Customer>,
    queues: Vec<Queue>,
    calls: Vec<Call>,
    index: Index,
    columns: Columns,
    /// The ids that a scenario sets, by vendor. All other ids are computed.
    wire_ids: HashMap<&'static str, HashMap<Box<str>, Ordinal>>,
    names: Names,
    known: Known,
    drawn: Drawn,
    coming: Coming,
}

impl Universe {
    /// Builds the indexes of some records.
    #[must_use]
    pub fn new(
        seed: u64,
        agents: Vec<Agent>,
        customers: Vec<Customer>,
        queues: Vec<Queue>,
        calls: Vec<Call>,
    ) -> Self {
        let index = Index::of(&calls, ordinals(&calls));
        let mut wire_ids: HashMap<_, HashMap<_, _>> = HashMap::new();
        for (ordinal, call) in ordinals(&calls).zip(&calls) {
            for (vendor, data) in call.data.iter().flat_map(|data| data.each()) {
                if let Some(id) = data.wire_id() {
                    wire_ids.entry(vendor).or_default().insert(id.into(), ordinal);
                }
            }
        }
        let (columns, known, drawn) = (Columns::default(), Known::default(), Drawn::default());
        let names = Names::of(&calls);
        let coming = Coming::default();
        Self { seed, agents, customers, queues, calls, index, columns, wire_ids, names, known, drawn, coming }
    }

    /// The same records, of which some come or change after their calls' ends.
    #[must_use]
    pub fn coming(mut self, coming: Coming) -> Self {
        self.coming = coming;
        self
    }

    /// When records come and change.
    #[must_use]
    pub fn records(&self) -> &Coming {
        &self.coming
    }

    /// The seed of ids and generated data.
    #[inline]
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The number of calls.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether the universe has no calls.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Every call, in the order of ordinals, which is the order of the scenario.
    #[inline]
    #[must_use]
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The call with an ordinal, if the universe has it.
    #[inline]
    #[must_use]
    pub fn call(&self, ordinal: Ordinal) -> Option<&Call> {
        self.calls.get(ordinal.0 as usize)
    }

    /// Every agent with its reference.
    #[must_use]
    pub fn agents(&self) -> impl ExactSizeIterator<Item = (Ref<Agent>, &Agent)> {
        self.agents.iter().enumerate().map(|(n, agent)| (Ref::to(n), agent))
    }

    /// Every customer with its reference.
    #[must_use]
    pub fn customers(&self) -> impl ExactSizeIterator<Item = (Ref<Customer>, &Customer)> {
        self.customers.iter().enumerate().map(|(n, customer)| (Ref::to(n), customer))
    }

    /// Every queue with its reference.
    #[must_use]
    pub fn queues(&self) -> impl ExactSizeIterator<Item = (Ref<Queue>, &Queue)> {
        self.queues.iter().enumerate().map(|(n, queue)| (Ref::to(n), queue))
    }

    /// The agent behind a reference.
    #[inline]
    #[must_use]
    pub fn agent(&self, agent: Ref<Agent>) -> &Agent {
        &self.agents[agent.index()]
    }

    /// The customer behind a reference.
    #[inline]
    #[must_use]
    pub fn customer(&self, customer: Ref<Customer>) -> &Customer {
        &self.customers[customer.index()]
    }

    /// The queue behind a reference.
    #[inline]
    #[must_use]
    pub fn queue(&self, queue: Ref<Queue>) -> &Queue {
        &self.queues[queue.index()]
    }

    /// The call with this id at a vendor, if a scenario sets it.
    #[must_use]
    pub fn by_wire_id(&self, vendor: &str, id: &str) -> Option<Ordinal> {
        self.wire_ids.get(vendor)?.get(id).copied()
    }

    /// The call with an id, as the scenario wrote it or as the generator gave it.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<Ordinal> {
        self.names.find(&self.calls, name)
    }

    /// The agent with an e-mail address.
    #[must_use]
    pub fn agent_by_email(&self, email: &str) -> Option<Ref<Agent>> {
        self.known.agent_by_email(&self.agents, email)
    }

    /// The customer with a telephone number. Only the digits of the numbers count.
    #[must_use]
    pub fn customer_by_phone(&self, number: &str) -> Option<Ref<Customer>> {
        self.known.customer_by_phone(&self.customers, number)
    }

    /// The customer with a ticket.
    #[must_use]
    pub fn customer_by_ticket(&self, ticket: &str) -> Option<Ref<Customer>> {
        self.known.customer_by_ticket(&self.customers, ticket)
    }

    /// The bytes of [`Universe::opaque`], drawn once for each of the `count` entries of a kind.
    #[inline]
    #[must_use]
    pub fn drawn(&self, kind: &'static str, index: usize, count: usize) -> [u8; 20] {
        self.drawn.bytes(kind, index, count, || self.opaque(kind, index))
    }

    /// The offset of the bijections between calls and ids, which `draw` draws from the seed.
    fn offset(&self, draw: impl Fn(u64) -> u64) -> u64 {
        *self.drawn.offset.get_or_init(|| draw(self.seed))
    }

    /// Sixty-four random bits of a generated call, from which a vendor computes what it shows
    /// beyond the neutral record. `None` for any other call.
    #[inline]
    #[must_use]
    pub fn made_up(&self, ordinal: Ordinal) -> Option<u64> {
        let generated = matches!(self.call(ordinal)?.id, CallId::Generated(_));
        generated.then(|| scramble(self.seed ^ scramble(u64::from(ordinal.0) + 1)))
    }

    /// The places of the calls that began within a range of time. A place is an index into the
    /// order by start and then by ordinal.
    ///
    /// The cost is two binary searches, whatever the size of the universe and of the range.
    #[must_use]
    pub fn between(&self, times: impl RangeBounds<DateTime<Utc>>) -> Range<usize> {
        self.index.between(&times)
    }

    /// The call at a place.
    #[inline]
    #[must_use]
    pub fn in_time_order(&self, place: usize) -> Ordinal {
        self.index.at(place)
    }

    /// The calls at some places.
    #[inline]
    #[must_use]
    pub fn at_places(&self, places: Range<usize>) -> &[Ordinal] {
        self.index.ordinals(places)
    }

    /// Every call, ordered by end and then by ordinal.
    #[must_use]
    pub fn by_end(&self) -> &[Ordinal] {
        self.index.by_end(&self.calls)
    }

    /// The places, within some others, of the calls that end after a time, in ascending order.
    #[must_use]
    pub fn ending_after(&self, time: DateTime<Utc>, within: &Range<usize>) -> Vec<u32> {
        self.index.ending_after(&self.calls, time, within)
    }

    /// The places, within some others, of the calls to which a vendor adds something, in ascending
    /// order.
    #[must_use]
    pub fn unusual(&self, within: &Range<usize>) -> &[u32] {
        self.index.unusual(within)
    }

    /// The number of calls at some places that an account of a vendor holds.
    #[must_use]
    pub fn held(&self, within: &Range<usize>, vendor: &str, account: &str) -> usize {
        self.index.held(&self.calls, within, vendor, account)
    }

    /// Whether an account of a vendor holds every call.
    #[must_use]
    pub fn all_held(&self, vendor: &str, account: &str) -> bool {
        self.index.all_held(vendor, account)
    }

    /// The telephone numbers of all calls. The first request for them takes a while.
    #[must_use]
    pub fn numbers(&self) -> &Numbers {
        self.columns.numbers(&self.calls)
    }

    /// A column: the value of each call that `of` gives. The first request for a name takes a while,
    /// and later ones get the same column.
    #[must_use]
    pub fn column(&self, name: &'static str, of: ValueOf) -> Column {
        self.columns.values(&self.calls, name, of)
    }
}

fn ordinals(calls: &[Call]) -> impl Iterator<Item = Ordinal> + use<> {
    let count = u32::try_from(calls.len()).expect("a scenario has fewer calls than fit in 32 bits");
    (0..count).map(Ordinal)
}
