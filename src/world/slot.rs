//! The place of a world in a server. A reset, restore or reload replaces the world in it.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use super::World;
use crate::contract::CoverageCounter;

/// The place of a world in a server. A reset, restore or reload replaces the world in it as a
/// whole. A request that is under way finishes on the world with which it began.
#[derive(Debug)]
pub struct Slot {
    id: Arc<str>,
    name: Option<Arc<str>>,
    world: ArcSwap<World>,
    created_at: DateTime<Utc>,
    /// The time for which the world may be idle. None is forever.
    ttl: Option<Duration>,
    used: Mutex<Instant>,
    /// The number of times that the world was replaced.
    replaced: AtomicU64,
    /// Held while the world is replaced. Reading the world takes no lock.
    replacing: Mutex<()>,
    /// The coverage of all worlds of the server.
    total: Arc<CoverageCounter>,
}

impl Slot {
    pub(super) fn new(
        world: World,
        ttl: Option<Duration>,
        created_at: DateTime<Utc>,
        total: &Arc<CoverageCounter>,
    ) -> Self {
        let (id, name) = (Arc::clone(world.id()), world.name().cloned());
        let used = Mutex::new(Instant::now());
        Self {
            id,
            name,
            world: ArcSwap::from_pointee(world),
            created_at,
            ttl,
            used,
            replaced: AtomicU64::new(0),
            replacing: Mutex::default(),
            total: Arc::clone(total),
        }
    }

    /// The world's id.
    #[must_use]
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// The world's display name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The time on the machine's clock at which the world was forked.
    #[must_use]
    pub fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// The time for which the world may be idle. None is forever.
    #[must_use]
    pub fn ttl(&self) -> Option<Duration> {
        self.ttl
    }

    /// The world that is now in this place.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.world.load_full()
    }

    /// Records a use of the world, which restarts its idle time.
    pub fn touch(&self) {
        if self.ttl.is_some() {
            *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
    }

    /// Returns the world to its scenario: changes, ids, clock, faults, readings, journal, coverage.
    pub fn reset(&self) {
        let Ok(()) = self.replace(|world| Ok::<_, Infallible>(world.as_it_began()));
    }

    /// Replaces the world with one that `make` derives from it. Replacements run one at a time, so
    /// none is lost.
    ///
    /// # Errors
    /// The error of `make`. The world then stays as it is.
    pub fn replace<E>(&self, make: impl FnOnce(&World) -> Result<World, E>) -> Result<(), E> {
        let _one_at_a_time = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let next = make(&self.world.load())?;
        let next = Arc::new(next);
        let before = self.world.swap(Arc::clone(&next));
        self.replaced.fetch_add(1, Ordering::Relaxed);
        // With the same walks, the new world continues what its clients have left unfinished.
        if Arc::ptr_eq(before.walks(), next.walks()) {
            // The places of calls are those of the old scenario.
            before.keep_shown_calls(&self.total);
        } else {
            self.settle(&before);
        }
        Ok(())
    }

    /// Counts the lists and files that the clients of a world have left unfinished, the
    /// expectations that are open, and the calls that were shown. Called when the world is replaced or
    /// removed.
    pub(super) fn settle(&self, world: &World) {
        let late = world.late();
        for missed in world.missed(&late) {
            self.total.count_missed(missed);
        }
        for late in late {
            self.total.count_late(late);
        }
        world.keep_shown_calls(&self.total);
    }

    /// What changes with the world, or with its place: see [`World::mark`].
    pub(super) fn mark(&self) -> (&str, u64, [u64; 4]) {
        (&self.id, self.replaced.load(Ordering::Relaxed), self.world.load().mark())
    }

    pub(super) fn is_over(&self) -> bool {
        self.ttl.is_some_and(|ttl| self.used.lock().unwrap_or_else(PoisonError::into_inner).elapsed() >= ttl)
    }
}
