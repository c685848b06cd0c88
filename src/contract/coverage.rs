//! Coverage: how often each behavior was exercised. Never "passed": what a client made of an answer
//! is not known here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By the behavior's id.
    pub behaviors: BTreeMap<&'static str, u64>,
    /// By the finding's id.
    pub findings: BTreeMap<&'static str, u64>,
    /// By the inference's id.
    pub inferences: BTreeMap<&'static str, u64>,
    /// By vendor, operation (none where the request names none) and status (none where there was no
    /// answer).
    pub answers: BTreeMap<(&'static str, Option<&'static str>, Option<u16>), u64>,
    /// The first exchanges that met each behavior or finding, no more than [`Coverage::EXAMPLES`]
    /// of each.
    pub examples: Vec<Example>,
}

/// What one exchange met.
#[derive(Debug, Clone, Copy)]
pub struct Met<'a> {
    /// Who answered.
    pub vendor: &'static str,
    /// The operation asked for, where the request names one.
    pub operation: Option<&'static str>,
    /// The answer's status, where there was one.
    pub status: Option<u16>,
    /// Ids, the outcome first.
    pub behaviors: &'a [&'static str],
    /// Ids.
    pub findings: &'a [&'static str],
    /// Ids.
    pub inferences: &'a [&'static str],
}

/// An exchange by which a behavior or a finding can be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The request.
    pub request: Request,
    /// The answer's status, where there was one.
    pub status: Option<u16>,
    /// Ids, the outcome first.
    pub behaviors: Vec<&'static str>,
    /// Ids.
    pub findings: Vec<&'static str>,
}

/// A request as an example shows it: without secrets, and short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The world it belonged to.
    pub world: Arc<str>,
    /// Its number in that world's journal.
    pub seq: u64,
    /// The world's time.
    pub at: DateTime<Utc>,
    /// Method, path, query, and the beginning of the body.
    pub text: String,
    /// What its findings say besides.
    pub details: Vec<(&'static str, String)>,
}

/// Counts that requests add to while others read them.
#[derive(Debug, Default)]
pub struct Coverage(Mutex<Tally>);

#[derive(Debug, Default)]
struct Tally {
    counts: Counts,
    /// How many examples there are of each behavior and finding.
    shown: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn wants(&self, met: Met<'_>) -> bool {
        let mut ids = met.behaviors.iter().chain(met.findings);
        ids.any(|id| self.shown.get(id).is_none_or(|shown| *shown < Coverage::EXAMPLES))
    }
}

impl Coverage {
    /// How many exchanges are kept for each behavior and finding.
    pub const EXAMPLES: usize = 3;

    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).counts.clone()
    }

    /// Whether an exchange would serve as an example of what it met. What does not once never does.
    #[must_use]
    pub fn wants_example(&self, met: Met<'_>) -> bool {
        let tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tally.wants(met)
    }

    /// Counts one exchange, with the request where it would serve as an example.
    pub fn count(&self, met: Met<'_>, request: Option<&Request>) {
        let mut tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let request = request.filter(|_| tally.wants(met));
        let Tally { counts, shown } = &mut *tally;
        *counts.answers.entry((met.vendor, met.operation, met.status)).or_default() += 1;
        for id in met.behaviors {
            *counts.behaviors.entry(id).or_default() += 1;
        }
        for id in met.findings {
            *counts.findings.entry(id).or_default() += 1;
        }
        for id in met.inferences {
            *counts.inferences.entry(id).or_default() += 1;
        }
        if let Some(request) = request {
            for id in met.behaviors.iter().chain(met.findings) {
                *shown.entry(id).or_default() += 1;
            }
            counts.examples.push(Example {
                request: request.clone(),
                status: met.status,
                behaviors: met.behaviors.to_vec(),
                findings: met.findings.to_vec(),
            });
        }
    }

    /// Counts a finding that shows only later, from what followed an exchange or did not.
    pub fn count_late(&self, finding: &'static str, example: Option<Example>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).counts.add_late(finding, example);
    }
}

impl Counts {
    /// Adds a finding that shows only later, with the exchange that it is about.
    pub fn add_late(&mut self, finding: &'static str, example: Option<Example>) {
        *self.findings.entry(finding).or_default() += 1;
        let Some(example) = example else { return };
        let (world, seq) = (&example.request.world, example.request.seq);
        let same = |known: &&mut Example| known.request.world == *world && known.request.seq == seq;
        if let Some(known) = self.examples.iter_mut().find(same) {
            if !known.findings.contains(&finding) {
                known.findings.push(finding);
                let details = example.request.details.into_iter().filter(|(id, _)| *id == finding);
                known.request.details.extend(details);
            }
        } else if self.examples.iter().filter(|known| known.findings.contains(&finding)).count()
            < Coverage::EXAMPLES
        {
            self.examples.push(example);
        }
    }
}
