//! The accounts of a scenario, and the forms of their secrets.

use std::ops::Deref;
use std::sync::OnceLock;

use crate::dialects::Accounts;
use crate::masking::Forms;

/// The accounts of a scenario. Worlds and journals that share a scenario share them.
#[derive(Debug, Default)]
pub struct Credentials {
    accounts: Accounts,
    forms: OnceLock<Forms>,
}

impl Credentials {
    /// The forms of all secrets, made when they are first asked for.
    #[must_use]
    pub fn forms(&self) -> &Forms {
        self.forms.get_or_init(|| Forms::of(self.accounts.each().flat_map(|(_, account)| account.secrets())))
    }
}

impl From<Accounts> for Credentials {
    fn from(accounts: Accounts) -> Self {
        Self { accounts, forms: OnceLock::new() }
    }
}

impl Deref for Credentials {
    type Target = Accounts;

    fn deref(&self) -> &Accounts {
        &self.accounts
    }
}
