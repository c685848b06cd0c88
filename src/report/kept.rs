//! The folder with the last reports of a rehearsal and of a matrix. The commands write them there,
//! and a server that is started with the same folder shows them.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

/// The reports that are kept, by the beginning of their files' names.
pub const NAMES: [&str; 2] = ["rehearsal", "matrix"];

/// The files of each report: the end of the name, and the media type.
pub const FORMATS: [(&str, &str); 4] = [
    ("txt", "text/plain; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("json", "application/json"),
    ("xml", "application/xml"),
];

/// A report in every format, in the order of [`FORMATS`].
pub type Formats = [String; FORMATS.len()];

/// A report that is kept.
#[derive(Debug)]
pub struct Kept {
    /// One of [`NAMES`].
    pub name: &'static str,
    /// The time at which it was written.
    pub at: DateTime<Utc>,
    /// The report as text.
    pub text: String,
}

/// Writes a report in every format, in place of the last one of its name. A folder that is missing
/// is made.
///
/// # Errors
/// If a file cannot be written. The message names the flag.
pub fn keep(folder: &Path, name: &str, formats: &Formats) -> Result<(), String> {
    let write = |((end, _), text): ((&str, &str), &String)| {
        let path = folder.join(format!("{name}.{end}"));
        let beside = folder.join(format!("{name}.{end}.{}", std::process::id()));
        // A reader never sees half of a report.
        fs::write(&beside, text).and_then(|()| fs::rename(&beside, path))
    };
    let mut all = FORMATS.into_iter().zip(formats);
    let written = fs::create_dir_all(folder).and_then(|()| all.try_for_each(write));
    written.map_err(|error| format!("--reports {}: {error}", folder.display()))
}

/// Makes the folder, and tries whether reports can be kept in it: that is told before the runs, not
/// after them.
///
/// # Errors
/// If no file can be written. The message names the flag.
pub fn may_keep(folder: &Path) -> Result<(), String> {
    let probe = folder.join(format!(".callmock.{}", std::process::id()));
    let tried = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&probe, ""))
        .and_then(|()| fs::remove_file(&probe));
    tried.map_err(|error| format!("--reports {}: {error}", folder.display()))
}

/// The reports that a folder keeps, the newest first. A folder that is not there keeps none.
#[must_use]
pub fn of(folder: &Path) -> Vec<Kept> {
    let read = |name: &'static str| {
        let path = folder.join(format!("{name}.txt"));
        let at = fs::metadata(&path).and_then(|file| file.modified()).ok()?;
        Some(Kept { name, at: at.into(), text: fs::read_to_string(path).ok()? })
    };
    let mut kept: Vec<Kept> = NAMES.into_iter().filter_map(read).collect();
    kept.sort_by_key(|kept| std::cmp::Reverse(kept.at));
    kept
}

/// The path and the media type of a report's file. `None` if no report has a file of this name.
#[must_use]
pub fn file(folder: &Path, name: &str) -> Option<(PathBuf, &'static str)> {
    let (report, end) = name.split_once('.')?;
    let (_, kind) = FORMATS.into_iter().find(|(known, _)| *known == end)?;
    NAMES.contains(&report).then(|| (folder.join(name), kind))
}
