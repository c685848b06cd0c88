//! A vendor's contract as data: its operations, their documented behaviors, the readings of its
//! ambiguous points, and the findings about a client. Only types are here. They know neither HTTP
//! nor any particular vendor.

mod behavior;
mod coverage;
mod finding;
mod number;
mod pairwise;
mod reading;
mod tally;
mod way;

pub use behavior::{Behavior, NotEmulated, Operation, ReachedBy, Recovery, Refusal, Route, Standing};
pub(crate) use behavior::{behaviors, not_emulated};
pub use coverage::{Answered, Counts, CoverageCounter, Example, ExampleRequest, Late, Met, Missed, Sighting};
pub(crate) use finding::findings;
pub use finding::{Common, Finding, Inference, Listing, Paging, Severity};
pub use number::Number;
pub use pairwise::{Chosen, rows as pairwise};
pub(crate) use reading::readings;
pub use reading::{Choice, Reading, Readings, UnknownReading};
pub use tally::{Numbered, Tally};
pub(crate) use way::ways;
pub use way::{Step, Way};

/// Compares and orders a type by its id, which is unique in the catalogue.
macro_rules! by_id {
    ($($type:ty),+) => {
        $(
            impl PartialEq for $type {
                fn eq(&self, other: &Self) -> bool {
                    std::ptr::eq(self, other) || self.id == other.id
                }
            }

            impl Eq for $type {}

            impl PartialOrd for $type {
                fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                    Some(self.cmp(other))
                }
            }

            impl Ord for $type {
                fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                    self.id.cmp(other.id)
                }
            }
        )+
    };
}

by_id!(Behavior, Finding, Inference, Operation, Reading);

/// The contract of one vendor. Each vendor's `contract.rs` declares one.
#[derive(Debug)]
pub struct Catalogue {
    /// The vendor's folder name, which is the first segment of every id below.
    pub vendor: &'static str,
    /// The company and product, for people to read.
    pub product: &'static str,
    /// The URL of the vendor's main page.
    pub page: &'static str,
    /// How a request proves who sent it.
    pub credential: &'static str,
    /// The operations that callmock serves.
    pub operations: &'static [&'static Operation],
    /// The operations that the vendor has and callmock does not serve.
    pub not_emulated: &'static [NotEmulated],
    /// The features that all operations share.
    pub features: &'static [&'static Behavior],
    /// The refusals that all operations share.
    pub refusals: &'static [&'static Refusal],
    /// Every ambiguous point of the vendor's page, with its options.
    pub readings: &'static [&'static Reading],
    /// Every rule about a client's requests.
    pub findings: &'static [&'static Finding],
    /// The conclusions that can be drawn from the order of requests.
    pub inferences: &'static [&'static Inference],
    /// The findings and inferences that every vendor has.
    pub common: &'static Common,
    /// A way to meet each behavior that is not a refusal.
    pub ways: &'static [Way],
}

impl Catalogue {
    /// Every behavior: those that all operations share, then those of each operation.
    pub fn behaviors(&self) -> impl Iterator<Item = &'static Behavior> + Clone + use<> {
        let shared = self.refusals.iter().map(|refusal| &refusal.behavior);
        let own = self.operations.iter().flat_map(|operation| operation.all_behaviors());
        self.features.iter().copied().chain(shared).chain(own)
    }

    /// The behaviors that the requests of an operation may have: those that all operations share,
    /// then its own. An open operation has none that are about a credential.
    pub fn behaviors_of(
        &self,
        operation: &'static Operation,
    ) -> impl Iterator<Item = &'static Behavior> + Clone + use<> {
        let shared = self.refusals.iter().map(|refusal| &refusal.behavior);
        let shared = self.features.iter().copied().chain(shared);
        let apply = |shared: &&Behavior| !(operation.open && shared.recovery == Recovery::Credential);
        shared.filter(apply).chain(operation.all_behaviors())
    }

    /// Every refusal: those that all operations share, then those of each operation.
    pub fn all_refusals(&self) -> impl Iterator<Item = &'static Refusal> + Clone + use<> {
        let own = self.operations.iter().flat_map(|operation| operation.refusals);
        self.refusals.iter().chain(own).copied()
    }

    /// The names by which faults ask for refusals, without duplicates. Several refusals may share a
    /// name.
    #[must_use]
    pub fn errors(&self) -> Vec<&'static str> {
        let mut seen = std::collections::HashSet::new();
        let names = self.all_refusals().flat_map(|refusal| match refusal.codes {
            [] => vec![refusal.name()],
            codes => codes.to_vec(),
        });
        names.filter(|name| seen.insert(*name)).collect()
    }

    /// The way to meet a behavior. None for a refusal to which only a fault leads here.
    #[must_use]
    pub fn way(&self, behavior: &Behavior) -> Option<&'static Way> {
        let own = behavior.id.strip_prefix(self.vendor)?.strip_prefix('.')?;
        self.ways.iter().find(|way| way.behavior == own)
    }

    /// The operation that a request calls, if it is one that callmock does not serve.
    #[must_use]
    pub fn not_emulated(&self, method: &str, path: &str) -> Option<&'static NotEmulated> {
        self.not_emulated.iter().find(|operation| operation.is(method, path))
    }
}
