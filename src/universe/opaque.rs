//! Ids that look like a vendor's own, without a table of them.

use super::{Ordinal, Universe};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A bijection between calls' ordinals and texts of `N` decimal digits. The same seed gives the
/// same ids. The ordinal of an id is computed, so that a million calls need no map.
#[derive(Debug, Clone, Copy)]
pub struct Decimals<const N: u32> {
    offset: u64,
}

impl<const N: u32> Decimals<N> {
    const MODULUS: u128 = 10_u128.pow(N);
    /// Coprime to ten, and near the golden section of 10^18, so that the ids of neighbours lie far
    /// apart.
    const FACTOR: u128 = 618_033_988_749_894_849;

    /// The bijection of one universe.
    ///
    /// # Panics
    /// At compile time, if `N` is over 18.
    #[must_use]
    pub fn of(universe: &Universe) -> Self {
        const { assert!(N <= 18, "18 digits fit in 64 bits") }
        Self { offset: universe.offset(|seed| ChaCha8Rng::seed_from_u64(seed).next_u64()) }
    }

    /// The id of a call as a number, which is written with leading zeros to `N` digits.
    #[inline]
    #[must_use]
    pub fn number(self, ordinal: Ordinal) -> u64 {
        let number = (u128::from(ordinal.0) * Self::FACTOR + u128::from(self.offset)) % Self::MODULUS;
        u64::try_from(number).unwrap_or_default()
    }

    /// The id of a call.
    #[must_use]
    pub fn id(self, ordinal: Ordinal) -> String {
        format!("{:0width$}", self.number(ordinal), width = N as usize)
    }

    /// The call to which an id belongs. None if the text cannot be an id.
    #[must_use]
    pub fn ordinal(self, id: &str) -> Option<Ordinal> {
        if id.len() != N as usize || !id.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number: u128 = id.parse().ok()?;
        let shifted = (number + Self::MODULUS - u128::from(self.offset) % Self::MODULUS) % Self::MODULUS;
        u32::try_from(shifted * Self::inverse() % Self::MODULUS).ok().map(Ordinal)
    }

    /// The factor's inverse, by Newton's iteration on both primes of ten at once: each round
    /// doubles the digits.
    fn inverse() -> u128 {
        let factor = Self::FACTOR % Self::MODULUS;
        // 9 × 9 = 81 ends in 1, so a factor ending in 9 is its own inverse in the last digit.
        let mut inverse = 9;
        for _ in 0..5 {
            let product = factor * inverse % Self::MODULUS;
            inverse = inverse * ((2 + Self::MODULUS - product) % Self::MODULUS) % Self::MODULUS;
        }
        inverse
    }
}

impl Universe {
    /// Twenty bytes that identify one entry of a kind, such as ("agent", 3), and depend only on the
    /// seed. They are for ids that are never looked up.
    #[must_use]
    pub fn opaque(&self, kind: &str, index: usize) -> [u8; 20] {
        let kind = kind.bytes().fold(0_u64, |sum, b| sum.wrapping_mul(257).wrapping_add(u64::from(b)));
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed() ^ kind);
        chance.set_stream(index as u64);
        let mut bytes = [0; 20];
        chance.fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_is_found_again_and_no_two_calls_share_one(seed: u64, a: u32, b: u32) {
            let universe = Universe::new(seed, vec![], vec![], vec![], vec![]);
            let (sixteen, eighteen) = (Decimals::<16>::of(&universe), Decimals::<18>::of(&universe));
            prop_assert_eq!(sixteen.ordinal(&sixteen.id(Ordinal(a))), Some(Ordinal(a)));
            prop_assert_eq!(eighteen.ordinal(&eighteen.id(Ordinal(a))), Some(Ordinal(a)));
            prop_assert_eq!(a == b, sixteen.id(Ordinal(a)) == sixteen.id(Ordinal(b)));
        }
    }

    #[test]
    fn a_text_that_is_no_id_belongs_to_no_call() {
        let ids = Decimals::<16>::of(&Universe::default());
        for text in ["", "1", "12345678901234567", "123456789012345x", "+234567890123456"] {
            assert_eq!(ids.ordinal(text), None, "{text}");
        }
    }
}
