//! The limits of a server's worlds.

use std::time::Duration;

/// The limits on the number of a server's worlds, and on what each keeps.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The exchanges that a journal keeps. Older ones are dropped and counted.
    pub journal_size: usize,
    /// The bytes of a body that a journal keeps. The rest is only counted.
    pub journal_body: usize,
    /// The bytes that the journals of all worlds hold together.
    pub journal_memory: usize,
    /// The forked worlds that may exist at one time.
    pub max_worlds: usize,
    /// The time for which a forked world may be idle, unless it was forked with its own limit.
    pub world_ttl: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            journal_size: 1000,
            journal_body: 64 << 10,
            journal_memory: 64 << 20,
            max_worlds: 10_000,
            world_ttl: Duration::from_hours(1),
        }
    }
}
