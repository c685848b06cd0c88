//! Findings as SARIF 2.1.0, which code scanners' viewers show: a rule a finding, a result an
//! exchange.

use serde_json::{Value, json};

use super::coverage::{Coverage, Exchange, Made};
use crate::contract::{Catalogue, Finding};

/// The findings as a SARIF log. Results are about requests, which are in no source file: their
/// place is the exchange in the journal, as a logical location, and in `artifact`, the file of
/// coverage that keeps it, for viewers which want a file.
pub fn log(
    coverage: &Coverage,
    catalogues: impl Iterator<Item = &'static Catalogue> + Clone,
    artifact: &str,
) -> Value {
    let made = coverage.made(catalogues.clone());
    let all: Vec<&'static Finding> = catalogues.flat_map(|catalogue| catalogue.findings).copied().collect();
    let results: Vec<Value> = made.iter().flat_map(|made| results(coverage, made, &all, artifact)).collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "callmock",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": all.iter().copied().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(finding: &Finding) -> Value {
    json!({
        "id": finding.id,
        "shortDescription": { "text": finding.summary },
        "fullDescription": { "text": format!("{} {}", finding.summary, finding.why) },
        "help": { "text": finding.fix },
        "defaultConfiguration": { "level": finding.severity.name() },
    })
}

/// A result for each exchange that is kept of a finding; one without a place where none is.
fn results(coverage: &Coverage, made: &Made<'_>, all: &[&'static Finding], artifact: &str) -> Vec<Value> {
    let finding = made.finding;
    let index = all.iter().position(|rule| *rule == finding);
    let result = |exchange: Option<&Exchange>| {
        let details = exchange.iter().flat_map(|exchange| &exchange.details);
        let details = details.filter(|detail| detail.id == finding.id).map(|d| format!(" {}.", d.detail));
        let text = format!("{}{} {}", finding.summary, details.collect::<String>(), finding.fix);
        let mut result = json!({
            "ruleId": finding.id,
            "ruleIndex": index,
            "level": finding.severity.name(),
            "message": { "text": text },
        });
        // What is the same in the next run: the rule, and the request without what changes in it.
        let same = |exchange: &Exchange| {
            exchange.request.split(['?', '{']).next().unwrap_or_default().trim().to_owned()
        };
        let kept = exchange.map_or_else(String::new, same);
        result["partialFingerprints"] = json!({ "callmockRequest/v1": format!("{} {kept}", finding.id) });
        let mut location = json!({
            "physicalLocation": { "artifactLocation": { "uri": artifact }, "region": { "startLine": 1 } },
        });
        if let Some(exchange) = exchange {
            let place = format!("{}/{}", exchange.world, exchange.seq);
            let logical = json!({ "name": exchange.request, "fullyQualifiedName": place, "kind": "object" });
            location["logicalLocations"] = json!([logical]);
        }
        result["locations"] = json!([location]);
        if let Some(reason) = made.excluded {
            result["suppressions"] = json!([{ "kind": "external", "justification": reason }]);
        }
        result
    };
    let exchanges = made.exchanges.iter().filter_map(|n| coverage.exchanges.get(*n));
    let mut results: Vec<Value> = exchanges.map(|exchange| result(Some(exchange))).collect();
    if results.is_empty() {
        results.push(result(None));
    }
    // Of more than are kept, the first stands for the rest.
    let others = results.len() as u64 - 1;
    results[0]["occurrenceCount"] = made.count.saturating_sub(others).max(1).into();
    results
}
