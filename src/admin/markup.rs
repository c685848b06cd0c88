//! Reports that are no JSON.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::report::html;

/// A report that is no JSON.
pub fn markup(kind: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], text).into_response()
}

/// A report as a page, which may load nothing and run nothing.
pub fn page(text: String) -> Response {
    let mut response = markup("text/html; charset=utf-8", text);
    if let Ok(policy) = HeaderValue::from_str(&html::policy()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
