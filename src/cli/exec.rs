//! `callmock exec -- CMD`: a command with a server of its own beside it, for as long as it runs.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use rustix::termios::tcgetpgrp;
use tokio::process::Child;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tracing_subscriber::filter::LevelFilter;

use super::beside::{Beside, code, not_run};
use super::{Exit, coverage, options, serve};
use crate::report::called;
use crate::report::coverage::Coverage;
use crate::report::exclusions::Exclusions;
use crate::scenario::Library;
use crate::server::Settings;
use crate::vendors;

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    server: options::Args,
    /// Write what was exercised to this file, for `callmock coverage`
    #[arg(long, env = "CALLMOCK_COVERAGE_OUT", value_name = "FILE")]
    coverage_out: Option<PathBuf>,
    #[command(flatten)]
    gate: coverage::Gate,
    /// The command, and its arguments
    #[arg(required = true, last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

pub fn run(args: &Args) -> Exit {
    // Standard error is the command's too: only what matters is said there.
    args.server.start_log(LevelFilter::WARN);
    let opened =
        args.server.library().and_then(|library| Ok((library, args.server.settings()?, args.exclusions()?)));
    let (library, settings, exclusions) = match opened {
        Ok(all) => all,
        Err(message) => {
            eprintln!("{message}");
            return Exit::Usage;
        }
    };
    let run = serve::runtime().and_then(|runtime| {
        let exit = runtime.block_on(exec(args, library, settings, exclusions));
        runtime.shutdown_background();
        exit
    });
    run.unwrap_or_else(|message| {
        eprintln!("callmock: {message}");
        Exit::Failed
    })
}

async fn exec(
    args: &Args,
    library: Library,
    settings: Settings,
    exclusions: Exclusions,
) -> Result<Exit, String> {
    // Caught before the command exists: none can be lost between.
    let signals = Signals::catch()?;
    let beside = Beside::start(&args.server, args.server.port.unwrap_or(0), library, settings).await?;
    if let Some(file) = &args.server.port_file {
        let written = serve::write_port(file, beside.address);
        written.map_err(|error| format!("--port-file {}: {error}", file.display()))?;
    }
    let ended = match beside.command(&args.command).spawn() {
        Ok(child) => {
            code(signals.pass_to(child).await.map_err(|error| format!("the command was lost: {error}"))?)
        }
        Err(error) => {
            eprintln!("callmock: {}: {error}", args.command[0].display());
            not_run(&error)
        }
    };
    let counts = beside.app.worlds.counts();
    eprint!("{}", called::text(&counts, vendors::catalogues()));
    beside.stop().await;
    let exercised = Coverage::of(&counts, vendors::catalogues()).without(&exclusions);
    if let Some(file) = &args.coverage_out {
        coverage::write(&exercised, file)?;
    }
    Ok(if ended == 0 { args.gate.judge(&exercised) } else { Exit::As(ended) })
}

impl Args {
    /// What is left out of account; and that what is counted can be written at all, before anything runs.
    fn exclusions(&self) -> Result<Exclusions, String> {
        if let Some(file) = &self.coverage_out {
            let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
            opened.map_err(|error| format!("callmock: --coverage-out {}: {error}", file.display()))?;
        }
        self.gate.exclusions().map_err(|message| format!("callmock: {message}"))
    }
}

/// The signals that are passed on.
struct Signals(mpsc::UnboundedReceiver<Signal>);

impl Signals {
    fn catch() -> Result<Self, String> {
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

    /// Waits for the end of a command, and hands it every signal until then.
    async fn pass_to(mut self, mut child: Child) -> std::io::Result<ExitStatus> {
        // A terminal sends its signals to everything that runs in front of it, the command too: it must not get them twice.
        let terminals = if is_in_front() { &[Signal::INT, Signal::QUIT][..] } else { &[] };
        loop {
            tokio::select! {
                ended = child.wait() => return ended,
                Some(signal) = self.0.recv() => {
                    let pid = child.id().and_then(|pid| Pid::from_raw(pid.cast_signed()));
                    if let Some(pid) = pid.filter(|_| !terminals.contains(&signal))
                        && let Err(error) = kill_process(pid, signal)
                    {
                        tracing::warn!(%error, "a signal could not be passed on");
                    }
                }
            }
        }
    }
}

/// Whether a terminal's keys reach this process and the command alike, wherever their input comes from.
fn is_in_front() -> bool {
    let terminal = std::fs::File::open("/dev/tty");
    terminal.is_ok_and(|terminal| tcgetpgrp(terminal).is_ok_and(|front| front == getpgrp()))
}
