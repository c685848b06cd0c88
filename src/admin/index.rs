//! `GET /_mock`: who is here, with which credentials, and what to paste first.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value, json};

use super::Admin;

/// Vendors, base URLs, operations, the default credentials, and ready-to-paste curl lines.
pub async fn show(State(admin): State<Admin>, headers: HeaderMap) -> Json<Value> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let base_url = format!("http://{}", host.map_or_else(|| admin.address.to_string(), str::to_owned));
    let world = admin.app.worlds.default();
    let mut credentials = Map::new();
    let mut vendors = vec![];
    for vendor in admin.app.vendors {
        let catalogue = vendor.catalogue();
        if let Some(credential) = vendor.credentials(world.accounts()) {
            credentials.insert(catalogue.vendor.to_owned(), credential);
        }
        let operations: Vec<Value> = catalogue
            .operations
            .iter()
            .map(|o| json!({ "id": o.id, "method": o.method, "path": o.path, "summary": o.summary }))
            .collect();
        vendors.push(json!({
            "vendor": catalogue.vendor,
            "product": catalogue.product,
            "credential": catalogue.credential,
            "base_url": base_url,
            "operations": operations,
            "curl": vendor.examples(&world, &base_url),
        }));
    }
    Json(json!({
        "callmock": env!("CARGO_PKG_VERSION"),
        "scenario": world.scenario().title,
        "calls": world.universe().len(),
        "now": world.now(),
        "vendors": vendors,
        "credentials": credentials,
    }))
}
