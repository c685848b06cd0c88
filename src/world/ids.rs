//! A world's ids and random numbers. They come from a seed, so the same requests after a reset get
//! the same ids again.

use std::sync::atomic::{AtomicU64, Ordering};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use uuid::Uuid;

/// A source of ids. Each is drawn from the seed and a counter.
#[derive(Debug)]
pub struct Ids {
    seed: u64,
    drawn: AtomicU64,
    shown: AtomicU64,
}

impl Ids {
    /// The ids of a seed, from the first one.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::after(seed, 0)
    }

    /// The ids of a seed, continued after `drawn` ids.
    #[must_use]
    pub fn after(seed: u64, drawn: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(drawn), shown: AtomicU64::new(0) }
    }

    /// The number of ids drawn.
    #[must_use]
    pub fn drawn(&self) -> u64 {
        self.drawn.load(Ordering::Relaxed)
    }

    /// The next UUID, in the form of version 4.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        let bytes = bytes(self.seed, self.drawn.fetch_add(1, Ordering::Relaxed));
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A UUID for callmock's own examples: drawing it changes no id that a vendor's answer gets.
    #[must_use]
    pub fn uuid_for_show(&self) -> Uuid {
        let bytes = bytes(!self.seed, self.shown.fetch_add(1, Ordering::Relaxed));
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A random number that cannot be guessed and is unique among servers. It names things that
    /// must not be confused between worlds, before or after a restart. It never appears in a
    /// vendor's answer.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a seed would give two servers the same credentials")]
    pub fn unguessable() -> u128 {
        // All version 4 UUIDs share their version and variant bits, so the second one is rotated by
        // half its length: its random bits then cover the first one's fixed bits.
        let (a, b) = (Uuid::new_v4().as_u128(), Uuid::new_v4().as_u128());
        a ^ b.rotate_left(64)
    }
}

/// Two random numbers in 0.0..1.0, always the same for the same seed, name and number.
#[must_use]
pub fn chance(seed: u64, name: &str, n: u64) -> [f64; 2] {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(name).finalize();
    let mut key = [0; 8];
    key.copy_from_slice(&digest[..8]);
    let bytes = bytes(u64::from_be_bytes(key), n);
    // 32 bits are exact in an `f64`, on every machine.
    [0, 4].map(|at| {
        let four = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        f64::from(u32::from_be_bytes(four)) / 4_294_967_296.0
    })
}

fn bytes(seed: u64, n: u64) -> [u8; 16] {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    chance.set_stream(n);
    let mut bytes = [0; 16];
    chance.fill_bytes(&mut bytes);
    bytes
}
