//! Windows. It has no signals but those of a console, no process groups that can be ended at once,
//! and no `/proc`: a command outlives a callmock that is killed, and `health` finds no server by
//! itself.

use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::process::Command;
use tokio::signal::windows;
use tokio::sync::mpsc;

use super::{FileState, Signal};

/// The times and the length of a file. Its number is not told without opening it, so the time of its
/// creation stands in for it.
pub fn file_state(of: &Metadata) -> FileState {
    let time = |time: io::Result<SystemTime>| {
        let since = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        (i64::try_from(since.as_secs()).unwrap_or_default(), i64::from(since.subsec_nanos()))
    };
    let created = time(of.created());
    FileState {
        file: (created.0.cast_unsigned(), created.1.cast_unsigned()),
        length: of.len(),
        modified: time(of.modified()),
        changed: created,
    }
}

/// Creates a new file. It has the rights of its folder, which is the user's own for temporary files.
///
/// # Errors
/// If the file is there already, or cannot be created.
pub fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// A renamed file keeps its name: nothing more can be asked for.
///
/// # Errors
/// None here.
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The interrupts of the console from now on.
///
/// # Errors
/// If they cannot be caught.
pub fn signals() -> io::Result<mpsc::UnboundedReceiver<Signal>> {
    let (caught, signals) = mpsc::unbounded_channel();
    let mut interrupt = windows::ctrl_c()?;
    tokio::spawn(async move {
        while interrupt.recv().await.is_some() && caught.send(Signal::Interrupt).is_ok() {}
    });
    Ok(signals)
}

/// Resolves when the console is interrupted or closed. Both are caught from the call on.
///
/// # Errors
/// If they cannot be caught.
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let (mut interrupt, mut abort) = (windows::ctrl_c()?, windows::ctrl_break()?);
    let mut close = windows::ctrl_close()?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = abort.recv() => {}
            _ = close.recv() => {}
        }
    })
}

/// No signal ends a command.
pub fn code_of_signal(_: ExitStatus) -> Option<i32> {
    None
}

/// No process can be replaced by another.
pub fn become_command(_: &OsString, _: &OsString, _: &[OsString]) -> Option<io::Error> {
    Some(io::ErrorKind::Unsupported.into())
}

/// There are no process groups.
pub fn lead_group(command: &mut Command) -> &mut Command {
    command
}

/// The console has told the command already.
///
/// # Errors
/// None here.
pub fn pass(_: u32, _: Signal) -> io::Result<()> {
    Ok(())
}

/// Ends a process and all that it has started, if the signal does so.
pub fn pass_to_group(process: u32, signal: Signal) {
    if signal.ends() {
        let mut end = std::process::Command::new("taskkill");
        end.args(["/T", "/F", "/PID", &process.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        // It may have ended in the meantime.
        drop(end.status());
    }
}

/// Nothing is left of a process that has ended.
pub fn reap(_: u32) {}

/// No process inherits orphans.
pub async fn reap_orphans(_: impl Fn()) {
    std::future::pending().await
}

/// There are no containers.
pub fn is_mounted(_: &Path) -> bool {
    false
}

/// The console tells every process that it has.
pub fn is_in_front() -> bool {
    true
}
