//! Reading scenario files: text to types, includes, and merging. Whatever the text itself gets
//! wrong is found here.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::diagnostic::{Diagnostic, Invalid};
use super::fault::Fault;
use super::file::{Accounts, Agent, Call, Customer, File, Generate, Queue};
use super::values::{At, Clock, OptionName, Position};
use crate::nearest::did_you_mean;
use crate::yaml::{self, Bounds, Mistake};

/// Where a scenario's text comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file on disk.
    Path(PathBuf),
    /// A text with the name to call it by: an embedded scenario, or one from a test.
    Text {
        /// The name in messages.
        name: Arc<str>,
        /// YAML or JSON.
        text: Arc<str>,
    },
}

const EMBEDDED: [(&str, &str); 3] = [
    ("documented", include_str!("../../scenarios/documented.yaml")),
    ("busy-day", include_str!("../../scenarios/busy-day.yaml")),
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

/// What tells one state of some files from another; none where a file is not there.
pub type Stamp = Vec<(PathBuf, Option<State>)>;

/// The state of a file: which one it is, how long, and when it and what is known of it were
/// changed. Copying tools give back an old time of change and an old length, but no tool gives back
/// all of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// The state of a file now.
pub fn state(path: &Path) -> (PathBuf, Option<State>) {
    let state = std::fs::metadata(path).ok().map(|of| State {
        device: of.dev(),
        inode: of.ino(),
        length: of.size(),
        modified: (of.mtime(), of.mtime_nsec()),
        changed: (of.ctime(), of.ctime_nsec()),
    });
    (path.to_owned(), state)
}

impl Source {
    /// The scenario that a word means: a file that exists, or the name of an embedded one.
    ///
    /// # Errors
    /// A message for a word that is neither.
    pub fn named(word: &str) -> Result<Self, String> {
        let path = Path::new(word);
        if path.is_file() {
            return Ok(Self::Path(path.to_owned()));
        }
        embedded(word).ok_or_else(|| {
            let near = did_you_mean(word, embedded_names());
            let names: Vec<&str> = embedded_names().collect();
            format!(
                "no scenario `{word}`: there is no such file, and the built-in ones are {}{near}",
                names.join(", ")
            )
        })
    }
}

/// An entry with the file it stood in and its path there.
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

/// Several files as one, before anything in them is looked up.
#[derive(Debug)]
pub struct Merged {
    pub title: Option<String>,
    pub clock: Option<Clock>,
    pub seed: Option<u64>,
    pub accounts: Vec<FileEntry<Accounts>>,
    pub agents: Vec<FileEntry<Agent>>,
    pub customers: Vec<FileEntry<Customer>>,
    pub queues: Vec<FileEntry<Queue>>,
    pub calls: Vec<FileEntry<Call>>,
    pub generate: Option<FileEntry<Generate>>,
    pub allow_real_keys: bool,
    pub faults: Vec<FileEntry<At<Fault>>>,
    pub readings: Vec<FileEntry<(At<String>, At<OptionName>)>>,
    /// Every text, one after the other: what the scenario is made from.
    pub digest: Sha256,
    /// Every file that was read or should have been, as it was then: what to watch.
    pub files: Stamp,
    /// What is wrong with the texts themselves.
    pub mistakes: Vec<Diagnostic>,
    /// Which lists lack entries for that.
    pub left_out: HashSet<String>,
    bounds: Bounds,
    /// The files that were included already.
    included: HashSet<PathBuf>,
}

/// How many files may be included.
const INCLUDES: usize = 1000;

/// Reads the sources and all they include, in order, and notes every file on the way.
///
/// # Errors
/// The first file that cannot be read or is no scenario at all, after the mistakes of those before
/// it.
pub fn merged(sources: &[Source], bounds: Bounds, files: &mut Stamp) -> Result<Merged, Invalid> {
    let mut merged = Merged {
        title: None,
        clock: None,
        seed: None,
        accounts: vec![],
        agents: vec![],
        customers: vec![],
        queues: vec![],
        calls: vec![],
        generate: None,
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

    /// Adds one file after those that it includes. `open` are the files that are being included
    /// right now.
    fn add(
        &mut self,
        name: &Arc<str>,
        text: &str,
        path: Option<&Path>,
        open: &mut Vec<PathBuf>,
    ) -> Result<(), Invalid> {
        self.digest.update((text.len() as u64).to_be_bytes());
        self.digest.update(text);
        let yaml::Read { value, mistakes, left_out } = yaml::read::<File>(text, self.bounds);
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
            // What is there already would only be there twice.
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
        self.clock = file.clock.or(self.clock.take());
        self.seed = file.seed.or(self.seed.take());
        self.generate = file.generate.map(|plan| entry_of(name, plan, "generate")).or(self.generate.take());
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

/// One name for one file, however it is reached; a file that is not there is told when it is read.
fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn read(path: &Path) -> Result<Arc<str>, String> {
    // Anything else may never end.
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

/// Reads one text that is right. JSON is YAML too, so both take the same way and get the same
/// messages.
///
/// # Errors
/// Every mistake in it.
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
