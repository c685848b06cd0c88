//! The way of a vendor's request, in three steps:
//!
//! 1. `arrive`: the base URL or the credential selects the world, the path selects the vendor, the
//!    body is read whole, the operation is found, and the journal begins a record.
//! 2. `decide`: a due fault, the vendor's refusal of a request that no handler sees, or the handler
//!    gives the answer.
//! 3. `depart`: conclusions about the client, the headers of callmock, and the journal.
//!
//! Nothing here writes a byte that a vendor's client reads. If a request must be refused before a
//! handler sees it, the vendor is asked for a refusal in its own format.
//!
//! - [`App`]: the application that all requests share.
//! - `body`, `stream_body`: reading bodies within limits, and streaming bodies.
//! - `pinned`: base URLs that name a world.
//! - `fault`, `connection`: applying faults to an answer and to its connection.
//! - `conduct`: findings and inferences from successive requests of a client.
//! - `refusals`: the refusals of a run, for the log and for `exec`.
//! - `record`: the journal's record of an exchange.
//! - `spoken`: the headers with which a client names its test and what that test expects.
//! - `offload`, `heartbeat`: long work on threads of its own, and the heartbeat of the others.
//! - `metrics`, `own`: metrics, and callmock's own refusals.

mod app;
mod arrive;
mod body;
mod conduct;
mod connection;
mod decide;
mod depart;
mod fault;
mod heartbeat;
mod metrics;
mod offload;
mod own;
mod pinned;
mod record;
mod refusals;
mod spoken;
mod stream_body;

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use axum::response::{IntoResponse, Response};

pub use app::{AnswerSettings, App, Completed};
use arrive::{Arrival, NotArrived};
pub use body::{Bodies, ReadError};
pub use connection::{ConnectionHandle, HangUp};
use decide::decide;
use depart::depart;
pub use heartbeat::Heartbeat;
pub use metrics::{Metrics, Reload};
pub use offload::{Offload, OffloadError};
pub use own::{Refused, no_vendor, refusal, unknown_world};
pub use refusals::{Kind, Refusal, Refusals};
pub use stream_body::stream_body;

/// Answers a request as the vendor that owns its path.
///
/// # Errors
/// The request itself, if no vendor owns its path.
pub async fn answer(app: &Arc<App>, request: Request<Body>) -> Result<Response, Request<Body>> {
    let mut arrival = match Arrival::of(app, request).await {
        Ok(arrival) => arrival,
        Err(NotArrived::NoVendor(request)) => return Err(*request),
        Err(NotArrived::UnknownWorld(refused)) => return Ok(refused.into_response()),
    };
    match decide(&mut arrival).await {
        Ok(response) => match depart(arrival, response) {
            Ok(response) => Ok(response),
            Err(arrival) => arrival.hanging_up(HangUp::Close).await,
        },
        Err(how) => arrival.hanging_up(how).await,
    }
}
