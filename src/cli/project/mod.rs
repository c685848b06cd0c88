//! The project file, `callmock.yaml`: the flags of a project in a file, so that everybody runs
//! callmock with the same flags.

mod file;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use serde::de::IgnoredAny;

pub use self::file::schema;
use self::file::{File, ReadingSet};
use crate::contract::{Readings, UnknownReading};
use crate::nearest::{did_you_mean, did_you_mean_or_known};
use crate::scenario::{At, Diagnostic, Invalid, Position, embedded, embedded_names};
use crate::vendors;
use crate::yaml::{self, Bounds};

/// The name of a project file.
pub const NAME: &str = "callmock.yaml";

/// A common misspelling of [`NAME`].
const NEAR: &str = "callmock.yml";

/// The keys that each subcommand uses. A key has the name of its flag.
const USES: [(&[&str], &[&str]); 5] = [
    (&[], &["scenario", "readings"]),
    (&["serve"], &["scenario", "readings"]),
    (
        &["exec"],
        &["scenario", "readings", "fail_under", "deny_findings", "baseline", "exclusions", "journal_out"],
    ),
    (&["matrix"], &["scenario", "readings", "exclusions"]),
    (&["baseline", "write"], &["baseline", "exclusions"]),
];

/// A project file, read and checked.
#[derive(Debug)]
pub struct Project {
    /// Its path, relative to the working directory.
    pub path: PathBuf,
    /// Each key with its values, as the flag of the key takes them.
    pub values: Vec<(&'static str, Vec<String>)>,
}

/// The project file that this run uses.
static USED: OnceLock<String> = OnceLock::new();

/// The path of the project file that this run uses, if it uses one.
pub fn used() -> Option<&'static str> {
    USED.get().map(String::as_str)
}

/// Records that this run uses a project file.
pub fn use_it(project: &Project) {
    USED.get_or_init(|| project.path.display().to_string());
}

/// The project file of the working directory, with the keys that a subcommand uses. `note` receives
/// messages about files that look like project files and are not.
///
/// # Errors
/// The mistakes in the file, one per line.
pub fn of_command(command: &[String], note: impl FnMut(String)) -> Result<Option<Project>, Invalid> {
    let keys = USES.iter().find(|(of, _)| of == &command).map(|(_, keys)| *keys);
    let (Some(keys), Some(path)) = (keys, keys.and_then(|_| find(note))) else { return Ok(None) };
    let mut project = read(&path)?;
    project.values.retain(|(key, _)| keys.contains(key));
    Ok(Some(project))
}

/// Finds the project file: the first one in the working directory or above it. The search ends at
/// the directory that has `.git`, for what is above it belongs to others.
pub fn find(mut note: impl FnMut(String)) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let mut up = PathBuf::new();
    for directory in here.ancestors() {
        let path = up.join(NAME);
        if path.is_file() {
            if !is_scenario(&path) {
                return Some(path);
            }
            if !is_on_the_command_line() {
                note(format!(
                    "{0} is a scenario, for it has the key `callmock`: it is not used as a project file. Serve it with \
                     --scenario {0}, or give it another name",
                    path.display()
                ));
            }
        } else if up.join(NEAR).is_file() {
            note(format!("{} is not read: a project file is called {NAME}", up.join(NEAR).display()));
        }
        if directory.join(".git").exists() {
            break;
        }
        up.push("..");
    }
    None
}

/// Whether the user names a file of this name.
fn is_on_the_command_line() -> bool {
    let named = |word: &std::ffi::OsStr| word.to_string_lossy().contains(NAME);
    std::env::args_os().skip(1).any(|word| named(&word))
        || std::env::var_os("CALLMOCK_SCENARIO").is_some_and(|value| named(&value))
}

/// Whether a file is a project file: by its name, and because it is not a scenario.
pub fn is_project(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == NAME) && path.is_file() && !is_scenario(path)
}

/// Whether a file with the name of a project file is a scenario: it has the key `callmock`.
pub fn is_scenario(path: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(path) else { return false };
    let read = yaml::read::<Versioned>(&text, Bounds::OWN);
    match read.value {
        Some(Versioned { callmock }) => callmock.is_some(),
        // A text that is not YAML has a mistake in any case.
        None => text.lines().any(|line| line.starts_with("callmock:")),
    }
}

/// The key by which a scenario is known.
#[derive(Deserialize)]
struct Versioned {
    callmock: Option<IgnoredAny>,
}

