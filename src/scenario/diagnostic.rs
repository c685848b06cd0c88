//! A mistake in a scenario file, for people: its place, the expected value, and a suggestion.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// A mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// The line, from 1. 0 if the mistake concerns the whole file.
    pub line: u64,
    /// The column, from 1, in characters. 0 if the mistake concerns the whole file.
    pub column: u64,
    /// The path in the file, such as `calls[3].agent`. Empty for the file itself.
    pub path: String,
    /// The mistake, and the text to write instead.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if self.path.is_empty() {
            write!(f, ": {}", self.message)
        } else {
            write!(f, ": {}: {}", self.path, self.message)
        }
    }
}

/// The mistakes of a scenario: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(pub Vec<Diagnostic>);

impl From<Diagnostic> for Invalid {
    fn from(one: Diagnostic) -> Self {
        Self(vec![one])
    }
}

/// The most messages that are shown.
const TOLD: usize = 20;

/// A line for each message, 20 at most. A message about several places is shown once, with the
/// number of the others. Further messages are only counted.
#[must_use]
pub fn lines(all: &[Diagnostic]) -> Vec<String> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    for diagnostic in all {
        *places.entry(&diagnostic.message).or_default() += 1;
    }
    let mut distinct = HashSet::new();
    let firsts: Vec<&Diagnostic> = all.iter().filter(|d| distinct.insert(d.message.as_str())).collect();
    let mut lines: Vec<String> = firsts
        .iter()
        .take(TOLD)
        .map(|first| match places[first.message.as_str()] - 1 {
            0 => first.to_string(),
            1 => format!("{first} (and in 1 more place)"),
            more => format!("{first} (and in {more} more places)"),
        })
        .collect();
    if firsts.len() > TOLD {
        lines.push(format!("… and {} more", firsts.len() - TOLD));
    }
    lines
}

impl fmt::Display for Invalid {
    /// Writes a line for each message, as [`lines`] does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&lines(&self.0).join("\n"))
    }
}

impl std::error::Error for Invalid {}
