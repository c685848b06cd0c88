//! Scenarios: the files that say what a world starts with. Format, loading, checking, JSON Schema.

use std::sync::Arc;

use chrono::{DateTime, Utc};

mod check;
mod diagnostic;
mod file;
mod load;
mod schema;
mod values;

pub use diagnostic::{Diagnostic, Invalid};
pub use load::{Source, embedded, embedded_names};
pub use schema::schema;

use crate::contract::{Reading, Readings};
use crate::dialects::Accounts;
use crate::universe::Universe;

/// A scenario, loaded and checked: everything that a world starts with.
#[derive(Debug)]
pub struct Scenario {
    /// One line for people.
    pub title: Option<String>,
    /// The records.
    pub universe: Arc<Universe>,
    /// The credentials.
    pub accounts: Accounts,
    /// How time passes.
    pub clock: ClockSpec,
    /// What ids and chance are made from.
    pub seed: u64,
    /// The options that differ from the defaults.
    pub readings: Readings,
}

/// How time passes in a world.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClockSpec {
    /// As on the machine.
    Real,
    /// It stands still.
    Fixed(DateTime<Utc>),
    /// It started at a moment when the world did, and runs at a rate.
    Running {
        /// The moment.
        start: DateTime<Utc>,
        /// Seconds of the world to a second of the machine; over 0.
        rate: f64,
    },
}

/// What to load and what overrides it.
#[derive(Debug, Default)]
pub struct Request {
    /// Merged in this order.
    pub sources: Vec<Source>,
    /// Overrides the files' seed.
    pub seed: Option<u64>,
    /// Overrides the files' clock with a fixed time.
    pub now: Option<DateTime<Utc>>,
    /// Every reading that files may choose from.
    pub readings: Vec<&'static Reading>,
}

/// Loads, merges and checks scenario files.
///
/// # Errors
/// Every mistake found, each with its place.
pub fn load(request: &Request) -> Result<Scenario, Invalid> {
    check::check(load::merged(&request.sources)?, request)
}
