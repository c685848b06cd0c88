//! The way of a request that is a vendor's, in three steps:
//!
//! 1. `arrive`: the base URL or the credential selects the world, the path selects the vendor,
//!    the body is read whole, the operation is found, and the journal begins a record.
//! 2. `decide`: a fault that is due, a refusal of what never reaches a handler, or the handler.
//! 3. `depart`: what the answer tells of the client, the headers of callmock, and the journal.
//!
//! Nothing here writes a byte that a vendor's client reads: where a request must be refused before
//! the vendor's handlers see it, the vendor is asked to refuse it in its own words.
//!
//! - [`App`]: the server that every request shares.
//! - `body`, `stream_body`: reading bodies within bounds, and sending streams.
//! - `pinned`: base URLs that name a world.
//! - `fault`, `connection`: what faults do to an answer and to its connection.
//! - `conduct`: what a request tells about the answer before it.
//! - `record`, `mask`: the journal's record, without secrets.
//! - `offload`, `heartbeat`: long work on threads of its own, and signs of life.
//! - `metrics`, `own`: counts, and callmock's own refusals.

mod app;
mod arrive;
mod body;
mod conduct;
mod connection;
mod decide;
mod depart;
mod fault;
mod heartbeat;
mod mask;
mod metrics;
mod offload;
mod own;
mod pinned;
mod record;
mod stream_body;

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use axum::response::{IntoResponse, Response};

pub use app::{AnswerSettings, App};
use arrive::{Arrival, NotArrived};
pub use body::{Bodies, ReadError};
pub use connection::{ConnectionHandle, HangUp};
use decide::decide;
use depart::depart;
pub use heartbeat::Heartbeat;
pub use metrics::{Metrics, Reload};
pub use offload::{Offload, OffloadError};
pub use own::{Refused, no_vendor, refusal, unknown_world};
pub use stream_body::stream_body;

/// Answers one request as the vendor whose path it is.
///
/// # Errors
/// The request, when no vendor has its path.
pub async fn answer(app: &Arc<App>, request: Request<Body>) -> Result<Response, Request<Body>> {
    let mut arrival = match Arrival::of(app, request).await {
        Ok(arrival) => arrival,
        Err(NotArrived::NoVendor(request)) => return Err(*request),
        Err(NotArrived::UnknownWorld(refused)) => return Ok(refused.into_response()),
    };
    match decide(&mut arrival).await {
        Ok(response) => depart(arrival, response).await,
        Err(how) => arrival.hanging_up(how).await,
    }
}
