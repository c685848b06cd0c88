//! A scenario, loaded and checked.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::clock::ClockSpec;
use super::diagnostic::Diagnostic;
use super::fault::Rule;
use super::options::LoadOptions;
use crate::contract::Readings;
use crate::dialects::Accounts;
use crate::times::Zone;
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
    /// The zone of relative times.
    pub zone: Zone,
    /// The moment from which relative times were counted. None if there are none: the scenario is
    /// the same at every moment.
    pub moment: Option<DateTime<Utc>>,
    /// The end of the last call, if the scenario has relative times. After it, no more calls arrive.
    pub runs_out: Option<DateTime<Utc>>,
    /// The sources and options with which the scenario was loaded.
    pub options: LoadOptions,
    /// Whether the last four digits of a number decide what becomes of a created call.
    pub magic: bool,
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
