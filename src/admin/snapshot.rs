//! `GET` and `PUT …/snapshot`: a whole world as data, and back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::body::{Body, read, wrong};
use super::extract::Scope;
use super::state::Admin;
use crate::exchange::Refused;
use crate::world::Snapshot;

/// The world as data.
pub async fn show(scope: Scope) -> Json<Snapshot> {
    Json(scope.world().snapshot())
}

/// Puts a world back to what it was, or makes one the like of another that began with the same
/// scenario. Its journal, its coverage and its credentials stay.
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
