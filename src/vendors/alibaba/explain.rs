//! Why a signature is refused: the mistakes that signers really make, each tried until one
//! reproduces what the client signed. Where one does, it is certain; where none does, what is left
//! is named in the order of its likelihood.
//!
//! The mistakes are those of clients of both styles: encodings that differ from the vendor's (fact
//! sheet 1.4), and parts of the two strings (5.1, 5.2) that are left out, added, or put in another
//! order.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::Hmac;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::encoding::{Encoding, LIBRARIES, STRICT};
use super::error::{Error, Required};
use super::sign::{hex, mac};
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
struct Recipe {
    method: String,
    /// How names and values are encoded.
    encoding: Encoding,
    /// How the joined query is, for RPC.
    outer_encoding: Encoding,
    /// Whether the query is signed as it stood on the wire, in the order there.
    wire: bool,
    /// Whether an empty Signature is signed with the rest.
    empty_signature: bool,
    /// How often names and values are encoded.
    times: u8,
    order: Order,
    blanks: bool,
    left_out: Option<String>,
    /// The path, or for RPC the text in the middle.
    path: String,
    /// Whether the whole query is encoded for RPC.
    outer: bool,
    /// The host, where another one than came was signed.
    host: Option<String>,
    header_order: Order,
    /// What stands between a header's name and its value.
    colon: &'static str,
    /// Whether a line is left blank after the headers.
    blank_line: bool,
    hash: String,
    secret: String,
    hashing: Hashing,
    text: Text,
}

#[derive(Clone, Copy, PartialEq)]
enum Order {
    Sorted,
    /// Capital letters and small ones alike.
    Caseless,
    AsSent,
}

#[derive(Clone, Copy, PartialEq)]
enum Hashing {
    Sha1,
    Sha256,
}

#[derive(Clone, Copy, PartialEq)]
enum Text {
    Base64,
    Hex,
    UpperHex,
    /// Base64 of the hexadecimal text.
    Base64OfHex,
}

/// A mistake: its id, what the client did, what to do, and the change that it makes.
struct Mistake {
    id: String,
    what: String,
    fix: String,
    /// Whether it is tried by itself only, for there are many of its kind.
    alone: bool,
    change: Box<dyn Fn(&mut Recipe)>,
}

/// The regions whose endpoints are tried as hosts (neighbours of the page's own example,
/// `cn-shanghai`).
const REGIONS: [&str; 6] =
    ["cn-shanghai", "cn-hangzhou", "cn-beijing", "cn-shenzhen", "ap-southeast-1", "cn-hongkong"];

/// How many bytes of parameters mistakes are tried on: each try signs them all.
const LONGEST: usize = 16 << 10;
/// How many parameters are tried without.
const MOST_LEFT_OUT: usize = 40;
/// The id of a mistake of which there is one for each parameter.
const LEFT_OUT: &str = "parameter_left_out";
/// The id of a mistake of which there is one for each host that may have been signed.
const HOST: &str = "host_changed";
/// The remedy for an encoding.
const PERCENT: &str = "encode everything but A-Z a-z 0-9 - _ . ~ as %XX, with capital letters";
/// The id of a mistake of which there is one for each way to encode.
const ENCODING: &str = "encoding";
/// The most bytes that are signed in the search for one request's mistakes.
const BUDGET: usize = 4 << 20;

/// Adds a mistake: its id, what the client did, what to do, and the change that it makes.
type Add<'a> = dyn FnMut(&str, &str, &str, Box<dyn Fn(&mut Recipe)>) + 'a;

