//! `GET …/findings`: what in the clients' requests was wrong or fragile.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::{Admin, Scope};
use crate::world::Filter;

/// Every finding that was made, how often, what to do instead, and the exchanges that the journal still has of it.
pub async fn list(State(admin): State<Admin>, scope: Scope) -> Json<Value> {
    let world = scope.world();
    let counts = world.coverage().counts();
    let all = admin.catalogues().into_iter().flat_map(|catalogue| catalogue.findings.iter().copied());
    let made = all.filter_map(|finding| Some((finding, *counts.findings.get(finding.id)?)));
    let findings: Vec<Value> = made
        .map(|(finding, count)| {
            let filter = Filter { finding: Some(finding.id.to_owned()), ..Filter::default() };
            let page = world.journal().page(&filter, 0, usize::MAX);
            let exchanges: Vec<u64> = page.entries.iter().map(|entry| entry.seq).collect();
            json!({
                "id": finding.id, "count": count, "summary": finding.summary, "fix": finding.fix, "exchanges": exchanges,
            })
        })
        .collect();
    Json(json!({ "findings": findings }))
}
