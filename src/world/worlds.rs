//! Every world of a server: the default world, and the worlds forked from scenarios. Each is found
//! by its id or by any of its credentials.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Clock, Ids, JournalMemory, Limits, Names, Slot, World};
use crate::contract::{Counts, CoverageCounter};
use crate::dialects::short;
use crate::scenario::Scenario;

/// The worlds of one server.
#[derive(Debug)]
pub struct Worlds {
    default: Arc<Slot>,
    forked: RwLock<Forked>,
    limits: Limits,
    total: Arc<CoverageCounter>,
    memory: Arc<JournalMemory>,
}

#[derive(Debug, Default)]
struct Forked {
    by_id: HashMap<Arc<str>, Arc<Slot>>,
    /// The worlds by the public halves of their accounts, by vendor.
    by_credential: HashMap<&'static str, HashMap<Box<str>, Arc<Slot>>>,
}

/// The parameters of a new world.
#[derive(Debug)]
pub struct Fork {
    /// The scenario with which it begins.
    pub scenario: Arc<Scenario>,
    /// The new world's display name.
    pub name: Option<String>,
    /// The time for which it may be idle. None is the server's default.
    pub ttl: Option<Duration>,
}

/// The error when the server has its maximum number of worlds. The value is the maximum.
#[derive(Debug, PartialEq, Eq)]
pub struct TooMany(pub usize);

impl Worlds {
    /// The id of the default world. A request that selects no other world belongs to it.
    pub const DEFAULT: &'static str = "default";

    /// The worlds of a new server: only the default world, which begins with the given scenario.
    #[must_use]
    pub fn new(scenario: Arc<Scenario>, limits: Limits) -> Self {
        let memory = Arc::new(JournalMemory::new(limits.journal_memory));
        let world = World::new(Self::DEFAULT.into(), scenario, Names::default(), limits, &memory);
        let total = Arc::new(CoverageCounter::default());
        let default = Arc::new(Slot::new(world, None, Clock::machine(), &total));
        Self { default, forked: RwLock::default(), limits, total, memory }
    }

    /// The slot of the default world.
    #[must_use]
    pub fn default_slot(&self) -> &Arc<Slot> {
        &self.default
    }

