//! A world's clock: the only place that asks the machine for the time. It drives what vendors tell
//! and decide, never sockets, timeouts or delays.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use crate::scenario::ClockSpec;

/// A clock that can be set and advanced.
#[derive(Debug)]
pub struct Clock(Mutex<Set>);

/// What a clock was last set to, and when.
#[derive(Debug, Clone, Copy)]
struct Set {
    spec: ClockSpec,
    at: Instant,
}

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn new(spec: ClockSpec) -> Self {
        Self(Mutex::new(Set { spec, at: Instant::now() }))
    }

    /// The world's time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.read().now()
    }

    /// How it goes on from now: a running clock's start is now.
    #[must_use]
    pub fn spec(&self) -> ClockSpec {
        let set = self.read();
        match set.spec {
            ClockSpec::Running { rate, .. } => ClockSpec::Running { start: set.now(), rate },
            spec => spec,
        }
    }

    /// Seconds of the world to a second of the machine; one where it stands, for nothing better can
    /// be said.
    #[must_use]
    pub fn rate(&self) -> f64 {
        match self.read().spec {
            ClockSpec::Running { rate, .. } => rate,
            ClockSpec::Real | ClockSpec::Fixed(_) => 1.0,
        }
    }

    /// Sets it.
    pub fn set(&self, spec: ClockSpec) {
        *self.lock() = Set { spec, at: Instant::now() };
    }

    /// Moves it forward in one step, and tells the new time. A real clock runs on from there at the
    /// machine's pace.
    ///
    /// # Errors
    /// When that is past the last time that can be told; the clock stays as it is.
    pub fn advance(&self, by: TimeDelta) -> Result<DateTime<Utc>, PastTheEnd> {
        let mut set = self.lock();
        let then = set.now().checked_add_signed(by).filter(|then| *then <= last()).ok_or(PastTheEnd)?;
        let spec = match set.spec {
            ClockSpec::Real => ClockSpec::Running { start: then, rate: 1.0 },
            ClockSpec::Fixed(_) => ClockSpec::Fixed(then),
            ClockSpec::Running { rate, .. } => ClockSpec::Running { start: then, rate },
        };
        *set = Set { spec, at: Instant::now() };
        Ok(then)
    }

    /// The machine's time, whatever the world's is: what clients sign their requests with.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else must ask")]
    pub fn machine() -> DateTime<Utc> {
        Utc::now()
    }

    fn read(&self) -> Set {
        *self.lock()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Set> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clock cannot be advanced past the year 9999.
#[derive(Debug, PartialEq, Eq)]
pub struct PastTheEnd;

/// 9999-12-31T23:59:59Z: later years have five digits, which no vendor's wire has room for.
fn last() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl Set {
    fn now(&self) -> DateTime<Utc> {
        match self.spec {
            ClockSpec::Real => Clock::machine(),
            ClockSpec::Fixed(at) => at,
            ClockSpec::Running { start, rate } => {
                let passed = Duration::try_from_secs_f64(self.at.elapsed().as_secs_f64() * rate);
                let passed = passed.ok().and_then(|passed| TimeDelta::from_std(passed).ok());
                passed
                    .and_then(|passed| start.checked_add_signed(passed))
                    .map_or_else(last, |now| now.min(last()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_set_and_advanced_and_a_fixed_one_stands() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let clock = Clock::new(ClockSpec::Fixed(at("2024-05-13T00:00:00Z")));
        assert_eq!(clock.now(), at("2024-05-13T00:00:00Z"));
        assert_eq!(clock.advance(TimeDelta::minutes(5)), Ok(at("2024-05-13T00:05:00Z")));
        assert_eq!(clock.now(), at("2024-05-13T00:05:00Z"));
        clock.set(ClockSpec::Running { start: at("2024-01-01T00:00:00Z"), rate: 1e6 });
        let (first, second) = (clock.now(), clock.now());
        assert!(at("2024-01-01T00:00:00Z") <= first && first <= second);
        clock.set(ClockSpec::Real);
        let before = Clock::machine();
        clock.advance(TimeDelta::days(1)).unwrap();
        assert!(clock.now() >= before + TimeDelta::days(1));
        assert!(matches!(clock.spec(), ClockSpec::Running { rate, .. } if (rate - 1.0).abs() < f64::EPSILON));
    }

    #[test]
    fn no_clock_goes_past_the_year_9999() {
        let clock = Clock::new(ClockSpec::Fixed(last()));
        assert_eq!(clock.advance(TimeDelta::milliseconds(1001)), Err(PastTheEnd));
        assert_eq!(clock.now(), last());
        clock.set(ClockSpec::Running { start: last(), rate: 1e6 });
        assert!(clock.now() <= last());
    }
}
