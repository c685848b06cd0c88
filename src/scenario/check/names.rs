//! Entries by their ids, and the nearest one where an id is none.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::nearest::did_you_mean_or_known;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::load::FileEntry;
use crate::scenario::values::At;

/// The entries of one kind by their ids.
pub struct Names {
    kind: &'static str,
    pub index: HashMap<String, usize>,
    /// The names that were asked for and are not there: each is told once.
    missing: RefCell<HashSet<String>>,
    /// Whether there may be others, in entries that could not be read.
    pub partial: bool,
}

/// For how many names that are not there the nearest right one is looked for: that costs as much as
/// there are names.
const PROPOSALS: usize = 100;

impl Names {
    pub fn of<T>(
        kind: &'static str,
        entries: &[FileEntry<T>],
        id: impl Fn(&T) -> &At<String>,
        mistakes: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut index: HashMap<String, usize> = HashMap::with_capacity(entries.len());
        for (n, entry) in entries.iter().enumerate() {
            let id = id(&entry.value);
            if id.value.is_empty() {
                mistakes.push(entry.mistake(id.place, "id", "an id cannot be empty"));
            } else if let Some(first) = index.insert(id.value.clone(), n) {
                let FileEntry { file, path, .. } = &entries[first];
                let message = format!(
                    "a second {kind} `{}`; the first is {path} in {file}. Give it another id",
                    id.value
                );
                mistakes.push(entry.mistake(id.place, "id", message));
            }
        }
        Self::indexed(kind, index)
    }

    pub fn indexed(kind: &'static str, index: HashMap<String, usize>) -> Self {
        Self { kind, index, missing: RefCell::default(), partial: false }
    }

    pub fn find<T>(
        &self,
        entry: &FileEntry<T>,
        part: &str,
        id: Option<&At<String>>,
        mistakes: &mut Vec<Diagnostic>,
    ) -> Option<usize> {
        let id = id?;
        let found = self.index.get(&id.value).copied();
        if found.is_none() && !self.partial && self.missing.borrow_mut().insert(id.value.clone()) {
            let hint = if self.missing.borrow().len() <= PROPOSALS {
                let mut known: Vec<&str> = self.index.keys().map(String::as_str).collect();
                known.sort_unstable();
                did_you_mean_or_known(&id.value, known.iter().copied())
            } else {
                String::new()
            };
            let message = format!("there is no {} `{}`{hint}", self.kind, id.value);
            mistakes.push(entry.mistake(id.place, part, message));
        }
        found
    }
}
