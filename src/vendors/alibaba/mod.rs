//! Alibaba Cloud Call Center (CCC) 2020-07-01: `ListCallDetailRecords`, a signed remote procedure
//! call on `/`.
//!
//! Sources: the operation's page, and the fact sheet drawn from it, from the official SDKs and from
//! other public material (`B1`, `3.1`, …).
//!
//! Not emulated: the other operations, which answer `InvalidAction.NotFound` as an unknown one
//! does; `contract.rs` lists those that clients are known to call.

mod auth;
mod contract;
mod encoding;
mod error;
mod explain;
mod model;
mod openapi;
mod query;
mod routes;
mod sign;

use std::time::Duration;

use axum::Router;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};

use crate::contract::{Catalogue, Operation, Readings};
use crate::exchange::{Field, Neutral, Paths, Precision, Refusal, SecretPlaces, Tells, Vendor};
use crate::universe::{Direction, Ordinal, CallOutcome, Universe};
use crate::urlencoded::strict;
use crate::world::{Clock, View, World};

/// The name of this vendor's folder, of its key in scenarios, and of its ids' first segment.
const NAME: &str = "alibaba";

/// The vendor.
pub struct Alibaba;

impl Vendor for Alibaba {
    fn catalogue(&self) -> &'static Catalogue {
        &contract::CATALOGUE
    }

    fn openapi(&self, _: &Readings) -> Value {
        openapi::document()
    }

    fn paths(&self) -> &'static [Paths] {
        &[Paths::Exactly("/")]
    }

    fn router(&self) -> Router {
        routes::router()
    }

    fn operation(&self, request: &Parts) -> Option<&'static Operation> {
        query::Api::asked_for(request)
    }

    fn refuse(&self, request: &Parts, why: Refusal) -> Response {
        error::Refused::of(request, why.into()).into_response()
    }

    fn secrets(&self) -> SecretPlaces {
        SecretPlaces {
            headers: &[auth::SECURITY_TOKEN],
            parameters: &["securitytoken", "accesskeysecret"],
            query: &["accesskeyid", "securitytoken"],
        }
    }

    fn public_half(&self, request: &Parts, body: &Bytes) -> Option<String> {
        auth::named(request, body)
    }

    /// Its parameters, without those that are new for each try.
    fn asked(&self, request: &Parts, body: &Bytes) -> u64 {
        query::asked(request, body, &[])
    }

    fn retry_after(&self, response: &Response) -> Option<Duration> {
        let millis = response.headers().get(error::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
        Some(Duration::from_millis(millis))
    }

    fn fail(&self, request: &Parts, error: &str) -> Option<Response> {
        error::Error::named(error, request).map(|error| error::Refused::of(request, error).into_response())
    }

    fn call_id(&self, view: &View, ordinal: Ordinal) -> Option<String> {
        model::Record::wire_id(view, ordinal)
    }

    fn tells(&self, call: &Neutral, field: Field) -> Tells {
        let inbound = call.direction == Direction::Inbound;
        match field {
            // One word for an inbound call that nobody picked up and for one that was given up as
            // it rang, and one for an engaged and a failed one (2.2).
            Field::Outcome if inbound && call.outcome == Some(CallOutcome::NoAnswer) => {
                Tells::As("abandoned_ring")
            }
            Field::Outcome if inbound && call.outcome == Some(CallOutcome::Busy) => Tells::As("failed"),
            // Only an outgoing call has an early state, which tells these from one that nobody
            // picked up.
            Field::Outcome if call.direction == Direction::Internal => match call.outcome {
                Some(CallOutcome::Busy | CallOutcome::Failed) => Tells::As("no_answer"),
                _ => Tells::Exactly,
            },
            Field::Direction
            | Field::From
            | Field::To
            | Field::Dial
            | Field::Ivr
            | Field::Wait
            | Field::Ring
            | Field::Talk
            | Field::Hold
            | Field::Outcome
            | Field::RatingScore
            | Field::RatingLabel
            | Field::RatingChannel => Tells::Exactly,
            Field::At | Field::AnsweredAt | Field::EndedAt => Tells::To(&[Precision::Millis]),
            Field::Agent | Field::Queue => Tells::ByItsOwnId,
            // A voicemail was never connected, so its recording is elsewhere (2.2).
            Field::RecordingDuration if call.answered_at.is_some() => Tells::Exactly,
            Field::Customer | Field::Parent | Field::RecordingUrl | Field::RecordingDuration => {
                Tells::Nothing
            }
        }
    }

    fn credentials(&self, world: &World) -> Option<Map<String, Value>> {
        let account = world.accounts().alibaba.first()?;
        let access_key_id = world.names().own(NAME, &account.access_key_id);
        let instance = account.instances.first().map(|instance| instance.id.as_str());
        Some(Map::from_iter([
            ("access_key_id".to_owned(), access_key_id.into()),
            ("access_key_secret".to_owned(), account.access_key_secret.as_str().into()),
            ("instance_id".to_owned(), instance.into()),
        ]))
    }

    /// The official SDKs take a host and a port, and no path.
    fn whereabouts(&self, address: &str) -> Vec<(&'static str, String)> {
        vec![("endpoint", address.to_owned())]
    }

    fn examples(&self, world: &World, base_url: &str) -> Vec<String> {
        let account = world.accounts().alibaba.first();
        let signed = account.and_then(|account| {
            let instance = account.instances.first()?;
            let (first, last) = ends(world.universe()).unwrap_or((world.now(), world.now()));
            let mut parameters: Vec<(String, String)> = [
                ("Action", "ListCallDetailRecords".to_owned()),
                ("Version", query::VERSION.to_owned()),
                ("Format", "JSON".to_owned()),
                ("AccessKeyId", world.names().own(NAME, &account.access_key_id).to_owned()),
                ("SignatureMethod", sign::Rpc::METHOD.to_owned()),
                ("SignatureVersion", "1.0".to_owned()),
                ("SignatureNonce", world.ids().uuid_for_show().to_string()),
                ("Timestamp", now_for_signing(world).to_rfc3339_opts(SecondsFormat::Secs, true)),
                ("InstanceId", instance.id.clone()),
                ("PageNumber", "1".to_owned()),
                ("PageSize", "10".to_owned()),
                ("StartTime", first.timestamp_millis().to_string()),
                ("EndTime", last.timestamp_millis().to_string()),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .into();
            parameters
                .extend(account.security_token.clone().map(|token| ("SecurityToken".to_owned(), token)));
            let signature = sign::Rpc::of("GET", parameters.iter()).signature(&account.access_key_secret);
            parameters.push(("Signature".to_owned(), signature));
            let query: Vec<String> =
                parameters.iter().map(|(name, value)| format!("{name}={}", strict(value))).collect();
            Some(format!("curl '{base_url}/?{}'", query.join("&")))
        });
        signed.into_iter().collect()
    }
}

/// The time that a signature is held against.
fn now_for_signing(world: &World) -> DateTime<Utc> {
    match world.reading() {
        contract::Skew::World => world.now(),
        contract::Skew::Real | contract::Skew::Off => Clock::machine(),
    }
}

/// When the universe's first and last call began.
fn ends(universe: &Universe) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let times = || universe.calls().iter().filter(|call| call.on_vendor(NAME)).map(|call| call.at);
    Some((times().min()?, times().max()?))
}
