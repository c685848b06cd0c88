//! `PATCH /_mock/agents/{id|email}`: can an agent take a call?

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::body::{Body, new_state};
use super::extract::{Named, Scope};
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean;
use crate::universe::AgentState;

/// Changes an agent's state, and shows what it is now.
pub async fn change(scope: Scope, Named(name): Named, Body(body): Body) -> Result<Json<Value>, Refused> {
    let world = scope.world();
    let named =
        |agent: &crate::universe::Agent| *agent.id == *name || agent.email.as_deref() == Some(name.as_str());
    let found = world.universe().agents().find(|(_, agent)| named(agent));
    let Some((reference, agent)) = found else {
        let near = did_you_mean(&name, world.universe().agents().map(|(_, agent)| agent.id.as_ref()));
        let known: Vec<&str> =
            world.universe().agents().take(20).map(|(_, agent)| agent.id.as_ref()).collect();
        let message = format!("there is no agent `{name}`{near}; there are: {}", known.join(", "));
        return Err(refusal(StatusCode::NOT_FOUND, "not_found", message));
    };
    let state: AgentState = new_state(&body, &["available", "unavailable", "no_access", "unknown"])?;
    world.switch_agent(reference, state);
    Ok(Json(json!({ "id": agent.id, "email": agent.email, "state": state })))
}
