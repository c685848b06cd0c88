//! A rehearsal as JUnit XML: one suite, a test for each kind of mistake at each vendor, and one for
//! the runs.

use super::{Kind, Rehearsal};
use crate::report::suite::{Case, suite};

/// The kinds with their names.
pub(super) const KINDS: [(Kind, &str); 5] = [
    (Kind::Lost, "lost"),
    (Kind::Twice, "twice"),
    (Kind::Stale, "stale"),
    (Kind::Wrong, "wrong"),
    (Kind::Invented, "invented"),
];

/// The most records that the message of a failed test names.
const NAMED: usize = 20;

impl Rehearsal {
    /// The report as JUnit XML.
    #[must_use]
    pub fn junit(&self) -> String {
        let mut cases: Vec<Case> = vec![];
        for vendor in self.vendors.keys() {
            for (kind, name) in KINDS {
                let problems: Vec<_> =
                    self.problems.iter().filter(|p| p.kind == kind && p.vendor == *vendor).collect();
                let lines: Vec<String> = problems
                    .iter()
                    .take(NAMED)
                    .map(|p| format!("{}: {} ({}; {})", p.id, p.reason.words(), p.detail, p.reason.fix()))
                    .collect();
                let more = problems.len().saturating_sub(NAMED);
                let more = if more > 0 { format!("\nand {more} more") } else { String::new() };
                let failed = (!problems.is_empty())
                    .then(|| format!("{} {name}\n{}{more}", problems.len(), lines.join("\n")));
                cases.push((format!("{vendor}: no record is {name}"), failed));
            }
        }
        let failed: Vec<String> = self
            .failed_alone()
            .map(|run| format!("run {} ({}) ended with {}", run.number, run.at.to_rfc3339(), run.code))
            .collect();
        let failed = (!failed.is_empty()).then(|| failed.join("\n"));
        cases.push(("no run fails while the vendors answer".to_owned(), failed));
        suite("rehearsal", &cases)
    }
}
