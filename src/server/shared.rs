//! What all connections share.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::dispatch::Dispatcher;
use super::settings::Settings;

/// The server as every connection shares it.
pub struct Shared {
    pub dispatcher: Arc<Dispatcher>,
    pub settings: Settings,
    /// The threads that answer.
    pub workers: Handle,
    pub stopping: watch::Sender<bool>,
    /// For warnings that a client speaks another protocol than the port does.
    pub wrong_protocol: WarningLimit,
}

/// The shortest time between two warnings of one kind.
const MINUTE: Duration = Duration::from_mins(1);

/// A rate limit for warnings whose cause may come again and again.
#[derive(Default)]
pub struct WarningLimit(Mutex<Option<Instant>>);

impl WarningLimit {
    /// True once a minute.
    pub fn may_warn(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let may = last.is_none_or(|last| last.elapsed() >= MINUTE);
        if may {
            *last = Some(Instant::now());
        }
        may
    }
}
