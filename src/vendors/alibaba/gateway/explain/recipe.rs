//! A recipe: how a request is signed, all of it as documented but for what a mistake changes.

use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::Hmac;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::super::sign::{hex, mac};
use super::encoding::{Encoding, STRICT};
use crate::dialects::alibaba::Account;

/// What is known of a refused request.
pub struct Evidence<'a> {
    /// The request as it came.
    pub request: &'a Parts,
    /// Name and value pairs that the style signs, decoded, in the order sent.
    pub pairs: Vec<(String, String)>,
    /// The same pairs as they stood in the query or the form.
    pub raw: String,
    /// The account that the request names.
    pub account: &'a Account,
    /// Every account there is.
    pub accounts: &'a [Account],
    /// The signature that came.
    pub given: &'a str,
    /// The style, with what only it signs.
    pub style: Style,
}

/// The two styles of signing.
pub enum Style {
    /// HMAC-SHA1 of a string.
    Rpc,
    /// HMAC-SHA256 of a request.
    Acs3 {
        /// The path that should have been signed.
        path: String,
        /// The signed headers with their values, in the order that `SignedHeaders` has them.
        headers: Vec<(String, String)>,
        /// The hash that the client says its body has.
        given_hash: String,
        /// The hash that it has.
        hash: String,
    },
}

/// How a request is signed: all of it right, unless a mistake changes a part.
#[derive(Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mistake of its own, made or not")]
pub struct Recipe {
    pub method: String,
    /// How names and values are encoded.
    pub encoding: Encoding,
    /// How the joined query is, for RPC.
    pub outer_encoding: Encoding,
    /// Whether the query is signed as it stood on the wire, in the order there.
    pub wire: bool,
    /// Whether an empty Signature is signed with the rest.
    pub empty_signature: bool,
    /// How often names and values are encoded.
    pub times: u8,
    pub order: Order,
    pub blanks: bool,
    pub left_out: Option<String>,
    /// The path, or for RPC the text in the middle.
    pub path: String,
    /// Whether the whole query is encoded for RPC.
    pub outer: bool,
    /// The host, where another one than came was signed.
    pub host: Option<String>,
    pub header_order: Order,
    /// What stands between a header's name and its value.
    pub colon: &'static str,
    /// Whether a line is left blank after the headers.
    pub blank_line: bool,
    pub hash: String,
    pub secret: String,
    pub hashing: Hashing,
    pub text: Text,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Order {
    Sorted,
    /// Capital letters and small ones alike.
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
    /// The recipe that the vendor documents.
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
    /// What is signed in this way: the string to sign, or the canonical request behind it.
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
                    // The signed names as the wire has them, or sorted where it has them so
                    // already.
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

    /// The signature of what was signed.
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
