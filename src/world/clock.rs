//! A world's clock: the only place that asks the machine for the time.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

use crate::scenario::ClockSpec;

/// A clock as its scenario says: real, fixed, or running at a rate.
#[derive(Debug)]
pub struct Clock {
    spec: ClockSpec,
    started: Instant,
}

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn new(spec: ClockSpec) -> Self {
        Self { spec, started: Instant::now() }
    }

    /// The world's time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self.spec {
            ClockSpec::Real => Self::machine(),
            ClockSpec::Fixed(at) => at,
            ClockSpec::Running { start, rate } => {
                let passed = self.started.elapsed().mul_f64(rate);
                start + TimeDelta::from_std(passed).unwrap_or(TimeDelta::MAX)
            }
        }
    }

    /// The machine's time, whatever the world's is: what clients sign their requests with.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else must ask")]
    pub fn machine() -> DateTime<Utc> {
        Utc::now()
    }
}
