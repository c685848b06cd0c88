//! `POST /_mock/reset`: back to the scenario.

use axum::extract::State;
use axum::http::StatusCode;

use super::Admin;

/// Returns the default world to its scenario: clock, ids, nonces, readings and journal.
pub async fn reset(State(admin): State<Admin>) -> StatusCode {
    admin.app.worlds.reset();
    StatusCode::NO_CONTENT
}
