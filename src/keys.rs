//! Whether a key looks real. A test should hold no real key.

/// The shortest key that can look real, in letters and digits.
const SHORTEST: usize = 20;

/// Words by which people mark a key as made up.
const MARKS: [&str; 10] =
    ["test", "mock", "fake", "example", "sample", "dummy", "demo", "secret", "token", "password"];

/// Whether a text looks like a key that a service generated: long, a mix of letters and digits,
/// without a word that marks it as made up, and without the runs (`1234`, `ABCD`, `0000`) of a key
/// typed by hand.
#[must_use]
pub fn looks_real(key: &str) -> bool {
    let lower = key.to_lowercase();
    let bytes: Vec<u8> = lower.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let others = lower.bytes().filter(|b| !b.is_ascii_alphanumeric()).count();
    let mixed = bytes.iter().any(u8::is_ascii_digit) && bytes.iter().any(u8::is_ascii_alphabetic);
    // In a word or a year, letters and digits stand apart.
    let changes =
        bytes.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    let distinct = bytes.iter().collect::<std::collections::HashSet<_>>().len();
    bytes.len() >= SHORTEST
        // A key may have separators and the special characters of Base64, but is not a sentence.
        && others * 5 <= bytes.len()
        && mixed
        && changes >= 4
        && distinct >= 10
        && !is_marked(key)
        && !bytes.windows(4).any(is_run)
}

/// Whether a text contains a word that marks it as made up.
#[must_use]
pub fn is_marked(key: &str) -> bool {
    let lower = key.to_lowercase();
    MARKS.iter().any(|mark| lower.contains(mark))
}

/// Whether a credential begins or ends with a character that no credential has there: white space,
/// a control character, or a quotation mark.
#[must_use]
pub fn is_dirty(credential: &str) -> bool {
    let dirt =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '\u{feff}' | '“' | '”');
    credential.starts_with(dirt) || credential.ends_with(dirt)
}

/// Whether each byte differs from the one before by the same step of -1, 0 or 1: `1234`, `dcba`,
/// `0000`.
fn is_run(window: &[u8]) -> bool {
    let step = |pair: &[u8]| i16::from(pair[1]) - i16::from(pair[0]);
    let first = step(&window[..2]);
    first.abs() <= 1 && window.windows(2).all(|pair| step(pair) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_gave_out_looks_real_and_what_people_make_up_does_not() {
        for real in [
            "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
            "wJalrXUtnFEMIK7MDENGbPxRfiCYzK2x8Lq0",
            "h7dWq2mZ9sX4vB6nK1pR8tYc",
        ] {
            assert!(looks_real(real), "{real}");
        }
        for made_up in [
            "FEDCBA09-8765-4321-FEDC-BA0987654321",
            "12345678-90AB-CDEF-1234-567890ABCDEF",
            "mock-token",
            "testsecret",
            "MOCKKEY",
            "9b1deb4d-test-4bad-9bdd-2b0d7b3dcb6d",
            "aaaaaaaaaaaaaaaaaaaaaaaa1",
            "correct horse battery staple 2 you and me",
            "h7dWq2mZ9",
            "PlaceholderChangeMe2024",
            "LocalDevelopmentKey42x",
            "my-callcentre-key-for-staging-2024",
        ] {
            assert!(!looks_real(made_up), "{made_up}");
        }
    }
}
