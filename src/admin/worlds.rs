//! `/_mock/worlds`: creates, lists and removes worlds, each with its own credentials.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{Body, read, wrong};
use super::extract::{AdminUrl, WorldId};
use super::state::Admin;
use crate::exchange::{Refused, refusal, unknown_world};
use crate::scenario::{Library, NotFound, Scenario};
use crate::world::{Fork, Slot, TooMany, Worlds};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object such as {\"name\": \"checkout tests\"}")]
struct NewWorld {
    name: Option<String>,
    scenario: Option<Value>,
    ttl_seconds: Option<u64>,
}

/// Creates a world from the server's scenario, or from the one that the body names or contains.
pub async fn create(
    State(admin): State<Admin>,
    AdminUrl(base): AdminUrl,
    Body(body): Body,
) -> Result<(StatusCode, Json<Value>), Refused> {
    let NewWorld { name, scenario, ttl_seconds } = read(&body)?;
    if name.as_ref().is_some_and(|name| name.chars().count() > 200) {
        return Err(wrong("name", "expected 200 characters at most"));
    }
    if ttl_seconds == Some(0) {
        return Err(wrong("ttl_seconds", "expected 1 or more, found 0; leave it out for the server's own"));
    }
    let scenario = match scenario {
        None => admin.library.own(),
        Some(wanted) => {
            let (library, most) = (Arc::clone(&admin.library), admin.max_world_calls);
            let turn = admin.turn().await?;
            let found = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                find(&library, &wanted, most)
            });
            found
                .await
                .unwrap_or_else(|_| Err("it could not be read".to_owned()))
                .map_err(|why| wrong("scenario", &why))?
        }
    };
    let fork = Fork { scenario, name, ttl: ttl_seconds.map(Duration::from_secs) };
    let slot = admin.app.worlds.fork(fork).map_err(|TooMany(most)| {
        let message = format!(
            "there are {most} worlds already; delete some, or start the server with more (--max-worlds)"
        );
        refusal(StatusCode::TOO_MANY_REQUESTS, "too_many_worlds", message)
    })?;
    Ok((StatusCode::CREATED, Json(shown(&admin, &base, &slot))))
}

/// The scenario that a body asks for: a name, `{"inline": …}`, or the scenario's own members.
fn find(library: &Library, wanted: &Value, most: usize) -> Result<Arc<Scenario>, String> {
    let inline = |text: &str| library.inline(text, most).map_err(|invalid| invalid.to_string());
    match wanted {
        Value::String(name) => library.named(name).map_err(|error| match error {
            NotFound::Name(message) => message,
            NotFound::Invalid(invalid) => invalid.to_string(),
        }),
        Value::Object(members) => match members.get("inline") {
            Some(Value::String(yaml)) if members.len() == 1 => inline(yaml),
            Some(scenario) if members.len() == 1 => inline(&scenario.to_string()),
            _ => inline(&wanted.to_string()),
        },
        other => Err(format!(
            "expected a name ({}), or {{\"inline\": …}} with a scenario, found {other}",
            library.names().join(", ")
        )),
    }
}

/// Lists all worlds, the default one first.
pub async fn list(State(admin): State<Admin>, AdminUrl(base): AdminUrl) -> Json<Value> {
    let worlds: Vec<Value> = admin.app.worlds.all().iter().map(|slot| shown(&admin, &base, slot)).collect();
    Json(json!({ "worlds": worlds }))
}

/// Returns one world. This does not count as use of the world.
pub async fn show(
    State(admin): State<Admin>,
    AdminUrl(base): AdminUrl,
    WorldId(id): WorldId,
) -> Result<Json<Value>, Refused> {
    let slot = admin.app.worlds.get(&id).ok_or_else(|| unknown_world(&admin.app, &id, true))?;
    Ok(Json(shown(&admin, &base, &slot)))
}

/// Removes a world. Its credentials are unknown from then on.
pub async fn remove(State(admin): State<Admin>, WorldId(id): WorldId) -> Result<StatusCode, Refused> {
    if id == Worlds::DEFAULT {
        let message = "the default world stays; POST /_mock/reset returns it to its scenario";
        return Err(refusal(StatusCode::CONFLICT, "conflict", message));
    }
    if admin.app.worlds.remove(&id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(unknown_world(&admin.app, &id, true))
    }
}

fn shown(admin: &Admin, base: &str, slot: &Slot) -> Value {
    let world = slot.world();
    json!({
        "id": slot.id(),
        "name": slot.name(),
        "scenario": world.scenario().title,
        "base_url": format!("{base}/w/{}", slot.id()),
        "credentials": admin.credentials(&world),
        "created_at": slot.created_at(),
        "ttl_seconds": slot.ttl().map(|ttl| ttl.as_secs()),
    })
}
