//! A state file: one server has it at a time, and it is replaced as a whole.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::StateError;
use super::format::{FORMAT, Format, State};
use crate::platform::{create_private, sync_folder};
use crate::version::VERSION;

/// A state file that this process has for itself.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// Locked for as long as this process runs.
    _lock: Option<File>,
    read: Option<State>,
}

/// The path with an end added to its name.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

impl StateFile {
    /// Takes a file for this process, and reads it. A folder that is missing is made. A file that
    /// cannot be understood is put aside, and a warning says so.
    ///
    /// # Errors
    /// If another process has the file, or it cannot be read, written or put aside.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        let failed = |error| StateError::Io(path.to_owned(), error);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        // A link to the file stays one.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let failed = |error| StateError::Io(path.clone(), error);
        let lock = lock(&path)?;
        let read = match fs::read(&path) {
            Ok(text) => understood(&path, &text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        Ok(Self { path, _lock: lock, read })
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file had, once.
    pub(super) fn take(&mut self) -> Option<State> {
        self.read.take()
    }

    /// Keeps a copy of the file as it is, in place of an earlier copy. Returns its path.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub(super) fn keep_copy(&self) -> io::Result<PathBuf> {
        let copy = beside(&self.path, ".before");
        fs::copy(&self.path, &copy)?;
        Ok(copy)
    }

    /// Writes the file anew. Whoever reads it finds either the old state or the new one, even if this
    /// process or the machine ends in the middle.
    ///
    /// # Errors
    /// If it cannot be written. The file is then as it was.
    pub(super) fn write(&self, state: &impl Serialize) -> io::Result<()> {
        let new = beside(&self.path, ".new");
        let written = self.write_to(&new, state);
        if written.is_err() {
            // Half of it would take room from a full disk.
            drop(fs::remove_file(&new));
        }
        written
    }

    fn write_to(&self, new: &Path, state: &impl Serialize) -> io::Result<()> {
        match fs::remove_file(new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // A scenario that a test has sent may have credentials in it.
        let mut file = BufWriter::with_capacity(1 << 16, create_private(new)?);
        serde_json::to_writer(&mut file, state).map_err(io::Error::from)?;
        file.write_all(b"\n")?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_data()?;
        fs::rename(new, &self.path)?;
        sync_folder(&self.path)
    }
}

/// Locks a file beside the state, which is replaced and cannot be locked itself. None where the file
/// system has no locks: then a second server is not noticed.
fn lock(path: &Path) -> Result<Option<File>, StateError> {
    let name = beside(path, ".lock");
    let failed = |error| StateError::Io(name.clone(), error);
    let file = File::options().create(true).truncate(false).read(true).write(true).open(&name);
    let mut file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let process = fs::read_to_string(&name).ok().and_then(|text| text.trim().parse().ok());
            return Err(StateError::InUse(path.to_owned(), process));
        }
        Err(TryLockError::Error(error)) => {
            tracing::warn!(
                "{}: a second callmock with this file would not be noticed: {error}",
                name.display()
            );
            return Ok(None);
        }
    }
    // The number is for the message of a second server. A full disk does not matter here.
    drop(file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())));
    Ok(Some(file))
}

/// The state in a text. A text that is none is put aside.
fn understood(path: &Path, text: &[u8]) -> Result<Option<State>, StateError> {
    let why = match serde_json::from_slice::<Format>(text) {
        Ok(Format { callmock_state: FORMAT }) => match serde_json::from_slice(text) {
            Ok(state) => return Ok(Some(state)),
            Err(error) => format!("callmock {VERSION} cannot read this state ({error})"),
        },
        Ok(Format { callmock_state }) => {
            format!("this state is of version {callmock_state}; callmock {VERSION} knows version {FORMAT}")
        }
        Err(error) => format!("this is no state of callmock ({error})"),
    };
    let aside =
        put_aside(path).map_err(|error| StateError::NotPutAside(path.to_owned(), why.clone(), error))?;
    tracing::warn!("{}: {why}: it is kept as {}, and all worlds begin anew", path.display(), aside.display());
    Ok(None)
}

/// Moves a file to the first name that is free.
fn put_aside(path: &Path) -> io::Result<PathBuf> {
    let names = (1..).map(|n| beside(path, &format!(".aside-{n}")));
    for name in names {
        // The name is taken before the file gets it, so no other file is replaced.
        match File::options().write(true).create_new(true).open(&name) {
            Ok(_) => return fs::rename(path, &name).map(|()| name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
