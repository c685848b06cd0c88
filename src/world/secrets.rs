//! The secrets in a world's credentials, and masking them in texts.

use std::borrow::Cow;
use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD as BASE64_URL};

use super::Names;
use crate::dialects::Accounts;
use crate::urlencoded;

/// Every secret of a world, in each form in which it may appear: plain, percent-encoded up to three
/// times with digits in either case, in hexadecimal, and in Base64 with or without the account
/// name.
#[derive(Debug, Default)]
pub struct Secrets {
    /// Each form with its mask. The longest comes first, so that a secret that contains another is
    /// masked whole.
    forms: Vec<(String, String)>,
    plain: HashSet<String>,
}

impl Secrets {
    /// The secrets of some accounts.
    #[must_use]
    pub fn of(accounts: &Accounts, names: &Names) -> Self {
        let (mut forms, mut plain) = (vec![], HashSet::new());
        let secrets = accounts.each().flat_map(|(vendor, account)| {
            // If the whole key is secret, its per-world alias must be masked too.
            let all_secret = |secret: &&str| *secret == account.public_half();
            let own = account.secrets().into_iter().find(all_secret).map(|name| names.own(vendor, name));
            account.secrets().into_iter().chain(own).collect::<Vec<_>>()
        });
        // HTTP Basic puts the account name before the secret.
        for (vendor, account) in accounts.each() {
            for name in [account.public_half(), names.own(vendor, account.public_half())] {
                for secret in account.secrets() {
                    let pair = BASE64.encode(format!("{name}:{secret}"));
                    forms.push((urlencoded::strict(&pair), mask(&pair)));
                    forms.push((pair.clone(), mask(&pair)));
                }
            }
        }
        for secret in secrets.filter(|secret| !secret.is_empty()) {
            plain.insert(secret.to_owned());
            forms.extend(every_form(secret));
        }
        Self::longest_first(forms, plain)
    }

    /// The values that one request sent where clients send secrets. These values belong to no
    /// world, but an answer may repeat them.
    #[must_use]
    pub fn sent<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        Self::longest_first(values.flat_map(every_form).collect(), HashSet::new())
    }

    fn longest_first(mut forms: Vec<(String, String)>, plain: HashSet<String>) -> Self {
        forms.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        Self { forms, plain }
    }

    /// Takes the beginning of a secret off the end of a text that was cut.
    #[must_use]
    pub fn without_begun<'a>(&self, text: &'a str) -> &'a str {
        let begun = |form: &str| {
            let ends = form.char_indices().map(|(end, _)| end).skip(1);
            ends.filter(|end| text.ends_with(&form[..*end])).max().unwrap_or_default()
        };
        let longest = self.forms.iter().map(|(form, _)| begun(form)).max().unwrap_or_default();
        &text[..text.len() - longest]
    }

    /// Whether a text is exactly one of the secrets.
    #[must_use]
    pub fn has(&self, text: &str) -> bool {
        self.plain.contains(text)
    }

    /// The text with every secret masked.
    #[must_use]
    pub fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.forms.iter().fold(Cow::Borrowed(text), |text, (secret, shown)| {
            if text.contains(secret.as_str()) {
                Cow::Owned(text.replace(secret.as_str(), shown))
            } else {
                text
            }
        })
    }
}

/// A secret in each form, with its mask.
fn every_form(secret: &str) -> impl Iterator<Item = (String, String)> {
    let once = urlencoded::strict(secret);
    let twice = urlencoded::strict(&once);
    let lower = lower_case_digits(&once);
    let lower_twice = urlencoded::strict(&lower);
    let thrice = urlencoded::strict(&twice);
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let bare = BASE64.encode(secret);
    let safe = BASE64_URL.encode(secret);
    let encoded = urlencoded::strict(&bare);
    let upper = hex.to_uppercase();
    let all = [thrice, twice, lower_twice, once, lower, hex, upper, bare, safe, encoded, secret.to_owned()];
    let shown = mask(secret);
    all.into_iter().map(move |form| (form, shown.clone()))
}

/// The mask of a secret: enough to tell two secrets apart, too little to use one.
#[must_use]
pub fn mask(secret: &str) -> String {
    let length = secret.chars().count();
    let shown: String = secret.chars().take(if length >= 12 { 4 } else { 0 }).collect();
    format!("{shown}…({length})")
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
}
