//! Sencloud (eTelecom white label, Vietnam): one list of call logs, bearer keys, keyset cursors.
//!
//! Sources: the vendor's page (`page L n` is line n of its text) and the fact sheet drawn from it
//! and from other public material of the vendor's family (`R1`, `P3`, `A4`, section 4).
//!
//! Not emulated: the service's other methods, which answer as an unknown one does; `contract.rs`
//! lists them.

mod auth;
mod contract;
mod cursor;
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
use crate::dialects::Account as _;
use crate::exchange::{Field, Neutral, Paths, Precision, Refusal, SecretPlaces, Tells, Vendor};
use crate::universe::{Ordinal, CallOutcome};
use crate::world::{View, World};

/// The name of this vendor's folder, of its key in scenarios, and of its ids' first segment.
const NAME: &str = "sencloud";

/// The vendor.
pub struct Sencloud;

impl Vendor for Sencloud {
    fn catalogue(&self) -> &'static Catalogue {
        &contract::CATALOGUE
    }

    fn openapi(&self, _: &Readings) -> Value {
        openapi::document()
    }

    fn paths(&self) -> &'static [Paths] {
        &[Paths::Under("/v1/shop."), Paths::Under("/v1/partner.")]
    }

    fn router(&self) -> Router {
        routes::router()
    }

    fn operation(&self, request: &Parts) -> Option<&'static Operation> {
        query::METHODS.contains(&request.uri.path()).then_some(&contract::LIST_CALL_LOGS)
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
        model::Log::wire_id(view, ordinal)
    }

    fn tells(&self, call: &Neutral, field: Field) -> Tells {
        // What happened to the extension stands in `call_targets`, which has one for an agent only.
        let target = call.agent.is_some();
        match field {
            Field::Direction | Field::From | Field::To | Field::Talk | Field::RecordingUrl => Tells::Exactly,
            // Times have two forms (A29).
            Field::At | Field::EndedAt => Tells::To(&[Precision::Micros, Precision::Millis]),
            Field::AnsweredAt if target || call.answered_at.is_none() => {
                Tells::To(&[Precision::Micros, Precision::Millis])
            }
            Field::Ring if target => Tells::Exactly,
            Field::Outcome if call.outcome == Some(CallOutcome::Answered) => Tells::Exactly,
            Field::Outcome => Tells::As("not_answered"),
            Field::Agent | Field::Customer => Tells::ByItsOwnId,
            Field::AnsweredAt
            | Field::Dial
            | Field::Ivr
            | Field::Wait
            | Field::Ring
            | Field::Hold
            | Field::Queue
            | Field::Parent
            | Field::RecordingDuration
            | Field::RatingScore
            | Field::RatingLabel
            | Field::RatingChannel => Tells::Nothing,
        }
    }

    fn credentials(&self, world: &World) -> Option<Map<String, Value>> {
        let key = key(world)?;
        Some(Map::from_iter([("api_key".to_owned(), key.into())]))
    }

    fn examples(&self, world: &World, base_url: &str) -> Vec<String> {
        let lines = key(world).map(|key| {
            format!(
                "curl '{base_url}{}' -H 'Content-Type: application/json' -H 'Authorization: Bearer {}' --data '{{}}'",
                contract::LIST_CALL_LOGS.path,
                key,
            )
        });
        lines.into_iter().collect()
    }
}

/// A world's first key, under its name there.
fn key(world: &World) -> Option<String> {
    let account = world.accounts().sencloud.first()?;
    let half = account.public_half();
    Some(format!("{}{}", world.names().own(NAME, half), &account.api_key[half.len()..]))
}
