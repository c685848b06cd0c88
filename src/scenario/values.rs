//! Single values of a scenario file: how their texts are read, and where they stood.

use std::cmp::Ordering;
use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use super::clock::ClockSpec;
use crate::universe::{Millis, Name};
use crate::yaml;

/// A value with its place in the file.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(transparent)]
pub struct At<T> {
    pub value: T,
    #[serde(skip)]
    pub place: Position,
}

/// Line and column, from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    pub line: u64,
    pub column: u64,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (value, line, column) = yaml::read_at(deserializer)?;
        Ok(Self { value, place: Position { line, column } })
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: PartialEq> PartialEq for At<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<T: Eq> Eq for At<T> {}
impl<T: PartialOrd> PartialOrd for At<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}
impl<T: Ord> Ord for At<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

/// A type that a scenario writes as one text.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident($inner:ty), $expected:expr, $schema:tt, $parse:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name(pub $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: Error>(self, text: &str) -> Result<$name, E> {
                        let parse: fn(&str) -> Option<$inner> = $parse;
                        parse(text).map($name).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

/// An RFC 3339 time, also with the blanks that YAML's own timestamps have: `2018-09-01 13:01:23.5
/// +09:00`.
fn moment(text: &str) -> Option<DateTime<FixedOffset>> {
    let offset_apart = text.rsplit_once(' ').filter(|(_, offset)| offset.starts_with(['+', '-', 'Z']));
    let joined = offset_apart.map(|(time, offset)| format!("{}{offset}", time.trim_end()));
    DateTime::parse_from_rfc3339(joined.as_deref().unwrap_or(text)).ok()
}

const MOMENT: &str = "an RFC 3339 time with its offset, such as `2018-09-01T13:01:23+09:00`";

text! {
    /// A moment.
    Moment(DateTime<Utc>), MOMENT, { "type": "string", "format": "date-time" },
    |text| moment(text).map(|moment| moment.to_utc())
}

text! {
    /// A length of time.
    Length(Millis), Millis::EXPECTED,
    { "type": "string", "pattern": "^(([0-9.]+(d|h|m|s|ms))+|P([0-9.]+D)?(T([0-9.]+[HMS])+)?)$", "examples": ["250ms", "8s", "5m", "PT5M"] },
    |text| text.parse().ok()
}

impl Serialize for Length {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

text! {
    /// An offset from UTC.
    Offset(FixedOffset), "an offset from UTC such as `+09:00`",
    { "type": "string", "pattern": "^[+-][0-9]{2}:[0-9]{2}$", "examples": ["+09:00"] },
    |text| {
        let shape = text.len() == 6 && text.starts_with(['+', '-']) && text.as_bytes()[3] == b':';
        shape.then(|| text.parse().ok()).flatten()
    }
}

text! {
    /// A day, or a moment.
    DayOrMoment(Boundary), "a day such as `2018-09-30`, or an RFC 3339 time with its offset",
    { "type": "string", "anyOf": [{ "format": "date" }, { "format": "date-time" }] },
    |text| match text.len() {
        10 => text.parse().ok().map(Boundary::Day),
        _ => moment(text).map(Boundary::Moment),
    }
}

/// The beginning or the end of a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Boundary {
    Day(NaiveDate),
    Moment(DateTime<FixedOffset>),
}

/// `real`, a fixed time, or `{start: …, rate: …}`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock(pub ClockSpec);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RunningClock {
    /// The world's time when it starts.
    start: Moment,
    /// Seconds of the world to a second of the machine; over 0.
    #[serde(default = "one")]
    #[schemars(range(min = 0.001, max = 1_000_000.0))]
    rate: f64,
}

fn one() -> f64 {
    1.0
}

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Clock;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "`real`, {MOMENT}, or `{{start: TIME, rate: 60}}`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Clock, E> {
                if text == "real" {
                    return Ok(Clock(ClockSpec::Real));
                }
                let fixed = moment(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))?;
                Ok(Clock(ClockSpec::Fixed(fixed.to_utc())))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Clock, A::Error> {
                let clock = RunningClock::deserialize(MapAccessDeserializer::new(map))?;
                let rate = clock.rate;
                if !(0.001..=1_000_000.0).contains(&rate) {
                    return Err(A::Error::invalid_value(
                        Unexpected::Float(rate),
                        &"a rate of 0.001 to 1000000",
                    ));
                }
                Ok(Clock(ClockSpec::Running { start: clock.start.0, rate }))
            }
        }
        deserializer.deserialize_str(Either)
    }
}

impl JsonSchema for Clock {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Clock".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "const": "real" }, generator.subschema_for::<Moment>(), generator.subschema_for::<RunningClock>(),
        ] })
    }
}

/// A person's name: one text, or `{given, family, display?}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName(pub Name);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SplitName {
    given: String,
    family: String,
    /// Given and family name, if left out.
    display: Option<String>,
}

impl<'de> Deserialize<'de> for PersonName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = PersonName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name, or `{given: …, family: …}`")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<PersonName, E> {
                Ok(PersonName(Name { display: name.into(), given: None, family: None }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PersonName, A::Error> {
                let name = SplitName::deserialize(MapAccessDeserializer::new(map))?;
                let display = name.display.unwrap_or_else(|| format!("{} {}", name.given, name.family));
                Ok(PersonName(Name {
                    display: display.into(),
                    given: Some(name.given.into()),
                    family: Some(name.family.into()),
                }))
            }
        }
        deserializer.deserialize_str(Either)
    }
}

impl JsonSchema for PersonName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PersonName".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string" }, generator.subschema_for::<SplitName>()] })
    }
}

/// A reading's option. One of them is called `null`, which YAML takes for nothing unless it is
/// quoted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "Option<String>", inline)]
pub struct OptionName(pub String);

impl<'de> Deserialize<'de> for OptionName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<String>::deserialize(deserializer)
            .map(|name| Self(name.unwrap_or_else(|| "null".to_owned())))
    }
}
