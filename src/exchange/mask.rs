//! Masks secrets in the journal, in whatever encoding they were sent.

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use bytes::Bytes;
use percent_encoding::percent_decode_str;

use crate::urlencoded;
use crate::vendor::SecretPlaces;
use crate::world::{Captured, Secrets, World, mask};

/// Names of secrets, in lower case and without hyphens and underscores.
const SECRET_NAMES: [&str; 12] = [
    "accesstoken",
    "apikey",
    "apisecret",
    "apitoken",
    "authorization",
    "authtoken",
    "bearer",
    "clientsecret",
    "password",
    "secret",
    "secretkey",
    "token",
];

/// Whether a parameter of this name usually holds a secret, at any service.
pub fn is_secret_name(name: &str) -> bool {
    let bare = name.chars().filter(|c| !matches!(c, '-' | '_')).collect::<String>().to_lowercase();
    SECRET_NAMES.contains(&bare.as_str())
}

/// Masks secrets: the world's own secrets wherever they occur, and every value in the places where
/// the vendor's clients send secrets.
pub struct Mask {
    places: SecretPlaces,
    world: Arc<World>,
    /// The values that the request sent in those places. An answer may repeat them.
    sent: Secrets,
}

/// The shortest value that is masked wherever it is repeated, in bytes. A shorter one would mask
/// other texts that happen to contain it.
const TELLING: usize = 8;

impl Mask {
    /// The mask of a request and of whatever follows from it.
    pub fn of(places: SecretPlaces, world: &Arc<World>, parts: &Parts, body: &[u8]) -> Self {
        let mut mask = Self { places, world: Arc::clone(world), sent: Secrets::default() };
        let body = String::from_utf8_lossy(&body[..body.len().min(world.journal().body_limit())]);
        let queries = [parts.uri.query().unwrap_or_default(), &body];
        let pairs = queries.into_iter().flat_map(urlencoded::lossy);
        let mut sent: Vec<String> =
            pairs.filter(|(name, _)| mask.is_of_secrets(name)).map(|(_, value)| value).collect();
        let headers = parts.headers.iter();
        sent.extend(headers.filter_map(|(name, value)| mask.credential(name, value.to_str().ok()?)));
        sent.retain(|value| value.len() >= TELLING && !world.secrets().has(value));
        mask.sent = Secrets::sent(sent.iter().map(String::as_str));
        mask
    }

    pub fn text(&self, text: &str) -> String {
        self.sent.masked(&self.world.secrets().masked(text)).into_owned()
    }

    fn is_of_secrets(&self, name: &str) -> bool {
        self.places.parameters.contains(&name.to_lowercase().as_str()) || is_secret_name(name)
    }

    /// A path as it was sent, or decoded and masked if it has a secret in it.
    pub fn path(&self, path: &str) -> String {
        let meant = percent_decode_str(path).decode_utf8_lossy();
        let shown = self.text(&meant);
        if shown == meant { self.text(path) } else { shown }
    }

    fn parameter(&self, name: &str, value: &str) -> String {
        if self.is_of_secrets(name) { mask(value) } else { self.text(value) }
    }

