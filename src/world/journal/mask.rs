//! Masks the secrets of one exchange, in whatever encoding they were sent.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use arrayvec::ArrayString;
use percent_encoding::percent_decode_str;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::entry::Captured;
use super::raw::{Message, PAIRS, Raw};
use crate::masking::{Forms, mask, may_stand_in, plain};
use crate::urlencoded;
use crate::world::{SecretPlaces, Secrets};

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

/// The length of the longest of them, in bytes.
const LONGEST_SECRET_NAME: usize = "authorization".len();

/// The longest name that is taken for the name of a secret, in bytes.
const LONGEST_NAME: usize = 100;

/// The most characters of a request or a body in short.
const SHORT: usize = 400;

/// Whether a parameter or a header of this name usually holds a secret, at any service. A beginning
/// `x-` does not count.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    // Every name of the list ends in one of these pairs of letters.
    let mut letters = name.bytes().rev().filter(|byte| !matches!(byte, b'-' | b'_'));
    let (last, before) = (letters.next(), letters.next());
    let last = before.zip(last).map(|(before, last)| [before, last].map(|byte| byte.to_ascii_lowercase()));
    let may_be = last.is_some_and(|last| [b"en", b"er", b"et", b"ey", b"on", b"rd"].contains(&&last));
    if !may_be || name.len() > LONGEST_NAME {
        return false;
    }
    let name = name.strip_prefix(['x', 'X']).and_then(|rest| rest.strip_prefix(['-', '_'])).unwrap_or(name);
    let mut lower = ArrayString::<LONGEST_SECRET_NAME>::new();
    let mut bare = name.chars().filter(|c| !matches!(c, '-' | '_'));
    let fits = bare.try_for_each(|c| match c {
        '\0'..='\x7f' => lower.try_push(c.to_ascii_lowercase()),
        _ => c.to_lowercase().try_for_each(|c| lower.try_push(c)),
    });
    fits.is_ok() && SECRET_NAMES.contains(&lower.as_str())
}

/// Masks the secrets of one exchange: those of its world wherever they occur, and every value in
/// the places where the vendor's clients send secrets.
#[derive(Debug)]
pub struct Mask {
    places: SecretPlaces,
    /// The secrets under which the exchange was received, and the present ones.
    secrets: Vec<Arc<Secrets>>,
    /// The values that the request sent in those places. An answer may repeat them.
    sent: Sent,
}

/// The values that a request sent where clients send secrets.
#[derive(Debug, Default)]
struct Sent {
    values: Vec<String>,
    /// Their forms, made when a text may have one of them.
    forms: OnceLock<Forms>,
}

/// A text that is longer than this is looked through with all forms at once, in bytes.
const LONG: usize = 1 << 10;

impl Sent {
    fn forms(&self) -> &Forms {
        self.forms.get_or_init(|| Forms::of(self.values.iter().map(String::as_str)))
    }

    /// Whether none of the values stands in some bytes, in any form.
    fn absent(&self, bytes: &[u8]) -> bool {
        self.values.is_empty()
            || (bytes.len() <= LONG && !self.values.iter().any(|value| may_stand_in(value, bytes)))
            || self.forms().absent(bytes)
    }

    fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.absent(text.as_bytes()) { Cow::Borrowed(text) } else { self.forms().masked(text) }
    }

    fn begun(&self, text: &str) -> usize {
        if self.values.is_empty() { 0 } else { self.forms().begun(text) }
    }
}

/// The shortest value that is masked wherever it is repeated, in bytes. A shorter one would mask
/// other texts that happen to contain it.
const TELLING: usize = 8;

impl Mask {
    /// The mask of an exchange.
    #[must_use]
    pub fn of(raw: &Raw, places: SecretPlaces, received: &Arc<Secrets>, present: &Arc<Secrets>) -> Self {
        let mut secrets = vec![Arc::clone(received)];
        if !Arc::ptr_eq(received, present) {
            secrets.push(Arc::clone(present));
        }
        let mut mask = Self { places, secrets, sent: Sent::default() };
        let sent = raw.sent();
        let body = String::from_utf8_lossy(sent.body);
        let pairs = [raw.query(), &body].into_iter().flat_map(urlencoded::each);
        let mut values: Vec<String> =
            pairs.filter(|(name, _)| mask.is_of_secrets(name)).map(|(_, value)| value.into_owned()).collect();
        let headers = sent.headers().filter_map(|(name, value)| {
            let value = std::str::from_utf8(value).ok()?;
            mask.credential(name, value).map(str::to_owned)
        });
        values.extend(headers);
        values.retain(|value| value.len() >= TELLING && !mask.secrets.iter().any(|of| of.has(value)));
        mask.sent.values = values;
        mask
    }

