//! `POST …/reset`: returns a world to its scenario.

use axum::http::StatusCode;

use super::extract::Scope;

/// Resets changes, ids, clock, faults, readings, journal and coverage of a world.
pub async fn reset(scope: Scope) -> StatusCode {
    scope.slot.reset();
    StatusCode::NO_CONTENT
}
