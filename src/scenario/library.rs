//! The scenarios with which a server can begin a world: its own, the embedded ones, and those that
//! a request contains.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::{DateTime, Utc};

use super::checked::Scenario;
use super::diagnostic::Invalid;
use super::fault::Rule;
use super::load::{Source, Stamp, embedded, embedded_names, state};
use super::loaded;
use super::options::LoadOptions;
use super::provenance::Provenance;
use crate::contract::Readings;
use crate::nearest::did_you_mean_or_known;

/// The scenarios of one server.
#[derive(Debug)]
pub struct Library {
    options: LoadOptions,
    own: RwLock<Arc<Scenario>>,
    /// The state of every file of the server's own scenario, at the time when it was read. Files
    /// that do not exist are included.
    files: Mutex<Stamp>,
    /// The other scenarios, cached by name.
    named: Mutex<HashMap<String, Arc<Scenario>>>,
    /// The number of reloads. A scenario that was read before a reload is not cached after it.
    reloads: AtomicU64,
}

/// The error for a name that gives no scenario.
#[derive(Debug)]
pub enum NotFound {
    /// No scenario has the name. The value is a message that suggests others.
    Name(String),
    /// The scenario has mistakes.
    Invalid(Invalid),
}

impl Library {
    /// Loads the server's own scenario.
    ///
    /// # Errors
    /// Every mistake in the scenario.
    pub fn open(options: LoadOptions) -> Result<Self, Invalid> {
        let mut files = vec![];
        let own = RwLock::new(Arc::new(loaded(&options, &mut files)?));
        let (files, named) = (Mutex::new(files), Mutex::default());
        Ok(Self { options, own, files, named, reloads: AtomicU64::new(0) })
    }

    /// This library with other readings for its own scenario. The calls are shared.
    #[must_use]
    pub fn with_readings(&self, readings: Readings) -> Self {
        self.with(readings, self.own().faults.clone())
    }

    /// This library with further faults in its own scenario. The calls are shared.
    #[must_use]
    pub fn with_faults(&self, faults: impl IntoIterator<Item = Rule>) -> Self {
        let own = self.own();
        let faults = own.faults.iter().cloned().chain(faults.into_iter().map(Arc::new)).collect();
        self.with(own.readings.clone(), faults)
    }

    fn with(&self, readings: Readings, faults: Vec<Arc<Rule>>) -> Self {
        let own = self.own();
        let scenario = Scenario {
            title: own.title.clone(),
            universe: Arc::clone(&own.universe),
            accounts: Arc::clone(&own.accounts),
            clock: own.clock,
            zone: own.zone,
            moment: own.moment,
            runs_out: own.runs_out,
            files: own.files.clone(),
            options: LoadOptions { readings: Some(readings.clone()), ..own.options.clone() },
            seed: own.seed,
            magic: own.magic,
            count_calls: own.count_calls,
            readings: readings.clone(),
            faults,
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

    /// The names with which a world may be begun: the server's own files, then the embedded
    /// scenarios.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let files = self.options.sources.iter().filter_map(|source| match source {
            Source::Path(path) => Some(path.display().to_string()),
            Source::Text { .. } => None,
        });
        files.chain(embedded_names().map(str::to_owned)).collect()
    }

    /// The scenario with a name: one of the server's own files, alone, or an embedded scenario. No
    /// other file is ever read.
    ///
    /// # Errors
    /// When no scenario has the name, or the file has mistakes.
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

    /// A scenario from a text that came over HTTP, with `most_calls` calls at most.
    ///
    /// # Errors
    /// Every mistake in the scenario.
    pub fn inline(&self, text: &str, most_calls: usize) -> Result<Arc<Scenario>, Invalid> {
        let source = Source::Text { name: "scenario".into(), text: text.into() };
        let options =
            LoadOptions { sources: vec![source], most_calls: Some(most_calls), ..self.options.clone() };
        loaded(&options, &mut vec![]).map(Arc::new)
    }

    /// Where a world's scenario came from.
    #[must_use]
    pub fn provenance(&self, scenario: &Scenario) -> Provenance {
        let LoadOptions { sources, most_calls, .. } = &scenario.options;
        Provenance::of(sources, most_calls.is_some(), &self.options.sources)
    }

    /// The scenario of a provenance, with its relative times counted from `moment` if there is one.
    ///
    /// # Errors
    /// When no scenario has the name, or there are mistakes in it.
    pub fn again(
        &self,
        provenance: &Provenance,
        moment: Option<DateTime<Utc>>,
    ) -> Result<Arc<Scenario>, NotFound> {
        let now = match provenance {
            Provenance::Own => self.own(),
            Provenance::Named(name) => self.named(name)?,
            // Its calls were counted when it came.
            Provenance::Inline(text) => self.inline(text, usize::MAX).map_err(NotFound::Invalid)?,
        };
        if now.moment.is_none() || moment.is_none() || now.moment == moment {
            return Ok(now);
        }
        let options = LoadOptions { moment, ..now.options.clone() };
        loaded(&options, &mut vec![]).map(Arc::new).map_err(NotFound::Invalid)
    }

    /// Loads the server's own scenario again. All others are loaded again when they are next
    /// needed.
    ///
    /// # Errors
    /// Every mistake in the scenario. Nothing is changed then.
    pub fn reload(&self) -> Result<Arc<Scenario>, Invalid> {
        let mut files = vec![];
        let scenario = loaded(&self.options, &mut files);
        let mut watched = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if scenario.is_err() {
            // A file that was not reached this time may be the one that must be corrected.
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

    /// Whether the server's own scenario is read from files.
    #[must_use]
    pub fn has_files(&self) -> bool {
        !self.files.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether any file of the server's own scenario has changed since it was read.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .any(|known| state(&known.0) != *known)
    }

    /// The current state of those files.
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
