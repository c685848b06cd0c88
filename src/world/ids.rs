//! A world's ids and chance: seeded, so that the same requests after a reset get the same ids again.

use std::sync::atomic::{AtomicU64, Ordering};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use uuid::Uuid;

/// A source of ids, each drawn from the seed and a counter.
#[derive(Debug)]
pub struct Ids {
    seed: u64,
    drawn: AtomicU64,
    shown: AtomicU64,
}

impl Ids {
    /// The ids of a seed, from the first.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0), shown: AtomicU64::new(0) }
    }

    /// The next UUID (version 4 in form).
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(bytes(self.seed, &self.drawn)).into_uuid()
    }

    /// A UUID for callmock's own examples: drawing it changes no id that a vendor's answer gets.
    #[must_use]
    pub fn uuid_for_show(&self) -> Uuid {
        uuid::Builder::from_random_bytes(bytes(!self.seed, &self.shown)).into_uuid()
    }
}

fn bytes(seed: u64, drawn: &AtomicU64) -> [u8; 16] {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    chance.set_stream(drawn.fetch_add(1, Ordering::Relaxed));
    let mut bytes = [0; 16];
    chance.fill_bytes(&mut bytes);
    bytes
}
