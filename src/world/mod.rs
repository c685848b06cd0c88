//! A world: one client's view of a universe, with everything that can change. Plain data, no HTTP.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

mod changes;
mod clock;
mod ids;
mod journal;
mod nonces;
mod secrets;
mod view;
mod worlds;

pub use changes::{Changes, Flags};
pub use clock::Clock;
pub use ids::Ids;
pub use journal::{Captured, Entry, Filter, Journal, Page, RequestRecord, ResponseRecord};
pub use nonces::Nonces;
pub use secrets::{Secrets, mask};
pub use view::{Created, Slice, View};
pub use worlds::Worlds;

use crate::contract::{Choice, Readings};
use crate::dialects::Accounts;
use crate::scenario::Scenario;
use crate::universe::{Agent, AgentState, Call, CallId, Ordinal, Queue, QueueState, Ref, Universe};

/// How much a world keeps.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Exchanges in the journal; older ones are dropped and counted.
    pub journal_size: usize,
    /// Bytes of each body in the journal; the rest is counted.
    pub journal_body: usize,
}

/// One client's view: a shared universe and its own clock, ids, journal, nonces, readings and credentials.
///
/// A request works on the world it found when it came in. Resetting puts a new world in its place.
#[derive(Debug)]
pub struct World {
    id: Box<str>,
    scenario: Arc<Scenario>,
    clock: Clock,
    ids: Ids,
    nonces: Nonces,
    journal: Journal,
    created: ArcSwap<Created>,
    changes: Mutex<Changes>,
    readings: Readings,
    secrets: Secrets,
}

impl World {
    /// A world as its scenario begins.
    #[must_use]
    pub fn new(id: &str, scenario: Arc<Scenario>, limits: Limits) -> Self {
        Self {
            id: id.into(),
            clock: Clock::new(scenario.clock),
            ids: Ids::new(scenario.seed),
            nonces: Nonces::default(),
            journal: Journal::new(limits),
            created: ArcSwap::default(),
            changes: Mutex::default(),
            readings: scenario.readings.clone(),
            secrets: Secrets::of(&scenario.accounts),
            scenario,
        }
    }

    /// Its name: `default` for the default world.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it began as.
    #[must_use]
    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// The records behind it.
    #[must_use]
    pub fn universe(&self) -> &Arc<Universe> {
        &self.scenario.universe
    }

    /// The credentials that select it.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.scenario.accounts
    }

    /// Its time now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Its source of ids and chance.
    #[must_use]
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The values that a client may use once.
    #[must_use]
    pub fn nonces(&self) -> &Nonces {
        &self.nonces
    }

    /// What must not leave it whole.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// What its clients sent and got.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The option that holds for a reading.
    #[must_use]
    pub fn reading<C: Choice>(&self) -> C {
        self.readings.get()
    }

    /// What a request sees of it: the universe and the calls created beside it, as of now.
    #[must_use]
    pub fn view(&self) -> View {
        View::new(Arc::clone(self.universe()), self.created.load_full(), self.now())
    }

    /// Reads or makes changes, under the world's one lock; never for longer than a step.
    pub fn changes<T>(&self, step: impl FnOnce(&mut Changes) -> T) -> T {
        // Every step leaves the changes whole, so a panic in one is no reason to stop.
        step(&mut self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether an agent can take a call now.
    #[must_use]
    pub fn agent_state(&self, agent: Ref<Agent>) -> AgentState {
        let changed = self.changes(|changes| changes.agents.get(&agent.index()).copied());
        changed.unwrap_or(self.universe().agent(agent).state)
    }

    /// Whether a queue takes calls now.
    #[must_use]
    pub fn queue_state(&self, queue: Ref<Queue>) -> QueueState {
        let changed = self.changes(|changes| changes.queues.get(&queue.index()).copied());
        changed.unwrap_or(self.universe().queue(queue).state)
    }

    /// Creates a call beside the universe, in one step with the numbers that it takes. Its name here is given to it:
    /// `created-1` and so on.
    ///
    /// # Panics
    /// At 4 294 967 296 calls.
    pub fn create(&self, make: impl FnOnce(&mut Changes, &View, Ordinal) -> Call) -> (View, Ordinal) {
        self.changes(|changes| {
            let before = self.view();
            let (listed, created) = (self.universe().len(), self.created.load_full());
            let ordinal =
                Ordinal(u32::try_from(listed + created.len()).expect("fewer calls than fit in 32 bits"));
            let call = make(changes, &before, ordinal);
            let id = CallId::Listed(format!("created-{}", created.len() + 1).into());
            let created = Arc::new(created.with(Call { id, ..call }));
            self.created.store(Arc::clone(&created));
            (View::new(Arc::clone(self.universe()), created, before.now()), ordinal)
        })
    }
}
