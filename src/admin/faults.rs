//! `GET`, `POST` and `DELETE …/faults`: what goes wrong on purpose.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::body::{Body, read, wrong};
use super::extract::{Named, Scope};
use super::state::Admin;
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean;
use crate::scenario::Fault;
use crate::world::{FaultCounts, Faults, NotAdded};

/// Every fault with what it has counted, in the order they were added.
pub async fn list(scope: Scope) -> Json<Value> {
    Json(json!({ "faults": scope.world().faults().all() }))
}

/// Adds a fault.
pub async fn add(
    State(admin): State<Admin>,
    scope: Scope,
    Body(body): Body,
) -> Result<(StatusCode, Json<Value>), Refused> {
    let fault: Fault = read(&body)?;
    let rule = fault.rule(&admin.catalogues()).map_err(|error| wrong(error.path, &error.message))?;
    let id = rule.fault.id.clone();
    let world = scope.world();
    let added = world.faults().add(Arc::new(rule), FaultCounts::default());
    let added = added.map_err(|why| match why {
        NotAdded::Taken => {
            let message = format!("there is a fault `{}` already; delete it first", id.unwrap_or_default());
            refusal(StatusCode::CONFLICT, "conflict", message)
        }
        NotAdded::TooMany => {
            let message = format!("there are {} faults already; delete some first", Faults::MOST);
            refusal(StatusCode::TOO_MANY_REQUESTS, "too_many_faults", message)
        }
    });
    // Whatever failed until now did so in another test: what comes next is no further try at it.
    world.attempts().forget();
    Ok((StatusCode::CREATED, Json(json!({ "id": added? }))))
}

/// Removes every fault.
pub async fn clear(scope: Scope) -> StatusCode {
    let world = scope.world();
    world.faults().clear();
    world.attempts().forget();
    StatusCode::NO_CONTENT
}

/// Removes one fault.
pub async fn remove(scope: Scope, Named(id): Named) -> Result<StatusCode, Refused> {
    let world = scope.world();
    if world.faults().remove(&id) {
        world.attempts().forget();
        return Ok(StatusCode::NO_CONTENT);
    }
    let ids: Vec<String> = world.faults().all().into_iter().filter_map(|state| state.fault.id).collect();
    let near = did_you_mean(&id, ids.iter().map(String::as_str));
    let some: Vec<&str> = ids.iter().map(String::as_str).take(20).collect();
    let message = format!("there is no fault `{id}`{near}; there are: {}", some.join(", "));
    Err(refusal(StatusCode::NOT_FOUND, "not_found", message))
}
