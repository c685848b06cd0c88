//! The file with the server's port. It exists for as long as the server listens, and a file of
//! another server is left alone.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::platform;

/// A port file. It is removed when this is dropped, unless another server has written it since.
#[derive(Debug)]
pub struct PortFile {
    path: PathBuf,
    /// The identity and text of the file that was written.
    written: Option<((u64, u64), String)>,
}

impl PortFile {
    /// Removes the file of an earlier server, because a reader waits for the file of this one.
    ///
    /// # Errors
    /// If the file cannot be removed. The message names the flag.
    pub fn clear(path: &PathBuf) -> Result<Self, String> {
        let this = Self { path: path.clone(), written: None };
        match fs::metadata(path) {
            Ok(there) if there.is_file() => fs::remove_file(path).map_err(|error| this.wrong(&error))?,
            Ok(there) if there.is_dir() => {
                return Err(format!("--port-file {}: it is a folder; name a file in it", path.display()));
            }
            _ => {}
        }
        Ok(this)
    }

    /// Writes the port to a temporary file and renames it, so that a reader never sees half of the
    /// file.
    ///
    /// # Errors
    /// If the file cannot be written. The message names the flag.
    pub fn write(&mut self, address: SocketAddr) -> Result<(), String> {
        // A pipe or a terminal is written directly, because a rename would replace it.
        if fs::metadata(&self.path).is_ok_and(|there| !there.is_file()) {
            return fs::write(&self.path, format!("{}\n", address.port()))
                .map_err(|error| self.wrong(&error));
        }
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}", std::process::id()));
        let beside = self.path.with_file_name(name);
        let text = format!("{}\n", address.port());
        let written = fs::write(&beside, &text)
            .and_then(|()| fs::metadata(&beside))
            .and_then(|metadata| fs::rename(&beside, &self.path).map(|()| metadata));
        let metadata = written.map_err(|error| {
            drop(fs::remove_file(&beside));
            self.wrong(&error)
        })?;
        self.written = Some((platform::file_state(&metadata).file, text));
        Ok(())
    }

    fn wrong(&self, error: &io::Error) -> String {
        format!("--port-file {}: {error}", self.path.display())
    }
}

impl Drop for PortFile {
    fn drop(&mut self) {
        let Some((file, text)) = &self.written else { return };
        let is_own =
            fs::symlink_metadata(&self.path).is_ok_and(|there| platform::file_state(&there).file == *file);
        // Another process may have written to the file.
        if is_own && fs::read_to_string(&self.path).is_ok_and(|there| there == *text) {
            drop(fs::remove_file(&self.path));
        }
    }
}
