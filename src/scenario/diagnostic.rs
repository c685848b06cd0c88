//! A mistake in a scenario file, as a person needs it: where, what was expected, and the nearest
//! right word.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// From 1; 0 where the mistake is the whole file's.
    pub line: u64,
    /// From 1, in characters; 0 where the mistake is the whole file's.
    pub column: u64,
    /// The path in the file, such as `calls[3].agent`; empty for the file itself.
    pub path: String,
    /// What is wrong and what to write instead.
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

/// What is wrong with a scenario: at least one mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(pub Vec<Diagnostic>);

impl From<Diagnostic> for Invalid {
    fn from(one: Diagnostic) -> Self {
        Self(vec![one])
    }
}

/// How many lines are told of one kind of thing.
const TOLD: usize = 20;

/// A line for each diagnostic, 20 at most: what is said of several places is said once, and the
/// rest is counted.
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
    /// A line a mistake, as [`lines`] has them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&lines(&self.0).join("\n"))
    }
}

impl std::error::Error for Invalid {}
