//! How exactly a vendor's answers tell the fields of a call.

use chrono::{DateTime, Utc};

/// How exactly a vendor tells a field of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// The exact value.
    Exactly,
    /// A time, cut to the first of these precisions. A reading or the kind of call may choose
    /// another one of them.
    To(&'static [Precision]),
    /// A time that is derived from others, so that it may be wrong by up to two of this unit.
    About(Precision),
    /// A word that stands for several values.
    As(&'static str),
    /// A person or queue, by the vendor's own id.
    ByItsOwnId,
    /// A value of the vendor's own that no neutral member has.
    Own,
    /// Nothing.
    Nothing,
}

/// The precision of a vendor's times.
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
    /// The time, truncated to this precision.
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
    /// The rank among other values: the oracle takes the highest of all operations.
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
