//! References between the records of one universe.

use std::marker::PhantomData;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// The index of a call in its universe. It breaks ties between equal times, and ids at vendors are
/// computed from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ordinal(pub u32);

/// A reference to an agent, customer or queue of the same universe.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Ref<T>(NonZeroU32, PhantomData<fn() -> T>);

impl<T> Ref<T> {
    /// The reference to the entry at an index.
    ///
    /// # Panics
    /// At 4 294 967 295 entries, which no scenario has.
    #[must_use]
    pub fn to(index: usize) -> Self {
        let place = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        Self(place.expect("fewer entries than fit in 32 bits"), PhantomData)
    }

    /// The entry's index.
    #[inline]
    #[must_use]
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Ref<T> {}
impl<T> PartialEq for Ref<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> std::fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.index())
    }
}
