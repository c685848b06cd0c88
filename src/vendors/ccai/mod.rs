//! Google CCAI Platform (by UJET), Apps API: outbound, inbound and scheduled calls, and flags of
//! their customers.
//!
//! Sources: the vendor's page (`page L n` is line n of its text) and the fact sheet drawn from it
//! and from the vendor's other pages (`1G.4`, section 6, …). State decides what a request gets,
//! never its text: agents, queues, tickets, numbers, languages and earlier calls are the world's.
//!
//! Not emulated: the Manager API and the other Apps API operations, which `contract.rs` lists, and
//! passing data parameters, whose page is not public.

mod auth;
mod contract;
mod create;
mod error;
mod model;
mod openapi;
mod query;
mod routes;

use axum::Router;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::contract::{Catalogue, Operation, Readings};
use crate::exchange::{Field, Neutral, Paths, Precision, Refusal, SecretPlaces, Tells, Vendor};
use crate::universe::{Direction, Ordinal, is_created_id};
use crate::world::{View, World};

/// The name of this vendor's folder, of its key in scenarios, and of its ids' first segment.
const NAME: &str = "ccai";

/// The vendor.
pub struct Ccai;

impl Vendor for Ccai {
    fn catalogue(&self) -> &'static Catalogue {
        &contract::CATALOGUE
    }

    fn openapi(&self, _: &Readings) -> Value {
        openapi::document()
    }

    fn paths(&self) -> &'static [Paths] {
        &[Paths::Under("/apps/api/"), Paths::Under("/manager/api/")]
    }

    fn router(&self) -> Router {
        routes::router()
    }

    fn operation(&self, request: &Parts) -> Option<&'static Operation> {
        routes::operation(&request.method, request.uri.path())
    }

    fn refuse(&self, request: &Parts, why: Refusal) -> Response {
        error::Refused::of(request, why.into()).into_response()
    }

    fn secrets(&self) -> SecretPlaces {
        SecretPlaces { headers: &["authorization"], parameters: &[], query: &[] }
    }

    fn public_half(&self, request: &Parts, _: &Bytes) -> Option<String> {
        auth::named(&request.headers)
    }

    fn fail(&self, request: &Parts, error: &str) -> Option<Response> {
        error::Error::named(error).map(|error| error::Refused::of(request, error).into_response())
    }

    fn call_id(&self, view: &View, ordinal: Ordinal) -> Option<String> {
        model::call_id(view, ordinal).map(|id| id.to_string())
    }

    fn call_status(&self, view: &View, ordinal: Ordinal) -> Option<&'static str> {
        model::status(view.call(ordinal)?, view.now())
    }

    /// Only what a client created is ever shown to it, as it is then.
    fn shows(&self, call: &Neutral) -> bool {
        is_created_id(&call.id)
    }

    fn tells(&self, call: &Neutral, field: Field) -> Tells {
        // An agent's own call has no menu; the others are given to an agent once they wait for one,
        // and their answers were sent before.
        let placed = call.direction == Direction::Outbound && call.queue.is_none();
        match field {
            Field::Direction | Field::From | Field::To => Tells::Exactly,
            // When it was created, or is due.
            Field::At if placed => Tells::To(&[Precision::Millis]),
            Field::At => Tells::To(&[Precision::Seconds, Precision::Millis]),
            Field::Agent if !placed => Tells::Nothing,
            Field::Agent | Field::Customer | Field::Queue | Field::Parent => Tells::ByItsOwnId,
            // A call that was just created has come to nothing yet.
            Field::AnsweredAt
            | Field::EndedAt
            | Field::Dial
            | Field::Ivr
            | Field::Wait
            | Field::Ring
            | Field::Talk
            | Field::Hold
            | Field::Outcome
            | Field::RecordingUrl
            | Field::RecordingDuration
            | Field::RatingScore
            | Field::RatingLabel
            | Field::RatingChannel => Tells::Nothing,
        }
    }

    fn credentials(&self, world: &World) -> Option<Map<String, Value>> {
        let account = world.accounts().ccai.first()?;
        let subdomain = world.names().own(NAME, &account.subdomain);
        Some(Map::from_iter([
            ("subdomain".to_owned(), subdomain.into()),
            ("token".to_owned(), account.token.as_str().into()),
        ]))
    }

    fn examples(&self, world: &World, base_url: &str) -> Vec<String> {
        let lines = world.accounts().ccai.first().and_then(|account| {
            let agent = world.universe().agents().find_map(|(_, agent)| agent.email.as_deref())?;
            let number = account.outbound_numbers.first()?;
            let body = json!({
                "call_type": "Voice Outbound (API)", "agent_email": agent, "end_user_number": number,
                "outbound_number": number,
            });
            let basic = BASE64.encode(format!("{}:{}", world.names().own(NAME, &account.subdomain), account.token));
            let path = contract::CREATE_CALL.path;
            Some(format!(
                "curl '{base_url}{path}' -H 'Content-Type: application/json' -H 'Authorization: Basic {basic}' --data '{body}'"
            ))
        });
        lines.into_iter().collect()
    }
}
