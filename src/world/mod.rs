//! A world: one client's view of a universe, with everything that can change. Plain data, no HTTP.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeBounds;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use chrono::{DateTime, TimeDelta, Utc};

mod changes;
mod clock;
mod conduct;
mod created;
mod expectations;
mod faults;
mod ids;
mod journal;
mod limits;
mod names;
mod nonces;
mod observer;
mod past;
mod secrets;
mod sequence;
mod shown;
mod slot;
mod snapshot;
mod staffing;
mod view;
mod worlds;

pub use changes::{Changes, Flags};
pub use clock::{Clock, PastTheEnd};
pub use conduct::{
    AskedPage, AskedTimes, AskedWindow, Attempts, Earlier, Failed, InFlight, Left, ShownRow, Step, TakenStep,
    Tried, Visited, WalkRules, Walks, Why, WindowId, Windows,
};
pub use created::Created;
pub use expectations::{Expectations, OfExchange, Standing, TooManyOpen};
pub use faults::{Due, FaultCounts, FaultState, Faults, NotAdded};
pub use ids::Ids;
pub use journal::{
    Buffer, Captured, Difference, End, Entry, Expected, Filter, Incoming, Injected, Journal, JournalMemory,
    Kept, LateFinding, Mask, Message, Near, News, Page, Raw, RequestRecord, ResponseRecord, Seen, TooMuch,
    Verdict, Wanted, cut_texts, is_secret_name,
};
pub use limits::Limits;
pub use names::Names;
pub use nonces::Nonces;
pub use observer::{Asked, Observed, Observer, Showed};
pub use past::{Met, Past, Walk};
pub use secrets::{SecretPlaces, Secrets};
pub use slot::Slot;
pub use snapshot::{ClockState, NotRestored, Snapshot};
pub use staffing::{Staffing, Untaken};
pub use view::{Slice, Stop, View};
pub use worlds::{Fork, TooMany, Worlds};

use crate::contract::{Choice, Counts, CoverageCounter, ExampleRequest, Late, Missed, Readings};
use crate::dialects::Accounts;
use crate::scenario::{ClockSpec, Scenario};
use crate::universe::{Agent, AgentState, Call, Ordinal, Queue, QueueState, Ref, Universe};
use shown::ShownCalls;

/// One client's view: a shared universe with its own clock, ids, journal, nonces, readings and
/// credentials.
///
/// A request uses the world that was current when it arrived. Resetting, restoring and reloading
/// replace the world with a new one.
#[derive(Debug)]
pub struct World {
    id: Arc<str>,
    name: Option<Arc<str>>,
    scenario: Arc<Scenario>,
    names: Arc<Names>,
    clock: Clock,
    ids: Ids,
    nonces: Nonces,
    attempts: Attempts,
    walks: Arc<Walks>,
    expectations: Arc<Expectations>,
    faults: Faults,
    journal: Arc<Journal>,
    coverage: Arc<CoverageCounter>,
    created: ArcSwap<Created>,
    changes: Mutex<Changes>,
    /// The start of the next created call whose agent is still to be chosen, in microseconds since
    /// 1970.
    next_due: AtomicI64,
    readings: ArcSwap<Readings>,
    secrets: Arc<Secrets>,
    /// Whether the end of the calls was reported already.
    told_end: AtomicBool,
    /// The calls that answers have shown, if the scenario has them counted.
    shown: Arc<ShownCalls>,
    observer: Arc<Observer>,
    windows: Arc<Windows>,
}

impl World {
    /// A world at the start of its scenario.
    #[must_use]
    pub fn new(
        id: Arc<str>,
        scenario: Arc<Scenario>,
        names: Names,
        limits: Limits,
        memory: &Arc<JournalMemory>,
    ) -> Self {
        let names = Arc::new(names);
        let secrets = Arc::new(Secrets::of(&scenario.accounts, &names));
        let journal = Arc::new(Journal::new(limits, memory, &secrets));
        Self::beginning(id, scenario, names, journal, secrets)
    }

    /// This world with a display name.
    #[must_use]
    pub fn named(self, name: Option<Arc<str>>) -> Self {
        Self { name, ..self }
    }

