//! A rehearsal as text for people.

use std::fmt::Write;

use super::{Found, Kind, Rehearsal};
use crate::times::words;
use chrono::TimeDelta;

/// The most records of each kind and reason that are shown.
const SHOWN: usize = 5;

impl Rehearsal {
    /// The report: the runs, the records of each vendor, and what is wrong, by its reason.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let (first, last) = (self.runs.first(), self.runs.last());
        let time = |run: Option<&super::Run>| run.map(|run| run.at.to_rfc3339()).unwrap_or_default();
        let every = words(TimeDelta::seconds(self.every));
        let _ = writeln!(
            text,
            "{}, every {every}, from {} to {}",
            if self.runs.len() == 1 { "1 run".to_owned() } else { format!("{} runs", self.runs.len()) },
            time(first),
            time(last)
        );
        for run in self.runs.iter().filter(|run| run.code != 0) {
            let cause = match run.failed.first() {
                Some(failed) if run.outage => format!("in the outage of {}: {}", failed.vendor, failed.what),
                Some(failed) => format!("{} answered {}", failed.vendor, failed.what),
                None => "although every request was answered".to_owned(),
            };
            let _ = writeln!(
                text,
                "run {} ({}) ended with {}, {cause}",
                run.number,
                run.at.to_rfc3339(),
                run.code
            );
        }
        for run in self.runs.iter().filter(|run| run.outage && run.failed.is_empty()) {
            let _ = writeln!(text, "run {} ({}) met nothing of the outage", run.number, run.at.to_rfc3339());
        }
        for (vendor, records) in &self.vendors {
            let of = |kind| self.problems.iter().filter(|p| p.kind == kind && p.vendor == *vendor).count();
            let _ = writeln!(
                text,
                "{vendor}: {} of {} records; {} lost, {} twice, {} stale, {} wrong, {} invented",
                records.kept,
                records.due,
                of(Kind::Lost),
                of(Kind::Twice),
                of(Kind::Stale),
                of(Kind::Wrong),
                of(Kind::Invented)
            );
        }
        for ((kind, reason), problems) in self.groups() {
            let kind = match kind {
                Kind::Lost => "lost",
                Kind::Twice => "twice",
                Kind::Stale => "stale",
                Kind::Wrong => "wrong",
                Kind::Invented => "invented",
            };
            let _ = writeln!(text, "\n{} {kind}: {}", problems.len(), reason.words());
            for problem in problems.iter().take(SHOWN) {
                let began =
                    problem.began.map_or_else(String::new, |at| format!(", began {}", at.to_rfc3339()));
                let run = problem.run.map_or_else(String::new, |run| format!(" (run {run})"));
                let _ = writeln!(text, "  {} {}{began}{run}: {}", problem.vendor, problem.id, problem.detail);
            }
            if problems.len() > SHOWN {
                let _ = writeln!(text, "  and {} more", problems.len() - SHOWN);
            }
            let _ = writeln!(text, "  -> {}", reason.fix());
        }
        if !self.findings.is_empty() {
            let _ = writeln!(text, "\nfindings about the requests (--deny-findings lets them fail):");
        }
        for Found { finding, detail, request, run } in &self.findings {
            let _ = writeln!(text, "  {} {}: {}", finding.severity.name(), finding.id, finding.summary);
            if let (Some(request), Some(run)) = (request, run) {
                let _ = writeln!(text, "    run {run}: {request}");
            }
            if let Some(detail) = detail {
                let _ = writeln!(text, "    {detail}");
            }
            let _ = writeln!(text, "    -> {}", finding.fix);
        }
        let said = if self.is_good() { "the table is whole" } else { "the table is not what it should be" };
        let _ = writeln!(text, "\n{said}");
        text
    }
}
