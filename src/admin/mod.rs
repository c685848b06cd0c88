//! The admin API under `/_mock`: a file a resource. JSON everywhere; errors are `{"error":{"code","message"}}`.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{get, patch, post};
use serde::de::DeserializeOwned;
use serde_json::Value;

mod agents;
mod calls;
mod contract;
mod health;
mod index;
mod journal;
mod queues;
mod reset;

use crate::exchange::{App, refusal};
use crate::nearest::did_you_mean;

/// What every admin handler can reach.
#[derive(Clone)]
struct Admin {
    app: Arc<App>,
    address: SocketAddr,
}

/// Declares the router and the list of its paths at once.
macro_rules! routes {
    ($($path:literal => $methods:expr;)+) => {
        /// Every resource's path.
        const PATHS: &[&str] = &[$($path),+];

        /// The routes of the admin API.
        pub fn router(app: Arc<App>, address: SocketAddr) -> Router {
            Router::new()
                $(.route($path, $methods))+
                .fallback(unknown_path)
                .method_not_allowed_fallback(wrong_method)
                .with_state(Admin { app, address })
        }
    };
}

routes! {
    "/_mock" => get(index::show);
    "/_mock/health" => get(health::health);
    "/_mock/ready" => get(health::ready);
    "/_mock/calls" => get(calls::list);
    "/_mock/contract" => get(contract::show);
    "/_mock/journal" => get(journal::list).delete(journal::clear);
    "/_mock/agents/{agent}" => patch(agents::change);
    "/_mock/queues/{queue}" => patch(queues::change);
    "/_mock/reset" => post(reset::reset);
}

async fn unknown_path(uri: Uri) -> Response {
    let near = did_you_mean(uri.path(), PATHS.iter().copied());
    let message = format!("the admin API has no {}{near}; it has {}", uri.path(), PATHS.join(", "));
    refusal(StatusCode::NOT_FOUND, "not_found", &message)
}

async fn wrong_method(method: Method, uri: Uri) -> Response {
    let message = format!("{} does not take {method}; the header `allow` says what it takes", uri.path());
    refusal(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", &message)
}

/// The `state` of a body `{"state": …}`.
#[expect(clippy::result_large_err, reason = "the error is the answer, as handlers return it")]
fn new_state<T: DeserializeOwned>(body: &[u8], states: &[&str]) -> Result<T, Response> {
    let wrong = |found: &str| {
        let expected: Vec<String> = states.iter().map(|state| format!("`{state}`")).collect();
        let near = did_you_mean(found, states.iter().copied());
        let message = format!("the body must be {{\"state\": …}} with one of {}{near}", expected.join(", "));
        refusal(StatusCode::BAD_REQUEST, "invalid_state", &message)
    };
    let body: Value = serde_json::from_slice(body).map_err(|_| wrong(""))?;
    let members = body.as_object().map_or(0, serde_json::Map::len);
    let state = body.get("state").and_then(Value::as_str).filter(|_| members == 1).unwrap_or_default();
    serde_json::from_value(Value::from(state)).map_err(|_| wrong(state))
}
