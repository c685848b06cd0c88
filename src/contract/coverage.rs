//! Coverage: how often each behavior was exercised. It never says "passed", because callmock cannot
//! see how a client handled an answer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use chrono::{DateTime, Utc};

use super::tally::{Numbered, Tally};
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

/// Counts to which requests add while others read them. What every request adds to is counted
/// without a lock.
#[derive(Debug, Default)]
pub struct CoverageCounter {
    /// The number of times that each behavior, finding and inference was met.
    met: Tally,
    /// The number of examples of each behavior and finding.
    shown: Tally,
    answers: RwLock<Vec<(AnswerKind, AtomicU64)>>,
    /// The rest, which few requests add to.
    rest: Mutex<Counts>,
}

/// The vendor, operation and status of an answer.
type AnswerKind = (&'static str, Option<&'static str>, Option<u16>);

impl Met {
    /// The numbers of its behaviors and findings.
    fn numbers(&self) -> impl Iterator<Item = usize> {
        let behaviors = self.behaviors.iter().map(|behavior| behavior.number());
        behaviors.chain(self.findings.iter().map(|finding| finding.number()))
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
        let mut counts = self.rest().clone();
        for (entry, count) in self.met.counted() {
            match entry {
                Numbered::Behavior(behavior) => *counts.behaviors.entry(behavior).or_default() += count,
                // Findings that only later requests showed are counted with the rest.
                Numbered::Finding(finding) => *counts.findings.entry(finding).or_default() += count,
                Numbered::Inference(inference) => *counts.inferences.entry(inference).or_default() += count,
            }
        }
        for (kind, count) in self.answers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            counts.answers.insert(*kind, count.load(Ordering::Relaxed));
        }
        counts
    }

    /// Whether more examples are wanted of anything that an exchange met. Once false, it stays
    /// false.
    #[must_use]
    pub fn wants_example(&self, met: &Met) -> bool {
        met.numbers().any(|number| self.shown.get(number) < Self::EXAMPLES as u64)
    }

    /// Counts one exchange. The request is kept as an example if one is wanted. Returns whether it
    /// was kept.
    pub fn count(&self, answered: Answered<'_>, met: &Arc<Met>, request: Option<&ExampleRequest>) -> bool {
        let Answered { vendor, operation, status, test } = answered;
        self.answered_as((vendor, operation, status));
        for number in met.numbers() {
            self.met.add(number);
        }
        for inference in &met.inferences {
            self.met.add(inference.number());
        }
        if !met.findings.is_empty() || !met.expected.is_empty() {
            let mut rest = self.rest();
            for finding in &met.findings {
                let expected = met.expected.contains(&finding.id);
                rest.add_sighting(Sighting { finding, operation, test: test.cloned() }, expected);
            }
            let ids = met.behaviors.iter().map(|behavior| behavior.id);
            for id in ids.filter(|id| met.expected.contains(id)) {
                *rest.expected.entry(id).or_default() += 1;
            }
        }
        let Some(request) = request else { return false };
        let mut rest = self.rest();
        // Under the lock, so that two requests at once do not both become the last example.
        if !self.wants_example(met) {
            return false;
        }
        for number in met.numbers() {
            self.shown.add(number);
        }
        let (request, met) = (request.clone(), Arc::clone(met));
        rest.examples.push(Example { request, status, answer: None, met });
        true
    }

    fn answered_as(&self, kind: AnswerKind) {
        let add = |known: &[(AnswerKind, AtomicU64)]| {
            let count = known.iter().find(|(of, _)| *of == kind);
            count.map(|(_, count)| count.fetch_add(1, Ordering::Relaxed)).is_some()
        };
        if add(&self.answers.read().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let mut known = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        if !add(&known) {
            known.push((kind, AtomicU64::new(1)));
        }
    }

    /// Adds the beginning of the answer's body to an example.
    pub fn answered(&self, world: &str, seq: u64, answer: &str) {
        for example in self.rest().examples.iter_mut().filter(|example| example.request.is(world, seq)) {
            example.answer = Some(answer.to_owned());
        }
    }

    /// Counts the calls that answers have shown.
    pub fn count_calls(&self, calls: Vec<(Arc<str>, u64)>) {
        self.rest().add_calls(calls);
    }

    /// Counts a finding that only later requests, or their absence, show.
    pub fn count_late(&self, late: Late) {
        self.rest().add_late(late);
    }

    /// Counts an expectation that was not met.
    pub fn count_missed(&self, missed: Missed) {
        self.rest().add_missed(missed);
    }

    fn rest(&self) -> MutexGuard<'_, Counts> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn add_sighting(&mut self, mut sighting: Sighting, expected: bool) {
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
        *self.findings.entry(finding).or_default() += 1;
        self.add_sighting(sighting, expected);
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
