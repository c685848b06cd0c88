//! A whole world as data: all that is needed to answer the same requests with the same bytes again.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::changes::{Changes, Flags};
use super::faults::{FaultState, Faults};
use super::{Attempts, Clock, Created, Ids, Nonces, Staffing, World};
use crate::contract::{Catalogue, Readings, UnknownReading};
use crate::scenario::{ClockSpec, Scenario};
use crate::universe::{AgentState, Call, Ordinal, QueueState, Ref, Universe};

/// The most that a snapshot may have counted. It leaves room to count on.
const MOST_COUNTED: u64 = 1 << 62;

/// A world's clock, ids, changes, faults and readings. The journal and the coverage are left out:
/// they record what clients did, and do not affect answers.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this format: 1.
    pub callmock: u32,
    /// The fingerprint of the scenario. Calls are named by their ordinals, so another universe
    /// would not fit.
    pub universe: String,
    /// The moment from which the scenario's relative times were counted, if it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<DateTime<Utc>>,
    /// The clock.
    pub clock: ClockState,
    /// The number of ids drawn.
    pub ids: u64,
    /// The options that differ from the defaults, by reading.
    pub readings: BTreeMap<String, String>,
    /// The faults with their counts.
    pub faults: Vec<FaultState>,
    /// The number of ids given to faults without an id of their own.
    pub numbered_faults: u64,
    /// The states of agents that were switched, by id.
    pub agents: BTreeMap<String, AgentState>,
    /// The states of queues that were switched, by id.
    pub queues: BTreeMap<String, QueueState>,
    /// The flags of calls' customers, by the call's ordinal.
    pub flags: BTreeMap<u32, Flags>,
    /// The second and the count of each rate.
    pub rates: BTreeMap<String, (i64, u32)>,
    /// The next number of each counter.
    pub counters: BTreeMap<String, u64>,
    /// The hashes of the nonces that clients have used.
    pub nonces: Vec<String>,
    /// The created calls.
    pub calls: Vec<Arc<Call>>,
}

/// A clock as the admin API shows and sets it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClockState {
    /// The machine's time.
    Real,
    /// A time that stands still.
    Fixed {
        /// The time.
        now: DateTime<Utc>,
    },
    /// A time that runs at a rate of its own.
    Running {
        /// The current time.
        now: DateTime<Utc>,
        /// Seconds of the world per second of the machine.
        rate: f64,
    },
}

impl From<ClockSpec> for ClockState {
    fn from(spec: ClockSpec) -> Self {
        match spec {
            ClockSpec::Real => Self::Real,
            ClockSpec::Fixed(now) => Self::Fixed { now },
            ClockSpec::Running { start, rate } => Self::Running { now: start, rate },
        }
    }
}

impl From<ClockState> for ClockSpec {
    fn from(state: ClockState) -> Self {
        match state {
            ClockState::Real => Self::Real,
            ClockState::Fixed { now } => Self::Fixed(now),
            ClockState::Running { now, rate } => Self::Running { start: now, rate },
        }
    }
}

/// The reason why a snapshot cannot be restored in a world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRestored {
    /// The member of the snapshot that is wrong.
    pub path: &'static str,
    /// A description of the mistake.
    pub message: String,
}

