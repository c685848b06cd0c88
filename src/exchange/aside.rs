//! Work that may take long, on threads where it blocks nobody: so many at one time as the machine has processors, and
//! stopped when its client has gone.

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinError;

use super::Line;
use crate::world::Stop;

/// The places for long work.
#[derive(Debug)]
pub struct Aside(Arc<Semaphore>);

/// Why long work came to nothing.
pub enum Unfinished {
    /// Its client has gone.
    Deserted,
    /// It panicked: a bug of callmock.
    Panicked,
}

impl Default for Aside {
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

impl Aside {
    /// Does something that may take long, once there is a place for it.
    ///
    /// # Errors
    /// When its client has gone, or it panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        line: &Line,
        stop: &Stop,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Unfinished> {
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
            done.map_err(|_| Unfinished::Panicked)
        };
        tokio::select! {
            done = done => done,
            () = line.deserted() => Err(Unfinished::Deserted),
        }
    }
}
