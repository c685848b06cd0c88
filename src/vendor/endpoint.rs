//! An endpoint: an operation with its handler and its description.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;

use super::openapi::Document;
use super::{AnyRefusal, Field, Neutral, Tells};
use crate::contract::{Operation, Readings};

/// A function that answers requests.
pub type Handler = for<'a> fn(&'a mut Parts) -> BoxFuture<'a, Response>;

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

/// An async function that answers a request. Its arguments are its checks, in their order: the
/// first that refuses the request gives the answer.
pub trait Checking<Checks>: Send + 'static {
    /// Answers a request.
    fn answer(self, request: &mut Parts) -> BoxFuture<'_, Response>;
}

macro_rules! checking {
    ($($check:ident)+) => {
        impl<F, Answering, Answer, $($check),+> Checking<($($check,)+)> for F
        where
            F: FnOnce($($check),+) -> Answering + Send + 'static,
            Answering: Future<Output = Answer> + Send + 'static,
            Answer: IntoResponse,
            $($check: FromRequestParts<()> + Send + 'static,)+
        {
            fn answer(self, request: &mut Parts) -> BoxFuture<'_, Response> {
                Box::pin(async move {
                    $(
                        #[allow(non_snake_case, reason = "a check is named as its type")]
                        let $check = match $check::from_request_parts(request, &()).await {
                            Ok(checked) => checked,
                            Err(refused) => return refused.into_response(),
                        };
                    )+
                    self($($check),+).await.into_response()
                })
            }
        }
    };
}
impl<F, Answering, Answer> Checking<()> for F
where
    F: FnOnce() -> Answering + Send + 'static,
    Answering: Future<Output = Answer> + Send + 'static,
    Answer: IntoResponse,
{
    fn answer(self, _: &mut Parts) -> BoxFuture<'_, Response> {
        Box::pin(async move { self().await.into_response() })
    }
}

checking! { A }
checking! { A B }
checking! { A B C }
checking! { A B C D }
checking! { A B C D E }
checking! { A B C D E G }
checking! { A B C D E G H }
checking! { A B C D E G H I }
checking! { A B C D E G H I J }

/// Answers a request with an async function whose arguments are its checks, in their order.
pub fn run<Checks>(function: impl Checking<Checks>, request: &mut Parts) -> BoxFuture<'_, Response> {
    function.answer(request)
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
