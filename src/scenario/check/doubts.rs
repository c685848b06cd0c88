//! Warnings: values that are served as written and are likely to be mistakes.

use crate::dialects::{Accounts, Doubt, OfQueue};
use crate::nearest::did_you_mean_or_known;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::load::FileEntry;
use crate::scenario::values::Position;
use crate::universe::Universe;

/// Warnings about values in the accounts that are likely to be mistakes.
pub fn of_accounts(
    accounts: &Accounts,
    places: &[FileEntry<Position>],
    universe: &Universe,
) -> Vec<Diagnostic> {
    let queues: Vec<&OfQueue> = universe.queues().map(|(_, queue)| &queue.data).collect();
    let all = accounts.each().zip(places);
    all.flat_map(|((_, account), entry)| {
        let doubts = account.doubts(&queues).into_iter();
        doubts.map(|doubt| entry.mistake(entry.value, doubt.key, in_words(&doubt))).collect::<Vec<_>>()
    })
    .collect()
}

/// A doubt with the nearest value that the vendor's page lists.
pub fn in_words(doubt: &Doubt) -> String {
    let hint = doubt
        .not_listed
        .as_ref()
        .map(|(given, listed)| did_you_mean_or_known(given, listed.iter().copied()))
        .unwrap_or_default();
    format!("{}{hint}", doubt.message)
}
