//! Findings by operation and test, as coverage files have them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::Counts;

/// A finding in the requests of one test to one operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sighting {
    /// The finding's id.
    pub id: String,
    /// The requested operation, if the requests name one.
    pub operation: Option<String>,
    /// The test that sent the requests: its own word, else the world's name.
    pub test: Option<String>,
    /// The count.
    pub count: u64,
}

/// The sightings of some counts.
pub fn of(counts: &Counts) -> Vec<Sighting> {
    let sightings = counts.sightings.iter().map(|(seen, count)| Sighting {
        id: seen.finding.id.to_owned(),
        operation: seen.operation.map(str::to_owned),
        test: seen.test.as_deref().map(str::to_owned),
        count: *count,
    });
    sightings.collect()
}

/// The sightings of several files together, each once.
pub fn sum<'a>(all: impl Iterator<Item = &'a Sighting>) -> Vec<Sighting> {
    let mut sums: BTreeMap<_, u64> = BTreeMap::new();
    for seen in all {
        let sum = sums.entry((&seen.id, &seen.operation, &seen.test)).or_default();
        *sum = sum.saturating_add(seen.count);
    }
    let sighting = |((id, operation, test), count): ((&String, &Option<String>, &Option<String>), u64)| {
        Sighting { id: id.clone(), operation: operation.clone(), test: test.clone(), count }
    };
    sums.into_iter().map(sighting).collect()
}
