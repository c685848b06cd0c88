//! A point in time of a scenario.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveTime, TimeDelta, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::length::length;
use super::origin::Origin;
use super::zone::{Zone, offset};

/// The valid texts, for messages.
pub const EXPECTED: &str =
    "a time such as `2018-09-01T13:01:23+09:00`, `-2h`, `yesterday 10:30` or `today-7d 09:00 +09:00`";

/// A point in time of a scenario.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Time {
    /// A known point in time.
    At(DateTime<Utc>),
    /// A point in time that is counted from an [`Origin`].
    From(Relative),
}

/// A point in time, relative to an [`Origin`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Relative {
    /// A length of time after the origin; negative before it.
    Length(TimeDelta),
    /// A time of a day.
    Day(Day),
}

/// A time of a day, which is counted in days from the origin's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day {
    /// The number of days after the origin's day; negative before it.
    pub days: i64,
    /// The local time. `None` is the beginning of the day.
    pub time: Option<NaiveTime>,
    /// The offset of the day and the time. `None` is the origin's zone.
    pub offset: Option<FixedOffset>,
}

/// The error for a point in time outside the years 0 to 9999, for which no vendor's format has
/// room.
#[derive(Debug, PartialEq, Eq)]
pub struct NotInRange;

impl fmt::Display for NotInRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time lies outside the years 0 to 9999")
    }
}

impl Time {
    /// Reads a text. `None` if it has none of the forms in [`EXPECTED`].
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if let Some(at) = absolute(text) {
            return Some(Self::At(at.to_utc()));
        }
        if text == "now" {
            return Some(Self::From(Relative::Length(TimeDelta::zero())));
        }
        if let Some((sign, text)) = sign(text) {
            let by = length(text).ok()?;
            return Some(Self::From(Relative::Length(by * sign)));
        }
        Day::read(text).map(|day| Self::From(Relative::Day(day)))
    }

    /// Makes a relative time a known one.
    ///
    /// # Errors
    /// When the time lies outside the years 0 to 9999.
    pub fn settle(&mut self, origin: &Origin) -> Result<(), NotInRange> {
        *self = Self::At(self.of(origin)?);
        Ok(())
    }

    /// The point in time.
    ///
    /// # Errors
    /// When the time lies outside the years 0 to 9999.
    pub fn of(self, origin: &Origin) -> Result<DateTime<Utc>, NotInRange> {
        let at = match self {
            Self::At(at) => return Ok(at),
            Self::From(Relative::Length(length)) => origin.moment.checked_add_signed(length),
            Self::From(Relative::Day(day)) => day.moment(origin),
        };
        origin.note();
        at.filter(|at| (0..=9999).contains(&at.year())).ok_or(NotInRange)
    }

    /// The point in time, if it is known.
    #[must_use]
    pub fn known(self) -> Option<DateTime<Utc>> {
        match self {
            Self::At(at) => Some(at),
            Self::From(_) => None,
        }
    }
}

impl Day {
    /// Reads `today`, `yesterday` or `tomorrow`, with days, a time and an offset as in
    /// `today-7d 09:00 +09:00`.
    pub fn read(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let word = words.next()?;
        let (named, first) = ["today", "yesterday", "tomorrow"]
            .into_iter()
            .zip([0, -1, 1])
            .find(|(name, _)| word.starts_with(name))?;
        let days = match &word[named.len()..] {
            "" => first,
            rest => {
                let (sign, days) = sign(rest)?;
                let days = days.strip_suffix('d').filter(|n| n.bytes().all(|b| b.is_ascii_digit()))?;
                first + i64::from(days.parse::<u32>().ok()?) * i64::from(sign)
            }
        };
        let mut rest = words.next();
        let time = rest.and_then(clock_time);
        if time.is_some() {
            rest = words.next();
        }
        let offset = rest.and_then(offset);
        if offset.is_some() {
            rest = words.next();
        }
        rest.is_none().then_some(Self { days, time, offset })
    }

    /// The zone of the day.
    pub fn zone(&self, origin: &Origin) -> Zone {
        self.offset.map_or(origin.zone, Zone::Offset)
    }

    fn moment(self, origin: &Origin) -> Option<DateTime<Utc>> {
        let zone = self.zone(origin);
        let today = zone.day(origin.moment);
        let days = Days::new(self.days.unsigned_abs());
        let day = if self.days < 0 { today.checked_sub_days(days) } else { today.checked_add_days(days) };
        zone.moment(day?.and_time(self.time.unwrap_or(NaiveTime::MIN)))
    }
}

