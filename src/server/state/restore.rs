//! Putting the worlds of a state file back. What no longer fits is dropped and said, and the file as
//! it was is kept.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::file::StateFile;
use super::format::{KeptWorld, State, began_with};
use crate::contract::Catalogue;
use crate::dialects::Accounts;
use crate::scenario::{Library, NotFound, Scenario};
use crate::world::{Clock, ClockState, Fork, Ids, Names, Slot, Snapshot, Worlds};

/// Puts the worlds of a file back into a new server.
pub fn restore(file: &mut StateFile, worlds: &Worlds, library: &Library, catalogues: &[&'static Catalogue]) {
    let Some(State { saved_at, worlds: kept, .. }) = file.take() else { return };
    let count = kept.len();
    let stopped = Clock::machine() - saved_at;
    let mut dropped = vec![];
    for mut world in kept {
        run_on(&mut world.snapshot, stopped);
        let shown = shown(&world);
        let before = dropped.len();
        put_back(world, worlds, library, catalogues, &mut dropped);
        dropped[before..].iter_mut().for_each(|line| *line = format!("{shown}: {line}"));
    }
    let path = file.path().display();
    tracing::info!(worlds = count, "{path}: the state of {saved_at} goes on");
    if dropped.is_empty() {
        return;
    }
    for line in &dropped {
        tracing::warn!("{line}");
    }
    match file.keep_copy() {
        Ok(copy) => tracing::warn!("{path}: the state as it was is kept as {}", copy.display()),
        Err(error) => tracing::warn!("{path}: the state as it was could not be kept: {error}"),
    }
}

fn shown(world: &KeptWorld) -> String {
    match &world.name {
        Some(name) => format!("world {} ({name})", world.id),
        None => format!("world {}", world.id),
    }
}

/// Lets a running clock run on while the server was stopped, as a real one does.
fn run_on(snapshot: &mut Snapshot, stopped: TimeDelta) {
    let ClockState::Running { now, rate } = snapshot.clock else { return };
    // A machine whose clock was set back lets no time pass.
    let passed = stopped.to_std().unwrap_or_default();
    let now = Clock::running(now, rate, passed);
    snapshot.clock = ClockState::Running { now, rate };
}

/// Puts one world back, and adds what had to be dropped.
fn put_back(
    kept: KeptWorld,
    worlds: &Worlds,
    library: &Library,
    catalogues: &[&'static Catalogue],
    dropped: &mut Vec<String>,
) {
    let found = library.again(&kept.scenario, kept.snapshot.moment);
    let scenario = found.unwrap_or_else(|error| {
        let why = match error {
            NotFound::Name(message) => message,
            NotFound::Invalid(invalid) => invalid.to_string(),
        };
        dropped.push(format!("its scenario is not there any more, so it has the server's own: {why}"));
        library.own()
    });
    let is_same = kept.snapshot.universe == scenario.fingerprint && kept.started_at == scenario.options.now;
    // A world that begins anew counts its relative times from now.
    let scenario = if is_same { scenario } else { library.again(&kept.scenario, None).unwrap_or(scenario) };
    let Some(slot) = slot_of(&kept, &scenario, worlds) else {
        dropped.push("another world has its id or a credential of it, so it is left out".to_owned());
        return;
    };
    let mut snapshot = kept.snapshot;
    if !is_same {
        let lost = changes(&snapshot, &scenario);
        if !lost.is_empty() {
            dropped
                .push(format!("its scenario, its seed or --now changed, so it begins anew without {lost}"));
        }
        return;
    }
    let begins_with = began_with(&scenario.readings);
    if kept.began_with != begins_with {
        if snapshot.readings != kept.began_with {
            dropped
                .push("the readings to begin with changed, so those that were chosen are dropped".to_owned());
        }
        snapshot.readings = begins_with;
    }
    if let Err(error) = slot.replace(|world| world.restored(&snapshot, &scenario, catalogues)) {
        let lost = changes(&snapshot, &scenario);
        dropped.push(format!("{}: {}: it begins anew without {lost}", error.path, error.message));
    }
}

/// The place of a world: the default one's, or a new one.
fn slot_of(kept: &KeptWorld, scenario: &Arc<Scenario>, worlds: &Worlds) -> Option<Arc<Slot>> {
    if *kept.id == *Worlds::DEFAULT {
        return Some(Arc::clone(worlds.default_slot()));
    }
    let had = |vendor: &str, of_scenario: &str| kept.credentials.get(vendor)?.get(of_scenario).cloned();
    let accounts: &Accounts = &scenario.accounts;
    let names = Names::again(accounts, had, Ids::unguessable);
    let fork = Fork {
        scenario: Arc::clone(scenario),
        name: kept.name.clone(),
        ttl: kept.ttl_seconds.map(Duration::from_secs),
    };
    worlds.put_back(Arc::clone(&kept.id), fork, names, kept.created_at)
}

/// What a world loses that begins anew, in words.
fn changes(snapshot: &Snapshot, scenario: &Scenario) -> String {
    let Snapshot { calls, flags, agents, queues, faults, readings, clock, .. } = snapshot;
    let own_faults = faults.iter().filter(|fault| {
        let id = fault.fault.id.as_deref();
        !scenario.faults.iter().any(|rule| rule.fault.id.as_deref() == id)
    });
    let counts = [
        (calls.len(), "created calls"),
        (flags.len(), "flags of calls"),
        (agents.len(), "states of agents"),
        (queues.len(), "states of queues"),
        (own_faults.count(), "faults"),
    ];
    let there = counts.into_iter().filter(|(count, _)| *count > 0);
    let mut words: Vec<String> = there.map(|(count, what)| format!("{what} ({count})")).collect();
    if *readings != began_with(&scenario.readings) {
        words.push("its readings".to_owned());
    }
    if *clock != ClockState::from(scenario.clock) {
        words.push("its clock".to_owned());
    }
    words.join(", ")
}
