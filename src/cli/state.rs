//! The flag of `serve` for the file in which the worlds survive a restart.

use std::path::{Path, PathBuf};

use super::tls::image_folder;
use crate::platform::is_mounted;
use crate::server::{StateError, StateFile};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Keep all worlds in this file, with their credentials, changes, clocks, faults and readings, and
    /// go on with them at the next start [default: none; /state/callmock.json in the image if /state
    /// is mounted and can be written to]
    #[arg(help_heading = "Worlds", long, env = "CALLMOCK_STATE", value_name = "FILE")]
    state: Option<PathBuf>,
}

impl Args {
    /// Opens the file, if there is one to be kept.
    ///
    /// # Errors
    /// If it cannot be used. The message names the flag.
    pub fn open(&self) -> Result<Option<StateFile>, String> {
        let open = |path: &Path| StateFile::open(path).map(Some);
        if let Some(path) = &self.state {
            return open(path).map_err(|error| self.told(&error));
        }
        let Some(folder) = image_folder().filter(|folder| is_mounted(folder)) else { return Ok(None) };
        match open(&folder.join("callmock.json")) {
            Err(error) if !error.is_taken() => {
                tracing::warn!("{error}: the worlds end with this server");
                Ok(None)
            }
            opened => opened.map_err(|error| self.told(&error)),
        }
    }

    /// The message of an error, which names the flag if it was given.
    pub fn told(&self, error: &StateError) -> String {
        let flag = if self.state.is_some() { "--state " } else { "" };
        format!("{flag}{error}")
    }
}
