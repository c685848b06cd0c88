//! The file of `--journal-out`: every exchange of every world, as it completes.

use std::path::Path;

use super::run_file::RunFile;
use crate::admin;
use crate::exchange::Completed;
use crate::report::har;
use crate::world::Entry;

/// A file of exchanges: an HTTP archive if its name ends in `.har`, else JSON Lines.
pub struct JournalFile {
    file: RunFile,
    archive: bool,
}

impl JournalFile {
    /// Opens the file, before anything runs.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn create(path: &Path) -> Result<Self, String> {
        let archive = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("har"));
        let (head, separator) = if archive { (har::head(), ",\n") } else { (String::new(), "") };
        Ok(Self { file: RunFile::create("--journal-out", path, &head, separator)?, archive })
    }

    /// The function that writes each complete exchange.
    pub fn completed(&self) -> Completed {
        let (file, archive) = (self.file.clone(), self.archive);
        Box::new(move |world: &str, entry: &Entry| {
            file.add(&if archive {
                har::entry(world, entry).to_string()
            } else {
                let mut line = vec![];
                admin::exchange(entry, Some(world)).write(&mut line);
                line.push(b'\n');
                String::from_utf8_lossy(&line).into_owned()
            });
        })
    }

    /// Completes the file, after the server has stopped.
    ///
    /// # Errors
    /// If any exchange could not be written.
    pub fn finish(&self) -> Result<(), String> {
        self.file.finish(if self.archive { har::TAIL } else { "" })
    }
}
