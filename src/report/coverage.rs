//! Coverage: the documented behaviors that a client's tests have exercised, as a file, merged from
//! several files, or as text. A behavior is called exercised, never passed: callmock does not know
//! what the client made of an answer, except for what its next requests show.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::exclusions::{Excluded, Exclusions};
use super::sightings::{self, Missed, Sighting};
use crate::contract::{self, Behavior, Catalogue, Counts, Finding, Inference, ReachedBy, Severity};
use crate::version::VERSION;
use crate::world::Clock;

/// Coverage in the format of its file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// The version of this format: 1.
    pub callmock: u32,
    /// The number of behaviors that were met.
    pub exercised: usize,
    /// The number of all behaviors.
    pub total: usize,
    /// Every behavior with its count.
    pub behaviors: Vec<Count>,
    /// Every finding that was made, with its count.
    pub findings: Vec<Count>,
    /// The findings that no test expected, by operation and test.
    #[serde(default)]
    pub sightings: Vec<Sighting>,
    /// Every finding and refusal that a test expected, with its count.
    #[serde(default)]
    pub expected: Vec<Count>,
    /// The findings and refusals that a test expected, and that did not come.
    #[serde(default)]
    pub missed: Vec<Missed>,
    /// The calls of the scenario by their ids, with the number of times that answers showed each, where
    /// the scenario has its calls counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Count>,
    /// The inferences about the client, with their counts.
    #[serde(default)]
    pub inferences: Vec<Count>,
    /// The behaviors and findings that are excluded from the evaluation.
    #[serde(default)]
    pub excluded: Vec<Excluded>,
    /// A few exchanges as examples of each behavior and finding.
    #[serde(default)]
    pub exchanges: Vec<Exchange>,
    /// The runs that this is the coverage of, as far as they are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Run>,
}

/// The run that a coverage comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The time, on the machine's clock.
    pub at: DateTime<Utc>,
    /// The version of callmock.
    pub version: String,
    /// The scenario: its title, or the names that were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The command whose requests were counted, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// A count of a behavior, finding or inference.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The id in the catalogue.
    pub id: String,
    /// The count.
    pub count: u64,
}

/// A short form of an exchange, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The id of the exchange's world.
    pub world: String,
    /// The display name of the exchange's world.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub world_name: Option<String>,
    /// The test that sent the request: its own word, else the world's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// The requested operation, if the request names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The number in that world's journal.
    pub seq: u64,
    /// The time of the exchange, by the world's clock.
    pub at: DateTime<Utc>,
    /// The method, path and query, and the beginning of the body.
    pub request: String,
    /// The status of the answer, if there was an answer.
    pub status: Option<u16>,
    /// The beginning of the answer's body, if it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The ids of the behaviors, the outcome first.
    pub behaviors: Vec<String>,
    /// The ids of the findings.
    pub findings: Vec<String>,
    /// Details of the findings in this exchange.
    #[serde(default)]
    pub details: Vec<Detail>,
    /// The ids of the findings and refusals that a test expected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<String>,
}

/// A detail of a finding in one exchange.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// The finding's id.
    pub id: String,
    /// The detail in words.
    pub detail: String,
}

/// The exercised share of the behaviors in use: those that requests can reach, of the operations
/// that were called, without the excluded ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The number of exercised behaviors.
    pub exercised: usize,
    /// The number of behaviors in use.
    pub of: usize,
}

impl Share {
    /// The share in percent, rounded down. A share of nothing is 100.
    #[must_use]
    pub fn percent(self) -> usize {
        (self.exercised * 100).checked_div(self.of).unwrap_or(100)
    }
}

/// The behaviors of a called operation, or those that all operations of a called vendor share.
#[derive(Debug)]
pub struct Section<'a> {
    /// The vendor.
    pub catalogue: &'static Catalogue,
    /// The operation's id, or `any`.
    pub operation: &'static str,
    /// The behaviors.
    pub rows: Vec<Row<'a>>,
    /// Whether a refusal of this operation, or one that all operations share, was met.
    refused: bool,
}

