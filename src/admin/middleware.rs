//! What happens to every admin request before its handler: the token, the body, and long work.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::body::{LARGEST, unread};
use super::state::Admin;
use crate::exchange::{ConnectionHandle, HangUp, OffloadError, refusal};
use crate::world::Stop;

/// The places that need no token: whoever starts a server must be able to ask whether it is there.
const OPEN: [&str; 2] = ["/_mock/health", "/_mock/ready"];

/// Lets nobody in without the token, where there is one. How long it takes tells nothing about it.
pub async fn authorize(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    let Some(token) = &admin.token else { return next.run(request).await };
    if OPEN.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let given = request.headers().get(header::AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
    let (scheme, given) = given.split_at_checked(7).unwrap_or_default();
    let same: bool =
        Sha256::digest(given).as_slice().ct_eq(Sha256::digest(token.as_bytes()).as_slice()).into();
    if same && scheme.eq_ignore_ascii_case(b"bearer ") {
        return next.run(request).await;
    }
    let message = "the admin API needs the token that the server was started with (--admin-token, CALLMOCK_ADMIN_TOKEN): \
                   send `Authorization: Bearer TOKEN`";
    let mut response = refusal(StatusCode::UNAUTHORIZED, "unauthorized", message).into_response();
    let realm = HeaderValue::from_static("Bearer realm=\"callmock admin API\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
    response
}

/// Reads a request's body before anybody works with it: who sends slowly holds nobody up.
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

/// The resources whose answers read much of a world: all calls, the journal, the coverage,
/// snapshots.
const LONG: [&str; 5] = ["/calls", "/journal", "/coverage", "/findings", "/snapshot"];

/// Lets what may take long run where it blocks nobody.
pub async fn offload(State(admin): State<Admin>, mut request: Request, next: Next) -> Response {
    if !LONG.iter().any(|end| request.uri().path().ends_with(end)) {
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
