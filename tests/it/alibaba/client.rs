//! A client of the suite's own: it signs as the vendor documents, by code that shares nothing with
//! the server's.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::RequestBuilder;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::mock::{Answer, Mock, send};

/// How a request is put on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// HMAC-SHA1 in the query, by GET.
    RpcGet,
    /// HMAC-SHA1 in the query, by POST.
    RpcPost,
    /// HMAC-SHA1 in a form body.
    RpcForm,
    /// ACS3-HMAC-SHA256, parameters in the query.
    Acs3,
    /// ACS3-HMAC-SHA256, parameters in a form body.
    Acs3Form,
}

/// A call of `ListCallDetailRecords` that a test can get wrong in any way.
#[derive(Debug, Clone)]
pub struct Call {
    style: Style,
    key: String,
    secret: String,
    token: Option<String>,
    time: String,
    nonce: String,
    parameters: Vec<(String, String)>,
    left_out: Vec<String>,
    replaced: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    unsigned: Vec<String>,
    body: Option<String>,
    base: String,
    signed_path: String,
}

impl Call {
    pub fn new() -> Self {
        static NONCE: AtomicU64 = AtomicU64::new(1);
        let page = [("InstanceId", "ccc-test"), ("PageNumber", "1"), ("PageSize", "10")];
        Self {
            style: Style::RpcGet,
            key: "testid".into(),
            secret: "testsecret".into(),
            token: None,
            time: now().to_rfc3339_opts(SecondsFormat::Secs, true),
            nonce: format!("nonce-{}", NONCE.fetch_add(1, Ordering::Relaxed)),
            parameters: page.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            left_out: vec![],
            replaced: vec![],
            headers: vec![],
            unsigned: vec![],
            body: None,
            base: String::new(),
            signed_path: "/".into(),
        }
    }

    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    pub fn key(mut self, key: &str) -> Self {
        self.key = key.into();
        self
    }

    pub fn secret(mut self, secret: &str) -> Self {
        self.secret = secret.into();
        self
    }

    pub fn token(mut self, token: &str) -> Self {
        self.token = Some(token.into());
        self
    }

    pub fn time(mut self, time: &str) -> Self {
        self.time = time.into();
        self
    }

    pub fn nonce(mut self, nonce: &str) -> Self {
        self.nonce = nonce.into();
        self
    }

