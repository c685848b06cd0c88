//! A strict reader of `application/x-www-form-urlencoded`. An encoding that lenient readers accept
//! is a mistake that the client should hear about.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Which bytes are unreserved characters of RFC 3986.
const UNRESERVED: [bool; 256] = {
    let mut all = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        all[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
        byte += 1;
    }
    all
};

/// The error for a broken percent-encoding, or for bytes that are not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// The decoded pairs of a query or form body, in order, including repeated and empty ones.
///
/// # Errors
/// If a pair cannot be decoded.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, Malformed> {
    pairs_of(text)
}

/// The decoded pairs, as another kind of text.
///
/// # Errors
/// If a pair cannot be decoded.
pub fn pairs_of<'a, T: From<Cow<'a, str>>>(text: &'a str) -> Result<Vec<(T, T)>, Malformed> {
    split(text).map(|(name, value)| Ok((decode(name)?.into(), decode(value)?.into()))).collect()
}

/// The part of a text with its first `most` pairs.
#[must_use]
pub fn first_pairs(text: &str, most: usize) -> &str {
    let end = memchr::memchr_iter(b'&', text.as_bytes()).nth(most.saturating_sub(1));
    end.map_or(text, |end| &text[..end])
}

/// The pairs for people to read. Bytes that cannot be decoded are replaced.
pub fn lossy(text: &str) -> impl Iterator<Item = (String, String)> {
    each(text).map(|(name, value)| (name.into_owned(), value.into_owned()))
}

/// The decoded pairs for people to read. A part without an encoding is borrowed from the text.
pub fn each(text: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    split(text).map(|(name, value)| (decode_lossy(name), decode_lossy(value)))
}

fn decode_lossy(part: &str) -> Cow<'_, str> {
    let Some(bytes) = bytes(part) else { return part.into() };
    // Most bytes are UTF-8, which needs no copy.
    let text = String::from_utf8(bytes);
    text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()).into()
}

/// The decoded bytes of a part. `None` if the part has no encoding.
fn bytes(part: &str) -> Option<Vec<u8>> {
    // Most parts are shorter than a search by vector instructions takes to begin.
    if !part.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return None;
    }
    let spaced = memchr::memchr(b'+', part.as_bytes()).map(|_| part.replace('+', " "));
    let mut decoded = Vec::with_capacity(part.len());
    decoded.extend(percent_decode_str(spaced.as_deref().unwrap_or(part)));
    Some(decoded)
}

/// Percent-encodes everything but the unreserved characters of RFC 3986, with upper-case digits.
#[must_use]
pub fn strict(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + 16);
    add_strict(&mut encoded, text);
    encoded
}

/// Appends a text in the encoding of [`strict`].
pub fn add_strict(to: &mut String, text: &str) {
    let mut rest = text;
    while !rest.is_empty() {
        let plain = rest.bytes().take_while(|byte| UNRESERVED[usize::from(*byte)]).count();
        to.push_str(&rest[..plain]);
        let end = rest[plain..].chars().next().map_or(plain, |c| plain + c.len_utf8());
        for byte in rest[plain..end].bytes() {
            to.push_str(percent_encoding::percent_encode_byte(byte));
        }
        rest = &rest[end..];
    }
}

/// The pairs of a query or form body as they were sent. Empty ones are left out.
fn split(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut left = Some(text);
    std::iter::from_fn(move || {
        loop {
            let (pair, after) = at_first(left?, b'&');
            left = after;
            if !pair.is_empty() {
                let (name, value) = at_first(pair, b'=');
                return Some((name, value.unwrap_or_default()));
            }
        }
    })
}

/// A text, divided at the first occurrence of an ASCII character. The character is left out.
fn at_first(text: &str, byte: u8) -> (&str, Option<&str>) {
    match memchr::memchr(byte, text.as_bytes()) {
        Some(place) => (&text[..place], Some(&text[place + 1..])),
        None => (text, None),
    }
}

fn decode(part: &str) -> Result<Cow<'_, str>, Malformed> {
    let Some(decoded) = bytes(part) else { return Ok(part.into()) };
    let encoded = part.as_bytes();
    let is_broken =
        |at: usize| !encoded.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    if memchr::memchr_iter(b'%', encoded).any(is_broken) {
        return Err(Malformed);
    }
    String::from_utf8(decoded).map(Cow::Owned).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_is_encoded_is_decoded_again(name: String, value: String) {
            prop_assume!(!name.is_empty());
            let text = format!("{}={}", strict(&name), strict(&value));
            prop_assert_eq!(pairs(&text), Ok(vec![(name, value)]));
        }

        #[test]
        fn all_but_the_unreserved_characters_are_encoded(text in prop_oneof![any::<String>(), "[ -~é世]{0,40}"]) {
            const RESERVED: &AsciiSet =
                &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
            prop_assert_eq!(strict(&text), utf8_percent_encode(&text, RESERVED).to_string());
        }
    }

    #[test]
    fn broken_encodings_are_refused_and_blanks_and_repetitions_kept() {
        for broken in ["a=%", "a=%4", "a=%zz", "%ff=a", "a=%c3%28", "a=%é0"] {
            assert_eq!(pairs(broken), Err(Malformed), "{broken}");
        }
        let kept = pairs("a=&a&b=1=2&&c=+%20%00").unwrap();
        let kept: Vec<(&str, &str)> =
            kept.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(kept, [("a", ""), ("a", ""), ("b", "1=2"), ("c", "  \0")]);
    }
}
