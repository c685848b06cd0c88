//! Reading scenario files: from text to types, with includes and merging. Mistakes of the text
//! itself are found here.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::diagnostic::{Diagnostic, Invalid};
use super::fault::Fault;
use super::file::{Accounts, Agent, Arrival, Call, Customer, File, Generate, Queue, Revisions};
use super::values::{At, Clock, OneOrMore, OptionName, Position};
use crate::nearest::did_you_mean;
use crate::platform::{FileState, file_state};
use crate::times::Zone;
use crate::yaml::{self, Bounds, Mistake};

/// The source of a scenario's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file on disk.
    Path(PathBuf),
    /// A text with a name, such as an embedded scenario or one from a test.
    Text {
        /// The name, for messages.
        name: Arc<str>,
        /// The text, in YAML or JSON.
        text: Arc<str>,
    },
}

/// The scenario that is served by default, and its parsed form, which `.ci/regenerate` makes. Parsing
/// the YAML would be half of a start's instructions.
const DOCUMENTED: &str = include_str!("../../scenarios/documented.yaml");
const DOCUMENTED_TREE: &str = include_str!("../../scenarios/documented.tree");

const EMBEDDED: [(&str, &str); 6] = [
    ("documented", DOCUMENTED),
    ("today", include_str!("../../scenarios/today.yaml")),
    ("weeks", include_str!("../../scenarios/weeks.yaml")),
    ("busy-day", include_str!("../../scenarios/busy-day.yaml")),
    ("extremes", include_str!("../../scenarios/extremes.yaml")),
    ("empty", include_str!("../../scenarios/empty.yaml")),
];

/// The scenarios that the binary carries.
pub fn embedded_names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.into_iter().map(|(name, _)| name)
}

/// A scenario that the binary carries.
#[must_use]
pub fn embedded(name: &str) -> Option<Source> {
    let (name, text) = EMBEDDED.into_iter().find(|(known, _)| *known == name)?;
    Some(Source::Text { name: format!("scenarios/{name}.yaml").into(), text: text.into() })
}

/// Reads the text of a file. For the text of the default scenario, its parsed form is read.
pub fn read_file(text: &str, bounds: Bounds) -> yaml::Read<File> {
    let by_tree = if text == DOCUMENTED { yaml::read_prepared(DOCUMENTED_TREE) } else { None };
    by_tree.unwrap_or_else(|| yaml::read(text, bounds))
}

/// The states of some files. None for a file that does not exist. Two equal stamps mean that
/// nothing was changed in between.
pub type Stamp = Vec<(PathBuf, Option<FileState>)>;

/// The current state of a file, if it is there.
pub fn state(path: &Path) -> (PathBuf, Option<FileState>) {
    (path.to_owned(), std::fs::metadata(path).ok().map(|of| file_state(&of)))
}

impl Source {
    /// The scenario with a name: an existing file, or else an embedded scenario.
    ///
    /// # Errors
    /// A message, if the name is neither.
    pub fn named(word: &str) -> Result<Self, String> {
        let path = Path::new(word);
        if path.is_file() {
            return Ok(Self::Path(path.to_owned()));
        }
        if path.is_dir() {
            return Err(format!("`{word}` is a folder; name a file in it"));
        }
        embedded(word).ok_or_else(|| {
            let near = did_you_mean(word, embedded_names());
            let names: Vec<&str> = embedded_names().collect();
            let sought = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            format!(
                "no scenario `{word}`: there is no file {}, and the built-in ones are {}{near}",
                sought.display(),
                names.join(", ")
            )
        })
    }
}

/// An entry with its file and its path in the file.
#[derive(Debug, Clone)]
pub struct FileEntry<T> {
    pub value: T,
    pub file: Arc<str>,
    pub path: String,
}

impl<T> FileEntry<T> {
    /// A mistake in a part of this entry.
    pub fn mistake(&self, place: Position, part: &str, message: impl Into<String>) -> Diagnostic {
        let path = match (self.path.is_empty(), part.is_empty()) {
            (_, true) => self.path.clone(),
            (true, _) => part.to_owned(),
            _ => format!("{}.{part}", self.path),
        };
        Diagnostic {
            file: Arc::clone(&self.file),
            line: place.line,
            column: place.column,
            path,
            message: message.into(),
        }
    }
}

