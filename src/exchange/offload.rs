//! Runs long work on threads where it blocks no other request. As many run at once as the machine
//! has processors, and each stops when its client has gone.

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinError;

use super::ConnectionHandle;
use crate::world::Stop;

/// The limit of concurrent long work.
#[derive(Debug)]
pub struct Offload(Arc<Semaphore>);

/// The reason why long work has no result.
pub enum OffloadError {
    /// The client has gone.
    ClientGone,
    /// The work panicked: a bug of callmock.
    Panicked,
}

impl Default for Offload {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(processors.max(2))))
    }
}

/// Stops the work when the future that waits for it is dropped.
struct Waiting(Option<Stop>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(stop) = &self.0 {
            stop.set();
        }
    }
}

impl Offload {
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
        let done = async {
            let Ok(place) = Arc::clone(&self.0).acquire_owned().await else {
                unreachable!("the places are never closed")
            };
            let mut waiting = Waiting(Some(stop.clone()));
            let runtime = Handle::current();
            let done = tokio::task::spawn_blocking(move || {
                let _place = place;
                runtime.block_on(work)
            });
            let done: Result<T, JoinError> = done.await;
            // The work is done: its result may be read while it is sent, so it must not be stopped.
            waiting.0 = None;
            done.map_err(|_| OffloadError::Panicked)
        };
        tokio::select! {
            done = done => done,
            () = handle.client_gone() => Err(OffloadError::ClientGone),
        }
    }
}

#[cfg(test)]
mod tests {
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
        let places = offload.0.available_permits();
        drop(client);
        let ended = offload.run(&handle, &stop, endless(stop.clone())).await;
        assert!(matches!(ended, Err(OffloadError::ClientGone)) && stop.is_set());
        while offload.0.available_permits() < places {
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
