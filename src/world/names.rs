//! The public halves of the accounts in a world. A forked world has every account of its scenario,
//! each under a public half of its own, so a credential alone selects the world. The scenario's
//! data stays under the scenario's name of the account.

use crate::dialects::{Accounts, VENDORS};

/// The public halves of a world's accounts, where they differ from the scenario's.
#[derive(Debug, Default)]
pub struct Names(Vec<Name>);

#[derive(Debug)]
struct Name {
    vendor: &'static str,
    scenario: Box<str>,
    own: Box<str>,
}

impl Names {
    /// New public halves for some accounts, each made from a number that `unique` draws.
    pub fn fresh(accounts: &Accounts, unique: impl FnMut() -> u128) -> Self {
        Self::again(accounts, |_, _| None, unique)
    }

    /// The public halves that a world had, for some accounts. An account without one gets a new one,
    /// made from a number that `unique` draws.
    #[must_use]
    pub fn again(
        accounts: &Accounts,
        had: impl Fn(&str, &str) -> Option<String>,
        mut unique: impl FnMut() -> u128,
    ) -> Self {
        let names = accounts.each().map(|(vendor, account)| {
            let scenario = account.public_half();
            let own = had(vendor, scenario).unwrap_or_else(|| account.fresh_public_half(unique()));
            Name { vendor, scenario: scenario.into(), own: own.into() }
        });
        Self(names.collect())
    }

    /// Every account's vendor, its public half in the scenario, and the one in this world.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str, &str)> {
        self.0.iter().map(|name| (name.vendor, name.scenario.as_ref(), name.own.as_ref()))
    }

    /// The scenario's name of an account, given its public half in this world. Any other text is
    /// returned unchanged.
    #[must_use]
    pub fn in_scenario<'a>(&'a self, vendor: &str, presented: &'a str) -> &'a str {
        let known = self.0.iter().find(|name| name.vendor == vendor && *name.own == *presented);
        known.map_or(presented, |name| &name.scenario)
    }

    /// The public half in this world, given the scenario's name of the account.
    #[must_use]
    pub fn own<'a>(&'a self, vendor: &str, scenario: &'a str) -> &'a str {
        let known = self.0.iter().find(|name| name.vendor == vendor && *name.scenario == *scenario);
        known.map_or(scenario, |name| &name.own)
    }

    /// Every public half that belongs to this world alone, with its vendor.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, &str)> {
        debug_assert!(self.0.iter().all(|name| VENDORS.contains(&name.vendor)));
        self.0.iter().map(|name| (name.vendor, name.own.as_ref()))
    }
}
