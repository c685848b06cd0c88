//! Putting the worlds of a state file back. What no longer fits is dropped and said, and the file as
//! it was is kept.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::error::StateError;
use super::file::StateFile;
use super::format::{Began, KeptWorld, State};
use crate::contract::Catalogue;
use crate::scenario::{ClockSpec, Library, NotFound, Provenance, Scenario};
use crate::world::{Clock, ClockState, Fork, Ids, Names, Slot, Snapshot, Worlds};

/// Puts the worlds of a file back into a new server.
///
/// # Errors
/// If worlds lose something and the file as it was cannot be kept, or if a file that cannot be
/// understood cannot be put aside.
pub fn restore(
    file: &mut StateFile,
    worlds: &Worlds,
    library: &Library,
    catalogues: &[&'static Catalogue],
) -> Result<(), StateError> {
    let Some(State { saved_at, worlds: kept, .. }) = file.take()? else { return Ok(()) };
    let count = kept.len();
    let stopped = Clock::machine() - saved_at;
    let mut restoring = Restoring {
        worlds,
        library,
        catalogues,
        has_default: false,
        loaded: HashMap::new(),
        dropped: vec![],
    };
    for mut world in kept {
        run_on(&mut world.snapshot, stopped);
        restoring.put_back(world);
    }
    let path = file.path().display();
    tracing::info!(worlds = count, "{path}: the state of {saved_at} goes on");
    if restoring.dropped.is_empty() {
        return Ok(());
    }
    for line in &restoring.dropped {
        tracing::warn!("{line}");
    }
    let copy = file.keep_copy().map_err(|error| StateError::NotKept(file.path().to_owned(), error))?;
    tracing::warn!("{path}: the state as it was is kept as {}", copy.display());
    Ok(())
}

/// Lets a running clock run on while the server was stopped, as a real one does.
fn run_on(snapshot: &mut Snapshot, stopped: TimeDelta) {
    let ClockState::Running { now, rate } = snapshot.clock else { return };
    // A time that no clock has is refused with the snapshot.
    if ClockSpec::from(snapshot.clock).checked().is_ok() {
        // A machine whose clock was set back lets no time pass.
        let passed = stopped.to_std().unwrap_or_default();
        snapshot.clock = ClockState::Running { now: Clock::running(now, rate, passed), rate };
    }
}

/// Scenarios that worlds share, by where they came from and from when their times are counted.
type Loaded = HashMap<(Provenance, Option<DateTime<Utc>>), Result<Arc<Scenario>, String>>;

/// A server's worlds while they are put back.
struct Restoring<'a> {
    worlds: &'a Worlds,
    library: &'a Library,
    catalogues: &'a [&'static Catalogue],
    /// Whether the default world was among them.
    has_default: bool,
    /// The scenarios, which worlds share.
    loaded: Loaded,
    /// The lines about everything that had to be dropped.
    dropped: Vec<String>,
}

impl Restoring<'_> {
    /// Puts one world back.
    fn put_back(&mut self, kept: KeptWorld) {
        let shown = match &kept.name {
            Some(name) => format!("world {} ({name})", kept.id),
            None => format!("world {}", kept.id),
        };
        let mut drop = |line: String| self.dropped.push(format!("{shown}: {line}"));
        let moment = kept.snapshot.moment;
        let found = scenario(self.library, &mut self.loaded, &kept.scenario, moment);
        let (scenario, why) = match found {
            Ok(scenario) => (scenario, "its scenario, its seed or --now changed".to_owned()),
            Err(why) => (self.library.own(), format!("its scenario cannot be loaded ({why})")),
        };
        let is_same =
            kept.snapshot.universe == scenario.fingerprint && kept.began.now == scenario.options.now;
        let scenario = if is_same {
            scenario
        } else {
            // A world that begins anew counts its relative times from now.
            self::scenario(self.library, &mut self.loaded, &kept.scenario, None).unwrap_or(scenario)
        };
        let accounts = &scenario.accounts;
        for (vendor, halves) in &kept.credentials {
            for half in halves.keys() {
                let mut all = accounts.each();
                if !all.any(|(of, account)| of == vendor && account.public_half() == half) {
                    drop(format!(
                        "its scenario has no account `{half}` of {vendor}, so its credential is dropped"
                    ));
                }
            }
        }
        let Some(slot) = slot_of(&kept, &scenario, self.worlds, &mut self.has_default) else {
            drop(
                "it is left out: its id or one of its credentials is another world's, or is none".to_owned(),
            );
            return;
        };
        let lost = lost(&kept, &scenario);
        let KeptWorld { mut snapshot, began, .. } = kept;
        if !is_same {
            if !lost.is_empty() {
                drop(format!("{why}, so it begins anew without {lost}"));
            }
            return;
        }
        let begins = Began::of(&scenario);
        if began.readings != begins.readings {
            if snapshot.readings != began.readings {
                drop(
                    "the readings that it begins with changed, so those that were chosen are dropped"
                        .to_owned(),
                );
            }
            snapshot.readings = begins.readings;
        }
        if let Err(error) = slot.replace(|world| world.restored(&snapshot, &scenario, self.catalogues)) {
            drop(format!("{}: {}: it begins anew without {lost}", error.path, error.message));
        }
    }
}

/// The scenario of a provenance, loaded once for all worlds that have it.
fn scenario(
    library: &Library,
    loaded: &mut Loaded,
    provenance: &Provenance,
    moment: Option<DateTime<Utc>>,
) -> Result<Arc<Scenario>, String> {
    let load = || {
        library.again(provenance, moment).map_err(|error| match error {
            NotFound::Name(message) => message,
            NotFound::Invalid(invalid) => invalid.to_string(),
        })
    };
    loaded.entry((provenance.clone(), moment)).or_insert_with(load).clone()
}

/// The place of a world: the default one's, or a new one.
fn slot_of(
    kept: &KeptWorld,
    scenario: &Arc<Scenario>,
    worlds: &Worlds,
    has_default: &mut bool,
) -> Option<Arc<Slot>> {
    if *kept.id == *Worlds::DEFAULT {
        let is_first = !std::mem::replace(has_default, true);
        return is_first.then(|| Arc::clone(worlds.default_slot()));
    }
    let had = |vendor: &str, of_scenario: &str| kept.credentials.get(vendor)?.get(of_scenario).cloned();
    let names = Names::again(&scenario.accounts, had, Ids::unguessable);
    let fork = Fork {
        scenario: Arc::clone(scenario),
        name: kept.name.clone(),
        ttl: kept.ttl_ms.map(|ttl| Duration::from_millis(ttl.get())),
    };
    worlds.put_back(Arc::clone(&kept.id), fork, names, kept.created_at)
}

/// The changes that a world loses if it begins anew, in words.
fn lost(kept: &KeptWorld, scenario: &Scenario) -> String {
    let Snapshot { calls, flags, agents, queues, faults, readings, clock, .. } = &kept.snapshot;
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
    if *readings != kept.began.readings {
        words.push("its readings".to_owned());
    }
    let is_as_it_began = match (clock, &kept.began.clock) {
        // It has run on since.
        (ClockState::Running { rate, .. }, ClockState::Running { rate: began, .. }) => {
            rate.to_bits() == began.to_bits()
        }
        (clock, began) => clock == began,
    };
    if !is_as_it_began {
        words.push("its clock".to_owned());
    }
    words.join(", ")
}
