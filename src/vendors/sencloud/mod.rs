//! Sencloud (eTelecom white label, Vietnam): call logs and their recordings, bearer keys, keyset
//! cursors.
//!
//! Sources: the vendor's page (`page L n` is line n of its text), and the fact sheet drawn from it
//! and from other public material of the vendor's family (`R1`, `P3`, `A4`, section 4).
//!
//! Not emulated: the service's other methods, listed in `contract.rs`. They get the answer to an
//! unknown method.

mod auth;
mod contract;
mod cursor;
mod error;
mod filter;
mod findings;
mod hints;
mod import;
mod logs;
mod made_up;
mod name;
mod operations;
mod posted;
mod readings;
mod style;
mod ways;

use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::FixedOffset;
use serde_json::{Map, Value, json};

use crate::contract::{Behavior, Catalogue, Operation};
use crate::dialects::Account as _;
use crate::import::Importer;
use crate::universe::Ordinal;
use crate::vendor::openapi::Document;
use crate::vendor::recording::Links;
use crate::vendor::setup::{self, Setup};
use crate::vendor::{
    AnyRefusal, Context, Endpoint, Handler, Paths, SecretPlaces, Sketch, Unhandled, Vendor, Who, handler,
    written,
};
use crate::world::{AskedPage, View, World};
use name::NAME;
use posted::Posted;

/// The vendor Sencloud.
pub struct Sencloud;

impl Vendor for Sencloud {
    fn catalogue(&self) -> &'static Catalogue {
        &contract::CATALOGUE
    }

    fn endpoints(&self) -> &'static [&'static Endpoint] {
        operations::ENDPOINTS
    }

    fn unmatched(&self) -> Handler {
        handler!(unmatched)
    }

    fn paths(&self) -> &'static [Paths] {
        &[Paths::Under("/v1/shop."), Paths::Under("/v1/partner."), Paths::Recordings(NAME)]
    }

    fn secure(&self, document: &mut Document) {
        document.security(json!({ "key": { "type": "http", "scheme": "bearer" } }), json!([{ "key": [] }]));
    }

    fn refused(&self, request: &Parts, refusal: AnyRefusal) -> Response {
        error::Refused::of(request, refusal).into_response()
    }

    fn hint(&self, refusal: &Behavior, request: &Parts) -> Option<String> {
        hints::hint(refusal, request)
    }

    fn unhandled(&self, why: Unhandled) -> AnyRefusal {
        error::Error::from(why).into()
    }

    fn shared_refusals(&self, request: &Parts) -> Vec<AnyRefusal> {
        error::samples(request)
    }

    fn secrets(&self) -> SecretPlaces {
        SecretPlaces { headers: &["authorization"], parameters: &[], query: &[] }
    }

    fn public_half(&self, request: &Parts, _: &Bytes) -> Option<String> {
        auth::named(&request.headers)
    }

    fn offset(&self) -> FixedOffset {
        style::VIETNAM
    }

    fn call_id(&self, view: &View, ordinal: Ordinal) -> Option<String> {
        logs::Log::wire_id(view, ordinal)
    }

    fn shown(&self, world: &World, ordinal: Ordinal, links: &Links) -> Option<Vec<u8>> {
        let view = world.view();
        world.accounts().sencloud.iter().find_map(|account| {
            let shop = auth::Shop { id: account.public_half().to_owned() };
            let log = logs::Log::of(&view, ordinal, &shop)?;
            Some(written(&log.item(style::Style::of(world), links), 1024))
        })
    }

    fn known_as(&self, world: &World, who: Who) -> Map<String, Value> {
        logs::known_as(&world.view(), who)
    }

    fn page(&self, _: &Parts, body: &Bytes) -> Option<AskedPage> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let after = body.pointer("/paging/after")?.as_str()?;
        // Only the answer before tells which page a cursor leads to.
        (!["", "."].contains(&after)).then(|| AskedPage { position: None, words: "the next page".to_owned() })
    }

    fn hosts(&self) -> &'static [&'static str] {
        &["api.sencloud.vn", "api.etelecom.vn"]
    }

    fn credentials(&self, world: &World) -> Option<Map<String, Value>> {
        let key = key(world)?;
        Some(Map::from_iter([("api_key".to_owned(), key.into())]))
    }

    fn curl(&self, world: &World, base_url: &str, request: &Sketch) -> Option<String> {
        let bearer = format!("Bearer {}", key(world)?);
        let json = "application/json".to_owned();
        Some(request.curl(base_url, &[("Authorization", bearer), ("Content-Type", json)]))
    }

    fn examples(&self, world: &World, base_url: &str) -> Vec<String> {
        let Some(key) = key(world) else { return vec![] };
        // Every operation takes a JSON body, and every member may be missing.
        let line = |operation: &&Operation| {
            format!(
                "curl '{base_url}{}' -H 'Content-Type: application/json' -H 'Authorization: Bearer {key}' --data '{{}}'",
                operation.path(),
            )
        };
        operations::OPERATIONS.iter().filter(|o| o.path().starts_with("/v1/")).map(line).collect()
    }

    fn setup(&self, world: &World, base_url: &str) -> Vec<Setup> {
        let Some(key) = key(world) else { return vec![] };
        let headers =
            [("Content-Type", "application/json".to_owned()), ("Authorization", format!("Bearer {key}"))];
        setup::request("POST", &format!("{base_url}/v1/shop.Sencloud/ListCallLogs"), &headers, Some("{}"))
    }

    fn importer(&self) -> Option<&'static dyn Importer> {
        Some(&import::Rows)
    }
}

/// The first key of a world, with the public half that the world gives it.
fn key(world: &World) -> Option<String> {
    let account = world.accounts().sencloud.first()?;
    let half = account.public_half();
    Some(format!("{}{}", world.names().own(NAME, half), &account.api_key[half.len()..]))
}

/// Answers a request that no route matches: an operation that is not emulated, or an unknown path.
/// [`Posted`] has already refused a wrong method or content type.
async fn unmatched(_: Posted, context: Context, request: Parts) -> error::Refused {
    let path = request.uri.path();
    let Some(operation) = contract::CATALOGUE.not_emulated("POST", path) else {
        return error::Refused::of(&request, error::Error::NoHandler(path.to_owned()));
    };
    context.notes.finding_of(&findings::NOT_EMULATED_SENT, || format!("`{}`", operation.path));
    error::Refused::of(&request, error::Error::NotEmulated(path.to_owned()))
}