    /// A text with every secret masked.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let known = self.secrets.iter().fold(Cow::Borrowed(text), |text, secrets| match text {
            Cow::Borrowed(text) => secrets.masked(text),
            Cow::Owned(text) => Cow::Owned(secrets.masked(&text).into_owned()),
        });
        match known {
            Cow::Borrowed(text) => self.sent.masked(text),
            Cow::Owned(text) => Cow::Owned(self.sent.masked(&text).into_owned()),
        }
    }

    /// Whether no secret stands in some bytes, in any form.
    fn absent(&self, bytes: &[u8]) -> bool {
        self.sent.absent(bytes) && self.secrets.iter().all(|secrets| secrets.absent(bytes))
    }

    fn is_of_secrets(&self, name: &str) -> bool {
        self.places.parameters.iter().any(|place| place.eq_ignore_ascii_case(name)) || is_secret_name(name)
    }

    /// A path as it was sent, or decoded and masked if it has a secret in it.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        let meant = percent_decode_str(path).decode_utf8_lossy();
        let shown = self.text(&meant);
        if shown == meant { self.text(path).into_owned() } else { shown.into_owned() }
    }

    fn parameter<'a>(&self, name: &str, value: &'a str) -> Cow<'a, str> {
        if self.is_of_secrets(name) { Cow::Owned(mask(value)) } else { self.text(value) }
    }

    /// The headers of a message.
    #[must_use]
    pub fn headers(&self, message: Message<'_>) -> Vec<(String, String)> {
        let shown = message
            .headers()
            .map(|(name, value)| (name.to_owned(), self.header(name, &String::from_utf8_lossy(value))));
        bounded(shown, message.headers_left_out)
    }

    fn header(&self, name: &str, value: &str) -> String {
        match self.credential(name, value) {
            Some(credential) => {
                let scheme = &value[..value.len() - credential.len()];
                format!("{scheme}{}", mask(credential))
            }
            None => self.text(value).into_owned(),
        }
    }

    /// The end of a header's value that is a credential. It is masked even if it is unknown here or
    /// in an unexpected encoding.
    fn credential<'a>(&self, name: &str, value: &'a str) -> Option<&'a str> {
        let is_known =
            |scheme: &str| scheme.eq_ignore_ascii_case("basic") || scheme.eq_ignore_ascii_case("bearer");
        let has_scheme = ["authorization", "proxy-authorization"].contains(&name);
        let scheme = if has_scheme { value.split_once(' ') } else { None };
        match scheme.filter(|(scheme, _)| is_known(scheme)) {
            Some((_, credential)) => Some(credential),
            // A signature is not a secret. Every other proof of identity is.
            None if name == "authorization" && !value.contains("Signature=") => Some(value),
            None => (self.places.headers.contains(&name) || is_secret_name(name)).then_some(value),
        }
    }

    /// The pairs of the query, decoded.
    #[must_use]
    pub fn query(&self, raw: &Raw) -> Vec<(String, String)> {
        let shown = |(name, value): (String, String)| {
            (self.text(&name).into_owned(), self.parameter(&name, &value).into_owned())
        };
        bounded(urlencoded::lossy(raw.query()).map(shown), raw.query_left_out())
    }

    /// The body of a message.
    #[must_use]
    pub fn body(&self, message: Message<'_>) -> Captured {
        let Message { body: kept, total, .. } = message;
        let is_cut = total > kept.len() as u64;
        let is_clean = self.absent(kept);
        let found = read(kept, self);
        if is_clean && found == Some(false) && !is_cut {
            return Captured { bytes: kept.to_vec(), total, json: true };
        }
        let text = String::from_utf8_lossy(kept);
        let mut shown = match found {
            // JSON escapes can hide a secret from a search in the text.
            Some(true) => {
                let mut value: Value = serde_json::from_slice(kept).unwrap_or_default();
                self.json(&mut value);
                value.to_string()
            }
            Some(false) => self.text(&text).into_owned(),
            // Percent-encoding can hide a secret, too, and a form can come under any media type. A
            // pair with a secret is shown decoded.
            None => {
                let pairs = text.split('&').map(|pair| self.pair(pair)).collect::<Vec<_>>().join("&");
                // So can the escapes of JSON that was cut.
                let meant = unescaped(&pairs);
                let masked = self.text(&meant);
                if masked == meant { pairs } else { masked.into_owned() }
            }
        };
        // The cut may have left the beginning of a secret at the end.
        if is_cut {
            let without = |text: &str| {
                let known = self.secrets.iter().map(|secrets| secrets.without_begun(text).len()).min();
                known.unwrap_or(text.len()).min(text.len() - self.sent.begun(text))
            };
            shown.truncate(without(&shown));
        }
        // A change of length by the mask must not look like a truncation.
        let total = if is_cut { total.max(shown.len() as u64 + 1) } else { shown.len() as u64 };
        let json = found.is_some() && !is_cut && serde_json::from_str::<IgnoredAny>(&shown).is_ok();
        Captured { bytes: shown.into_bytes(), total, json }
    }

    /// The method, the path, the query and the beginning of the body of a request, in one line.
    #[must_use]
    pub fn request_in_short(&self, raw: &Raw) -> String {
        let pairs = self.query(raw);
        let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let body = self.body(raw.sent()).bytes;
        // A character has at most four bytes.
        let body = String::from_utf8_lossy(&body[..body.len().min(4 * SHORT)]);
        in_short(&format!("{} {}{mark}{} {body}", raw.method(), self.path(raw.path()), query.join("&")))
    }

    /// The beginning of the body of a message, in one line. `None` if it is empty or no text.
    #[must_use]
    pub fn body_in_short(&self, message: Message<'_>) -> Option<String> {
        let is_text = match std::str::from_utf8(message.body) {
            Ok(_) => true,
            // The bound may have cut a character.
            Err(error) => error.error_len().is_none(),
        };
        let shown = || in_short(&String::from_utf8_lossy(&self.body(message).bytes));
        (is_text && !message.body.is_empty()).then(shown)
    }

    /// A pair of a form as it was sent, or decoded and masked if it has a secret in it.
    fn pair(&self, pair: &str) -> String {
        let Some((name, value)) = urlencoded::lossy(pair).next() else { return pair.to_owned() };
        let shown = (self.text(&name), self.parameter(&name, &value));
        if shown.0 == name && shown.1 == value {
            self.text(pair).into_owned()
        } else {
            format!("{}={}", shown.0, shown.1)
        }
    }

    /// Masks the secrets in a value.
    pub fn json(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(masked) = self.text(text) {
                    *text = masked;
                }
            }
            Value::Array(all) => all.iter_mut().for_each(|value| self.json(value)),
            Value::Object(all) => {
                for (name, value) in all.iter_mut() {
                    match value {
                        Value::String(text) if is_secret_name(name) => *text = mask(text),
                        value => self.json(value),
                    }
                }
                if all.keys().any(|key| self.text(key) != *key) {
                    *all = std::mem::take(all)
                        .into_iter()
                        .map(|(key, value)| (self.text(&key).into_owned(), value))
                        .collect();
                }
            }
            _ => {}
        }
    }
}

