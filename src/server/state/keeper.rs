//! The thread that writes the state after changes, and at the end.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::error::hint;
use super::file::StateFile;
use super::format::Worlds;
use crate::exchange::App;
use crate::scenario::Library;

/// The time in which a change comes into the file, with some room to a second: a change that just
/// misses one write waits for it, for the pause and for the next write.
const WITHIN: Duration = Duration::from_millis(900);

/// The shortest pause between two writes, however long they take.
const PAUSE: Duration = Duration::from_millis(500);

/// The thread that writes the state.
#[derive(Debug)]
pub struct Keeper {
    end: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

/// The worlds to be written, their file, and the result of the last write.
struct Kept {
    file: StateFile,
    app: Arc<App>,
    library: Arc<Library>,
    /// The mark of the worlds that the file has.
    mark: Option<u64>,
    /// Whether the last try failed: that is said once, and again when it ends.
    failed: bool,
    /// The time that the last write took.
    took: Duration,
}

impl Keeper {
    /// Writes the state, and starts the thread.
    ///
    /// # Errors
    /// If the file cannot be written, or there is no thread to be had. A full disk is only a warning:
    /// it may have room again.
    pub fn start(file: StateFile, app: Arc<App>, library: Arc<Library>) -> io::Result<Self> {
        let mut kept = Kept { file, app, library, mark: None, failed: false, took: Duration::ZERO };
        match kept.write() {
            Err(error) if !is_full(&error) => return Err(error),
            result => kept.tell(result.as_ref().err()),
        }
        let (end, ended) = mpsc::channel();
        let thread = std::thread::Builder::new().name("callmock-state".to_owned()).spawn(move || {
            while ended.recv_timeout(kept.pause()) == Err(RecvTimeoutError::Timeout) {
                kept.look();
            }
            kept.look();
        })?;
        Ok(Self { end, thread })
    }

    /// Writes what has changed, and ends the thread.
    pub fn end(self) {
        drop(self.end);
        // A panic was reported by the hook already.
        drop(self.thread.join());
    }
}

/// Whether an error of the file system may pass by itself.
fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

impl Kept {
    /// Writes the state if it has changed.
    fn look(&mut self) {
        if self.mark != Some(self.app.worlds.mark()) {
            let result = self.write();
            self.tell(result.err().as_ref());
        }
    }

    /// The pause until the next look for changes.
    fn pause(&self) -> Duration {
        WITHIN.saturating_sub(2 * self.took).max(PAUSE)
    }

    fn write(&mut self) -> io::Result<()> {
        let began = Instant::now();
        // Taken before the worlds are read: what changes in between is seen at the next look.
        let mark = self.app.worlds.mark();
        let written = self.file.write(&Worlds(&self.app.worlds.all(), &self.library));
        self.took = began.elapsed();
        written?;
        self.mark = Some(mark);
        Ok(())
    }

    /// Tells of an error, once, and of its end.
    fn tell(&mut self, failed: Option<&io::Error>) {
        let path = self.file.path().display();
        match failed {
            None if self.failed => tracing::info!("{path}: the state is kept again"),
            Some(error) if !self.failed => {
                tracing::warn!("{path}: the state is not kept for now: {error}{}", hint(error));
            }
            _ => {}
        }
        self.failed = failed.is_some();
    }
}
