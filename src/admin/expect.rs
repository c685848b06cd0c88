//! `…/expect`: the findings and refusals that a test causes on purpose.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{Body, read, wrong};
use super::extract::Scope;
use super::state::Admin;
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean;
use crate::world::{OfExchange, Standing, TooManyOpen, World};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object such as {\"findings\": [ID, …], \"refusals\": [ID, …]}")]
struct Expected {
    #[serde(default)]
    findings: Vec<String>,
    #[serde(default)]
    refusals: Vec<String>,
}

/// Declares expectations about the exchanges from now on, and returns how they stand.
pub async fn declare(
    State(admin): State<Admin>,
    scope: Scope,
    Body(body): Body,
) -> Result<(StatusCode, Json<Value>), Refused> {
    let expected: Expected = read(&body)?;
    if expected.findings.is_empty() && expected.refusals.is_empty() {
        let message = "the body names nothing: write {\"findings\": [ID, …], \"refusals\": [ID, …]}";
        return Err(refusal(StatusCode::BAD_REQUEST, "invalid_body", message));
    }
    let catalogues = admin.catalogues();
    let findings = || catalogues.iter().flat_map(|c| c.findings).map(|finding| finding.id);
    let refusals = || catalogues.iter().flat_map(|c| c.all_refusals()).map(|refusal| refusal.behavior.id);
    let mut ids = vec![];
    for (n, id) in expected.findings.iter().enumerate() {
        let known = findings().find(|known| known == id);
        ids.push(known.ok_or_else(|| {
            let near = did_you_mean(id, findings());
            wrong(&format!("findings[{n}]"), &format!("there is no finding `{id}`{near}"))
        })?);
    }
    for (n, id) in expected.refusals.iter().enumerate() {
        let known = refusals().find(|known| known == id);
        ids.push(known.ok_or_else(|| {
            let mut behaviors = catalogues.iter().flat_map(|c| c.behaviors());
            let message = if behaviors.any(|behavior| behavior.id == id) {
                format!("`{id}` is a behavior and not a refusal; only refusals are expected")
            } else {
                format!("there is no refusal `{id}`{}", did_you_mean(id, refusals()))
            };
            wrong(&format!("refusals[{n}]"), &message)
        })?);
    }
    let world = scope.world();
    world.expectations().declare(&ids, world.journal().newest()).map_err(|TooManyOpen(most)| {
        let message = format!("there are {most} open expectations at most; POST …/reset forgets them");
        refusal(StatusCode::CONFLICT, "too_many_expectations", message)
    })?;
    Ok((StatusCode::CREATED, Json(standing(&world))))
}

/// Returns which expectations are open, and which are met.
pub async fn show(scope: Scope) -> Json<Value> {
    Json(standing(&scope.world()))
}

fn standing(world: &World) -> Value {
    let Standing { open, open_exchanges, met } = world.expectations().standing(&world.late());
    let of_world = open.into_iter().map(|(id, after)| json!({ "id": id, "after": after }));
    let of_exchange = |OfExchange { id, seq, test, request }| json!({ "id": id, "exchange": seq, "test": test, "request": request });
    let open: Vec<Value> = of_world.chain(open_exchanges.into_iter().map(of_exchange)).collect();
    let met: Vec<Value> = met.into_iter().map(|(id, count)| json!({ "id": id, "count": count })).collect();
    json!({ "open": open, "met": met })
}
