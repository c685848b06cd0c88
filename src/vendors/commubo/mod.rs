//! commubo connect API (Softfront, Japan): calls and their recordings, two tenant headers, statuses
//! 403 and 406.
//!
//! This is the smallest vendor, and the template for others. Sources: the vendor's page,
//! <https://commubo.com/api/calls-list.html> (`page L n` is line n of its text), and the fact sheet
//! drawn from it (`R1`, `A4`, …).
//!
//! Not emulated: the vendor's other operations. `contract.rs` lists those whose paths are public.

mod array;
mod auth;
mod calls;
mod contract;
mod error;
mod findings;
mod hints;
mod import;
mod made_up;
mod name;
mod one_call;
mod operations;
mod people;
mod readings;
mod ways;

use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::FixedOffset;
use serde_json::{Map, Value, json};

use crate::contract::{Behavior, Catalogue};
use crate::import::Importer;
use crate::universe::Ordinal;
use crate::vendor::openapi::Document;
use crate::vendor::recording::Links;
use crate::vendor::setup::{self, Setup};
use crate::vendor::{
    AnyRefusal, Context, Endpoint, Handler, Paths, SecretPlaces, Sketch, Unhandled, Vendor, Who, handler,
    written,
};
use crate::world::{View, World};
use name::NAME;

/// The vendor commubo.
pub struct Commubo;

impl Vendor for Commubo {
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
        &[Paths::Under("/v1/")]
    }

    fn secure(&self, document: &mut Document) {
        let api_key = |name: &str| json!({ "type": "apiKey", "in": "header", "name": name });
        document.security(
            json!({ "tenant": api_key(auth::TENANT_ID), "token": api_key(auth::ACCESS_TOKEN) }),
            json!([{ "tenant": [], "token": [] }]),
        );
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
        SecretPlaces { headers: &[auth::ACCESS_TOKEN], parameters: &[auth::ACCESS_TOKEN], query: &[] }
    }

    fn public_half(&self, request: &Parts, _: &Bytes) -> Option<String> {
        auth::named(&request.headers)
    }

    fn offset(&self) -> FixedOffset {
        calls::JAPAN
    }

    fn call_id(&self, view: &View, ordinal: Ordinal) -> Option<String> {
        calls::wire_id(view, ordinal)
    }

    fn shown(&self, world: &World, ordinal: Ordinal, _: &Links) -> Option<Vec<u8>> {
        let view = world.view();
        let style = calls::Style::of(world, calls::Expand::All);
        let mut tenants = world.accounts().commubo.iter();
        tenants.find(|account| calls::is_listed(&view, ordinal, &account.tenant_id))?;
        Some(written(&calls::Call::of(&view, ordinal, style)?, 512))
    }

    fn known_as(&self, world: &World, who: Who) -> Map<String, Value> {
        people::known_as(&world.view(), who)
    }

    fn hosts(&self) -> &'static [&'static str] {
        &["connect.commubo.com"]
    }

    fn credentials(&self, world: &World) -> Option<Map<String, Value>> {
        let account = world.accounts().commubo.first()?;
        let tenant_id = world.names().own(NAME, &account.tenant_id);
        Some(Map::from_iter([
            ("tenant_id".to_owned(), tenant_id.into()),
            ("access_token".to_owned(), account.access_token.as_str().into()),
        ]))
    }

    fn curl(&self, world: &World, base_url: &str, request: &Sketch) -> Option<String> {
        let account = world.accounts().commubo.first()?;
        let tenant_id = world.names().own(NAME, &account.tenant_id).to_owned();
        let access_token = account.access_token.clone();
        Some(request.curl(base_url, &[(auth::TENANT_ID, tenant_id), (auth::ACCESS_TOKEN, access_token)]))
    }

    fn examples(&self, world: &World, base_url: &str) -> Vec<String> {
        let lines = world.accounts().commubo.first().map(|account| {
            format!(
                "curl '{base_url}/v1/calls?expand=all' -H '{}: {}' -H '{}: {}'",
                auth::TENANT_ID,
                world.names().own(NAME, &account.tenant_id),
                auth::ACCESS_TOKEN,
                account.access_token,
            )
        });
        lines.into_iter().collect()
    }

    fn setup(&self, world: &World, base_url: &str) -> Vec<Setup> {
        let Some(account) = world.accounts().commubo.first() else { return vec![] };
        let headers = [
            ("x-commubo-tenantId", world.names().own(NAME, &account.tenant_id).to_owned()),
            ("x-commubo-accessToken", account.access_token.clone()),
        ];
        setup::request("GET", &format!("{base_url}/v1/calls?expand=all"), &headers, None)
    }

    fn importer(&self) -> Option<&'static dyn Importer> {
        Some(&import::Rows)
    }
}

/// Answers a request that no route matches: a wrong method, an operation that is not emulated, or
/// an unknown path.
async fn unmatched(context: Context, request: Parts) -> error::Refused {
    if !context.allowed.is_empty() {
        return error::Refused::of(&request, error::Error::MethodNotAllowed);
    }
    let known = contract::CATALOGUE.not_emulated(request.method.as_str(), request.uri.path());
    let Some(operation) = known else { return error::Refused::of(&request, error::Error::NotFound) };
    context
        .notes
        .finding_of(&findings::NOT_EMULATED_SENT, || format!("`{} {}`", operation.method, operation.path));
    error::Refused::of(&request, error::Error::NotEmulated)
}
