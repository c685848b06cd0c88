//! YAML, and JSON with it, as people write it by hand: every mistake is told in plain words with
//! its place, several in one run, and a text stays a text wherever a text is wanted (`No`, `007`,
//! `1.0`).
//!
//! The events are granit-parser's. What is here makes a tree of them, which knows where everything
//! stood and how large it is once its aliases are followed, and hands the tree to serde.

mod de;
mod error;
mod mistake;
mod path;
mod scalar;
mod tree;

use serde::de::DeserializeOwned;

pub use de::{AT, read_at};
pub use mistake::{Mistake, Read};
pub use tree::Bounds;

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