/// Several files merged into one, before names are looked up.
#[derive(Debug)]
pub struct Merged {
    pub title: Option<String>,
    pub clock: Option<FileEntry<At<Clock>>>,
    pub zone: Zone,
    pub seed: Option<u64>,
    pub accounts: Vec<FileEntry<Accounts>>,
    pub agents: Vec<FileEntry<Agent>>,
    pub customers: Vec<FileEntry<Customer>>,
    pub queues: Vec<FileEntry<Queue>>,
    pub calls: Vec<FileEntry<Call>>,
    pub generate: Vec<FileEntry<Generate>>,
    pub arrival: Option<FileEntry<Arrival>>,
    pub revisions: Option<FileEntry<Revisions>>,
    pub magic: bool,
    pub count_calls: bool,
    pub allow_real_keys: bool,
    pub faults: Vec<FileEntry<At<Fault>>>,
    pub readings: Vec<FileEntry<(At<String>, At<OptionName>)>>,
    /// The hash of every text, one after the other. The fingerprint of the scenario is made from
    /// it.
    pub digest: Sha256,
    /// The state of every file that was read or should have been, at that time. These files are
    /// watched.
    pub files: Stamp,
    /// The mistakes in the texts themselves.
    pub mistakes: Vec<Diagnostic>,
    /// The lists that lack entries because of those mistakes.
    pub left_out: HashSet<String>,
    bounds: Bounds,
    /// The files that have been included.
    included: HashSet<PathBuf>,
}

/// The most files that may be included.
const INCLUDES: usize = 1000;

/// Reads the sources and all files that they include, in order, and records every file.
///
/// # Errors
/// The first file that cannot be read or is not a scenario, after the mistakes found before it.
pub fn merged(sources: &[Source], bounds: Bounds, files: &mut Stamp) -> Result<Merged, Invalid> {
    let mut merged = Merged {
        title: None,
        clock: None,
        zone: Zone::default(),
        seed: None,
        accounts: vec![],
        agents: vec![],
        customers: vec![],
        queues: vec![],
        calls: vec![],
        generate: vec![],
        arrival: None,
        revisions: None,
        magic: false,
        count_calls: false,
        allow_real_keys: false,
        faults: vec![],
        readings: vec![],
        digest: Sha256::default(),
        files: vec![],
        mistakes: vec![],
        left_out: HashSet::new(),
        bounds,
        included: HashSet::new(),
    };
    let read = merged.read(sources);
    files.append(&mut merged.files);
    match read {
        Ok(()) => Ok(merged),
        Err(mut last) => {
            merged.mistakes.append(&mut last.0);
            Err(Invalid(merged.mistakes))
        }
    }
}

impl Merged {
    fn read(&mut self, sources: &[Source]) -> Result<(), Invalid> {
        for source in sources {
            let (name, text, path) = match source {
                Source::Text { name, text } => (Arc::clone(name), Arc::clone(text), None),
                Source::Path(path) => {
                    self.files.push(state(path));
                    (display(path), read(path).map_err(|why| whole(display(path), why))?, Some(path))
                }
            };
            self.add(&name, &text, path.map(PathBuf::as_path), &mut vec![])?;
        }
        Ok(())
    }

