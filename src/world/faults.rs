//! A world's faults, and which of them are due on a request. Their effect on the answer is applied
//! by the exchange.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::ids::chance;
use crate::scenario::{
    Action, Delay, Effect, Fault, LONGEST_DELAY, LimitClock, LogNormal, Occasion, Rule, When,
};

/// The faults of one world, in the order they were added.
#[derive(Debug)]
pub struct Faults {
    seed: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    active: Vec<Active>,
    /// The number of ids given so far to faults without an id of their own.
    added: u64,
    /// The number of changes, of counts, too.
    changes: u64,
}

#[derive(Debug)]
struct Active {
    id: Arc<str>,
    rule: Arc<Rule>,
    counts: FaultCounts,
    /// The time on the machine's clock at which the current window of a rate limit began.
    since: Instant,
}

/// The counts of one fault.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct FaultCounts {
    /// The matching requests since the fault was added.
    pub seen: u64,
    /// The number of requests on which the fault was due.
    pub fired: u64,
    /// The start of the current window of a rate limit, and the requests in it so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<(DateTime<Utc>, u64)>,
}

/// A fault as written, with its id and its counts. The admin API shows it, and a snapshot keeps it.
#[derive(Debug, Clone, Serialize)]
pub struct FaultState {
    /// The fault as written, with its id.
    #[serde(flatten)]
    pub fault: Fault,
    /// The counts of requests and uses.
    #[serde(flatten)]
    pub counts: FaultCounts,
}

/// Written by hand: serde's `flatten` does not work with `deny_unknown_fields`.
impl<'de> Deserialize<'de> for FaultState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Whole {
            id: Option<String>,
            vendor: String,
            operation: Option<String>,
            when: Option<When>,
            times: Option<u64>,
            #[serde(rename = "do")]
            action: Action,
            seen: u64,
            fired: u64,
            window: Option<(DateTime<Utc>, u64)>,
        }
        let Whole { id, vendor, operation, when, times, action, seen, fired, window } =
            Whole::deserialize(deserializer)?;
        let fault = Fault { id, vendor, operation, when, times, action };
        Ok(Self { fault, counts: FaultCounts { seen, fired, window } })
    }
}

/// A fault that is due on a request.
#[derive(Debug, Clone)]
pub struct Due {
    /// The fault's id.
    pub id: Arc<str>,
    /// The fault itself.
    pub rule: Arc<Rule>,
    /// The time for which the answer is held back.
    pub delay: Duration,
    /// The time until a rate limit lets requests through again, on the world's clock.
    pub retry_after: Duration,
    /// The same time on the machine's clock. None if only the world's clock ends a window.
    pub machine_wait: Option<Duration>,
}

/// The reason why a fault cannot be added.
#[derive(Debug, PartialEq, Eq)]
pub enum NotAdded {
    /// Another fault has the same id.
    Taken,
    /// The world has [`Faults::MOST`] faults already.
    TooMany,
}

impl Faults {
    /// The most faults of a world. Each request is checked against all of them.
    pub const MOST: usize = 10_000;

    /// The faults of a scenario.
    #[must_use]
    pub fn new(seed: u64, rules: &[Arc<Rule>]) -> Self {
        let faults = Self { seed, state: Mutex::default() };
        for rule in rules {
            // The ids were checked when the scenario was loaded.
            drop(faults.add(Arc::clone(rule), FaultCounts::default()));
        }
        faults
    }

    /// Adds a fault, and returns its id.
    ///
    /// # Errors
    /// When another fault has that id, or the world has [`Faults::MOST`] faults.
    pub fn add(&self, rule: Arc<Rule>, counts: FaultCounts) -> Result<Arc<str>, NotAdded> {
        let mut state = self.lock();
        if state.active.len() >= Self::MOST {
            return Err(NotAdded::TooMany);
        }
        let id = if let Some(id) = &rule.fault.id {
            Arc::from(id.as_str())
        } else {
            loop {
                state.added += 1;
                let id: Arc<str> = format!("fault-{}", state.added).into();
                if state.active.iter().all(|active| active.id != id) {
                    break id;
                }
            }
        };
        if state.active.iter().any(|active| active.id == id) {
            return Err(NotAdded::Taken);
        }
        state.active.push(Active { id: Arc::clone(&id), rule, counts, since: Instant::now() });
        state.changes += 1;
        Ok(id)
    }

