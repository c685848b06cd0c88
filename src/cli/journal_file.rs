//! The file of `--journal-out`: every exchange of every world, as it completes.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::admin;
use crate::exchange::Completed;
use crate::report::har;
use crate::world::Entry;

/// A file of exchanges: an HTTP archive if its name ends in `.har`, else JSON Lines.
pub struct JournalFile {
    path: PathBuf,
    writing: Arc<Mutex<Writing>>,
}

struct Writing {
    out: BufWriter<File>,
    archive: bool,
    entries: u64,
    failed: Option<std::io::Error>,
}

impl JournalFile {
    /// Opens the file, before anything runs.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn create(path: &Path) -> Result<Self, String> {
        let archive = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("har"));
        let opened = File::create(path).map(BufWriter::new).and_then(|mut out| {
            if archive {
                out.write_all(har::head().as_bytes())?;
            }
            Ok(out)
        });
        let out = opened.map_err(|error| format!("--journal-out {}: {error}", path.display()))?;
        let writing = Arc::new(Mutex::new(Writing { out, archive, entries: 0, failed: None }));
        Ok(Self { path: path.to_owned(), writing })
    }

    /// The function that writes each complete exchange.
    pub fn completed(&self) -> Completed {
        let writing = Arc::clone(&self.writing);
        Box::new(move |world: &str, entry: &Entry| {
            writing.lock().unwrap_or_else(PoisonError::into_inner).add(world, entry);
        })
    }

    /// Completes the file, after the server has stopped.
    ///
    /// # Errors
    /// If any exchange could not be written.
    pub fn finish(&self) -> Result<(), String> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let tail = if writing.archive { har::TAIL } else { "" };
        let finished = match writing.failed.take() {
            Some(error) => Err(error),
            None => writing.out.write_all(tail.as_bytes()).and_then(|()| writing.out.flush()),
        };
        finished.map_err(|error| format!("--journal-out {}: {error}", self.path.display()))
    }
}

impl Writing {
    fn add(&mut self, world: &str, entry: &Entry) {
        let text = if self.archive {
            let comma = if self.entries > 0 { ",\n" } else { "" };
            format!("{comma}{}", har::entry(world, entry))
        } else {
            let mut exchange = admin::exchange(entry);
            exchange["world"] = world.into();
            format!("{exchange}\n")
        };
        self.entries += 1;
        if let Err(error) = self.out.write_all(text.as_bytes()) {
            self.failed.get_or_insert(error);
        }
    }
}
