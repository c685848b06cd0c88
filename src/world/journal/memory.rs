//! The memory that the journals of all worlds hold together.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A journal, as far as its memory is concerned.
pub trait Holder: Send + Sync {
    /// The bytes that it holds.
    fn held(&self) -> usize;

    /// Drops the oldest exchanges until that is enough. Returns false if there was none.
    fn give_back(&self, enough: &dyn Fn() -> bool) -> bool;
}

/// A limit for the memory that journals hold together, in bytes. Over it, the oldest exchange of
/// the journal that holds most is dropped, again and again.
#[derive(Debug)]
pub struct JournalMemory {
    limit: usize,
    pub(super) held: AtomicUsize,
    journals: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    journals: Vec<Weak<dyn Holder>>,
    /// The number of journals at which those that are gone are looked for.
    sweep_at: usize,
}

/// The part of the limit that is freed at a time beyond what is needed, so that not every exchange
/// looks through all journals.
const SPARE: usize = 64;

impl JournalMemory {
    /// A limit of some bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, held: AtomicUsize::new(0), journals: Mutex::default() }
    }

    /// The bytes that are held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    pub(super) fn know(&self, journal: &Arc<dyn Holder>) {
        let mut known = self.journals.lock().unwrap_or_else(PoisonError::into_inner);
        known.journals.push(Arc::downgrade(journal));
        if known.journals.len() > known.sweep_at {
            known.journals.retain(|journal| journal.strong_count() > 0);
            known.sweep_at = 2 * known.journals.len() + 16;
        }
    }

    /// Drops exchanges until no more than the limit is held.
    pub(super) fn shrink(&self) {
        if self.held() <= self.limit {
            return;
        }
        let known = self.journals.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = self.limit - self.limit / SPARE;
        while self.held() > wanted {
            let journals = known.journals.iter().filter_map(Weak::upgrade);
            let mut journals: Vec<(usize, Arc<dyn Holder>)> =
                journals.map(|journal| (journal.held(), journal)).collect();
            journals.sort_unstable_by_key(|(held, _)| std::cmp::Reverse(*held));
            let Some((_, most)) = journals.first() else { return };
            let next = journals.get(1).map_or(0, |(held, _)| *held);
            let enough = || self.held() <= wanted || most.held() < next;
            if !most.give_back(&enough) {
                return;
            }
        }
    }
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("journals", &self.journals.len()).finish_non_exhaustive()
    }
}
