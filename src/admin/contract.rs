//! `GET /_mock/contract`: the catalogue of every vendor.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::state::Admin;
use crate::report::catalogue;

/// The behaviors, readings and findings of all vendors.
pub async fn show(State(admin): State<Admin>) -> Json<Value> {
    Json(catalogue::json(admin.app.vendors.iter().map(|vendor| vendor.catalogue())))
}
