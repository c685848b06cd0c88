//! A reader of YAML that people write by hand. JSON is read as YAML. Mistakes are reported in plain
//! words with their places, several in one run. Where a text is expected, a scalar is read as a
//! text, even if it looks like another type (`No`, `007`, `1.0`).
//!
//! The parser is granit-parser. This module builds a tree from its events, and hands the tree to
//! serde. The tree has the place of each value, and its size with all aliases expanded.

mod de;
mod error;
mod mistake;
mod path;
mod prepared;
mod scalar;
mod tree;

use serde::de::DeserializeOwned;

pub use de::{AT, read_at, read_one_or_more};
pub use mistake::{Mistake, Read};
pub use prepared::prepared;
pub use tree::Bounds;

/// Reads a text.
#[must_use]
pub fn read<T: DeserializeOwned>(text: &str, bounds: Bounds) -> Read<T> {
    match tree::parse(text, bounds) {
        Ok(root) => de::read(&root),
        Err(mistake) => Read { value: None, mistakes: vec![mistake], left_out: vec![] },
    }
}

/// Reads the parsed form of a text, which [`prepared`] made. None if it is not one.
#[must_use]
pub fn read_prepared<T: DeserializeOwned>(lines: &str) -> Option<Read<T>> {
    prepared::tree(lines).map(|root| de::read(&root))
}

/// Reads a text that must have no mistakes.
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
