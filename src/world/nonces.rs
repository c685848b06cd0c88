//! Nonces: values that a client may use once. The memory is bounded.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

/// The most recent nonces. The oldest are forgotten first, so a client can use a nonce again after
/// as many others as are remembered; the memory stays bounded.
#[derive(Debug, Default)]
pub struct Nonces(Mutex<Seen>);

/// The hash of a nonce. The nonce itself may be of any length.
type Digest = [u8; 16];

/// A hasher that takes the beginning of a digest: nobody can choose it.
#[derive(Debug, Default)]
struct Beginning(u64);

impl Hasher for Beginning {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_be_bytes(*first);
        }
    }

    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[derive(Debug, Default)]
struct Seen {
    set: HashSet<Digest, BuildHasherDefault<Beginning>>,
    order: VecDeque<Digest>,
    /// The nonces that were ever recorded here.
    recorded: u64,
}

impl Nonces {
    /// The number of nonces remembered.
    pub const REMEMBERED: usize = 65_536;

    /// The hashes of all remembered nonces, in hexadecimal, the oldest first.
    #[must_use]
    pub fn digests(&self) -> Vec<String> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.order.iter().map(|digest| format!("{:032x}", u128::from_be_bytes(*digest))).collect()
    }

    /// The nonces with these hashes. None if a text is not a hash in hexadecimal.
    #[must_use]
    pub fn of(digests: &[String]) -> Option<Self> {
        let digest = |text: &String| {
            let hex = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
            Some(u128::from_str_radix(text, 16).ok().filter(|_| hex)?.to_be_bytes())
        };
        let order: VecDeque<Digest> = digests.iter().map(digest).collect::<Option<_>>()?;
        Some(Self(Mutex::new(Seen { set: order.iter().copied().collect(), order, recorded: 0 })))
    }

    /// The number of nonces that were ever recorded here. It changes whenever they do.
    #[must_use]
    pub fn recorded(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).recorded
    }

    /// Records a use of a nonce. Returns false if it was used before.
    pub fn first_use(&self, owner: &str, nonce: &str) -> bool {
        let digest = Sha256::new().chain_update(owner).chain_update([0]).chain_update(nonce).finalize();
        let mut key = Digest::default();
        key.copy_from_slice(&digest[..16]);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.set.insert(key) {
            return false;
        }
        seen.order.push_back(key);
        seen.recorded += 1;
        if seen.order.len() > Self::REMEMBERED
            && let Some(oldest) = seen.order.pop_front()
        {
            seen.set.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_refused_until_the_bound_has_passed_and_memory_stays_bounded() {
        let nonces = Nonces::default();
        assert!(nonces.first_use("key", "0"));
        assert!(!nonces.first_use("key", "0"));
        assert!(nonces.first_use("another key", "0"));
        for n in 1..Nonces::REMEMBERED {
            assert!(nonces.first_use("key", &n.to_string()));
        }
        assert!(nonces.first_use("key", "0"), "the oldest is forgotten");
        assert_eq!(nonces.0.lock().unwrap().set.len(), Nonces::REMEMBERED);
    }
}
