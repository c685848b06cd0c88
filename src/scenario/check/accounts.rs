//! The accounts of a scenario, and the holders of calls.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::dialects::{Accounts, VENDORS};
use crate::nearest::did_you_mean_or_known;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::file;
use crate::scenario::load::{FileEntry, Source, embedded, entry_of, read_file};
use crate::scenario::values::{At, Position};
use crate::times::Origin;
use crate::universe::Holder;
use crate::yaml::Bounds;

/// The accounts of the built-in scenario `documented`. Vendors without an account of their own get
/// them.
fn documented() -> &'static Accounts {
    static DOCUMENTED: OnceLock<Accounts> = OnceLock::new();
    DOCUMENTED.get_or_init(|| {
        let Some(Source::Text { text, .. }) = embedded("documented") else { return Accounts::default() };
        let (file, none) = (read_file(&text, Bounds::OWN).value, Accounts::default());
        file.map(|file| file.accounts.or(|| &none).0).unwrap_or_default()
    })
}

/// Checks the accounts of all files, and returns the place of each. Tells which vendors have none
/// and get the documented ones. The last part is the contact centre's own numbers, which only the
/// scenario's own accounts have.
pub fn accounts(
    files: Vec<FileEntry<file::Accounts>>,
    allow_real_keys: bool,
    origin: &Origin,
    mistakes: &mut Vec<Diagnostic>,
    doubts: &mut Vec<Diagnostic>,
) -> (Accounts, Vec<FileEntry<Position>>, Vec<String>) {
    let mut places = vec![];
    let last = files.last().map(|entry| entry_of(&entry.file, Position::default(), "accounts"));
    let mut all = file::Accounts::default();
    let mut seen: HashMap<(&str, String), Arc<str>> = HashMap::new();
    for mut entry in files {
        let late: Vec<_> = entry
            .value
            .each_mut()
            .flat_map(|(vendor, n, account)| {
                let place = account.place;
                let times = account.value.times().into_iter();
                times.filter_map(move |(key, time)| {
                    let error = time.settle(origin).err()?;
                    Some((place, format!("{vendor}[{n}].{key}"), error))
                })
            })
            .collect();
        for (place, part, error) in late {
            mistakes.push(entry.mistake(place, &part, error.to_string()));
        }
        for (vendor, n, account) in entry.value.each() {
            for (m, holder) in account.value.created_on().iter().enumerate() {
                let name = holder.split('/').next().unwrap_or_default();
                if !VENDORS.contains(&name) {
                    let hint = did_you_mean_or_known(name, VENDORS.iter().copied());
                    let message = format!("there is no vendor `{name}`{hint}");
                    mistakes.push(entry.mistake(
                        account.place,
                        &format!("{vendor}[{n}].created_on[{m}]"),
                        message,
                    ));
                }
            }
            let half = account.value.public_half().to_owned();
            let part = format!("{vendor}[{n}]");
            places.push((vendor, entry_of(&entry.file, account.place, &format!("accounts.{part}"))));
            if !allow_real_keys && account.value.looks_real() {
                let message = "this looks like a real key, which belongs in no file; make one up that says so, such as `mock-key`. \
                               Where it must be this one, write `allow_real_keys: true` at the top level";
                mistakes.push(entry.mistake(account.place, &part, message));
            }
            if half.is_empty() {
                mistakes.push(entry.mistake(
                    account.place,
                    &part,
                    "the public half of a credential cannot be empty",
                ));
            } else if let Some(file) = seen.insert((vendor, half.clone()), Arc::clone(&entry.file)) {
                let message =
                    format!("a second account `{half}` of {vendor}; the first is in {file}. Give it another");
                mistakes.push(entry.mistake(account.place, &part, message));
            }
        }
        all.append(entry.value);
    }
    let own = all.each().flat_map(|(_, _, account)| account.value.numbers());
    let numbers = own.map(str::to_owned).collect();
    let (accounts, left_out) = all.or(documented);
    if let Some(last) = last.filter(|_| !left_out.is_empty()) {
        let message = format!(
            "none of {names}: their clients use the credentials of the scenario `documented`; write \
             `accounts: {{{first}: []}}` for a vendor that refuses everybody",
            names = left_out.join(", "),
            first = left_out[0],
        );
        doubts.push(last.mistake(Position::default(), "", message));
        for vendor in left_out {
            places.push((vendor, last.clone()));
        }
    }
    // In the order of the accounts themselves: vendor by vendor.
    places.sort_by_key(|(vendor, _)| VENDORS.iter().position(|known| known == vendor));
    (accounts, places.into_iter().map(|(_, place)| place).collect(), numbers)
}

/// Looks up the holders of a call, or of all generated calls.
pub fn holders<T>(
    entry: &FileEntry<T>,
    on: Option<&[At<String>]>,
    accounts: &Accounts,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Arc<[Holder]>> {
    let mut holders = vec![];
    for (n, holder) in on?.iter().enumerate() {
        let (name, account) = match holder.value.split_once('/') {
            Some((name, account)) => (name, Some(account)),
            None => (holder.value.as_str(), None),
        };
        let mut fail =
            |message: String| mistakes.push(entry.mistake(holder.place, &format!("on[{n}]"), message));
        let Some(vendor) = VENDORS.iter().copied().find(|vendor| *vendor == name) else {
            fail(format!(
                "there is no vendor `{name}`{}",
                did_you_mean_or_known(name, VENDORS.iter().copied())
            ));
            continue;
        };
        let known = || accounts.each().filter(|(v, _)| *v == vendor).map(|(_, a)| a.public_half());
        match account {
            Some(account) if !known().any(|half| half == account) => {
                let known: Vec<&str> = known().collect();
                let hint = did_you_mean_or_known(account, known.iter().copied());
                fail(format!("there is no account `{account}` of {vendor}{hint}"));
            }
            account => holders.push(Holder { vendor, account: account.map(Into::into) }),
        }
    }
    Some(holders.into())
}
