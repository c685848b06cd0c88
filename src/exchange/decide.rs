//! Step 2: who answers: a fault, the vendor's refusal of what no handler sees, or the handler.

use std::panic::AssertUnwindSafe;

use axum::body::Body;
use axum::http::{Request, header};
use axum::response::Response;
use futures_util::FutureExt;
use hyper::body::Body as _;

use super::arrive::Arrival;
use super::{HangUp, OffloadError};
use crate::vendor::Unhandled;

/// The most calls that a list looks through on a thread that others wait for.
const MANY_CALLS: usize = 10_000;

/// The most bytes of a request that are read on such a thread.
const LONG: usize = 32 << 10;

/// The answer to a request.
///
/// # Errors
/// The end of the connection, where there is no answer.
pub async fn decide(arrival: &mut Arrival) -> Result<Response, HangUp> {
    if arrival.injection.takes_time() {
        arrival.record.announce();
    }
    arrival.injection.wait().await;
    if let Some(how) = arrival.injection.hang_up() {
        return Err(how);
    }
    let Arrival { vendor, parts, .. } = arrival;
    if let Some(answer) = arrival.injection.answer(*vendor, parts) {
        return Ok(answer);
    }
    if let Some(why) = arrival.unhandled {
        return Ok(vendor.refuse(parts, why));
    }
    let handler = arrival.endpoint.map_or_else(|| vendor.unmatched(), |endpoint| endpoint.handler);
    let request = Request::from_parts(parts.clone(), Body::empty());
    let response = AssertUnwindSafe(async move { with_length(handler(request).await) }).catch_unwind();
    let response = if may_take_long(arrival) {
        match arrival.app.offload.run(&arrival.handle, &arrival.context.stop, response).await {
            Ok(response) => response.ok(),
            Err(OffloadError::ClientGone) => return Err(HangUp::Close),
            Err(OffloadError::Panicked) => None,
        }
    } else {
        response.await.ok()
    };
    Ok(response.unwrap_or_else(|| arrival.vendor.refuse(&arrival.parts, Unhandled::Panic)))
}

/// Says how long a body is, where that is known: the journal shows the head that is sent.
fn with_length(mut response: Response) -> Response {
    let status = response.status();
    let has_body = !status.is_informational() && ![204, 304].contains(&status.as_u16());
    if let Some(length) = response.body().size_hint().exact().filter(|_| has_body) {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    response
}

/// Whether a request's handler may take long: it looks through many calls, or reads much.
fn may_take_long(Arrival { endpoint, context, parts, .. }: &Arrival) -> bool {
    let asked = context.body.len() + parts.uri.query().map_or(0, str::len);
    asked > LONG || (endpoint.is_some() && context.world.view().size() > MANY_CALLS)
}
