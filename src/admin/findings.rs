//! `GET …/findings`: the findings about clients' requests.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::coverage::Asked;
use super::extract::Scope;
use super::markup::markup;
use super::state::Admin;
use crate::contract::Finding;
use crate::exchange::Refused;
use crate::report::coverage::Coverage;
use crate::report::{junit, sarif};
use crate::world::Filter;

/// Returns every finding that was made, with its count, reason and remedy, and with its exchanges
/// that the journal still has.
pub async fn list(
    State(admin): State<Admin>,
    scope: Scope,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let Asked { format, all_worlds, listed } = Asked::read(query.as_deref(), &["json", "sarif", "junit"])?;
    let all = admin.catalogues();
    let world = scope.world();
    let counts = if all_worlds { admin.app.worlds.counts() } else { world.counts() };
    let coverage = Coverage::of(&counts, all.iter().copied());
    match format {
        "sarif" => return Ok(Json(sarif::log(&coverage, all.into_iter(), "_mock/journal")).into_response()),
        "junit" => return Ok(markup("application/xml", junit::xml(&coverage, all.into_iter(), listed))),
        _ => {}
    }
    // Journal numbers are unique within one world only, so a report about all worlds shows no
    // exchanges.
    let entries = if all_worlds {
        vec![]
    } else {
        world.journal().page_with(&Filter::default(), 0, usize::MAX, &world.late_findings()).entries
    };
    let shown = |finding: &Finding| {
        let of_it = || entries.iter().filter(|entry| entry.met.findings.contains(&finding));
        let details = of_it().flat_map(|entry| {
            let of_this = entry.met.details.iter().filter(|(of, _)| *of == finding);
            of_this.map(|(_, detail)| json!({ "seq": entry.kept.seq, "detail": detail }))
        });
        (of_it().map(|entry| entry.kept.seq).collect::<Vec<u64>>(), details.collect::<Vec<Value>>())
    };
    let findings: Vec<Value> = coverage
        .made(all.into_iter())
        .into_iter()
        .map(|made| {
            let mut value = json!(made.finding);
            value["count"] = made.count.into();
            if made.expected > 0 {
                value["expected"] = made.expected.into();
            }
            if !all_worlds {
                let (exchanges, details) = shown(made.finding);
                value["exchanges"] = exchanges.into();
                value["details"] = details.into();
            }
            value
        })
        .collect();
    Ok(Json(json!({ "findings": findings })).into_response())
}
