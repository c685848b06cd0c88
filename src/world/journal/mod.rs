//! The journal: the exchanges of a world's clients, in a ring buffer of bounded size.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::limits::Limits;
use crate::contract::{Finding, Met};

mod compare;
mod verify;

pub use compare::Difference;
pub use verify::{Expected, Near, TooMuch, Verdict, Wanted};

/// A ring buffer of exchanges. Over its limit, the oldest are dropped and counted.
#[derive(Debug)]
pub struct Journal {
    limits: Limits,
    ring: Mutex<Ring>,
    numbers: Arc<Numbers>,
    /// Notifies subscribers when an exchange is complete. The value is the number of notifications.
    bell: Arc<watch::Sender<u64>>,
}

#[derive(Debug, Default)]
struct Ring {
    entries: VecDeque<Entry>,
    dropped: u64,
}

/// The counters that a journal shares with its successors, so that no number is given twice.
#[derive(Debug, Default)]
struct Numbers {
    /// The number of exchanges begun, which is the number of the last one.
    begun: AtomicU64,
    /// The number of exchanges completed, including those that the ring had already dropped.
    completed: AtomicU64,
}

/// One exchange. Its secrets were masked before it came here.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The exchange's number in this journal, from 1.
    pub seq: u64,
    /// The time on the world's clock at which the request had arrived.
    pub at: DateTime<Utc>,
    /// The vendor that answered.
    pub vendor: &'static str,
    /// The requested operation, if the request names one.
    pub operation: Option<&'static str>,
    /// The test that sent the request: its own word, else the world's name.
    pub test: Option<Arc<str>>,
    /// The behaviors, findings and inferences.
    pub met: Arc<Met>,
    /// The faults that applied, with the one that decided the answer first.
    pub faults: Vec<Injected>,
    /// The time from the end of the request to the end of the answer. While the body is being sent,
    /// the time to the answer's head.
    pub duration: Duration,
    /// The request.
    pub request: RequestRecord,
    /// The answer.
    pub response: ResponseRecord,
    /// What to do about a refusal, in one line.
    pub hint: Option<Arc<str>>,
    /// Facts that the vendor found while it made the answer, and that the answer does not contain.
    pub explanation: Option<serde_json::Value>,
    /// The exchange's place in the order of completion. None until the body has ended.
    pub completed: Option<u64>,
}

/// A fault that was due on a request.
#[derive(Debug, Clone)]
pub struct Injected {
    /// The fault's id.
    pub id: Arc<str>,
    /// The fault's kind, as a scenario writes it.
    pub kind: &'static str,
    /// The fault's action, to show: without secrets, and no longer than the journal's limit for
    /// bodies.
    pub action: serde_json::Value,
}

/// A finding that was made after its exchange was recorded.
#[derive(Debug, Clone)]
pub struct LateFinding {
    /// The finding.
    pub finding: &'static Finding,
    /// Its detail, in words.
    pub detail: String,
    /// Whether a test expected it.
    pub expected: bool,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct RequestRecord {
    /// The method, as sent.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query's parameters, decoded, in the order sent.
    pub query: Vec<(String, String)>,
    /// The headers, with names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The body, as sent.
    pub body: Captured,
}

/// An answer as it was sent.
#[derive(Debug, Clone)]
pub struct ResponseRecord {
    /// The status code. None if the connection ended before there was an answer.
    pub status: Option<u16>,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body. It is complete if `finished` is true.
    pub body: Captured,
    /// Whether the whole body was sent.
    pub finished: bool,
}

/// The first bytes of a body, and its length.
#[derive(Debug, Clone, Default)]
pub struct Captured {
    /// The bytes that the journal keeps.
    pub bytes: Bytes,
    /// The length of the whole body, in bytes.
    pub total: u64,
}

impl Captured {
    /// Whether the body was longer than the bytes kept.
    #[must_use]
    pub fn truncated(&self) -> bool {
        self.total > self.bytes.len() as u64
    }
}

/// The criteria that select exchanges. All that are set must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The vendor that answered.
    pub vendor: Option<String>,
    /// The requested operation.
    pub operation: Option<String>,
    /// The status code of the answer.
    pub status: Option<u16>,
    /// The id of a behavior that the exchange met.
    pub behavior: Option<String>,
    /// The id of a finding that the exchange caused.
    pub finding: Option<String>,
}

impl Filter {
    /// Whether an exchange fits all criteria.
    #[must_use]
    pub fn matches(&self, entry: &Entry) -> bool {
        let is =
            |wanted: &Option<String>, got: Option<&str>| wanted.as_deref().is_none_or(|w| got == Some(w));
        let met = &entry.met;
        let behavior = |wanted: &str| met.behaviors.iter().any(|behavior| behavior.id == wanted);
        let finding = |wanted: &str| met.findings.iter().any(|finding| finding.id == wanted);
        is(&self.vendor, Some(entry.vendor))
            && is(&self.operation, entry.operation)
            && self.status.is_none_or(|status| Some(status) == entry.response.status)
            && self.behavior.as_deref().is_none_or(behavior)
            && self.finding.as_deref().is_none_or(finding)
    }
}

/// A page of exchanges, oldest first.
#[derive(Debug, Clone)]
pub struct Page {
    /// The exchanges.
    pub entries: Vec<Entry>,
    /// The value of `after` for the next page: the number of the last exchange examined.
    pub next: u64,
    /// The number of exchanges that the ring has dropped so far.
    pub dropped: u64,
}

