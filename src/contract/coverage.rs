//! Coverage: how often each behavior was exercised. Never "passed": what a client made of an answer
//! is not known here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::{Behavior, Finding, Inference};

/// The numbers counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// How often each behavior was met.
    pub behaviors: BTreeMap<&'static Behavior, u64>,
    /// How often each finding was made.
    pub findings: BTreeMap<&'static Finding, u64>,
    /// How often each inference was drawn.
    pub inferences: BTreeMap<&'static Inference, u64>,
    /// By vendor, operation (none where the request names none) and status (none where there was no
    /// answer).
    pub answers: BTreeMap<(&'static str, Option<&'static str>, Option<u16>), u64>,
    /// The first exchanges that met each behavior or finding, no more than
    /// [`CoverageCounter::EXAMPLES`] of each.
    pub examples: Vec<Example>,
}

/// The behaviors, findings and inferences of one exchange: noted once by the vendor's checks, and
/// shared by the journal, the counts and their examples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Met {
    /// The outcome first.
    pub behaviors: Vec<&'static Behavior>,
    /// The findings, as they were made.
    pub findings: Vec<&'static Finding>,
    /// The words that findings add about this exchange in particular.
    pub details: Vec<(&'static Finding, String)>,
    /// What the exchange tells of what its client made of earlier answers.
    pub inferences: Vec<&'static Inference>,
}

/// The operation and the status of one exchange.
#[derive(Debug, Clone, Copy)]
pub struct Answered {
    /// Who answered.
    pub vendor: &'static str,
    /// The operation asked for, where the request names one.
    pub operation: Option<&'static str>,
    /// The answer's status, where there was one.
    pub status: Option<u16>,
}

/// An exchange by which a behavior or a finding can be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The request.
    pub request: ExampleRequest,
    /// The answer's status, where there was one.
    pub status: Option<u16>,
    /// What it met.
    pub met: Arc<Met>,
}

/// A request as an example shows it: without secrets, and short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleRequest {
    /// The world it belonged to.
    pub world: Arc<str>,
    /// Its number in that world's journal.
    pub seq: u64,
    /// The world's time.
    pub at: DateTime<Utc>,
    /// Method, path, query, and the beginning of the body.
    pub text: String,
}

/// Counts that requests add to while others read them.
#[derive(Debug, Default)]
pub struct CoverageCounter(Mutex<Totals>);

#[derive(Debug, Default)]
struct Totals {
    counts: Counts,
    /// How many examples there are of each behavior and finding, by its id.
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
    /// How many exchanges are kept for each behavior and finding.
    pub const EXAMPLES: usize = 3;

    /// The numbers counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).counts.clone()
    }

    /// Whether an exchange would serve as an example of what it met. What does not once never does.
    #[must_use]
    pub fn wants_example(&self, met: &Met) -> bool {
        let totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        totals.wants(met)
    }

    /// Counts one exchange, with the request where it would serve as an example.
    pub fn count(&self, answered: Answered, met: &Arc<Met>, request: Option<&ExampleRequest>) {
        let Answered { vendor, operation, status } = answered;
        let mut totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let request = request.filter(|_| totals.wants(met));
        let Totals { counts, shown } = &mut *totals;
        *counts.answers.entry((vendor, operation, status)).or_default() += 1;
        for behavior in &met.behaviors {
            *counts.behaviors.entry(behavior).or_default() += 1;
        }
        for finding in &met.findings {
            *counts.findings.entry(finding).or_default() += 1;
        }
        for inference in &met.inferences {
            *counts.inferences.entry(inference).or_default() += 1;
        }
        if let Some(request) = request {
            for id in met.ids() {
                *shown.entry(id).or_default() += 1;
            }
            let example = Example { request: request.clone(), status, met: Arc::clone(met) };
            counts.examples.push(example);
        }
    }

    /// Counts a finding that shows only later, from what followed an exchange or did not.
    pub fn count_late(&self, finding: &'static Finding, example: Option<Example>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).counts.add_late(finding, example);
    }
}

impl Counts {
    /// Adds a finding that shows only later, with the exchange that it is about.
    pub fn add_late(&mut self, finding: &'static Finding, example: Option<Example>) {
        *self.findings.entry(finding).or_default() += 1;
        let Some(example) = example else { return };
        let (world, seq) = (&example.request.world, example.request.seq);
        let same = |known: &&mut Example| known.request.world == *world && known.request.seq == seq;
        if let Some(known) = self.examples.iter_mut().find(same) {
            if !known.met.findings.contains(&finding) {
                let known = Arc::make_mut(&mut known.met);
                known.findings.push(finding);
                let details = example.met.details.iter().filter(|(of, _)| *of == finding);
                known.details.extend(details.cloned());
            }
        } else if self.examples.iter().filter(|known| known.met.findings.contains(&finding)).count()
            < CoverageCounter::EXAMPLES
        {
            self.examples.push(example);
        }
    }
}
