//! Findings as SARIF 2.1.0, for the viewers of code scanners: one rule per finding, one result per
//! exchange.

use serde_json::{Value, json};

use super::coverage::{Coverage, Exchange, Made};
use crate::contract::{Catalogue, Finding};
use crate::version::VERSION;

/// The findings as a SARIF log. Results are about requests, which are not in a source file. Their
/// logical location is the exchange in the journal. For viewers that need a file, the physical
/// location is `artifact`, the coverage file with the exchange.
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
                "version": VERSION,
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

/// The results of a finding: one for each recorded exchange, or one without an exchange if none is
/// recorded.
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
        // The fingerprint is stable between runs: the rule, and the request without its variable
        // parts.
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
            if let Some(test) = &exchange.test {
                result["properties"] = json!({ "test": test });
            }
            let logical = json!({ "name": exchange.request, "fullyQualifiedName": place, "kind": "object" });
            location["logicalLocations"] = json!([logical]);
        }
        result["locations"] = json!([location]);
        let expected = exchange.is_some_and(|exchange| exchange.expected.iter().any(|id| id == finding.id));
        let reason = made.excluded.or((expected || !made.counts()).then_some("expected by its test"));
        if let Some(reason) = reason {
            result["suppressions"] = json!([{ "kind": "external", "justification": reason }]);
        }
        result
    };
    let exchanges = made.exchanges.iter().filter_map(|n| coverage.exchanges.get(*n));
    let mut results: Vec<Value> = exchanges.map(|exchange| result(Some(exchange))).collect();
    if results.is_empty() {
        results.push(result(None));
    }
    // If there are more exchanges than are recorded, the first result counts the others.
    let others = results.len() as u64 - 1;
    results[0]["occurrenceCount"] = made.count.saturating_sub(others).max(1).into();
    results
}
