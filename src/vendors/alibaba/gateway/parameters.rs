//! The parameters of a request, decoded once, and the one that names the format of the answer.

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::refusals::Error;
use crate::urlencoded;
use crate::vendor::media_type;

/// The parameters that the gateway reads besides the operation's own; SDKs add `RegionId` and an
/// empty `SignatureType`.
pub const COMMON: [&str; 12] = [
    "Action",
    "Version",
    "Format",
    "AccessKeyId",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "SignatureNonce",
    "SignatureType",
    "Timestamp",
    "SecurityToken",
    "RegionId",
];

/// The decoded parameters of a request, wherever they stood.
#[derive(Debug, Default)]
pub struct Parameters {
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    /// Whether they are not percent-encoded UTF-8: they are decoded as far as they can be then.
    malformed: bool,
}

impl Parameters {
    /// Decodes a request's query and form body, and keeps them with the request.
    pub fn decode(request: &mut Parts, body: &[u8]) {
        let mut malformed = false;
        let mut read = |text: &str| {
            urlencoded::pairs(text).unwrap_or_else(|_| {
                malformed = true;
                urlencoded::lossy(text).collect()
            })
        };
        let query = read(request.uri.query().unwrap_or_default());
        let is_form = media_type(request).eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let form = match std::str::from_utf8(body) {
            Ok(text) if is_form => read(text),
            _ => vec![],
        };
        malformed |= is_form && std::str::from_utf8(body).is_err();
        request.extensions.insert(Arc::new(Self { query, form, malformed }));
    }

    /// The parameters of a request, which [`Parameters::decode`] kept.
    pub fn of(request: &Parts) -> Arc<Self> {
        request.extensions.get::<Arc<Self>>().map(Arc::clone).unwrap_or_default()
    }

    /// Refuses parameters that are not percent-encoded UTF-8.
    pub fn well_formed(&self) -> Result<(), Error> {
        if self.malformed { Err(Error::MalformedEncoding) } else { Ok(()) }
    }

    /// The query's pairs.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The form's pairs.
    pub fn form(&self) -> &[(String, String)] {
        &self.form
    }

    /// Every pair, the query's first.
    pub fn all(&self) -> impl Iterator<Item = &(String, String)> + Clone {
        self.query.iter().chain(&self.form)
    }

    /// Whether there is a parameter of that name, blank or not.
    pub fn has(&self, name: &str) -> bool {
        self.all().any(|(n, _)| n == name)
    }

    /// Whether a request is in the newer style, with its signature in headers. SDKs of the older
    /// style echo `x-acs-action` and `x-acs-version` as headers, so those tell nothing (1.1).
    pub fn is_acs3(&self, headers: &HeaderMap) -> bool {
        let rpc = ["AccessKeyId", "Signature", "SignatureNonce", "SignatureMethod", "Timestamp"];
        headers.contains_key(header::AUTHORIZATION) || !rpc.iter().any(|name| self.has(name))
    }

    /// A parameter's value; an empty one counts as missing (3.1).
    pub fn get(&self, name: &'static str) -> Result<Option<&str>, Error> {
        let mut values = self.all().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (value, None) => Ok(value.filter(|value| !value.is_empty())),
            (_, Some(_)) => Err(Error::Repeated(name)),
        }
    }

    /// A parameter's value, or a header's that newer SDKs send in its place.
    pub fn or_header(
        &self,
        request: &Parts,
        name: &'static str,
        header: &str,
    ) -> Result<Option<String>, Error> {
        if let Some(value) = self.get(name)? {
            return Ok(Some(value.to_owned()));
        }
        if !self.is_acs3(&request.headers) {
            return Ok(None);
        }
        let value = request.headers.get(header).and_then(|value| value.to_str().ok());
        Ok(value.filter(|value| !value.is_empty()).map(str::to_owned))
    }

    /// `Format` in any case (2.5).
    pub fn format(&self) -> Result<Format, Error> {
        match self.get("Format")? {
            None => Ok(Format::Json),
            Some(format) if format.eq_ignore_ascii_case("json") => Ok(Format::Json),
            Some(format) if format.eq_ignore_ascii_case("xml") => Ok(Format::Xml),
            Some(_) => Err(Error::InvalidFormat),
        }
    }
}

/// The name of the operation that a request asks for; an error where `Action` is repeated or the
/// parameters are malformed.
pub fn action(request: &Parts) -> Result<Option<String>, Error> {
    let parameters = Parameters::of(request);
    parameters.well_formed()?;
    parameters.or_header(request, "Action", "x-acs-action")
}

/// The format of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    #[default]
    Json,
    /// XML.
    Xml,
}
