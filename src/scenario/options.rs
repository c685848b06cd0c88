//! What to load, and what overrides it.

use chrono::{DateTime, Utc};

use super::load::Source;
use crate::contract::{Catalogue, Reading, Readings};

/// What to load and what overrides it.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Merged in this order.
    pub sources: Vec<Source>,
    /// Overrides the files' seed.
    pub seed: Option<u64>,
    /// Overrides the files' clock with a fixed time.
    pub now: Option<DateTime<Utc>>,
    /// What vendors promise: the readings that files may choose from, and the errors that faults
    /// may name.
    pub catalogues: Vec<&'static Catalogue>,
    /// Overrides the files' readings.
    pub readings: Option<Readings>,
    /// The most calls that it may have, where it comes over HTTP; the user's own have no such
    /// bound.
    pub most_calls: Option<usize>,
}

impl LoadOptions {
    /// Every reading that files may choose from.
    pub fn readings(&self) -> impl Iterator<Item = &'static Reading> + Clone {
        self.catalogues.iter().flat_map(|catalogue| catalogue.readings.iter().copied())
    }
}
