//! Why a signature is refused: the mistakes that signers really make, each tried until one reproduces what the client
//! signed. Where one does, it is certain; where none does, it is probably the secret.
//!
//! The mistakes are those of clients of both styles: encodings that differ from the vendor's (fact sheet 1.4), and parts
//! of the two strings (5.1, 5.2) that are left out, added, or put in another order.

use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::Hmac;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::sign::{hex, mac};
use crate::dialects::alibaba::Account;
use crate::urlencoded::strict;

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
    encoding: Encoding,
    /// How often names and values are encoded.
    times: u8,
    order: Order,
    blanks: bool,
    left_out: Option<String>,
    /// The path, or for RPC the text in the middle.
    path: String,
    /// Whether the whole query is encoded for RPC.
    outer: bool,
    port: bool,
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
enum Encoding {
    Strict,
    /// As HTML forms have it: a space is `+`, `*` stays, `~` does not.
    Form,
    /// A space is `+`.
    Plus,
    /// `*` stays.
    Star,
    /// `~` does not stay.
    Tilde,
    /// As browsers' own `encodeURIComponent`: `!'()*` stay.
    Component,
    /// `/` stays.
    Slash,
    LowerHex,
    /// As it stood on the wire, in the order there.
    Wire,
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
    change: Box<dyn Fn(&mut Recipe)>,
}

/// How many bytes of parameters mistakes are tried on: each try signs them all.
const LONGEST: usize = 16 << 10;
/// How many parameters are tried without.
const MOST_LEFT_OUT: usize = 40;
/// The id of a mistake of which there is one for each parameter.
const LEFT_OUT: &str = "parameter_left_out";

/// Adds a mistake: its id, what the client did, what to do, and the change that it makes.
type Add<'a> = dyn FnMut(&str, &str, &str, Box<dyn Fn(&mut Recipe)>) + 'a;