impl World {
    /// The world as data, as of now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.settled();
        self.look(|changes| self.data(self.universe(), changes))
    }

    fn data(&self, universe: &Universe, changes: &Changes) -> Snapshot {
        Snapshot {
            callmock: 1,
            universe: self.scenario().fingerprint.clone(),
            moment: self.scenario().moment,
            clock: self.clock.spec().into(),
            ids: self.ids.drawn(),
            readings: self.readings().iter().map(|(id, option)| (id.to_owned(), option.to_owned())).collect(),
            faults: self.faults.all(),
            numbered_faults: self.faults.numbered(),
            agents: changes
                .agents
                .iter()
                .map(|(index, state)| (universe.agent(Ref::to(*index)).id.to_string(), *state))
                .collect(),
            queues: changes
                .queues
                .iter()
                .map(|(index, state)| (universe.queue(Ref::to(*index)).id.to_string(), *state))
                .collect(),
            flags: changes.flags.iter().map(|(call, flags)| (call.0, *flags)).collect(),
            rates: changes.rates().map(|(key, rate)| (key.to_owned(), rate)).collect(),
            counters: changes.counters().map(|(key, next)| (key.to_owned(), next)).collect(),
            nonces: self.nonces.digests(),
            calls: self.created.load().calls().cloned().collect(),
        }
    }

    /// The world as a snapshot describes it, with the journal and the coverage of this one.
    /// `scenario` is this world's, with its relative times counted from the snapshot's moment.
    ///
    /// # Errors
    /// The first member of the snapshot that does not fit the scenario.
    pub fn restored(
        &self,
        snapshot: &Snapshot,
        scenario: &Arc<Scenario>,
        catalogues: &[&'static Catalogue],
    ) -> Result<Self, NotRestored> {
        let wrong = |path, message: String| NotRestored { path, message };
        if snapshot.callmock != 1 {
            let message =
                format!("version {} is not known; this is a callmock of version 1", snapshot.callmock);
            return Err(wrong("callmock", message));
        }
        if snapshot.universe != scenario.fingerprint {
            let message = "the snapshot was taken of another scenario, or with another seed".to_owned();
            return Err(wrong("universe", message));
        }
        if snapshot.moment != scenario.moment {
            let message = "the calls of the scenario were not counted from this moment".to_owned();
            return Err(wrong("moment", message));
        }
        let counted = snapshot.counters.values().chain([&snapshot.ids, &snapshot.numbered_faults]);
        if counted.max().is_some_and(|most| *most > MOST_COUNTED) {
            let message =
                format!("expected {MOST_COUNTED} at most in `counters`, `ids` and `numbered_faults`");
            return Err(wrong("counters", message));
        }
        let universe = &scenario.universe;
        let clock = ClockSpec::from(snapshot.clock).checked().map_err(|message| wrong("clock", message))?;
        let mut readings = Readings::default();
        for (id, option) in &snapshot.readings {
            let all = catalogues.iter().flat_map(|catalogue| catalogue.readings.iter().copied());
            readings.choose(all, id, option).map_err(|error| {
                wrong(
                    "readings",
                    match error {
                        UnknownReading::Id => format!("there is no reading `{id}`"),
                        UnknownReading::Option(options) => {
                            format!("`{id}` has no option `{option}`; known: {}", options.join(", "))
                        }
                    },
                )
            })?;
        }
        if snapshot.faults.len() > Faults::MOST {
            return Err(wrong(
                "faults",
                format!("expected {} faults at most, found {}", Faults::MOST, snapshot.faults.len()),
            ));
        }
        let mut rules = Vec::with_capacity(snapshot.faults.len());
        for FaultState { fault, counts } in &snapshot.faults {
            if let Some((began, _)) = counts.window {
                ClockSpec::Fixed(began).checked().map_err(|message| wrong("faults", message))?;
            }
            if fault.id.is_none() {
                return Err(wrong("faults", "a fault of a snapshot has an `id`".to_owned()));
            }
            let rule = fault.clone().rule(catalogues).map_err(|error| wrong("faults", error.message))?;
            rules.push((Arc::new(rule), *counts));
        }
        let faults = Faults::restored(scenario.seed, snapshot.numbered_faults, rules.into_iter());
        let faults = faults.map_err(|_| wrong("faults", "two faults have one id".to_owned()))?;
        if snapshot.nonces.len() > Nonces::REMEMBERED {
            let (most, found) = (Nonces::REMEMBERED, snapshot.nonces.len());
            return Err(wrong("nonces", format!("expected {most} nonces at most, found {found}")));
        }
        let nonces = Nonces::of(&snapshot.nonces)
            .ok_or_else(|| wrong("nonces", "expected digests of 32 hexadecimal digits".to_owned()))?;
        let created = created_of(universe, &snapshot.calls)?;
        let mut changes = changes_of(universe, snapshot, created.len())?;
        let first = universe.len();
        let ordinals = (first..).filter_map(|n| u32::try_from(n).ok()).map(Ordinal);
        changes.staffing = Staffing::of(ordinals.zip(created.calls().map(Arc::as_ref)));
        let next_due = changes.staffing.next_due().map_or(i64::MAX, |due| due.timestamp_micros());
        Ok(Self {
            id: Arc::clone(&self.id),
            name: self.name.clone(),
            clock: Clock::new(clock),
            ids: Ids::after(scenario.seed, snapshot.ids),
            nonces,
            attempts: Attempts::default(),
            walks: Arc::clone(&self.walks),
            windows: Arc::clone(&self.windows),
            expectations: Arc::clone(&self.expectations),
            faults,
            journal: Arc::clone(&self.journal),
            coverage: Arc::clone(&self.coverage),
            created: ArcSwap::from_pointee(created),
            changes: Mutex::new(changes),
            next_due: AtomicI64::new(next_due),
            readings: ArcSwap::from_pointee(readings),
            secrets: Arc::clone(&self.secrets),
            names: Arc::clone(&self.names),
            scenario: Arc::clone(scenario),
            told_end: AtomicBool::new(false),
            shown: Arc::default(),
            observer: Arc::clone(&self.observer),
        })
    }
}

