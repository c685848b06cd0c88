//! The handle of a connection, by which faults break it: an exchange requests the break, and the
//! owner of the socket performs it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{Interest, Ready};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// The interval at which a connection is checked for whether its client has gone.
const LOOK: Duration = Duration::from_secs(1);

/// The handle of one connection. Without an attached socket, it does nothing.
#[derive(Debug, Clone)]
pub struct ConnectionHandle(Arc<State>);

#[derive(Debug)]
struct State {
    fate: watch::Sender<Option<HangUp>>,
    blocked: AtomicBool,
    garbled: AtomicBool,
    over_tls: AtomicBool,
    socket: OnceLock<Weak<TcpStream>>,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HangUp {
    /// With a TCP RST.
    Reset,
    /// With a TCP FIN.
    Close,
}

impl Default for ConnectionHandle {
    fn default() -> Self {
        Self(Arc::new(State {
            fate: watch::Sender::new(None),
            blocked: AtomicBool::new(false),
            garbled: AtomicBool::new(false),
            over_tls: AtomicBool::new(false),
            socket: OnceLock::new(),
        }))
    }
}

impl ConnectionHandle {
    /// Ends the connection, even if requests are in flight on it.
    pub fn hang_up(&self, how: HangUp) {
        self.0.fate.send_replace(Some(how));
    }

    /// Notes that the connection speaks TLS.
    pub fn set_over_tls(&self) {
        self.0.over_tls.store(true, Ordering::Relaxed);
    }

    /// Whether the connection speaks TLS.
    #[must_use]
    pub fn speaks_tls(&self) -> bool {
        self.0.over_tls.load(Ordering::Relaxed)
    }

    /// A number that no other connection has at the same time.
    #[must_use]
    pub fn id(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// How the connection is to end, if that was requested.
    #[must_use]
    pub fn fate(&self) -> Option<HangUp> {
        *self.0.fate.borrow()
    }

    /// Waits until the end of the connection is requested.
    pub async fn hung_up(&self) {
        // The sender lives in this handle, so the wait cannot fail.
        drop(self.0.fate.subscribe().wait_for(Option::is_some).await);
    }

    /// Replaces the next write by bytes that are not HTTP.
    pub fn garble(&self) {
        self.0.garbled.store(true, Ordering::Release);
    }

    /// Whether the next write is to be garbled. Resets the request.
    #[must_use]
    pub fn take_garbled(&self) -> bool {
        self.0.garbled.swap(false, Ordering::AcqRel)
    }

    /// Notes whether the socket's send buffer was full at the last write.
    pub fn set_blocked(&self, blocked: bool) {
        self.0.blocked.store(blocked, Ordering::Release);
    }

    /// Attaches the socket. Only the first call counts.
    pub fn attach(&self, socket: &Arc<TcpStream>) {
        // A later socket does not replace the first one.
        drop(self.0.socket.set(Arc::downgrade(socket)));
    }

    /// Whether the client has closed its side.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let Some(socket) = self.0.socket.get().and_then(Weak::upgrade) else { return true };
        let closed = socket.ready(Interest::READABLE).now_or_never();
        closed.and_then(Result::ok).is_some_and(Ready::is_read_closed)
            || socket.peek(&mut [0]).now_or_never().is_some_and(|peeked| !matches!(peeked, Ok(1..)))
    }

    /// Waits until the client has closed its side, and one second more. TCP cannot distinguish a
    /// client that has gone from one that closed its sending side only, so a half-closed client
    /// that waits longer counts as gone, too.
    pub async fn client_gone(&self) {
        loop {
            tokio::time::sleep(LOOK).await;
            let Some(socket) = self.0.socket.get().and_then(Weak::upgrade) else { continue };
            // The kernel reports the closed side even if data that the client sent before is still
            // unread.
            let ready = socket.ready(Interest::READABLE).await;
            let gone = ready.is_ok_and(Ready::is_read_closed);
            if gone {
                tokio::time::sleep(LOOK).await;
                return;
            }
        }
    }

    /// Waits until the queued data is written to the socket, at the pace of the client.
    pub async fn flushed(&self) {
        loop {
            // This gives the connection's own task the time to write the queued data.
            tokio::time::sleep(Duration::from_millis(10)).await;
            if !self.0.blocked.load(Ordering::Acquire) {
                return;
            }
        }
    }
}
