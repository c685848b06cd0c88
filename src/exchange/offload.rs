//! Runs long work on threads where it blocks no other request. It stops when its client has gone.

use std::future::Future;

use tokio::runtime::Handle;

use super::ConnectionHandle;
use crate::vendor::LongWork;
use crate::world::Stop;

/// The threads of long work.
#[derive(Debug, Default)]
pub struct Offload(LongWork);

/// The reason why long work has no result.
pub enum OffloadError {
    /// The client has gone.
    ClientGone,
    /// The work panicked: a bug of callmock.
    Panicked,
}

impl Offload {
    /// The threads, for handlers that find out themselves whether their work is long.
    #[must_use]
    pub fn long_work(&self) -> &LongWork {
        &self.0
    }

    /// Runs `work` once a place is free.
    ///
    /// # Errors
    /// If the client has gone, or the work panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        handle: &ConnectionHandle,
        stop: &Stop,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, OffloadError> {
        let runtime = Handle::current();
        tokio::select! {
            done = self.0.run(stop, move || runtime.block_on(work)) => done.map_err(|_| OffloadError::Panicked),
            () = handle.client_gone() => Err(OffloadError::ClientGone),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use tokio::net::{TcpListener, TcpStream};

    /// Work that only ends when it is stopped.
    async fn endless(stop: Stop) {
        while !stop.is_set() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn work_ends_when_its_client_has_gone_and_gives_its_place_back() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let client =
            TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
        let (server, _) = listener.accept().await.expect("a client");
        let server = Arc::new(server);
        let handle = ConnectionHandle::default();
        handle.attach(&server);
        let (offload, stop) = (Offload::default(), Stop::default());
        let places = offload.0.free();
        drop(client);
        let ended = offload.run(&handle, &stop, endless(stop.clone())).await;
        assert!(matches!(ended, Err(OffloadError::ClientGone)) && stop.is_set());
        while offload.0.free() < places {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_is_finished_may_still_be_read_and_what_nobody_awaits_is_stopped() {
        let (offload, stop) = (Offload::default(), Stop::default());
        assert!(matches!(offload.run(&ConnectionHandle::default(), &stop, async { 7 }).await, Ok(7)));
        assert!(!stop.is_set());
        let handle = ConnectionHandle::default();
        let waiting = offload.run(&handle, &stop, endless(stop.clone()));
        assert!(tokio::time::timeout(std::time::Duration::from_millis(50), waiting).await.is_err());
        assert!(stop.is_set());
    }
}
