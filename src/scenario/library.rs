//! The scenarios that one server can begin a world with: its own, the embedded ones, and those that
//! a request brings.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::checked::Scenario;
use super::diagnostic::Invalid;
use super::load::{Source, Stamp, embedded, embedded_names, state};
use super::loaded;
use super::options::LoadOptions;
use crate::contract::Readings;
use crate::nearest::did_you_mean_or_known;

/// The scenarios of one server.
#[derive(Debug)]
pub struct Library {
    options: LoadOptions,
    own: RwLock<Arc<Scenario>>,
    /// Every file that the server's own scenario is made of, or was meant to be, as it was when it
    /// was read.
    files: Mutex<Stamp>,
    /// The others, once they were asked for.
    named: Mutex<HashMap<String, Arc<Scenario>>>,
    /// How often it was reloaded: what was read before a reload is not kept after it.
    reloads: AtomicU64,
}

/// No scenario has that name.
#[derive(Debug)]
pub enum NotFound {
    /// Nobody knows the name: what to write instead.
    Name(String),
    /// It is known, but wrong.
    Invalid(Invalid),
}

impl Library {
    /// Loads a server's own scenario.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn open(options: LoadOptions) -> Result<Self, Invalid> {
        let mut files = vec![];
        let own = RwLock::new(Arc::new(loaded(&options, &mut files)?));
        let (files, named) = (Mutex::new(files), Mutex::default());
        Ok(Self { options, own, files, named, reloads: AtomicU64::new(0) })
    }

    /// The same library with other readings for its own scenario, whose calls it shares.
    #[must_use]
    pub fn with_readings(&self, readings: Readings) -> Self {
        let own = self.own();
        let scenario = Scenario {
            title: own.title.clone(),
            universe: Arc::clone(&own.universe),
            accounts: own.accounts.clone(),
            clock: own.clock,
            seed: own.seed,
            readings: readings.clone(),
            faults: own.faults.clone(),
            doubts: own.doubts.clone(),
            fingerprint: own.fingerprint.clone(),
        };
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Self {
            options: LoadOptions { readings: Some(readings), ..self.options.clone() },
            own: RwLock::new(Arc::new(scenario)),
            files: Mutex::new(files),
            named: Mutex::default(),
            reloads: AtomicU64::new(0),
        }
    }

    /// The server's own scenario.
    #[must_use]
    pub fn own(&self) -> Arc<Scenario> {
        Arc::clone(&self.own.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The names that a world may be begun with: the files that the server was started with, then
    /// the embedded ones.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let files = self.options.sources.iter().filter_map(|source| match source {
            Source::Path(path) => Some(path.display().to_string()),
            Source::Text { .. } => None,
        });
        files.chain(embedded_names().map(str::to_owned)).collect()
    }

    /// A scenario by its name: one of the server's own files, alone, or an embedded one. No other
    /// file is ever read.
    ///
    /// # Errors
    /// When there is none, or when the file is wrong.
    pub fn named(&self, name: &str) -> Result<Arc<Scenario>, NotFound> {
        let own = self.options.sources.iter().find(|source| match source {
            Source::Path(path) => {
                path == Path::new(name) || path.file_stem().is_some_and(|stem| stem == name)
            }
            Source::Text { .. } => false,
        });
        let Some(source) = own.cloned().or_else(|| embedded(name)) else {
            let names = self.names();
            let hint = did_you_mean_or_known(name, names.iter().map(String::as_str));
            return Err(NotFound::Name(format!("there is no scenario `{name}`{hint}")));
        };
        if own.is_some() && self.options.sources.len() == 1 {
            return Ok(self.own());
        }
        let known = |named: &HashMap<String, Arc<Scenario>>| named.get(name).cloned();
        if let Some(scenario) = known(&self.named.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(scenario);
        }
        let reloads = self.reloads.load(Ordering::Acquire);
        let options = LoadOptions { sources: vec![source], ..self.options.clone() };
        let scenario = Arc::new(loaded(&options, &mut vec![]).map_err(NotFound::Invalid)?);
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if self.reloads.load(Ordering::Acquire) == reloads {
            named.insert(name.to_owned(), Arc::clone(&scenario));
        }
        Ok(scenario)
    }

    /// A scenario that came as a text over HTTP, of so many calls at most.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn inline(&self, text: &str, most_calls: usize) -> Result<Arc<Scenario>, Invalid> {
        let source = Source::Text { name: "scenario".into(), text: text.into() };
        let options =
            LoadOptions { sources: vec![source], most_calls: Some(most_calls), ..self.options.clone() };
        loaded(&options, &mut vec![]).map(Arc::new)
    }

    /// Loads the server's own scenario again, and everything else the next time it is asked for.
    ///
    /// # Errors
    /// Every mistake in it; nothing is changed then.
    pub fn reload(&self) -> Result<Arc<Scenario>, Invalid> {
        let mut files = vec![];
        let scenario = loaded(&self.options, &mut files);
        let mut watched = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if scenario.is_err() {
            // What was not reached this time may be what must be mended.
            let reached = |path: &Path| files.iter().any(|(file, _)| file == path);
            let rest: Stamp =
                watched.iter().filter(|(file, _)| !reached(file)).map(|(file, _)| state(file)).collect();
            files.extend(rest);
        }
        *watched = files;
        drop(watched);
        let scenario = Arc::new(scenario?);
        *self.own.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&scenario);
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        self.reloads.fetch_add(1, Ordering::AcqRel);
        named.clear();
        drop(named);
        Ok(scenario)
    }

    /// Whether the server's own scenario has a file that can be edited.
    #[must_use]
    pub fn has_files(&self) -> bool {
        !self.files.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether any of its files is not as it was when it was read.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .any(|known| state(&known.0) != *known)
    }

    /// What state its files are in now.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        self.files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|(file, _)| state(file))
            .collect()
    }
}