    /// This world at the start of its scenario, with an empty journal whose numbers continue.
    #[must_use]
    pub fn as_it_began(&self) -> Self {
        let journal = Arc::new(self.journal.successor());
        let (scenario, names) = (Arc::clone(&self.scenario), Arc::clone(&self.names));
        let world =
            Self::beginning(Arc::clone(&self.id), scenario, names, journal, Arc::clone(&self.secrets));
        Self { name: self.name.clone(), observer: Arc::clone(&self.observer), ..world }
    }

    /// This world at the start of another scenario. The journal and the coverage continue.
    #[must_use]
    pub fn with_scenario(&self, scenario: Arc<Scenario>) -> Self {
        let secrets = Arc::new(Secrets::of(&scenario.accounts, &self.names));
        self.journal.keep_secret(&secrets);
        let names = Arc::clone(&self.names);
        let world =
            Self::beginning(Arc::clone(&self.id), scenario, names, Arc::clone(&self.journal), secrets);
        Self {
            name: self.name.clone(),
            coverage: Arc::clone(&self.coverage),
            walks: Arc::clone(&self.walks),
            expectations: Arc::clone(&self.expectations),
            observer: Arc::clone(&self.observer),
            windows: Arc::clone(&self.windows),
            ..world
        }
    }

    fn beginning(
        id: Arc<str>,
        scenario: Arc<Scenario>,
        names: Arc<Names>,
        journal: Arc<Journal>,
        secrets: Arc<Secrets>,
    ) -> Self {
        Self {
            id,
            name: None,
            clock: Clock::new(scenario.clock),
            ids: Ids::new(scenario.seed),
            nonces: Nonces::default(),
            attempts: Attempts::default(),
            walks: Arc::default(),
            expectations: Arc::default(),
            faults: Faults::new(scenario.seed, &scenario.faults),
            journal,
            coverage: Arc::default(),
            created: ArcSwap::default(),
            changes: Mutex::default(),
            next_due: AtomicI64::new(i64::MAX),
            readings: ArcSwap::from_pointee(scenario.readings.clone()),
            secrets,
            names,
            scenario,
            told_end: AtomicBool::new(false),
            shown: Arc::default(),
            observer: Arc::default(),
            windows: Arc::default(),
        }
    }

    /// The world's id: `default` for the default world.
    #[must_use]
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// The world's display name.
    #[must_use]
    pub fn name(&self) -> Option<&Arc<str>> {
        self.name.as_ref()
    }

    /// The scenario with which it began.
    #[must_use]
    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// The observer of what clients ask for and are shown. A rehearsal starts it.
    #[must_use]
    pub fn observer(&self) -> &Observer {
        &self.observer
    }

    /// Notes that a vendor's list of past calls is asked for those that began within a range, and lets
    /// the request take its time on the clock of a rehearsal.
    pub fn asked(&self, vendor: &'static str, times: impl RangeBounds<DateTime<Utc>>) {
        if self.observer.is_on() {
            // A clock at the end of time stays there.
            drop(self.advance_clock(self.observer.step()));
            let times = (times.start_bound().cloned(), times.end_bound().cloned());
            self.observer.asked(Asked { vendor, at: self.now(), times });
        }
    }

    /// Notes that a vendor's answer shows a call, if a rehearsal wants to know, and if the scenario
    /// has its calls counted. Calls that clients created are not counted.
    pub fn showed(&self, vendor: &'static str, call: Ordinal) {
        if self.observer.is_on() {
            self.observer.showed(Showed { vendor, at: self.now(), call });
        }
        if self.windows.are_followed() {
            self.showed_on(&self.view(), vendor, call);
        }
        if self.scenario.count_calls && (call.0 as usize) < self.universe().len() {
            self.shown.add(call);
        }
    }

    fn showed_on(&self, view: &View, vendor: &'static str, ordinal: Ordinal) {
        let (Some(call), Some(listed)) = (view.call(ordinal), view.listed_since(ordinal, vendor)) else {
            return;
        };
        let row = ShownRow {
            call: ordinal,
            at: view.now(),
            since_begin: listed - call.at,
            is_unfinished: view.is_unfinished(ordinal, call),
        };
        self.windows.showed(vendor, &row);
    }

