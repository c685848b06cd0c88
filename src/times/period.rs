//! The edges of a period: a whole day, or a point in time.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

use super::origin::Origin;
use super::time::{Day, NotInRange, Relative, Time};

/// The beginning or the end of a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Edge {
    /// A day of the calendar: the whole of it.
    Day(NaiveDate),
    /// A point in time. A relative day without a time of day is a whole day.
    Time(Time),
}

const EXPECTED: &str = "a day such as `2018-09-30` or `today-7d`, or a time such as `2018-09-01T13:01:23+09:00`, `-2h` or `yesterday 10:30`";

impl Edge {
    /// The first moment of the period that begins here.
    ///
    /// # Errors
    /// When the moment lies outside the years 0 to 9999.
    pub fn begin(self, origin: &Origin) -> Result<DateTime<Utc>, NotInRange> {
        match self {
            Self::Day(day) => origin.zone.moment(day.and_time(NaiveTime::MIN)).ok_or(NotInRange),
            Self::Time(time) => time.of(origin),
        }
    }

    /// The moment after the period that ends here. A day is a part of the period.
    ///
    /// # Errors
    /// When the moment lies outside the years 0 to 9999.
    pub fn end(self, origin: &Origin) -> Result<DateTime<Utc>, NotInRange> {
        match self {
            Self::Day(day) => {
                let next = day.checked_add_days(Days::new(1)).ok_or(NotInRange)?;
                Self::Day(next).begin(origin)
            }
            Self::Time(Time::From(Relative::Day(day @ Day { time: None, .. }))) => {
                Time::From(Relative::Day(Day { days: day.days + 1, ..day })).of(origin)
            }
            Self::Time(time) => time.of(origin),
        }
    }
}

impl<'de> Deserialize<'de> for Edge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Edge;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Edge, E> {
                let day = || (text.len() == 10).then(|| text.parse().ok()).flatten().map(Edge::Day);
                let edge = day().or_else(|| Time::read(text).map(Edge::Time));
                edge.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for Edge {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Edge".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let time = Time::json_schema(generator);
        let kinds = time.get("anyOf").and_then(|kinds| kinds.as_array()).cloned().unwrap_or_default();
        let any: Vec<_> = std::iter::once(serde_json::json!({ "format": "date" })).chain(kinds).collect();
        json_schema!({
            "type": "string",
            "anyOf": any,
            "examples": ["2018-09-30", "today-7d", "yesterday 10:30", "-2h"],
        })
    }
}
