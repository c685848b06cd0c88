//! Importing: a scenario made from answers that a team already has, with personal data replaced.
//!
//! - `input`: the answers in a file: JSON as it came, a journal, a HAR.
//! - `member`: what each member of a vendor's row holds, and the row with its personal data
//!   replaced.
//! - `replace`, `words`, `phone`, `form`: the made-up values.
//! - `draft`: the scenario in the making. `same`: what it must override. `write`: its text.
//!
//! Only what a table lists reaches the scenario: times, lengths, flags, listed values, and made-up
//! texts. Everything else is replaced or left out, so that no personal data can stay by oversight.

mod draft;
mod form;
mod input;
mod member;
mod phone;
mod replace;
mod same;
mod words;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DurationRound, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value};

pub use draft::{Call, Draft, Entry};
pub use input::{File, Found};
pub use member::{Holds, Table};
pub use replace::MADE_UP_SITE;

use crate::contract::Catalogue;
use crate::nearest::did_you_mean_or_known;
use crate::scenario::{self, LoadOptions, Source};
use crate::universe::Ordinal;
use crate::world::{JournalMemory, Limits, Names, World};
use member::{LeftOut, Reading};
use replace::Replacer;

/// How a vendor's answers are read.
pub trait Importer: Sync {
    /// The rows of an answer. `None` for an answer that is not this vendor's.
    fn rows(&self, found: &Found) -> Option<Vec<Value>>;

    /// The members of a row that a scenario has a place for.
    fn table(&self) -> Table;

    /// Adds the people and the queue of a row to a scenario, and returns its call. The personal
    /// data of the row is replaced already.
    ///
    /// # Errors
    /// The name of a member that the row must have, and has not.
    fn read(&self, row: &Map<String, Value>, draft: &mut Draft) -> Result<Option<Call>, &'static str>;

    /// Whether the vendor's answers give calls.
    fn has_calls(&self) -> bool {
        true
    }

    /// An account with a made-up credential, as a scenario has it.
    fn account(&self, draft: &Draft) -> Value;

