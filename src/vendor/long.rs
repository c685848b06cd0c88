//! Long work runs on threads where it blocks no other request. As many run at once as the machine
//! has processors.

use std::cell::Cell;
use std::sync::{Arc, LazyLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinError;

use crate::world::Stop;

/// The most calls that work on a worker thread may look at, one by one. To find out how many a search
/// looks at is of use only in a view with more.
pub const MANY_CALLS: usize = 10_000;

thread_local! {
    /// Whether this thread runs long work.
    static APART: Cell<bool> = const { Cell::new(false) };
}

/// The limit of concurrent long work.
#[derive(Debug, Clone)]
pub struct LongWork(Arc<Places>);

/// The places for long work. The processors are counted when there is some: a container's are told
/// by several files.
type Places = LazyLock<Arc<Semaphore>>;

impl Default for LongWork {
    fn default() -> Self {
        let places = || {
            let processors = std::thread::available_parallelism().map_or(1, usize::from);
            Arc::new(Semaphore::new(processors.max(2)))
        };
        Self(Arc::new(Places::new(places)))
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

impl LongWork {
    /// Runs `work` on a thread of its own, once a place is free. Sets `stop` if nobody waits for it
    /// any longer.
    ///
    /// # Errors
    /// If the work panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        stop: &Stop,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        let place = self.place().await;
        let mut waiting = Waiting(Some(stop.clone()));
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            APART.set(true);
            let _back = Back;
            work()
        });
        let done = done.await;
        // The work is done: its result may be read while it is sent, so it must not be stopped.
        waiting.0 = None;
        done
    }

    /// Runs `work`, which looks at `calls` calls: at once if these are few, else on a thread of its
    /// own.
    ///
    /// # Panics
    /// If the work panics.
    pub async fn look<T: Send + 'static>(
        &self,
        stop: &Stop,
        calls: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        // Work that has a thread of its own must not wait for a second one: all could wait.
        if calls <= MANY_CALLS || APART.get() {
            return work();
        }
        self.run(stop, work).await.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => unreachable!("the work is not aborted: {error}"),
        })
    }

    /// The number of free places.
    #[must_use]
    pub fn free(&self) -> usize {
        self.0.available_permits()
    }

    async fn place(&self) -> OwnedSemaphorePermit {
        let Ok(place) = Arc::clone(&**self.0).acquire_owned().await else {
            unreachable!("the places are never closed")
        };
        place
    }
}

/// Marks the thread as one without long work, when the work ends or panics.
struct Back;

impl Drop for Back {
    fn drop(&mut self) {
        APART.set(false);
    }
}
