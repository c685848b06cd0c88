//! CCAI Platform's refusals, always `{"message": …}` with the page's exact texts. The page writes
//! "well-formed" for outbound calls and "well formed" elsewhere (1G.5).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::vendor::openapi::{Answer, Document};
use crate::vendor::{AnyRefusal, Outcome, Refusing, RetryAfter, Unhandled, refusals};

refusals! {
    in "ccai.any", of request;

    NotAuthorized = "not_authorized", 401 Inferred credential, "3",
        "No credential, or one that is nobody's.",
        "Not Authorized";
    WrongSubdomain = "wrong_subdomain", 404 Documented credential, "page L163",
        "The Host names another subdomain than the credential.",
        "Resource not found - Please check your subdomain";
    NotFound = "not_found", 404 Inferred, "3",
        "A path or method that the API does not have.",
        "Not Found";
    NotEmulated = "not_emulated", 404 Choice changing, "the vendor's other pages",
        "An operation that the vendor has and callmock has not; the answer is as for one that the API does not have.",
        "Not Found";
    BodyTimeout = "body_timeout", 408 Choice passing, "unstated",
        "A body that stops coming.",
        "The request body did not come in time";
    Unavailable = "service_unavailable", 503 Choice fault passing, "unstated",
        "The service has too much to do.",
        "Service Unavailable";
    TooManyRequests(RetryAfter = RetryAfter::default()) = "too_many_requests", 429 Inferred passing, "3",
        "More than 10 requests in a second (reading `ccai.rate_limit: on`).",
        "Too Many Requests";
    InvalidJson = "invalid_json", 400 Choice, "5",
        "A body that is not JSON.",
        "Invalid JSON";
    TooLarge = "payload_too_large", 413 Choice, "unstated",
        "A body over the limit.",
        "The request body is too large";
    BrokenBody = "broken_body", 400 Choice, "unstated",
        "A body whose framing is broken.",
        "The request body could not be read";
    Internal = "internal_error", 500 Inferred fault passing, "3",
        "The service failed.",
        "Internal Server Error";
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

/// The body of every refusal.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ErrorBody {
    message: String,
}

/// The refusals' entry in the `OpenAPI` document.
pub fn answer(document: &mut Document) -> Answer {
    Answer { content: vec![("application/json", document.schema::<ErrorBody>())], headers: Value::Null }
}

/// A refusal as a response.
#[derive(Debug)]
pub struct Refused(pub AnyRefusal);

impl<E: Refusing> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(refusal) = self;
        let behavior = &refusal.row().behavior;
        let status = behavior.status.and_then(|status| StatusCode::from_u16(status).ok());
        let body = Json(ErrorBody { message: refusal.text() });
        let mut response = (status.unwrap_or_default(), Outcome(behavior), body).into_response();
        match refusal.get() {
            Some(Error::NotAuthorized) => {
                // RFC 9110, 15.5.2, requires the challenge, and the page is silent about it. Some
                // clients send a credential only after a challenge.
                let challenge = HeaderValue::from_static("Basic realm=\"Application\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
            Some(Error::TooManyRequests(wait)) => {
                response.headers_mut().insert(header::RETRY_AFTER, wait.as_seconds().into());
            }
            _ => {}
        }
        response
    }
}
