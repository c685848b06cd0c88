//! `POST …/reset`: back to the scenario.

use axum::http::StatusCode;

use super::extract::Scope;

/// Returns a world to its scenario: changes, ids, clock, faults, readings, journal, coverage.
pub async fn reset(scope: Scope) -> StatusCode {
    scope.slot.reset();
    StatusCode::NO_CONTENT
}
