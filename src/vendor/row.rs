//! Objects of an answer whose members are written straight into one buffer: the rows of a list, and
//! what is around them.
//!
//! `row!` declares such an object once. serde serializes it for XML and for callmock's own reports,
//! its schema goes into the `OpenAPI` document, and [`Put::put`] writes it: each member's name in
//! one piece with the punctuation around it, and each value as it is made.

use serde::{Serialize, Serializer};

use super::buffer::Buffer;
use super::json::quoted;

/// A value of an answer that is written straight into a buffer.
pub trait Put {
    /// Appends the value's JSON.
    fn put(&self, out: &mut Buffer);

    /// Appends a member with this value. The name is written as it is, and begins with a comma.
    #[inline]
    fn member(&self, name: &'static str, out: &mut Buffer) {
        out.append(name.as_bytes());
        self.put(out);
    }
}

/// `None` has no member.
impl<T: Put> Put for Option<T> {
    #[inline]
    fn put(&self, out: &mut Buffer) {
        match self {
            Some(value) => value.put(out),
            None => out.append(b"null"),
        }
    }

    #[inline]
    fn member(&self, name: &'static str, out: &mut Buffer) {
        if let Some(value) = self {
            value.member(name, out);
        }
    }
}

impl Put for &str {
    #[inline]
    fn put(&self, out: &mut Buffer) {
        quoted(out, self);
    }
}

impl Put for String {
    #[inline]
    fn put(&self, out: &mut Buffer) {
        quoted(out, self);
    }
}

impl Put for bool {
    #[inline]
    fn put(&self, out: &mut Buffer) {
        out.append(if *self { b"true" } else { b"false" });
    }
}

macro_rules! numbers {
    ($($type:ty),+) => {
        $(
            impl Put for $type {
                #[inline]
                fn put(&self, out: &mut Buffer) {
                    out.append(itoa::Buffer::new().format(*self).as_bytes());
                }
            }
        )+
    };
}
numbers!(u16, u64, usize, i64);

/// A number that the answer has as a text.
#[derive(Debug)]
pub struct AsText(pub u64);

impl Put for AsText {
    #[inline]
    fn put(&self, out: &mut Buffer) {
        out.push(b'"');
        self.0.put(out);
        out.push(b'"');
    }
}

impl<T: Put> Put for Vec<T> {
    fn put(&self, out: &mut Buffer) {
        put_all(self.iter(), out);
    }
}

impl<T: Put> Put for &T {
    #[inline]
    fn put(&self, out: &mut Buffer) {
        T::put(self, out);
    }
}

/// Appends a list of values.
pub fn put_all<T: Put>(values: impl Iterator<Item = T>, out: &mut Buffer) {
    let begin = out.len();
    for value in values {
        out.push(b',');
        value.put(out);
    }
    // The first comma is the bracket.
    out.put_at(begin, b'[');
    out.push(b']');
}

/// A value that serde writes: an answer that is asked for less often.
#[derive(Debug)]
pub struct BySerde<'a, T>(pub &'a T);

impl<T: Serialize> Serialize for BySerde<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: Serialize> Put for BySerde<'_, T> {
    fn put(&self, out: &mut Buffer) {
        // A buffer takes every byte, and the members of an answer have names that are texts.
        serde_json::to_writer(out, self.0).expect("an answer is JSON");
    }
}

/// The JSON of a value, in a buffer that has room for `room` bytes.
#[must_use]
pub fn written(value: &impl Put, room: usize) -> Vec<u8> {
    let mut out = Buffer::with_room(room);
    value.put(&mut out);
    out.into_bytes()
}

/// Declares an object of an answer: a struct whose fields have their names in the answer. A field
/// of type `Option` must have `#[serde(skip_serializing_if = "Option::is_none")]`, because `None`
/// has no member.
macro_rules! row {
    (
        $(#[$of_struct:meta])*
        $visibility:vis struct $name:ident<$life:lifetime> {
            $( $(#[$of_field:meta])* $wire:literal = $field:ident: $type:ty, )+
        }
    ) => {
        #[derive(serde::Serialize, schemars::JsonSchema)]
        $(#[$of_struct])*
        $visibility struct $name<$life> {
            $( $(#[$of_field])* #[serde(rename = $wire)] $field: $type, )+
        }

        impl $crate::vendor::Put for $name<'_> {
            fn put(&self, out: &mut $crate::vendor::Buffer) {
                let begin = out.len();
                $( $crate::vendor::Put::member(&self.$field, concat!(",\"", $wire, "\":"), out); )+
                // The first comma is the brace.
                out.put_at(begin, b'{');
                out.push(b'}');
            }
        }
    };
}

pub(crate) use row;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::Text;

    row! {
        #[derive(Debug)]
        struct All<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            "First" = first: Option<u64>,
            "text" = text: &'a str,
            "made" = made: Text<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            "not-there" = not_there: Option<bool>,
            "list" = list: Vec<i64>,
            "is" = is: bool,
        }
    }

    #[test]
    fn a_row_is_written_as_serde_writes_it() {
        for first in [None, Some(7)] {
            for list in [vec![], vec![1], vec![-1, 2]] {
                let made = Text::padded("x", 5, 3);
                let all = All { first, text: "\"é", made, not_there: None, list, is: true };
                let expected = serde_json::to_string(&all).unwrap();
                assert_eq!(String::from_utf8(written(&all, 0)).unwrap(), expected);
            }
        }
    }
}