/// Why the signature differs, as the journal shows it.
pub fn explain(evidence: &Evidence<'_>) -> Value {
    let right = evidence.right();
    if let Some(damaged) = damaged(evidence, &right.signature(evidence)) {
        return damaged;
    }
    if evidence.raw.len() > LONGEST {
        return json!({
            "cause": "unknown", "certain": false,
            "what": format!("the request has {} bytes of parameters, and mistakes are tried on {LONGEST} at most", evidence.raw.len()),
            "fix": "sign a shorter request, and look at that",
        });
    }
    let mistakes = evidence.mistakes(&right);
    let mut search = Search { evidence, right: &right, seen: HashSet::new(), left: BUDGET };
    for one in &mistakes {
        let mut recipe = right.clone();
        (one.change)(&mut recipe);
        if search.is_it(&recipe) {
            return found(&[one], &recipe, &right, evidence);
        }
    }
    let few: Vec<&Mistake> = mistakes.iter().filter(|mistake| !mistake.alone).collect();
    for (n, one) in few.iter().enumerate() {
        if search.left == 0 {
            break;
        }
        for other in &few[n + 1..] {
            let mut recipe = right.clone();
            (one.change)(&mut recipe);
            (other.change)(&mut recipe);
            if search.is_it(&recipe) {
                return found(&[one, other], &recipe, &right, evidence);
            }
        }
    }
    let host = match &evidence.style {
        Style::Acs3 { headers, .. } => headers.iter().find(|(name, _)| name == "host"),
        Style::Rpc => None,
    };
    let encoding = "names or values were encoded, joined or sorted in another way";
    let secret = "another secret was used";
    let what = match host {
        Some((_, came)) => format!(
            "none of the known mistakes makes this signature. What is left, the likeliest first: the Host that was signed is \
             not the one that came (`{came}`), for a proxy or a port mapping changed it on the way; {encoding}; {secret}"
        ),
        None => format!(
            "none of the known mistakes makes this signature. What is left, the likeliest first: {encoding}; {secret}"
        ),
    };
    json!({
        "cause": "unknown", "certain": false,
        "what": what,
        "fix": "print what the client signs, and hold it against `should_have_signed`; where the two are the same, the secret is \
                not",
        "should_have_signed": right.signed(evidence),
    })
}

/// Its own kind: what was signed is right, and the signature was damaged on its way.
fn damaged(evidence: &Evidence<'_>, right: &str) -> Option<Value> {
    let given = evidence.given;
    let (cause, what, fix) = if given.contains(' ') && right == given.replace(' ', "+") {
        (
            "signature_not_encoded",
            "the signature itself was not percent-encoded, so that its `+` came as a space",
            "percent-encode the value of Signature like every other parameter",
        )
    } else if given != right && given.trim() == right {
        (
            "signature_with_blanks",
            "the signature came with a line end or a blank at its ends",
            "send it without: some Base64 encoders put a line end behind it",
        )
    } else if given.trim_end_matches('=') == right.replace('+', "-").replace('/', "_").trim_end_matches('=') {
        (
            "signature_url_safe",
            "the signature is in the Base64 of URLs, with `-` and `_`, or lacks its `=`",
            "use the plain Base64, with `+`, `/` and `=`, and percent-encode it",
        )
    } else if given.trim_end_matches('=') == right.trim_end_matches('=') {
        ("signature_unpadded", "the signature lacks its `=`", "send the whole Base64 text")
    } else {
        return None;
    };
    Some(json!({ "cause": cause, "certain": true, "what": what, "fix": fix }))
}

/// The search for what a client did, within a budget.
struct Search<'a> {
    evidence: &'a Evidence<'a>,
    right: &'a Recipe,
    seen: HashSet<u64>,
    left: usize,
}

impl Search<'_> {
    /// Whether a recipe makes the signature that came.
    fn is_it(&mut self, recipe: &Recipe) -> bool {
        if recipe == self.right || self.left == 0 {
            return false;
        }
        let signed = recipe.signed(self.evidence);
        self.left = self.left.saturating_sub(signed.len());
        let mut hasher = DefaultHasher::new();
        (&signed, &recipe.secret, recipe.hashing as u8, recipe.text as u8).hash(&mut hasher);
        // Many ways to encode come to the same where little is to be encoded.
        if !self.seen.insert(hasher.finish()) {
            return false;
        }
        self.left = self.left.saturating_sub(signed.len());
        recipe.signature_of(&signed, self.evidence) == self.evidence.given
    }
}

