//! The accounts of a scenario, and the forms of their secrets.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::OnceLock;

use crate::dialects::Accounts;
use crate::masking::Forms;

/// The accounts of a scenario. Worlds and journals that share a scenario share them.
#[derive(Debug, Default)]
pub struct Credentials {
    accounts: Accounts,
    forms: OnceLock<Forms>,
    plain: OnceLock<Plain>,
}

/// The secrets as they are.
#[derive(Debug, Default)]
struct Plain {
    secrets: HashSet<String>,
    /// The lengths of the secrets modulo 64, as bits: most texts are no secret by their length.
    lengths: u64,
    /// The public halves that are secret as a whole, with their vendors.
    whole: Vec<(&'static str, String)>,
}

impl Credentials {
    fn plain(&self) -> &Plain {
        self.plain.get_or_init(|| {
            let mut plain = Plain::default();
            for (vendor, account) in self.accounts.each() {
                let public = account.public_half();
                let secrets = account.secrets();
                if secrets.contains(&public) {
                    plain.whole.push((vendor, public.to_owned()));
                }
                for secret in secrets.into_iter().filter(|of| !of.is_empty()) {
                    plain.lengths |= 1 << (secret.len() % 64);
                    plain.secrets.insert(secret.to_owned());
                }
            }
            plain
        })
    }

    /// Whether a text is exactly one of the secrets.
    #[must_use]
    pub fn has_secret(&self, text: &str) -> bool {
        let plain = self.plain();
        plain.lengths & (1 << (text.len() % 64)) != 0 && plain.secrets.contains(text)
    }

    /// The public halves that are secret as a whole, with their vendors.
    pub fn whole_secrets(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.plain().whole.iter().map(|(vendor, public)| (*vendor, public.as_str()))
    }

    /// The forms of all secrets, made when they are first asked for.
    #[must_use]
    pub fn forms(&self) -> &Forms {
        self.forms.get_or_init(|| Forms::of(self.accounts.each().flat_map(|(_, account)| account.secrets())))
    }
}

impl From<Accounts> for Credentials {
    fn from(accounts: Accounts) -> Self {
        Self { accounts, ..Self::default() }
    }
}

impl Deref for Credentials {
    type Target = Accounts;

    fn deref(&self) -> &Accounts {
        &self.accounts
    }
}
