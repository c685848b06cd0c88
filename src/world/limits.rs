//! The bounds of a server's worlds.

use std::time::Duration;

/// How much a server's worlds keep, and how many there may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Exchanges in the journal; older ones are dropped and counted.
    pub journal_size: usize,
    /// Bytes of each body in the journal; the rest is counted.
    pub journal_body: usize,
    /// Forked worlds at one time.
    pub max_worlds: usize,
    /// How long a forked world may be idle, unless it was made with another length.
    pub world_ttl: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            journal_size: 1000,
            journal_body: 64 << 10,
            max_worlds: 10_000,
            world_ttl: Duration::from_hours(1),
        }
    }
}