fn found(mistakes: &[&Mistake], made: &Recipe, right: &Recipe, evidence: &Evidence<'_>) -> Value {
    let join =
        |part: fn(&Mistake) -> &str| mistakes.iter().map(|m| part(m)).collect::<Vec<_>>().join("; and ");
    let ids: Vec<&str> = mistakes.iter().map(|mistake| mistake.id.as_str()).collect();
    let (signed, should) = (made.signed(evidence), right.signed(evidence));
    json!({
        "cause": ids.join("+"),
        "certain": true,
        "what": join(|mistake| &mistake.what),
        "fix": join(|mistake| &mistake.fix),
        "first_difference": first_difference(&signed, &should),
        "signed": signed,
        "should_have_signed": should,
    })
}

/// Where two texts part, with some of both from there; nothing where the texts are one and the key
/// or the form differs.
fn first_difference(signed: &str, should: &str) -> Value {
    let Some(at) = signed.char_indices().map(|(at, _)| at).chain([signed.len()]).find(|at| {
        let rest = |text: &str| text.get(*at..).and_then(|rest| rest.chars().next());
        rest(signed) != rest(should)
    }) else {
        return Value::Null;
    };
    if signed == should {
        return Value::Null;
    }
    let from = |text: &str| text.get(at..).unwrap_or_default().chars().take(40).collect::<String>();
    json!({ "at": at, "signed": from(signed), "should_have_signed": from(should) })
}

