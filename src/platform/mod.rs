//! The operating system: signals, the end of processes, and the identity of files, which each system
//! has in its own way. `unix` and `elsewhere` have the same functions, and each says what it lacks.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "elsewhere.rs")]
mod own;

pub use own::{
    become_command, code_of_signal, create_private, file_state, is_in_front, is_mounted, lead_group, pass,
    pass_to_group, reap, reap_orphans, signals, stop_signal, sync_folder,
};

/// The identity of a file and what changes with it. Copying tools restore an old modification time
/// and an old length, but no tool restores all of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileState {
    /// The device and the number of the file on it.
    pub file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// A signal that callmock catches or sends.
#[cfg_attr(not(unix), expect(dead_code, reason = "only Unix has all of them"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Hangup,
    Interrupt,
    Quit,
    Kill,
    User1,
    User2,
    Terminate,
}

impl Signal {
    /// The signal's number in shells, where a command that it ended has 128 and this for its code.
    pub fn number(self) -> u8 {
        match self {
            Self::Hangup => 1,
            Self::Interrupt => 2,
            Self::Quit => 3,
            Self::Kill => 9,
            Self::User1 => 10,
            Self::User2 => 12,
            Self::Terminate => 15,
        }
    }

    /// Whether the signal ends callmock.
    pub fn ends(self) -> bool {
        !matches!(self, Self::User1 | Self::User2)
    }
}
