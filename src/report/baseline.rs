//! The baseline: the findings that a team has accepted for now, and the behaviors that its tests
//! exercise. A later run is only judged by what is worse.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::coverage::Coverage;
use super::sightings::Sighting;
use crate::contract::{Behavior, Catalogue, Severity};

/// A baseline in the format of its file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The version of this format: 1.
    pub callmock: u32,
    /// The accepted findings.
    pub findings: BTreeSet<Accepted>,
    /// The ids of the exercised behaviors.
    pub behaviors: BTreeSet<String>,
}

/// A finding that is accepted in the requests of one test to one operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// The finding's id.
    pub id: String,
    /// The requested operation, if the requests name one.
    pub operation: Option<String>,
    /// The test that sends the requests, if its name is known.
    pub test: Option<String>,
}

/// What is worse than the baseline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Worse {
    /// The findings that it does not have.
    pub new: Vec<Sighting>,
    /// The behaviors that it has and that were not exercised.
    pub gone: Vec<&'static Behavior>,
}

impl Baseline {
    /// The baseline of some coverage. What is excluded or expected needs no acceptance.
    #[must_use]
    pub fn of(coverage: &Coverage) -> Self {
        let counted = coverage.sightings();
        let counted = counted.iter().filter(|seen| coverage.excluded_finding(&seen.id).is_none());
        let accepted = |seen: &Sighting| Accepted {
            id: seen.id.clone(),
            operation: seen.operation.clone(),
            test: seen.test.clone(),
        };
        let exercised = coverage.behaviors.iter().filter(|behavior| behavior.count > 0);
        Self {
            callmock: 1,
            findings: counted.map(accepted).collect(),
            behaviors: exercised.map(|behavior| behavior.id.clone()).collect(),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The first mistake in it.
    pub fn read(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text)
            .map_err(|error| match serde_json::from_str::<Coverage>(text) {
                Ok(_) => "this is a file of `exec --coverage-out`; `callmock baseline write -o BASELINE FILE` makes \
                          a baseline of it".to_owned(),
                Err(_) => format!("not a file of `callmock baseline write`: {error}"),
            })?;
        match read.callmock {
            1 => Ok(read),
            other => Err(format!("version {other} is not known; this is version 1")),
        }
    }

    /// The text of its file. Each entry is a line, in a fixed order, so that a difference shows
    /// what has changed.
    #[must_use]
    pub fn text(&self) -> String {
        let line = |value: &dyn Fn() -> Result<String, serde_json::Error>| {
            value().unwrap_or_else(|error| unreachable!("texts are JSON: {error}"))
        };
        let findings: Vec<String> =
            self.findings.iter().map(|accepted| line(&|| serde_json::to_string(accepted))).collect();
        let behaviors: Vec<String> =
            self.behaviors.iter().map(|id| line(&|| serde_json::to_string(id))).collect();
        let mut text = format!("{{\n\"callmock\": {},\n", self.callmock);
        for (name, lines, end) in [("findings", findings, ","), ("behaviors", behaviors, "")] {
            let lines = lines.join(",\n");
            let last = if lines.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "\"{name}\": [\n{lines}{last}]{end}");
        }
        text.push_str("}\n");
        text
    }

    /// The regressions of a coverage against this baseline: new findings, and behaviors no longer
    /// exercised. Findings under the severity `least` are left out, and so is everything that is
    /// excluded or expected.
    pub fn worse(
        &self,
        coverage: &Coverage,
        least: Severity,
        catalogues: impl Iterator<Item = &'static Catalogue> + Clone,
    ) -> Worse {
        let denied = coverage.denied(least, catalogues.clone());
        let is_new = |seen: &Sighting| {
            let accepted =
                Accepted { id: seen.id.clone(), operation: seen.operation.clone(), test: seen.test.clone() };
            denied.iter().any(|finding| finding.id == seen.id) && !self.findings.contains(&accepted)
        };
        let exercised: BTreeSet<&str> =
            coverage.behaviors.iter().filter(|met| met.count > 0).map(|met| met.id.as_str()).collect();
        let is_gone = |behavior: &&'static Behavior| {
            self.behaviors.contains(behavior.id)
                && !exercised.contains(behavior.id)
                && coverage.excluded_behavior(behavior.id).is_none()
        };
        Worse {
            new: coverage.sightings().into_iter().filter(is_new).collect(),
            gone: catalogues.flat_map(Catalogue::behaviors).filter(is_gone).collect(),
        }
    }

    /// The first id that no catalogue has. If there is one, another version of callmock wrote the
    /// file.
    pub fn unknown(&self, catalogues: impl Iterator<Item = &'static Catalogue> + Clone) -> Option<&str> {
        let behaviors: BTreeSet<&str> =
            catalogues.clone().flat_map(Catalogue::behaviors).map(|b| b.id).collect();
        let findings: BTreeSet<&str> = catalogues.flat_map(|c| c.findings).map(|f| f.id).collect();
        let behavior = self.behaviors.iter().map(String::as_str).find(|id| !behaviors.contains(id));
        behavior.or_else(|| self.findings.iter().map(|f| f.id.as_str()).find(|id| !findings.contains(id)))
    }
}
