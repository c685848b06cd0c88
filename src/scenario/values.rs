//! Single values of a scenario file: how their texts are read, and their places.

use std::cmp::Ordering;
use std::fmt;

use chrono::FixedOffset;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use super::clock::ClockSpec;
use crate::times::{self, Millis, NotInRange, Origin, Time, Zone};
use crate::universe::{CallOutcome, Hours, Name, Week};
use crate::yaml;

/// A value with its place in the file.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(transparent)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its place.
    #[serde(skip)]
    pub place: Position,
}

/// A line and a column, from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The column, in characters.
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

/// Declares a type that a scenario writes as one text.
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

text! {
    /// A duration.
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
    /// The hours of a day.
    HoursOfDay(Hours), "hours such as `10:00-18:00`, or `22:00-06:00` over midnight",
    { "type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$", "examples": ["10:00-18:00"] },
    |text| {
        let minute = |text: &str| {
            let (hours, minutes) = text.split_once(':').filter(|_| text.len() == 5)?;
            let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b':');
            let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
            let minute = hours * 60 + minutes;
            (digits && minutes < 60 && minute <= 1440).then_some(minute)
        };
        let (from, to) = text.split_once('-')?;
        let (from, to) = (minute(from)?, minute(to)?);
        (from != to && from < 1440).then_some(Hours { from, to })
    }
}

text! {
    /// A day of the week, or a range of days.
    WeekdayRange(Week), "a day such as `mon`, or days such as `mon-fri`",
    { "type": "string", "pattern": "^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$", "examples": ["mon-fri", "sat"] },
    |text| {
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let day = |name: &str| DAYS.iter().position(|day| *day == name);
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last) = (day(first)?, day(last)?);
        let within = |day: usize| {
            if first <= last { (first..=last).contains(&day) } else { day >= first || day <= last }
        };
        Some(Week(std::array::from_fn(within)))
    }
}

/// One entry, or a list of entries.
#[derive(Debug, Clone)]
pub struct OneOrMore<T>(pub Vec<T>);

impl<T> Default for OneOrMore<T> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMore<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        yaml::read_one_or_more(deserializer).map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMore<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("OneOrMore{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}

text! {
    /// An offset from UTC.
    Offset(FixedOffset), "an offset from UTC such as `+09:00`",
    { "type": "string", "pattern": "^[+-][0-9]{2}:[0-9]{2}$", "examples": ["+09:00"] },
    times::offset
}

/// A time zone: the name of a place, or an offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ZoneName(pub Zone);

impl<'de> Deserialize<'de> for ZoneName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(ZoneName).map_err(|times::NoSuchZone(near)| {
            let expected = "expected a name such as `Asia/Tokyo`, or an offset from UTC such as `+09:00`";
            D::Error::custom(format!("there is no time zone `{text}`{near}; {expected}"))
        })
    }
}

impl JsonSchema for ZoneName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Zone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["Asia/Tokyo", "Europe/Berlin", "UTC", "+09:00"] })
    }
}

/// The clock of a world: `real`, a fixed time, or `{start: …, rate: …}`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Clock {
    /// The machine's time.
    Real,
    /// A time that stands still.
    Fixed(Time),
    /// A time that runs at a rate of its own.
    Running {
        /// The world's time at its start.
        start: Time,
        /// Seconds of the world per second of the machine, over 0.
        rate: f64,
    },
}

impl Clock {
    /// The clock with a known start.
    ///
    /// # Errors
    /// When the start lies outside the years 0 to 9999.
    pub fn spec(self, origin: &Origin) -> Result<ClockSpec, NotInRange> {
        Ok(match self {
            Self::Real => ClockSpec::Real,
            Self::Fixed(time) => ClockSpec::Fixed(time.of(origin)?),
            Self::Running { start, rate } => ClockSpec::Running { start: start.of(origin)?, rate },
        })
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RunningClock {
    /// The world's time at its start.
    start: Time,
    /// Seconds of the world per second of the machine, over 0.
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
                write!(f, "`real`, {}, or `{{start: TIME, rate: 60}}`", times::EXPECTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Clock, E> {
                if text == "real" {
                    return Ok(Clock::Real);
                }
                let fixed = Time::read(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))?;
                Ok(Clock::Fixed(fixed))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Clock, A::Error> {
                let RunningClock { start, rate } =
                    RunningClock::deserialize(MapAccessDeserializer::new(map))?;
                if !(0.001..=1_000_000.0).contains(&rate) {
                    return Err(A::Error::invalid_value(
                        Unexpected::Float(rate),
                        &"a rate of 0.001 to 1000000",
                    ));
                }
                Ok(Clock::Running { start, rate })
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
            { "const": "real" }, generator.subschema_for::<Time>(), generator.subschema_for::<RunningClock>(),
        ] })
    }
}

/// A person's name: one text, or `{given, family, display?}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonName {
    /// The whole name.
    Whole(String),
    /// The parts, and the displayed name if it is given.
    Parts { given: String, family: String, display: Option<String> },
}

impl PersonName {
    /// The name in an order, if one is given.
    pub fn ordered(self, order: Option<NameOrder>) -> Name {
        match self {
            Self::Whole(display) => Name::whole(&display),
            Self::Parts { given, family, display } => {
                let name = Name::of(&given, &family, order == Some(NameOrder::FamilyFirst));
                match (display, order) {
                    (Some(display), _) => Name { display: display.into(), ..name },
                    (None, Some(NameOrder::GivenFirst)) => {
                        Name { display: format!("{given} {family}").trim().into(), ..name }
                    }
                    (None, _) => name,
                }
            }
        }
    }
}

/// The order of the parts of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameOrder {
    /// The family name, then the given name.
    FamilyFirst,
    /// The given name, then the family name.
    GivenFirst,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SplitName {
    /// The given name.
    given: String,
    /// The family name.
    family: String,
    /// The displayed name. If left out, both names in the order of their script.
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
                Ok(PersonName::Whole(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PersonName, A::Error> {
                let SplitName { given, family, display } =
                    SplitName::deserialize(MapAccessDeserializer::new(map))?;
                Ok(PersonName::Parts { given, family, display })
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

/// The outcome of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutcomeName(pub CallOutcome);

impl<'de> Deserialize<'de> for OutcomeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word;
        impl Visitor<'_> for Word {
            type Value = OutcomeName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an outcome such as `answered`")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<OutcomeName, E> {
                if word.starts_with("transfer") {
                    return Err(E::custom(
                        "a transfer is two calls: write `answered`, and a second call whose `parent` is this one",
                    ));
                }
                CallOutcome::deserialize(word.into_deserializer()).map(OutcomeName)
            }
        }
        deserializer.deserialize_str(Word)
    }
}

impl JsonSchema for OutcomeName {
    fn inline_schema() -> bool {
        CallOutcome::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        CallOutcome::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        CallOutcome::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        CallOutcome::json_schema(generator)
    }
}

/// The name of a reading's option. One option is called `null`, which YAML reads as null unless it
/// is quoted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "Option<String>", inline)]
pub struct OptionName(pub String);

impl<'de> Deserialize<'de> for OptionName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<String>::deserialize(deserializer)
            .map(|name| Self(name.unwrap_or_else(|| "null".to_owned())))
    }
}
