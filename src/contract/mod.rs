//! What a vendor promises, as data: its operations, their documented behaviors, the readings of its ambiguous
//! points, and the findings about a client. Types only: nothing here knows HTTP or any one vendor.

mod behavior;
mod coverage;
mod finding;
mod pairwise;
mod reading;

pub use behavior::{Behavior, Operation, ReachedBy, Standing};
pub(crate) use behavior::{behaviors, operations};
pub use coverage::{Counts, Coverage};
pub use finding::Finding;
pub(crate) use finding::findings;
pub use pairwise::{Chosen, rows as pairwise};
pub(crate) use reading::readings;
pub use reading::{Choice, Reading, Readings, UnknownReading};

/// Everything one vendor promises. Each vendor's `contract.rs` declares one.
#[derive(Debug)]
pub struct Catalogue {
    /// The vendor's folder name, the first segment of every id below.
    pub vendor: &'static str,
    /// The company and product, as a person would say it.
    pub product: &'static str,
    /// How a request proves who sends it.
    pub credential: &'static str,
    /// The operations served.
    pub operations: &'static [&'static Operation],
    /// Every outcome and feature.
    pub behaviors: &'static [&'static Behavior],
    /// Every ambiguous point with its options.
    pub readings: &'static [&'static Reading],
    /// Every rule about a client's requests.
    pub findings: &'static [&'static Finding],
    /// The name of every refusal, as a fault asks for it: the vendor's codes where its refusals have some, the last
    /// segments of their behaviors' ids where they have none.
    pub errors: fn() -> Vec<String>,
}

/// Names without those that came before: several refusals may share one.
#[must_use]
pub fn distinct(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    names.into_iter().filter(|name| seen.insert(name.clone())).collect()
}
