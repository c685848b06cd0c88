//! `GET /_mock/health` and `GET /_mock/ready`: is it alive, and does it answer?

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::state::Admin;

/// The process is alive.
pub async fn health() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// The server answers as the vendors do: the port is only opened once the scenario is loaded, and
/// the threads that answer gave a sign of life just now.
pub async fn ready(State(admin): State<Admin>) -> Response {
    match admin.app.heartbeat.silence() {
        None => Json(json!({ "status": "ready" })).into_response(),
        Some(silence) => {
            let body = json!({ "status": "busy", "silent_seconds": silence.as_secs() });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}
