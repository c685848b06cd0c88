//! Linux and macOS. Without `/proc`, which macOS lacks, no orphan is reaped, and a command outlives a
//! callmock that is killed.

use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{self, Pid, WaitOptions, getpgrp, kill_process, kill_process_group, waitpid};
use rustix::termios::tcgetpgrp;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::{FileState, Signal};

/// The identity of a file and what changes with it.
pub fn file_state(of: &Metadata) -> FileState {
    FileState {
        file: (of.dev(), of.ino()),
        length: of.size(),
        modified: (of.mtime(), of.mtime_nsec()),
        changed: (of.ctime(), of.ctime_nsec()),
    }
}

/// Creates a file that only its owner can read.
///
/// # Errors
/// If the file is there already, or cannot be created.
pub fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Makes sure that a file's name survives the end of the machine, after the file was renamed.
///
/// # Errors
/// If its folder cannot be written.
pub fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn number(signal: Signal) -> process::Signal {
    match signal {
        Signal::Hangup => process::Signal::HUP,
        Signal::Interrupt => process::Signal::INT,
        Signal::Quit => process::Signal::QUIT,
        Signal::Kill => process::Signal::KILL,
        Signal::User1 => process::Signal::USR1,
        Signal::User2 => process::Signal::USR2,
        Signal::Terminate => process::Signal::TERM,
    }
}

/// The signals that come from now on.
///
/// # Errors
/// If the signals cannot be caught.
pub fn signals() -> io::Result<mpsc::UnboundedReceiver<Signal>> {
    let (caught, signals) = mpsc::unbounded_channel();
    for (kind, number) in [
        (SignalKind::terminate(), Signal::Terminate),
        (SignalKind::interrupt(), Signal::Interrupt),
        (SignalKind::hangup(), Signal::Hangup),
        (SignalKind::quit(), Signal::Quit),
        (SignalKind::user_defined1(), Signal::User1),
        (SignalKind::user_defined2(), Signal::User2),
    ] {
        let mut stream = signal(kind)?;
        let caught = caught.clone();
        tokio::spawn(async move { while stream.recv().await.is_some() && caught.send(number).is_ok() {} });
    }
    Ok(signals)
}

/// Resolves when callmock is told to stop. The signals are caught from the call on.
///
/// # Errors
/// If the signals cannot be caught.
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

/// The exit code of a command that a signal ended, as in shells.
pub fn code_of_signal(status: ExitStatus) -> Option<i32> {
    status.signal().map(|signal| 128 + signal)
}

/// Replaces this process by a command that is killed when its parent ends. Returns only the error.
/// `None` if the parent has ended already.
pub fn become_command(parent: &OsString, name: &OsString, arguments: &[OsString]) -> Option<io::Error> {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{getppid, set_parent_process_death_signal};
        // If this fails, the command runs all the same, but outlives a callmock that is killed.
        let _ = set_parent_process_death_signal(Some(process::Signal::KILL));
        // The parent may have ended before the signal was set.
        let is_there = getppid().is_some_and(|pid| parent == pid.as_raw_nonzero().get().to_string().as_str());
        if !is_there {
            return None;
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = parent;
    Some(std::process::Command::new(name).args(arguments).exec())
}

/// Gives a command a process group of its own, so that a signal also reaches what it starts.
pub fn lead_group(command: &mut Command) -> &mut Command {
    command.process_group(0)
}

fn pid(number: u32) -> Option<Pid> {
    Pid::from_raw(number.cast_signed())
}

/// Sends a signal to a process.
///
/// # Errors
/// If it cannot be sent.
pub fn pass(process: u32, signal: Signal) -> io::Result<()> {
    pid(process).map_or(Ok(()), |pid| kill_process(pid, number(signal)).map_err(io::Error::from))
}

/// Sends a signal to a process that leads a group, and to all that it has started.
pub fn pass_to_group(process: u32, signal: Signal) {
    if let Some(pid) = pid(process) {
        // It may have ended in the meantime.
        let _ = kill_process_group(pid, number(signal));
    }
}

/// Reaps a process that has ended, if it has.
pub fn reap(process: u32) {
    if let Some(pid) = pid(process) {
        // It may have been reaped elsewhere.
        let _ = waitpid(Some(pid), WaitOptions::NOHANG);
    }
}

/// Calls `look` each time that a child may have ended, for as long as this future is polled. Only
/// process 1 inherits orphans.
pub async fn reap_orphans(look: impl Fn()) {
    if std::process::id() != 1 {
        return std::future::pending().await;
    }
    let mut ended = signal(SignalKind::child()).ok();
    loop {
        let told = async {
            match &mut ended {
                Some(ended) => drop(ended.recv().await),
                None => std::future::pending().await,
            }
        };
        drop(tokio::time::timeout(Duration::from_secs(1), told).await);
        look();
    }
}

/// Whether something is mounted at a folder, such as a volume of a container. False where there is no
/// `/proc`.
pub fn is_mounted(folder: &Path) -> bool {
    // The fifth field is where it is mounted.
    std::fs::read_to_string("/proc/self/mountinfo").is_ok_and(|mounts| {
        mounts.lines().any(|mount| mount.split(' ').nth(4).is_some_and(|place| Path::new(place) == folder))
    })
}

/// Whether this process is in the foreground group of its terminal, wherever its input comes from.
pub fn is_in_front() -> bool {
    File::open("/dev/tty").is_ok_and(|terminal| tcgetpgrp(terminal).is_ok_and(|front| front == getpgrp()))
}
