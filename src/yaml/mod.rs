//! YAML, and JSON with it, as people write it by hand: every mistake is told in plain words with
//! its place, several in one run, and a text stays a text wherever a text is wanted (`No`, `007`,
//! `1.0`).
//!
//! The events are granit-parser's. What is here makes a tree of them, which knows where everything
//! stood and how large it is once its aliases are followed, and hands the tree to serde.

mod de;
mod tree;

use serde::de::DeserializeOwned;

pub use de::{AT, read_at};
pub use tree::Bounds;

/// A mistake in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
    /// The path in the text, such as `calls[3].agent`; empty for the text itself.
    pub path: String,
    /// The problem and its remedy.
    pub message: String,
    /// For an unknown key: the known key that is near it.
    pub meant: Option<String>,
}

/// The value of a text, and the mistakes in it.
#[derive(Debug)]
pub struct Read<T> {
    /// The value, without the entries that have a mistake; none where nothing could be read.
    pub value: Option<T>,
    /// The mistakes, in the order of the text.
    pub mistakes: Vec<Mistake>,
    /// The top-level keys whose values are not whole: an entry has a mistake, or the key is
    /// misspelt.
    pub left_out: Vec<String>,
}

/// Reads a text.
#[must_use]
pub fn read<T: DeserializeOwned>(text: &str, bounds: Bounds) -> Read<T> {
    match tree::parse(text, bounds) {
        Ok(root) => de::read(&root),
        Err(mistake) => Read { value: None, mistakes: vec![mistake], left_out: vec![] },
    }
}

/// Reads a text that has no mistake.
///
/// # Errors
/// The first mistake.
pub fn whole<T: DeserializeOwned>(text: &str, bounds: Bounds) -> Result<T, Mistake> {
    let Read { value, mut mistakes, .. } = read(text, bounds);
    match (value, mistakes.is_empty()) {
        (Some(value), true) => Ok(value),
        _ => Err(mistakes.swap_remove(0)),
    }
}
