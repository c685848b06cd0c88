//! A world's clock. Vendors' answers and decisions depend on it; sockets, timeouts and delays never
//! do.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use crate::scenario::ClockSpec;
use crate::times;

/// A clock that can be set and advanced.
#[derive(Debug)]
pub struct Clock(Mutex<Set>);

/// The last setting of a clock, and the machine's time at which it was made.
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

    /// The current time of the world.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.read().now()
    }

    /// The setting from which the clock continues. For a running clock, its start is the current
    /// time.
    #[must_use]
    pub fn spec(&self) -> ClockSpec {
        let set = self.read();
        match set.spec {
            ClockSpec::Running { rate, .. } => ClockSpec::Running { start: set.now(), rate },
            spec => spec,
        }
    }

    /// The rate: seconds of the world per second of the machine. For a fixed clock, 1.0, because no
    /// other value is better.
    #[must_use]
    pub fn rate(&self) -> f64 {
        match self.read().spec {
            ClockSpec::Running { rate, .. } => rate,
            ClockSpec::Real | ClockSpec::Fixed(_) => 1.0,
        }
    }

    /// Sets the clock.
    pub fn set(&self, spec: ClockSpec) {
        *self.lock() = Set { spec, at: Instant::now() };
    }

    /// Moves the clock forward in one step, and returns the new time. A real clock then runs on
    /// from there at the machine's rate.
    ///
    /// # Errors
    /// When the new time would be past the year 9999. The clock stays as it is.
    pub fn advance(&self, by: TimeDelta) -> Result<DateTime<Utc>, PastTheEnd> {
        let mut set = self.lock();
        let then = set.now().checked_add_signed(by).filter(|then| *then <= Self::last()).ok_or(PastTheEnd)?;
        let spec = match set.spec {
            ClockSpec::Real => ClockSpec::Running { start: then, rate: 1.0 },
            ClockSpec::Fixed(_) => ClockSpec::Fixed(then),
            ClockSpec::Running { rate, .. } => ClockSpec::Running { start: then, rate },
        };
        *set = Set { spec, at: Instant::now() };
        Ok(then)
    }

    /// The latest time of a clock, 9999-12-31T23:59:59Z. Later years have five digits, which no
    /// vendor's format has room for.
    #[must_use]
    pub fn last() -> DateTime<Utc> {
        DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The time of a running clock, after `passed` on the machine's clock.
    #[must_use]
    pub fn running(start: DateTime<Utc>, rate: f64, passed: Duration) -> DateTime<Utc> {
        let passed = Duration::try_from_secs_f64(passed.as_secs_f64() * rate);
        let passed = passed.ok().and_then(|passed| TimeDelta::from_std(passed).ok());
        let then = passed.and_then(|passed| start.checked_add_signed(passed));
        then.map_or_else(Self::last, |then| then.min(Self::last()))
    }

    /// The machine's time, whatever the world's time is. Clients sign their requests with it.
    #[must_use]
    pub fn machine() -> DateTime<Utc> {
        times::machine()
    }

    fn read(&self) -> Set {
        *self.lock()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Set> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error for advancing a clock past the year 9999.
#[derive(Debug, PartialEq, Eq)]
pub struct PastTheEnd;

impl Set {
    fn now(&self) -> DateTime<Utc> {
        match self.spec {
            ClockSpec::Real => Clock::machine(),
            ClockSpec::Fixed(at) => at,
            ClockSpec::Running { start, rate } => Clock::running(start, rate, self.at.elapsed()),
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
        let clock = Clock::new(ClockSpec::Fixed(Clock::last()));
        assert_eq!(clock.advance(TimeDelta::milliseconds(1001)), Err(PastTheEnd));
        assert_eq!(clock.now(), Clock::last());
        clock.set(ClockSpec::Running { start: Clock::last(), rate: 1e6 });
        assert!(clock.now() <= Clock::last());
    }
}