fn created_of(universe: &Universe, calls: &[Arc<Call>]) -> Result<Created, NotRestored> {
    let (agents, customers, queues) =
        (universe.agents().count(), universe.customers().count(), universe.queues().count());
    let mut ids: HashSet<(&str, Cow<'_, str>)> = HashSet::with_capacity(2 * calls.len());
    for (n, call) in calls.iter().enumerate() {
        let there = call.agent.is_none_or(|agent| agent.index() < agents)
            && call.customer.is_none_or(|customer| customer.index() < customers)
            && call.queue.is_none_or(|queue| queue.index() < queues)
            && call.parent.is_none_or(|parent| (parent.0 as usize) < universe.len() + n);
        if ClockSpec::Fixed(call.at).checked().is_err() {
            let message = format!("calls[{n}] began at {}; expected a time of the years 0 to 9999", call.at);
            return Err(NotRestored { path: "calls", message });
        }
        if !there {
            let message =
                format!("calls[{n}] names an agent, a customer, a queue or a call that is not there");
            return Err(NotRestored { path: "calls", message });
        }
        let data = call.data.iter().flat_map(|data| data.each());
        let wire_ids = data.filter_map(|(vendor, data)| Some((vendor, data.wire_id()?)));
        for (vendor, id) in wire_ids.chain([("", call.id.to_string().into())]) {
            if !ids.insert((vendor, id.clone())) {
                let of_vendor = if vendor.is_empty() { String::new() } else { format!("{vendor} ") };
                let message = format!("calls[{n}] has an id that another has: {of_vendor}{id}");
                return Err(NotRestored { path: "calls", message });
            }
        }
    }
    Ok(Created::of(calls.to_vec()))
}

fn changes_of(universe: &Universe, snapshot: &Snapshot, created: usize) -> Result<Changes, NotRestored> {
    let wrong = |path, message: String| NotRestored { path, message };
    let mut changes = Changes::counting_on(&snapshot.counters, &snapshot.rates);
    let agents: HashMap<&str, usize> =
        universe.agents().map(|(agent, it)| (it.id.as_ref(), agent.index())).collect();
    for (id, state) in &snapshot.agents {
        let index = agents.get(id.as_str());
        let index = index.ok_or_else(|| wrong("agents", format!("there is no agent `{id}`")))?;
        changes.switch_agent(*index, *state);
    }
    let queues: HashMap<&str, usize> =
        universe.queues().map(|(queue, it)| (it.id.as_ref(), queue.index())).collect();
    for (id, state) in &snapshot.queues {
        let index = queues.get(id.as_str());
        let index = index.ok_or_else(|| wrong("queues", format!("there is no queue `{id}`")))?;
        changes.queues.insert(*index, *state);
    }
    for (call, flags) in &snapshot.flags {
        if *call as usize >= universe.len() + created {
            return Err(wrong("flags", format!("there is no call at place {call}")));
        }
        changes.flags.insert(Ordinal(*call), *flags);
    }
    Ok(changes)
}
