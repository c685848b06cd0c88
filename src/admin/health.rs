//! `GET /_mock/health` and `GET /_mock/ready`: is it alive, and does it answer?

use axum::Json;
use serde_json::{Value, json};

/// The process is alive.
pub async fn health() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// It answers as the vendors do. The port is only opened once the scenario is loaded, so an answer is the proof.
pub async fn ready() -> Json<Value> {
    Json(json!({ "status": "ready" }))
}
