//! An endpoint: an operation together with what serves and describes it.

use axum::body::Body;
use axum::extract::Request;
use axum::handler::Handler as AxumHandler;
use axum::http::request::Parts;
use axum::response::Response;
use futures_util::future::BoxFuture;

use super::openapi::Document;
use super::{AnyRefusal, Field, Neutral, Tells};
use crate::contract::{Operation, Readings};

/// What answers requests.
pub type Handler = fn(Request<Body>) -> BoxFuture<'static, Response>;

/// An operation and how it is served. Each file of a vendor's `operations/` has one.
pub struct Endpoint {
    /// What the vendor's page promises.
    pub operation: Operation,
    /// The handler, made by [`handler!`].
    pub handler: Handler,
    /// One of each of the operation's refusals, as a fault brings it about on a request.
    pub refusals: fn(&Parts) -> Vec<AnyRefusal>,
    /// Adds the operation to the vendor's `OpenAPI` document.
    pub describe: fn(&mut Document, &'static Operation, &Readings),
    /// Whether the operation's answers ever show a call that has an id at this vendor.
    pub shows: fn(&Neutral) -> bool,
    /// How much the operation's answers tell of a member of a call that they show.
    pub tells: fn(&Neutral, Field) -> Tells,
}

/// For operations whose answers show no call.
#[must_use]
pub fn shows_none(_: &Neutral) -> bool {
    false
}

/// For operations whose answers tell nothing of calls.
#[must_use]
pub fn tells_nothing(_: &Neutral, _: Field) -> Tells {
    Tells::Nothing
}

/// For lists of past calls: they show the calls that are over.
#[must_use]
pub fn shows_ended(call: &Neutral) -> bool {
    call.ended_at.is_some()
}

/// Answers a request by an async function whose arguments are its checks, in their order.
pub fn run<T, H: AxumHandler<T, ()>>(handler: H, request: Request<Body>) -> BoxFuture<'static, Response> {
    Box::pin(handler.call(request, ()))
}

/// A [`Handler`] from an async function whose arguments are its checks.
macro_rules! handler {
    ($function:path) => {
        |request| $crate::vendor::run($function, request)
    };
}

/// Declares a vendor's operations, each by the name of its file. The list is the router, the
/// catalogue, the `OpenAPI` document and the README's table.
macro_rules! endpoints {
    ($($name:ident),+ $(,)?) => {
        /// Every operation with its handler.
        pub static ENDPOINTS: &[&$crate::vendor::Endpoint] = &[$( &$name::ENDPOINT ),+];
        /// Every operation as the catalogue has it.
        pub static OPERATIONS: &[&$crate::contract::Operation] = &[$( &$name::ENDPOINT.operation ),+];
    };
}

pub(crate) use {endpoints, handler};