/// Whether a secret stands in some JSON. `None` if the bytes are not JSON. No tree is made of it.
fn read(bytes: &[u8], mask: &Mask) -> Option<bool> {
    let mut found = false;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    Reading { mask, found: &mut found, named: false }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(found)
}

/// Reads a value, and notes whether a secret stands in it.
struct Reading<'a> {
    mask: &'a Mask,
    found: &'a mut bool,
    /// Whether the value is a member with the name of a secret.
    named: bool,
}

impl Reading<'_> {
    fn inner(&mut self, named: bool) -> Reading<'_> {
        Reading { mask: self.mask, found: self.found, named }
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        *self.found = *self.found || self.named || !self.mask.absent(text.as_bytes());
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut all: A) -> Result<(), A::Error> {
        while all.next_element_seed(self.inner(false))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut all: A) -> Result<(), A::Error> {
        while let Some(name) = all.next_key::<Cow<'de, str>>()? {
            *self.found = *self.found || !self.mask.absent(name.as_bytes());
            all.next_value_seed(self.inner(is_secret_name(&name)))?;
        }
        Ok(())
    }
}

/// The first pairs, and a note of how many were left out.
fn bounded(mut pairs: impl Iterator<Item = (String, String)>, left_out: u32) -> Vec<(String, String)> {
    let mut kept: Vec<_> = pairs.by_ref().take(PAIRS).collect();
    let left_out = left_out as usize + pairs.count();
    if left_out > 0 {
        kept.push(("…".to_owned(), format!("{left_out} more")));
    }
    kept
}

/// A text without the escapes of JSON: `\u0041` is `A`, and `\/` is `/`.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let code = escape.strip_prefix('u').and_then(|digits| u32::from_str_radix(digits.get(..4)?, 16).ok());
        let (c, length) = match code.and_then(char::from_u32) {
            Some(c) => (Some(c), 5),
            None => (escape.chars().next(), escape.chars().next().map_or(0, char::len_utf8)),
        };
        plain.extend(c);
        rest = &escape[length..];
    }
    plain.push_str(rest);
    plain
}

/// Truncates every string in a value to `limit` bytes, with a note of how much was cut.
pub fn cut_texts(value: &mut Value, limit: usize) {
    match value {
        Value::String(text) if text.len() > limit => {
            let end = text.floor_char_boundary(limit);
            *text = format!("{}… ({} bytes more)", &text[..end], text.len() - end);
        }
        Value::Array(all) => all.iter_mut().for_each(|value| cut_texts(value, limit)),
        Value::Object(all) => all.values_mut().for_each(|value| cut_texts(value, limit)),
        _ => {}
    }
}

/// The beginning of a text, without characters that act on a terminal.
fn in_short(text: &str) -> String {
    plain(&match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.trim_end().to_owned(),
    })
}
