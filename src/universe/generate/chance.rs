//! Random integers from a seed. They are the same on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Random integers from a seed.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of a seed. Each stream of one seed is independent of the others.
    pub fn of(seed: u64, stream: u64) -> Self {
        let mut cipher = ChaCha8Rng::seed_from_u64(seed);
        cipher.set_stream(stream);
        Self(cipher)
    }

    /// A number from 0 up to, but not including, a bound of at least 1. It is the high half of a
    /// product, which is as portable as the stream itself.
    pub fn below(&mut self, bound: u64) -> usize {
        let wide = u128::from(self.0.next_u64()) * u128::from(bound.max(1));
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    pub fn between(&mut self, least: u32, most: u32) -> u32 {
        least + u32::try_from(self.below(u64::from(most.saturating_sub(least)) + 1)).unwrap_or(0)
    }

    pub fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64)]
    }

    pub fn weighted<T: Copy>(&mut self, all: &[(u32, T)]) -> T {
        let total: u64 = all.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut rest = self.below(total) as u64;
        for (weight, value) in all {
            if rest < u64::from(*weight) {
                return *value;
            }
            rest -= u64::from(*weight);
        }
        all[all.len() - 1].1
    }
}
