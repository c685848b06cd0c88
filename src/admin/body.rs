//! Reading JSON bodies, and refusing invalid ones.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::state::Admin;
use crate::exchange::{ReadError, Refused, refusal};
use crate::nearest::did_you_mean;

/// The whole body of a request.
pub struct Body(pub Bytes);

/// The largest body that is read, in bytes: several times the size of a busy world's snapshot.
pub const LARGEST: usize = 64 << 20;

impl FromRequest<Admin> for Body {
    type Rejection = Refused;

    async fn from_request(request: Request, admin: &Admin) -> Result<Self, Refused> {
        // The middleware `whole` has read the body into memory already.
        Bytes::from_request(request, admin).await.map(Self).map_err(|_| unread(ReadError::Broken))
    }
}

/// The admin API's refusal of a body that could not be read.
pub fn unread(error: ReadError) -> Refused {
    let (status, message) = match error {
        ReadError::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, format!("the body is too large; it has {LARGEST} bytes at most"))
        }
        ReadError::Broken => (StatusCode::BAD_REQUEST, "the body ended before its time".to_owned()),
        ReadError::Idle => {
            (StatusCode::REQUEST_TIMEOUT, "nothing of the body came for too long (--body-idle)".to_owned())
        }
        ReadError::Overloaded => {
            let why = "too many bodies are in memory already (--max-bodies); send it again in a moment";
            (StatusCode::SERVICE_UNAVAILABLE, why.to_owned())
        }
    };
    refusal(status, "unreadable_body", message)
}

/// Parses a JSON body. An empty body counts as `{}`.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    // To note the path of each member makes a large snapshot slow to read, so only a wrong body is
    // read with it.
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_syntax() || inner.is_eof() {
            return format!("the body must be JSON: {inner}");
        }
        if path == "." {
            format!("the body is not right: {inner}")
        } else {
            format!("`{path}` is not right: {inner}")
        }
    });
    let whole = parsed.and_then(|value| {
        deserializer.end().map(|()| value).map_err(|error| format!("the body is not right: {error}"))
    });
    whole.map_err(|message| refusal(StatusCode::BAD_REQUEST, "invalid_body", message))
}

/// A refusal that names the invalid member of a body by its path.
pub fn wrong(path: &str, message: &str) -> Refused {
    refusal(StatusCode::BAD_REQUEST, "invalid_body", format!("`{path}` is not right: {message}"))
}

/// Parses a body `{"state": …}` and returns the state. `states` are the names that a refusal lists.
pub fn new_state<T: DeserializeOwned>(body: &[u8], states: &[&str]) -> Result<T, Refused> {
    use serde_json::Value;
    let wrong = |found: &str| {
        let expected: Vec<String> = states.iter().map(|state| format!("`{state}`")).collect();
        let near = did_you_mean(found, states.iter().copied());
        let message = format!("the body must be {{\"state\": …}} with one of {}{near}", expected.join(", "));
        refusal(StatusCode::BAD_REQUEST, "invalid_state", message)
    };
    let body: Value = serde_json::from_slice(body).map_err(|_| wrong(""))?;
    let members = body.as_object().map_or(0, serde_json::Map::len);
    let state = body.get("state").and_then(Value::as_str).filter(|_| members == 1).unwrap_or_default();
    serde_json::from_value(Value::from(state)).map_err(|_| wrong(state))
}
