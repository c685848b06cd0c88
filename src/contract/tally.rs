//! Counts of behaviors, findings and inferences, to which requests add without a lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};

use super::number::Number;
use super::{Behavior, Finding, Inference};

/// An entry that has a number.
#[derive(Debug, Clone, Copy)]
pub enum Numbered {
    /// A behavior.
    Behavior(&'static Behavior),
    /// A finding.
    Finding(&'static Finding),
    /// An inference.
    Inference(&'static Inference),
}

/// Every entry that has a number, in the order of the numbers.
static ALL: RwLock<Vec<Numbered>> = RwLock::new(vec![]);

fn number_of(number: &Number, entry: Numbered) -> usize {
    if let Some(known) = number.get() {
        return known;
    }
    let mut all = ALL.write().unwrap_or_else(PoisonError::into_inner);
    // Another request may have been faster.
    number.get().unwrap_or_else(|| {
        number.set(u32::try_from(all.len()).expect("fewer entries than fit in 32 bits"));
        all.push(entry);
        all.len() - 1
    })
}

impl Behavior {
    /// The number of the behavior.
    #[must_use]
    pub fn number(&'static self) -> usize {
        number_of(&self.number, Numbered::Behavior(self))
    }
}

impl Finding {
    /// The number of the finding.
    #[must_use]
    pub fn number(&'static self) -> usize {
        number_of(&self.number, Numbered::Finding(self))
    }
}

impl Inference {
    /// The number of the inference.
    #[must_use]
    pub fn number(&'static self) -> usize {
        number_of(&self.number, Numbered::Inference(self))
    }
}

/// The counts that are kept together in one piece of memory.
const PIECE: usize = 64;

/// The most pieces.
const PIECES: usize = 32;

/// Counts by number. Requests add to them without a lock. Memory is taken for what is counted only.
#[derive(Debug, Default)]
pub struct Tally(OnceLock<Box<Pieces>>);

type Pieces = [OnceLock<Box<[AtomicU64; PIECE]>>; PIECES];

impl Tally {
    /// Adds one to the count of a number.
    ///
    /// # Panics
    /// If the number is 2048 or more: no catalogue is so large.
    pub fn add(&self, number: usize) {
        self.count(number).fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self, number: usize) -> &AtomicU64 {
        let pieces = self.0.get_or_init(Box::default);
        let piece = pieces[number / PIECE].get_or_init(|| Box::new([const { AtomicU64::new(0) }; PIECE]));
        &piece[number % PIECE]
    }

    /// The count of a number.
    #[must_use]
    pub fn get(&self, number: usize) -> u64 {
        let piece = self.0.get().and_then(|pieces| pieces[number / PIECE].get());
        piece.map_or(0, |piece| piece[number % PIECE].load(Ordering::Relaxed))
    }

    /// Every entry of the catalogues with a count other than 0.
    pub fn counted(&self) -> impl Iterator<Item = (Numbered, u64)> {
        let all = ALL.read().unwrap_or_else(PoisonError::into_inner).clone();
        let counts: Vec<_> = all.into_iter().enumerate().map(|(n, entry)| (entry, self.get(n))).collect();
        counts.into_iter().filter(|(_, count)| *count > 0)
    }
}
