//! The recent refusals of a world, so that a retry can be told from a first request.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::contract::Behavior;

/// The recent refusals that a retry may follow, by the hash of the request. The memory is bounded:
/// the oldest are forgotten first.
#[derive(Debug, Default)]
pub struct Attempts {
    known: Mutex<Known>,
    /// Whether any refusal is remembered.
    any: AtomicBool,
}

#[derive(Debug, Default)]
struct Known {
    refused: HashMap<u64, Remembered>,
    order: VecDeque<u64>,
    /// The number of exchanges answered so far.
    answered: u64,
    /// The last refusal, if it said how long to wait, with the hash of requests like it.
    named: Option<(u64, Remembered)>,
    /// The requests without an answer that their clients may have given up.
    in_flight: Vec<Weak<InFlight>>,
}

/// A request without an answer, whose client may give it up or lose the answer.
pub struct InFlight {
    request: Tried,
    since: (Instant, DateTime<Utc>),
    /// Whether the request made something.
    made: AtomicBool,
    /// Whether a further try has been told from a first request by it already.
    told: AtomicBool,
    /// Whether the client has closed the connection.
    is_gone: Box<dyn Fn() -> bool + Send + Sync>,
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight").field("request", &self.request).finish_non_exhaustive()
    }
}

impl InFlight {
    /// Notes that the request made something.
    pub fn made(&self) {
        self.made.store(true, Ordering::Release);
    }
}

#[derive(Debug, Clone, Copy)]
struct Remembered {
    why: Why,
    who: u64,
    retry_after: Option<Duration>,
    /// The time of the refusal, on the machine's clock and the world's: a client may sleep, and a
    /// test may advance the world's clock.
    at: (Instant, DateTime<Utc>),
    number: u64,
    /// The number of refusals in a row.
    tries: u32,
    made: bool,
}

/// An answer that was a refusal, or that the client did not get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// The reason. A connection that breaks passes by itself, as a failure of the service does.
    pub why: Why,
    /// The time to wait before a retry, if the answer named one.
    pub retry_after: Option<Duration>,
    /// Whether the request made something, although its client was not told.
    pub made: bool,
}

/// The reason of a refusal, as far as a retry is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A reason that passes by itself.
    Passing,
    /// The credential.
    Credential,
    /// A permanent reason, with this outcome.
    ForGood(&'static Behavior),
}

/// The earlier refusal of a request that is now retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Earlier {
    /// The reason of the refusal.
    pub why: Why,
    /// The time since the refusal, on the clock that advanced further.
    pub waited: Duration,
    /// The time to wait before a retry, if the answer named one.
    pub retry_after: Option<Duration>,
    /// Whether no other request came in between.
    pub directly_before: bool,
    /// Whether both requests came from the same client, by their credential.
    pub by_the_same: bool,
    /// The number of refusals in a row.
    pub tries: u32,
    /// Whether the content of the request has changed since.
    pub changed: bool,
    /// Whether the earlier request made something, although its client was not told.
    pub made: bool,
}

/// A request, by the hashes that tell it from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// The request without its credential. Equal for retries.
    pub asked: u64,
    /// The credential.
    pub who: u64,
    /// The kind of the request, without the values of its body. Equal for retries with other
    /// content. None for a request without a body.
    pub like: Option<u64>,
}

impl Attempts {
    /// The number of refusals remembered.
    const REMEMBERED: usize = 1024;

    /// Whether no refusal is remembered, so that no request can be a retry.
    #[must_use]
    pub fn are_none(&self) -> bool {
        !self.any.load(Ordering::Acquire)
    }