/// A behavior of a section.
#[derive(Debug)]
pub struct Row<'a> {
    /// The behavior.
    pub behavior: &'static Behavior,
    /// The number of exchanges that met the behavior.
    pub count: u64,
    /// The reason why the behavior is excluded, if it is.
    pub excluded: Option<&'a str>,
    /// The reading that the behavior needs, if the behavior was not met. Such a behavior does not
    /// lower the share.
    pub needs: Option<&'static str>,
    /// The indexes of exchanges that met the behavior, in [`Coverage::exchanges`].
    pub exchanges: Vec<usize>,
}

impl Row<'_> {
    /// Whether the behavior is a refusal.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.behavior.status.is_some_and(|status| status >= 400)
    }
}

/// A finding that was made.
#[derive(Debug)]
pub struct Made<'a> {
    /// The rule.
    pub finding: &'static Finding,
    /// The number of exchanges that caused the finding.
    pub count: u64,
    /// The number of exchanges of which a test expected the finding.
    pub expected: u64,
    /// The reason why the finding is excluded, if it is.
    pub excluded: Option<&'a str>,
    /// The indexes of exchanges that caused the finding, in [`Coverage::exchanges`].
    pub exchanges: Vec<usize>,
}

impl Section<'_> {
    /// The exercised share of the section.
    #[must_use]
    pub fn share(&self) -> Share {
        let counted = || self.rows.iter().filter(|row| row.excluded.is_none() && row.needs.is_none());
        Share { exercised: counted().filter(|row| row.count > 0).count(), of: counted().count() }
    }

    /// Whether the operation was called and no refusal was met.
    #[must_use]
    pub fn only_happy_paths(&self) -> bool {
        self.operation != "any" && self.rows.iter().any(|row| row.count > 0) && !self.refused
    }
}

impl Coverage {
    /// The coverage of some counts.
    pub fn of(counts: &Counts, catalogues: impl Iterator<Item = &'static Catalogue>) -> Self {
        let behaviors = catalogues.flat_map(Catalogue::behaviors).map(|behavior| Count {
            id: behavior.id.to_owned(),
            count: counts.behaviors.get(behavior).copied().unwrap_or_default(),
        });
        let count = |id: &str, count: &u64| Count { id: id.to_owned(), count: *count };
        Self {
            sightings: sightings::of(counts),
            expected: counts.expected.iter().map(|(id, n)| count(id, n)).collect(),
            missed: sightings::missed(counts),
            inferences: counts.inferences.iter().map(|(met, n)| count(met.id, n)).collect(),
            exchanges: counts.examples.iter().map(Exchange::of).collect(),
            calls: counts
                .calls
                .iter()
                .map(|(id, count)| Count { id: id.to_string(), count: *count })
                .collect(),
            ..Self::from(
                behaviors.collect(),
                counts.findings.iter().map(|(met, n)| count(met.id, n)).collect(),
            )
        }
    }

    fn from(behaviors: Vec<Count>, findings: Vec<Count>) -> Self {
        let exercised = behaviors.iter().filter(|behavior| behavior.count > 0).count();
        let (sightings, expected, missed) = (vec![], vec![], vec![]);
        let (inferences, excluded, exchanges) = (vec![], vec![], vec![]);
        Self {
            callmock: 1,
            exercised,
            total: behaviors.len(),
            behaviors,
            findings,
            sightings,
            expected,
            missed,
            calls: vec![],
            inferences,
            excluded,
            exchanges,
            runs: vec![],
        }
    }

    /// The coverage with one more run that it comes from.
    #[must_use]
    pub fn of_run(mut self, run: Run) -> Self {
        self.runs.push(run);
        self
    }

    /// The coverage with more exclusions.
    #[must_use]
    pub fn without(mut self, exclusions: &Exclusions) -> Self {
        for excluded in &exclusions.0 {
            if !self.excluded.contains(excluded) {
                self.excluded.push(excluded.clone());
            }
        }
        self
    }

