//! The parts that all answers share: format, ids and the gateway's headers (fact sheet 2.5).

use std::borrow::Cow;

use axum::extract::FromRequestParts;
use axum::http::header::{self, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Version};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use sha1::{Digest, Sha1};

use super::parameters::{Format, Pair, Parameters};
use crate::vendor::{Context, Put, host, written};

static KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
static REQUEST_ID: HeaderName = HeaderName::from_static("x-acs-request-id");
static TRACE_ID: HeaderName = HeaderName::from_static("x-acs-trace-id");

static JSON: HeaderValue = HeaderValue::from_static("application/json;charset=utf-8");
static TEXT_XML: HeaderValue = HeaderValue::from_static("text/xml;charset=utf-8");
static PERSISTENT: HeaderValue = HeaderValue::from_static("keep-alive");
static TIMEOUT: HeaderValue = HeaderValue::from_static("timeout=25");
static ANY: HeaderValue = HeaderValue::from_static("*");

/// The parts that all answers share: format, ids and the gateway's headers.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The format that the request asks for.
    pub format: Format,
    /// The request id: an upper-case UUID (B16).
    pub request_id: String,
    /// The host as the client sent it.
    pub host: String,
    trace_id: String,
    /// Whether the answer has headers for a persistent connection. It is false if the connection
    /// closes after the answer, and in HTTP/2, which has no connection headers.
    keep_alive: bool,
}

impl Envelope {
    /// The envelope of the answer to a request.
    pub fn of(request: &Parts) -> Self {
        let ids = Context::of(request).world.ids();
        let parameters = Parameters::of(request);
        let asked = parameters.well_formed().and_then(|()| parameters.format()).unwrap_or_else(|_| {
            // A malformed parameter elsewhere in the query does not hide `Format`.
            let xml = |(name, value): &Pair| name == "Format" && value.eq_ignore_ascii_case("xml");
            if parameters.query().iter().any(xml) { Format::Xml } else { Format::Json }
        });
        Self {
            format: asked,
            request_id: ids.uuid().to_string().to_uppercase(),
            host: host(request).unwrap_or_default().to_owned(),
            trace_id: ids.uuid().simple().to_string(),
            keep_alive: request.version == Version::HTTP_11 && !closes(&request.headers),
        }
    }

    /// The envelope of an answer after which the connection closes.
    #[must_use]
    pub fn closing(self) -> Self {
        Self { keep_alive: false, ..self }
    }

    /// A success as a response in JSON or XML, which has about `length` bytes besides the envelope's.
    pub fn success(&self, success: &(impl Serialize + Put), length: usize) -> Response {
        self.answer(match self.format {
            Format::Json => written(success, length + 256),
            Format::Xml => {
                let body = quick_xml::se::to_string(success).expect("every member has a name XML can have");
                format!("{XML}{}", as_xml(&body)).into_bytes()
            }
        })
    }

    /// A response with a body and the gateway's headers (2.5).
    pub fn answer(&self, body: Vec<u8>) -> Response {
        let kind = match self.format {
            Format::Json => &JSON,
            // The SDKs compare this text exactly.
            Format::Xml => &TEXT_XML,
        };
        // The body has the request's id in it, so no other body has the same tag.
        let hash = Sha1::new().chain_update(&self.request_id).chain_update(body.len().to_be_bytes());
        let tag = format!("\"{}\"", BASE64.encode(hash.finalize()));
        let mut response = body.into_response();
        let headers = response.headers_mut();
        // Room for these headers and for those that callmock adds.
        headers.reserve(16);
        headers.insert(header::CONTENT_TYPE, kind.clone());
        if self.keep_alive {
            headers.insert(header::CONNECTION, PERSISTENT.clone());
            headers.insert(&KEEP_ALIVE, TIMEOUT.clone());
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY.clone());
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, ANY.clone());
        let own = [(&REQUEST_ID, &self.request_id), (&TRACE_ID, &self.trace_id), (&header::ETAG, &tag)];
        for (name, value) in own {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// Whether the client's `Connection` header says `close`.
fn closes(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|token| token.trim().eq_ignore_ascii_case("close"))
}

impl<S: Sync> FromRequestParts<S> for Envelope {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(request))
    }
}

/// The XML declaration at the start of every XML answer.
pub const XML: &str = "<?xml version='1.0' encoding='UTF-8'?>";

/// A text with every character that XML 1.0 does not allow (its production `Char`) replaced. Such a
/// character cannot even be escaped.
pub fn as_xml(text: &str) -> Cow<'_, str> {
    let allowed =
        |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(allowed) {
        return text.into();
    }
    text.chars().map(|c| if allowed(c) { c } else { char::REPLACEMENT_CHARACTER }).collect::<String>().into()
}
