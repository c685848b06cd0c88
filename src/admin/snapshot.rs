//! `GET` and `PUT …/snapshot`: the state of a whole world as JSON.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::body::{Body, read, wrong};
use super::extract::Scope;
use super::state::Admin;
use crate::exchange::Refused;
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
    let restored = scope.slot.replace(|world| world.restored(&snapshot, &admin.catalogues()));
    restored.map_err(|error| wrong(error.path, &error.message))?;
    Ok(StatusCode::NO_CONTENT)
}