    /// The reading under which the vendor's list begins with the newest call, if a client cannot
    /// ask for that.
    fn newest_first(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Whether a call of a scenario may override a member.
    fn overrides(&self, _member: &str) -> bool {
        false
    }

    /// A call of a world as the vendor's list shows it.
    fn shown(&self, _world: &World, _call: Ordinal) -> Option<Value> {
        None
    }
}

/// A vendor's name with how its answers are read.
pub type Named = (&'static str, &'static dyn Importer);

/// What was imported.
#[derive(Debug)]
pub struct Imported {
    /// The scenario's text.
    pub yaml: String,
    /// What a person should know, a line each.
    pub notes: Vec<String>,
}

/// Makes a scenario from files. `keep` names the members that may stay as they are.
///
/// # Errors
/// Every mistake, with its file and its place.
pub fn import(
    files: &[File],
    importers: &[Named],
    catalogues: &[&'static Catalogue],
    keep: &[String],
) -> Result<Imported, Vec<String>> {
    are_known(keep, importers).map_err(|message| vec![message])?;
    let rows = rows(files, importers)?;
    let mut replacer = Replacer::keeping(keep);
    for (vendor, importer, row) in rows.iter().map(|row| (row.of.0, row.of.1, &row.value)) {
        Reading { vendor, replacer: &mut replacer }.meet(row, importer.table());
    }
    let mut import = Import {
        importers,
        catalogues,
        draft: Draft::default(),
        left_out: BTreeMap::new(),
        notes: vec![],
        seen: BTreeSet::new(),
    };
    let mut mistakes = vec![];
    for row in &rows {
        if let Err(member) = import.row(row, &mut replacer) {
            mistakes.push(format!("{}: row {}: the member `{member}` is missing", row.place, row.number));
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    import.order();
    import.override_what_differs()?;
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    Ok(import.finish(&names, replacer.made()))
}

/// Refuses names of members that no vendor has.
fn are_known(keep: &[String], importers: &[Named]) -> Result<(), String> {
    let members: Vec<(&str, &str)> = importers
        .iter()
        .flat_map(|(vendor, importer)| {
            member::names(importer.table()).into_iter().map(move |member| (*vendor, member))
        })
        .collect();
    for kept in keep {
        let is_known =
            members.iter().any(|(vendor, member)| kept == member || *kept == format!("{vendor}.{member}"));
        if !is_known {
            let known: BTreeSet<&str> = members.iter().map(|(_, member)| *member).collect();
            let name = kept.rsplit('.').next().unwrap_or(kept);
            let hint = did_you_mean_or_known(name, known.iter().copied());
            return Err(format!("--keep {kept}: no member of a vendor's row that a scenario can have{hint}"));
        }
    }
    Ok(())
}

/// A row with its place.
struct Row {
    of: Named,
    place: Arc<str>,
    /// Its number in its list, from 1.
    number: usize,
    /// The number of its list, among all lists.
    list: usize,
    value: Value,
}

/// The rows in some files.
fn rows(files: &[File], importers: &[Named]) -> Result<Vec<Row>, Vec<String>> {
    let (mut rows, mut mistakes) = (vec![], vec![]);
    let mut lists = 0;
    for file in files {
        let answers = match input::answers(file) {
            Ok(answers) => answers,
            Err(broken) => {
                mistakes.extend(broken);
                continue;
            }
        };
        let before = lists;
        for answer in answers {
            search(answer, importers, DEPTH, &mut lists, &mut rows);
        }
        if lists == before {
            let vendors: Vec<&str> = importers.iter().map(|(vendor, _)| *vendor).collect();
            mistakes.push(format!(
                "{}: there is no answer of a vendor in it. Expected a list of calls as {} answers it, a journal \
                 (GET /_mock/journal), or a HAR",
                file.name,
                vendors.join(", ")
            ));
        }
    }
    if mistakes.is_empty() { Ok(rows) } else { Err(mistakes) }
}

/// How deep in a file an answer may be: pages in a list, in a member of an object.
const DEPTH: usize = 4;

fn search(found: Found, importers: &[Named], depth: usize, lists: &mut usize, rows: &mut Vec<Row>) {
    for of in importers {
        let Some(all) = of.1.rows(&found) else { continue };
        *lists += 1;
        let place: Arc<str> = found.place.as_str().into();
        rows.extend(all.into_iter().enumerate().map(|(n, value)| Row {
            of: *of,
            place: Arc::clone(&place),
            number: n + 1,
            list: *lists,
            value,
        }));
        return;
    }
    if depth == 0 {
        return;
    }
    let Found { place, body, request } = found;
    let within: Vec<Value> = match body {
        // An empty list has nothing to import, but is an answer.
        Value::Array(all) if all.is_empty() => {
            *lists += 1;
            return;
        }
        Value::Array(all) => all,
        Value::Object(members) => members.into_iter().map(|(_, value)| value).collect(),
        _ => return,
    };
    for body in within.into_iter().filter(|value| value.is_object() || is_full(value)) {
        let found = Found { place: place.clone(), request: request.clone(), body };
        search(found, importers, depth - 1, lists, rows);
    }
}

fn is_full(value: &Value) -> bool {
    value.as_array().is_some_and(|all| !all.is_empty())
}

/// An import under way.
struct Import<'a> {
    importers: &'a [Named],
    catalogues: &'a [&'static Catalogue],
    draft: Draft,
    left_out: BTreeMap<&'static str, LeftOut>,
    notes: Vec<String>,
    seen: BTreeSet<&'static str>,
}

impl Import<'_> {
    fn row(&mut self, row: &Row, replacer: &mut Replacer) -> Result<(), &'static str> {
        let (vendor, importer) = row.of;
        self.seen.insert(vendor);
        let left_out = self.left_out.entry(vendor).or_default();
        let mut told = Reading { vendor, replacer }.replaced(&row.value, importer.table(), left_out);
        let Some(mut call) = importer.read(&told, &mut self.draft)? else { return Ok(()) };
        if let Some(before) = self.draft.row(vendor, &call.id) {
            // One answer may tell what another does not, and the later one is newer.
            told = merged(before.clone(), told);
            if let Some(whole) = importer.read(&told, &mut self.draft)? {
                call = whole;
            }
        }
        self.draft.call(Call { vendor, row: told, list: row.list, ..call });
        Ok(())
    }

