//! The sources of a scenario, and the options that override them.

use chrono::{DateTime, Utc};

use super::load::Source;
use crate::contract::{Catalogue, Reading, Readings};

/// The sources of a scenario, and the options that override them.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// The sources, merged in this order.
    pub sources: Vec<Source>,
    /// Overrides the files' seed.
    pub seed: Option<u64>,
    /// Overrides the files' clock with a fixed time.
    pub now: Option<DateTime<Utc>>,
    /// The moment from which relative times are counted, instead of the moment at which the clock
    /// starts. A fixed or running clock starts at it.
    pub moment: Option<DateTime<Utc>>,
    /// The vendors' contracts, with the readings that files may choose and the errors that faults
    /// may name.
    pub catalogues: Vec<&'static Catalogue>,
    /// Overrides the files' readings.
    pub readings: Option<Readings>,
    /// The most calls of a scenario that comes over HTTP. The user's own scenarios have no such
    /// limit.
    pub most_calls: Option<usize>,
}

impl LoadOptions {
    /// Every reading that files may choose.
    pub fn readings(&self) -> impl Iterator<Item = &'static Reading> + Clone {
        self.catalogues.iter().flat_map(|catalogue| catalogue.readings.iter().copied())
    }
}
