//! A summary of a run in a few lines, for people: findings first, then what was called, then the
//! score and what to do next.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use super::coverage::Coverage;
use super::text;
use crate::contract::{Catalogue, Counts};

/// The most findings that the summary explains.
const SHOWN: usize = 5;

/// The summary. `file` is the file that has the coverage, if it was written.
#[must_use]
pub fn text(
    counts: &Counts,
    coverage: &Coverage,
    catalogues: impl Iterator<Item = &'static Catalogue> + Clone,
    file: Option<&Path>,
) -> String {
    let requests: u64 = counts.answers.values().sum();
    if requests == 0 {
        return "callmock: nothing was called\n".to_owned();
    }
    let plural = if requests == 1 { "" } else { "s" };
    let mut text = format!("callmock: {requests} request{plural}\n");
    findings(&mut text, coverage, catalogues.clone());
    let mut operations: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for ((vendor, operation, status), count) in &counts.answers {
        let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let of = operations.entry((vendor, operation.unwrap_or("(no operation)"))).or_default();
        of.push(if *count == 1 { status } else { format!("{status} x{count}") });
    }
    for ((vendor, operation), statuses) in operations {
        let _ = writeln!(text, "  {vendor:<9} {operation:<26} {}", statuses.join(", "));
    }
    let _ = writeln!(text, "  {}", text::score(coverage, catalogues));
    let _ = match file {
        Some(file) => {
            let file = file.display();
            writeln!(text, "  next: callmock coverage report {file}, callmock coverage suggest {file}")
        }
        None => writeln!(text, "  next: --coverage-out FILE keeps this for `callmock coverage report FILE`"),
    };
    text
}

/// Adds the findings that count, each with the request that caused it first and its remedy.
fn findings(text: &mut String, coverage: &Coverage, catalogues: impl Iterator<Item = &'static Catalogue>) {
    let made = coverage.made(catalogues);
    let counted: Vec<_> = made.iter().filter(|made| made.counts()).collect();
    for made in counted.iter().take(SHOWN) {
        let finding = made.finding;
        let expected = match made.expected {
            0 => String::new(),
            expected => format!(", {expected} of them expected by tests"),
        };
        let severity = finding.severity.name();
        let _ = writeln!(text, "  finding {} x{} ({severity}){expected}", finding.id, made.count);
        let first = made.exchanges.first().and_then(|n| coverage.exchanges.get(*n));
        if let Some(exchange) = first {
            let details: String = exchange.details_of(finding).map(|detail| format!("{detail} - ")).collect();
            let _ = writeln!(text, "    {details}{}", exchange.place());
        }
        let _ = writeln!(text, "    {}", finding.fix);
    }
    if counted.len() > SHOWN {
        let _ = writeln!(text, "  {} more findings", counted.len() - SHOWN);
    }
    for made in made.iter().filter(|made| made.excluded.is_none() && !made.counts()) {
        let _ = writeln!(text, "  finding {} x{}, expected by its tests", made.finding.id, made.count);
    }
}