    pub fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let shown = headers.iter().map(|(name, value)| {
            (name.to_string(), self.header(name, &String::from_utf8_lossy(value.as_bytes())))
        });
        bounded(shown, self.world.journal().body_limit())
    }

    fn header(&self, name: &HeaderName, value: &str) -> String {
        match self.credential(name, value) {
            Some(credential) => {
                let scheme = &value[..value.len() - credential.len()];
                format!("{scheme}{}", mask(&credential))
            }
            None => self.text(value),
        }
    }

    /// The end of a header's value that is a credential. It is masked even if it is unknown here or
    /// in an unexpected encoding.
    fn credential(&self, name: &HeaderName, value: &str) -> Option<String> {
        let scheme = value.split_once(' ').filter(|(scheme, _)| {
            [header::AUTHORIZATION, header::PROXY_AUTHORIZATION].contains(name)
                && ["basic", "bearer"].contains(&scheme.to_lowercase().as_str())
        });
        match scheme {
            Some((_, credential)) => Some(credential.to_owned()),
            // A signature is not a secret. Every other proof of identity is.
            None if *name == header::AUTHORIZATION && !value.contains("Signature=") => Some(value.to_owned()),
            None => self.places.headers.contains(&name.as_str()).then(|| value.to_owned()),
        }
    }

    pub fn query(&self, query: &str) -> Vec<(String, String)> {
        let shown = |(name, value): (String, String)| (self.text(&name), self.parameter(&name, &value));
        bounded(urlencoded::lossy(query).map(shown), self.world.journal().body_limit())
    }

    pub fn body(&self, body: &Bytes, total: u64, limit: usize) -> Captured {
        let kept = &body[..limit.min(body.len())];
        let text = String::from_utf8_lossy(kept);
        let shown = match serde_json::from_slice::<serde_json::Value>(kept) {
            // JSON escapes can hide a secret from a search in the text.
            Ok(mut value) => {
                let before = value.clone();
                self.json(&mut value);
                if value == before { self.text(&text) } else { value.to_string() }
            }
            // Percent-encoding can hide a secret, too, and a form can come under any media type. A
            // pair with a secret is shown decoded.
            Err(_) => text.split('&').map(|pair| self.pair(pair)).collect::<Vec<_>>().join("&"),
        };
        // The cut may have left the beginning of a secret at the end.
        let shown = if total > kept.len() as u64 {
            self.world.secrets().without_begun(&shown).to_owned()
        } else {
            shown
        };
        let bytes = if shown == text { Bytes::copy_from_slice(kept) } else { Bytes::from(shown) };
        // A change of length by the mask must not look like a truncation.
        let total =
            if total == kept.len() as u64 { bytes.len() as u64 } else { total.max(bytes.len() as u64 + 1) };
        Captured { bytes, total }
    }

    /// A pair of a form as it was sent, or decoded and masked if it has a secret in it.
    fn pair(&self, pair: &str) -> String {
        let Some((name, value)) = urlencoded::lossy(pair).next() else { return pair.to_owned() };
        let shown = (self.text(&name), self.parameter(&name, &value));
        if shown == (name, value) { self.text(pair) } else { format!("{}={}", shown.0, shown.1) }
    }

    pub fn json(&self, value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) => *text = self.text(text),
            serde_json::Value::Array(all) => all.iter_mut().for_each(|value| self.json(value)),
            serde_json::Value::Object(all) => {
                for (name, value) in all.iter_mut() {
                    match value {
                        serde_json::Value::String(text) if is_secret_name(name) => *text = mask(text),
                        value => self.json(value),
                    }
                }
                if all.keys().any(|key| self.text(key) != *key) {
                    *all = std::mem::take(all)
                        .into_iter()
                        .map(|(key, value)| (self.text(&key), value))
                        .collect();
                }
            }
            _ => {}
        }
    }
}

/// The pairs that fit into `limit` bytes, and a note of how many were left out.
fn bounded(pairs: impl Iterator<Item = (String, String)>, limit: usize) -> Vec<(String, String)> {
    let (mut kept, mut size, mut left_out) = (vec![], 0, 0);
    for (name, value) in pairs {
        let more = name.len() + value.len();
        if size + more > limit {
            left_out += 1;
        } else {
            size += more;
            kept.push((name, value));
        }
    }
    if left_out > 0 {
        kept.push(("…".to_owned(), format!("{left_out} more")));
    }
    kept
}

/// Truncates every string in a value to `limit` bytes, with a note of how much was cut.
pub fn cut_texts(value: &mut serde_json::Value, limit: usize) {
    match value {
        serde_json::Value::String(text) if text.len() > limit => {
            let end = text.floor_char_boundary(limit);
            *text = format!("{}… ({} bytes more)", &text[..end], text.len() - end);
        }
        serde_json::Value::Array(all) => all.iter_mut().for_each(|value| cut_texts(value, limit)),
        serde_json::Value::Object(all) => all.values_mut().for_each(|value| cut_texts(value, limit)),
        _ => {}
    }
}