/// The exchanges completed since an earlier look, oldest first.
#[derive(Debug, Clone)]
pub struct News {
    /// The exchanges.
    pub entries: Vec<Entry>,
    /// The value of `since` for the next look.
    pub next: u64,
    /// The number of exchanges that were also completed, but that the ring dropped before this
    /// look.
    pub missed: u64,
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let (ring, numbers, bell) = (Mutex::default(), Arc::default(), Arc::new(watch::Sender::new(0)));
        Self { limits, ring, numbers, bell }
    }

    /// The number of the newest exchange; 0 before the first one.
    #[must_use]
    pub fn newest(&self) -> u64 {
        self.numbers.begun.load(Ordering::Relaxed)
    }

    /// An empty journal whose numbers continue this one's, so that cursors and streams of this
    /// journal stay valid. Exchanges that are under way are still written to this journal, and so
    /// are forgotten with it.
    #[must_use]
    pub fn successor(&self) -> Self {
        let (numbers, bell) = (Arc::clone(&self.numbers), Arc::clone(&self.bell));
        Self { limits: self.limits, ring: Mutex::default(), numbers, bell }
    }

    /// The number of bytes of a body that are kept.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.limits.journal_body
    }

    /// A receiver that is notified of every completed exchange, of this journal or of a successor.
    #[must_use]
    pub fn bell(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    /// Adds an exchange whose answer is about to be sent, and returns its number.
    pub fn begin(&self, entry: Entry) -> u64 {
        let mut ring = self.lock();
        // Under the lock of the ring, so that entries are in the order of their numbers.
        let seq = self.numbers.begun.fetch_add(1, Ordering::Relaxed) + 1;
        ring.entries.push_back(Entry { seq, completed: None, ..entry });
        while ring.entries.len() > self.limits.journal_size {
            ring.entries.pop_front();
            ring.dropped += 1;
        }
        seq
    }

    /// Replaces an exchange that has begun with a later version of it.
    pub fn amend(&self, seq: u64, entry: Entry) {
        let mut ring = self.lock();
        if let Ok(index) = ring.entries.binary_search_by_key(&seq, |entry| entry.seq) {
            ring.entries[index] = Entry { seq, completed: None, ..entry };
        }
    }

    /// Completes an exchange after its body has ended. If the ring has dropped it, it is only
    /// counted. Returns what `complete` returns.
    pub fn complete<T>(&self, seq: u64, complete: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        let mut ring = self.lock();
        let completed = self.numbers.completed.fetch_add(1, Ordering::Relaxed) + 1;
        let index = ring.entries.binary_search_by_key(&seq, |entry| entry.seq).ok();
        let done = index.map(|index| {
            let entry = &mut ring.entries[index];
            entry.completed = Some(completed);
            complete(entry)
        });
        drop(ring);
        self.bell.send_modify(|rung| *rung += 1);
        done
    }

    /// The exchanges after a number that fit a filter, at most `limit`.
    #[must_use]
    pub fn page(&self, filter: &Filter, after: u64, limit: usize) -> Page {
        self.page_with(filter, after, limit, &HashMap::new())
    }

    /// The same page, with findings added that were made after the exchanges were recorded. They
    /// are given by the number of the exchange.
    #[must_use]
    pub fn page_with(
        &self,
        filter: &Filter,
        after: u64,
        limit: usize,
        late: &HashMap<u64, Vec<LateFinding>>,
    ) -> Page {
        let ring = self.lock();
        let start = ring.entries.partition_point(|entry| entry.seq <= after);
        let mut entries = vec![];
        let mut next = after.min(self.numbers.begun.load(Ordering::Relaxed));
        for entry in ring.entries.range(start..) {
            if entries.len() == limit {
                break;
            }
            next = entry.seq;
            if let Some(late) = late.get(&entry.seq) {
                let mut entry = entry.clone();
                let met = Arc::make_mut(&mut entry.met);
                for LateFinding { finding, detail, expected } in late {
                    met.findings.push(finding);
                    met.details.push((finding, detail.clone()));
                    met.expected.extend(Some(finding.id).filter(|_| *expected));
                }
                entries.extend(Some(entry).filter(|entry| filter.matches(entry)));
            } else if filter.matches(entry) {
                entries.push(entry.clone());
            }
        }
        Page { entries, next, dropped: ring.dropped }
    }

    /// The number of exchanges completed so far: the value of `since` that selects only later ones.
    #[must_use]
    pub fn completed(&self) -> u64 {
        self.numbers.completed.load(Ordering::Relaxed)
    }

    /// The exchanges completed after the first `since`, in the order of completion.
    #[must_use]
    pub fn news(&self, since: u64) -> News {
        let ring = self.lock();
        let new = |entry: &&Entry| entry.completed.is_some_and(|completed| completed > since);
        let mut entries: Vec<Entry> = ring.entries.iter().filter(new).cloned().collect();
        entries.sort_by_key(|entry| entry.completed);
        let next = self.completed();
        let missed = next.saturating_sub(since).saturating_sub(entries.len() as u64);
        News { entries, next, missed }
    }

    /// Forgets every exchange. Numbers continue, so that earlier cursors stay valid.
    pub fn clear(&self) {
        let mut ring = self.lock();
        ring.entries.clear();
        ring.dropped = 0;
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        // A panic under the lock cannot leave the ring half-changed: every step keeps it
        // consistent.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
