//! A summary of the requests in a few lines, for people.

use std::collections::BTreeMap;

use crate::contract::{Catalogue, Counts};

/// The answers by vendor and operation, the number of exercised behaviors, and the findings.
#[must_use]
pub fn text(counts: &Counts, catalogues: impl Iterator<Item = &'static Catalogue>) -> String {
    let requests: u64 = counts.answers.values().sum();
    if requests == 0 {
        return "callmock: nothing was called\n".to_owned();
    }
    let mut operations: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for ((vendor, operation, status), count) in &counts.answers {
        let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let of = operations.entry((vendor, operation.unwrap_or("(no operation)"))).or_default();
        of.push(if *count == 1 { status } else { format!("{status} x{count}") });
    }
    let plural = if requests == 1 { "" } else { "s" };
    let mut text = format!("callmock: {requests} request{plural}\n");
    for ((vendor, operation), statuses) in operations {
        text.push_str(&format!("  {vendor:<9} {operation:<26} {}\n", statuses.join(", ")));
    }
    let total: usize = catalogues.map(|catalogue| catalogue.behaviors().count()).sum();
    text.push_str(&format!("  {} of {total} behaviors exercised\n", counts.behaviors.len()));
    for (finding, count) in &counts.findings {
        let expected = match counts.expected.get(finding.id) {
            None => String::new(),
            Some(expected) if expected == count => ", expected by its tests".to_owned(),
            Some(expected) => format!(", {expected} of them expected by tests"),
        };
        text.push_str(&format!("  finding {} x{count}{expected}\n", finding.id));
    }
    text
}
