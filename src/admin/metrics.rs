//! `GET /_mock/metrics`: what the server counts, for Prometheus.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::state::Admin;

/// The metrics as text.
pub async fn show(State(admin): State<Admin>) -> impl IntoResponse {
    let Admin { app, since, .. } = &admin;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    app.metrics.worlds.set(count(app.worlds.all().len()));
    app.metrics.calls.set(count(app.worlds.default_slot().world().universe().len()));
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text(since.elapsed()))
}
