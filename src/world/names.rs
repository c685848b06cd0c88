//! The names of a world's accounts. A world has every account of its scenario, each under a public
//! half of its own: so a credential alone says which world a request is for. All that an account
//! holds stays under the scenario's name.

use crate::dialects::{Accounts, VENDORS};

/// The public halves by which a world's accounts go.
#[derive(Debug, Default)]
pub struct Names(Vec<Name>);

#[derive(Debug)]
struct Name {
    vendor: &'static str,
    scenario: Box<str>,
    own: Box<str>,
}

impl Names {
    /// New names for some accounts, each made from a number that `unique` draws.
    pub fn fresh(accounts: &Accounts, mut unique: impl FnMut() -> u128) -> Self {
        let names = accounts.each().map(|(vendor, account)| Name {
            vendor,
            scenario: account.public_half().into(),
            own: account.fresh_public_half(unique()).into(),
        });
        Self(names.collect())
    }

    /// The scenario's name of the account that a request names: by its own name here, or by the
    /// scenario's.
    #[must_use]
    pub fn in_scenario<'a>(&'a self, vendor: &str, presented: &'a str) -> &'a str {
        let known = self.0.iter().find(|name| name.vendor == vendor && *name.own == *presented);
        known.map_or(presented, |name| &name.scenario)
    }

    /// The name here of an account of the scenario.
    #[must_use]
    pub fn own<'a>(&'a self, vendor: &str, scenario: &'a str) -> &'a str {
        let known = self.0.iter().find(|name| name.vendor == vendor && *name.scenario == *scenario);
        known.map_or(scenario, |name| &name.own)
    }

    /// Every name of its own that the world has, with its vendor.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, &str)> {
        debug_assert!(self.0.iter().all(|name| VENDORS.contains(&name.vendor)));
        self.0.iter().map(|name| (name.vendor, name.own.as_ref()))
    }
}
