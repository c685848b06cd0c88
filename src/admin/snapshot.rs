//! `GET` and `PUT …/snapshot`: the state of a whole world as JSON.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};

use super::body::{Body, read, wrong};
use super::extract::Scope;
use super::state::Admin;
use crate::exchange::Refused;
use crate::scenario::{self, LoadOptions, Scenario};
use crate::world::Snapshot;

/// Returns the world's state.
pub async fn show(scope: Scope) -> Json<Snapshot> {
    Json(scope.world().snapshot())
}

/// Restores a snapshot of this world, or of another one with the same scenario. The world keeps its
/// journal, coverage and credentials.
pub async fn restore(
    State(admin): State<Admin>,
    scope: Scope,
    Body(body): Body,
) -> Result<StatusCode, Refused> {
    let snapshot: Snapshot = read(&body)?;
    let scenario = scenario_at(&admin, scope.world().scenario(), snapshot.moment).await?;
    let restored = scope.slot.replace(|world| world.restored(&snapshot, &scenario, &admin.catalogues()));
    restored.map_err(|error| wrong(error.path, &error.message))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The world's scenario, with its relative times counted from the moment of a snapshot.
async fn scenario_at(
    admin: &Admin,
    own: &Arc<Scenario>,
    moment: Option<DateTime<Utc>>,
) -> Result<Arc<Scenario>, Refused> {
    let Some(moment) = moment.filter(|_| moment != own.moment) else { return Ok(Arc::clone(own)) };
    let turn = admin.turn().await?;
    let options = LoadOptions { moment: Some(moment), ..own.options.clone() };
    let loaded = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        scenario::load(&options).map(Arc::new).map_err(|invalid| invalid.to_string())
    });
    let loaded = loaded.await.unwrap_or_else(|_| Err("it could not be read".to_owned()));
    loaded.map_err(|why| wrong("moment", &format!("the scenario cannot be read again: {why}")))
}
