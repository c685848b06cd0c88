//! How much a vendor's answers tell of a member of a call.

use chrono::{DateTime, Utc};

/// How much a vendor tells of a member of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// Its value.
    Exactly,
    /// A time to a precision: the first of these, or another where a reading or the kind of call
    /// has it so.
    To(&'static [Precision]),
    /// A time that follows from others, give or take two of this unit.
    About(Precision),
    /// A word that stands for several.
    As(&'static str),
    /// Somebody or something by the vendor's own id.
    ByItsOwnId,
    /// A value of the vendor's own that no neutral member has.
    Own,
    /// Nothing.
    Nothing,
}

/// How fine a vendor's times are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Whole seconds.
    Seconds,
    /// Whole milliseconds.
    Millis,
    /// Whole microseconds.
    Micros,
}

impl Precision {
    /// A time as fine as this, the rest cut off.
    #[must_use]
    pub fn cut(self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Precision::Seconds => DateTime::from_timestamp(at.timestamp(), 0),
            Precision::Millis => DateTime::from_timestamp_millis(at.timestamp_millis()),
            Precision::Micros => DateTime::from_timestamp_micros(at.timestamp_micros()),
        }
        .unwrap_or(at)
    }

    /// The unit, in milliseconds.
    #[must_use]
    pub fn millis(self) -> i64 {
        match self {
            Precision::Seconds => 1000,
            Precision::Millis | Precision::Micros => 1,
        }
    }
}

impl Tells {
    /// How much this is beside another: the oracle takes the most that any operation tells.
    pub(super) fn rank(self) -> u8 {
        match self {
            Tells::Exactly => 5,
            Tells::To(_) => 4,
            Tells::About(_) => 3,
            Tells::As(_) => 2,
            Tells::ByItsOwnId | Tells::Own => 1,
            Tells::Nothing => 0,
        }
    }
}
