//! The heartbeat of the worker threads. Without it, the server is not ready.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The interval of the heartbeat.
const BEAT: Duration = Duration::from_millis(500);

/// The longest time without a heartbeat in which the server still counts as ready.
const SILENCE: Duration = Duration::from_secs(3);

/// The time of the last heartbeat.
#[derive(Debug, Clone)]
pub struct Heartbeat {
    since: Instant,
    /// The time of the last heartbeat, in milliseconds since `since`.
    last: Arc<AtomicU64>,
}

impl Heartbeat {
    /// A heartbeat that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self { since: Instant::now(), last: Arc::default() }
    }

    /// Beats for as long as this future is polled.
    pub async fn beat(self) {
        loop {
            self.last.store(self.elapsed(), Ordering::Relaxed);
            tokio::time::sleep(BEAT).await;
        }
    }

    /// The time since the last heartbeat, if it is too long.
    #[must_use]
    pub fn silence(&self) -> Option<Duration> {
        let silent = Duration::from_millis(self.elapsed().saturating_sub(self.last.load(Ordering::Relaxed)));
        (silent > SILENCE).then_some(silent)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