    /// The sum of several coverages, such as those of a suite's shards.
    #[must_use]
    pub fn merged(all: &[Self]) -> Self {
        let sum = |part: fn(&Self) -> &Vec<Count>| {
            let mut order: Vec<&str> = vec![];
            let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
            for Count { id, count } in all.iter().flat_map(part) {
                if !sums.contains_key(id.as_str()) {
                    order.push(id);
                }
                let sum = sums.entry(id).or_default();
                *sum = sum.saturating_add(*count);
            }
            order.into_iter().map(|id| Count { id: id.to_owned(), count: sums[id] }).collect()
        };
        let mut merged = Self::from(sum(|coverage| &coverage.behaviors), sum(|coverage| &coverage.findings));
        merged.inferences = sum(|coverage| &coverage.inferences);
        merged.expected = sum(|coverage| &coverage.expected);
        merged.calls = sum(|coverage| &coverage.calls);
        merged.missed = sightings::sum_missed(all.iter().flat_map(|coverage| &coverage.missed));
        merged.sightings = sightings::sum(all.iter().flat_map(|coverage| &coverage.sightings));
        merged.runs = all.iter().flat_map(|coverage| coverage.runs.clone()).collect();
        for coverage in all {
            merged = merged.without(&Exclusions(coverage.excluded.clone()));
        }
        let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
        for exchange in all.iter().flat_map(|coverage| &coverage.exchanges) {
            let ids = || exchange.behaviors.iter().chain(&exchange.findings);
            let few =
                |id: &String| shown.get(id.as_str()).is_none_or(|n| *n < contract::CoverageCounter::EXAMPLES);
            if ids().any(few) {
                for id in ids() {
                    *shown.entry(id).or_default() += 1;
                }
                merged.exchanges.push(exchange.clone());
            }
        }
        merged
    }

    /// The sections of the called operations, with their own behaviors, and for each called vendor
    /// the section `any`, with the behaviors that all operations share.
    pub fn sections(&self, catalogues: impl Iterator<Item = &'static Catalogue>) -> Vec<Section<'_>> {
        let counts: BTreeMap<&str, u64> =
            self.behaviors.iter().map(|behavior| (behavior.id.as_str(), behavior.count)).collect();
        let met = |behavior: &Behavior| counts.get(behavior.id).copied().unwrap_or_default();
        let mut sections = vec![];
        for catalogue in catalogues {
            let called: BTreeSet<&str> =
                catalogue.behaviors().filter(|b| met(b) > 0).map(Behavior::operation).collect();
            let names = std::iter::once("any").chain(catalogue.operations.iter().map(|o| o.id));
            for operation in
                names.filter(|name| called.contains(name) || (*name == "any" && !called.is_empty()))
            {
                let reachable = catalogue.behaviors().filter(|b| {
                    b.operation() == operation && (b.reached_by == ReachedBy::Request || met(b) > 0)
                });
                let rows = reachable.map(|behavior| Row {
                    behavior,
                    count: met(behavior),
                    excluded: self.excluded_behavior(behavior.id),
                    needs: behavior.reading().filter(|_| met(behavior) == 0),
                    exchanges: self.of_which(|exchange| &exchange.behaviors, behavior.id),
                });
                let refusal =
                    |b: &&'static Behavior| b.status.is_some_and(|status| status >= 400) && met(b) > 0;
                let of_it = |b: &&'static Behavior| [operation, "any"].contains(&b.operation());
                let refused = catalogue.behaviors().filter(of_it).any(|b| refusal(&b));
                sections.push(Section { catalogue, operation, rows: rows.collect(), refused });
            }
        }
        sections
    }

    fn of_which(&self, ids: fn(&Exchange) -> &Vec<String>, id: &str) -> Vec<usize> {
        let with = |(n, exchange): (usize, &Exchange)| ids(exchange).iter().any(|met| met == id).then_some(n);
        self.exchanges.iter().enumerate().filter_map(with).collect()
    }

    /// The findings that were made, the most severe first.
    pub fn made(&self, catalogues: impl Iterator<Item = &'static Catalogue>) -> Vec<Made<'_>> {
        let all: Vec<&'static Finding> =
            catalogues.flat_map(|catalogue| catalogue.findings).copied().collect();
        let made = self.findings.iter().filter_map(|Count { id, count }| {
            let finding = *all.iter().find(|finding| finding.id == id)?;
            let (excluded, expected) = (self.excluded_finding(id), self.expected_of(id));
            let exchanges = self.of_which(|exchange| &exchange.findings, id);
            Some(Made { finding, count: *count, expected, excluded, exchanges })
        });
        let mut made: Vec<Made<'_>> = made.filter(|made| made.count > 0).collect();
        made.sort_by_key(|made| std::cmp::Reverse(made.finding.severity));
        made
    }

    /// The findings of at least the severity `least` that are neither excluded nor all expected.
    pub fn denied(
        &self,
        least: Severity,
        catalogues: impl Iterator<Item = &'static Catalogue>,
    ) -> Vec<&'static Finding> {
        let counts = |made: &Made<'_>| made.counts() && made.finding.severity >= least;
        self.made(catalogues).into_iter().filter(counts).map(|made| made.finding).collect()
    }

    /// The first id that no catalogue has. If there is one, another version of callmock wrote the
    /// file.
    pub fn unknown(&self, catalogues: impl Iterator<Item = &'static Catalogue>) -> Option<&str> {
        let mut known = BTreeSet::new();
        for catalogue in catalogues {
            known.extend(catalogue.behaviors().map(|behavior| behavior.id));
            known.extend(catalogue.findings.iter().map(|finding| finding.id));
            known.extend(catalogue.inferences.iter().map(|inference| inference.id));
        }
        let mut counts = self.behaviors.iter().chain(&self.findings).chain(&self.inferences);
        counts.find(|count| !known.contains(count.id.as_str())).map(|count| count.id.as_str())
    }

    /// The inferences that were made, with their counts.
    pub fn inferred(
        &self,
        catalogues: impl Iterator<Item = &'static Catalogue>,
    ) -> Vec<(&'static Inference, u64)> {
        let all = catalogues.flat_map(|catalogue| catalogue.inferences.iter().copied());
        let count = |inference: &Inference| {
            self.inferences.iter().find(|count| count.id == inference.id).map(|count| count.count)
        };
        all.filter_map(|inference| Some((inference, count(inference)?))).collect()
    }

    /// The exercised share of the behaviors in use.
    pub fn share(&self, catalogues: impl Iterator<Item = &'static Catalogue>) -> Share {
        let none = Share { exercised: 0, of: 0 };
        self.sections(catalogues).iter().map(Section::share).fold(none, |sum, share| Share {
            exercised: sum.exercised + share.exercised,
            of: sum.of + share.of,
        })
    }
}

impl Run {
    /// A run that is reported now, on the machine's clock, by this version.
    #[must_use]
    pub fn now(scenario: Option<String>, command: Option<String>) -> Self {
        let at = Clock::machine().trunc_subsecs(0);
        Self { at, version: VERSION.to_owned(), scenario, command }
    }

