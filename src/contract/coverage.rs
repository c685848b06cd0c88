//! Coverage: how often each behavior was exercised. It never says "passed", because callmock cannot
//! see how a client handled an answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::{Behavior, Finding, Inference};

/// The counts of one world, or of all worlds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// The number of times that each behavior was met.
    pub behaviors: BTreeMap<&'static Behavior, u64>,
    /// The number of times that each finding was made.
    pub findings: BTreeMap<&'static Finding, u64>,
    /// The findings that no test expected, by operation and test.
    pub sightings: BTreeMap<Sighting, u64>,
    /// The number of times that a finding or a refusal was expected, by its id.
    pub expected: BTreeMap<&'static str, u64>,
    /// The expectations that were not met.
    pub missed: BTreeMap<Missed, u64>,
    /// The number of times that answers showed each call, by its id in the scenario, where the scenario
    /// has its calls counted.
    pub calls: BTreeMap<Arc<str>, u64>,
    /// The number of times that each inference was drawn.
    pub inferences: BTreeMap<&'static Inference, u64>,
    /// The number of answers by vendor, operation and status. The operation is none if the request
    /// names none, and the status is none if there was no answer.
    pub answers: BTreeMap<(&'static str, Option<&'static str>, Option<u16>), u64>,
    /// The first exchanges that met each behavior or finding, at most [`CoverageCounter::EXAMPLES`]
    /// of each.
    pub examples: Vec<Example>,
}

/// The behaviors, findings and inferences of one exchange. They are recorded once, by the vendor's
/// checks, and shared by the journal, the counts and the examples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Met {
    /// The behaviors, with the outcome first.
    pub behaviors: Vec<&'static Behavior>,
    /// The findings, in the order in which they were made.
    pub findings: Vec<&'static Finding>,
    /// The details that findings give about this exchange.
    pub details: Vec<(&'static Finding, String)>,
    /// The inferences about the client's use of earlier answers.
    pub inferences: Vec<&'static Inference>,
    /// The ids of its findings and refusals that a test expected.
    pub expected: Vec<&'static str>,
}

/// A finding in the requests of one test to one operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    /// The finding.
    pub finding: &'static Finding,
    /// The requested operation, if the requests name one.
    pub operation: Option<&'static str>,
    /// The test that sent the requests, if its name is known.
    pub test: Option<Arc<str>>,
}

/// A finding that only later requests, or their absence, show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// The finding, with the operation and the test of its exchange.
    pub sighting: Sighting,
    /// The exchange that it is about, if it is known.
    pub example: Option<Example>,
    /// Whether a test expected it.
    pub expected: bool,
}

/// A finding or a refusal that a test expected, and that did not come.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missed {
    /// The id as the test wrote it.
    pub id: Arc<str>,
    /// The id of the world.
    pub world: Arc<str>,
    /// The test, if its name is known.
    pub test: Option<Arc<str>>,
    /// The request, if the expectation was about one exchange.
    pub request: Option<Arc<str>>,
}

/// The operation, the status and the test of one exchange.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The vendor that answered.
    pub vendor: &'static str,
    /// The requested operation, if the request names one.
    pub operation: Option<&'static str>,
    /// The status of the answer. None if there was no answer.
    pub status: Option<u16>,
    /// The test that sent the request, if its name is known.
    pub test: Option<&'a Arc<str>>,
}

/// An exchange that shows how a behavior or a finding comes about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The request.
    pub request: ExampleRequest,
    /// The status of the answer. None if there was no answer.
    pub status: Option<u16>,
    /// The beginning of the answer's body, once it was sent, if it is text.
    pub answer: Option<String>,
    /// The behaviors, findings and inferences of the exchange.
    pub met: Arc<Met>,
}

/// The request of an example: without secrets, and short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleRequest {
    /// The id of its world.
    pub world: Arc<str>,
    /// The display name of its world.
    pub world_name: Option<Arc<str>>,
    /// The test that sent it, if its name is known.
    pub test: Option<Arc<str>>,
    /// The requested operation, if the request names one.
    pub operation: Option<&'static str>,
    /// The number of the exchange in the journal of that world.
    pub seq: u64,
    /// The world's time.
    pub at: DateTime<Utc>,
    /// The method, the path, the query, and the beginning of the body.
    pub text: String,
}

impl ExampleRequest {
    fn is(&self, world: &str, seq: u64) -> bool {
        *self.world == *world && self.seq == seq
    }
}

/// Counts to which requests add while others read them.
#[derive(Debug, Default)]
pub struct CoverageCounter(Mutex<Totals>);

#[derive(Debug, Default)]
struct Totals {
    counts: Counts,
    /// The number of examples of each behavior and finding, by its id.
    shown: BTreeMap<&'static str, usize>,
}

impl Met {
    /// The ids of its behaviors and findings.
    fn ids(&self) -> impl Iterator<Item = &'static str> {
        let behaviors = self.behaviors.iter().map(|behavior| behavior.id);
        behaviors.chain(self.findings.iter().map(|finding| finding.id))
    }
}

impl Totals {
    fn wants(&self, met: &Met) -> bool {
        met.ids().any(|id| self.shown.get(id).is_none_or(|shown| *shown < CoverageCounter::EXAMPLES))
    }
}

impl CoverageCounter {
    /// The number of examples kept for each behavior and finding.
    pub const EXAMPLES: usize = 3;

