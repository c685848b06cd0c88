//! A recipe: the documented way to sign a request, in parts that mistakes change.

use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::Hmac;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::super::sign::{hex, mac};
use super::encoding::{Encoding, STRICT};
use crate::dialects::alibaba::Account;

/// The facts about a refused request.
pub struct Evidence<'a> {
    /// The request as received.
    pub request: &'a Parts,
    /// The decoded pairs that the style signs, in the order sent.
    pub pairs: Vec<(String, String)>,
    /// The same pairs as raw text of the query or the form.
    pub raw: String,
    /// The account of the request's access key.
    pub account: &'a Account,
    /// All accounts of the world.
    pub accounts: &'a [Account],
    /// The signature in the request.
    pub given: &'a str,
    /// The style of signing, with the data that only this style covers.
    pub style: Style,
}

/// The two styles of signing.
pub enum Style {
    /// HMAC-SHA1 of a string.
    Rpc,
    /// HMAC-SHA256 of a canonical request.
    Acs3 {
        /// The path to sign.
        path: String,
        /// The signed headers with their values, in the order of `SignedHeaders`.
        headers: Vec<(String, String)>,
        /// The body hash that the client sent.
        given_hash: String,
        /// The actual body hash.
        hash: String,
    },
}

/// A way to sign a request. Each field is one part that a mistake can change.
#[derive(Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mistake of its own, made or not")]
pub struct Recipe {
    pub method: String,
    /// The encoding of names and values.
    pub encoding: Encoding,
    /// The encoding of the joined query, for RPC.
    pub outer_encoding: Encoding,
    /// Whether the raw query is signed, in the order of the wire.
    pub wire: bool,
    /// Whether an empty Signature is signed with the other parameters.
    pub empty_signature: bool,
    /// The number of times that names and values are encoded.
    pub times: u8,
    pub order: Order,
    pub blanks: bool,
    pub left_out: Option<String>,
    /// The path, or for RPC the middle part of the string.
    pub path: String,
    /// Whether the joined query is encoded, for RPC.
    pub outer: bool,
    /// The signed host, if it is not the received one.
    pub host: Option<String>,
    pub header_order: Order,
    /// The separator between a header's name and its value.
    pub colon: &'static str,
    /// Whether an empty line follows the headers.
    pub blank_line: bool,
    pub hash: String,
    pub secret: String,
    pub hashing: Hashing,
    pub text: Text,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Order {
    Sorted,
    /// Ignoring case.
    Caseless,
    AsSent,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Hashing {
    Sha1,
    Sha256,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Text {
    Base64,
    Hex,
    UpperHex,
    /// Base64 of the hexadecimal text.
    Base64OfHex,
}

impl Evidence<'_> {
    /// The documented recipe.
    pub fn right(&self) -> Recipe {
        let (path, hash, text) = match &self.style {
            Style::Rpc => ("%2F".to_owned(), String::new(), Text::Base64),
            Style::Acs3 { path, hash, .. } => (path.clone(), hash.clone(), Text::Hex),
        };
        Recipe {
            method: self.request.method.to_string(),
            encoding: STRICT,
            outer_encoding: STRICT,
            wire: false,
            empty_signature: false,
            times: 1,
            order: Order::Sorted,
            blanks: true,
            left_out: None,
            path,
            outer: true,
            host: None,
            header_order: Order::AsSent,
            colon: ":",
            blank_line: true,
            hash,
            secret: match self.style {
                Style::Rpc => format!("{}&", self.account.access_key_secret),
                Style::Acs3 { .. } => self.account.access_key_secret.clone(),
            },
            hashing: if matches!(self.style, Style::Rpc) { Hashing::Sha1 } else { Hashing::Sha256 },
            text,
        }
    }
}

impl Recipe {
    /// The text to sign: the string to sign for RPC, the canonical request for ACS3.
    pub fn signed(&self, evidence: &Evidence<'_>) -> String {
        let query = self.query(evidence);
        match &evidence.style {
            Style::Rpc => {
                let query = if self.outer { self.outer_encoding.encode(&query) } else { query };
                format!("{}&{}&{query}", self.method, self.path)
            }
            Style::Acs3 { headers, .. } => {
                let mut lines: Vec<(String, String)> = headers.clone();
                let names: Vec<String> = lines.iter().map(|(name, _)| name.clone()).collect();
                if self.header_order == Order::Sorted {
                    // The signed headers in the order of the wire. If they already are in that
                    // order, they are sorted instead.
                    let sent =
                        |name: &str| evidence.request.headers.keys().position(|key| key.as_str() == name);
                    lines.sort_by_key(|(name, _)| sent(name));
                    if lines.iter().map(|(name, _)| name).eq(&names) {
                        lines.sort();
                    }
                }
                if let Some(host) = &self.host {
                    for (_, value) in lines.iter_mut().filter(|(name, _)| name == "host") {
                        value.clone_from(host);
                    }
                }
                let colon = self.colon;
                let lines: Vec<String> =
                    lines.iter().map(|(name, value)| format!("{name}{colon}{value}")).collect();
                let after = if self.blank_line { "\n\n" } else { "\n" };
                let (method, path, hash) = (&self.method, &self.path, &self.hash);
                format!("{method}\n{path}\n{query}\n{}{after}{}\n{hash}", lines.join("\n"), names.join(";"))
            }
        }
    }

    pub fn signature(&self, evidence: &Evidence<'_>) -> String {
        self.signature_of(&self.signed(evidence), evidence)
    }

    /// The signature of a text from [`Recipe::signed`].
    pub fn signature_of(&self, signed: &str, evidence: &Evidence<'_>) -> String {
        let signed = match &evidence.style {
            Style::Rpc => signed.to_owned(),
            Style::Acs3 { .. } => format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(signed))),
        };
        let key = self.secret.as_bytes();
        let bytes = match self.hashing {
            Hashing::Sha1 => mac::<Hmac<Sha1>>(key, &signed),
            Hashing::Sha256 => mac::<Hmac<Sha256>>(key, &signed),
        };
        match self.text {
            Text::Base64 => BASE64.encode(bytes),
            Text::Hex => hex(&bytes),
            Text::UpperHex => hex(&bytes).to_uppercase(),
            Text::Base64OfHex => BASE64.encode(hex(&bytes)),
        }
    }

    pub fn query(&self, evidence: &Evidence<'_>) -> String {
        if self.wire {
            let pairs = evidence.raw.split('&').filter(|pair| !pair.starts_with("Signature="));
            return pairs.collect::<Vec<_>>().join("&");
        }
        let empty = ("Signature".to_owned(), String::new());
        let mut pairs: Vec<&(String, String)> = evidence
            .pairs
            .iter()
            .chain(Some(&empty).filter(|_| self.empty_signature))
            .filter(|(name, value)| {
                (self.blanks || !value.is_empty()) && self.left_out.as_deref() != Some(name.as_str())
            })
            .collect();
        match self.order {
            Order::Sorted => pairs.sort(),
            Order::Caseless => pairs.sort_by_key(|(name, value)| (name.to_lowercase(), value.clone())),
            Order::AsSent => {}
        }
        let encode =
            |text: &str| (0..self.times).fold(text.to_owned(), |text, _| self.encoding.encode(&text));
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        pairs.join("&")
    }
}
