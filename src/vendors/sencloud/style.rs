//! The format of times and arrays in answers, which the world's readings choose.

use chrono::{DateTime, FixedOffset, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::readings::{EmptyArrays, StatusOfUnknown, Times};
use crate::vendor::{Buffer, Put, Rows, Text, Written, put_all};
use crate::world::World;

/// Vietnam's time zone, which has no daylight saving time.
pub const VIETNAM: FixedOffset = FixedOffset::east_opt(7 * 3600).expect("seven hours is an offset");

/// Formatting of the logs in one answer.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    times: Times,
    empty_arrays: EmptyArrays,
    /// The `call_status` of a call whose state is unknown.
    pub status_of_unknown: StatusOfUnknown,
}

impl Style {
    /// The formatting that the world's readings choose.
    pub fn of(world: &World) -> Self {
        Self { times: world.reading(), empty_arrays: world.reading(), status_of_unknown: world.reading() }
    }

    /// A time in the live service's form or the form of the page's samples (A29). `None` is the
    /// zero time.
    pub fn time(self, at: Option<DateTime<Utc>>) -> Text<'static> {
        let Some(at) = at else { return Text::Lies("0001-01-01T00:00:00Z") };
        let written = match self.times {
            Times::OffsetMicros => Written::Micros(VIETNAM),
            Times::ZuluMillis => Written::UtcMillis,
        };
        Text::Time(at, written)
    }

    /// An array that is null when empty, if the reading says so.
    pub fn list<'a, T>(self, items: Vec<T>) -> List<'a, T> {
        let is_null = items.is_empty() && self.empty_arrays == EmptyArrays::Null;
        List { items: Items::Made(items), is_null }
    }

    /// An array like that of `list`, with one item at most.
    pub fn one<'a, T>(self, item: Option<T>) -> List<'a, T> {
        let is_null = item.is_none() && self.empty_arrays == EmptyArrays::Null;
        List { items: Items::One(item), is_null }
    }

    /// An array like that of `list`, with items that are made when they are written.
    pub fn rows<'a, T>(self, is_empty: bool, items: impl Iterator<Item = T> + 'a) -> List<'a, T> {
        let is_null = is_empty && self.empty_arrays == EmptyArrays::Null;
        List { items: Items::Rows(Rows::of(items)), is_null }
    }
}

/// An array, which is null when empty under one reading (A23).
#[derive(Debug)]
pub struct List<'a, T> {
    items: Items<'a, T>,
    is_null: bool,
}

#[derive(Debug)]
enum Items<'a, T> {
    Made(Vec<T>),
    One(Option<T>),
    Rows(Rows<'a, T>),
}

impl<T: Serialize> Serialize for List<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.items {
            _ if self.is_null => serializer.serialize_none(),
            Items::Made(items) => items.serialize(serializer),
            Items::One(item) => serializer.collect_seq(item),
            Items::Rows(rows) => rows.serialize(serializer),
        }
    }
}

impl<T: Put> Put for List<'_, T> {
    fn put(&self, out: &mut Buffer) {
        match &self.items {
            _ if self.is_null => out.append(b"null"),
            Items::Made(items) => items.put(out),
            Items::One(item) => put_all(item.iter(), out),
            Items::Rows(rows) => rows.put(out),
        }
    }
}

impl<T: JsonSchema> JsonSchema for List<'_, T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("ListOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Null where it is empty under reading `sencloud.empty_arrays: null`.",
            "type": ["array", "null"],
            "items": generator.subschema_for::<T>(),
        })
    }
}
