//! The admin API under `/_mock`: a file a resource. JSON everywhere; errors are `{"error":{"code","message"}}`.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{get, post};

mod contract;
mod health;
mod index;
mod journal;
mod reset;

use crate::exchange::{App, refusal};
use crate::nearest::nearest;

/// What every admin handler can reach.
#[derive(Clone)]
struct Admin {
    app: Arc<App>,
    address: SocketAddr,
}

/// Every resource's path. The router below serves these and no others; a test holds the two together.
const PATHS: [&str; 6] =
    ["/_mock", "/_mock/contract", "/_mock/health", "/_mock/journal", "/_mock/ready", "/_mock/reset"];

/// The routes of the admin API.
pub fn router(app: Arc<App>, address: SocketAddr) -> Router {
    Router::new()
        .route("/_mock", get(index::show))
        .route("/_mock/health", get(health::health))
        .route("/_mock/ready", get(health::ready))
        .route("/_mock/contract", get(contract::show))
        .route("/_mock/journal", get(journal::list).delete(journal::clear))
        .route("/_mock/reset", post(reset::reset))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .with_state(Admin { app, address })
}

async fn unknown_path(uri: Uri) -> Response {
    let near = nearest(uri.path(), PATHS).map_or_else(String::new, |path| format!("; did you mean {path}?"));
    let message = format!("the admin API has no {}{near} It has: {}", uri.path(), PATHS.join(", "));
    refusal(StatusCode::NOT_FOUND, "not_found", &message)
}

async fn wrong_method(method: Method, uri: Uri) -> Response {
    let message = format!("{} does not take {method}; the header `allow` says what it takes", uri.path());
    refusal(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", &message)
}
