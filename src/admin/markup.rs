//! Answers with reports that are not JSON.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::report::html;

/// An answer with a report of the media type `kind`.
pub fn markup(kind: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], text).into_response()
}

/// An answer with an HTML report, under a policy that lets it load and run nothing.
pub fn page(text: String) -> Response {
    let mut response = markup("text/html; charset=utf-8", text);
    if let Ok(policy) = HeaderValue::from_str(&html::policy()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
