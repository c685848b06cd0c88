//! A scenario, loaded and checked.

use std::sync::Arc;

use super::clock::ClockSpec;
use super::diagnostic::Diagnostic;
use super::fault::Rule;
use crate::contract::Readings;
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
    /// What goes wrong on purpose.
    pub faults: Vec<Arc<Rule>>,
    /// Warnings: values that are served as written and are likely to be mistakes.
    pub doubts: Vec<Diagnostic>,
    /// What the universe was made from: 32 hexadecimal digits, the same for the same texts and
    /// seed.
    pub fingerprint: String,
}
