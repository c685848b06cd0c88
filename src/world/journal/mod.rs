//! The journal: the exchanges of a world's clients, in a ring buffer of bounded size.
//!
//! - `raw`: the bytes of an exchange.
//! - `kept`, `entry`: an exchange as it is kept, and as it is shown.
//! - `mask`: masking secrets when an exchange is shown.
//! - `memory`: the memory that the journals of all worlds may hold together.
//! - `verify`, `compare`: the comparison with the exchanges that a test expects.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use bytes::Bytes;
use tokio::sync::watch;

use memory::Holder;

use super::Secrets;
use super::limits::Limits;
use crate::contract::Met;

mod compare;
mod entry;
mod kept;
mod mask;
mod memory;
mod raw;
mod verify;

pub use compare::Difference;
pub use entry::{Captured, Entry, LateFinding, RequestRecord, ResponseRecord};
pub use kept::{End, Injected, Kept};
pub use mask::{Mask, cut_texts, is_secret_name};
pub use memory::JournalMemory;
pub use raw::{Buffer, Incoming, Message, Raw};
pub use verify::{Expected, Near, TooMuch, Verdict, Wanted};

/// A ring buffer of exchanges. Over its limits, the oldest are dropped and counted.
#[derive(Debug)]
pub struct Journal {
    limits: Limits,
    memory: Arc<JournalMemory>,
    /// Whether the memory knows this journal. It does from the first exchange on.
    is_known: AtomicBool,
    /// The bytes that the exchanges hold.
    held: AtomicUsize,
    /// The present secrets of the world.
    secrets: ArcSwap<Secrets>,
    ring: Mutex<Ring>,
    numbers: Arc<Numbers>,
    /// Notifies subscribers when an exchange is complete. The value is the number of notifications.
    bell: Arc<watch::Sender<u64>>,
    renderings: Mutex<VecDeque<(u64, Bytes)>>,
}

#[derive(Debug, Default)]
struct Ring {
    entries: VecDeque<Place>,
    /// The completed exchanges: the place in the order of completion, and the number.
    completed: VecDeque<(u64, u64)>,
    dropped: u64,
}

/// An exchange in the ring, with the bytes that it holds.
#[derive(Debug)]
struct Place {
    kept: Arc<Kept>,
    held: usize,
}

/// The counters that a journal shares with its successors, so that no number is given twice.
#[derive(Debug, Default)]
struct Numbers {
    /// The number of exchanges begun, which is the number of the last one.
    begun: AtomicU64,
    /// The number of exchanges completed, including those that the ring had already dropped.
    completed: AtomicU64,
}

/// An exchange of the journal, with the findings that were made after it was recorded.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The exchange.
    pub kept: Arc<Kept>,
    /// Its behaviors, findings and inferences, with later findings.
    pub met: Arc<Met>,
}

impl From<Arc<Kept>> for Seen {
    fn from(kept: Arc<Kept>) -> Self {
        Self { met: Arc::clone(kept.met()), kept }
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
    pub fn matches(&self, Seen { kept, met }: &Seen) -> bool {
        let is =
            |wanted: &Option<String>, got: Option<&str>| wanted.as_deref().is_none_or(|w| got == Some(w));
        let behavior = |wanted: &str| met.behaviors.iter().any(|behavior| behavior.id == wanted);
        let finding = |wanted: &str| met.findings.iter().any(|finding| finding.id == wanted);
        is(&self.vendor, Some(kept.vendor))
            && is(&self.operation, kept.operation)
            && self.status.is_none_or(|status| Some(status) == kept.status)
            && self.behavior.as_deref().is_none_or(behavior)
            && self.finding.as_deref().is_none_or(finding)
    }
}

/// A page of exchanges, oldest first.
#[derive(Debug, Clone)]
pub struct Page {
    /// The exchanges.
    pub entries: Vec<Seen>,
    /// The value of `after` for the next page: the number of the last exchange examined.
    pub next: u64,
    /// The number of exchanges that the ring has dropped so far.
    pub dropped: u64,
}

/// The exchanges completed since an earlier look, oldest first.
#[derive(Debug, Clone)]
pub struct News {
    /// The exchanges.
    pub entries: Vec<Seen>,
    /// The value of `since` for the next look.
    pub next: u64,
    /// The number of exchanges that were also completed, but that the ring dropped before this
    /// look.
    pub missed: u64,
}

/// The renderings of exchanges that are kept for further listeners: their number, and the bytes of
/// all together.
const RENDERINGS: (usize, usize) = (64, 4 << 20);

impl Journal {
    /// An empty journal of a world with these secrets. It shares a limit of memory with others.
    #[must_use]
    pub fn new(limits: Limits, memory: &Arc<JournalMemory>, secrets: &Arc<Secrets>) -> Self {
        let (numbers, bell) = (Arc::default(), Arc::new(watch::Sender::new(0)));
        Self::counting_on(limits, memory, secrets, numbers, bell)
    }