    /// Every call of the scenario by its id, with the number of times that it was shown. Empty if
    /// the scenario does not have its calls counted.
    fn calls_by_id(&self, shown: &BTreeMap<Ordinal, u64>) -> Vec<(Arc<str>, u64)> {
        if !self.scenario.count_calls {
            return vec![];
        }
        let counted = self.universe().calls().iter().zip(0..).map(|(call, place)| {
            (call.id.to_string().into(), shown.get(&Ordinal(place)).copied().unwrap_or_default())
        });
        counted.collect()
    }

    /// The end of the last call, once the clock has passed it. The time is returned only once, for
    /// the message that no more calls arrive, and only if the scenario has relative times.
    pub fn ran_out(&self) -> Option<DateTime<Utc>> {
        let end = self.scenario.runs_out.filter(|end| *end < self.now())?;
        (!self.told_end.swap(true, Ordering::Relaxed)).then_some(end)
    }

    /// The records of its scenario.
    #[must_use]
    pub fn universe(&self) -> &Arc<Universe> {
        &self.scenario.universe
    }

    /// The accounts, under the scenario's names.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.scenario.accounts
    }

    /// The public halves of its accounts.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The world's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The world's faults.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The coverage by its clients.
    #[must_use]
    pub fn coverage(&self) -> &CoverageCounter {
        &self.coverage
    }

    /// The counts so far, including the lists and files that its clients have left unfinished, and
    /// the expectations that are open.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = self.coverage.counts();
        self.add_open(&mut counts);
        counts
    }

    /// Adds what is still open to some counts: the findings about unfinished lists and files, the
    /// expectations, and the calls that answers have shown.
    pub fn add_open(&self, counts: &mut Counts) {
        counts.add_calls(self.calls_by_id(&self.shown.counts()));
        let late = self.late();
        for missed in self.missed(&late) {
            counts.add_missed(missed);
        }
        for late in late {
            counts.add_late(late);
        }
    }

    /// Moves the numbers of shown calls to the coverage of this world, which may go on without it,
    /// and adds them to a total.
    pub(super) fn keep_shown_calls(&self, total: &CoverageCounter) {
        let calls = self.calls_by_id(&self.shown.take());
        self.coverage.count_calls(calls.clone());
        total.count_calls(calls);
    }

    /// The findings about the lists and files that its clients have left unfinished, as of now.
    #[must_use]
    pub fn late(&self) -> Vec<Late> {
        let late = self.left().into_iter().map(|unfinished| {
            let example = unfinished.example(|last| self.example(last));
            let mut late = Late { sighting: unfinished.sighting(), example, expected: false };
            late.expected = late.seen().is_some_and(|(id, seq)| self.expectations.covers(seq, id));
            if let Some(example) = late.example.as_mut().filter(|_| late.expected) {
                Arc::make_mut(&mut example.met).expected.push(late.sighting.finding.id);
            }
            late
        });
        late.collect()
    }

    /// The expectations that are open as of now, given its late findings.
    pub fn missed(&self, late: &[Late]) -> impl Iterator<Item = Missed> + use<'_> {
        self.expectations.standing(late).missed(&self.id, self.name.as_ref())
    }

    /// The findings about unfinished lists and files, by the number of the exchange that they are
    /// about. They are not in the journal, because only the absence of a later request shows them.
    #[must_use]
    pub fn late_findings(&self) -> HashMap<u64, Vec<LateFinding>> {
        let mut late: HashMap<u64, Vec<LateFinding>> = HashMap::new();
        for Left { finding, last, detail, .. } in self.left() {
            if let Some(seq) = last.map(|last| last.seq) {
                let expected = self.expectations.covers(seq, finding.id);
                late.entry(seq).or_default().push(LateFinding { finding, detail, expected });
            }
        }
        late
    }

    /// The request of an exchange as an example shows it.
    #[must_use]
    pub fn example(&self, kept: &Kept) -> ExampleRequest {
        ExampleRequest {
            world: Arc::clone(&self.id),
            world_name: self.name.clone(),
            test: kept.test.clone(),
            operation: kept.operation,
            seq: kept.seq,
            at: kept.at,
            text: kept.mask(&self.secrets).request_in_short(&kept.raw),
        }
    }

    /// The current time of the world's clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The source of ids and random numbers.
    #[must_use]
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The nonces that its clients have used.
    #[must_use]
    pub fn nonces(&self) -> &Nonces {
        &self.nonces
    }

    /// The recent refusals.
    #[must_use]
    pub fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    /// The ranges of time that its clients ask lists for.
    #[must_use]
    pub fn windows(&self) -> &Windows {
        &self.windows
    }

    /// What its clients have left undone, as of now: only the absence of later requests shows it.
    fn left(&self) -> Vec<Left> {
        let mut left = self.walks.unfinished();
        left.retain(|walk| !walk.window.is_some_and(|window| self.windows.is_made_up(window)));
        let view = self.view();
        left.extend(self.windows.found(|ordinal| Some(view.changed_at(ordinal, view.call(ordinal)?))));
        left
    }

    /// The walks of its clients through lists.
    #[must_use]
    pub fn walks(&self) -> &Arc<Walks> {
        &self.walks
    }

    /// The findings and refusals that its tests expect.
    #[must_use]
    pub fn expectations(&self) -> &Expectations {
        &self.expectations
    }

    /// The secrets to mask in all that leaves it.
    #[must_use]
    pub fn secrets(&self) -> &Arc<Secrets> {
        &self.secrets
    }

    /// The exchanges of its clients.
    #[must_use]
    pub fn journal(&self) -> &Arc<Journal> {
        &self.journal
    }

    /// The chosen option of a reading.
    #[must_use]
    pub fn reading<C: Choice>(&self) -> C {
        self.readings.load().get()
    }

    /// The chosen options that differ from the defaults.
    #[must_use]
    pub fn readings(&self) -> Arc<Readings> {
        self.readings.load_full()
    }

    /// Changes the chosen options in one step: either all changes of `choose` or none.
    ///
    /// # Errors
    /// The error of `choose`. Nothing is changed then.
    pub fn choose<E>(&self, choose: impl Fn(&mut Readings) -> Result<(), E>) -> Result<(), E> {
        self.changes(|_| {
            let mut readings = Readings::clone(&self.readings.load());
            choose(&mut readings)?;
            self.readings.store(Arc::new(readings));
            Ok(())
        })
    }

    /// A view for one request: the universe and the created calls, as of now.
    #[must_use]
    pub fn view(&self) -> View {
        let now = self.settled();
        View::new(Arc::clone(self.universe()), self.created.load_full(), now)
    }

    /// Chooses the agents that are due, and returns the current time.
    fn settled(&self) -> DateTime<Utc> {
        let now = self.now();
        if now.timestamp_micros() >= self.next_due.load(Ordering::Acquire) {
            self.changes(|changes| self.settle(changes, now));
        }
        now
    }

    /// Chooses the agents of the calls that have begun by `now` and have none yet. The calls are
    /// taken in the order of their start, and the state of agents is that at each start. Every step
    /// of a world does this before anything else.
    fn settle(&self, changes: &mut Changes, now: DateTime<Utc>) {
        if changes.staffing.next_due().is_none_or(|due| due > now) {
            return;
        }
        let (universe, created) = (self.universe(), self.created.load_full());
        let mut settled = vec![];
        while let Some(ordinal) = changes.staffing.take_due(now) {
            let place = ordinal.0 as usize - universe.len();
            let Some(call) = created.call(place).cloned() else { continue };
            let when = (call.at, drawn(universe, ordinal));
            let call = changes.staffing.choose(universe, &changes.agents, call, when, Untaken::Failed);
            changes.staffing.note(ordinal, &call);
            settled.push((place, call));
        }
        self.created.store(Arc::new(created.replaced(settled)));
        self.note_due(changes);
    }

    fn note_due(&self, changes: &Changes) {
        let due = changes.staffing.next_due().map_or(i64::MAX, |due| due.timestamp_micros());
        self.next_due.store(due, Ordering::Release);
    }

    /// Sets the clock.
    pub fn set_clock(&self, spec: ClockSpec) {
        self.changes(|changes| {
            self.settle(changes, self.now());
            self.clock.set(spec);
            self.settle(changes, self.now());
        });
    }

    /// Moves the clock forward in one step, and returns the new time.
    ///
    /// # Errors
    /// When the new time would be past the year 9999. The clock stays as it is.
    pub fn advance_clock(&self, by: TimeDelta) -> Result<DateTime<Utc>, PastTheEnd> {
        self.changes(|changes| {
            self.settle(changes, self.now());
            let now = self.clock.advance(by)?;
            self.settle(changes, now);
            Ok(now)
        })
    }

    /// Switches the state of an agent, for calls that begin from now on.
    pub fn switch_agent(&self, agent: Ref<Agent>, state: AgentState) {
        self.changes(|changes| {
            self.settle(changes, self.now());
            changes.switch_agent(agent.index(), state);
        });
    }

    /// Switches the state of a queue.
    pub fn switch_queue(&self, queue: Ref<Queue>, state: QueueState) {
        self.changes(|changes| changes.queues.insert(queue.index(), state));
    }

    /// Runs a step that reads or changes the world's changes, under its one lock. A step must be
    /// short.
    pub fn changes<T>(&self, step: impl FnOnce(&mut Changes) -> T) -> T {
        let mut changes = self.lock();
        changes.steps += 1;
        step(&mut changes)
    }

    /// Runs a step that only reads the world's changes, under its one lock. A step must be short.
    pub fn look<T>(&self, step: impl FnOnce(&Changes) -> T) -> T {
        step(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Changes> {
        // Every step leaves the changes consistent, so a poisoned lock can still be used.
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The counts of all that can change in a snapshot: while they are the same, so is the snapshot, but
    /// for the time that passes.
    #[must_use]
    pub fn mark(&self) -> [u64; 4] {
        let steps = self.look(|changes| changes.steps);
        [steps, self.ids.drawn(), self.faults.changes(), self.nonces.recorded()]
    }

    /// The current state of an agent.
    #[must_use]
    pub fn agent_state(&self, agent: Ref<Agent>) -> AgentState {
        let changed = self.look(|changes| changes.agents.get(&agent.index()).copied());
        changed.unwrap_or(self.universe().agent(agent).state)
    }

    /// The current state of a queue.
    #[must_use]
    pub fn queue_state(&self, queue: Ref<Queue>) -> QueueState {
        let changed = self.look(|changes| changes.queues.get(&queue.index()).copied());
        changed.unwrap_or(self.universe().queue(queue).state)
    }

    /// Creates a call beside the universe, in one step with the numbers that it takes.
    ///
    /// # Errors
    /// The error of `make`. Nothing is created then.
    ///
    /// # Panics
    /// At 4 294 967 296 calls.
    pub fn create<E>(
        &self,
        make: impl FnOnce(&mut Changes, &View, Ordinal) -> Result<Call, E>,
    ) -> Result<(View, Ordinal), E> {
        self.changes(|changes| {
            let now = self.now();
            self.settle(changes, now);
            let (listed, created) = (self.universe().len(), self.created.load_full());
            let before = View::new(Arc::clone(self.universe()), Arc::clone(&created), now);
            let ordinal =
                Ordinal(u32::try_from(listed + created.len()).expect("fewer calls than fit in 32 bits"));
            let call = make(changes, &before, ordinal)?;
            if call.id.is_created() {
                changes.staffing.note(ordinal, &call);
                self.note_due(changes);
            }
            let created = Arc::new(created.with(call));
            self.created.store(Arc::clone(&created));
            Ok((View::new(Arc::clone(self.universe()), created, now), ordinal))
        })
    }
}

impl Changes {
    /// Gives a new call an available agent, as of a time. If no agent is available, the call ends
    /// as `untaken` says.
    #[must_use]
    pub fn staffed(
        &mut self,
        view: &View,
        ordinal: Ordinal,
        call: Call,
        at: DateTime<Utc>,
        untaken: Untaken,
    ) -> Call {
        self.staffing.choose(view, &self.agents, call, (at, drawn(view, ordinal)), untaken)
    }
}

/// The random number for the choice of a call's agent.
fn drawn(universe: &Universe, ordinal: Ordinal) -> u16 {
    let bytes = universe.opaque("agent of call", ordinal.0 as usize);
    u16::from_be_bytes([bytes[0], bytes[1]])
}