/// Reads an RFC 3339 time, which may have spaces as in YAML's own timestamps:
/// `2018-09-01 13:01:23.5 +09:00`.
pub fn absolute(text: &str) -> Option<DateTime<FixedOffset>> {
    let offset_apart = text.rsplit_once(' ').filter(|(_, offset)| offset.starts_with(['+', '-', 'Z']));
    let joined = offset_apart.map(|(time, offset)| format!("{}{offset}", time.trim_end()));
    DateTime::parse_from_rfc3339(joined.as_deref().unwrap_or(text)).ok()
}

/// Reads `09:00` or `09:00:30`.
fn clock_time(text: &str) -> Option<NaiveTime> {
    let shape = matches!(text.len(), 5 | 8) && text.bytes().all(|b| b.is_ascii_digit() || b == b':');
    let format = if text.len() == 5 { "%H:%M" } else { "%H:%M:%S" };
    // A leap second would be read as 23:59:59 and a second.
    shape.then(|| NaiveTime::parse_from_str(text, format).ok()).flatten().filter(|_| !text.ends_with(":60"))
}

fn sign(text: &str) -> Option<(i32, &str)> {
    match text.strip_prefix('-') {
        Some(rest) => Some((-1, rest)),
        None => text.strip_prefix('+').map(|rest| (1, rest)),
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Time, E> {
                Time::read(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl Serialize for Time {
    /// Writes a known time in RFC 3339. A relative one is not part of any answer or snapshot.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.known().serialize(serializer)
    }
}

/// The pattern of relative times, for editors.
const RELATIVE: &str = "^(now|[+-]([0-9.]+(d|h|m|s|ms))+|[+-]P[0-9.DTHMS]+|(today|yesterday|tomorrow)([+-][0-9]+d)?( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?( [+-][0-9]{2}:[0-9]{2})?)$";

impl JsonSchema for Time {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "anyOf": [{ "format": "date-time" }, { "pattern": RELATIVE }],
            "examples": ["2018-09-01T13:01:23+09:00", "-2h", "yesterday 10:30", "today-7d 09:00 +09:00"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, moment: &str, zone: &str) -> String {
        let moment = DateTime::parse_from_rfc3339(moment).expect("a moment").to_utc();
        let origin = Origin::new(moment, zone.parse().expect("a zone"));
        Time::read(text).expect(text).of(&origin).expect(text).to_rfc3339()
    }

    #[test]
    fn relative_times_are_counted_from_the_moment_in_the_zone() {
        let noon = "2026-11-26T12:00:00Z";
        for (text, zone, expected) in [
            ("-2h", "UTC", "2026-11-26T10:00:00+00:00"),
            ("+1d12h", "UTC", "2026-11-28T00:00:00+00:00"),
            ("now", "UTC", "2026-11-26T12:00:00+00:00"),
            ("today", "UTC", "2026-11-26T00:00:00+00:00"),
            ("today", "Asia/Tokyo", "2026-11-25T15:00:00+00:00"),
            ("yesterday 10:30", "UTC", "2026-11-25T10:30:00+00:00"),
            ("tomorrow 10:30:15", "UTC", "2026-11-27T10:30:15+00:00"),
            ("today-7d 09:00 +09:00", "UTC", "2026-11-19T00:00:00+00:00"),
            ("yesterday+2d +09:00", "UTC", "2026-11-26T15:00:00+00:00"),
            ("2018-09-01 13:01:23 +09:00", "UTC", "2018-09-01T04:01:23+00:00"),
        ] {
            assert_eq!(at(text, noon, zone), expected, "{text}");
        }
        // At 23:30 UTC, Tokyo's day is the next one.
        assert_eq!(at("today 08:00", "2026-11-26T23:30:00Z", "Asia/Tokyo"), "2026-11-26T23:00:00+00:00");
        // 29 February has a yesterday, and a year later a day of its own.
        assert_eq!(at("yesterday", "2028-02-29T00:00:30Z", "UTC"), "2028-02-28T00:00:00+00:00");
        assert_eq!(at("tomorrow", "2028-02-28T23:59:30Z", "UTC"), "2028-02-29T00:00:00+00:00");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "2h",
            "-2",
            "- 2h",
            "today -7d",
            "today-7",
            "today-d",
            "today-7h",
            "todays",
            "yesterday 9:00",
            "today 24:00",
            "today 10:60",
            "today 23:59:60",
            "today 10:30 JST",
            "today 10:30 +9",
            "Today",
            "2018-09-01T13:01:23",
            "today 10:30 +09:00 x",
            "10:30",
            "-2x",
        ] {
            assert_eq!(Time::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_beyond_the_calendar_is_an_error() {
        let origin = Origin::new(DateTime::UNIX_EPOCH, Zone::default());
        for text in ["today+4294967295d", "today-900000d", "-90000000d"] {
            assert_eq!(Time::read(text).expect(text).of(&origin), Err(NotInRange), "{text}");
        }
    }
}
