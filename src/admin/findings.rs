//! `GET …/findings`: what in the clients' requests was wrong or fragile.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::coverage::Asked;
use super::{Admin, Scope, markup};
use crate::exchange::Refused;
use crate::report::coverage::Coverage;
use crate::report::{junit, sarif};
use crate::world::Filter;

/// Every finding that was made, how often, why it matters, what to do instead, and the exchanges that the journal still
/// has of it.
pub async fn list(
    State(admin): State<Admin>,
    scope: Scope,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let Asked { format, all_worlds } = Asked::read(query.as_deref(), &["json", "sarif", "junit"])?;
    let all = admin.catalogues();
    let world = scope.world();
    let counts = if all_worlds { admin.app.worlds.counts() } else { world.counts() };
    let coverage = Coverage::of(&counts, all.iter().copied());
    match format {
        "sarif" => return Ok(Json(sarif::log(&coverage, all.into_iter())).into_response()),
        "junit" => return Ok(markup("application/xml", junit::xml(&coverage, all.into_iter()))),
        _ => {}
    }
    let late = world.late_findings();
    let findings: Vec<Value> = coverage
        .made(all.into_iter())
        .into_iter()
        .map(|made| {
            let finding = made.finding;
            let mut value = json!(finding);
            value["count"] = made.count.into();
            // Numbers are a world's own: of all worlds together there are none to show.
            if !all_worlds {
                let filter = Filter { finding: Some(finding.id.to_owned()), ..Filter::default() };
                let entries = world.journal().page_with(&filter, 0, usize::MAX, &late).entries;
                let of_this = |details: &[(&'static str, String)]| -> Vec<String> {
                    details.iter().filter(|(id, _)| *id == finding.id).map(|(_, text)| text.clone()).collect()
                };
                let details: Vec<Value> = entries
                    .iter()
                    .flat_map(|entry| {
                        of_this(&entry.details)
                            .into_iter()
                            .map(|text| json!({ "seq": entry.seq, "detail": text }))
                    })
                    .collect();
                value["exchanges"] = entries.iter().map(|entry| entry.seq).collect();
                value["details"] = details.into();
            }
            value
        })
        .collect();
    Ok(Json(json!({ "findings": findings })).into_response())
}
