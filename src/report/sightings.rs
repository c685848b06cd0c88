//! Findings by operation and test, and what tests expected of them, as coverage files have them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::{self, Counts};

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
#[must_use]
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

impl Sighting {
    /// The operation and the test, in words for behind the id.
    #[must_use]
    pub fn place(&self) -> String {
        let operation = self.operation.as_deref().map(|operation| format!(" at {operation}"));
        let test = self.test.as_deref().map(|test| format!(" in test {test}"));
        [operation, test].into_iter().flatten().collect()
    }
}

/// A finding or a refusal that a test expected, and that did not come.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Missed {
    /// The id, as the test wrote it.
    pub id: String,
    /// The id of the world.
    pub world: String,
    /// The test, if its name is known.
    pub test: Option<String>,
    /// The request, if the expectation was about one exchange.
    pub request: Option<String>,
    /// The count.
    pub count: u64,
}

impl Missed {
    /// The expectation in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { id, world, test, request, count } = self;
        let mut line = id.clone();
        if *count > 1 {
            line.push_str(&format!(" x{count}"));
        }
        if let Some(test) = test {
            line.push_str(&format!(", test {test}"));
        }
        if !world.is_empty() {
            line.push_str(&format!(", world {world}"));
        }
        if let Some(request) = request {
            line.push_str(&format!(", of {request}"));
        }
        line
    }
}

/// The expectations of some counts that were not met.
#[must_use]
pub fn missed(counts: &Counts) -> Vec<Missed> {
    let missed = counts.missed.iter().map(|(contract::Missed { id, world, test, request }, count)| Missed {
        id: id.to_string(),
        world: world.to_string(),
        test: test.as_deref().map(str::to_owned),
        request: request.as_deref().map(str::to_owned),
        count: *count,
    });
    missed.collect()
}

/// The missed expectations of several files together, each once.
pub fn sum_missed<'a>(all: impl Iterator<Item = &'a Missed>) -> Vec<Missed> {
    let mut sums: BTreeMap<Missed, u64> = BTreeMap::new();
    for missed in all {
        let sum = sums.entry(Missed { count: 0, ..missed.clone() }).or_default();
        *sum = sum.saturating_add(missed.count);
    }
    sums.into_iter().map(|(missed, count)| Missed { count, ..missed }).collect()
}
