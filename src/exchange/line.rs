//! The connection that a request came in on, as far as a fault may break it: the exchange says how, and whoever holds the
//! socket does it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;

/// A handle of one connection. Without a socket behind it, it does nothing.
#[derive(Debug, Clone)]
pub struct Line(Arc<State>);

#[derive(Debug)]
struct State {
    fate: watch::Sender<Option<HangUp>>,
    blocked: AtomicBool,
    garbled: AtomicBool,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HangUp {
    /// By a TCP RST.
    Reset,
    /// By a TCP FIN.
    Close,
}

impl Default for Line {
    fn default() -> Self {
        Self(Arc::new(State {
            fate: watch::Sender::new(None),
            blocked: AtomicBool::new(false),
            garbled: AtomicBool::new(false),
        }))
    }
}

impl Line {
    /// Ends the connection, whatever is under way on it.
    pub fn hang_up(&self, how: HangUp) {
        self.0.fate.send_replace(Some(how));
    }

    /// How the connection is to end, if it is.
    #[must_use]
    pub fn fate(&self) -> Option<HangUp> {
        *self.0.fate.borrow()
    }

    /// Waits until the connection is to end.
    pub async fn hung_up(&self) {
        // The sender lives in this very handle, so the wait cannot fail.
        drop(self.0.fate.subscribe().wait_for(Option::is_some).await);
    }

    /// Lets the next write be something that is no HTTP.
    pub fn garble(&self) {
        self.0.garbled.store(true, Ordering::Release);
    }

    /// Whether the write that comes now is to be garbled: once.
    #[must_use]
    pub fn take_garbled(&self) -> bool {
        self.0.garbled.swap(false, Ordering::AcqRel)
    }

    /// Notes whether the last write found no room in the socket.
    pub fn set_blocked(&self, blocked: bool) {
        self.0.blocked.store(blocked, Ordering::Release);
    }

    /// Waits until what was handed over to be sent has been, at the pace of the client's reading.
    pub async fn flushed(&self) {
        loop {
            // Long enough for the connection's own task to be polled, which writes what there is.
            tokio::time::sleep(Duration::from_millis(10)).await;
            if !self.0.blocked.load(Ordering::Acquire) {
                return;
            }
        }
    }
}
