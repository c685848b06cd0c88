//! Dense numbers of the catalogue's entries, by which requests count them.

use std::sync::atomic::{AtomicU32, Ordering};

/// The number of an entry of the catalogue, counted from 0 over all vendors. An entry gets its
/// number when it is first counted.
#[derive(Debug)]
pub struct Number(AtomicU32);

impl Number {
    /// No number yet.
    #[must_use]
    pub const fn none() -> Self {
        Self(AtomicU32::new(u32::MAX))
    }

    /// The number, if there is one.
    #[must_use]
    pub fn get(&self) -> Option<usize> {
        Some(self.0.load(Ordering::Relaxed))
            .filter(|number| *number != u32::MAX)
            .map(|number| number as usize)
    }

    /// Sets the number. It is set once.
    pub fn set(&self, number: u32) {
        self.0.store(number, Ordering::Relaxed);
    }
}