    /// Sets a parameter, signed as everything else.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.retain(|(n, _)| n != name);
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Adds a parameter even if it is there.
    pub fn again(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Leaves a parameter, a header or a part of the Authorization out, and signs what is left.
    pub fn without(mut self, name: &str) -> Self {
        self.left_out.push(name.into());
        self
    }

    /// Changes a parameter or header after signing.
    pub fn replaced(mut self, name: &str, value: &str) -> Self {
        self.replaced.push((name.into(), value.into()));
        self
    }

    /// Sends a header: in the newer style it is signed.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends a header of the signature's without signing it.
    pub fn unsigned(mut self, name: &str) -> Self {
        self.unsigned.push(name.into());
        self
    }

    /// Sends to a path before the operation's own, and signs another. Only the newer style signs
    /// paths.
    pub fn at(mut self, base: &str, signed: &str) -> Self {
        (self.base, self.signed_path) = (base.into(), signed.into());
        self
    }

    /// Sends another body than the one signed.
    pub fn body(mut self, body: &str) -> Self {
        self.body = Some(body.into());
        self
    }

    pub async fn send(self, mock: &Mock) -> Answer {
        send(self.request(mock)).await
    }

    /// The request, signed and not sent yet.
    pub fn request(self, mock: &Mock) -> RequestBuilder {
        match self.style {
            Style::RpcGet | Style::RpcPost | Style::RpcForm => self.rpc(mock),
            Style::Acs3 | Style::Acs3Form => self.acs3(mock),
        }
    }

    fn rpc(self, mock: &Mock) -> RequestBuilder {
        let method = if self.style == Style::RpcGet { "GET" } else { "POST" };
        let mut parameters = self.parameters.clone();
        let mut common = vec![
            ("Action", "ListCallDetailRecords".to_owned()),
            ("Version", "2020-07-01".to_owned()),
            ("AccessKeyId", self.key.clone()),
            ("SignatureMethod", "HMAC-SHA1".to_owned()),
            ("SignatureVersion", "1.0".to_owned()),
            ("SignatureNonce", self.nonce.clone()),
            ("Timestamp", self.time.clone()),
        ];
        common.extend(self.token.clone().map(|token| ("SecurityToken", token)));
        for (name, value) in common {
            if !parameters.iter().any(|(n, _)| n == name) {
                parameters.push((name.into(), value));
            }
        }
        parameters.retain(|(name, _)| !self.left_out.contains(name));
        let signature = sign_rpc(method, &parameters, &self.secret);
        if !self.left_out.iter().any(|name| name == "Signature") {
            parameters.push(("Signature".into(), signature));
        }
        for (name, value) in &self.replaced {
            parameters.retain(|(n, _)| n != name);
            parameters.push((name.clone(), value.clone()));
        }
        let text = encoded(&parameters);
        let request = if self.style == Style::RpcForm {
            let request = mock.request(method, &format!("{}/", self.base));
            request.header("content-type", "application/x-www-form-urlencoded; charset=utf-8").body(text)
        } else {
            mock.request(method, &format!("{}/?{text}", self.base))
        };
        self.headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    fn acs3(self, mock: &Mock) -> RequestBuilder {
        let form = self.style == Style::Acs3Form;
        let body = if form { encoded(&self.parameters) } else { String::new() };
        let query = if form { vec![] } else { self.parameters.clone() };
        let mut headers = vec![
            ("host".to_owned(), mock.address.to_string()),
            ("x-acs-action".to_owned(), "ListCallDetailRecords".to_owned()),
            ("x-acs-version".to_owned(), "2020-07-01".to_owned()),
            ("x-acs-date".to_owned(), self.time.clone()),
            ("x-acs-signature-nonce".to_owned(), self.nonce.clone()),
            ("x-acs-content-sha256".to_owned(), hex(&Sha256::digest(&body))),
        ];
        headers.extend(self.token.clone().map(|token| ("x-acs-security-token".to_owned(), token)));
        headers.retain(|(name, _)| !self.left_out.contains(name));
        for (name, value) in &self.headers {
            headers.retain(|(n, _)| n != name);
            headers.push((name.clone(), value.clone()));
        }
        headers.sort();
        let signed: Vec<_> =
            headers.iter().filter(|(name, _)| !self.unsigned.contains(name)).cloned().collect();
        let mut authorization =
            sign_acs3(("POST", &self.signed_path), &query, &signed, &body, &self.key, &self.secret);
        for part in ["Credential", "SignedHeaders", "Signature"] {
            if self.left_out.iter().any(|name| name == part) {
                authorization = authorization.replace(&format!("{part}="), "Nothing=");
            }
        }
        headers.push(("authorization".to_owned(), authorization));
        headers.retain(|(name, _)| !self.left_out.contains(name));
        for (name, value) in &self.replaced {
            headers.retain(|(n, _)| n != name);
            headers.push((name.clone(), value.clone()));
        }
        let mut request = mock.request("POST", &format!("{}/?{}", self.base, encoded(&query)));
        if form {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(self.body.unwrap_or(body))
    }
}

#[expect(clippy::disallowed_methods, reason = "a client signs with its machine's time")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Percent-encoding by hand: letters, digits and `-_.~` stay.
pub fn pct(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a String takes every text");
        }
        out
    })
}

pub fn encoded(parameters: &[(String, String)]) -> String {
    let pairs: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{}={}", pct(name), pct(value))).collect();
    pairs.join("&")
}

fn sorted(parameters: &[(String, String)]) -> String {
    let mut parameters = parameters.to_vec();
    parameters.sort();
    encoded(&parameters)
}

pub fn sign_rpc(method: &str, parameters: &[(String, String)], secret: &str) -> String {
    let text = format!("{method}&%2F&{}", pct(&sorted(parameters)));
    let mut mac = Hmac::<Sha1>::new_from_slice(format!("{secret}&").as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}

fn sign_acs3(
    (method, path): (&str, &str),
    query: &[(String, String)],
    headers: &[(String, String)],
    body: &str,
    key: &str,
    secret: &str,
) -> String {
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let hash = hex(&Sha256::digest(body));
    let canonical = format!("{method}\n{path}\n{}\n{lines}\n{names}\n{hash}", sorted(query));
    let text = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(canonical)));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    format!("ACS3-HMAC-SHA256 Credential={key},SignedHeaders={names},Signature={signature}")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a String takes every text");
        out
    })
}
