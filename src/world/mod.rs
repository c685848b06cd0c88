//! A world: one client's view of a universe, with everything that can change. Plain data, no HTTP.

use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

mod clock;
mod ids;
mod journal;
mod nonces;
mod secrets;
mod view;
mod worlds;

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
use crate::universe::Universe;

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
}