    fn counting_on(
        limits: Limits,
        memory: &Arc<JournalMemory>,
        secrets: &Arc<Secrets>,
        numbers: Arc<Numbers>,
        bell: Arc<watch::Sender<u64>>,
    ) -> Self {
        Self {
            limits,
            memory: Arc::clone(memory),
            is_known: AtomicBool::new(false),
            held: AtomicUsize::new(0),
            secrets: ArcSwap::new(Arc::clone(secrets)),
            ring: Mutex::default(),
            numbers,
            bell,
            renderings: Mutex::default(),
        }
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
        Self::counting_on(self.limits, &self.memory, &self.secrets.load_full(), numbers, bell)
    }

    /// Sets the present secrets of the world. Exchanges are masked with them, and with those under
    /// which they were received.
    pub fn keep_secret(&self, secrets: &Arc<Secrets>) {
        self.secrets.store(Arc::clone(secrets));
        self.renderings.lock().unwrap_or_else(PoisonError::into_inner).clear();
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

    /// Adds an exchange whose answer is about to be sent, and gives it a number.
    pub fn begin(self: &Arc<Self>, mut kept: Kept) -> Arc<Kept> {
        if !self.is_known.swap(true, Ordering::Relaxed) {
            self.memory.know(&(Arc::clone(self) as Arc<dyn Holder>));
        }
        let held = kept.held();
        let mut ring = self.lock();
        // Under the lock of the ring, so that entries are in the order of their numbers.
        let seq = self.numbers.begun.fetch_add(1, Ordering::Relaxed) + 1;
        kept.seq = seq;
        let kept = Arc::new(kept);
        ring.entries.push_back(Place { kept: Arc::clone(&kept), held });
        self.hold(held);
        while ring.entries.len() > self.limits.journal_size {
            self.drop_oldest(&mut ring);
        }
        drop(ring);
        self.memory.shrink();
        kept
    }

    /// Replaces an exchange that has begun with a later version of it.
    pub fn amend(&self, seq: u64, kept: Kept) -> Arc<Kept> {
        let kept = Arc::new(Kept { seq, ..kept });
        let mut ring = self.lock();
        if let Ok(index) = ring.entries.binary_search_by_key(&seq, |place| place.kept.seq) {
            let place = &mut ring.entries[index];
            place.kept = Arc::clone(&kept);
            self.count(place);
        }
        drop(ring);
        self.memory.shrink();
        kept
    }

    /// Completes an exchange after its body has ended. `end` is given the place in the order of
    /// completion. If the ring has dropped the exchange, the exchange is only counted.
    pub fn complete(&self, kept: &Kept, end: impl FnOnce(u64) -> End) {
        let mut ring = self.lock();
        let completed = self.numbers.completed.fetch_add(1, Ordering::Relaxed) + 1;
        // An exchange ends once.
        let _ = kept.end.set(end(completed));
        if let Ok(index) = ring.entries.binary_search_by_key(&kept.seq, |place| place.kept.seq) {
            self.count(&mut ring.entries[index]);
            ring.completed.push_back((completed, kept.seq));
            // Those of dropped exchanges go, too, though not at once.
            if ring.completed.len() > 2 * self.limits.journal_size {
                ring.completed.pop_front();
            }
        }
        drop(ring);
        self.memory.shrink();
        if self.bell.receiver_count() > 0 {
            self.bell.send_modify(|rung| *rung += 1);
        }
    }

    /// An exchange as it is shown.
    #[must_use]
    pub fn shown(&self, seen: &Seen) -> Entry {
        seen.kept.shown(&seen.met, &self.secrets.load(), self.limits.journal_body)
    }

    /// The request of an exchange as it is shown.
    #[must_use]
    pub fn shown_request(&self, kept: &Kept) -> RequestRecord {
        kept.request(&kept.mask(&self.secrets.load()))
    }

    /// The rendering of a complete exchange, which all its listeners share. `render` makes it for
    /// the first one. A listener that is far behind has it made again.
    pub fn rendered(&self, completed: u64, render: impl FnOnce() -> Bytes) -> Bytes {
        let known = |all: &VecDeque<(u64, Bytes)>| {
            all.iter().find(|(of, _)| *of == completed).map(|(_, rendering)| rendering.clone())
        };
        let lock = || self.renderings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rendering) = known(&lock()) {
            return rendering;
        }
        let rendering = render();
        let mut all = lock();
        if known(&all).is_none() {
            all.push_back((completed, rendering.clone()));
        }
        while all.len() > RENDERINGS.0
            || all.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > RENDERINGS.1
        {
            all.pop_front();
        }
        rendering
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
        let start = ring.entries.partition_point(|place| place.kept.seq <= after);
        let mut entries = vec![];
        let mut next = after.min(self.numbers.begun.load(Ordering::Relaxed));
        for Place { kept, .. } in ring.entries.range(start..) {
            if entries.len() == limit {
                break;
            }
            next = kept.seq;
            let mut seen = Seen::from(Arc::clone(kept));
            if let Some(late) = late.get(&kept.seq) {
                let met = Arc::make_mut(&mut seen.met);
                for LateFinding { finding, detail, expected } in late {
                    met.findings.push(finding);
                    met.details.push((finding, detail.clone()));
                    met.expected.extend(Some(finding.id).filter(|_| *expected));
                }
            }
            entries.extend(Some(seen).filter(|seen| filter.matches(seen)));
        }
        Page { entries, next, dropped: ring.dropped }
    }

