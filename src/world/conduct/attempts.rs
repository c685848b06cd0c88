//! What was refused lately, so that a request can be told from a further try.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::contract::Behavior;

/// The refusals that a further try may follow, by what was asked. Bounded: the oldest are forgotten
/// first.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    refused: HashMap<u64, Remembered>,
    order: VecDeque<u64>,
    /// How many exchanges were answered.
    answered: u64,
}

#[derive(Debug)]
struct Remembered {
    why: Why,
    who: u64,
    retry_after: Option<Duration>,
    /// The machine's time and the world's: a client may sleep, or a test advance the clock.
    at: (Instant, DateTime<Utc>),
    number: u64,
    /// How often it was refused in a row.
    tries: u32,
}

/// Why something was refused, as far as a further try goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// For reasons that pass by themselves.
    Passing,
    /// Because of who asks.
    Credential,
    /// For good, with this outcome.
    ForGood(&'static Behavior),
}

/// The earlier try at what is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// Why it was refused.
    pub why: Why,
    /// How long ago, by the clock that went on further.
    pub waited: Duration,
    /// How long to wait, where the answer said so.
    pub retry_after: Option<Duration>,
    /// Whether nothing else was asked in between.
    pub directly_before: bool,
    /// Whether it came from the same client, by its credential.
    pub by_the_same: bool,
    /// How often it was refused in a row.
    pub tries: u32,
}

impl Attempts {
    /// How many are remembered.
    const REMEMBERED: usize = 1024;

    /// The earlier try at the same, if it was refused.
    #[must_use]
    pub fn earlier(&self, asked: u64, who: u64, now: DateTime<Utc>) -> Option<Earlier> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let attempt = known.refused.get(&asked)?;
        let (machine, world) = attempt.at;
        let by_the_world = (now - world).to_std().unwrap_or_default();
        Some(Earlier {
            why: attempt.why,
            waited: machine.elapsed().max(by_the_world),
            retry_after: attempt.retry_after,
            directly_before: attempt.number == known.answered,
            by_the_same: attempt.who == who,
            tries: attempt.tries,
        })
    }

    /// Forgets every refusal: what made them is gone.
    pub fn forget(&self) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.refused.clear();
        known.order.clear();
    }

    /// Notes an answer: a refusal that a further try may follow, or none.
    pub fn answered(
        &self,
        (asked, who): (u64, u64),
        refused: Option<Why>,
        retry_after: Option<Duration>,
        now: DateTime<Utc>,
    ) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.answered += 1;
        let Some(why) = refused else {
            if known.refused.remove(&asked).is_some() {
                known.order.retain(|other| *other != asked);
            }
            return;
        };
        let tries = known.refused.get(&asked).map_or(0, |earlier| earlier.tries) + 1;
        let attempt =
            Remembered { why, who, retry_after, at: (Instant::now(), now), number: known.answered, tries };
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

    #[test]
    fn a_further_try_is_known_by_what_is_asked_until_it_is_answered_and_either_clock_counts_as_waiting() {
        let (attempts, now) = (Attempts::default(), DateTime::UNIX_EPOCH);
        attempts.answered((1, 0), Some(Why::Passing), Some(Duration::from_mins(1)), now);
        let earlier = attempts.earlier(1, 0, now).expect("refused before");
        assert!(earlier.waited < Duration::from_mins(1) && earlier.directly_before);
        let later = attempts.earlier(1, 0, now + TimeDelta::hours(1)).expect("refused before");
        assert_eq!(later.waited, Duration::from_hours(1));
        assert_eq!(attempts.earlier(2, 0, now), None);
        attempts.answered((2, 0), None, None, now);
        assert!(!attempts.earlier(1, 0, now).expect("still").directly_before);
        attempts.answered((1, 0), None, None, now);
        assert_eq!(attempts.earlier(1, 0, now), None);
    }

    #[test]
    fn memory_stays_bounded() {
        let (attempts, now) = (Attempts::default(), DateTime::UNIX_EPOCH);
        for asked in 0..5000 {
            attempts.answered((asked, 0), Some(Why::Credential), None, now);
        }
        let known = attempts.0.lock().expect("no panic");
        assert_eq!((known.refused.len(), known.order.len()), (Attempts::REMEMBERED, Attempts::REMEMBERED));
        assert!(known.refused.contains_key(&4999) && !known.refused.contains_key(&0));
    }
}
