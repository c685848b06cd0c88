//! commubo's refusals. The page says that a body MAY state the cause as JSON (L430, L434) and shows
//! none: the texts are callmock's, and reading `commubo.error_body` leaves them out.

use axum::Json;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use super::contract::{self as behaviors, ErrorBody};
use crate::contract::Behavior;
use crate::exchange::{Context, Outcome, Refusal, RetryAfter};

/// Everything that commubo refuses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    #[error("the headers x-commubo-tenantId and x-commubo-accessToken are both required, once")]
    MissingCredentials,
    #[error("the tenant ID or the access token is not correct")]
    UnknownTenant,
    #[error("the tenant ID or the access token is not correct")]
    WrongToken,
    #[error("start must be a date in the form YYYY-MM-DD")]
    InvalidStart,
    #[error("end must be a date in the form YYYY-MM-DD")]
    InvalidEnd,
    #[error("expand must be one of none, customer, operator, all")]
    InvalidExpand,
    #[error("start must not be after end")]
    ReversedRange,
    #[error("the parameter {0} is given more than once")]
    RepeatedParameter(&'static str),
    #[error("the query is not percent-encoded UTF-8")]
    MalformedQuery,
    #[error("the parameter {0} is not known")]
    UnknownParameter(String),
    #[error("the parameter start is required")]
    MissingStart,
    #[error("there is nothing at this path")]
    NotFound,
    #[error("there is nothing at this path")]
    NotEmulated,
    #[error("only GET is allowed")]
    MethodNotAllowed,
    #[error("the request body is too large")]
    TooLarge,
    #[error("the request body is broken")]
    BrokenBody,
    #[error("the request body did not come in time")]
    BodyTimeout,
    #[error("the service is not available")]
    Unavailable,
    #[error("the service failed")]
    Internal,
    #[error("too many requests")]
    TooManyRequests(RetryAfter),
}

impl Error {
    fn behavior(&self) -> &'static Behavior {
        match self {
            Error::MissingCredentials => &behaviors::MISSING_CREDENTIALS,
            Error::UnknownTenant => &behaviors::UNKNOWN_TENANT,
            Error::WrongToken => &behaviors::WRONG_TOKEN,
            Error::InvalidStart => &behaviors::INVALID_START,
            Error::InvalidEnd => &behaviors::INVALID_END,
            Error::InvalidExpand => &behaviors::INVALID_EXPAND,
            Error::ReversedRange => &behaviors::REVERSED_RANGE,
            Error::RepeatedParameter(_) => &behaviors::REPEATED_PARAMETER,
            Error::MalformedQuery => &behaviors::MALFORMED_QUERY,
            Error::UnknownParameter(_) => &behaviors::UNKNOWN_PARAMETER,
            Error::MissingStart => &behaviors::MISSING_START,
            Error::NotFound => &behaviors::NOT_FOUND,
            Error::NotEmulated => &behaviors::NOT_EMULATED,
            Error::BodyTimeout => &behaviors::BODY_TIMEOUT,
            Error::Unavailable => &behaviors::SERVICE_UNAVAILABLE,
            Error::MethodNotAllowed => &behaviors::METHOD_NOT_ALLOWED,
            Error::TooLarge => &behaviors::TOO_LARGE,
            Error::BrokenBody => &behaviors::BROKEN_BODY,
            Error::Internal => &behaviors::INTERNAL_ERROR,
            Error::TooManyRequests(_) => &behaviors::TOO_MANY_REQUESTS,
        }
    }

    /// One of each, as a fault brings it about.
    fn samples() -> Vec<Self> {
        vec![
            Error::MissingCredentials,
            Error::UnknownTenant,
            Error::WrongToken,
            Error::InvalidStart,
            Error::InvalidEnd,
            Error::InvalidExpand,
            Error::ReversedRange,
            Error::RepeatedParameter("start"),
            Error::MalformedQuery,
            Error::UnknownParameter("unknown".to_owned()),
            Error::MissingStart,
            Error::NotFound,
            Error::NotEmulated,
            Error::BodyTimeout,
            Error::Unavailable,
            Error::MethodNotAllowed,
            Error::TooLarge,
            Error::BrokenBody,
            Error::Internal,
            Error::TooManyRequests(RetryAfter::default()),
        ]
    }

    /// The names of all refusals: the last segments of their behaviors' ids.
    pub fn names() -> Vec<String> {
        Self::samples().iter().map(|error| error.behavior().last_segment().to_owned()).collect()
    }

    /// The refusal of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::samples().into_iter().find(|error| error.behavior().is_called(name))
    }

    /// The status of each refusal: the page has 403 and 406 only (L428-434); the others are HTTP's
    /// own.
    fn status(&self) -> StatusCode {
        match self {
            Error::MissingCredentials | Error::UnknownTenant | Error::WrongToken => StatusCode::FORBIDDEN,
            Error::InvalidStart
            | Error::InvalidEnd
            | Error::InvalidExpand
            | Error::ReversedRange
            | Error::RepeatedParameter(_)
            | Error::MalformedQuery
            | Error::UnknownParameter(_)
            | Error::MissingStart
            | Error::BrokenBody => StatusCode::NOT_ACCEPTABLE,
            Error::NotFound | Error::NotEmulated => StatusCode::NOT_FOUND,
            Error::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Error::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Error::TooManyRequests(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

impl From<Refusal> for Error {
    fn from(why: Refusal) -> Self {
        match why {
            Refusal::TooLarge => Error::TooLarge,
            Refusal::BrokenBody => Error::BrokenBody,
            Refusal::BodyTimeout => Error::BodyTimeout,
            Refusal::Overloaded => Error::Unavailable,
            Refusal::Panic => Error::Internal,
            Refusal::TooManyRequests(wait) => Error::TooManyRequests(wait),
        }
    }
}

/// What a refusal says of its cause, where it says anything.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Cause {
    message: String,
}

/// An error on its way out, in the form that the world's reading says.
#[derive(Debug)]
pub struct Refused {
    error: Error,
    body: ErrorBody,
}

impl Refused {
    /// The refusal of a request.
    pub fn of(request: &Parts, error: Error) -> Self {
        Self { error, body: Context::of(request).world.reading() }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { error, body } = self;
        let cause = match body {
            ErrorBody::Json => Json(Cause { message: error.to_string() }).into_response(),
            ErrorBody::Empty => ().into_response(),
        };
        let mut response = (error.status(), Outcome(error.behavior()), cause).into_response();
        if error == Error::MethodNotAllowed {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
        }
        if let Error::TooManyRequests(wait) = error {
            response.headers_mut().insert(header::RETRY_AFTER, wait.as_seconds().into());
        }
        response
    }
}
