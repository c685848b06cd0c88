//! A world's place in a server: resetting, restoring and reloading replace the world in it.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use super::{Clock, World};
use crate::contract::CoverageCounter;

/// A world's place: the world in it is exchanged as a whole when it is reset, restored or reloaded.
/// Requests under way finish on the world they found.
#[derive(Debug)]
pub struct Slot {
    id: Arc<str>,
    name: Option<String>,
    world: ArcSwap<World>,
    created_at: DateTime<Utc>,
    /// How long it may be idle; for ever, if none.
    ttl: Option<Duration>,
    used: Mutex<Instant>,
    /// Held while the world is replaced; reading it takes no lock.
    replacing: Mutex<()>,
    /// What all worlds of the server have exercised.
    total: Arc<CoverageCounter>,
}

impl Slot {
    pub(super) fn new(
        world: World,
        name: Option<String>,
        ttl: Option<Duration>,
        total: &Arc<CoverageCounter>,
    ) -> Self {
        let id = Arc::clone(world.id());
        let (created_at, used) = (Clock::machine(), Mutex::new(Instant::now()));
        Self {
            id,
            name,
            world: ArcSwap::from_pointee(world),
            created_at,
            ttl,
            used,
            replacing: Mutex::default(),
            total: Arc::clone(total),
        }
    }

    /// The world's id.
    #[must_use]
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// When it was made, by the machine's clock.
    #[must_use]
    pub fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// How long it may be idle; for ever, if none.
    #[must_use]
    pub fn ttl(&self) -> Option<Duration> {
        self.ttl
    }

    /// The world as it is now.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.world.load_full()
    }

    /// Somebody uses it.
    pub fn touch(&self) {
        if self.ttl.is_some() {
            *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
    }

    /// Returns it to its scenario: changes, ids, clock, faults, readings, journal, coverage.
    pub fn reset(&self) {
        let Ok(()) = self.replace(|world| Ok::<_, Infallible>(world.as_it_began()));
    }

    /// Puts another world in its place that is made from the one there, one maker after the other:
    /// none is lost.
    ///
    /// # Errors
    /// What the maker finds wrong; the world stays then.
    pub fn replace<E>(&self, make: impl FnOnce(&World) -> Result<World, E>) -> Result<(), E> {
        let _one_at_a_time = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let next = make(&self.world.load())?;
        let next = Arc::new(next);
        let before = self.world.swap(Arc::clone(&next));
        // Otherwise they go on in the new one.
        if !Arc::ptr_eq(before.walks(), next.walks()) {
            self.settle(&before);
        }
        Ok(())
    }

    /// Counts what the clients of a world that ends have left undone.
    pub(super) fn settle(&self, world: &World) {
        for unfinished in world.walks().unfinished() {
            self.total.count_late(unfinished.finding, unfinished.example());
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.ttl.is_some_and(|ttl| self.used.lock().unwrap_or_else(PoisonError::into_inner).elapsed() >= ttl)
    }
}
