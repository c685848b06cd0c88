//! `callmock exec -- CMD`: runs a command with a server of its own.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitStatus;

use tokio::process::Child;

use super::bundle::Bundle;
use super::children::{self, Signals};
use super::client::Origin;
use super::exit::{Exit, code, not_run};
use super::gate::{Gate, Judge};
use super::journal_file::JournalFile;
use super::log::say;
use super::port_file::PortFile;
use super::sidecar::Sidecar;
use super::{coverage, options, serve};
use crate::admin::reachable;
use crate::exchange::{App, Completed, Kind};
use crate::platform::{self, Signal};
use crate::report::called;
use crate::report::coverage::{Coverage, Run};
use crate::vendors;
use crate::world::World;

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    pub server: options::Args,
    /// Write the coverage of the command to this file, for `callmock coverage`
    #[arg(long, env = "CALLMOCK_COVERAGE_OUT", value_name = "FILE")]
    coverage_out: Option<PathBuf>,
    /// Write every exchange to this file: an HTTP archive if it ends in .har, else JSON Lines
    #[arg(long, env = "CALLMOCK_JOURNAL_OUT", value_name = "FILE")]
    journal_out: Option<PathBuf>,
    /// Keep the run in this file: journal, clock, scenario and coverage, for `callmock open`
    #[arg(long, env = "CALLMOCK_BUNDLE", value_name = "FILE")]
    bundle: Option<PathBuf>,
    #[command(flatten)]
    gate: Gate,
    /// The command and its arguments
    #[arg(required = true, last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

pub fn run(args: &Args) -> Exit {
    let opened = args.server.port_file().map_err(|message| format!("callmock: {message}")).and_then(|file| {
        let library = args.server.library()?;
        let journal = args.journal_out.as_deref().map(JournalFile::create).transpose();
        let bundle = args.bundle.as_deref().map(Bundle::create).transpose();
        let files = journal.and_then(|journal| Ok(Files { journal, bundle: bundle? }));
        let files = files.map_err(|message| format!("callmock: {message}"))?;
        Ok((file, library, args.server.settings()?, args.judge()?, files))
    });
    let (port_file, library, settings, judge, files) = match opened {
        Ok(all) => all,
        Err(message) => {
            tell!("{message}");
            return Exit::Usage;
        }
    };
    // The command and its signals have a runtime of their own, so that busy worker threads do not
    // delay them.
    let run = serve::runtime().and_then(|runtime| {
        let apart = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let apart = apart.map_err(|error| format!("the runtime could not be started: {error}"))?;
        let port = args.server.port.unwrap_or(0);
        let sidecar = runtime.block_on(Sidecar::start(&args.server, port, library, settings))?;
        let exit = apart.block_on(exec(args, port_file, sidecar, &judge, &files));
        runtime.shutdown_background();
        exit
    });
    run.unwrap_or_else(|message| {
        tell!("callmock: {message}");
        Exit::Failed
    })
}

