//! Step 2: finds the answer, from a fault, the vendor's refusal, or the handler.

use std::panic::AssertUnwindSafe;

use axum::http::header;
use axum::response::Response;
use futures_util::FutureExt;
use hyper::body::Body as _;

use super::arrive::Arrival;
use super::{HangUp, OffloadError};
use crate::scenario::After;
use crate::vendor::Unhandled;

/// The most bytes of query and body that a handler may parse on a worker thread.
const LONG: usize = 32 << 10;

/// Finds the answer to a request.
///
/// # Errors
/// How to end the connection, if there is no answer.
pub async fn decide(arrival: &mut Arrival) -> Result<Response, HangUp> {
    if arrival.injection.takes_time() {
        arrival.record.announce();
    }
    arrival.injection.wait(None).await;
    if let Some(how) = arrival.injection.hang_up(None) {
        return Err(how);
    }
    let response = answer(arrival).await?;
    arrival.record.carried_out(response.status());
    arrival.injection.wait(Some(After::Handler)).await;
    match arrival.injection.hang_up(Some(After::Handler)) {
        Some(how) => Err(how),
        None => Ok(response),
    }
}

/// The answer of a fault, of a refusal, or of the handler.
async fn answer(arrival: &mut Arrival) -> Result<Response, HangUp> {
    let Arrival { vendor, parts, .. } = arrival;
    if let Some(answer) = arrival.injection.answer(*vendor, parts) {
        return Ok(answer);
    }
    if let Some(why) = arrival.unhandled {
        return Ok(vendor.refuse(parts, why));
    }
    let handler = arrival.endpoint.map_or_else(|| vendor.unmatched(), |endpoint| endpoint.handler);
    let response = if may_take_long(arrival) {
        let mut parts = arrival.parts.clone();
        let response = async move { with_length(handler(&mut parts).await) };
        let response = AssertUnwindSafe(response).catch_unwind();
        match arrival.app.offload.run(&arrival.handle, &arrival.context.stop, response).await {
            Ok(response) => response.ok(),
            Err(OffloadError::ClientGone) => return Err(HangUp::Close),
            Err(OffloadError::Panicked) => None,
        }
    } else {
        let Arrival { parts, handle, .. } = arrival;
        let response = AssertUnwindSafe(handler(parts)).catch_unwind();
        tokio::select! {
            biased;
            response = response => response.ok().map(with_length),
            // Most handlers never wait. One that does waits for its search.
            () = handle.client_gone() => return Err(HangUp::Close),
        }
    };
    Ok(response.unwrap_or_else(|| arrival.vendor.refuse(&arrival.parts, Unhandled::Panic)))
}

/// Adds Content-Length, if the length is known, so that the journal shows it as it is sent.
fn with_length(mut response: Response) -> Response {
    let status = response.status();
    let has_body = !status.is_informational() && ![204, 304].contains(&status.as_u16());
    if let Some(length) = response.body().size_hint().exact().filter(|_| has_body) {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    response
}

/// Whether a handler may take long to parse its input. It finds out itself whether its search does.
fn may_take_long(Arrival { context, parts, .. }: &Arrival) -> bool {
    context.body.len() + parts.uri.query().map_or(0, str::len) > LONG
}
