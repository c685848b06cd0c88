//! The clock setting of a world.

use chrono::{DateTime, Datelike, Utc};

/// The clock setting of a world.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClockSpec {
    /// The machine's time.
    Real,
    /// A time that stands still.
    Fixed(DateTime<Utc>),
    /// A time that runs at a rate of its own. It starts when the world does.
    Running {
        /// The time at the start.
        start: DateTime<Utc>,
        /// Seconds of the world per second of the machine, over 0.
        rate: f64,
    },
}

impl ClockSpec {
    /// The setting, if it is valid. The rate must be 0.001 to 1000000, and the year must have four
    /// digits, because no vendor's format has room for more.
    ///
    /// # Errors
    /// A message with the expected value.
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
