//! Google CCAI Platform (by UJET): the Apps API's outbound, inbound and scheduled calls, the flags
//! of their customers, and the Manager API's list of calls.
//!
//! Sources: the vendor's page (`page L n` is line n of its text), the fact sheet drawn from it and
//! from the vendor's other pages (`1G.4`, section 6, …), and the sheet of the neighbouring
//! operations (`M4`, `C1`, …). An answer depends on the state of the world, never on magic values
//! in a request: agents, queues, tickets, numbers, languages and earlier calls are the world's.
//!
//! Not emulated: the other operations of both APIs, which `contract.rs` lists, and passing data
//! parameters, whose page is not public.

mod auth;
mod body;
mod calls;
mod contract;
mod error;
mod findings;
mod flags;
mod hints;
mod import;
mod listed;
mod name;
mod operations;
mod people;
mod readings;
mod records;
mod ways;

use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::contract::{Behavior, Catalogue};
use crate::import::Importer;
use crate::universe::{AgentState, Ordinal};
use crate::urlencoded;
use crate::vendor::credential::to_basic;
use crate::vendor::openapi::Document;
use crate::vendor::paging::asked_page;
use crate::vendor::recording::Links;
use crate::vendor::setup::{self, Setup};
use crate::vendor::{
    AnyRefusal, Context, Endpoint, Handler, Paths, SecretPlaces, Sketch, Unhandled, Vendor, Who, handler,
};
use crate::world::{AskedPage, View, World};
use name::NAME;

/// A number that nobody has, for examples: it is kept for fiction.
const SOMEBODY: &str = "+12025550147";

/// The vendor CCAI Platform.
pub struct Ccai;

impl Vendor for Ccai {
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
        &[Paths::Under("/apps/api/"), Paths::Under("/manager/api/"), Paths::Recordings(NAME)]
    }

    fn secure(&self, document: &mut Document) {
        document
            .security(json!({ "basic": { "type": "http", "scheme": "basic" } }), json!([{ "basic": [] }]));
    }

    fn refused(&self, _: &Parts, refusal: AnyRefusal) -> Response {
        error::Refused(refusal).into_response()
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

    fn call_id(&self, view: &View, ordinal: Ordinal) -> Option<String> {
        calls::wire_id(view, ordinal)
    }

    fn call_status(&self, view: &View, ordinal: Ordinal) -> Option<&'static str> {
        calls::status(view.call(ordinal)?, view.now())
    }

    fn shown(&self, world: &World, ordinal: Ordinal, links: &Links) -> Option<Vec<u8>> {
        let view = world.view();
        world.accounts().ccai.iter().find_map(|account| {
            view.listed(ordinal, NAME, &account.subdomain)?;
            let style = records::Style::of(world, &view, account, links.clone());
            let record = records::Record::of(&view, &style, ordinal)?;
            serde_json::to_vec(&listed::ListedCall::of(&record)).ok()
        })
    }

    fn known_as(&self, world: &World, who: Who) -> Map<String, Value> {
        people::known_as(&world.view(), who)
    }

    fn page(&self, request: &Parts, _: &Bytes) -> Option<AskedPage> {
        let query = request.uri.query().unwrap_or_default();
        let (_, number) = urlencoded::lossy(query).find(|(name, _)| name == "page")?;
        asked_page(&number)
    }

    fn hosts(&self) -> &'static [&'static str] {
        &["*.ccaiplatform.com", "*.ujet.co"]
    }

    fn credentials(&self, world: &World) -> Option<Map<String, Value>> {
        let account = world.accounts().ccai.first()?;
        let subdomain = world.names().own(NAME, &account.subdomain);
        Some(Map::from_iter([
            ("subdomain".to_owned(), subdomain.into()),
            ("token".to_owned(), account.token.as_str().into()),
        ]))
    }

    fn curl(&self, world: &World, base_url: &str, request: &Sketch) -> Option<String> {
        let account = world.accounts().ccai.first()?;
        let basic = to_basic(world.names().own(NAME, &account.subdomain), &account.token);
        let mut headers = vec![("Authorization", basic)];
        if request.body.is_some() {
            headers.push(("Content-Type", "application/json".to_owned()));
        }
        Some(request.curl(base_url, &headers))
    }

    fn examples(&self, world: &World, base_url: &str) -> Vec<String> {
        let line = first_call(world).map(|(authorization, body)| {
            format!(
                "curl '{base_url}/apps/api/v1/calls' -H 'Content-Type: application/json' -H 'Authorization: {authorization}' --data '{body}'",
            )
        });
        line.into_iter().collect()
    }

    fn setup(&self, world: &World, base_url: &str) -> Vec<Setup> {
        let Some((authorization, body)) = first_call(world) else { return vec![] };
        let headers = [("Content-Type", "application/json".to_owned()), ("Authorization", authorization)];
        setup::request("POST", &format!("{base_url}/apps/api/v1/calls"), &headers, Some(&body.to_string()))
    }

    fn importer(&self) -> Option<&'static dyn Importer> {
        Some(&import::Rows)
    }
}

/// The credential and the body of a request that creates a call with the first agent who is free.
fn first_call(world: &World) -> Option<(String, Value)> {
    let account = world.accounts().ccai.first()?;
    let agent = world.universe().agents().find_map(|(place, agent)| {
        let is_free = world.agent_state(place) == AgentState::Available;
        agent.email.as_deref().filter(|email| is_free && !email.is_empty())
    })?;
    let number = account.outbound_numbers.first()?;
    let body = json!({
        "call_type": "Voice Outbound (API)", "agent_email": agent, "end_user_number": SOMEBODY,
        "outbound_number": number,
    });
    Some((to_basic(world.names().own(NAME, &account.subdomain), &account.token), body))
}

/// Answers a request that no route matches, after authentication: a wrong method, an operation that
/// is not emulated, or an unknown path. A file's path needs no authentication for any method.
/// `Allow` lists the methods of a path that has others.
async fn unmatched(
    account: Result<auth::Account, error::Refused>,
    context: Context,
    request: Parts,
) -> Response {
    let open = context.operation.is_some_and(|operation| operation.open);
    let refused = account.err().filter(|_| !open);
    let mut response = refused.unwrap_or_else(|| missing(&context, &request).into()).into_response();
    // HEAD is allowed wherever GET is. The answer to a HEAD request itself has no `Allow`.
    let mut allow: Vec<&str> = context.allowed.iter().copied().filter(|method| *method != "HEAD").collect();
    if let Some(get) = allow.iter().position(|method| *method == "GET") {
        allow.insert(get + 1, "HEAD");
    }
    let allow = allow.join(",");
    let is_head = request.method == Method::HEAD && allow.contains("HEAD");
    if let Some(allow) = HeaderValue::from_str(&allow).ok().filter(|allow| !allow.is_empty() && !is_head) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

fn missing(context: &Context, request: &Parts) -> error::Error {
    let known = contract::CATALOGUE.not_emulated(request.method.as_str(), request.uri.path());
    let Some(operation) = known else { return error::Error::NotFound };
    context
        .notes
        .finding_of(&findings::NOT_EMULATED_SENT, || format!("`{} {}`", operation.method, operation.path));
    error::Error::NotEmulated
}
