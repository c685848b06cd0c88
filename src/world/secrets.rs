//! The secrets in a world's credentials, and masking them in texts.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::Names;
use crate::masking::{Collected, Forms};
use crate::scenario::Credentials;

/// The places of secrets in a vendor's requests. All names are in lower case.
#[derive(Debug, Clone, Copy, Default)]
pub struct SecretPlaces {
    /// Header names.
    pub headers: &'static [&'static str],
    /// Query and form parameter names.
    pub parameters: &'static [&'static str],
    /// Query parameters in which the vendor's page puts a part of the credential.
    pub query: &'static [&'static str],
}

/// Every secret of a world. The forms in which secrets appear are made when a text is masked for
/// the first time. Worlds of one scenario share those of the scenario's credentials.
#[derive(Debug)]
pub struct Secrets {
    credentials: Arc<Credentials>,
    names: Arc<Names>,
    /// The forms that this world alone has: its own keys, and its names joined with secrets.
    own: OnceLock<Forms>,
}

impl Secrets {
    /// The secrets of some credentials, under a world's names.
    #[must_use]
    pub fn of(credentials: &Arc<Credentials>, names: &Arc<Names>) -> Self {
        Self { credentials: Arc::clone(credentials), names: Arc::clone(names), own: OnceLock::new() }
    }

    fn own(&self) -> &Forms {
        self.own.get_or_init(|| {
            let mut own = Collected::default();
            for (vendor, account) in self.credentials.each() {
                let (public, alias) = (account.public_half(), self.names.own(vendor, account.public_half()));
                for secret in account.secrets() {
                    // If the whole key is secret, its alias in this world must be masked, too.
                    if secret == public && alias != public {
                        own.secret(alias);
                    }
                    // HTTP Basic puts the account's name before the secret.
                    own.pair(public, secret);
                    own.pair(alias, secret);
                }
            }
            own.forms()
        })
    }

    /// Takes the beginning of a secret off the end of a text that was cut.
    #[must_use]
    pub fn without_begun<'a>(&self, text: &'a str) -> &'a str {
        let longest = self.own().begun(text).max(self.credentials.forms().begun(text));
        &text[..text.len() - longest]
    }

    /// Whether a text is exactly one of the secrets.
    #[must_use]
    pub fn has(&self, text: &str) -> bool {
        let mut whole = self.credentials.whole_secrets();
        self.credentials.has_secret(text)
            || whole.any(|(vendor, public)| self.names.own(vendor, public) == text)
    }

    /// Whether no secret stands in some bytes, in any form.
    #[must_use]
    pub fn absent(&self, bytes: &[u8]) -> bool {
        self.own().absent(bytes) && self.credentials.forms().absent(bytes)
    }

    /// The text with every secret masked.
    #[must_use]
    pub fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let (own, shared) = (self.own(), self.credentials.forms());
        match own.masked(text) {
            Cow::Borrowed(text) => shared.masked(text),
            Cow::Owned(text) => Cow::Owned(shared.masked(&text).into_owned()),
        }
    }
}
