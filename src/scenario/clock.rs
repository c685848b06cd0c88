//! How time passes in a world.

use chrono::{DateTime, Datelike, Utc};

/// How time passes in a world.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClockSpec {
    /// As on the machine.
    Real,
    /// It stands still.
    Fixed(DateTime<Utc>),
    /// It started at a moment when the world did, and runs at a rate.
    Running {
        /// The moment.
        start: DateTime<Utc>,
        /// Seconds of the world to a second of the machine; over 0.
        rate: f64,
    },
}

impl ClockSpec {
    /// The same, if it can be: rates of 0.001 to 1000000, and years of four digits, for no vendor's
    /// wire has room for more.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn checked(self) -> Result<Self, String> {
        let (at, rate) = match self {
            ClockSpec::Real => return Ok(self),
            ClockSpec::Fixed(at) => (at, 1.0),
            ClockSpec::Running { start, rate } => (start, rate),
        };
        if !(0.001..=1_000_000.0).contains(&rate) {
            return Err(format!("expected a rate of 0.001 to 1000000, found {rate}"));
        }
        if !(0..=9999).contains(&at.year()) {
            return Err(format!("expected a time of the years 0 to 9999, found {at}"));
        }
        Ok(self)
    }
}
