//! Which documented behaviors a client's tests have exercised: in a file, merged from several, as text. *Exercised*, never
//! *passed*: what the client made of an answer is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::contract::{Behavior, Catalogue, Counts, ReachedBy};

/// What was exercised, as a file keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// The version of this format: 1.
    pub callmock: u32,
    /// How many behaviors were met.
    pub exercised: usize,
    /// How many there are.
    pub total: usize,
    /// Every behavior with how often it was met.
    pub behaviors: Vec<Count>,
    /// Every finding that was made, and how often.
    pub findings: Vec<Count>,
}

/// How often something was met.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Its id in the catalogue.
    pub id: String,
    /// How often.
    pub count: u64,
}

/// How much was exercised of what is in use: the behaviors that requests can reach, of the operations that were called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// How many were met.
    pub exercised: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    /// In percent, rounded down; all of nothing is all.
    #[must_use]
    pub fn percent(self) -> usize {
        (self.exercised * 100).checked_div(self.of).unwrap_or(100)
    }
}

impl Coverage {
    /// What was counted.
    pub fn of(counts: &Counts, catalogues: impl Iterator<Item = &'static Catalogue>) -> Self {
        let counted = |id: &str| counts.behaviors.get(id).copied().unwrap_or_default();
        let behaviors: Vec<Count> = catalogues
            .flat_map(|catalogue| catalogue.behaviors)
            .map(|behavior| Count { id: behavior.id.to_owned(), count: counted(behavior.id) })
            .collect();
        let findings =
            counts.findings.iter().map(|(id, count)| Count { id: (*id).to_owned(), count: *count });
        Self::from(behaviors, findings.collect())
    }

    fn from(behaviors: Vec<Count>, findings: Vec<Count>) -> Self {
        let exercised = behaviors.iter().filter(|behavior| behavior.count > 0).count();
        Self { callmock: 1, exercised, total: behaviors.len(), behaviors, findings }
    }

    /// The sum of several: of the shards of one suite, say.
    #[must_use]
    pub fn merged(all: &[Self]) -> Self {
        let sum = |part: fn(&Self) -> &Vec<Count>| {
            let mut order: Vec<&str> = vec![];
            let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
            for Count { id, count } in all.iter().flat_map(part) {
                if !sums.contains_key(id.as_str()) {
                    order.push(id);
                }
                *sums.entry(id).or_default() += count;
            }
            order.into_iter().map(|id| Count { id: id.to_owned(), count: sums[id] }).collect()
        };
        Self::from(sum(|coverage| &coverage.behaviors), sum(|coverage| &coverage.findings))
    }

    fn counts(&self) -> BTreeMap<&str, u64> {
        self.behaviors.iter().map(|behavior| (behavior.id.as_str(), behavior.count)).collect()
    }

    /// The operations that were called, with what belongs to each: its own behaviors, and under `any` its vendor's.
    fn in_use(&self, catalogues: impl Iterator<Item = &'static Catalogue>) -> Vec<Used> {
        let counts = self.counts();
        let met = |behavior: &Behavior| counts.get(behavior.id).copied().unwrap_or_default();
        let mut used = vec![];
        for catalogue in catalogues {
            let called: BTreeSet<&str> =
                catalogue.behaviors.iter().filter(|b| met(b) > 0).map(|b| b.operation()).collect();
            let names = std::iter::once("any").chain(catalogue.operations.iter().map(|o| o.id));
            for operation in
                names.filter(|name| called.contains(name) || (*name == "any" && !called.is_empty()))
            {
                let reachable = catalogue.behaviors.iter().filter(|b| {
                    b.operation() == operation && (b.reached_by == ReachedBy::Request || met(b) > 0)
                });
                let behaviors = reachable.map(|behavior| (*behavior, met(behavior))).collect();
                used.push(Used { vendor: catalogue.vendor, operation, behaviors });
            }
        }
        used
    }

    /// How much was exercised of what is in use.
    pub fn share(&self, catalogues: impl Iterator<Item = &'static Catalogue>) -> Share {
        let used = self.in_use(catalogues);
        let all = || used.iter().flat_map(|used| &used.behaviors);
        Share { exercised: all().filter(|(_, count)| *count > 0).count(), of: all().count() }
    }

    /// For people: what was exercised and what never, operation by operation.
    pub fn text(&self, catalogues: impl Iterator<Item = &'static Catalogue> + Clone) -> String {
        let mut text = String::new();
        for Used { vendor, operation, behaviors } in self.in_use(catalogues.clone()) {
            let (met, never): (Vec<_>, Vec<_>) = behaviors.iter().partition(|(_, count)| *count > 0);
            let _ = writeln!(text, "{vendor} {operation}: {} of {} exercised", met.len(), behaviors.len());
            let refused = |b: &Behavior| b.status.is_some_and(|status| status >= 400);
            if operation != "any" && !met.is_empty() && !met.iter().any(|(behavior, _)| refused(behavior)) {
                text.push_str("  only happy paths: no documented refusal was met\n");
            }
            for (behavior, count) in met {
                let _ = writeln!(text, "  {count:>6}x  {}", behavior.id);
            }
            for (behavior, _) in never {
                let what = if refused(behavior) { "  (a refusal)" } else { "" };
                let _ = writeln!(text, "   never  {}{what}", behavior.id);
            }
        }
        for Count { id, count } in &self.findings {
            let _ = writeln!(text, "finding {id}: {count}x");
        }
        let share = self.share(catalogues);
        let _ = writeln!(
            text,
            "{} of {} behaviors of the operations in use exercised: {} %",
            share.exercised,
            share.of,
            share.percent()
        );
        text
    }
}

/// An operation that was called, and how often each of its behaviors was met.
struct Used {
    vendor: &'static str,
    operation: &'static str,
    behaviors: Vec<(&'static Behavior, u64)>,
}
