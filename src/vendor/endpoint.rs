//! An endpoint: an operation with its handler and its description.

use axum::body::Body;
use axum::extract::Request;
use axum::handler::Handler as AxumHandler;
use axum::http::request::Parts;
use axum::response::Response;
use futures_util::future::BoxFuture;

use super::openapi::Document;
use super::{AnyRefusal, Field, Neutral, Tells};
use crate::contract::{Operation, Readings};

/// A function that answers requests.
pub type Handler = fn(Request<Body>) -> BoxFuture<'static, Response>;

/// An operation with its handler and description. Each file of a vendor's `operations/` has one.
pub struct Endpoint {
    /// The operation as the vendor's page documents it.
    pub operation: Operation,
    /// The handler, made by `handler!`.
    pub handler: Handler,
    /// Makes one of each of the operation's refusals, as a fault injects them into a request.
    pub refusals: fn(&Parts) -> Vec<AnyRefusal>,
    /// Adds the operation to the vendor's `OpenAPI` document.
    pub describe: fn(&mut Document, &'static Operation, &Readings),
    /// Whether the operation's answers can show a call that has an id at this vendor.
    pub shows: fn(&Neutral) -> bool,
    /// How exactly the operation's answers tell a field of a call that they show.
    pub tells: fn(&Neutral, Field) -> Tells,
}

/// The `shows` of operations whose answers show no call.
#[must_use]
pub fn shows_none(_: &Neutral) -> bool {
    false
}

/// The `tells` of operations whose answers tell nothing about calls.
#[must_use]
pub fn tells_nothing(_: &Neutral, _: Field) -> Tells {
    Tells::Nothing
}

/// The `shows` of lists of past calls, which show the calls that have ended.
#[must_use]
pub fn shows_ended(call: &Neutral) -> bool {
    call.ended_at.is_some()
}

/// Answers a request with an async function whose arguments are its checks, in their order.
pub fn run<T, H: AxumHandler<T, ()>>(handler: H, request: Request<Body>) -> BoxFuture<'static, Response> {
    Box::pin(handler.call(request, ()))
}

/// Makes a [`Handler`] from an async function whose arguments are its checks.
macro_rules! handler {
    ($function:path) => {
        |request| $crate::vendor::run($function, request)
    };
}

/// Declares a vendor's operations, each by the name of its file. The router, the catalogue, the
/// `OpenAPI` document and the README's table are made from this list.
macro_rules! endpoints {
    ($($name:ident),+ $(,)?) => {
        /// Every operation with its handler.
        pub static ENDPOINTS: &[&$crate::vendor::Endpoint] = &[$( &$name::ENDPOINT ),+];
        /// Every operation, for the catalogue.
        pub static OPERATIONS: &[&$crate::contract::Operation] = &[$( &$name::ENDPOINT.operation ),+];
    };
}

pub(crate) use {endpoints, handler};
