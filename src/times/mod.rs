//! Points and lengths of time as a scenario writes them. A point in time is absolute, or relative
//! to the moment at which the world's clock starts.
//!
//! - `time`: `2018-09-01T13:01:23+09:00`, `-2h`, `yesterday 10:30`.
//! - `period`: the first or the last day of a period, or its exact end.
//! - `origin`: the moment and the zone from which relative times are counted.
//! - `length`: a length of time: `8s`, `5m`, `PT5M`.
//! - `zone`: a time zone: an offset from UTC, or the name of a place.
//! - `place`: a place of the IANA database, and its offsets from UTC.

use chrono::{DateTime, Utc};

mod length;
mod origin;
mod period;
mod place;
mod time;
mod zone;

pub use length::{Millis, NotADuration, length, words};
pub use origin::Origin;
pub use period::Edge;
pub use time::{EXPECTED, NotInRange, Time};
pub use zone::{NoSuchZone, Zone, offset};

/// The machine's time. Everything that can be seen in an answer follows a world's clock instead.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else must ask")]
pub fn machine() -> DateTime<Utc> {
    Utc::now()
}
