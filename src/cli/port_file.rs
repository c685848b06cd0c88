//! The file that tells the port: it is there for as long as somebody listens, and never names
//! another's.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// A port file. What was written is removed when this is dropped, unless another server has written
/// there since.
#[derive(Debug)]
pub struct PortFile {
    path: PathBuf,
    /// Device and inode of what was written, and what it was.
    written: Option<(u64, u64, String)>,
}

impl PortFile {
    /// Takes away what an earlier server left there: whoever waits for the file waits for this one.
    ///
    /// # Errors
    /// When it cannot be, said with the flag's name.
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

    /// Writes the port beside the file and renames it there, so that a reader never sees half of
    /// it.
    ///
    /// # Errors
    /// When it cannot be, said with the flag's name.
    pub fn write(&mut self, address: SocketAddr) -> Result<(), String> {
        // A pipe or a terminal is written to: nobody reads half of what it takes at once.
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
        self.written = Some((metadata.dev(), metadata.ino(), text));
        Ok(())
    }

    fn wrong(&self, error: &io::Error) -> String {
        format!("--port-file {}: {error}", self.path.display())
    }
}

impl Drop for PortFile {
    fn drop(&mut self) {
        let Some((device, inode, text)) = &self.written else { return };
        let is_own = fs::symlink_metadata(&self.path)
            .is_ok_and(|there| (there.dev(), there.ino()) == (*device, *inode));
        // Somebody may have written into it.
        if is_own && fs::read_to_string(&self.path).is_ok_and(|there| there == *text) {
            drop(fs::remove_file(&self.path));
        }
    }
}
