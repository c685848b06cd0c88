//! commubo's refusals and their envelope. The page says that a body MAY state the cause as JSON
//! (L430, L434) but shows no body. So the texts are callmock's, and reading `commubo.error_body`
//! leaves them out. The page has only the statuses 403 and 406 (L428-434); the others are HTTP's.

use axum::Json;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::readings::ErrorBody;
use crate::vendor::{AnyRefusal, Context, Outcome, RetryAfter, Unhandled, refusals};

refusals! {
    in "commubo.any", of request;

    MissingCredentials = "missing_credentials", 403 Inferred credential, "page L428-430 (S3, A17)",
        "A tenant header is missing, repeated or not text.",
        "the headers x-commubo-tenantId and x-commubo-accessToken are both required, once";
    UnknownTenant = "unknown_tenant", 403 Documented credential, "page L428-430 (S3)",
        "The tenant id is nobody's.",
        "the tenant ID or the access token is not correct";
    WrongToken = "wrong_token", 403 Documented credential, "page L428-430 (S3, A19)",
        "The access token is not this tenant's.",
        "the tenant ID or the access token is not correct";
    NotFound = "not_found", 404 Choice, "unstated (A25)",
        "A path that is not the page's.",
        "there is nothing at this path";
    NotEmulated = "not_emulated", 404 Choice changing, "the vendor's other pages",
        "An operation that the vendor has and callmock has not; the answer is as for a path that nobody has.",
        "there is nothing at this path";
    MethodNotAllowed = "method_not_allowed", 405 Choice, "unstated (A25)",
        "A method other than GET, HEAD among them.",
        "only GET is allowed";
    TooLarge = "payload_too_large", 413 Choice, "unstated",
        "A body over the limit, where no body is needed at all.",
        "the request body is too large";
    BrokenBody = "broken_body", 406 Choice, "unstated",
        "A body whose framing is broken.",
        "the request body is broken";
    BodyTimeout = "body_timeout", 408 Choice passing, "unstated",
        "A body that stops coming.",
        "the request body did not come in time";
    Unavailable = "service_unavailable", 503 Choice fault passing, "unstated",
        "The service has too much to do.",
        "the service is not available";
    Internal = "internal_error", 500 Choice fault passing, "unstated",
        "The service failed.",
        "the service failed";
    TooManyRequests(RetryAfter = RetryAfter::default()) = "too_many_requests", 429 Choice fault passing, "unstated",
        "More requests than an injected rate limit lets through.",
        "too many requests";
}

impl From<Unhandled> for Error {
    fn from(why: Unhandled) -> Self {
        match why {
            Unhandled::TooLarge => Error::TooLarge,
            Unhandled::BrokenBody => Error::BrokenBody,
            Unhandled::BodyTimeout => Error::BodyTimeout,
            Unhandled::Overloaded => Error::Unavailable,
            Unhandled::Panic => Error::Internal,
            Unhandled::TooManyRequests(wait) => Error::TooManyRequests(wait),
        }
    }
}

/// The body of a refusal, unless reading `commubo.error_body` leaves it out.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Cause {
    message: String,
}

/// A refusal as a response, in the form that the world's readings choose.
#[derive(Debug)]
pub struct Refused {
    refusal: AnyRefusal,
    body: ErrorBody,
}

impl Refused {
    /// The response to a request that is refused.
    pub fn of(request: &Parts, refusal: impl Into<AnyRefusal>) -> Self {
        Self { refusal: refusal.into(), body: Context::of(request).world.reading() }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { refusal, body } = self;
        let behavior = &refusal.row().behavior;
        let cause = match body {
            ErrorBody::Json => Json(Cause { message: refusal.text() }).into_response(),
            ErrorBody::Empty => ().into_response(),
        };
        let status = behavior.status.and_then(|status| StatusCode::from_u16(status).ok());
        let mut response = (status.unwrap_or_default(), Outcome(behavior), cause).into_response();
        match refusal.get() {
            Some(Error::MethodNotAllowed) => {
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
            }
            Some(Error::TooManyRequests(wait)) => {
                response.headers_mut().insert(header::RETRY_AFTER, wait.as_seconds().into());
            }
            _ => {}
        }
        response
    }
}
