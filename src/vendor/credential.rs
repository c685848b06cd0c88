//! Reading credentials from headers, for vendors with the same scheme.

use axum::http::{HeaderMap, HeaderName, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

/// The value of a header that must not be repeated. `None` if the header is missing, repeated or
/// not UTF-8.
#[must_use]
pub fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => std::str::from_utf8(value.as_bytes()).ok(),
        _ => None,
    }
}

/// The scheme of an `Authorization` value as the client wrote it; empty if the value is a single
/// word, which may be the credential itself.
#[must_use]
pub fn scheme(value: &str) -> &str {
    value.split_once(' ').map_or("", |(scheme, _)| scheme)
}

/// The trimmed token of `Bearer` credentials (RFC 6750, 2.1). The scheme's case does not matter.
#[must_use]
pub fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
}

/// The user and password of `Basic` credentials (RFC 7617, 2). The scheme's case does not matter.
#[must_use]
pub fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, credential) = value.split_once(' ')?;
    let decoded = BASE64.decode(credential.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (user, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// `Basic` credentials as the value of a header.
#[must_use]
pub fn to_basic(user: &str, password: &str) -> String {
    format!("Basic {}", BASE64.encode(format!("{user}:{password}")))
}

/// The first `Authorization` header as text.
#[must_use]
pub fn authorization(headers: &HeaderMap) -> Option<&str> {
    std::str::from_utf8(headers.get(header::AUTHORIZATION)?.as_bytes()).ok()
}

/// Splits a token at its colon into the public half and the secret. A token without a colon is
/// both: as a whole it selects its world.
#[must_use]
pub fn halves(token: &str) -> (&str, Option<&str>) {
    token.split_once(':').map_or((token, None), |(half, secret)| (half, Some(secret)))
}
