//! The state that all connections share.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::dispatch::Dispatcher;
use super::settings::Settings;

/// The state that all connections share.
pub struct Shared {
    pub dispatcher: Arc<Dispatcher>,
    pub settings: Settings,
    /// The runtime of the worker threads.
    pub workers: Handle,
    pub stopping: watch::Sender<bool>,
    /// The rate limit of warnings about clients that speak another protocol than the port.
    pub wrong_protocol: WarningLimit,
}

/// The shortest time between two warnings of one kind.
const MINUTE: Duration = Duration::from_mins(1);

/// A rate limit for a warning whose cause may recur.
#[derive(Default)]
pub struct WarningLimit(Mutex<Option<Instant>>);

impl WarningLimit {
    /// Returns true at most once a minute.
    pub fn may_warn(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let may = last.is_none_or(|last| last.elapsed() >= MINUTE);
        if may {
            *last = Some(Instant::now());
        }
        may
    }
}