    /// The most sightings kept with the names of their tests. A client chooses the names, so there
    /// could be any number of them. Further sightings are counted without a test.
    pub const SIGHTINGS: usize = 10_000;

    /// The most different expectations kept that were not met. Further ones are counted under the
    /// id [`Missed::OTHERS`].
    pub const MISSED: usize = 1000;

    /// The counts so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).counts.clone()
    }

    /// Whether more examples are wanted of anything that an exchange met. Once false, it stays
    /// false.
    #[must_use]
    pub fn wants_example(&self, met: &Met) -> bool {
        let totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        totals.wants(met)
    }

    /// Counts one exchange. The request is kept as an example if one is wanted.
    pub fn count(&self, answered: Answered<'_>, met: &Arc<Met>, request: Option<&ExampleRequest>) {
        let Answered { vendor, operation, status, test } = answered;
        let mut totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let request = request.filter(|_| totals.wants(met));
        let Totals { counts, shown } = &mut *totals;
        *counts.answers.entry((vendor, operation, status)).or_default() += 1;
        for behavior in &met.behaviors {
            *counts.behaviors.entry(behavior).or_default() += 1;
        }
        for finding in &met.findings {
            let expected = met.expected.contains(&finding.id);
            counts.add_finding(Sighting { finding, operation, test: test.cloned() }, expected);
        }
        for id in met.behaviors.iter().map(|behavior| behavior.id).filter(|id| met.expected.contains(id)) {
            *counts.expected.entry(id).or_default() += 1;
        }
        for inference in &met.inferences {
            *counts.inferences.entry(inference).or_default() += 1;
        }
        if let Some(request) = request {
            for id in met.ids() {
                *shown.entry(id).or_default() += 1;
            }
            let (request, met) = (request.clone(), Arc::clone(met));
            let example = Example { request, status, answer: None, met };
            counts.examples.push(example);
        }
    }

    /// Whether an exchange is kept as an example.
    #[must_use]
    pub fn has_example(&self, world: &str, seq: u64) -> bool {
        let totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        totals.counts.examples.iter().any(|example| example.request.is(world, seq))
    }

    /// Adds the beginning of the answer's body to an example.
    pub fn answered(&self, world: &str, seq: u64, answer: &str) {
        let mut totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for example in totals.counts.examples.iter_mut().filter(|example| example.request.is(world, seq)) {
            example.answer = Some(answer.to_owned());
        }
    }

    /// Counts the calls that answers have shown.
    pub fn count_calls(&self, calls: Vec<(Arc<str>, u64)>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).counts.add_calls(calls);
    }

    /// Counts a finding that only later requests, or their absence, show.
    pub fn count_late(&self, late: Late) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).counts.add_late(late);
    }

    /// Counts an expectation that was not met.
    pub fn count_missed(&self, missed: Missed) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).counts.add_missed(missed);
    }
}

impl Late {
    /// The id of the finding and the number of the exchange that it is about, if it is known.
    #[must_use]
    pub fn seen(&self) -> Option<(&'static str, u64)> {
        self.example.as_ref().map(|example| (self.sighting.finding.id, example.request.seq))
    }
}

impl Missed {
    /// The id under which expectations are counted that are too many to be kept.
    pub const OTHERS: &'static str = "(others)";
}

impl Counts {
    /// Adds the calls that answers have shown.
    pub fn add_calls(&mut self, calls: Vec<(Arc<str>, u64)>) {
        for (call, times) in calls {
            *self.calls.entry(call).or_default() += times;
        }
    }

    fn add_finding(&mut self, mut sighting: Sighting, expected: bool) {
        *self.findings.entry(sighting.finding).or_default() += 1;
        if expected {
            *self.expected.entry(sighting.finding.id).or_default() += 1;
            return;
        }
        if self.sightings.len() >= CoverageCounter::SIGHTINGS && !self.sightings.contains_key(&sighting) {
            sighting.test = None;
        }
        *self.sightings.entry(sighting).or_default() += 1;
    }

    /// Adds a finding that only later requests, or their absence, show, with the exchange that it
    /// is about.
    pub fn add_late(&mut self, late: Late) {
        let Late { sighting, example, expected } = late;
        let finding = sighting.finding;
        self.add_finding(sighting, expected);
        let Some(example) = example else { return };
        let (world, seq) = (&example.request.world, example.request.seq);
        let same = |known: &&mut Example| known.request.world == *world && known.request.seq == seq;
        if let Some(known) = self.examples.iter_mut().find(same) {
            if !known.met.findings.contains(&finding) {
                let known = Arc::make_mut(&mut known.met);
                known.findings.push(finding);
                known.expected.extend(Some(finding.id).filter(|_| expected));
                let details = example.met.details.iter().filter(|(of, _)| *of == finding);
                known.details.extend(details.cloned());
            }
        } else if self.examples.iter().filter(|known| known.met.findings.contains(&finding)).count()
            < CoverageCounter::EXAMPLES
        {
            self.examples.push(example);
        }
    }

    /// Adds an expectation that was not met.
    pub fn add_missed(&mut self, mut missed: Missed) {
        if self.missed.len() >= CoverageCounter::MISSED && !self.missed.contains_key(&missed) {
            missed = Missed { id: Missed::OTHERS.into(), world: "".into(), test: None, request: None };
        }
        *self.missed.entry(missed).or_default() += 1;
    }
}