impl Evidence<'_> {
    fn right(&self) -> Recipe {
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

    /// Every mistake that is tried, the likeliest first.
    fn mistakes(&self, right: &Recipe) -> Vec<Mistake> {
        let mut all: Vec<Mistake> = vec![];
        let mut add = |id: &str, what: &str, fix: &str, change: Box<dyn Fn(&mut Recipe)>| {
            let alone = [LEFT_OUT, ENCODING, HOST].contains(&id);
            all.push(Mistake { id: id.into(), what: what.into(), fix: fix.into(), alone, change });
        };
        let sort = "sort parameters by name, byte by byte: capital letters come first";
        add(
            "unsorted",
            "parameters were signed in the order they were sent",
            sort,
            Box::new(|r| r.order = Order::AsSent),
        );
        for (encoding, id, what) in &LIBRARIES {
            let encoding = *encoding;
            let change = move |recipe: &mut Recipe| {
                recipe.encoding = encoding;
                recipe.outer_encoding = encoding;
            };
            add(id, what, PERCENT, Box::new(change));
        }
        add(
            "raw_query",
            "the query was signed as it was sent, not decoded, sorted and encoded again",
            PERCENT,
            Box::new(|recipe| recipe.wire = true),
        );
        add(
            "empty_signature",
            "an empty Signature was signed with the other parameters",
            "sign every parameter but Signature",
            Box::new(|recipe| recipe.empty_signature = true),
        );
        let once = "encode names and values exactly once before they are joined";
        add(
            "encoded_too_seldom",
            "names and values were signed without being encoded",
            once,
            Box::new(|r| r.times = 0),
        );
        add(
            "encoded_too_often",
            "names and values were encoded twice before signing",
            once,
            Box::new(|r| r.times = 2),
        );
        add(
            "sorted_caseless",
            "parameters were sorted with capital and small letters alike",
            sort,
            Box::new(|r| r.order = Order::Caseless),
        );
        add(
            "blanks_dropped",
            "parameters without a value were left out",
            "sign them as `Name=`",
            Box::new(|r| r.blanks = false),
        );
        for method in ["GET", "POST", "get", "post"] {
            if method != right.method {
                let what = format!("the method was signed as {method}");
                let fix = format!("sign the method that is sent: {}", right.method);
                add("method", &what, &fix, Box::new(move |r| method.clone_into(&mut r.method)));
            }
        }
        for (name, _) in self.pairs.iter().take(MOST_LEFT_OUT) {
            let (left_out, what) = (name.clone(), format!("{name} was not signed"));
            let fix = "sign every parameter but Signature";
            add(LEFT_OUT, &what, fix, Box::new(move |r| r.left_out = Some(left_out.clone())));
        }
        match &self.style {
            Style::Rpc => self.add_of_rpc(&mut add),
            Style::Acs3 { path, given_hash, headers, .. } => {
                self.add_of_acs3(path, given_hash, headers, right, &mut add);
            }
        }
        self.add_secrets(&mut add);
        self.add_encodings(&mut add);
        all
    }

    fn add_secrets(&self, add: &mut Add<'_>) {
        let end = if matches!(self.style, Style::Rpc) { "&" } else { "" };
        let clean = "use the secret without it; `printf %s SECRET`, not `echo`, leaves no line end";
        let own = &self.account.access_key_secret;
        for (dirty, what) in [
            (format!("{own}\n"), "a line end behind it"),
            (format!("{own}\r\n"), "a Windows line end behind it"),
            (format!("{own}\r"), "a carriage return behind it"),
            (format!("{own} "), "a blank behind it"),
            (format!(" {own}"), "a blank before it"),
            (format!(" {own} "), "a blank before and behind it"),
            (format!("{own}\t"), "a tab behind it"),
            (format!("\"{own}\""), "quotation marks around it"),
            (format!("'{own}'"), "single quotation marks around it"),
            (format!("\u{feff}{own}"), "a byte order mark before it"),
        ] {
            let what = format!("the secret was used with {what}");
            add("dirty_secret", &what, clean, Box::new(move |r| r.secret = format!("{dirty}{end}")));
        }
        let encoded = BASE64.encode(own);
        add(
            "secret_in_base64",
            "the secret was used as Base64 of itself",
            "decode it first, as a Kubernetes Secret's data must be",
            Box::new(move |r| r.secret = format!("{encoded}{end}")),
        );
        let secret = "use the secret that belongs to the access key id";
        for account in self.accounts.iter().filter(|a| a.access_key_secret != self.account.access_key_secret)
        {
            let other = account.access_key_secret.clone();
            let what = format!("the secret of {} was used", account.access_key_id);
            add("another_secret", &what, secret, Box::new(move |r| r.secret = format!("{other}{end}")));
        }
    }

    fn add_encodings(&self, add: &mut Add<'_>) {
        for encoding in Encoding::all() {
            let (both, inner, outer) = (encoding, encoding, encoding);
            let words = encoding.in_words();
            let of = |what: &str| format!("{what} signed with {words}");
            add(
                ENCODING,
                &of("names, values and the joined query were"),
                PERCENT,
                Box::new(move |r| (r.encoding, r.outer_encoding) = (both, both)),
            );
            add(ENCODING, &of("names and values were"), PERCENT, Box::new(move |r| r.encoding = inner));
            if matches!(self.style, Style::Rpc) {
                let change = move |r: &mut Recipe| r.outer_encoding = outer;
                add(ENCODING, &of("the joined query was"), PERCENT, Box::new(change));
            }
        }
    }

    /// The hosts that a client may have signed instead of the one that came, each with what made
    /// the difference.
    fn other_hosts(&self, came: &str) -> Vec<String> {
        let (name, port) =
            came.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).unwrap_or((came, ""));
        let forwarded = ["x-forwarded-host", "x-original-host", "forwarded-host"]
            .iter()
            .filter_map(|header| self.request.headers.get(*header)?.to_str().ok().map(str::to_owned));
        let mut names: Vec<String> = forwarded.collect();
        names.extend(
            [
                name,
                "ccc.aliyuncs.com",
                "localhost",
                "127.0.0.1",
                "[::1]",
                "callmock",
                "host.docker.internal",
                "mock",
                "api",
            ]
            .map(str::to_owned),
        );
        names.extend(REGIONS.iter().map(|region| format!("ccc.{region}.aliyuncs.com")));
        names.extend(REGIONS.iter().map(|region| format!("ccc-vpc.{region}.aliyuncs.com")));
        let ports = ["", "8080", "80", "443", "8443", port];
        let mut hosts: Vec<String> = names
            .iter()
            .flat_map(|name| {
                ports.map(|port| if port.is_empty() { name.clone() } else { format!("{name}:{port}") })
            })
            .filter(|host| host != came)
            .collect();
        let mut seen = HashSet::new();
        hosts.retain(|host| seen.insert(host.clone()));
        hosts
    }

    fn add_of_rpc(&self, add: &mut Add<'_>) {
        let bare = self.account.access_key_secret.clone();
        let key = "sign with the secret and an ampersand as the key";
        add(
            "key_without_ampersand",
            "the key was the bare secret",
            key,
            Box::new(move |r| r.secret.clone_from(&bare)),
        );
        let path = "sign METHOD, `&%2F&`, and the encoded query";
        for middle in ["/", "", "%2f"] {
            let what = format!("`{middle}` stood where %2F belongs");
            add("path", &what, path, Box::new(move |r| middle.clone_into(&mut r.path)));
        }
        add(
            "query_not_encoded",
            "the joined query was not encoded once more",
            path,
            Box::new(|r| r.outer = false),
        );
        let text = "send the signature in Base64";
        add(
            "hex_for_base64",
            "the signature was sent in hexadecimal",
            text,
            Box::new(|r| r.text = Text::Hex),
        );
        add(
            "base64_of_hex",
            "the hexadecimal text of the signature was sent in Base64",
            text,
            Box::new(|r| r.text = Text::Base64OfHex),
        );
        add(
            "sha256_for_sha1",
            "it was signed with HMAC-SHA256",
            "sign with HMAC-SHA1",
            Box::new(|r| r.hashing = Hashing::Sha256),
        );
    }

    fn add_of_acs3(
        &self,
        path: &str,
        given_hash: &str,
        headers: &[(String, String)],
        right: &Recipe,
        add: &mut Add<'_>,
    ) {
        let bare = self.account.access_key_secret.clone();
        let key = "sign with the bare secret";
        add(
            "key_with_ampersand",
            "the key was the secret and an ampersand, as in the older style",
            key,
            Box::new(move |r| r.secret = format!("{bare}&")),
        );
        let (given, was) = (given_hash.to_owned(), right.hash.clone());
        if given != was {
            let what = "the body that came is not the one that was hashed";
            add(
                "body_hash",
                what,
                "hash the bytes that are sent, last of all",
                Box::new(move |r| r.hash.clone_from(&given)),
            );
        }
        let empty = hex(&Sha256::digest(b""));
        add(
            "hash_of_nothing",
            "the hash of an empty body was signed",
            "hash the bytes that are sent",
            Box::new(move |r| r.hash.clone_from(&empty)),
        );
        add(
            "hash_left_out",
            "the hash was left out of the canonical request",
            "end it with the body's hash",
            Box::new(|r| r.hash.clear()),
        );
        for signed in ["", "/", "/index"] {
            if signed != path {
                let (what, fix) = (format!("the path was signed as `{signed}`"), format!("sign {path}"));
                add("path", &what, &fix, Box::new(move |r| signed.clone_into(&mut r.path)));
            }
        }
        let came = headers.iter().find(|(name, _)| name == "host").map(|(_, value)| value.clone());
        if let Some(came) = came {
            let bare = came.rsplit_once(':').map_or(came.clone(), |(host, _)| host.to_owned());
            for host in self.other_hosts(&came) {
                let (id, what, fix) = if host == bare {
                    let what = "the host was signed without its port".to_owned();
                    (
                        "host_without_port",
                        what,
                        "sign the Host header as it is sent, and let nothing change it on the way",
                    )
                } else {
                    let what = format!(
                        "the host was signed as `{host}`, and came as `{came}`: something on the way changed it"
                    );
                    (
                        HOST,
                        what,
                        "let the proxy pass Host on as it came, or sign the host that the mock is asked by",
                    )
                };
                add(id, &what, fix, Box::new(move |r| r.host = Some(host.clone())));
            }
        }
        let sorted = "sign headers sorted by name, each as `name:value` with the value trimmed";
        add(
            "headers_unsorted",
            "the headers were signed in another order than SignedHeaders has",
            sorted,
            Box::new(|r| r.header_order = Order::Sorted),
        );
        add(
            "headers_untrimmed",
            "header values were signed with a blank before them",
            sorted,
            Box::new(|r| r.colon = ": "),
        );
        add(
            "no_blank_line",
            "there was no blank line after the headers",
            "end each header's line, then leave one blank",
            Box::new(|r| r.blank_line = false),
        );
        let text = "send the signature in small hexadecimal letters";
        add("base64_for_hex", "the signature was sent in Base64", text, Box::new(|r| r.text = Text::Base64));
        add(
            "upper_case_hex",
            "the signature was sent in capital hexadecimal letters",
            text,
            Box::new(|r| r.text = Text::UpperHex),
        );
        add(
            "sha1_for_sha256",
            "it was signed with HMAC-SHA1",
            "sign with HMAC-SHA256",
            Box::new(|r| r.hashing = Hashing::Sha1),
        );
    }
}

