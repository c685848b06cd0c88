//! A state file: one server has it at a time, and it is replaced as a whole.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write as _};
use std::mem;
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
    read: Read,
}

/// The content of the file when it was opened.
#[derive(Debug)]
enum Read {
    Nothing,
    State(State),
    /// The reason why it cannot be understood.
    NotUnderstood(String),
}

/// The path with an end added to its name.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Where the file is: a link to it stays one.
fn behind_links(path: &Path) -> PathBuf {
    // A link may lead to a file that is not there yet.
    let led = || Some(path.parent()?.join(fs::read_link(path).ok()?));
    fs::canonicalize(path).ok().or_else(led).unwrap_or_else(|| path.to_owned())
}

impl StateFile {
    /// Takes a file for this process, and reads it. A folder that is missing is made.
    ///
    /// # Errors
    /// If another process has the file, or it cannot be read.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        let failed = |error| StateError::Io(path.to_owned(), error);
        let has_no_name = path.as_os_str().as_encoded_bytes().last().is_none_or(|last| *last == b'/');
        if has_no_name || fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(StateError::NoFile(path.to_owned()));
        }
        let path = &behind_links(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let lock = lock(path)?;
        let read = match fs::read(path) {
            Ok(text) => understood(&text).map_or_else(Read::NotUnderstood, Read::State),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Read::Nothing,
            Err(error) => return Err(failed(error)),
        };
        Ok(Self { path: path.clone(), _lock: lock, read })
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the state that was read. A file that cannot be understood is put aside with a warning.
    ///
    /// # Errors
    /// If it cannot be put aside.
    pub(super) fn take(&mut self) -> Result<Option<State>, StateError> {
        let why = match mem::replace(&mut self.read, Read::Nothing) {
            Read::Nothing => return Ok(None),
            Read::State(state) => return Ok(Some(state)),
            Read::NotUnderstood(why) => why,
        };
        let path = &self.path;
        let aside = at_free_name(path, ".aside", |aside| fs::rename(path, aside))
            .map_err(|error| StateError::NotPutAside(path.clone(), why.clone(), error))?;
        tracing::warn!(
            "{}: {why}: it is kept as {}, and all worlds begin anew",
            path.display(),
            aside.display()
        );
        Ok(None)
    }

    /// Keeps the file as it is under another name, too. Returns its path.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub(super) fn keep_copy(&self) -> io::Result<PathBuf> {
        // The file itself is never written to, only replaced: a second name needs no room.
        let second_name = |copy: &Path| {
            fs::remove_file(copy)?;
            fs::hard_link(&self.path, copy).or_else(|_| {
                let copied = fs::copy(&self.path, copy).and_then(|_| File::open(copy)?.sync_all());
                copied.inspect_err(|_| drop(fs::remove_file(copy)))
            })
        };
        at_free_name(&self.path, ".before", second_name)
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

/// The state in a text, or the reason why it is none.
fn understood(text: &[u8]) -> Result<State, String> {
    match serde_json::from_slice::<Format>(text) {
        Ok(Format { callmock_state: FORMAT }) => serde_json::from_slice(text)
            .map_err(|error| format!("callmock {VERSION} cannot read this state ({error})")),
        Ok(Format { callmock_state }) => Err(format!(
            "this state is of version {callmock_state}; callmock {VERSION} knows version {FORMAT}"
        )),
        Err(error) => Err(format!("this is no state of callmock ({error})")),
    }
}

/// Puts something at the first name beside a path that is free. The name is taken before, so no other
/// file is replaced.
fn at_free_name(path: &Path, end: &str, put: impl Fn(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
    for name in (1..).map(|n| beside(path, &format!("{end}-{n}"))) {
        match File::options().write(true).create_new(true).open(&name) {
            Ok(_) => return put(&name).map(|()| name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
