//! Hints: what to change in a request that was refused, in one line. They are callmock's own words
//! in a header of its own, in the journal and in the log. The vendor's answer stays as it is.

use axum::http::request::Parts;
use serde_json::Value;

use super::{Context, Vendor};
use crate::contract::Behavior;
use crate::nearest::nearest;
use crate::urlencoded;

/// What a client does to get every credential of a world.
pub const CREDENTIALS: &str = "`GET /_mock` shows the credentials";

/// The hint about a refusal that vendors have in common, by the last segment of its id.
#[must_use]
pub fn shared(vendor: &dyn Vendor, refusal: &Behavior, request: &Parts) -> Option<String> {
    let last = refusal.id.rsplit('.').next()?;
    Some(match last {
        "not_emulated" => {
            "callmock does not emulate this operation; `callmock contract --format markdown` lists those it has"
                .to_owned()
        }
        "body_timeout" => "the body stopped for longer than --body-idle; send it without a pause".to_owned(),
        "payload_too_large" | "request_too_large" => {
            "the body is larger than --max-body; send less, or start callmock with a larger one".to_owned()
        }
        "broken_body" => {
            "the body ended before its Content-Length or its last chunk; send the whole of it".to_owned()
        }
        "range_not_satisfiable" => {
            "`Range` begins after the end of the file; `Content-Range` of this answer has its length".to_owned()
        }
        "service_unavailable" | "unavailable" | "internal" | "internal_error" => {
            "the failure passes by itself: wait, and send the same request again".to_owned()
        }
        "not_found" | "no_handler" | "method_not_allowed" | "wrong_method" | "unsupported_http_method" => {
            route(vendor, request)
        }
        _ => return None,
    })
}

/// The hint about a path or a method that the vendor does not have.
fn route(vendor: &dyn Vendor, request: &Parts) -> String {
    let (method, path) = (&request.method, request.uri.path());
    let allowed = &Context::of(request).allowed;
    if !allowed.is_empty() {
        return format!("{path} takes {}, not {method}", allowed.join(" and "));
    }
    let known: Vec<String> =
        vendor.catalogue().operations.iter().map(|operation| operation.path().to_owned()).collect();
    let trimmed = path.trim_end_matches('/');
    if trimmed != path && known.iter().any(|known| known == trimmed) {
        return format!("take the slash off the end of the path: {trimmed}");
    }
    match nearest(path, known.iter().map(String::as_str)) {
        Some(near) => format!("nothing is at {path}; did you mean {near}?"),
        None => format!("nothing is at {path}; there are {}", known.join(", ")),
    }
}

/// The first value of a parameter of the query string, decoded.
#[must_use]
pub fn query(request: &Parts, name: &str) -> Option<String> {
    let pairs = urlencoded::pairs(request.uri.query()?).ok()?;
    pairs.into_iter().find(|(known, _)| *known == *name).map(|(_, value)| value)
}

/// The body as JSON. Null if it is not JSON.
#[must_use]
pub fn json(request: &Parts) -> Value {
    serde_json::from_slice(&Context::of(request).body).unwrap_or_default()
}

/// A header as text. None if it is missing or not text.
#[must_use]
pub fn header<'a>(request: &'a Parts, name: &str) -> Option<&'a str> {
    request.headers.get(name)?.to_str().ok()
}

/// Up to twenty entries, joined by commas.
pub fn some<T: AsRef<str>>(entries: impl IntoIterator<Item = T>) -> String {
    let mut entries = entries.into_iter();
    let shown: Vec<String> = entries.by_ref().take(20).map(|entry| entry.as_ref().to_owned()).collect();
    let more = if entries.next().is_some() { ", …" } else { "" };
    shown.join(", ") + more
}

/// A JSON value in quotation marks as it was sent, or `nothing`.
#[must_use]
pub fn sent(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}
