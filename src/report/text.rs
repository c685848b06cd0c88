//! The report for a terminal: findings first, then what to do next, then what was exercised.

use std::fmt::Write;

use super::coverage::{Coverage, Made, Section};
use super::suggest;
use crate::contract::{Catalogue, Finding};

/// The behaviors that a report lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Those that were exercised.
    Exercised,
    /// All of the operations in use, also those that were never exercised.
    All,
}

/// The number of suggestions in a report.
const NEXT: usize = 3;

/// The report as text.
pub fn text(
    coverage: &Coverage,
    catalogues: impl Iterator<Item = &'static Catalogue> + Clone,
    listed: Listed,
) -> String {
    let mut text = String::new();
    for run in &coverage.runs {
        let _ = writeln!(text, "{}", run.text());
    }
    for made in coverage.made(catalogues.clone()) {
        text.push_str(&finding(coverage, &made));
    }
    for missed in &coverage.missed {
        let _ = writeln!(text, "expected, and did not come: {}", missed.line());
    }
    let _ = writeln!(text, "{}", score(coverage, catalogues.clone()));
    for line in next(coverage, catalogues.clone()) {
        let _ = writeln!(text, "next: {line}");
    }
    for of in coverage.sections(catalogues.clone()) {
        section(&mut text, &of, listed);
    }
    text.push_str(&calls(coverage, listed));
    for (inference, count) in coverage.inferred(catalogues) {
        let _ = writeln!(text, "inferred {}: {count}x\n  {}", inference.id, inference.summary);
    }
    text
}

/// The share in words. Everywhere it is of the behaviors of the operations in use.
pub fn score(coverage: &Coverage, catalogues: impl Iterator<Item = &'static Catalogue>) -> String {
    let share = coverage.share(catalogues);
    format!(
        "{} of {} behaviors of the operations in use exercised: {} %",
        share.exercised,
        share.of,
        share.percent()
    )
}

/// What to do next: the first behaviors that are worth a test, and what the run could not show.
pub fn next(
    coverage: &Coverage,
    catalogues: impl Iterator<Item = &'static Catalogue> + Clone,
) -> Vec<String> {
    let mut lines: Vec<String> = suggest::unpaged(coverage, catalogues.clone())
        .into_iter()
        .map(|vendor| {
            format!(
                "{vendor}: no list had a second page, so paging was not tested; --scenario busy-day has many"
            )
        })
        .collect();
    let suggested = suggest::next(coverage, catalogues, NEXT);
    lines.extend(
        suggested.iter().map(|behavior| format!("callmock contract {}  # {}", behavior.id, behavior.summary)),
    );
    lines
}

/// A finding: its fragments of requests first, then what it means.
fn finding(coverage: &Coverage, made: &Made<'_>) -> String {
    let Made { finding, count, excluded, exchanges, .. } = made;
    let Finding { id, severity, summary, why, fix, .. } = finding;
    let severity = severity.name();
    if let Some(reason) = excluded {
        return format!("finding {id}: {count}x, {severity}, left out of account: {reason}\n");
    }
    if !made.counts() {
        return format!("finding {id}: {count}x, {severity}, expected by its tests\n");
    }
    let mut text = format!("finding {id}: {count}x, {severity}\n");
    for exchange in exchanges.iter().filter_map(|n| coverage.exchanges.get(*n)) {
        let details: String = exchange.details_of(finding).map(|detail| format!("{detail} - ")).collect();
        let _ = writeln!(text, "    {details}{}: {}", exchange.place(), exchange.request);
    }
    let _ = writeln!(text, "  {summary} {why}\n  {fix}");
    text
}

/// The calls of the scenario that no answer showed, if they are counted.
fn calls(coverage: &Coverage, listed: Listed) -> String {
    let never: Vec<&str> =
        coverage.calls.iter().filter(|call| call.count == 0).map(|call| call.id.as_str()).collect();
    let of = coverage.calls.len();
    if of == 0 {
        return String::new();
    }
    let shown = of - never.len();
    let named = match listed {
        Listed::All => never.len(),
        Listed::Exercised => never.len().min(5),
    };
    let more = if named < never.len() { ", … (--all lists them)" } else { "" };
    let list = if never.is_empty() {
        String::new()
    } else {
        format!("; never: {}{more}", never[..named].join(", "))
    };
    format!("{shown} of {of} calls of the scenario shown{list}\n")
}

fn section(text: &mut String, section: &Section<'_>, listed: Listed) {
    let (share, vendor) = (section.share(), section.catalogue.vendor);
    let _ = writeln!(text, "{vendor} {}: {} of {} exercised", section.operation, share.exercised, share.of);
    if section.only_happy_paths() {
        text.push_str("  only happy paths: no documented refusal was met\n");
    }
    let (met, never): (Vec<_>, Vec<_>) = section.rows.iter().partition(|row| row.count > 0);
    for row in met {
        let _ = writeln!(text, "  {:>6}x  {}", row.count, row.behavior.id);
        if let Some(reason) = row.excluded {
            let _ = writeln!(text, "           left out of account, but exercised: {reason}");
        }
    }
    if listed == Listed::Exercised {
        let owed = never.iter().filter(|row| row.excluded.is_none() && row.needs.is_none()).count();
        if owed > 0 {
            let _ = writeln!(text, "   never  {owed} more (--all lists them)");
        }
        return;
    }
    for row in never {
        let id = row.behavior.id;
        let _ = match (row.excluded, row.needs) {
            (Some(reason), _) => writeln!(text, "left out  {id}: {reason}"),
            (None, Some(reading)) => writeln!(text, "   never  {id}  (only under {reading})"),
            (None, None) if row.is_refusal() => writeln!(text, "   never  {id}  (a refusal)"),
            (None, None) => writeln!(text, "   never  {id}"),
        };
    }
}
