//! `GET /_mock/openapi/{vendor}.json`: what a vendor's requests and answers look like.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::extract::Named;
use super::state::Admin;
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean;

/// An OpenAPI 3.1 document, by the readings of the default world.
pub async fn show(State(admin): State<Admin>, Named(file): Named) -> Result<Json<Value>, Refused> {
    let name = file.strip_suffix(".json").unwrap_or(&file);
    let vendors = || admin.app.vendors.iter();
    let found = vendors().find(|vendor| vendor.catalogue().vendor == name);
    let found = found.ok_or_else(|| {
        let names: Vec<&str> = vendors().map(|vendor| vendor.catalogue().vendor).collect();
        let near = did_you_mean(name, names.iter().copied());
        let message = format!("there is no vendor `{name}`{near}; there are {}", names.join(", "));
        refusal(StatusCode::NOT_FOUND, "not_found", message)
    })?;
    let readings = admin.app.worlds.default_slot().world().readings();
    Ok(Json(found.openapi(&readings)))
}
