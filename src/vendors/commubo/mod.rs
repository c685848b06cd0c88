//! commubo connect API (Softfront, Japan): one list of calls, two tenant headers, 403 and 406.
//!
//! The smallest vendor, and the template of the others. Sources: the vendor's page,
//! <https://commubo.com/api/calls-list.html> (`page L n` is line n of its text), and the fact sheet
//! drawn from it (`R1`, `A4`, …).
//!
//! Not emulated: the vendor's other operations, which `contract.rs` lists as far as their paths are
//! public.

mod auth;
mod contract;
mod error;
mod model;
mod openapi;
mod query;
mod routes;

use axum::Router;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::contract::{Catalogue, Operation, Readings};
use crate::exchange::{Field, Neutral, Paths, Precision, Refusal, SecretPlaces, Tells, Vendor};
use crate::universe::{Direction, Ordinal, Outcome};
use crate::world::{View, World};

/// The name of this vendor's folder, of its key in scenarios, and of its ids' first segment.
const NAME: &str = "commubo";

/// The vendor.
pub struct Commubo;

impl Vendor for Commubo {
    fn catalogue(&self) -> &'static Catalogue {
        &contract::CATALOGUE
    }

    fn openapi(&self, readings: &Readings) -> Value {
        openapi::document(readings.get())
    }

    fn paths(&self) -> &'static [Paths] {
        &[Paths::Under("/v1/")]
    }

    fn router(&self) -> Router {
        routes::router()
    }

    fn operation(&self, request: &Parts) -> Option<&'static Operation> {
        contract::OPERATIONS.iter().copied().find(|operation| operation.path == request.uri.path())
    }

    fn refuse(&self, request: &Parts, why: Refusal) -> Response {
        error::Refused::of(request, why.into()).into_response()
    }

    fn secrets(&self) -> SecretPlaces {
        SecretPlaces { headers: &[auth::ACCESS_TOKEN], parameters: &[auth::ACCESS_TOKEN], query: &[] }
    }

    fn public_half(&self, request: &Parts, _: &Bytes) -> Option<String> {
        auth::named(&request.headers)
    }

    fn fail(&self, request: &Parts, error: &str) -> Option<Response> {
        error::Error::named(error).map(|error| error::Refused::of(request, error).into_response())
    }

    fn call_id(&self, view: &View, ordinal: Ordinal) -> Option<String> {
        model::wire_id(view, ordinal)
    }

    fn tells(&self, call: &Neutral, field: Field) -> Tells {
        let (outbound, answered) = (call.direction == Direction::Outbound, call.answered_at.is_some());
        match field {
            // `phoneNumber` is the far end's, whoever called.
            Field::From if !outbound => Tells::Exactly,
            Field::To if outbound => Tells::Exactly,
            Field::At => Tells::To(&[Precision::Seconds]),
            Field::AnsweredAt if answered => Tells::To(&[Precision::Seconds]),
            Field::Direction | Field::AnsweredAt => Tells::Exactly,
            // Not shown, but an answered call's follows from its answer and its talk.
            Field::EndedAt if answered => Tells::About(Precision::Seconds),
            Field::Talk if answered => Tells::Exactly,
            Field::Outcome => match call.outcome {
                Some(Outcome::AbandonedIvr | Outcome::AbandonedQueue | Outcome::AbandonedRing) => {
                    Tells::As("abandoned")
                }
                _ => Tells::Exactly,
            },
            Field::Agent | Field::Customer | Field::Queue | Field::Parent => Tells::ByItsOwnId,
            Field::From
            | Field::To
            | Field::EndedAt
            | Field::Dial
            | Field::Ivr
            | Field::Wait
            | Field::Ring
            | Field::Talk
            | Field::Hold
            | Field::RecordingUrl
            | Field::RecordingDuration
            | Field::RatingScore
            | Field::RatingLabel
            | Field::RatingChannel => Tells::Nothing,
        }
    }

    fn credentials(&self, world: &World) -> Option<Map<String, Value>> {
        let account = world.accounts().commubo.first()?;
        let tenant_id = world.names().own(NAME, &account.tenant_id);
        Some(Map::from_iter([
            ("tenant_id".to_owned(), tenant_id.into()),
            ("access_token".to_owned(), account.access_token.as_str().into()),
        ]))
    }

    fn examples(&self, world: &World, base_url: &str) -> Vec<String> {
        let lines = world.accounts().commubo.first().map(|account| {
            format!(
                "curl '{base_url}{}?expand=all' -H '{}: {}' -H '{}: {}'",
                contract::LIST_CALLS.path,
                auth::TENANT_ID,
                world.names().own(NAME, &account.tenant_id),
                auth::ACCESS_TOKEN,
                account.access_token,
            )
        });
        lines.into_iter().collect()
    }
}
