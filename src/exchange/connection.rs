//! The handle of the connection that a request came in on. Through it faults break the connection:
//! the exchange says how, and the owner of the socket does it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use tokio::io::{Interest, Ready};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// How long the client of an answer that takes long is believed to be there.
const LOOK: Duration = Duration::from_secs(1);

/// The handle of one connection. Without a socket behind it, it does nothing.
#[derive(Debug, Clone)]
pub struct ConnectionHandle(Arc<State>);

#[derive(Debug)]
struct State {
    fate: watch::Sender<Option<HangUp>>,
    blocked: AtomicBool,
    garbled: AtomicBool,
    socket: OnceLock<Weak<TcpStream>>,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HangUp {
    /// By a TCP RST.
    Reset,
    /// By a TCP FIN.
    Close,
}

impl Default for ConnectionHandle {
    fn default() -> Self {
        Self(Arc::new(State {
            fate: watch::Sender::new(None),
            blocked: AtomicBool::new(false),
            garbled: AtomicBool::new(false),
            socket: OnceLock::new(),
        }))
    }
}

impl ConnectionHandle {
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

    /// Says which socket it is, once.
    pub fn attach(&self, socket: &Arc<TcpStream>) {
        // Whoever came first is the one.
        drop(self.0.socket.set(Arc::downgrade(socket)));
    }

    /// Waits until the client has closed its side and a second more has passed: nobody waits for an
    /// answer then. A client that only half closes and waits for longer is taken for one that has
    /// gone, for TCP does not tell the two apart.
    pub async fn client_gone(&self) {
        loop {
            tokio::time::sleep(LOOK).await;
            let Some(socket) = self.0.socket.get().and_then(Weak::upgrade) else { continue };
            // Whatever it sent before, as the kernel has it: what stands unread does not hide that
            // nothing follows.
            let ready = socket.ready(Interest::READABLE).await;
            let gone = ready.is_ok_and(Ready::is_read_closed);
            if gone {
                tokio::time::sleep(LOOK).await;
                return;
            }
        }
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
