//! The recent refusals of a world, so that a retry can be told from a first request.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
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
        let attempt = same.or_else(alike)?;
        let (machine, world) = attempt.at;
        let by_the_world = (now - world).to_std().unwrap_or_default();
        Some(Earlier {
            why: attempt.why,
            waited: machine.elapsed().max(by_the_world),
            retry_after: attempt.retry_after,
            directly_before: attempt.number == known.answered,
            by_the_same: attempt.who == request.who,
            tries: attempt.tries,
            changed: same.is_none(),
        })
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
    pub fn answered(
        &self,
        Tried { asked, who, like }: Tried,
        refused: Option<Why>,
        retry_after: Option<Duration>,
        now: DateTime<Utc>,
    ) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.answered += 1;
        known.named = None;
        let Some(why) = refused else {
            if known.refused.remove(&asked).is_some() {
                known.order.retain(|other| *other != asked);
            }
            // `named` says what the last refusal was, and this was none.
            self.any.store(!known.refused.is_empty(), Ordering::Release);
            return;
        };
        self.any.store(true, Ordering::Release);
        let tries = known.refused.get(&asked).map_or(0, |earlier| earlier.tries) + 1;
        let attempt =
            Remembered { why, who, retry_after, at: (Instant::now(), now), number: known.answered, tries };
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

    #[test]
    fn a_try_with_other_content_is_known_by_its_kind_if_the_refusal_said_how_long_to_wait() {
        let (attempts, now) = (Attempts::default(), DateTime::UNIX_EPOCH);
        let like = |asked| Tried { like: Some(7), ..request(asked) };
        attempts.answered(like(1), Some(Why::Passing), None, now);
        assert_eq!(attempts.earlier(like(2), now), None, "it did not say how long to wait");
        attempts.answered(like(1), Some(Why::Passing), Some(Duration::from_mins(1)), now);
        assert!(attempts.earlier(like(2), now).is_some_and(|earlier| earlier.changed));
        assert!(attempts.earlier(like(1), now).is_some_and(|earlier| !earlier.changed));
        assert_eq!(attempts.earlier(request(2), now), None, "it is of another kind");
        attempts.answered(request(3), None, None, now);
        assert_eq!(attempts.earlier(like(2), now), None, "another request came in between");
    }

    #[test]
    fn a_further_try_is_known_by_what_is_asked_until_it_is_answered_and_either_clock_counts_as_waiting() {
        let (attempts, now) = (Attempts::default(), DateTime::UNIX_EPOCH);
        attempts.answered(request(1), Some(Why::Passing), Some(Duration::from_mins(1)), now);
        let earlier = attempts.earlier(request(1), now).expect("refused before");
        assert!(earlier.waited < Duration::from_mins(1) && earlier.directly_before);
        let later = attempts.earlier(request(1), now + TimeDelta::hours(1)).expect("refused before");
        assert_eq!(later.waited, Duration::from_hours(1));
        assert_eq!(attempts.earlier(request(2), now), None);
        attempts.answered(request(2), None, None, now);
        assert!(!attempts.earlier(request(1), now).expect("still").directly_before);
        attempts.answered(request(1), None, None, now);
        assert_eq!(attempts.earlier(request(1), now), None);
    }

    #[test]
    fn memory_stays_bounded() {
        let (attempts, now) = (Attempts::default(), DateTime::UNIX_EPOCH);
        for asked in 0..5000 {
            attempts.answered(request(asked), Some(Why::Credential), None, now);
        }
        let known = attempts.known.lock().expect("no panic");
        assert_eq!((known.refused.len(), known.order.len()), (Attempts::REMEMBERED, Attempts::REMEMBERED));
        assert!(known.refused.contains_key(&4999) && !known.refused.contains_key(&0));
    }
}
