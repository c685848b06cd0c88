//! The heartbeat of the threads that answer: without it, the server is not ready.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The time between two signs of life.
const BEAT: Duration = Duration::from_millis(500);

/// For how long they may give none.
const SILENCE: Duration = Duration::from_secs(3);

/// When the last sign of life came.
#[derive(Debug, Clone)]
pub struct Heartbeat {
    since: Instant,
    /// In milliseconds since the beginning.
    last: Arc<AtomicU64>,
}

impl Heartbeat {
    /// A heartbeat that came just now.
    #[must_use]
    pub fn start() -> Self {
        Self { since: Instant::now(), last: Arc::default() }
    }

    /// Gives signs of life, for as long as this is polled.
    pub async fn beat(self) {
        loop {
            self.last.store(self.elapsed(), Ordering::Relaxed);
            tokio::time::sleep(BEAT).await;
        }
    }

    /// The time without a sign of life, where that is too long.
    #[must_use]
    pub fn silence(&self) -> Option<Duration> {
        let silent = Duration::from_millis(self.elapsed().saturating_sub(self.last.load(Ordering::Relaxed)));
        (silent > SILENCE).then_some(silent)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
