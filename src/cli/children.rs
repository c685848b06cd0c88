//! The processes that callmock starts, and the orphans that it inherits as process 1 of a
//! container.
//!
//! No command outlives callmock: the kernel ends a command whose callmock has ended, for whatever
//! reason.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use super::exit::{Exit, not_run};
use crate::platform::{self, Signal};

/// The hidden first argument with which callmock replaces itself by another command.
pub const BECOME: &str = "__become";

/// Set once no more commands may start.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// The process ids of the running commands.
static RUNNING: Mutex<Option<HashSet<u32>>> = Mutex::new(None);

fn running() -> MutexGuard<'static, Option<HashSet<u32>>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A command that is killed when callmock ends.
pub fn command(words: &[OsString]) -> Command {
    let own = std::env::current_exe().ok().filter(|_| cfg!(target_os = "linux"));
    let Some(own) = own else {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        return command;
    };
    let mut command = Command::new(own);
    command.arg(BECOME).arg(std::process::id().to_string()).args(words);
    command
}

/// Replaces this process by a command that is killed when its parent ends. `words` are the parent's
/// process id and the command line.
pub fn run_as(words: &[OsString]) -> Exit {
    let [parent, name, arguments @ ..] = words else { return Exit::Usage };
    let Some(error) = platform::become_command(parent, name, arguments) else { return Exit::Failed };
    tell!("callmock: {}: {error}", PathBuf::from(name).display());
    Exit::As(not_run(&error))
}

/// Starts a command and registers its process id.
///
/// # Errors
/// If the command cannot start, or if no more commands may start.
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    // The lock is held until the new process is registered, so that the reaper does not reap it.
    let mut running = running();
    if STOPPED.load(Ordering::Acquire) {
        return Err(io::ErrorKind::Interrupted.into());
    }
    let child = command.spawn()?;
    running.get_or_insert_default().extend(child.id());
    Ok(child)
}

/// Waits until a command has ended.
///
/// # Errors
/// If the wait fails.
pub async fn ended(child: &mut Child) -> io::Result<ExitStatus> {
    let pid = child.id();
    let ended = child.wait().await;
    forget(pid);
    ended
}

/// Waits until a command has ended, and collects its output.
///
/// # Errors
/// If the wait fails.
pub async fn output(child: Child) -> io::Result<Output> {
    let pid = child.id();
    let output = child.wait_with_output().await;
    forget(pid);
    output
}

fn forget(pid: Option<u32>) {
    if let (Some(pid), Some(running)) = (pid, running().as_mut()) {
        running.remove(&pid);
    }
}

/// Forbids the start of more commands.
pub fn stop() {
    STOPPED.store(true, Ordering::Release);
}

/// Whether a command is running.
pub fn run() -> bool {
    running().iter().any(|running| !running.is_empty())
}

/// Sends a signal to a command.
pub fn pass(child: &Child, signal: Signal) {
    if let Some(pid) = child.id()
        && let Err(error) = platform::pass(pid, signal)
    {
        tracing::warn!(%error, "a signal could not be passed on");
    }
}

/// Sends a signal to every running command and to the processes that it has started. Each command
/// leads a process group of its own.
pub fn pass_to_groups(signal: Signal) {
    let pids: Vec<u32> = running().iter().flatten().copied().collect();
    for pid in pids {
        platform::pass_to_group(pid, signal);
    }
}

/// Ends a command that leads a process group, and the processes that it has started.
pub fn end_group(pid: Option<u32>) {
    if let Some(pid) = pid {
        platform::pass_to_group(pid, Signal::Kill);
    }
}

/// Reaps the orphans of process 1, for as long as this future is polled.
pub async fn reap_orphans() {
    platform::reap_orphans(reap).await;
}

fn reap() {
    let running = running();
    let processes = fs::read_dir("/proc").into_iter().flatten();
    let pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    for pid in pids.filter(|pid| !running.as_ref().is_some_and(|running| running.contains(pid))) {
        if is_orphan(pid) {
            platform::reap(pid);
        }
    }
}

/// Whether a process is a zombie whose parent is process 1: state `Z` and parent 1 in `/proc`.
fn is_orphan(pid: u32) -> bool {
    let Ok(state) = fs::read(format!("/proc/{pid}/stat")) else { return false };
    let state = String::from_utf8_lossy(&state);
    let mut words = state.rsplit_once(')').map(|(_, rest)| rest.split_whitespace()).into_iter().flatten();
    words.next() == Some("Z") && words.next() == Some("1")
}

/// The signals that are passed on to commands.
pub struct Signals(mpsc::UnboundedReceiver<Signal>);

impl Signals {
    /// Catches the signals from now on.
    ///
    /// # Errors
    /// If the signals cannot be caught.
    pub fn catch() -> Result<Self, String> {
        platform::signals().map(Self).map_err(|error| format!("signals cannot be caught: {error}"))
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) -> Signal {
        match self.0.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

/// The words after the argument [`BECOME`], if the command line begins with it.
pub fn becomes(words: &[OsString]) -> Option<&[OsString]> {
    match words {
        [_, first, rest @ ..] if first == OsStr::new(BECOME) => Some(rest),
        _ => None,
    }
}
