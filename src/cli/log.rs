//! All output on standard error: log lines, and messages of the subcommands.
//!
//! A thread of its own writes it from a bounded queue. So nothing blocks if standard error is full,
//! closed, broken, or a pipe that is not read. Lines that do not fit into the queue are dropped,
//! and the next line that fits tells their number.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tracing_subscriber::fmt::MakeWriter;

/// Prints a line on standard error.
macro_rules! tell {
    ($($told:tt)+) => { $crate::cli::log::say(&format!("{}\n", format_args!($($told)+))) };
}

/// The most lines that wait in the queue.
const WAITING: u64 = 2048;

/// The name of the writing thread.
pub const THREAD: &str = "log";

/// A handle of the queue.
#[derive(Clone)]
pub struct Lines(Arc<Queue>);

struct Queue {
    // A channel with a bound of its own would take all its memory at the start.
    to_thread: Sender<Vec<u8>>,
    queued: AtomicU64,
    written: AtomicU64,
    dropped: Arc<AtomicU64>,
}

static LINES: OnceLock<Lines> = OnceLock::new();

/// The queue of this process.
pub fn lines() -> &'static Lines {
    LINES.get_or_init(Lines::start)
}

/// Prints a text on standard error.
pub fn say(text: &str) {
    lines().put(text.as_bytes().to_vec());
}

/// Waits until all queued lines are written. Gives up after `patience` without progress.
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
        let (to_thread, lines) = channel();
        let (queued, written, dropped) = (AtomicU64::new(0), AtomicU64::new(0), Arc::default());
        let this = Self(Arc::new(Queue { to_thread, queued, written, dropped }));
        let of_thread = this.clone();
        // If the thread cannot start, there is no way to report it.
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
            // If standard error fails, there is no other place to report it.
            drop(io::stderr().lock().write_all(&text));
            self.0.written.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn put(&self, line: Vec<u8>) {
        let before = self.0.queued.fetch_add(1, Ordering::AcqRel);
        let waiting = before.saturating_sub(self.0.written.load(Ordering::Acquire));
        if waiting >= WAITING || self.0.to_thread.send(line).is_err() {
            self.0.queued.fetch_sub(1, Ordering::AcqRel);
            self.0.dropped.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// A log line that is being formatted. It is queued when dropped.
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

/// Gives each log event a [`Line`].
pub struct Writer;

impl<'a> MakeWriter<'a> for Writer {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line(Vec::new())
    }
}