    /// The last refusal of the same request, or of the same kind of request if it said how long to
    /// wait and no other request came in between. None if there was none.
    #[must_use]
    pub fn earlier(&self, request: Tried, now: DateTime<Utc>) -> Option<Earlier> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let same = known.refused.get(&request.asked);
        let alike = || {
            let (like, attempt) = known.named.as_ref()?;
            (request.like == Some(*like) && attempt.number == known.answered).then_some(attempt)
        };
        let waited = |(machine, world): (Instant, DateTime<Utc>)| {
            machine.elapsed().max((now - world).to_std().unwrap_or_default())
        };
        let Some(attempt) = same.or_else(alike) else {
            let mut all = known.in_flight.iter().filter_map(Weak::upgrade);
            let given_up = all.find(|other| {
                other.request.asked == request.asked
                    && !other.told.load(Ordering::Acquire)
                    && (other.is_gone)()
            })?;
            given_up.told.store(true, Ordering::Release);
            return Some(Earlier {
                why: Why::Passing,
                waited: waited(given_up.since),
                retry_after: None,
                directly_before: false,
                by_the_same: given_up.request.who == request.who,
                tries: 1,
                changed: false,
                made: given_up.made.load(Ordering::Acquire),
            });
        };
        Some(Earlier {
            why: attempt.why,
            waited: waited(attempt.at),
            retry_after: attempt.retry_after,
            directly_before: attempt.number == known.answered,
            by_the_same: attempt.who == request.who,
            tries: attempt.tries,
            changed: same.is_none(),
            made: attempt.made,
        })
    }

    /// Notes a request whose client may give it up. It counts until the result is dropped.
    pub fn begun(
        &self,
        request: Tried,
        now: DateTime<Utc>,
        is_gone: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Arc<InFlight> {
        let begun = Arc::new(InFlight {
            request,
            since: (Instant::now(), now),
            made: AtomicBool::new(false),
            told: AtomicBool::new(false),
            is_gone: Box::new(is_gone),
        });
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.in_flight.retain(|other| other.strong_count() > 0);
        known.in_flight.push(Arc::downgrade(&begun));
        self.any.store(true, Ordering::Release);
        begun
    }

    /// Records that the answer to a request did not reach its client.
    pub fn lost(&self, request: &InFlight, now: DateTime<Utc>) {
        if !request.told.swap(true, Ordering::AcqRel) {
            let made = request.made.load(Ordering::Acquire);
            self.answered(request.request, Some(Failed { why: Why::Passing, retry_after: None, made }), now);
        }
    }

    /// Forgets every refusal. Used when the faults that caused them are removed.
    pub fn forget(&self) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.refused.clear();
        known.order.clear();
        known.named = None;
        self.any.store(false, Ordering::Release);
    }

    /// Records an answer: a refusal with its reason, or no refusal.
    pub fn answered(&self, Tried { asked, who, like }: Tried, refused: Option<Failed>, now: DateTime<Utc>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.answered += 1;
        known.named = None;
        known.in_flight.retain(|other| other.strong_count() > 0);
        let Some(Failed { why, retry_after, made }) = refused else {
            if known.refused.remove(&asked).is_some() {
                known.order.retain(|other| *other != asked);
            }
            // `named` says what the last refusal was, and this was none.
            let is_any = !known.refused.is_empty() || !known.in_flight.is_empty();
            self.any.store(is_any, Ordering::Release);
            return;
        };
        self.any.store(true, Ordering::Release);
        let earlier = known.refused.get(&asked);
        let tries = earlier.map_or(0, |earlier| earlier.tries) + 1;
        // What was made once is there, whatever becomes of later tries.
        let made = made || earlier.is_some_and(|earlier| earlier.made);
        let (at, number) = ((Instant::now(), now), known.answered);
        let attempt = Remembered { why, who, retry_after, at, number, tries, made };
        known.named = like.filter(|_| retry_after.is_some()).map(|like| (like, attempt));
        if known.refused.insert(asked, attempt).is_some() {
            known.order.retain(|other| *other != asked);
        }
        known.order.push_back(asked);
        if known.order.len() > Self::REMEMBERED
            && let Some(oldest) = known.order.pop_front()
        {
            known.refused.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn request(asked: u64) -> Tried {
        Tried { asked, who: 0, like: None }
    }

    fn passing(retry_after: Option<Duration>) -> Failed {
        Failed { why: Why::Passing, retry_after, made: false }
    }

    #[test]
    fn a_try_with_other_content_is_known_by_its_kind_if_the_refusal_said_how_long_to_wait() {
        let (attempts, now) = (Attempts::default(), DateTime::UNIX_EPOCH);
        let like = |asked| Tried { like: Some(7), ..request(asked) };
        attempts.answered(like(1), Some(passing(None)), now);
        assert_eq!(attempts.earlier(like(2), now), None, "it did not say how long to wait");
        attempts.answered(like(1), Some(passing(Some(Duration::from_mins(1)))), now);
        assert!(attempts.earlier(like(2), now).is_some_and(|earlier| earlier.changed));
        assert!(attempts.earlier(like(1), now).is_some_and(|earlier| !earlier.changed));
        assert_eq!(attempts.earlier(request(2), now), None, "it is of another kind");
        attempts.answered(request(3), None, now);
        assert_eq!(attempts.earlier(like(2), now), None, "another request came in between");
    }

    #[test]
    fn a_further_try_is_known_by_what_is_asked_until_it_is_answered_and_either_clock_counts_as_waiting() {
        let (attempts, now) = (Attempts::default(), DateTime::UNIX_EPOCH);
        attempts.answered(request(1), Some(passing(Some(Duration::from_mins(1)))), now);
        let earlier = attempts.earlier(request(1), now).expect("refused before");
        assert!(earlier.waited < Duration::from_mins(1) && earlier.directly_before);
        let later = attempts.earlier(request(1), now + TimeDelta::hours(1)).expect("refused before");
        assert_eq!(later.waited, Duration::from_hours(1));
        assert_eq!(attempts.earlier(request(2), now), None);
        attempts.answered(request(2), None, now);
        assert!(!attempts.earlier(request(1), now).expect("still").directly_before);
        attempts.answered(request(1), None, now);
        assert_eq!(attempts.earlier(request(1), now), None);
    }

    #[test]
    fn memory_stays_bounded() {
        let (attempts, now) = (Attempts::default(), DateTime::UNIX_EPOCH);
        for asked in 0..5000 {
            let refused = Failed { why: Why::Credential, retry_after: None, made: false };
            attempts.answered(request(asked), Some(refused), now);
        }
        let known = attempts.known.lock().expect("no panic");
        assert_eq!((known.refused.len(), known.order.len()), (Attempts::REMEMBERED, Attempts::REMEMBERED));
        assert!(known.refused.contains_key(&4999) && !known.refused.contains_key(&0));
    }
}