async fn exec(
    args: &Args,
    mut port_file: Option<PortFile>,
    sidecar: Sidecar,
    judge: &Judge<'_>,
    files: &Files,
) -> Result<Exit, String> {
    if let Some(bundle) = &files.bundle {
        bundle.begin(args.line(&sidecar.app.worlds.default_slot().world()));
    }
    drop(sidecar.app.completed.set(files.completed()));
    // Signals are caught before the command starts, so that none is lost in between.
    let signals = Signals::catch()?;
    if let Some(file) = &mut port_file {
        file.write(sidecar.address)?;
    }
    let ended = match children::spawn(&mut sidecar.command(&args.command)) {
        Ok(child) => {
            code(look_after(child, signals).await.map_err(|error| format!("the command was lost: {error}"))?)
        }
        Err(error) => {
            tell!("callmock: {}: {error}", args.command[0].display());
            not_run(&error)
        }
    };
    let counts = sidecar.app.worlds.counts();
    let exercised = Coverage::of(&counts, vendors::catalogues())
        .without(&judge.exclusions)
        .of_run(args.run(&sidecar.app.worlds.default_slot().world()));
    say(&called::text(&counts, &exercised, vendors::catalogues(), args.coverage_out.as_deref()));
    say(&refused(&sidecar.app));
    let mut end = None;
    if files.bundle.is_some() {
        let origin = Origin {
            tls: args.server.scheme() == "https",
            host: reachable(sidecar.address).ip().to_string(),
            port: sidecar.address.port(),
        };
        let token = args.server.admin_token.as_deref();
        end = Some(Bundle::end(&sidecar.app, &origin, token, exercised.clone()).await);
    }
    sidecar.stop().await;
    // Each file is written, whatever becomes of the others.
    let bundled = match (&files.bundle, end) {
        (Some(bundle), Some(end)) => end.and_then(|end| bundle.finish(end)),
        _ => Ok(()),
    };
    let kept = files.journal.as_ref().map_or(Ok(()), JournalFile::finish);
    let counted = args.coverage_out.as_ref().map_or(Ok(()), |file| coverage::write(&exercised, file));
    if let Some(path) = args.bundle.as_ref().filter(|_| bundled.is_ok()) {
        say(&format!("  to look at this run again: callmock open {}\n", path.display()));
    }
    bundled.and(kept).and(counted)?;
    Ok(if ended == 0 { judge.run(&exercised) } else { Exit::As(ended) })
}

/// The files that follow a run.
struct Files {
    journal: Option<JournalFile>,
    bundle: Option<Bundle>,
}

impl Files {
    /// The functions that are called with each complete exchange.
    fn completed(&self) -> Vec<Completed> {
        let of_journal = self.journal.as_ref().map(JournalFile::completed);
        of_journal.into_iter().chain(self.bundle.as_ref().map(Bundle::completed)).collect()
    }
}

/// The refusals of a run, each with the vendor's answer and what to do.
fn refused(app: &App) -> String {
    let mut text = String::new();
    for Kind { last, message, count } in app.refusals.kinds() {
        let status = last.behavior.status.unwrap_or_default();
        let times = if count > 1 { format!(" x{count}") } else { String::new() };
        text.push_str(&format!("  refused {status} {}{times}: {message}\n", last.behavior.id));
        if let Some(hint) = &last.hint {
            text.push_str(&format!("    {hint}\n"));
        }
    }
    text
}

impl Args {
    /// The run, for reports about it.
    fn run(&self, world: &World) -> Run {
        Run::now(Some(self.server.scenarios()), Some(self.line(world)))
    }

    /// The command in one line, with the secrets of a world masked.
    fn line(&self, world: &World) -> String {
        let words: Vec<String> = self.command.iter().map(|word| word.display().to_string()).collect();
        world.secrets().masked(&words.join(" ")).into_owned()
    }

    /// Reads what the run is judged by. Before anything runs, it also checks that the coverage file
    /// can be written.
    fn judge(&self) -> Result<Judge<'_>, String> {
        if let Some(file) = &self.coverage_out {
            let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
            opened.map_err(|error| format!("callmock: --coverage-out {}: {error}", file.display()))?;
        }
        self.gate.read().map_err(|message| format!("callmock: {message}"))
    }
}

/// Waits until the command has ended. Until then, it passes on signals, and reaps orphans as
/// process 1.
async fn look_after(mut child: Child, mut signals: Signals) -> std::io::Result<ExitStatus> {
    // A terminal sends its signals to the whole foreground group, which includes the command.
    // Passing them on would deliver them twice.
    let terminals = if platform::is_in_front() { &[Signal::Interrupt, Signal::Quit][..] } else { &[] };
    let orphans = children::reap_orphans();
    tokio::pin!(orphans);
    loop {
        tokio::select! {
            ended = children::ended(&mut child) => return ended,
            signal = signals.next() => {
                if !terminals.contains(&signal) {
                    children::pass(&child, signal);
                }
            }
            () = &mut orphans => {}
        }
    }
}
