//! Masks secrets in the journal, in whatever encoding they were sent.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, header};
use bytes::Bytes;
use percent_encoding::percent_decode_str;

use crate::urlencoded;
use crate::vendor::SecretPlaces;
use crate::world::{Captured, World, mask};

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
    pub places: SecretPlaces,
    pub world: Arc<World>,
}

impl Mask {
    pub fn text(&self, text: &str) -> String {
        self.world.secrets().masked(text).into_owned()
    }

    /// A path as it was sent, or decoded and masked if it has a secret in it.
    pub fn path(&self, path: &str) -> String {
        let meant = percent_decode_str(path).decode_utf8_lossy();
        let shown = self.text(&meant);
        if shown == meant { self.text(path) } else { shown }
    }

    fn parameter(&self, name: &str, value: &str) -> String {
        if self.places.parameters.contains(&name.to_lowercase().as_str()) || is_secret_name(name) {
            mask(value)
        } else {
            self.text(value)
        }
    }

    pub fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let shown = headers.iter().map(|(name, value)| {
            (name.to_string(), self.header(name, &String::from_utf8_lossy(value.as_bytes())))
        });
        bounded(shown, self.world.journal().body_limit())
    }

    fn header(&self, name: &HeaderName, value: &str) -> String {
        let scheme = value.split_once(' ').filter(|(scheme, _)| {
            [header::AUTHORIZATION, header::PROXY_AUTHORIZATION].contains(name)
                && ["basic", "bearer"].contains(&scheme.to_lowercase().as_str())
        });
        match scheme {
            // A credential is masked even if it is unknown here or in an unexpected encoding.
            Some((scheme, credential)) => format!("{scheme} {}", mask(credential)),
            // A signature is not a secret. Every other proof of identity is masked, even if it is
            // unknown here.
            None if *name == header::AUTHORIZATION && !value.contains("Signature=") => mask(value),
            None if self.places.headers.contains(&name.as_str()) => mask(value),
            None => self.text(value),
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
