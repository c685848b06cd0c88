//! Texts as JSON.
//!
//! The bytes are those of `serde_json`, which looks at every byte of a text. Here eight bytes are
//! looked at together.

use super::buffer::Buffer;

/// Writes a text with quotation marks and escapes.
#[inline]
pub fn quoted(buffer: &mut Buffer, text: &str) {
    let bytes = text.as_bytes();
    if is_plain(bytes) {
        buffer.append_between(b'"', bytes);
    } else {
        buffer.push(b'"');
        escaped(buffer, bytes);
        buffer.push(b'"');
    }
}

/// Writes a text with escapes, but without the quotation marks around it.
#[inline]
pub fn contents(buffer: &mut Buffer, text: &str) {
    let bytes = text.as_bytes();
    if is_plain(bytes) {
        buffer.append(bytes);
    } else {
        escaped(buffer, bytes);
    }
}

/// Whether no byte needs an escape.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    // A byte of the result has its top bit set if the byte of `word` is zero, and perhaps a byte
    // above such a one. So the result is zero if no byte is.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & TOPS;
    let below_blank = |word: u64| word.wrapping_sub(ONES * 0x20) & !word & TOPS;
    let are_plain = |eight: &[u8; 8]| {
        let word = u64::from_le_bytes(*eight);
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let backslash = zero(word ^ (ONES * u64::from(b'\\')));
        quote | backslash | below_blank(word) == 0
    };
    let (words, rest) = bytes.as_chunks::<8>();
    match bytes.last_chunk::<8>() {
        // The last eight bytes may overlap the word before them.
        Some(last) => words.iter().all(are_plain) && (rest.is_empty() || are_plain(last)),
        None => rest.iter().all(|byte| *byte >= 0x20 && *byte != b'"' && *byte != b'\\'),
    }
}

#[cold]
fn escaped(buffer: &mut Buffer, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        match byte {
            b'"' => buffer.append(b"\\\""),
            b'\\' => buffer.append(b"\\\\"),
            0x08 => buffer.append(b"\\b"),
            0x0c => buffer.append(b"\\f"),
            b'\n' => buffer.append(b"\\n"),
            b'\r' => buffer.append(b"\\r"),
            b'\t' => buffer.append(b"\\t"),
            0..0x20 => {
                buffer.append(b"\\u00");
                buffer.push(DIGITS[usize::from(byte >> 4)]);
                buffer.push(DIGITS[usize::from(byte & 15)]);
            }
            _ => buffer.push(*byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn written(text: &str) -> String {
        let mut buffer = Buffer::default();
        quoted(&mut buffer, text);
        String::from_utf8(buffer.into_bytes()).unwrap()
    }

    proptest! {
        #[test]
        fn a_text_is_written_as_serde_json_writes_it(
            text in prop_oneof![any::<String>(), "[ -~\\x00-\\x1f\"\\\\é世]{0,40}"],
        ) {
            prop_assert_eq!(written(&text), json!(text).to_string());
        }
    }

    #[test]
    fn every_byte_that_needs_an_escape_has_one_wherever_it_stands() {
        for c in (0..0x80_u8).map(char::from) {
            for before in 0..10 {
                let text = format!("{}{c}{}", "x".repeat(before), "y".repeat(9 - before));
                assert_eq!(written(&text), json!(text).to_string());
            }
        }
    }
}
