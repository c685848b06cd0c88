//! `GET /_mock/health` and `GET /_mock/ready`: liveness and readiness.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::version::VERSION;

use super::state::Admin;

/// Answers 200 for as long as the process lives.
pub async fn health() -> Json<Value> {
    Json(json!({ "status": "ok", "version": VERSION }))
}

/// Answers 200 if the worker threads gave a recent heartbeat, else 503. The scenario is loaded by
/// then: the port opens only afterwards.
pub async fn ready(State(admin): State<Admin>) -> Response {
    match admin.app.heartbeat.silence() {
        None => Json(json!({ "status": "ready" })).into_response(),
        Some(silence) => {
            let body = json!({ "status": "busy", "silent_seconds": silence.as_secs() });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}
