//! Work that may take long, on threads where it blocks nobody: so many at one time as the machine
//! has processors, and stopped when its client has gone.

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinError;

use super::ConnectionHandle;
use crate::world::Stop;

/// The places for long work.
#[derive(Debug)]
pub struct Offload(Arc<Semaphore>);

/// Why long work came to nothing.
pub enum OffloadError {
    /// Its client has gone.
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

/// Stops the work when whoever waited for it does no longer.
struct Waiting(Option<Stop>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(stop) = &self.0 {
            stop.set();
        }
    }
}

impl Offload {
    /// Does something that may take long, once there is a place for it.
    ///
    /// # Errors
    /// When its client has gone, or it panicked.
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
            // What is finished may be read for as long as it is being sent.
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

    /// Work that never ends by itself.
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
