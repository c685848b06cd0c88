//! `GET /_mock/agents`: the agents, and `PATCH /_mock/agents/{id|email}`: changes whether one can
//! take a call.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::body::{Body, new_state};
use super::extract::{Named, Scope};
use super::state::Admin;
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean;
use crate::universe::AgentState;
use crate::vendor::Who;

/// Lists the agents with their states, and their ids at each vendor.
pub async fn list(State(admin): State<Admin>, scope: Scope) -> Json<Value> {
    let world = scope.world();
    let agents = world.universe().agents().map(|(reference, agent)| {
        json!({
            "id": agent.id,
            "name": agent.name.display,
            "email": agent.email,
            "extension": agent.extension,
            "state": world.agent_state(reference),
            "ids": admin.app.known_as(&world, Who::Agent(reference)),
        })
    });
    Json(json!({ "agents": agents.collect::<Vec<_>>() }))
}

/// Changes an agent's state and returns the new state.
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