    /// The slot of a world, by its id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<Slot>> {
        if id == Self::DEFAULT {
            return Some(Arc::clone(&self.default));
        }
        self.read(|forked| forked.by_id.get(id).filter(|slot| !slot.is_over()).cloned())
    }

    /// The world that a credential selects. If no forked world has the credential, the default
    /// world.
    #[must_use]
    pub fn identify(&self, vendor: &'static str, public_half: Option<&str>) -> Arc<World> {
        let found = public_half.and_then(|half| {
            self.read(|forked| {
                let slot = forked.by_credential.get(vendor)?.get(half)?;
                Some(slot).filter(|slot| !slot.is_over()).cloned()
            })
        });
        let slot = found.as_ref().unwrap_or(&self.default);
        slot.touch();
        slot.world()
    }

    /// Whether a public half belongs to an account of the default world or of a forked one.
    #[must_use]
    pub fn knows(&self, vendor: &'static str, public_half: &str) -> bool {
        let of_default = || {
            let world = self.default.world();
            let mut accounts = world.accounts().each();
            accounts.any(|(of, account)| of == vendor && account.public_half() == public_half)
        };
        let of_forked = |forked: &Forked| {
            forked.by_credential.get(vendor).is_some_and(|halves| halves.contains_key(public_half))
        };
        self.read(of_forked) || of_default()
    }

    /// Forks a world with credentials of its own. No call is copied: the world shares the universe
    /// of its scenario.
    ///
    /// # Errors
    /// When the server has its maximum number of worlds, and none of them has expired.
    pub fn fork(&self, fork: Fork) -> Result<Arc<Slot>, TooMany> {
        let names = Names::fresh(&fork.scenario.accounts, Ids::unguessable);
        let slot = self.slot(short(Ids::unguessable()).into(), fork, names, Clock::machine());
        let mut forked = self.forked.write().unwrap_or_else(PoisonError::into_inner);
        if forked.by_id.len() >= self.limits.max_worlds {
            forked.sweep();
        }
        if forked.by_id.len() >= self.limits.max_worlds {
            return Err(TooMany(self.limits.max_worlds));
        }
        forked.add(&slot);
        Ok(slot)
    }

    /// Puts a world back that another process had: with its id, its public halves, and the time at
    /// which it was forked. Its idle time begins anew. There may be more worlds than the maximum then.
    ///
    /// Returns none if its id is none, or if a world has it or one of its public halves already.
    pub fn put_back(
        &self,
        id: Arc<str>,
        fork: Fork,
        names: Names,
        created_at: DateTime<Utc>,
    ) -> Option<Arc<Slot>> {
        let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !is_id || names.each().any(|(vendor, half)| half.is_empty() || self.knows(vendor, half)) {
            return None;
        }
        let slot = self.slot(id, fork, names, created_at);
        let mut forked = self.forked.write().unwrap_or_else(PoisonError::into_inner);
        let is_taken = **slot.id() == *Self::DEFAULT || forked.by_id.contains_key(slot.id());
        if is_taken {
            return None;
        }
        forked.add(&slot);
        Some(slot)
    }

    fn slot(&self, id: Arc<str>, fork: Fork, names: Names, created_at: DateTime<Utc>) -> Arc<Slot> {
        let world =
            World::new(id, fork.scenario, names, self.limits, &self.memory).named(fork.name.map(Arc::from));
        let ttl = fork.ttl.unwrap_or(self.limits.world_ttl);
        Arc::new(Slot::new(world, Some(ttl), created_at, &self.total))
    }

    /// A number that changes whenever something changes that snapshots of the worlds would show, or
    /// the worlds themselves do.
    #[must_use]
    pub fn mark(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for slot in self.all() {
            slot.mark().hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Removes a forked world. Returns false if no world has that id.
    pub fn remove(&self, id: &str) -> bool {
        self.forked.write().unwrap_or_else(PoisonError::into_inner).remove(id)
    }

    /// Removes the worlds that were idle for longer than their limit.
    pub fn sweep(&self) {
        self.forked.write().unwrap_or_else(PoisonError::into_inner).sweep();
    }

    /// The slots of all worlds: the default one first, then the oldest.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Slot>> {
        let mut slots: Vec<Arc<Slot>> =
            self.read(|forked| forked.by_id.values().filter(|slot| !slot.is_over()).cloned().collect());
        slots.sort_by(|a, b| (a.created_at(), a.id()).cmp(&(b.created_at(), b.id())));
        slots.insert(0, Arc::clone(&self.default));
        slots
    }

    /// The counter that all worlds share. It counts from the server's start, across resets.
    #[must_use]
    pub fn total(&self) -> &Arc<CoverageCounter> {
        &self.total
    }

    /// The counts of all worlds together, including the lists and files that clients have left
    /// unfinished so far, and the expectations that are open.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = self.total.counts();
        let slots: Vec<Arc<Slot>> = self.read(|forked| forked.by_id.values().cloned().collect());
        for slot in std::iter::once(&self.default).chain(&slots) {
            slot.world().add_open(&mut counts);
        }
        counts
    }

    fn read<T>(&self, look: impl FnOnce(&Forked) -> T) -> T {
        look(&self.forked.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Forked {
    fn add(&mut self, slot: &Arc<Slot>) {
        for (vendor, half) in slot.world().names().each() {
            self.by_credential.entry(vendor).or_default().insert(half.into(), Arc::clone(slot));
        }
        self.by_id.insert(Arc::clone(slot.id()), Arc::clone(slot));
    }

    fn remove(&mut self, id: &str) -> bool {
        let Some(slot) = self.by_id.remove(id) else { return false };
        slot.settle(&slot.world());
        for (vendor, half) in slot.world().names().each() {
            if let Some(halves) = self.by_credential.get_mut(vendor) {
                halves.remove(half);
            }
        }
        true
    }

    fn sweep(&mut self) {
        let over: Vec<Arc<str>> =
            self.by_id.values().filter(|slot| slot.is_over()).map(|slot| Arc::clone(slot.id())).collect();
        for id in over {
            self.remove(&id);
        }
    }
}
