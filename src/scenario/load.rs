//! Reading scenario files: text to types, includes, and merging. Whatever the text itself gets wrong is found here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde::de::DeserializeOwned;
use serde_saphyr::{Budget, Error, Options};
use sha2::{Digest, Sha256};

use super::diagnostic::{Diagnostic, Invalid};
use super::fault::Fault;
use super::file::{Accounts, Agent, Call, Customer, File, Generate, Queue};
use super::values::{At, Clock, OptionName, Place};
use crate::nearest::did_you_mean;

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

/// What tells one state of some files from another: when each was changed and how long it is, or that it is not there.
pub type Stamp = Vec<(PathBuf, Option<(SystemTime, u64)>)>;

/// The state of a file now.
pub fn state(path: &Path) -> (PathBuf, Option<(SystemTime, u64)>) {
    let state = std::fs::metadata(path).and_then(|metadata| Ok((metadata.modified()?, metadata.len())));
    (path.to_owned(), state.ok())
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
pub struct Entry<T> {
    pub value: T,
    pub file: Arc<str>,
    pub path: String,
}

impl<T> Entry<T> {
    /// A mistake in a part of this entry.
    pub fn mistake(&self, place: Place, part: &str, message: impl Into<String>) -> Diagnostic {
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
#[derive(Debug, Default)]
pub struct Merged {
    pub title: Option<String>,
    pub clock: Option<Clock>,
    pub seed: Option<u64>,
    pub accounts: Vec<Entry<Accounts>>,
    pub agents: Vec<Entry<Agent>>,
    pub customers: Vec<Entry<Customer>>,
    pub queues: Vec<Entry<Queue>>,
    pub calls: Vec<Entry<Call>>,
    pub generate: Option<Entry<Generate>>,
    pub allow_real_keys: bool,
    pub faults: Vec<Entry<At<Fault>>>,
    pub readings: Vec<Entry<(At<String>, At<OptionName>)>>,
    /// Every text, one after the other: what the scenario is made from.
    pub digest: Sha256,
    /// Every file that was read or should have been, as it was then: what to watch.
    pub files: Stamp,
}

/// Reads the sources and all they include, in order, and notes every file on the way.
///
/// # Errors
/// The first file that cannot be read or is not a scenario.
pub fn merged(sources: &[Source], files: &mut Stamp) -> Result<Merged, Invalid> {
    let mut merged = Merged::default();
    let read = merged.read(sources);
    files.append(&mut merged.files);
    read.map(|()| merged)
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

    /// Adds one file after those that it includes. `open` are the files that are being included right now.
    fn add(
        &mut self,
        name: &Arc<str>,
        text: &str,
        path: Option<&Path>,
        open: &mut Vec<PathBuf>,
    ) -> Result<(), Invalid> {
        self.digest.update((text.len() as u64).to_be_bytes());
        self.digest.update(text);
        let file: File = parse(name, text)?;
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

pub fn entry_of<T>(file: &Arc<str>, value: T, path: &str) -> Entry<T> {
    Entry { value, file: Arc::clone(file), path: path.to_owned() }
}

fn entries_of<T>(file: &Arc<str>, values: Vec<T>, key: &str) -> impl Iterator<Item = Entry<T>> {
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

/// Reads one text. JSON is YAML too, so both take the same way and get the same messages.
pub fn parse<T: DeserializeOwned>(name: &Arc<str>, text: &str) -> Result<T, Invalid> {
    let mut path = String::new();
    let parsed = serde_saphyr::with_deserializer_from_str_with_options(text, options(), |deserializer| {
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            path = readable(error.path());
            error.into_inner()
        })
    });
    parsed.map_err(|error| {
        let error = error.without_snippet();
        let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
        Diagnostic { file: Arc::clone(name), line, column, path, message: explain(error) }.into()
    })
}

/// The reader's own limits are for texts from strangers; a scenario is the user's, and may be large.
fn options() -> Options {
    let mut budget = Budget::default();
    budget.max_events = 200_000_000;
    budget.max_nodes = 100_000_000;
    budget.max_total_scalar_bytes = 4 << 30;
    budget.max_total_comment_bytes = 1 << 30;
    let mut options = Options::default();
    options.budget = Some(budget);
    options
}

/// `calls[3].agent`, without the segments that only this program's types have.
fn readable(path: &serde_path_to_error::Path) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            serde_path_to_error::Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            serde_path_to_error::Segment::Map { key } if key != "value" && !key.starts_with("__") => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            _ => {}
        }
    }
    text
}

/// What to tell the user about a text that the reader or the types refused.
fn explain(error: &Error) -> String {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            format!("unknown key `{field}`{}", instead(field, expected.iter().copied()))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            format!("`{variant}` is not known here{}", instead(variant, expected.iter().copied()))
        }
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            format!("expected {expected}, found {unexpected}")
        }
        Error::InvalidScalar { ty: "u64" | "u32", .. } => "expected a whole number of 0 or more".to_owned(),
        Error::SerdeMissingField { field, .. } => format!("the key `{field}` is missing"),
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("the key `{key}` stands here twice"),
        other => other.to_string(),
    }
}

/// `; did you mean …? Known: …` for a word that is none of those known.
pub fn instead<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = did_you_mean(word, known.clone());
    let list: Vec<String> = known.take(100).map(|word| format!("`{word}`")).collect();
    match (near.is_empty(), list.is_empty()) {
        (_, true) => "; there are none".to_owned(),
        (true, false) => format!("; known: {}", list.join(", ")),
        (false, false) => format!("{near} Known: {}", list.join(", ")),
    }
}
