//! The journal: what a world's clients sent and got, in a ring of bounded size.

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

/// A ring of exchanges: the oldest are dropped, and counted, when there are more than the bound.
#[derive(Debug)]
pub struct Journal {
    limits: Limits,
    ring: Mutex<Ring>,
    numbers: Arc<Numbers>,
    /// Rings whenever an exchange is complete: how many were, ever.
    bell: Arc<watch::Sender<u64>>,
}

#[derive(Debug, Default)]
struct Ring {
    entries: VecDeque<Entry>,
    dropped: u64,
}

/// What a journal shares with its successors, so that no number is given twice.
#[derive(Debug, Default)]
struct Numbers {
    /// How many exchanges were ever begun: the last one's number.
    begun: AtomicU64,
    /// How many were ever completed, whether or not the ring still had them.
    completed: AtomicU64,
}

/// One exchange, without secrets: they were masked before it came here.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number in this journal, from 1.
    pub seq: u64,
    /// The world's time when the request had come in.
    pub at: DateTime<Utc>,
    /// Who answered.
    pub vendor: &'static str,
    /// The operation asked for, where the request names one.
    pub operation: Option<&'static str>,
    /// The behaviors, findings and inferences.
    pub met: Arc<Met>,
    /// What was injected, the one that decided the answer first.
    pub faults: Vec<Injected>,
    /// From the request's end to the answer's; to its head, while the body is under way.
    pub duration: Duration,
    /// What came in.
    pub request: RequestRecord,
    /// What went out.
    pub response: ResponseRecord,
    /// What the vendor found out on the way that its answer does not say.
    pub explanation: Option<serde_json::Value>,
    /// Its place in the order of completion, once its body has ended.
    pub completed: Option<u64>,
}

/// A fault that was due on a request.
#[derive(Debug, Clone)]
pub struct Injected {
    /// Its id.
    pub id: Arc<str>,
    /// Its kind, as it is written.
    pub kind: &'static str,
    /// What it does, as it may be shown: without secrets, and no longer than a body in the journal.
    pub action: serde_json::Value,
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct RequestRecord {
    /// As sent.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Decoded, in the order sent.
    pub query: Vec<(String, String)>,
    /// Names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    /// As sent.
    pub body: Captured,
}

/// An answer as it went out.
#[derive(Debug, Clone)]
pub struct ResponseRecord {
    /// The status code; none where the connection ended before there was an answer.
    pub status: Option<u16>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Complete when `finished`.
    pub body: Captured,
    /// Whether the body was sent to its end.
    pub finished: bool,
}

/// The first bytes of a body, and how many there were.
#[derive(Debug, Clone, Default)]
pub struct Captured {
    /// As many as the journal keeps.
    pub bytes: Bytes,
    /// As many as there were.
    pub total: u64,
}

impl Captured {
    /// Whether there were more bytes than are kept.
    #[must_use]
    pub fn truncated(&self) -> bool {
        self.total > self.bytes.len() as u64
    }
}

/// Which exchanges to show.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this vendor.
    pub vendor: Option<String>,
    /// Of this operation.
    pub operation: Option<String>,
    /// With this status.
    pub status: Option<u16>,
    /// That met this behavior.
    pub behavior: Option<String>,
    /// That caused this finding.
    pub finding: Option<String>,
}

impl Filter {
    /// Whether it lets an exchange through.
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

/// Some exchanges, oldest first.
#[derive(Debug, Clone)]
pub struct Page {
    /// The exchanges.
    pub entries: Vec<Entry>,
    /// What to give as `after` for those that follow: the last number looked at.
    pub next: u64,
    /// How many the ring has lost so far.
    pub dropped: u64,
}

/// What was completed since one looked last, oldest first.
#[derive(Debug, Clone)]
pub struct News {
    /// The exchanges.
    pub entries: Vec<Entry>,
    /// What to ask with next.
    pub next: u64,
    /// How many were completed besides, but lost by the ring before one looked.
    pub missed: u64,
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let (ring, numbers, bell) = (Mutex::default(), Arc::default(), Arc::new(watch::Sender::new(0)));
        Self { limits, ring, numbers, bell }
    }

    /// An empty journal whose numbers go on where this one's end, so that a cursor or a stream of
    /// this one stays true. What is still under way is written into this one, and so is forgotten
    /// with it.
    #[must_use]
    pub fn successor(&self) -> Self {
        let (numbers, bell) = (Arc::clone(&self.numbers), Arc::clone(&self.bell));
        Self { limits: self.limits, ring: Mutex::default(), numbers, bell }
    }

    /// How many bytes of a body are kept.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.limits.journal_body
    }

    /// Tells whenever something was completed, here or in a successor.
    #[must_use]
    pub fn bell(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    /// Adds an exchange whose answer is about to be sent, and tells its number.
    pub fn begin(&self, entry: Entry) -> u64 {
        let mut ring = self.lock();
        // Under the ring's lock: its entries are in the order of their numbers.
        let seq = self.numbers.begun.fetch_add(1, Ordering::Relaxed) + 1;
        ring.entries.push_back(Entry { seq, completed: None, ..entry });
        while ring.entries.len() > self.limits.journal_size {
            ring.entries.pop_front();
            ring.dropped += 1;
        }
        seq
    }

    /// Puts what is known by now in the place of what was known of an exchange.
    pub fn amend(&self, seq: u64, entry: Entry) {
        let mut ring = self.lock();
        if let Ok(index) = ring.entries.binary_search_by_key(&seq, |entry| entry.seq) {
            ring.entries[index] = Entry { seq, completed: None, ..entry };
        }
    }

    /// Completes an exchange when its body has ended; it is only counted if the ring has lost it by
    /// then.
    pub fn complete(&self, seq: u64, complete: impl FnOnce(&mut Entry)) {
        let mut ring = self.lock();
        let completed = self.numbers.completed.fetch_add(1, Ordering::Relaxed) + 1;
        if let Ok(index) = ring.entries.binary_search_by_key(&seq, |entry| entry.seq) {
            let entry = &mut ring.entries[index];
            entry.completed = Some(completed);
            complete(entry);
        }
        drop(ring);
        self.bell.send_modify(|rung| *rung += 1);
    }

    /// The exchanges after a number that a filter lets through, at most `limit`.
    #[must_use]
    pub fn page(&self, filter: &Filter, after: u64, limit: usize) -> Page {
        self.page_with(filter, after, limit, &HashMap::new())
    }

    /// The same, with findings that were not known yet when the exchanges were written down, by
    /// their numbers.
    #[must_use]
    pub fn page_with(
        &self,
        filter: &Filter,
        after: u64,
        limit: usize,
        late: &HashMap<u64, Vec<(&'static Finding, String)>>,
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
                met.findings.extend(late.iter().map(|(finding, _)| *finding));
                met.details.extend(late.iter().cloned());
                entries.extend(Some(entry).filter(|entry| filter.matches(entry)));
            } else if filter.matches(entry) {
                entries.push(entry.clone());
            }
        }
        Page { entries, next, dropped: ring.dropped }
    }

    /// How many exchanges were completed so far: where to begin to look for news.
    #[must_use]
    pub fn completed(&self) -> u64 {
        self.numbers.completed.load(Ordering::Relaxed)
    }

    /// The exchanges that were completed since, in the order of their completion.
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

    /// Forgets every exchange. Numbers go on, so that a cursor taken before stays true.
    pub fn clear(&self) {
        let mut ring = self.lock();
        ring.entries.clear();
        ring.dropped = 0;
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        // A panic while the lock was held cannot leave the ring half-changed: every step keeps it
        // whole.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
