//! Makes texts of clients safe to show: secrets are masked, in whatever form they stand there, and
//! control characters are escaped.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::urlencoded;

/// The mask of a secret: enough to tell two secrets apart, too little to use one.
#[must_use]
pub fn mask(secret: &str) -> String {
    let length = secret.chars().count();
    let shown: String = secret.chars().take(if length >= 12 { 4 } else { 0 }).collect();
    format!("{shown}…({length})")
}

/// Some secrets in every form in which they may appear, and one automaton that finds all of them.
#[derive(Debug, Default)]
pub struct Forms {
    /// The forms, and the mask of each.
    forms: Vec<(String, String)>,
    /// `None` if there is no form.
    automaton: Option<AhoCorasick>,
}

/// The forms of some secrets while they are collected.
#[derive(Debug, Default)]
pub struct Collected(Vec<(String, String)>);

impl Collected {
    /// Adds every form of a secret: plain, percent-encoded up to three times with digits in either
    /// case, in hexadecimal, and in Base64 with either alphabet, padded or not.
    pub fn secret(&mut self, secret: &str) {
        if secret.is_empty() {
            return;
        }
        let once = urlencoded::strict(secret);
        let twice = urlencoded::strict(&once);
        let lower = lower_case_digits(&once);
        let lower_twice = urlencoded::strict(&lower);
        let thrice = urlencoded::strict(&twice);
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let upper = hex.to_uppercase();
        let in_base64 = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].map(|of| of.encode(secret));
        let encoded = urlencoded::strict(&in_base64[0]);
        let all = [thrice, twice, lower_twice, once, lower, hex, upper, encoded, secret.to_owned()];
        let shown = mask(secret);
        self.0.extend(all.into_iter().chain(in_base64).map(|form| (form, shown.clone())));
    }

    /// Adds a name and a secret as HTTP Basic joins them.
    pub fn pair(&mut self, name: &str, secret: &str) {
        let pair = STANDARD.encode(format!("{name}:{secret}"));
        self.0.push((urlencoded::strict(&pair), mask(&pair)));
        self.0.push((pair.clone(), mask(&pair)));
    }

    /// The forms, ready to be looked for.
    #[must_use]
    pub fn forms(self) -> Forms {
        let mut forms = self.0;
        forms.sort_unstable();
        forms.dedup_by(|a, b| a.0 == b.0);
        let texts = forms.iter().map(|(form, _)| form);
        // The longest form wins, so that a secret that contains another is masked whole. An
        // automaton can only be too large, which no list of credentials makes it.
        let mut building = AhoCorasick::builder();
        // A deterministic automaton would take some hundred kilobytes for each world.
        building.match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::ContiguousNFA));
        let automaton = building.build(texts).ok().filter(|_| !forms.is_empty());
        Forms { forms, automaton }
    }
}

impl Forms {
    /// The forms of some secrets.
    #[must_use]
    pub fn of<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let mut collected = Collected::default();
        secrets.for_each(|secret| collected.secret(secret));
        collected.forms()
    }

    /// Whether no secret stands in some bytes.
    #[must_use]
    pub fn absent(&self, bytes: &[u8]) -> bool {
        self.automaton.as_ref().is_none_or(|automaton| !automaton.is_match(bytes))
    }

    /// The text with every secret masked.
    #[must_use]
    pub fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(automaton) = &self.automaton else { return Cow::Borrowed(text) };
        let (mut shown, mut from) = (String::new(), 0);
        for found in automaton.find_iter(text) {
            shown.push_str(&text[from..found.start()]);
            shown.push_str(&self.forms[found.pattern().as_usize()].1);
            from = found.end();
        }
        if from == 0 {
            return Cow::Borrowed(text);
        }
        shown.push_str(&text[from..]);
        Cow::Owned(shown)
    }

    /// The length of the beginning of a secret at the end of a text that was cut.
    #[must_use]
    pub fn begun(&self, text: &str) -> usize {
        let begun = |form: &str| {
            let ends = form.char_indices().map(|(end, _)| end).skip(1);
            ends.filter(|end| text.ends_with(&form[..*end])).max().unwrap_or_default()
        };
        self.forms.iter().map(|(form, _)| begun(form)).max().unwrap_or_default()
    }
}

/// Whether a secret of eight bytes or more may stand in some bytes, in any form. It is decided by
/// the beginnings of the forms, so it may be true where no form stands.
#[must_use]
pub fn may_stand_in(secret: &str, bytes: &[u8]) -> bool {
    let Some(start) = secret.as_bytes().get(..8) else { return true };
    let is_unreserved = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    if !start.iter().all(is_unreserved) {
        return true;
    }
    let mut hex = [0; 8];
    for (byte, digits) in start[..4].iter().zip(hex.chunks_exact_mut(2)) {
        digits[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
        digits[1] = b"0123456789abcdef"[usize::from(byte & 15)];
    }
    let mut in_base64 = [0; 8];
    // Six bytes always fit in eight digits, and none of them is padding.
    if STANDARD.encode_slice(&start[..6], &mut in_base64).is_err() {
        return true;
    }
    let in_either_case = hex.to_ascii_uppercase();
    let stands = |form: &[u8]| memchr::memmem::find(bytes, form).is_some();
    // The digits `+` and `/` of Base64 are others in URLs, or encoded.
    in_base64.iter().any(|digit| b"+/".contains(digit))
        || stands(start)
        || stands(&hex)
        || stands(&in_either_case)
        || stands(&in_base64)
}

/// A text with control and formatting characters escaped, so that a client's input cannot change
/// how a report is displayed.
#[must_use]
pub fn plain(text: &str) -> String {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return text.to_owned();
    }
    let acts = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
    };
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) { plain.extend(c.escape_unicode()) } else { plain.push(c) }
    }
    plain
}

/// Writes `%2B` as `%2b`: both cases are in use.
fn lower_case_digits(encoded: &str) -> String {
    let mut pieces = encoded.split('%');
    let mut lower = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_at(piece.len().min(2));
        lower.push('%');
        lower.push_str(&digits.to_ascii_lowercase());
        lower.push_str(rest);
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown_whole() {
        assert_eq!(mask("FEDCBA09-8765-4321"), "FEDC…(18)");
        assert_eq!(mask("mock"), "…(4)");
        assert_eq!(mask(""), "…(0)");
    }

    proptest::proptest! {
        #[test]
        fn a_form_never_stands_where_it_may_not(secret in "[a-zA-Z0-9+/=._~ é-]{8,24}", before in ".{0,9}") {
            let mut collected = Collected::default();
            collected.secret(&secret);
            for (form, _) in collected.0 {
                let text = format!("{before}{form}");
                proptest::prop_assert!(may_stand_in(&secret, text.as_bytes()), "{}", form);
            }
        }
    }

    #[test]
    fn the_longest_secret_wins_and_texts_around_it_stay() {
        let forms = Forms::of(["secret", "secret of mine", ""].into_iter());
        assert_eq!(forms.masked("a secret of mine, a secret"), "a secr…(14), a …(6)");
        assert!(matches!(forms.masked("nothing"), Cow::Borrowed("nothing")));
        assert!(forms.absent(b"nothing") && !forms.absent(b"a secret"));
        assert_eq!(forms.begun("the end is sec"), 3);
        assert_eq!(Forms::default().masked("secret"), "secret");
    }
}