    fn of(&self, vendor: &str) -> Option<&'static dyn Importer> {
        self.importers.iter().find(|(name, _)| *name == vendor).map(|(_, importer)| *importer)
    }

    fn order(&mut self) {
        let (newest_first, mixed) = self.draft.order();
        for vendor in newest_first {
            if let Some((reading, option)) = self.of(vendor).and_then(Importer::newest_first) {
                self.draft.readings.insert(reading, option);
            }
        }
        for vendor in mixed {
            self.notes.push(format!(
                "{vendor}: the rows of a list are not in the order of their times; callmock lists calls by time"
            ));
        }
    }

    /// Shows every call as its vendor does, and overrides each member that differs from the
    /// imported row. An override can change other members, so the comparison is repeated. The last
    /// pass reports the differences that remain.
    fn override_what_differs(&mut self) -> Result<(), Vec<String>> {
        for is_last in [false, false, true] {
            let world = self.world()?;
            let importers = self.importers;
            let mut remaining: BTreeMap<(&str, &String), usize> = BTreeMap::new();
            let mut has_changed = false;
            for (n, call) in self.draft.calls().iter_mut().enumerate() {
                let Some((_, importer)) = importers.iter().find(|(name, _)| *name == call.vendor) else {
                    continue;
                };
                let shown = u32::try_from(n)
                    .ok()
                    .and_then(|n| importer.shown(&world, Ordinal(n)))
                    .unwrap_or_default();
                for (name, value) in same::differing(&call.row, &shown) {
                    if is_last || !importer.overrides(name) {
                        *remaining.entry((call.vendor, name)).or_default() += 1;
                    } else {
                        let value = same::overriding(&as_number(name, value, *importer));
                        call.overrides.insert(name.clone(), value);
                        has_changed = true;
                    }
                }
            }
            if is_last || !has_changed {
                self.notes.extend(remaining.into_iter().map(|((vendor, member), rows)| {
                    format!(
                        "{vendor}: `{member}` of {rows} rows is shown with another value than the answer has"
                    )
                }));
                break;
            }
        }
        Ok(())
    }

    /// A world of the scenario as it is so far.
    fn world(&self) -> Result<World, Vec<String>> {
        let text = self.yaml("import");
        let options = LoadOptions {
            sources: vec![Source::Text { name: "the scenario made".into(), text: text.into() }],
            catalogues: self.catalogues.to_vec(),
            ..LoadOptions::default()
        };
        let scenario = scenario::load(&options).map_err(|invalid| {
            invalid.to_string().lines().map(|line| format!("a bug of callmock's: {line}")).collect::<Vec<_>>()
        })?;
        let limits = Limits::default();
        let memory = Arc::new(JournalMemory::new(limits.journal_memory));
        Ok(World::new("default".into(), Arc::new(scenario), Names::default(), limits, &memory))
    }

    fn yaml(&self, title: &str) -> String {
        let mut text = format!("callmock: 1\ntitle: {}\n", write::scalar(title));
        if let Some(latest) = self.draft.latest() {
            // The next whole second, which is always after the latest time.
            let whole = latest.to_utc().duration_trunc(TimeDelta::seconds(1)).unwrap_or(latest.to_utc());
            let clock: chrono::DateTime<Utc> = whole + TimeDelta::seconds(1);
            text += &format!("clock: {}\n", clock.to_rfc3339_opts(SecondsFormat::Secs, true));
        }
        text += "accounts:\n";
        for (vendor, importer) in self.importers {
            // A vendor that was not seen gets no account, so that nobody takes its empty lists for
            // data.
            let seen = self.seen.contains(vendor);
            let account = if seen { write::flow(&importer.account(&self.draft)) } else { String::new() };
            text += &format!("  {vendor}: [{account}]\n");
        }
        if !self.draft.readings.is_empty() {
            let readings = self.draft.readings.iter().map(|(id, option)| format!("  {id}: {option}\n"));
            text += &format!("readings:\n{}", readings.collect::<String>());
        }
        for (key, entries) in self.draft.entries() {
            text += &write::list(key, entries.into_iter());
        }
        text
    }

    fn finish(mut self, files: &[&str], made: usize) -> Imported {
        let entries = self.draft.entries();
        let count = |kind: &str| entries.iter().find(|(key, _)| *key == kind).map_or(0, |(_, all)| all.len());
        let [agents, customers, queues, calls] = ["agents", "customers", "queues", "calls"].map(count);
        let mut by_vendor: BTreeMap<&str, usize> = BTreeMap::new();
        for call in self.draft.calls().iter() {
            *by_vendor.entry(call.vendor).or_default() += 1;
        }
        let by_vendor: Vec<String> = by_vendor.iter().map(|(vendor, n)| format!("{n} of {vendor}")).collect();
        let of = if by_vendor.is_empty() { String::new() } else { format!(" ({})", by_vendor.join(", ")) };
        let counts = format!(
            "{calls} calls{of}, {agents} agents, {customers} customers, {queues} queues; {made} values are made up"
        );
        let mut notes = vec![counts];
        for (vendor, left_out) in &self.left_out {
            let has_calls = self.of(vendor).is_some_and(Importer::has_calls);
            if !has_calls {
                notes.push(format!("{vendor}: its answers give agents, customers and queues, not calls"));
            }
            // The name of a member may itself be personal data, unless it is a plain word.
            let is_word = |name: &&String| name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
            let words: Vec<&str> = left_out.unknown.iter().filter(is_word).map(String::as_str).collect();
            if has_calls && !left_out.unknown.is_empty() {
                let (n, words) = (left_out.unknown.len(), words.join(", "));
                notes.push(format!(
                    "{vendor}: left out {n} members that a scenario has no place for: {words}"
                ));
            }
            if !left_out.other.is_empty() {
                let names = left_out.other.iter().copied().collect::<Vec<_>>().join(", ");
                notes.push(format!(
                    "{vendor}: left out some values that are not what their member holds: {names}"
                ));
            }
        }
        for (vendor, left_out) in &self.left_out {
            for member in &left_out.unlisted {
                notes.push(format!(
                    "{vendor}: `{member}` has values that the vendor's page does not list, which are replaced; --keep {member} \
                     lets them stay"
                ));
            }
        }
        notes.append(&mut self.notes);
        let title = format!("Imported: {calls} calls from {}", files.join(", "));
        let head = "# Made by `callmock import`. Names, numbers, addresses, ids and texts are made up.\n";
        Imported { yaml: format!("{head}{}", self.yaml(&title)), notes }
    }
}

/// An object with the members of a later one.
fn merged(mut before: Map<String, Value>, later: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in later {
        let value = match (before.remove(&name), value) {
            (Some(Value::Object(before)), Value::Object(later)) => Value::Object(merged(before, later)),
            (_, value) => value,
        };
        before.insert(name, value);
    }
    before
}

/// A length as an override has it: a number.
fn as_number(name: &str, value: &Value, importer: &dyn Importer) -> Value {
    let is_length =
        importer.table().iter().any(|(known, holds)| known == &name && matches!(holds, Holds::Seconds));
    let number = value.as_str().filter(|_| is_length).and_then(|text| text.parse::<u64>().ok());
    number.map_or_else(|| value.clone(), Value::from)
}
