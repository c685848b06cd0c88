//! `PATCH /_mock/queues/{id or menu id}`: does a queue take calls?

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::body::{Body, new_state};
use super::extract::{Named, Scope};
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean;
use crate::universe::{Queue, QueueState};

/// Changes a queue's state, and shows what it is now.
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
