//! Everything that is told on standard error, by log lines and by the subcommands themselves.
//!
//! A thread of its own writes it, from a bounded queue: whatever becomes of standard error (full,
//! closed, broken, a pipe that nobody reads), nobody waits for it. What does not fit into the queue
//! is dropped, and counted in the next line that does.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tracing_subscriber::fmt::MakeWriter;

/// Tells a line on standard error.
macro_rules! tell {
    ($($told:tt)+) => { $crate::cli::log::say(&format!("{}\n", format_args!($($told)+))) };
}

/// The most lines that wait to be written.
const WAITING: usize = 2048;

/// The name of the thread that writes.
pub const THREAD: &str = "log";

/// The queue of log lines, and its thread.
#[derive(Clone)]
pub struct Lines(Arc<Queue>);

struct Queue {
    to_thread: SyncSender<Vec<u8>>,
    queued: AtomicU64,
    written: AtomicU64,
    dropped: Arc<AtomicU64>,
}

static LINES: OnceLock<Lines> = OnceLock::new();

/// The queue of this process.
pub fn lines() -> &'static Lines {
    LINES.get_or_init(Lines::start)
}

/// Tells something on standard error.
pub fn say(text: &str) {
    lines().put(text.as_bytes().to_vec());
}

/// Waits until what was told is written, for as long as the writing goes on: at most for `patience`
/// without progress.
pub fn flush(patience: Duration) {
    let Some(Lines(queue)) = LINES.get() else { return };
    let (mut seen, mut since) = (queue.written.load(Ordering::Acquire), Instant::now());
    while queue.written.load(Ordering::Acquire) < queue.queued.load(Ordering::Acquire) {
        std::thread::sleep(Duration::from_millis(1));
        let now = queue.written.load(Ordering::Acquire);
        if now > seen {
            (seen, since) = (now, Instant::now());
        } else if since.elapsed() >= patience {
            return;
        }
    }
}

impl Lines {
    fn start() -> Self {
        let (to_thread, lines) = sync_channel(WAITING);
        let (queued, written, dropped) = (AtomicU64::new(0), AtomicU64::new(0), Arc::default());
        let this = Self(Arc::new(Queue { to_thread, queued, written, dropped }));
        let of_thread = this.clone();
        // Without the thread there is nobody to tell anything.
        drop(std::thread::Builder::new().name(THREAD.to_owned()).spawn(move || of_thread.write_all(&lines)));
        this
    }

    fn write_all(&self, lines: &Receiver<Vec<u8>>) {
        for line in lines {
            let dropped = self.0.dropped.swap(0, Ordering::AcqRel);
            let mut text = line;
            if dropped > 0 {
                let before =
                    format!("callmock: {dropped} lines were not told, for nobody read fast enough\n");
                text.splice(0..0, before.into_bytes());
            }
            // Nowhere is left to tell that it could not be told.
            drop(io::stderr().lock().write_all(&text));
            self.0.written.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn put(&self, line: Vec<u8>) {
        self.0.queued.fetch_add(1, Ordering::AcqRel);
        if self.0.to_thread.try_send(line).is_err() {
            self.0.queued.fetch_sub(1, Ordering::AcqRel);
            self.0.dropped.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// One line that is being put together.
pub struct Line(Vec<u8>);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        lines().put(std::mem::take(&mut self.0));
    }
}

/// Hands a [`Line`] to each event.
pub struct Writer;

impl<'a> MakeWriter<'a> for Writer {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line(Vec::new())
    }
}
