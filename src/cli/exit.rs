//! The ways in which the program ends.

use std::io::ErrorKind;
use std::process::{ExitCode, ExitStatus};

use crate::platform;

/// The way in which the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The request was carried out.
    Done,
    /// A failure at run time.
    Failed,
    /// A mistake in the command line or a scenario.
    Usage,
    /// The exit code of the command that was run, or a code of a subcommand's own.
    As(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::As(code) => code,
        })
    }
}

/// A command's exit code. For a command that a signal ended, it is 128 plus the signal's number, as
/// in shells.
pub fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| platform::code_of_signal(status)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

/// The exit code for a command that could not be run, as in shells.
pub fn not_run(error: &std::io::Error) -> u8 {
    if error.kind() == ErrorKind::NotFound { 127 } else { 126 }
}
