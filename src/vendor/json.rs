//! Writes an answer's JSON straight into one buffer.
//!
//! The bytes are those of `serde_json`, which looks at every byte of every text and name. Here
//! eight bytes are looked at together, names are copied as they are, and nothing is made before it
//! is written.

use std::fmt::{self, Display};

use serde::ser::{self, Serialize};

/// Appends the JSON of a value to a buffer.
///
/// # Panics
/// If a map of the value has a key that is no text.
pub fn write_json(buffer: &mut Vec<u8>, value: &impl Serialize) {
    if let Err(NotJson(why)) = value.serialize(Writer { buffer }) {
        panic!("an answer is no JSON: {why}");
    }
}

/// The error for a value that is no JSON.
#[derive(Debug)]
struct NotJson(String);

impl Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotJson {}

impl ser::Error for NotJson {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

struct Writer<'a> {
    buffer: &'a mut Vec<u8>,
}

/// A list or an object that is being written.
struct Inside<'a> {
    buffer: &'a mut Vec<u8>,
    is_first: bool,
    /// The closing bracket, or brackets.
    end: &'static [u8],
}

impl<'a> Writer<'a> {
    fn open(self, begin: u8, end: &'static [u8]) -> Inside<'a> {
        self.buffer.push(begin);
        Inside { buffer: self.buffer, is_first: true, end }
    }

    /// Opens the only member of an object, as an enum's variant with data is written.
    fn open_variant(self, variant: &str, begin: u8, end: &'static [u8]) -> Inside<'a> {
        self.buffer.push(b'{');
        quoted(self.buffer, variant);
        self.buffer.push(b':');
        self.open(begin, end)
    }
}

impl Inside<'_> {
    fn separate(&mut self) {
        if !std::mem::replace(&mut self.is_first, false) {
            self.buffer.push(b',');
        }
    }

    #[inline]
    fn member<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), NotJson> {
        // The name of a member of a struct is never escaped: it is a word of the source.
        let is_first = std::mem::replace(&mut self.is_first, false);
        self.buffer.extend_from_slice(if is_first { b"\"" } else { b",\"" });
        self.buffer.extend_from_slice(name.as_bytes());
        self.buffer.extend_from_slice(b"\":");
        value.serialize(Writer { buffer: self.buffer })
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotJson> {
        self.separate();
        value.serialize(Writer { buffer: self.buffer })
    }

    fn close(self) {
        self.buffer.extend_from_slice(self.end);
    }
}

/// Writes a text with quotation marks and escapes.
#[inline]
pub fn quoted(buffer: &mut Vec<u8>, text: &str) {
    buffer.push(b'"');
    contents(buffer, text);
    buffer.push(b'"');
}

/// Writes a text with escapes, but without the quotation marks around it.
#[inline]
pub fn contents(buffer: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    if is_plain(bytes) {
        buffer.extend_from_slice(bytes);
    } else {
        escaped(buffer, bytes);
    }
}

/// Whether no byte needs an escape.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    // A byte of the result has its top bit set if the byte of `word` is zero, and perhaps a byte
    // above such a one. So the result is zero if no byte is.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & TOPS;
    let below_blank = |word: u64| word.wrapping_sub(ONES * 0x20) & !word & TOPS;
    let mut words = bytes.chunks_exact(8);
    for chunk in words.by_ref() {
        let word = u64::from_le_bytes([
            chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
        ]);
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let backslash = zero(word ^ (ONES * u64::from(b'\\')));
        if quote | backslash | below_blank(word) != 0 {
            return false;
        }
    }
    words.remainder().iter().all(|byte| *byte >= 0x20 && *byte != b'"' && *byte != b'\\')
}

#[cold]
fn escaped(buffer: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        match byte {
            b'"' => buffer.extend_from_slice(b"\\\""),
            b'\\' => buffer.extend_from_slice(b"\\\\"),
            0x08 => buffer.extend_from_slice(b"\\b"),
            0x0c => buffer.extend_from_slice(b"\\f"),
            b'\n' => buffer.extend_from_slice(b"\\n"),
            b'\r' => buffer.extend_from_slice(b"\\r"),
            b'\t' => buffer.extend_from_slice(b"\\t"),
            0..0x20 => {
                buffer.extend_from_slice(b"\\u00");
                buffer.push(DIGITS[usize::from(byte >> 4)]);
                buffer.push(DIGITS[usize::from(byte & 15)]);
            }
            _ => buffer.push(*byte),
        }
    }
}

macro_rules! numbers {
    ($($method:ident: $type:ty),+) => {
        $(
            fn $method(self, number: $type) -> Result<(), NotJson> {
                self.buffer.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
                Ok(())
            }
        )+
    };
}

impl<'a> ser::Serializer for Writer<'a> {
    type Ok = ();
    type Error = NotJson;
    type SerializeSeq = Inside<'a>;
    type SerializeTuple = Inside<'a>;
    type SerializeTupleStruct = Inside<'a>;
    type SerializeTupleVariant = Inside<'a>;
    type SerializeMap = Inside<'a>;
    type SerializeStruct = Inside<'a>;
    type SerializeStructVariant = Inside<'a>;

    numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128
    }

    fn serialize_bool(self, truth: bool) -> Result<(), NotJson> {
        self.buffer.extend_from_slice(if truth { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_f32(self, number: f32) -> Result<(), NotJson> {
        serde_json::to_writer(self.buffer, &number).map_err(ser::Error::custom)
    }

    fn serialize_f64(self, number: f64) -> Result<(), NotJson> {
        serde_json::to_writer(self.buffer, &number).map_err(ser::Error::custom)
    }

    fn serialize_char(self, c: char) -> Result<(), NotJson> {
        self.serialize_str(c.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, words: &str) -> Result<(), NotJson> {
        quoted(self.buffer, words);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), NotJson> {
        bytes.serialize(self)
    }

    fn serialize_none(self) -> Result<(), NotJson> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotJson> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), NotJson> {
        self.buffer.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NotJson> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), NotJson> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotJson> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), NotJson> {
        let mut inside = self.open(b'{', b"}");
        inside.member(variant, value)?;
        inside.close();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'a>, NotJson> {
        Ok(self.open(b'[', b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside<'a>, NotJson> {
        Ok(self.open(b'[', b"]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, NotJson> {
        Ok(self.open(b'[', b"]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Inside<'a>, NotJson> {
        Ok(self.open_variant(variant, b'[', b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'a>, NotJson> {
        Ok(self.open(b'{', b"}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, NotJson> {
        Ok(self.open(b'{', b"}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Inside<'a>, NotJson> {
        Ok(self.open_variant(variant, b'{', b"}}"))
    }
}

macro_rules! lists {
    ($($trait:ident: $method:ident),+) => {
        $(
            impl ser::$trait for Inside<'_> {
                type Ok = ();
                type Error = NotJson;

                fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotJson> {
                    self.element(value)
                }

                fn end(self) -> Result<(), NotJson> {
                    self.close();
                    Ok(())
                }
            }
        )+
    };
}
lists! {
    SerializeSeq: serialize_element, SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field, SerializeTupleVariant: serialize_field
}

macro_rules! structs {
    ($($trait:ident),+) => {
        $(
            impl ser::$trait for Inside<'_> {
                type Ok = ();
                type Error = NotJson;

                #[inline]
                fn serialize_field<T: Serialize + ?Sized>(
                    &mut self,
                    name: &'static str,
                    value: &T,
                ) -> Result<(), NotJson> {
                    self.member(name, value)
                }

                fn end(self) -> Result<(), NotJson> {
                    self.close();
                    Ok(())
                }
            }
        )+
    };
}
structs! { SerializeStruct, SerializeStructVariant }

impl ser::SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = NotJson;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NotJson> {
        self.separate();
        let before = self.buffer.len();
        key.serialize(Writer { buffer: self.buffer })?;
        if self.buffer.get(before) == Some(&b'"') {
            return Ok(());
        }
        Err(NotJson("a key is no text".to_owned()))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotJson> {
        self.buffer.push(b':');
        value.serialize(Writer { buffer: self.buffer })
    }

    fn end(self) -> Result<(), NotJson> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Serialize;
    use serde_json::{Value, json as value};

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[ -~\\x00-\\x1f\"\\\\é世]{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..8)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn json(value: &impl Serialize) -> Vec<u8> {
        let mut buffer = vec![];
        write_json(&mut buffer, value);
        buffer
    }

    proptest! {
        #[test]
        fn json_is_written_as_serde_json_writes_it(value in values()) {
            prop_assert_eq!(String::from_utf8(json(&value)).unwrap(), value.to_string());
        }
    }

    #[test]
    fn every_byte_that_needs_an_escape_has_one_wherever_it_stands() {
        for c in (0..0x80_u8).map(char::from) {
            for before in 0..10 {
                let text = format!("{}{c}{}", "x".repeat(before), "y".repeat(9 - before));
                assert_eq!(json(&text), value!(text).to_string().into_bytes());
            }
        }
    }

    #[test]
    fn structs_and_variants_are_written_as_serde_json_writes_them() {
        #[derive(Serialize)]
        enum Kind {
            Unit,
            One(u8),
            Two(u8, char),
            Named { a: Option<i8>, b: () },
        }
        #[derive(Serialize)]
        struct All<'a> {
            kinds: Vec<Kind>,
            pair: (f32, &'a str),
            #[serde(skip_serializing_if = "Option::is_none")]
            left_out: Option<u8>,
            #[serde(flatten)]
            more: std::collections::BTreeMap<&'a str, u8>,
        }
        let kinds = vec![Kind::Unit, Kind::One(1), Kind::Two(2, '"'), Kind::Named { a: None, b: () }];
        let all = All { kinds, pair: (0.1, "é\n"), left_out: None, more: [("x", 1)].into() };
        let expected = serde_json::to_string(&all).unwrap();
        assert_eq!(String::from_utf8(json(&all)).unwrap(), expected);
    }
}