impl Recipe {
    /// What is signed in this way: the string to sign, or the canonical request behind it.
    fn signed(&self, evidence: &Evidence<'_>) -> String {
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

    fn signature(&self, evidence: &Evidence<'_>) -> String {
        self.signature_of(&self.signed(evidence), evidence)
    }

    /// The signature of what was signed.
    fn signature_of(&self, signed: &str, evidence: &Evidence<'_>) -> String {
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

    fn query(&self, evidence: &Evidence<'_>) -> String {
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

/// The refusals of the gateway that no signature decides, for people: what is wrong with the
/// request, and what to do.
pub fn refusal(error: &Error) -> Option<Value> {
    let (cause, what, fix) = match error {
        Error::Missing(Required::InstanceId | Required::PageNumber | Required::PageSize) => return None,
        Error::Missing(required) => {
            let name = required.name();
            let fix = format!("send {name}, with a value");
            return Some(
                json!({ "cause": "missing", "what": format!("{name} is missing or empty"), "fix": fix }),
            );
        }
        Error::UnsupportedMethod => ("method", "the method is neither GET nor POST", "send GET or POST"),
        Error::MalformedEncoding => (
            "malformed_encoding",
            "the query or the form is not percent-encoded UTF-8",
            "encode every name and value as UTF-8, everything but A-Z a-z 0-9 - _ . ~ as %XX",
        ),
        Error::Repeated(_) => ("repeated", "a parameter came twice", "send each parameter once"),
        Error::InvalidFormat => {
            ("format", "Format is neither JSON nor XML", "send Format=JSON, or leave it out")
        }
        Error::InvalidAction | Error::NotEmulated(_) => (
            "action",
            "callmock does not serve this Action",
            "send Action=ListCallDetailRecords with Version=2020-07-01; others are not emulated",
        ),
        Error::InvalidVersion => ("version", "Version is not that of this API", "send Version=2020-07-01"),
        Error::InvalidSignatureMethod => (
            "signature_method",
            "the signature's method is not known",
            "sign with HMAC-SHA1 and say so in SignatureMethod, or with ACS3-HMAC-SHA256 and say so in Authorization",
        ),
        Error::AccessKeyNotFound => (
            "access_key",
            "no account of this world has the access key id",
            "use one that GET /_mock shows; blanks and line ends at its ends count",
        ),
        Error::AccessKeyInactive => {
            ("access_key", "the account's access key is disabled", "enable it in the scenario (`state`)")
        }
        Error::SecurityTokenMalformed => (
            "security_token",
            "the security token has characters that no token has",
            "send it as it was given, without blanks, quotes and line ends",
        ),
        Error::SecurityTokenMismatch => (
            "security_token",
            "the security token is not the account's, is missing, or came where none belongs",
            "send the token that belongs to the access key id, and none where it has none",
        ),
        Error::SecurityTokenExpired => {
            ("security_token", "the security token's time has passed", "get another, or set the clock back")
        }
        Error::IncompleteSignature => (
            "incomplete_signature",
            "Authorization lacks SignedHeaders or Signature",
            "write `ACS3-HMAC-SHA256 Credential=ID,SignedHeaders=NAMES,Signature=HEX`",
        ),
        Error::ForbiddenRam => (
            "forbidden",
            "the account may not use this operation",
            "give it the right in the scenario (`state`)",
        ),
        _ => return None,
    };
    Some(json!({ "cause": cause, "what": what, "fix": fix }))
}
