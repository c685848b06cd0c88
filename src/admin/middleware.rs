//! The middleware of all admin requests: the token, the body, and offloading of long work.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::body::{LARGEST, unread};
use super::state::Admin;
use super::ui;
use crate::exchange::{ConnectionHandle, HangUp, OffloadError, refusal};
use crate::world::Stop;

/// The paths that need no token: health checks must work without one.
const OPEN: [&str; 2] = ["/_mock/health", "/_mock/ready"];

/// Refuses a request without the admin token, if one is set. The comparison takes constant time, so
/// its duration reveals nothing about the token.
pub async fn authorize(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    let Some(token) = &admin.token else { return next.run(request).await };
    let path = request.uri().path();
    if OPEN.contains(&path) || ui::is_asset(path) {
        return next.run(request).await;
    }
    let given = request.headers().get(header::AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
    let (scheme, given) = given.split_at_checked(7).unwrap_or_default();
    let same: bool =
        Sha256::digest(given).as_slice().ct_eq(Sha256::digest(token.as_bytes()).as_slice()).into();
    if same && scheme.eq_ignore_ascii_case(b"bearer ") {
        return next.run(request).await;
    }
    if ui::is_page(path) && request.headers().get(header::AUTHORIZATION).is_none() {
        return ui::shell();
    }
    let message = "the admin API needs the token that the server was started with (--admin-token, CALLMOCK_ADMIN_TOKEN): \
                   send `Authorization: Bearer TOKEN`";
    let mut response = refusal(StatusCode::UNAUTHORIZED, "unauthorized", message).into_response();
    let realm = HeaderValue::from_static("Bearer realm=\"callmock admin API\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
    response
}

/// Reads the whole body before the handler runs, so that a slow sender blocks no handler.
pub async fn whole(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match admin.app.bodies.read(&parts.headers, body, LARGEST).await {
        Ok(read) => {
            let _share = read.share;
            next.run(Request::from_parts(parts, read.bytes.into())).await
        }
        Err(error) => unread(error).into_response(),
    }
}

/// The ends of paths whose handlers may read much of a world.
const LONG: [&str; 7] =
    ["/calls", "/customers", "/journal", "/coverage", "/findings", "/snapshot", "/reports"];

/// Runs the handlers that may take long on threads of their own, where they block no other request.
pub async fn offload(State(admin): State<Admin>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_long = LONG.iter().any(|end| path.ends_with(end)) || ui::is_page(path) && !ui::is_asset(path);
    if !is_long {
        return next.run(request).await;
    }
    let handle = request.extensions().get::<ConnectionHandle>().cloned().unwrap_or_default();
    let stop = Stop::default();
    request.extensions_mut().insert(stop.clone());
    match admin.app.offload.run(&handle, &stop, next.run(request)).await {
        Ok(response) => response,
        Err(OffloadError::ClientGone) => {
            handle.hang_up(HangUp::Close);
            std::future::pending().await
        }
        Err(OffloadError::Panicked) => {
            let message = "callmock failed: this is a bug of callmock, and its log says more";
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "internal", message).into_response()
        }
    }
}
