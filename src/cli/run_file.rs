//! A file that is written while a run goes on: `--journal-out` and `--bundle`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A file with a part for each exchange. Clones write the same file.
#[derive(Clone)]
pub struct RunFile {
    flag: &'static str,
    path: PathBuf,
    writing: Arc<Mutex<Writing>>,
}

struct Writing {
    /// `None` once the file is complete: what comes later is left out.
    out: Option<BufWriter<File>>,
    separator: &'static str,
    parts: u64,
    failed: Option<std::io::Error>,
}

impl RunFile {
    /// Creates the file of a flag, with its head. `separator` stands between two parts.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn create(
        flag: &'static str,
        path: &Path,
        head: &str,
        separator: &'static str,
    ) -> Result<Self, String> {
        let created = File::create(path).map(BufWriter::new).and_then(|mut out| {
            out.write_all(head.as_bytes())?;
            Ok(out)
        });
        let out = created.map_err(|error| format!("{flag} {}: {error}", path.display()))?;
        let writing = Writing { out: Some(out), separator, parts: 0, failed: None };
        Ok(Self { flag, path: path.to_owned(), writing: Arc::new(Mutex::new(writing)) })
    }

    /// Adds a part. A failure is reported at the end.
    pub fn add(&self, part: &str) {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let separator = if writing.parts > 0 { writing.separator } else { "" };
        writing.parts += 1;
        let Some(out) = &mut writing.out else { return };
        let written = out.write_all(separator.as_bytes()).and_then(|()| out.write_all(part.as_bytes()));
        if let Err(error) = written {
            writing.failed.get_or_insert(error);
        }
    }

    /// Completes the file with its tail.
    ///
    /// # Errors
    /// If any part could not be written.
    pub fn finish(&self, tail: &str) -> Result<(), String> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let finished = match (writing.failed.take(), writing.out.take()) {
            (Some(error), _) => Err(error),
            (None, Some(mut out)) => out.write_all(tail.as_bytes()).and_then(|()| out.flush()),
            (None, None) => Ok(()),
        };
        finished.map_err(|error| format!("{} {}: {error}", self.flag, self.path.display()))
    }
}
