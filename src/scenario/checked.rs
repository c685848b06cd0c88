//! A scenario, loaded and checked.

use std::sync::Arc;

use super::clock::ClockSpec;
use super::diagnostic::Diagnostic;
use super::fault::Rule;
use crate::contract::Readings;
use crate::dialects::Accounts;
use crate::universe::Universe;

/// A scenario, loaded and checked: the initial state of a world.
#[derive(Debug)]
pub struct Scenario {
    /// The title, in one line.
    pub title: Option<String>,
    /// The records.
    pub universe: Arc<Universe>,
    /// The credentials.
    pub accounts: Accounts,
    /// The clock.
    pub clock: ClockSpec,
    /// The seed of ids and random numbers.
    pub seed: u64,
    /// The options that differ from the defaults.
    pub readings: Readings,
    /// The faults.
    pub faults: Vec<Arc<Rule>>,
    /// Warnings: values that are served as written, but are probably mistakes.
    pub doubts: Vec<Diagnostic>,
    /// The fingerprint of the universe: 32 hexadecimal digits, the same for the same texts and
    /// seed.
    pub fingerprint: String,
}