/// Why the signature differs, as the journal shows it.
pub fn explain(evidence: &Evidence<'_>) -> Value {
    let right = evidence.right();
    // Its own kind: what was signed is right, and was damaged on its way.
    if evidence.given.contains(' ') && right.signature(evidence) == evidence.given.replace(' ', "+") {
        return json!({
            "cause": "signature_not_encoded", "certain": true,
            "what": "the signature itself was not percent-encoded, so that its `+` came as a space",
            "fix": "percent-encode the value of Signature like every other parameter",
        });
    }
    if evidence.raw.len() > LONGEST {
        return json!({
            "cause": "unknown", "certain": false,
            "what": format!("the request has {} bytes of parameters, and mistakes are tried on {LONGEST} at most", evidence.raw.len()),
            "fix": "sign a shorter request, and look at that",
        });
    }
    let mistakes = evidence.mistakes(&right);
    let makes = |recipe: &Recipe| *recipe != right && recipe.signature(evidence) == evidence.given;
    for one in &mistakes {
        let mut recipe = right.clone();
        (one.change)(&mut recipe);
        if makes(&recipe) {
            return found(&[one], &recipe, &right, evidence);
        }
    }
    // Parameters that are left out are tried by themselves only: there may be many.
    let few: Vec<&Mistake> = mistakes.iter().filter(|mistake| mistake.id != LEFT_OUT).collect();
    for (n, one) in few.iter().enumerate() {
        for other in &few[n + 1..] {
            let mut recipe = right.clone();
            (one.change)(&mut recipe);
            (other.change)(&mut recipe);
            if makes(&recipe) {
                return found(&[one, other], &recipe, &right, evidence);
            }
        }
    }
    json!({
        "cause": "unknown", "certain": false,
        "what": "none of the known mistakes makes this signature: probably the secret is another",
        "fix": "compare the secret first, then what the client signs with `should_have_signed`",
        "should_have_signed": right.signed(evidence),
    })
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

/// Where two texts part, with some of both from there; nothing where the texts are one and the key or the form differs.
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
            encoding: Encoding::Strict,
            times: 1,
            order: Order::Sorted,
            blanks: true,
            left_out: None,
            path,
            outer: true,
            port: true,
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
            all.push(Mistake { id: id.into(), what: what.into(), fix: fix.into(), change });
        };
        let sort = "sort parameters by name, byte by byte: capital letters come first";
        add(
            "unsorted",
            "parameters were signed in the order they were sent",
            sort,
            Box::new(|r| r.order = Order::AsSent),
        );
        let percent = "encode everything but A-Z a-z 0-9 - _ . ~ as %XX, with capital letters";
        for (encoding, id, what) in [
            (Encoding::Plus, "space_as_plus", "a space was signed as `+`, not as %20"),
            (
                Encoding::Form,
                "form_encoding",
                "it was signed as HTML forms are encoded: `+` for a space, `*` bare, ~ as %7E",
            ),
            (Encoding::Star, "star_not_encoded", "`*` was signed bare, not as %2A"),
            (Encoding::Tilde, "tilde_encoded", "`~` was signed as %7E, not bare"),
            (
                Encoding::Component,
                "component_encoding",
                "`!'()*` were signed bare, as encodeURIComponent leaves them",
            ),
            (Encoding::Slash, "slash_not_encoded", "`/` was signed bare, not as %2F"),
            (Encoding::LowerHex, "lower_case_hex", "it was signed with small letters in %xx"),
            (
                Encoding::Wire,
                "raw_query",
                "the query was signed as it was sent, not decoded, sorted and encoded again",
            ),
        ] {
            add(id, what, percent, Box::new(move |recipe| recipe.encoding = encoding));
        }
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
            Style::Acs3 { path, given_hash, .. } => self.add_of_acs3(path, given_hash, right, &mut add),
        }
        let secret = "use the secret that belongs to the access key id";
        for account in self.accounts.iter().filter(|a| a.access_key_secret != self.account.access_key_secret)
        {
            let (other, rpc) = (account.access_key_secret.clone(), matches!(self.style, Style::Rpc));
            let what = format!("the secret of {} was used", account.access_key_id);
            let end = if rpc { "&" } else { "" };
            add("another_secret", &what, secret, Box::new(move |r| r.secret = format!("{other}{end}")));
        }
        all
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

    fn add_of_acs3(&self, path: &str, given_hash: &str, right: &Recipe, add: &mut Add<'_>) {
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
        add(
            "host_without_port",
            "the host was signed without its port",
            "sign the Host header as it is sent",
            Box::new(|r| r.port = false),
        );
        let headers = "sign headers sorted by name, each as `name:value` with the value trimmed";
        add(
            "headers_unsorted",
            "the headers were signed in another order than SignedHeaders has",
            headers,
            Box::new(|r| r.header_order = Order::Sorted),
        );
        add(
            "headers_untrimmed",
            "header values were signed with a blank before them",
            headers,
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
                let query = if self.outer { self.encoding.encode(&query) } else { query };
                format!("{}&{}&{query}", self.method, self.path)
            }
            Style::Acs3 { headers, .. } => {
                let mut lines: Vec<(String, String)> = headers.clone();
                let names: Vec<String> = lines.iter().map(|(name, _)| name.clone()).collect();
                if self.header_order == Order::Sorted {
                    // The signed names as the wire has them, or sorted where it has them so already.
                    let sent =
                        |name: &str| evidence.request.headers.keys().position(|key| key.as_str() == name);
                    lines.sort_by_key(|(name, _)| sent(name));
                    if lines.iter().map(|(name, _)| name).eq(&names) {
                        lines.sort();
                    }
                }
                if !self.port {
                    for (_, value) in lines.iter_mut().filter(|(name, _)| name == "host") {
                        *value = value.rsplit_once(':').map_or(value.clone(), |(host, _)| host.to_owned());
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
        let signed = match &evidence.style {
            Style::Rpc => self.signed(evidence),
            Style::Acs3 { .. } => {
                format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(self.signed(evidence))))
            }
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
        if self.encoding == Encoding::Wire {
            let pairs = evidence.raw.split('&').filter(|pair| !pair.starts_with("Signature="));
            return pairs.collect::<Vec<_>>().join("&");
        }
        let mut pairs: Vec<&(String, String)> = evidence
            .pairs
            .iter()
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

impl Encoding {
    fn encode(self, text: &str) -> String {
        let strict = strict(text);
        match self {
            Encoding::Strict | Encoding::Wire => strict,
            Encoding::Plus => strict.replace("%20", "+"),
            Encoding::Form => strict.replace("%20", "+").replace("%2A", "*").replace('~', "%7E"),
            Encoding::Star => strict.replace("%2A", "*"),
            Encoding::Tilde => strict.replace('~', "%7E"),
            Encoding::Component => ["!", "'", "(", ")", "*"]
                .iter()
                .fold(strict, |text, bare| text.replace(&format!("%{:02X}", bare.as_bytes()[0]), bare)),
            Encoding::Slash => strict.replace("%2F", "/"),
            Encoding::LowerHex => lower_hex(&strict),
        }
    }
}

fn lower_hex(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut lower = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        lower.push('%');
        lower.push_str(&piece[..2].to_lowercase());
        lower.push_str(&piece[2..]);
    }
    lower
}
