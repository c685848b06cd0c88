//! A scenario, loaded and checked.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::clock::ClockSpec;
use super::credentials::Credentials;
use super::diagnostic::Diagnostic;
use super::fault::Rule;
use super::load::Source;
use super::options::LoadOptions;
use crate::contract::Readings;
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
    pub accounts: Arc<Credentials>,
    /// The clock.
    pub clock: ClockSpec,
    /// The zone of relative times.
    pub zone: Zone,
    /// The moment from which relative times were counted. None if there are none: the scenario is
    /// the same at every moment.
    pub moment: Option<DateTime<Utc>>,
    /// The end of the last call, if the scenario has relative times. After it, no more calls
    /// arrive.
    pub runs_out: Option<DateTime<Utc>>,
    /// The files that the scenario was read from, with those that they include.
    pub files: Vec<PathBuf>,
    /// The sources and options with which the scenario was loaded.
    pub options: LoadOptions,
    /// Whether the last four digits of a number decide what becomes of a created call.
    pub magic: bool,
    /// Whether coverage counts the calls that answers show.
    pub count_calls: bool,
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

impl Scenario {
    /// The texts of the scenario, by file. A file is shown as it is now.
    #[must_use]
    pub fn texts(&self) -> Vec<(String, String)> {
        let embedded = self.options.sources.iter().filter_map(|source| match source {
            Source::Text { name, text } => Some((name.to_string(), text.to_string())),
            Source::Path(_) => None,
        });
        let files = self
            .files
            .iter()
            .filter_map(|path| Some((path.display().to_string(), std::fs::read_to_string(path).ok()?)));
        embedded.chain(files).collect()
    }
}
