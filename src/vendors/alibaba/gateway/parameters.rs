//! The parameters of a request, decoded once, and the format of the answer.

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use compact_str::CompactString;

use super::refusals::Error;
use crate::urlencoded;
use crate::vendor::media_type;

/// The parameters that the gateway itself reads. SDKs also send `RegionId` and an empty
/// `SignatureType`.
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

/// A name and a value. Short ones are kept in place.
pub type Pair = (CompactString, CompactString);

/// The texts of pairs.
pub fn texts<'a, T: AsRef<str> + 'a>(
    pairs: impl IntoIterator<Item = &'a (T, T)>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    pairs.into_iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
}

/// The decoded parameters of a request, from its query and form body.
#[derive(Debug, Default)]
pub struct Parameters {
    query: Vec<Pair>,
    form: Vec<Pair>,
    /// The names' beginnings: those of the query, then those of the form. A request is asked for
    /// each of its parameters, and most comparisons end here.
    beginnings: Vec<u64>,
    /// Whether the text is not percent-encoded UTF-8. The pairs are then decoded as far as
    /// possible.
    malformed: bool,
    /// Whether there are more than [`MOST`] parameters. Only the first ones are then decoded.
    too_many: bool,
}

/// The most parameters of a query, and of a form. No operation has more than a few dozen.
const MOST: usize = 1000;

impl Parameters {
    /// Decodes a request's query and form body, and stores them in the request.
    pub fn decode(request: &mut Parts, body: &[u8]) {
        let (mut malformed, mut too_many) = (false, false);
        let mut read = |text: &str| -> Vec<Pair> {
            let first = urlencoded::first_pairs(text, MOST);
            too_many |= !text[first.len()..].trim_start_matches('&').is_empty();
            urlencoded::pairs_of(first).unwrap_or_else(|_| {
                malformed = true;
                urlencoded::each(first).map(|(name, value)| (name.into(), value.into())).collect()
            })
        };
        let query = read(request.uri.query().unwrap_or_default());
        let is_form = media_type(request).eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let form = match std::str::from_utf8(body) {
            Ok(text) if is_form => read(text),
            _ => vec![],
        };
        malformed |= is_form && std::str::from_utf8(body).is_err();
        let beginnings = query.iter().chain(&form).map(|(name, _)| beginning(name)).collect();
        request.extensions.insert(Arc::new(Self { query, form, beginnings, malformed, too_many }));
    }

    /// The parameters of a request, stored by [`Parameters::decode`].
    pub fn of(request: &Parts) -> Arc<Self> {
        request.extensions.get::<Arc<Self>>().map(Arc::clone).unwrap_or_default()
    }

    /// Refuses too many parameters, and parameters that are not percent-encoded UTF-8.
    pub fn well_formed(&self) -> Result<(), Error> {
        if self.too_many {
            return Err(Error::TooLarge);
        }
        if self.malformed { Err(Error::MalformedEncoding) } else { Ok(()) }
    }

    /// The pairs of the query.
    pub fn query(&self) -> &[Pair] {
        &self.query
    }

    /// The pairs of the form body.
    pub fn form(&self) -> &[Pair] {
        &self.form
    }

    /// All pairs, those of the query first.
    pub fn all(&self) -> impl Iterator<Item = &Pair> + Clone {
        self.query.iter().chain(&self.form)
    }

    /// The place of a parameter's first value at or after a place, and the value.
    fn value(&self, name: &str, sought: u64, from: usize) -> Option<(usize, &str)> {
        let mut from = from;
        loop {
            let place = from + self.beginnings.get(from..)?.iter().position(|known| *known == sought)?;
            let pair = match place.checked_sub(self.query.len()) {
                None => self.query.get(place),
                Some(place) => self.form.get(place),
            };
            match pair {
                Some((known, value)) if known.as_str() == name => return Some((place, value)),
                _ => from = place + 1,
            }
        }
    }

    /// Whether a parameter is present, even if empty.
    pub fn has(&self, name: &str) -> bool {
        self.value(name, beginning(name), 0).is_some()
    }

    /// Whether a request is in the newer style, with its signature in headers. The headers
    /// `x-acs-action` and `x-acs-version` do not decide this, because SDKs of the older style send
    /// them too (1.1).
    pub fn is_acs3(&self, headers: &HeaderMap) -> bool {
        let rpc = ["AccessKeyId", "Signature", "SignatureNonce", "SignatureMethod", "Timestamp"];
        headers.contains_key(header::AUTHORIZATION) || !rpc.iter().any(|name| self.has(name))
    }

    /// The value of a parameter. An empty value counts as missing (3.1). Fails if the parameter is
    /// repeated.
    pub fn get(&self, name: &'static str) -> Result<Option<&str>, Error> {
        let sought = beginning(name);
        let Some((place, value)) = self.value(name, sought, 0) else { return Ok(None) };
        match self.value(name, sought, place + 1) {
            None => Ok(Some(value).filter(|value| !value.is_empty())),
            Some(_) => Err(Error::Repeated(name)),
        }
    }

    /// The value of a parameter, or in the newer style that of a header in its place. Fails if the
    /// parameter is repeated.
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

    /// The format in `Format`, in any case (2.5). The default is JSON.
    pub fn format(&self) -> Result<Format, Error> {
        match self.get("Format")? {
            None => Ok(Format::Json),
            Some(format) if format.eq_ignore_ascii_case("json") => Ok(Format::Json),
            Some(format) if format.eq_ignore_ascii_case("xml") => Ok(Format::Xml),
            Some(_) => Err(Error::InvalidFormat),
        }
    }
}

/// The first seven bytes of a name, and its length.
fn beginning(name: &str) -> u64 {
    let name = name.as_bytes();
    let mut bytes = [0; 8];
    match name.first_chunk::<7>() {
        // A copy of a known length takes no loop.
        Some(first) => bytes[..7].copy_from_slice(first),
        None => bytes[..name.len()].copy_from_slice(name),
    }
    bytes[7] = u8::try_from(name.len()).unwrap_or(u8::MAX);
    u64::from_le_bytes(bytes)
}

/// The name of the requested operation. Fails if `Action` is repeated or the parameters are
/// malformed.
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
