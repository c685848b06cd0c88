//! The calls that answers have shown. Coverage counts them where the scenario asks for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::universe::Ordinal;

/// The number of times that each call of a scenario was shown.
#[derive(Debug, Default)]
pub struct ShownCalls(Mutex<BTreeMap<Ordinal, u64>>);

impl ShownCalls {
    /// Counts a call that an answer shows.
    pub fn add(&self, call: Ordinal) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(call).or_default() += 1;
    }

    /// The counts so far.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Ordinal, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes the counts.
    #[must_use]
    pub fn take(&self) -> BTreeMap<Ordinal, u64> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
