//! Checking a merged scenario and building a world's initial state from it. Every name is looked up
//! here, and contradictions are refused.
//!
//! - `accounts`: the credentials, and the entries that name them.
//! - `calls`: one call, of a file or of a request.
//! - `coming`: when records come and change after their calls' ends.
//! - `names`: entries by their ids.
//! - `universe`: all records, listed and generated.
//! - `generate`: the blocks of generated calls.
//! - `doubts`: warnings in words.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::SubsecRound;
use sha2::Digest as _;

use super::checked::Scenario;
use super::clock::ClockSpec;
use super::credentials::Credentials;
use super::diagnostic::{Diagnostic, Invalid};
use super::fault::Rule;
use super::load::Merged;
use super::options::LoadOptions;
use crate::contract::{Readings, UnknownReading};
use crate::nearest::did_you_mean_or_known;
use crate::times::{self, Origin};
use crate::universe::Call;

mod accounts;
mod calls;
mod coming;
mod doubts;
mod generate;
mod names;
mod universe;

pub use calls::single_call;

use accounts::accounts;
use coming::coming;
use doubts::of_accounts;
use universe::universe;

/// The most calls of a scenario that has them counted.
const COUNTED: usize = 10_000;

/// The most faults of one scenario, the same as of a world.
const FAULTS: usize = 10_000;

