//! Serde's errors in plain words.

use std::fmt;

use serde::de::{self, Unexpected};

use super::mistake::Mistake;
use super::path::Path;
use super::tree::{Node, address};
use crate::nearest::{did_you_mean_or_known, nearest};

/// The reason why a value could not be read, and its place once it is known.
#[derive(Debug)]
pub struct Error {
    message: String,
    place: Option<(u64, u64, String)>,
    /// The entry to leave out so that the rest can be read: its address, and the first key of its
    /// path.
    pub unit: Option<(usize, String)>,
}

impl Error {
    pub fn at(mut self, node: &Node<'_>, path: &Path<'_>) -> Self {
        self.place.get_or_insert_with(|| (node.line, node.column, path.to_string()));
        self
    }

    pub fn within(mut self, node: &Node<'_>, path: &Path<'_>) -> Self {
        self.unit.get_or_insert_with(|| (address(node), path.first()));
        self
    }

    pub fn mistake(self, root: &Node<'_>) -> Mistake {
        let (line, column, path) = self.place.unwrap_or((root.line, root.column, String::new()));
        Mistake { line, column, path, message: self.message, meant: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Serde's names of types in plain words.
fn plain(expected: &str) -> &str {
    match expected {
        "a string" => "a text",
        "a sequence" => "a list",
        "a map" => "a mapping of keys to values",
        "a boolean" => "`true` or `false`",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of 0 or more",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "string or map" => "a word",
        other if other.starts_with("struct ") => "a mapping of keys to values",
        other if other.starts_with("enum ") => "a word",
        other => other,
    }
}

fn found(unexpected: &Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("`{value}`"),
        Unexpected::Signed(value) => format!("`{value}`"),
        Unexpected::Float(value) => format!("`{value}`"),
        Unexpected::Str(text) => format!("`{}`", short(text)),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        other => other.to_string(),
    }
}

/// The beginning of a text for a message, at most 100 bytes.
pub fn short(text: &str) -> String {
    let end = text.floor_char_boundary(100);
    if end < text.len() { format!("{}…", &text[..end]) } else { text.to_owned() }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), place: None, unit: None }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = plain(&expected.to_string()).to_owned();
        let remedy = match (&unexpected, expected.as_str()) {
            (Unexpected::Unit, "a text") => "; write one, in quotes if it is the word `null`",
            (Unexpected::Map, "a list") => "; put it into brackets: `[{…}]`",
            (_, "a list") => "; put it into brackets: `[…]`",
            _ => "",
        };
        Self::custom(format!("expected {expected}, found {}{remedy}", found(&unexpected)))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format!("expected {}, found {}", plain(&expected.to_string()), found(&unexpected)))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let hint = did_you_mean_or_known(variant, expected.iter().copied());
        Self::custom(format!("`{}` is not known here{hint}", short(variant)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(unknown_key(field, expected, true).0)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(missing_key(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::custom(format!("the key `{field}` stands here twice"))
    }
}

/// The message about a missing key.
pub fn missing_key(key: &str) -> String {
    format!("the key `{key}` is missing")
}

/// The message about an unknown key, and the known key that is similar to it. If `proposes` is
/// false, none is looked up.
pub fn unknown_key(key: &str, known: &[&str], proposes: bool) -> (String, Option<String>) {
    // YAML 1.1 reads `on` as a truth value, and its writers may write it as `true`.
    if key == "true" && known.contains(&"on") {
        let message = "unknown key `true`; did you mean `on`? Whatever wrote this file took the word for `true`: put \
                       it in quotes";
        return (message.to_owned(), Some("on".to_owned()));
    }
    let key = short(key);
    if !proposes {
        return (format!("unknown key `{key}`"), None);
    }
    let hint = did_you_mean_or_known(&key, known.iter().copied());
    (format!("unknown key `{key}`{hint}"), nearest(&key, known.iter().copied()).map(str::to_owned))
}