    /// The number of exchanges completed so far: the value of `since` that selects only later ones.
    #[must_use]
    pub fn completed(&self) -> u64 {
        self.numbers.completed.load(Ordering::Relaxed)
    }

    /// The exchanges completed after the first `since`, in the order of completion, at most `most`.
    #[must_use]
    pub fn news(&self, since: u64, most: usize) -> News {
        let ring = self.lock();
        let start = ring.completed.partition_point(|(completed, _)| *completed <= since);
        let mut entries = vec![];
        let mut next = self.completed().max(since);
        for (completed, seq) in ring.completed.range(start..) {
            if entries.len() == most {
                next = completed - 1;
                break;
            }
            if let Ok(index) = ring.entries.binary_search_by_key(seq, |place| place.kept.seq) {
                entries.push(Seen::from(Arc::clone(&ring.entries[index].kept)));
            }
        }
        let missed = next.saturating_sub(since).saturating_sub(entries.len() as u64);
        News { entries, next, missed }
    }

    /// Forgets every exchange. Numbers continue, so that earlier cursors stay valid.
    pub fn clear(&self) {
        let mut ring = self.lock();
        while !ring.entries.is_empty() {
            self.drop_oldest(&mut ring);
        }
        ring.completed.clear();
        ring.dropped = 0;
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        // A panic under the lock cannot leave the ring half-changed: every step keeps it
        // consistent.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drop_oldest(&self, ring: &mut Ring) {
        if let Some(place) = ring.entries.pop_front() {
            ring.dropped += 1;
            self.release(place.held);
        }
    }

    /// Counts the bytes of an exchange again.
    fn count(&self, place: &mut Place) {
        let held = place.kept.held();
        self.hold(held);
        self.release(std::mem::replace(&mut place.held, held));
    }

    fn hold(&self, bytes: usize) {
        self.held.fetch_add(bytes, Ordering::Relaxed);
        self.memory.held.fetch_add(bytes, Ordering::Relaxed);
    }

    fn release(&self, bytes: usize) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
        self.memory.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Holder for Journal {
    fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    fn give_back(&self, enough: &dyn Fn() -> bool) -> bool {
        let mut ring = self.lock();
        let before = ring.entries.len();
        while !enough() && !ring.entries.is_empty() {
            self.drop_oldest(&mut ring);
        }
        ring.entries.len() < before
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.memory.held.fetch_sub(self.held.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Credentials;
    use crate::world::Names;

    #[test]
    fn listeners_share_one_rendering_of_an_exchange_and_old_ones_are_forgotten() {
        let memory = Arc::new(JournalMemory::new(1 << 20));
        let secrets = Arc::new(Secrets::of(&Arc::new(Credentials::default()), &Arc::new(Names::default())));
        let journal = Journal::new(Limits::default(), &memory, &secrets);
        let mut made = vec![];
        let mut rendered = |completed: u64| {
            journal.rendered(completed, || {
                made.push(completed);
                Bytes::from(vec![0; 100_000])
            })
        };
        let (first, again) = (rendered(1), rendered(1));
        assert_eq!(first.as_ptr(), again.as_ptr(), "they are the same bytes");
        (2..100).for_each(|completed| drop(rendered(completed)));
        rendered(1);
        assert_eq!((made.len(), made.last()), (100, Some(&1)), "the oldest was forgotten, and no other");
        assert!(journal.renderings.lock().unwrap().len() <= RENDERINGS.1 / 100_000);
    }
}