/// Checks a merged scenario.
///
/// # Errors
/// Every mistake in the scenario.
pub fn check(mut merged: Merged, options: &LoadOptions) -> Result<Scenario, Invalid> {
    let mut mistakes = std::mem::take(&mut merged.mistakes);
    let of_text = mistakes.len();
    // If an entry cannot be read, every use of its id would be reported too.
    if ["accounts", "agents", "customers", "queues"].iter().any(|list| merged.left_out.contains(*list)) {
        return Err(Invalid(mistakes));
    }
    if let Some(most) = options.most_calls {
        let advice =
            "start the server with more (--max-world-calls), or with the scenario as a file of its own";
        few_calls(&merged, most, advice, &mut mistakes);
    }
    if merged.count_calls {
        // With more calls each answer would be slow.
        few_calls(&merged, COUNTED, "leave out `count_calls`, or some calls", &mut mistakes);
    }
    let (origin, clock) = beginning(&merged, options)?;
    let faults = faults(&mut merged, options, &mut mistakes);
    let readings = readings(&merged, options, &mut mistakes);
    let mut doubts = vec![];
    let (accounts, places, numbers) = accounts(
        std::mem::take(&mut merged.accounts),
        merged.allow_real_keys,
        &origin,
        &mut mistakes,
        &mut doubts,
    );
    let seed = options.seed.or(merged.seed).unwrap_or_default();
    let digest = merged.digest.clone().chain_update(seed.to_be_bytes()).finalize();
    let coming = coming(&merged, &mut mistakes);
    let longest = coming.longest();
    let universe = universe(&mut merged, &accounts, &numbers, seed, &origin, &mut mistakes, &mut doubts);
    doubts.extend(of_accounts(&accounts, &places, &universe));
    if !mistakes.is_empty() {
        return Err(Invalid(without_followers(mistakes, of_text)));
    }
    Ok(Scenario {
        title: merged.title,
        accounts: Arc::new(Credentials::from(accounts)),
        clock,
        zone: origin.zone,
        moment: origin.is_used().then_some(origin.moment),
        runs_out: universe
            .calls()
            .iter()
            .map(Call::ended_at)
            .max()
            .filter(|_| origin.is_used())
            .map(|end| end + longest),
        files: vec![],
        options: options.clone(),
        universe: Arc::new(universe.coming(coming)),
        seed,
        magic: merged.magic,
        count_calls: merged.count_calls,
        readings,
        faults,
        doubts,
        fingerprint: digest[..16].iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

/// The clock of a scenario, and the moment at which it starts, from which relative times are
/// counted. A real clock starts now.
fn beginning(merged: &Merged, options: &LoadOptions) -> Result<(Origin, ClockSpec), Invalid> {
    // The finest time that a vendor shows is a microsecond.
    let now = options.now.unwrap_or_else(|| times::machine().trunc_subsecs(6));
    let machine = Origin::new(now, merged.zone);
    let given = merged.clock.as_ref().map_or(Ok(ClockSpec::Real), |entry| {
        let clock = entry.value.value.spec(&machine);
        clock.map_err(|error| entry.mistake(entry.value.place, "", error.to_string()))
    })?;
    let clock = match (options.now, given, options.moment) {
        (Some(_), _, Some(moment)) | (None, ClockSpec::Fixed(_), Some(moment)) => ClockSpec::Fixed(moment),
        (Some(now), ..) => ClockSpec::Fixed(now),
        (None, ClockSpec::Running { rate, .. }, Some(start)) => ClockSpec::Running { start, rate },
        (None, clock, _) => clock,
    };
    let moment = match clock {
        ClockSpec::Real => options.moment.unwrap_or(now),
        ClockSpec::Fixed(start) | ClockSpec::Running { start, .. } => start,
    };
    let origin = Origin::new(moment, merged.zone);
    origin.note_if(machine.is_used());
    Ok((origin, clock))
}

/// The mistakes without those that follow from a mistake in the text: a misspelt key makes its
/// entry incomplete.
fn without_followers(mut mistakes: Vec<Diagnostic>, of_text: usize) -> Vec<Diagnostic> {
    let rest = mistakes.split_off(of_text);
    let follows = |later: &Diagnostic| {
        mistakes.iter().any(|first| {
            let within = first.path.strip_prefix(later.path.as_str());
            first.file == later.file && within.is_some_and(|within| within.starts_with(['.', '[']))
        })
    };
    let rest: Vec<Diagnostic> = rest.into_iter().filter(|later| !follows(later)).collect();
    mistakes.extend(rest);
    mistakes
}

/// Refuses more calls than a scenario that comes over HTTP may have.
fn few_calls(merged: &Merged, most: usize, advice: &str, mistakes: &mut Vec<Diagnostic>) {
    let message = |calls: usize| format!("expected {most} calls at most, found {calls}; {advice}");
    let generated = merged.generate.iter().map(|entry| entry.value.calls.value as usize);
    let calls = generated.fold(merged.calls.len(), usize::saturating_add);
    if calls <= most {
        return;
    }
    match merged.generate.last() {
        Some(entry) => mistakes.push(entry.mistake(entry.value.calls.place, "calls", message(calls))),
        None => mistakes.extend(
            merged.calls.get(most).map(|entry| entry.mistake(entry.value.id.place, "", message(calls))),
        ),
    }
}

fn faults(merged: &mut Merged, options: &LoadOptions, mistakes: &mut Vec<Diagnostic>) -> Vec<Arc<Rule>> {
    let mut rules = vec![];
    let mut ids: HashMap<String, String> = HashMap::new();
    if let Some(entry) = merged.faults.get(FAULTS) {
        let message =
            format!("there are more faults than {FAULTS}, and each request is held against all of them");
        mistakes.push(entry.mistake(entry.value.place, "", message));
        return rules;
    }
    for entry in std::mem::take(&mut merged.faults) {
        if let Some(id) = &entry.value.value.id
            && let Some(first) = ids.insert(id.clone(), entry.path.clone())
        {
            let message = format!("a second fault `{id}`; the first is {first}. Give it another id");
            mistakes.push(entry.mistake(entry.value.place, "id", message));
        }
        match entry.value.value.clone().rule(&options.catalogues) {
            Ok(rule) => rules.push(Arc::new(rule)),
            Err(wrong) => mistakes.push(entry.mistake(entry.value.place, wrong.path, wrong.message)),
        }
    }
    rules
}

fn readings(merged: &Merged, options: &LoadOptions, mistakes: &mut Vec<Diagnostic>) -> Readings {
    let mut readings = Readings::default();
    for entry in &merged.readings {
        let (id, option) = &entry.value;
        let name = &option.value.0;
        match readings.choose(options.readings(), &id.value, name) {
            Ok(()) => {}
            Err(UnknownReading::Id) => {
                let known = options.readings().map(|r| r.id);
                let message =
                    format!("unknown reading `{}`{}", id.value, did_you_mean_or_known(&id.value, known));
                mistakes.push(entry.mistake(id.place, &id.value, message));
            }
            Err(UnknownReading::Option(options)) => {
                let known = options.iter().copied();
                let message = format!("`{}` is not an option{}", name, did_you_mean_or_known(name, known));
                mistakes.push(entry.mistake(option.place, &id.value, message));
            }
        }
    }
    readings
}
