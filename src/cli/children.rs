//! The processes that callmock starts, and those that it inherits as a container's process 1.
//!
//! None outlives it: the kernel ends a command whose callmock has gone, by whatever way it went.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, waitpid};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::exit::{Exit, not_run};

/// The first word of the command line by which callmock becomes another command.
pub const BECOME: &str = "__become";

/// True once no command may start any more.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// The commands that run, by process.
static RUNNING: Mutex<Option<HashSet<u32>>> = Mutex::new(None);

fn running() -> MutexGuard<'static, Option<HashSet<u32>>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A command that dies with callmock.
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

/// Becomes a command that dies with the callmock that started it: `words` are that one's process
/// and the command.
pub fn run_as(words: &[OsString]) -> Exit {
    let [parent, name, arguments @ ..] = words else { return Exit::Usage };
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{getppid, set_parent_process_death_signal};
        // Without it the command runs as well, and only outlives a callmock that was killed.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
        // It may have gone before it was asked to tell.
        let is_there = getppid().is_some_and(|pid| parent == pid.as_raw_nonzero().get().to_string().as_str());
        if !is_there {
            return Exit::Failed;
        }
    }
    let error = std::process::Command::new(name).args(arguments).exec();
    tell!("callmock: {}: {error}", PathBuf::from(name).display());
    Exit::As(not_run(&error))
}

/// Starts a command.
///
/// # Errors
/// When it cannot be, or when none may start any more.
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    // Whoever reaps looks here first, and must not find one that is not noted yet.
    let mut running = running();
    if STOPPED.load(Ordering::Acquire) {
        return Err(io::ErrorKind::Interrupted.into());
    }
    let child = command.spawn()?;
    running.get_or_insert_default().extend(child.id());
    Ok(child)
}

/// Waits for the end of a command.
///
/// # Errors
/// When it was lost.
pub async fn ended(child: &mut Child) -> io::Result<ExitStatus> {
    let pid = child.id();
    let ended = child.wait().await;
    forget(pid);
    ended
}

/// Waits for the end of a command, and keeps what it says until then.
///
/// # Errors
/// When it was lost.
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

/// Lets no command start any more.
pub fn stop() {
    STOPPED.store(true, Ordering::Release);
}

/// True while a command runs.
pub fn run() -> bool {
    running().iter().any(|running| !running.is_empty())
}

/// Hands a signal to a command.
pub fn pass(child: &Child, signal: Signal) {
    let pid = child.id().and_then(|pid| Pid::from_raw(pid.cast_signed()));
    if let Some(pid) = pid
        && let Err(error) = kill_process(pid, signal)
    {
        tracing::warn!(%error, "a signal could not be passed on");
    }
}

/// Hands a signal to every command that runs, and to what these have started: each leads a group of
/// its own.
pub fn pass_to_groups(signal: Signal) {
    let pids: Vec<u32> = running().iter().flatten().copied().collect();
    for pid in pids.into_iter().filter_map(|pid| Pid::from_raw(pid.cast_signed())) {
        // It may have ended a moment ago.
        let _ = kill_process_group(pid, signal);
    }
}

/// Reaps the orphans that a container's process 1 inherits, for as long as this is polled.
pub async fn reap_orphans() {
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
        reap();
    }
}

fn reap() {
    let running = running();
    let processes = fs::read_dir("/proc").into_iter().flatten();
    let pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    for pid in pids.filter(|pid| !running.as_ref().is_some_and(|running| running.contains(pid))) {
        if is_orphan(pid)
            && let Some(pid) = Pid::from_raw(pid.cast_signed())
        {
            // Whoever else waited for it has it.
            let _ = waitpid(Some(pid), WaitOptions::NOHANG);
        }
    }
}

/// Whether a process has ended and is this one's to reap: its state is `Z` and its parent is 1, as
/// `/proc` has it.
fn is_orphan(pid: u32) -> bool {
    let Ok(state) = fs::read(format!("/proc/{pid}/stat")) else { return false };
    let state = String::from_utf8_lossy(&state);
    let mut words = state.rsplit_once(')').map(|(_, rest)| rest.split_whitespace()).into_iter().flatten();
    words.next() == Some("Z") && words.next() == Some("1")
}

/// The signals that are passed on.
pub struct Signals(mpsc::UnboundedReceiver<Signal>);

impl Signals {
    /// Catches them from now on.
    ///
    /// # Errors
    /// When they cannot be caught.
    pub fn catch() -> Result<Self, String> {
        let (caught, signals) = mpsc::unbounded_channel();
        let passed = [
            (SignalKind::terminate(), Signal::TERM),
            (SignalKind::interrupt(), Signal::INT),
            (SignalKind::hangup(), Signal::HUP),
            (SignalKind::quit(), Signal::QUIT),
            (SignalKind::user_defined1(), Signal::USR1),
            (SignalKind::user_defined2(), Signal::USR2),
        ];
        for (kind, number) in passed {
            let mut stream = signal(kind).map_err(|error| format!("signals cannot be caught: {error}"))?;
            let caught = caught.clone();
            tokio::spawn(
                async move { while stream.recv().await.is_some() && caught.send(number).is_ok() {} },
            );
        }
        Ok(Self(signals))
    }

    /// The next one.
    pub async fn next(&mut self) -> Signal {
        match self.0.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

/// Whether the command line is that of a callmock that becomes another command; its words then.
pub fn becomes(words: &[OsString]) -> Option<&[OsString]> {
    match words {
        [_, first, rest @ ..] if first == OsStr::new(BECOME) => Some(rest),
        _ => None,
    }
}
