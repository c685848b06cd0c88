//! `GET /_mock`: the vendors, their credentials, and commands to paste.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::extract::AdminUrl;
use super::state::Admin;
use crate::exchange::{Refused, refusal};
use crate::universe::MAGIC_NUMBERS;
use crate::version::{COMMIT, VERSION};

/// Returns vendors, base URLs, operations, the default credentials, and curl commands.
pub async fn show(State(admin): State<Admin>, AdminUrl(base_url): AdminUrl) -> Json<Value> {
    let world = admin.app.worlds.default_slot().world();
    let vendors: Vec<Value> = admin
        .app
        .vendors
        .iter()
        .map(|vendor| {
            let catalogue = vendor.catalogue();
            let operations: Vec<Value> = catalogue
                .operations
                .iter()
                .map(|o| json!({ "id": o.id, "method": o.method(), "path": o.path(), "summary": o.summary }))
                .collect();
            json!({
                "vendor": catalogue.vendor,
                "product": catalogue.product,
                "credential": catalogue.credential,
                "base_url": base_url,
                "operations": operations,
                "curl": vendor.examples(&world, &base_url),
            })
        })
        .collect();
    let magic = MAGIC_NUMBERS.iter().filter(|_| world.scenario().magic);
    let magic = magic.map(|number| json!({ "digits": number.digits, "means": number.summary }));
    Json(json!({
        "callmock": VERSION,
        "commit": COMMIT,
        "scenario": world.scenario().title,
        "calls": world.universe().len(),
        "now": world.now(),
        "vendors": vendors,
        "magic_numbers": magic.collect::<Vec<_>>(),
        "credentials": admin.credentials(&world),
    }))
}

/// `GET /_mock/certificate`: the certificate that clients must trust, as PEM. Without TLS there is
/// none, and the answer is 404.
pub async fn certificate(State(admin): State<Admin>) -> Result<Response, Refused> {
    let pem = admin.certificate.ok_or_else(|| {
        refusal(StatusCode::NOT_FOUND, "not_found", "the server speaks no TLS; start it with --tls")
    })?;
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], pem.to_string()).into_response())
}