/// Reads and checks a project file.
///
/// # Errors
/// Every mistake in it, each with its place.
pub fn read(path: &Path) -> Result<Project, Invalid> {
    let name: Arc<str> = path.display().to_string().into();
    let diagnostic = |Position { line, column }, path: &str, message: String| Diagnostic {
        file: Arc::clone(&name),
        line,
        column,
        path: path.to_owned(),
        message,
    };
    let whole = |message: String| Invalid::from(diagnostic(Position::default(), "", message));
    let text = std::fs::read_to_string(path).map_err(|error| whole(format!("cannot be read: {error}")))?;
    let read = yaml::read::<File>(&text, Bounds::OWN);
    let mut mistakes: Vec<Diagnostic> = read
        .mistakes
        .into_iter()
        .map(|of| diagnostic(Position { line: of.line, column: of.column }, &of.path, of.message))
        .collect();
    let Some(file) = read.value else { return Err(Invalid(mistakes)) };
    let values = Checked { base: path.parent().unwrap_or(Path::new("")), mistakes: vec![] }.values(&file);
    mistakes.extend(values.1.into_iter().map(|(place, path, message)| diagnostic(place, &path, message)));
    if mistakes.is_empty() {
        Ok(Project { path: path.to_owned(), values: values.0 })
    } else {
        Err(Invalid(mistakes))
    }
}

/// A mistake: its place, its path in the file, and what to write instead.
type Mistake = (Position, String, String);

/// The keys with their values, as flags take them.
type Values = Vec<(&'static str, Vec<String>)>;

/// The check of a file's values.
struct Checked<'a> {
    /// The directory to which paths are relative.
    base: &'a Path,
    mistakes: Vec<Mistake>,
}

impl Checked<'_> {
    fn values(mut self, file: &File) -> (Values, Vec<Mistake>) {
        let mut values: Values = vec![];
        if let Some(scenarios) = &file.scenario {
            let words = scenarios.0.iter().enumerate().filter_map(|(n, word)| self.scenario(n, word));
            values.push(("scenario", words.collect()));
        }
        match &file.readings {
            Some(ReadingSet::All(word)) => values.push(("readings", vec![(*word).to_owned()])),
            Some(ReadingSet::Chosen(chosen)) if !chosen.is_empty() => {
                let pairs: Vec<String> =
                    chosen.iter().map(|(id, option)| format!("{}={}", id.value, option.value.0)).collect();
                values.push(("readings", vec![pairs.join(",")]));
                for (id, option) in chosen {
                    self.reading(id, option);
                }
            }
            Some(ReadingSet::Chosen(_)) | None => {}
        }
        if let Some(At { value, place }) = file.fail_under {
            if value > 100 {
                let message = format!("expected a percentage of 0 to 100, found {value}");
                self.mistakes.push((place, "fail_under".to_owned(), message));
            }
            values.push(("fail_under", vec![value.to_string()]));
        }
        if let Some(file::Denied(word)) = file.deny_findings {
            values.push(("deny_findings", vec![word.to_owned()]));
        }
        if let Some(exclusions) = &file.exclusions {
            let path = self.base.join(&exclusions.value);
            if !path.is_file() {
                let message = format!("there is no file {}", path.display());
                self.mistakes.push((exclusions.place, "exclusions".to_owned(), message));
            }
        }
        let files = [
            ("baseline", &file.baseline),
            ("exclusions", &file.exclusions),
            ("journal_out", &file.journal_out),
        ];
        for (key, path) in files {
            let Some(path) = path else { continue };
            if path.value.is_empty() {
                self.mistakes.push((path.place, key.to_owned(), "expected a file, found nothing".to_owned()));
            }
            values.push((key, vec![self.base.join(&path.value).display().to_string()]));
        }
        (values, self.mistakes)
    }

    /// A scenario as its flag takes it: a path from the working directory, or a built-in name.
    fn scenario(&mut self, n: usize, word: &At<String>) -> Option<String> {
        let mut wrong = |message| self.mistakes.push((word.place, format!("scenario[{n}]"), message));
        let path = self.base.join(&word.value);
        if path.is_file() {
            let path = path.display().to_string();
            if path.contains(',') {
                wrong(format!("`{path}` has a comma, which stands between scenarios; rename the file"));
            } else if is_project(Path::new(&path)) {
                wrong(format!("`{path}` is a project file; a scenario has the key `callmock: 1`"));
            }
            return Some(path);
        }
        if embedded(&word.value).is_some() {
            return Some(word.value.clone());
        }
        let near = did_you_mean(&word.value, embedded_names());
        let names: Vec<&str> = embedded_names().collect();
        wrong(format!(
            "no scenario `{}`: there is no file {}, and the built-in ones are {}{near}",
            word.value,
            path.display(),
            names.join(", ")
        ));
        None
    }

    fn reading(&mut self, id: &At<String>, option: &At<crate::scenario::OptionName>) {
        let name = &option.value.0;
        let (place, message) = match Readings::default().choose(vendors::readings(), &id.value, name) {
            Ok(()) => return,
            Err(UnknownReading::Id) => {
                let known = vendors::readings();
                let known = known.iter().map(|reading| reading.id);
                let hint = did_you_mean_or_known(&id.value, known);
                (id.place, format!("unknown reading `{}`{hint}", id.value))
            }
            Err(UnknownReading::Option(options)) => {
                let hint = did_you_mean_or_known(name, options.iter().copied());
                (option.place, format!("`{name}` is not an option{hint}"))
            }
        };
        self.mistakes.push((place, format!("readings.{}", id.value), message));
    }
}
