//! Standard output, and the files that a subcommand reads and makes.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::exit::Exit;

/// Prints a result to standard output. It is not a failure if the reader has closed the pipe.
pub fn print(text: &str) -> Exit {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Exit::Done,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            tell!("callmock: standard output: {error}");
            Exit::Failed
        }
    }
}

/// The text of a file. If there is no such file, the error has the remedy.
///
/// # Errors
/// Why the file cannot be read.
pub fn read(path: &Path, remedy: impl FnOnce() -> String) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| {
        let remedy = if error.kind() == ErrorKind::NotFound { remedy() } else { String::new() };
        format!("{}: {error}{remedy}", path.display())
    })
}

/// Writes a result to a new file. A file that exists is never overwritten.
pub fn write_new(path: &Path, text: &str) -> Exit {
    let written = File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => Exit::Done,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            tell!(
                "callmock: {} exists; write another file with -o FILE, or remove this one first",
                path.display()
            );
            Exit::Usage
        }
        Err(error) => {
            tell!("callmock: {}: {error}", path.display());
            Exit::Failed
        }
    }
}
