//! What a vendor promises, as data: its operations, their documented behaviors, the readings of its
//! ambiguous points, and the findings about a client. Types only: nothing here knows HTTP or any
//! one vendor.

mod behavior;
mod coverage;
mod finding;
mod pairwise;
mod reading;

pub use behavior::{Behavior, NotEmulated, Operation, ReachedBy, Standing};
pub(crate) use behavior::{behaviors, not_emulated, operations};
pub use coverage::{Counts, Coverage, Example, Met, Request};
pub(crate) use finding::findings;
pub use finding::{Common, Finding, Inference, Paging, Severity};
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
    /// Where the page is.
    pub page: &'static str,
    /// How a request proves who sends it.
    pub credential: &'static str,
    /// The operations served.
    pub operations: &'static [&'static Operation],
    /// The operations that are known and not served.
    pub not_emulated: &'static [NotEmulated],
    /// Every outcome and feature.
    pub behaviors: &'static [&'static Behavior],
    /// Every ambiguous point with its options.
    pub readings: &'static [&'static Reading],
    /// Every rule about a client's requests.
    pub findings: &'static [&'static Finding],
    /// What can be inferred from how requests follow each other.
    pub inferences: &'static [&'static Inference],
    /// What makes one request a consequence of another.
    pub conduct: Conduct,
    /// The name of every refusal, as a fault asks for it: the vendor's codes where its refusals
    /// have some, the last segments of their behaviors' ids where they have none.
    pub errors: fn() -> Vec<String>,
}

/// What a vendor's refusals mean to a client that thinks of trying again.
#[derive(Debug)]
pub struct Conduct {
    /// Refusals that pass by themselves: the same request may be sent again, later.
    pub passing: &'static [&'static Behavior],
    /// Refusals of who asks, not of what is asked.
    pub credential: &'static [&'static Behavior],
    /// Refusals that depend on a state which others change: to ask again is no mistake.
    pub changing: &'static [&'static Behavior],
    /// The findings and inferences.
    pub common: &'static Common,
}

impl Conduct {
    /// Whether a refusal passes by itself.
    #[must_use]
    pub fn passes(&self, outcome: &Behavior) -> bool {
        self.passing.contains(&outcome)
    }

    /// Whether a refusal is of who asks.
    #[must_use]
    pub fn is_of_credential(&self, outcome: &Behavior) -> bool {
        self.credential.contains(&outcome)
    }

    /// Whether the same request is refused in the same way for ever.
    #[must_use]
    pub fn is_for_good(&self, outcome: &Behavior) -> bool {
        outcome.status.is_some_and(|status| (400..500).contains(&status))
            && !self.passes(outcome)
            && !self.is_of_credential(outcome)
            && !self.changing.contains(&outcome)
    }
}

/// Names without those that came before: several refusals may share one.
#[must_use]
pub fn distinct(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    names.into_iter().filter(|name| seen.insert(name.clone())).collect()
}
