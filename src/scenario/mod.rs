//! Scenarios: the files with which a world begins. This module has their format, loading, checking
//! and JSON Schema.
//!
//! - `file`, `fault`, `values`: the file format, as types.
//! - `load`: reading files, their includes, and merging.
//! - `check`: looking up names, and refusing what cannot be true.
//! - `library`: the scenarios that one server can begin a world with.

use std::sync::Arc;

mod check;
mod checked;
mod clock;
mod credentials;
mod diagnostic;
mod fault;
mod file;
mod library;
mod load;
mod options;
mod provenance;
mod schema;
mod values;

pub use checked::Scenario;
pub use clock::ClockSpec;
pub use credentials::Credentials;
pub use diagnostic::{Diagnostic, Invalid, lines};
pub use fault::{
    Action, After, Delay, Disconnect, Effect, Fault, LONGEST_DELAY, LimitClock, LogNormal, Occasion,
    RateLimit, Rule, SlowBody, When, Wrong,
};
pub use library::{Library, NotFound};
pub use load::{Source, Stamp, embedded, embedded_names};
pub use options::LoadOptions;
pub use provenance::Provenance;
pub use schema::schema;
pub use values::{At, Length, OptionName, Position};

use crate::dialects::Accounts;
use crate::times::Origin;
use crate::universe::{Call, Ordinal, Universe};
use crate::yaml::Bounds;

/// Loads, merges and checks scenario files.
///
/// # Errors
/// Every mistake found, each with its place in the files.
pub fn load(options: &LoadOptions) -> Result<Scenario, Invalid> {
    loaded(options, &mut vec![])
}

/// Loads a scenario and records every file that it consists of, even if loading fails.
fn loaded(options: &LoadOptions, files: &mut Stamp) -> Result<Scenario, Invalid> {
    let bounds = if options.most_calls.is_some() { Bounds::FOREIGN } else { Bounds::OWN };
    let scenario = check::check(load::merged(&options.sources, bounds, files)?, options)?;
    let scenario = Scenario { files: files.iter().map(|(path, _)| path.clone()).collect(), ..scenario };
    Ok(match &options.readings {
        Some(readings) => Scenario { readings: readings.clone(), ..scenario },
        None => scenario,
    })
}

/// Reads a call in the form of a scenario file, for a world that already runs. Relative times are
/// counted from `origin`. `call_named` finds
/// the world's calls, and `account_named` finds the scenario's name of a vendor's account.
///
/// # Errors
/// Every mistake in it, each with its place in the text.
pub fn call(
    text: &str,
    universe: &Universe,
    accounts: &Accounts,
    origin: &Origin,
    call_named: impl Fn(&str) -> Option<Ordinal>,
    account_named: impl Fn(&str, &str) -> String,
) -> Result<Call, Invalid> {
    let name: Arc<str> = "body".into();
    let entry = load::entry_of(&name, load::parse(&name, text, Bounds::FOREIGN)?, "");
    check::single_call(entry, universe, accounts, origin, call_named, account_named)
}
