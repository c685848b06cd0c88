//! The refusals of a run: a line in the log for each kind, and the table with which `exec` ends.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::contract::{Behavior, Operation};
use crate::world::{Mask, Message};

/// The shortest time between two lines about one behavior in one world.
const PAUSE: Duration = Duration::from_secs(1);

/// The most characters of a vendor's message.
const MESSAGE: usize = 200;

/// The most bytes of an answer in which its message is looked for.
const BEGINNING: usize = 1 << 10;

/// The most pairs of a world and a behavior whose lines are counted at a time.
const PAIRS: usize = 1000;

/// One refused request.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The outcome.
    pub behavior: &'static Behavior,
    /// The operation. `None` if the vendor does not have the path, method or action.
    pub operation: Option<&'static Operation>,
    /// The world's id.
    pub world: Arc<str>,
    /// What to do, without secrets.
    pub hint: Option<Arc<str>>,
    /// The mask of the exchange.
    pub mask: Arc<Mask>,
}

/// All refusals with one outcome.
#[derive(Debug, Clone)]
pub struct Kind {
    /// The newest of them.
    pub last: Refusal,
    /// The beginning of the vendor's answer to it, without secrets.
    pub message: String,
    /// Their number.
    pub count: u64,
}

/// The refusals of all worlds.
#[derive(Debug, Default)]
pub struct Refusals {
    kinds: Mutex<BTreeMap<&'static str, Counted>>,
    lines: Mutex<HashMap<(Arc<str>, &'static str), Line>>,
}

/// All refusals with one outcome, with the beginning of the newest answer.
#[derive(Debug)]
struct Counted {
    last: Refusal,
    body: Vec<u8>,
    total: u64,
    count: u64,
}

/// When a line was last written, and how many refusals came since.
#[derive(Debug)]
struct Line {
    written: Instant,
    held_back: u64,
}

impl Refusals {
    /// Counts a refusal, and writes a line about it unless one was written within a second. The
    /// line after that second says how many it stands for.
    pub fn add(self: &Arc<Self>, refusal: Refusal, answer: Message<'_>) {
        let message = &answer.body[..answer.body.len().min(BEGINNING)];
        let message = (message, answer.total);
        self.count(&refusal, message);
        let key = (Arc::clone(&refusal.world), refusal.behavior.id);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= PAIRS {
            lines.retain(|_, line| line.held_back > 0 || line.written.elapsed() < PAUSE);
        }
        let is_full = lines.len() >= PAIRS;
        match lines.get_mut(&key) {
            Some(line) if line.written.elapsed() < PAUSE || line.held_back > 0 => {
                // Without a runtime the server is stopping, and no line follows.
                let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
                line.held_back += 1;
                let left = PAUSE.saturating_sub(line.written.elapsed());
                if line.held_back == 1 {
                    let (this, message) = (Arc::clone(self), message_of(&refusal, message));
                    runtime.spawn(async move {
                        tokio::time::sleep(left).await;
                        this.write_held_back(&key, &refusal, &message);
                    });
                }
            }
            // The refusal is counted, and another line says nothing new.
            None if is_full => {}
            _ => {
                lines.insert(key, Line { written: Instant::now(), held_back: 0 });
                drop(lines);
                write(&refusal, &message_of(&refusal, message), 1);
            }
        }
    }

    /// The kinds of refusals, by the ids of their behaviors.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        let kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = |Counted { last, body, total, count }: &Counted| Kind {
            message: message_of(last, (body, *total)),
            last: last.clone(),
            count: *count,
        };
        kinds.values().map(kind).collect()
    }

    fn count(&self, refusal: &Refusal, (body, total): (&[u8], u64)) {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = kinds.entry(refusal.behavior.id).or_insert_with(|| Counted {
            last: refusal.clone(),
            body: vec![],
            total: 0,
            count: 0,
        });
        body.clone_into(&mut kind.body);
        kind.total = total;
        kind.last = refusal.clone();
        kind.count += 1;
    }

    fn write_held_back(&self, key: &(Arc<str>, &'static str), refusal: &Refusal, message: &str) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(line) = lines.get_mut(key) else { return };
        let count = std::mem::take(&mut line.held_back);
        line.written = Instant::now();
        drop(lines);
        write(refusal, message, count);
    }
}

/// The beginning of a vendor's answer, without secrets.
fn message_of(refusal: &Refusal, (body, total): (&[u8], u64)) -> String {
    let masked = refusal.mask.body(Message::of_body(body, total));
    String::from_utf8_lossy(&masked.bytes).trim().chars().take(MESSAGE).collect()
}

/// Writes a line that stands for some refusals.
fn write(refusal: &Refusal, message: &str, count: u64) {
    let Refusal { behavior, world, hint, .. } = refusal;
    let status = behavior.status.unwrap_or_default();
    let times = if count > 1 { format!(" (x{count})") } else { String::new() };
    let hint = hint.as_deref().unwrap_or_default();
    tracing::info!(world = &**world, "refused {status} {}{times}: {message} -> {hint}", behavior.id);
}
