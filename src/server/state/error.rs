//! Why a file cannot keep the state.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// The reason why a file cannot keep the state of a server.
#[derive(Debug)]
pub enum StateError {
    /// Another server keeps its state there. The value is its process, if it is known.
    InUse(PathBuf, Option<u32>),
    /// The path leads to a folder, a device or a pipe.
    NoFile(PathBuf),
    /// The file is not read or written.
    Io(PathBuf, io::Error),
    /// Worlds lose something, and the file as it was cannot be kept for them.
    NotKept(PathBuf, io::Error),
    /// The file cannot be understood, and cannot be put aside either.
    NotPutAside(PathBuf, String, io::Error),
}

impl StateError {
    /// Whether another server has the file.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::InUse(..))
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(path, process) => {
                let process = process.map(|number| format!(" (process {number})")).unwrap_or_default();
                let path = path.display();
                write!(
                    f,
                    "{path}: another callmock{process} keeps its state there: stop it, or name another file"
                )
            }
            Self::NoFile(path) => {
                write!(f, "{}: is no file: name a file, which need not be there yet", path.display())
            }
            Self::NotKept(path, error) => {
                let path = path.display();
                write!(
                    f,
                    "{path}: worlds would lose what the lines above say, and the file as it was cannot be kept: {error}{}; \
                     copy it, or name another file",
                    hint(error)
                )
            }
            Self::Io(path, error) => write!(f, "{}: {error}{}", path.display(), hint(error)),
            Self::NotPutAside(path, why, error) => {
                let path = path.display();
                let hint = hint(error);
                write!(
                    f,
                    "{path}: {why}, and it cannot be put aside: {error}{hint}; move it, or name another file"
                )
            }
        }
    }
}

/// The remedy for an error of the file system, where one is known.
pub fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        // A mounted file can be written, but not replaced.
        io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices => {
            "; mount its folder in place of the file"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; name a file in a folder that can be written to"
        }
        _ => "",
    }
}
