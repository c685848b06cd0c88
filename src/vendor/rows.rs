//! The rows of an answer, each made when it is written.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use super::buffer::Buffer;
use super::row::{Put, put_all};

/// The rows of an answer. Each is made when it is written, so that no more than one is in memory.
/// They are written once.
pub struct Rows<'a, T>(Cell<Option<Box<dyn Iterator<Item = T> + 'a>>>);

impl<'a, T> Rows<'a, T> {
    /// These rows.
    pub fn of(rows: impl Iterator<Item = T> + 'a) -> Self {
        Self(Cell::new(Some(Box::new(rows))))
    }
}

impl<T> fmt::Debug for Rows<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rows")
    }
}

impl<T: Serialize> Serialize for Rows<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.0.take().ok_or_else(|| S::Error::custom("the rows were written already"))?;
        serializer.collect_seq(rows)
    }
}

/// Appends nothing between the brackets if the rows were written already.
impl<T: Put> Put for Rows<'_, T> {
    fn put(&self, out: &mut Buffer) {
        put_all(self.0.take().into_iter().flatten(), out);
    }
}

impl<T: JsonSchema> JsonSchema for Rows<'_, T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<T>::json_schema(generator)
    }
}
