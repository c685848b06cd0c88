//! A time zone, and the conversion of local times to points in time.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::place::Place;
use crate::nearest::did_you_mean;

/// A time zone: an offset from UTC, or the name of a place in the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// The same offset all the year.
    Offset(FixedOffset),
    /// A place, such as `Europe/Berlin`. Its offset follows the law of the place.
    Place(&'static Place),
}

/// The error for a text that is not a zone. The value is a suggestion, or empty.
#[derive(Debug, PartialEq, Eq)]
pub struct NoSuchZone(pub String);

impl Default for Zone {
    fn default() -> Self {
        Self::Place(Place::named("UTC").expect("the database has UTC"))
    }
}

impl FromStr for Zone {
    type Err = NoSuchZone;

    /// Reads `Asia/Tokyo`, `UTC` or `+09:00`.
    fn from_str(text: &str) -> Result<Self, NoSuchZone> {
        if let Some(offset) = offset(text) {
            return Ok(Self::Offset(offset));
        }
        Place::named(text).map(Self::Place).ok_or_else(|| {
            let city = |name: &'static str| name.rsplit('/').next().unwrap_or(name);
            let places = Place::names();
            // People write the city alone.
            let same = places.clone().find(|name| city(name).eq_ignore_ascii_case(text));
            let whole = places.clone().find(|name| name.eq_ignore_ascii_case(text));
            NoSuchZone(match whole.or(same) {
                Some(name) => format!("; did you mean `{name}`?"),
                None => did_you_mean(text, places),
            })
        })
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offset(offset) => offset.fmt(f),
            Self::Place(place) => f.write_str(place.name()),
        }
    }
}

/// Reads an offset from UTC: `+09:00`.
#[must_use]
pub fn offset(text: &str) -> Option<FixedOffset> {
    let shape = text.len() == 6 && text.starts_with(['+', '-']) && text.as_bytes()[3] == b':';
    shape.then(|| text.parse().ok()).flatten()
}

impl Zone {
    /// The local time at a moment.
    #[must_use]
    pub fn local(&self, moment: DateTime<Utc>) -> NaiveDateTime {
        let utc = moment.naive_utc();
        let offset = TimeDelta::seconds(self.offset_at(moment).0.into());
        // Only the first and the last day of the range of times have no local time everywhere.
        utc.checked_add_signed(offset).unwrap_or(utc)
    }

    /// The local day at a moment.
    #[must_use]
    pub fn day(&self, moment: DateTime<Utc>) -> NaiveDate {
        self.local(moment).date()
    }

    /// The moment of a local time. A time that a change to summer time leaves out is counted from
    /// before the change: 02:30 becomes 03:30. Of a time that comes twice, the first is meant.
    /// `None` if the moment lies outside the range of times.
    #[must_use]
    pub fn moment(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let utc = match self {
            Self::Offset(offset) => local.checked_sub_offset(*offset)?,
            Self::Place(place) => {
                let seconds = local.and_utc().timestamp();
                // No offset is more than a day. So these hold before, at and after the local time.
                let near = [-DAY_AND_A_HALF, 0, DAY_AND_A_HALF].map(|away| place.offset_at(seconds + away).0);
                let holds = |offset: &i32| place.offset_at(seconds - i64::from(*offset)).0 == *offset;
                // The greatest offset gives the first moment.
                let offset = near.into_iter().filter(holds).max().unwrap_or(near[0]);
                local.checked_sub_signed(TimeDelta::seconds(offset.into()))?
            }
        };
        Some(utc.and_utc())
    }

    /// The moment of a local time, with the offset from UTC that holds then.
    #[must_use]
    pub fn with_offset(&self, local: NaiveDateTime) -> Option<DateTime<FixedOffset>> {
        let moment = self.moment(local)?;
        Some(moment.with_timezone(&FixedOffset::east_opt(self.offset_at(moment).0)?))
    }

    /// The offset from UTC, in seconds, and whether summer time holds.
    #[must_use]
    pub fn offset_at(&self, moment: DateTime<Utc>) -> (i32, bool) {
        match self {
            Self::Offset(offset) => (offset.local_minus_utc(), false),
            Self::Place(place) => place.offset_at(moment.timestamp()),
        }
    }
}

/// In seconds.
const DAY_AND_A_HALF: i64 = 36 * 3_600;

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(zone: &str, local: &str) -> String {
        let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").expect("a local time");
        let zone: Zone = zone.parse().expect("a zone");
        zone.moment(local).expect("a moment").to_rfc3339()
    }

    #[test]
    fn a_local_time_that_is_left_out_moves_on_and_one_that_comes_twice_is_the_first() {
        assert_eq!(moment("Europe/Berlin", "2026-03-29 02:30"), "2026-03-29T01:30:00+00:00");
        assert_eq!(moment("Europe/Berlin", "2026-10-25 02:30"), "2026-10-25T00:30:00+00:00");
        assert_eq!(moment("America/New_York", "2026-03-08 02:30"), "2026-03-08T07:30:00+00:00");
        // Lord Howe Island changes by half an hour, and Samoa once left out a day.
        assert_eq!(moment("Australia/Lord_Howe", "2026-10-04 02:15"), "2026-10-03T15:45:00+00:00");
        assert_eq!(moment("Pacific/Apia", "2011-12-30 12:00"), "2011-12-30T22:00:00+00:00");
        assert_eq!(moment("+09:00", "2026-01-01 00:00"), "2025-12-31T15:00:00+00:00");
    }

    #[test]
    fn an_unknown_zone_gets_the_nearest() {
        let near = |text: &str| text.parse::<Zone>().expect_err(text).0;
        assert_eq!(near("Tokyo"), "; did you mean `Asia/Tokyo`?");
        assert_eq!(near("europe/berlin"), "; did you mean `Europe/Berlin`?");
        assert_eq!(near("Europe/Berlim"), "; did you mean `Europe/Berlin`?");
        assert_eq!(near("+9"), "");
    }
}
