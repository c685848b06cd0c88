//! What a client says to callmock beside its request to the vendor.

use axum::http::{HeaderMap, HeaderValue};

use crate::vendor::plain;

/// The header that names the test that sends the request.
pub const TEST: &str = "x-callmock-test";

/// The longest name of a test, in characters. The rest is cut off.
const LONGEST: usize = 200;

/// The name of the test that sends a request, if the client says it.
pub fn test(headers: &HeaderMap) -> Option<String> {
    let name = headers.get(TEST).map(HeaderValue::as_bytes).map(String::from_utf8_lossy)?;
    let name: String = plain(name.trim()).chars().take(LONGEST).collect();
    Some(name).filter(|name| !name.is_empty())
}