    /// Adds one file, after the files that it includes. `open` has the files whose includes are
    /// being read.
    fn add(
        &mut self,
        name: &Arc<str>,
        text: &str,
        path: Option<&Path>,
        open: &mut Vec<PathBuf>,
    ) -> Result<(), Invalid> {
        self.digest.update((text.len() as u64).to_be_bytes());
        self.digest.update(text);
        let yaml::Read { value, mistakes, left_out } = read_file(text, self.bounds);
        let mistakes = diagnostics(name, mistakes);
        let Some(file) = value else { return Err(Invalid(mistakes)) };
        self.mistakes.extend(mistakes);
        self.left_out.extend(left_out);
        let this = entry_of(name, (), "");
        if file.callmock.value != 1 {
            let message = format!("version {} is not known; write `callmock: 1`", file.callmock.value);
            return Err(this.mistake(file.callmock.place, "callmock", message).into());
        }
        if let Some(path) = path {
            open.push(identity(path));
        }
        for (n, include) in file.include.iter().enumerate() {
            let fail = |message: String| this.mistake(include.place, &format!("include[{n}]"), message);
            let Some(path) = path else {
                return Err(fail("a scenario that is not a file on disk cannot include others".into()).into());
            };
            let included = path.parent().unwrap_or(Path::new("")).join(&include.value);
            if open.contains(&identity(&included)) {
                return Err(fail(format!("`{}` includes itself by way of this file", include.value)).into());
            }
            // A file that is included a second time would only repeat its entries.
            if !self.included.insert(identity(&included)) {
                continue;
            }
            if self.included.len() > INCLUDES {
                return Err(
                    fail(format!("more than {INCLUDES} files are included; put some into one")).into()
                );
            }
            self.files.push(state(&included));
            let text = read(&included).map_err(|why| fail(format!("`{}`: {why}", included.display())))?;
            self.add(&display(&included), &text, Some(&included), open)?;
        }
        if path.is_some() {
            open.pop();
        }

        self.title = file.title.or(self.title.take());
        self.clock = file.clock.map(|clock| entry_of(name, clock, "clock")).or(self.clock.take());
        self.zone = file.zone.map_or(self.zone, |zone| zone.0);
        self.seed = file.seed.or(self.seed.take());
        let OneOrMore(blocks) = file.generate;
        match <[Generate; 1]>::try_from(blocks) {
            Ok([block]) => self.generate.push(entry_of(name, block, "generate")),
            Err(blocks) => self.generate.extend(entries_of(name, blocks, "generate")),
        }
        let arrival = file.arrival.map(|arrival| entry_of(name, arrival, "arrival"));
        self.arrival = arrival.or(self.arrival.take());
        let revisions = file.revisions.map(|revisions| entry_of(name, revisions, "revisions"));
        self.revisions = revisions.or(self.revisions.take());
        self.count_calls = file.count_calls.unwrap_or(self.count_calls);
        self.magic = file.magic.unwrap_or(self.magic);
        self.allow_real_keys = file.allow_real_keys.unwrap_or(self.allow_real_keys);
        self.accounts.push(entry_of(name, file.accounts, "accounts"));
        self.agents.extend(entries_of(name, file.agents, "agents"));
        self.customers.extend(entries_of(name, file.customers, "customers"));
        self.queues.extend(entries_of(name, file.queues, "queues"));
        self.calls.extend(entries_of(name, file.calls, "calls"));
        self.faults.extend(entries_of(name, file.faults, "faults"));
        self.readings.extend(file.readings.into_iter().map(|reading| entry_of(name, reading, "readings")));
        Ok(())
    }
}

pub fn entry_of<T>(file: &Arc<str>, value: T, path: &str) -> FileEntry<T> {
    FileEntry { value, file: Arc::clone(file), path: path.to_owned() }
}

fn entries_of<T>(file: &Arc<str>, values: Vec<T>, key: &str) -> impl Iterator<Item = FileEntry<T>> {
    values.into_iter().enumerate().map(move |(n, value)| entry_of(file, value, &format!("{key}[{n}]")))
}

fn display(path: &Path) -> Arc<str> {
    path.display().to_string().into()
}

/// The canonical path of a file, which is the same for every way to it. If the file does not exist,
/// reading it reports that.
fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn read(path: &Path) -> Result<Arc<str>, String> {
    // Reading a pipe or a device might never end.
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err("is not a regular file".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    String::from_utf8(bytes).map(Arc::from).map_err(|error| {
        format!("is not UTF-8 text: byte {} is not part of a character", error.utf8_error().valid_up_to() + 1)
    })
}

fn whole(file: Arc<str>, message: String) -> Invalid {
    Diagnostic { file, line: 0, column: 0, path: String::new(), message }.into()
}

/// Reads one text that must have no mistakes. JSON is a part of YAML, so both are read in the same
/// way and get the same messages.
///
/// # Errors
/// Every mistake in the text.
pub fn parse<T: DeserializeOwned>(name: &Arc<str>, text: &str, bounds: Bounds) -> Result<T, Invalid> {
    let read = yaml::read(text, bounds);
    match read.value {
        Some(value) if read.mistakes.is_empty() => Ok(value),
        _ => Err(Invalid(diagnostics(name, read.mistakes))),
    }
}

fn diagnostics(name: &Arc<str>, mistakes: Vec<Mistake>) -> Vec<Diagnostic> {
    let diagnostic = |Mistake { line, column, path, message, .. }| Diagnostic {
        file: Arc::clone(name),
        line,
        column,
        path,
        message,
    };
    mistakes.into_iter().map(diagnostic).collect()
}
