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
}

impl Ids {
    /// The ids of a seed, from the first.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }

    /// The next UUID (version 4 in form).
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// The next 16 bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; 16] {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed);
        chance.set_stream(self.drawn.fetch_add(1, Ordering::Relaxed));
        let mut bytes = [0; 16];
        chance.fill_bytes(&mut bytes);
        bytes
    }
}