    /// The run in one line.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { at, version, scenario, command } = self;
        let mut text = format!("callmock {version}, {}", at.format("%Y-%m-%d %H:%M UTC"));
        text.extend(scenario.iter().map(|scenario| format!(", scenario {scenario}")));
        text.extend(command.iter().map(|command| format!(": {command}")));
        text
    }
}

impl Exchange {
    /// The exchange in words: its number, and its test, or its world if no test is known.
    #[must_use]
    pub fn place(&self) -> String {
        let Self { seq, world, test, .. } = self;
        match test {
            Some(test) => format!("request {seq} ({test})"),
            None => format!("request {seq} (world {world})"),
        }
    }

    /// The details of a finding in this exchange.
    pub fn details_of(&self, finding: &Finding) -> impl Iterator<Item = &str> {
        let own = self.details.iter().filter(|detail| detail.id == finding.id);
        own.map(|detail| detail.detail.as_str())
    }

    fn of(example: &contract::Example) -> Self {
        let contract::ExampleRequest { world, world_name, test, operation, seq, at, text } = &example.request;
        let contract::Met { behaviors, findings, details, expected, .. } = &*example.met;
        Self {
            world: world.to_string(),
            world_name: world_name.as_deref().map(str::to_owned),
            test: test.as_deref().map(str::to_owned),
            operation: operation.map(str::to_owned),
            seq: *seq,
            at: *at,
            request: text.clone(),
            status: example.status,
            answer: example.answer.clone(),
            behaviors: behaviors.iter().map(|behavior| behavior.id.to_owned()).collect(),
            findings: findings.iter().map(|finding| finding.id.to_owned()).collect(),
            details: details
                .iter()
                .map(|(finding, detail)| Detail { id: finding.id.to_owned(), detail: detail.clone() })
                .collect(),
            expected: expected.iter().map(|id| (*id).to_owned()).collect(),
        }
    }
}
