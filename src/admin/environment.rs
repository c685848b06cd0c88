//! `GET …/environment`: the address and a world's credentials as the environment of a client.

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value};

use super::extract::{AdminUrl, Scope};
use super::state::Admin;

/// Returns the variables that `callmock exec` sets: `CALLMOCK_URL`, and a vendor's credentials as
/// `CALLMOCK_<VENDOR>_<MEMBER>`.
pub async fn show(State(admin): State<Admin>, scope: Scope, AdminUrl(url): AdminUrl) -> Json<Value> {
    let place = url.split_once("://").map_or(url.as_str(), |(_, place)| place);
    let of_world = admin.app.environment(&scope.world(), place);
    let all = of_world.into_iter().chain([("CALLMOCK_URL".to_owned(), url.clone())]);
    Json(Value::Object(all.map(|(name, value)| (name, value.into())).collect::<Map<_, _>>()))
}