    /// The faults of a snapshot, with their counts.
    ///
    /// # Errors
    /// When two of them have the same id.
    pub fn restored(
        seed: u64,
        numbered: u64,
        rules: impl Iterator<Item = (Arc<Rule>, FaultCounts)>,
    ) -> Result<Self, NotAdded> {
        let (mut ids, mut active) = (HashSet::new(), vec![]);
        for (rule, counts) in rules {
            let id: Arc<str> = rule.fault.id.as_deref().unwrap_or_default().into();
            if !ids.insert(Arc::clone(&id)) {
                return Err(NotAdded::Taken);
            }
            active.push(Active { id, rule, counts, since: Instant::now() });
        }
        Ok(Self { seed, state: Mutex::new(State { active, added: numbered, changes: 0 }) })
    }

    /// The number of ids given so far to faults without an id of their own. The next id continues
    /// from there.
    #[must_use]
    pub fn numbered(&self) -> u64 {
        self.lock().added
    }

    /// The number of changes of the faults and of their counts.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.lock().changes
    }

    /// Every fault of the world.
    #[must_use]
    pub fn all(&self) -> Vec<FaultState> {
        let state = |active: &Active| {
            let mut fault = active.rule.fault.clone();
            fault.id = Some(active.id.to_string());
            FaultState { fault, counts: active.counts }
        };
        self.lock().active.iter().map(state).collect()
    }

    /// Removes all faults.
    pub fn clear(&self) {
        let mut state = self.lock();
        state.active.clear();
        state.changes += 1;
    }

    /// Removes one fault. Returns false if no fault has that id.
    pub fn remove(&self, id: &str) -> bool {
        let mut state = self.lock();
        let before = state.active.len();
        state.active.retain(|active| *active.id != *id);
        state.changes += 1;
        state.active.len() < before
    }

    /// Counts a request in every fault that matches it, and returns the faults that apply to it, in
    /// the order in which they were added. Every delay that is due applies. Of the other faults
    /// that are due, only the first applies; those after it count the request as seen, not as
    /// fired.
    pub fn due(&self, vendor: &str, operation: Option<&str>, now: DateTime<Utc>) -> Vec<Due> {
        let mut state = self.lock();
        if state.active.is_empty() {
            return vec![];
        }
        let seed = self.seed;
        let State { active, changes, .. } = &mut *state;
        let matching = active.iter_mut().filter(|active| {
            active.rule.vendor == vendor
                && active.rule.operation.is_none_or(|wanted| operation == Some(wanted.id))
        });
        let mut due: Vec<Due> = vec![];
        for active in matching {
            active.counts.seen += 1;
            *changes += 1;
            let decided = due.iter().any(|due| due.rule.effect != Effect::None);
            if !decided || active.rule.effect == Effect::None {
                due.extend(active.due(seed, now));
            }
        }
        due
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Active {
    fn due(&mut self, seed: u64, now: DateTime<Utc>) -> Option<Due> {
        let Self { id, rule, counts, since } = self;
        let meant = match rule.occasion {
            Occasion::Always => true,
            Occasion::Nth(n) => counts.seen == n,
            Occasion::After(n) => counts.seen > n,
            Occasion::Every(n) => counts.seen.is_multiple_of(n),
            Occasion::Probability(p) => chance(seed, id, counts.seen)[0] < p,
        };
        if !meant || rule.fault.times.is_some_and(|times| counts.fired >= times) {
            return None;
        }
        let (mut retry_after, mut machine_wait) = (Duration::ZERO, None);
        if let Effect::RateLimit(limit) = rule.effect {
            let (per, machines) = (TimeDelta::from(limit.per.0), Duration::from_millis(limit.per.0.0.into()));
            let by_the_machine = limit.clock == LimitClock::Either;
            let (began, requests) = counts
                .window
                // Setting the clock back leaves the window, just as letting it run on does.
                .filter(|(began, _)| *began <= now && now - *began < per)
                .filter(|_| !by_the_machine || since.elapsed() < machines)
                .unwrap_or_else(|| {
                    *since = Instant::now();
                    (now, 0)
                });
            counts.window = Some((began, requests + 1));
            if requests < limit.requests {
                return None;
            }
            retry_after = (per - (now - began)).to_std().unwrap_or_default();
            if by_the_machine {
                machine_wait = Some(machines.saturating_sub(since.elapsed()));
            }
        }
        counts.fired += 1;
        // Drawn separately from the probability of the fault: otherwise a fault with a low
        // probability would always have short delays.
        let drawn = chance(seed, &format!("{id} delay"), counts.seen);
        let delay = rule.fault.action.delay.map_or(Duration::ZERO, |delay| length(delay, drawn));
        Some(Due { id: Arc::clone(id), rule: Arc::clone(rule), delay, retry_after, machine_wait })
    }
}

/// The length of a delay, for one drawing of two random numbers.
fn length(delay: Delay, chance: [f64; 2]) -> Duration {
    let longest = Duration::from_millis(LONGEST_DELAY.0.into());
    match delay {
        Delay::Fixed(length) => Duration::from_millis(length.0.0.into()),
        Delay::LogNormal(LogNormal { median, sigma }) => {
            // Box-Muller transform. The first number is never 1, so its complement is never 0.
            let radius = (-2.0 * (1.0 - chance[0]).ln()).sqrt();
            let normal = radius * (std::f64::consts::TAU * chance[1]).cos();
            let millis = f64::from(median.0.0) * (sigma * normal).exp();
            Duration::try_from_secs_f64(millis / 1000.0).unwrap_or(Duration::MAX).min(longest)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Length;
    use crate::universe::Millis;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(0, 0).unwrap()
    }

    fn faults(occasion: Occasion, times: Option<u64>) -> Faults {
        let action = Action::default();
        let fault = Fault { id: None, vendor: "v".into(), operation: None, when: None, times, action };
        let rule =
            Rule { fault, vendor: "v", operation: None, occasion, effect: Effect::None, body_bytes: 0 };
        Faults::new(7, &[Arc::new(rule)])
    }

    fn fires(faults: &Faults, requests: usize) -> Vec<usize> {
        (1..=requests).filter(|_| !faults.due("v", None, now()).is_empty()).collect()
    }

    #[test]
    fn nth_fires_once_every_goes_on_and_times_is_the_most() {
        let on = |occasion, times| {
            let faults = faults(occasion, times);
            (1..=9).filter(|_| !faults.due("v", None, now()).is_empty()).collect::<Vec<i32>>()
        };
        assert_eq!(on(Occasion::Always, Some(2)), [1, 2]);
        assert_eq!(on(Occasion::Nth(3), None), [3]);
        assert_eq!(on(Occasion::After(7), None), [8, 9]);
        assert_eq!(on(Occasion::Every(4), None), [4, 8]);
        assert_eq!(on(Occasion::Every(2), Some(2)), [2, 4]);
        assert_eq!(fires(&faults(Occasion::Nth(1), None), 0), [0; 0]);
    }

    #[test]
    fn chance_is_the_seeds_and_comes_out_as_often_as_it_says() {
        let run = || fires(&faults(Occasion::Probability(0.25), None), 4000);
        assert_eq!(run(), run(), "the same seed, the same requests");
        assert!((850..1150).contains(&run().len()), "{}", run().len());
        assert_eq!(fires(&faults(Occasion::Probability(0.0), None), 100).len(), 0);
        assert_eq!(fires(&faults(Occasion::Probability(1.0), None), 100).len(), 100);
    }

    #[test]
    fn of_two_that_are_due_the_first_happens_and_the_second_is_not_used_up() {
        let action = Action::default();
        let rule = |status, delay| {
            let fault = Fault {
                id: None,
                vendor: "v".into(),
                operation: None,
                when: None,
                times: Some(1),
                action: Action { delay, ..action.clone() },
            };
            let effect = if status == 0 {
                Effect::None
            } else {
                Effect::Answer { status, headers: vec![], body: None }
            };
            Arc::new(Rule {
                fault,
                vendor: "v",
                operation: None,
                occasion: Occasion::Always,
                effect,
                body_bytes: 0,
            })
        };
        let delay = Some(Delay::Fixed(Length(Millis(5))));
        let faults = Faults::new(7, &[rule(500, None), rule(501, None), rule(0, delay)]);
        let due =
            || faults.due("v", None, now()).into_iter().map(|due| due.id.to_string()).collect::<Vec<_>>();
        assert_eq!(due(), ["fault-1", "fault-3"], "a delay goes with any other");
        assert_eq!(due(), ["fault-2"]);
        assert_eq!(due(), [""; 0]);
    }

    #[test]
    fn requests_of_others_are_not_counted() {
        let faults = faults(Occasion::Nth(2), None);
        assert!(faults.due("v", None, now()).is_empty());
        assert!(faults.due("another", None, now()).is_empty());
        assert_eq!(faults.due("v", Some("any"), now()).len(), 1);
    }

    #[test]
    fn a_log_normal_delay_has_its_median_and_spread() {
        let delay = Delay::LogNormal(LogNormal { median: Length(Millis(200)), sigma: 0.5 });
        let mut drawn: Vec<f64> =
            (0..4000).map(|n| length(delay, chance(7, "x", n)).as_secs_f64() * 1000.0).collect();
        drawn.sort_by(f64::total_cmp);
        assert!((185.0..215.0).contains(&drawn[2000]), "median {}", drawn[2000]);
        // One standard deviation above: 200 ms times e to the 0.5.
        assert!((300.0..360.0).contains(&drawn[3365]), "84 % {}", drawn[3365]);
        let fixed = Delay::LogNormal(LogNormal { median: Length(Millis(200)), sigma: 0.0 });
        assert_eq!(length(fixed, [0.3, 0.7]), Duration::from_millis(200));
    }
}
