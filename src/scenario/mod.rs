//! Scenarios: the files that say what a world starts with. Format, loading, checking, JSON Schema.

use std::sync::Arc;

use chrono::{DateTime, Datelike, Utc};

mod check;
mod diagnostic;
mod fault;
mod file;
mod library;
mod load;
mod schema;
mod values;

pub use diagnostic::{Diagnostic, Invalid, lines};
pub use fault::{
    Action, Delay, Disconnect, Effect, Fault, LONGEST_DELAY, LimitClock, LogNormal, Occasion, RateLimit,
    Rule, SlowBody, When, Wrong,
};
pub use library::{Library, NotFound};
pub use load::{Source, Stamp, embedded, embedded_names};
pub use schema::schema;
pub use values::Length;

use crate::contract::{Catalogue, Reading, Readings};
use crate::dialects::Accounts;
use crate::universe::{Call, Ordinal, Universe};
use crate::yaml::Bounds;

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

impl ClockSpec {
    /// The same, if it can be: rates of 0.001 to 1000000, and years of four digits, for no vendor's
    /// wire has room for more.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn checked(self) -> Result<Self, String> {
        let (at, rate) = match self {
            ClockSpec::Real => return Ok(self),
            ClockSpec::Fixed(at) => (at, 1.0),
            ClockSpec::Running { start, rate } => (start, rate),
        };
        if !(0.001..=1_000_000.0).contains(&rate) {
            return Err(format!("expected a rate of 0.001 to 1000000, found {rate}"));
        }
        if !(0..=9999).contains(&at.year()) {
            return Err(format!("expected a time of the years 0 to 9999, found {at}"));
        }
        Ok(self)
    }
}

/// What to load and what overrides it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Merged in this order.
    pub sources: Vec<Source>,
    /// Overrides the files' seed.
    pub seed: Option<u64>,
    /// Overrides the files' clock with a fixed time.
    pub now: Option<DateTime<Utc>>,
    /// What vendors promise: the readings that files may choose from, and the errors that faults
    /// may name.
    pub catalogues: Vec<&'static Catalogue>,
    /// Overrides the files' readings.
    pub readings: Option<Readings>,
    /// The most calls that it may have, where it comes over HTTP; the user's own have no such
    /// bound.
    pub most_calls: Option<usize>,
}

impl Request {
    /// Every reading that files may choose from.
    pub fn readings(&self) -> impl Iterator<Item = &'static Reading> + Clone {
        self.catalogues.iter().flat_map(|catalogue| catalogue.readings.iter().copied())
    }
}

/// Loads, merges and checks scenario files.
///
/// # Errors
/// Every mistake found, each with its place.
pub fn load(request: &Request) -> Result<Scenario, Invalid> {
    loaded(request, &mut vec![])
}

/// Loads a scenario and notes every file that it is made of, also where it fails.
fn loaded(request: &Request, files: &mut Stamp) -> Result<Scenario, Invalid> {
    let bounds = if request.most_calls.is_some() { Bounds::FOREIGN } else { Bounds::OWN };
    let scenario = check::check(load::merged(&request.sources, bounds, files)?, request)?;
    Ok(match &request.readings {
        Some(readings) => Scenario { readings: readings.clone(), ..scenario },
        None => scenario,
    })
}

/// Reads a call as a scenario writes it, for a world that is under way. `call_named` finds the
/// world's calls, and `account_named` the scenario's name of a vendor's account.
///
/// # Errors
/// Every mistake in it, each with its place in the text.
pub fn call(
    text: &str,
    universe: &Universe,
    accounts: &Accounts,
    call_named: impl Fn(&str) -> Option<Ordinal>,
    account_named: impl Fn(&str, &str) -> String,
) -> Result<Call, Invalid> {
    let name: Arc<str> = "body".into();
    let entry = load::entry_of(&name, load::parse(&name, text, Bounds::FOREIGN)?, "");
    check::single_call(entry, universe, accounts, call_named, account_named)
}
