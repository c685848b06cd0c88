//! `GET /_mock/queues`: the queues, and `PATCH /_mock/queues/{id or menu id}`: changes whether one
//! takes calls.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::body::{Body, new_state};
use super::extract::{Named, Scope};
use super::state::Admin;
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean;
use crate::universe::{Queue, QueueState};
use crate::vendor::Who;

/// Lists the queues with their states, and their ids at each vendor.
pub async fn list(State(admin): State<Admin>, scope: Scope) -> Json<Value> {
    let world = scope.world();
    let queues = world.universe().queues().map(|(reference, queue)| {
        json!({
            "id": queue.id,
            "name": queue.name,
            "state": world.queue_state(reference),
            "ids": admin.app.known_as(&world, Who::Queue(reference)),
        })
    });
    Json(json!({ "queues": queues.collect::<Vec<_>>() }))
}

/// Changes a queue's state and returns the new state.
pub async fn change(scope: Scope, Named(name): Named, Body(body): Body) -> Result<Json<Value>, Refused> {
    let world = scope.world();
    let named = |queue: &Queue| {
        *queue.id == *name
            || queue.data.each().any(|(_, data)| data.alias().as_deref() == Some(name.as_str()))
    };
    let found = world.universe().queues().find(|(_, queue)| named(queue));
    let Some((reference, queue)) = found else {
        let near = did_you_mean(&name, world.universe().queues().map(|(_, queue)| queue.id.as_ref()));
        let known: Vec<&str> =
            world.universe().queues().take(20).map(|(_, queue)| queue.id.as_ref()).collect();
        let message = format!("there is no queue `{name}`{near}; there are: {}", known.join(", "));
        return Err(refusal(StatusCode::NOT_FOUND, "not_found", message));
    };
    let state: QueueState = new_state(&body, &["open", "manual_redirection", "after_hours"])?;
    world.switch_queue(reference, state);
    Ok(Json(json!({ "id": queue.id, "name": queue.name, "state": state })))
}
