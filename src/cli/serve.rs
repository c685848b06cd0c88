//! `callmock serve`, which is also what `callmock` alone does.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::ValueEnum;
use tokio::signal::unix::{SignalKind, signal};

use super::{Exit, sources};
use crate::contract::Readings;
use crate::scenario::{self, Request, Scenario};
use crate::server::{Server, Settings};
use crate::vendors;
use crate::world::Limits;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The address to listen on
    #[arg(long, env = "CALLMOCK_HOST", default_value = "127.0.0.1")]
    host: String,
    /// The port to listen on; 0 picks a free one
    #[arg(long, env = "CALLMOCK_PORT", default_value_t = 8080)]
    port: u16,
    /// A scenario file, or the name of a built-in one (documented, busy-day, empty); several are merged in order
    #[arg(
        long,
        env = "CALLMOCK_SCENARIO",
        value_name = "FILE|NAME",
        value_delimiter = ',',
        default_value = "documented"
    )]
    scenario: Vec<String>,
    /// Write the port to this file once it is open
    #[arg(long, env = "CALLMOCK_PORT_FILE", value_name = "FILE")]
    port_file: Option<PathBuf>,
    /// Make ids and generated data from this seed instead of the scenario's
    #[arg(long, env = "CALLMOCK_SEED", value_name = "N")]
    seed: Option<u64>,
    /// Let the clock stand at this time instead of running as the scenario says
    #[arg(long, env = "CALLMOCK_NOW", value_name = "RFC3339", value_parser = moment)]
    now: Option<DateTime<Utc>>,
    /// How log lines on standard error look; `RUST_LOG` sets how many there are
    #[arg(long, env = "CALLMOCK_LOG", value_enum, default_value = "text")]
    log: Log,
    /// Leave the x-callmock-… headers off vendors' answers
    #[arg(long, env = "CALLMOCK_NO_DEBUG_HEADERS")]
    no_debug_headers: bool,
    /// The largest request body; more is refused in the vendor's words
    #[arg(long, env = "CALLMOCK_MAX_BODY", value_name = "SIZE", default_value = "1MiB")]
    max_body: Size,
    /// The most headers of a request; more is refused with 431
    #[arg(long, env = "CALLMOCK_MAX_HEADERS", value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u16).range(1..=30_000))]
    max_headers: u16,
    /// The largest request head, at least 8KiB; more is refused with 431, and a request line over 64KiB with 414
    #[arg(long, env = "CALLMOCK_MAX_HEAD", value_name = "SIZE", default_value = "256KiB")]
    max_head: Size,
    /// How many exchanges the journal keeps
    #[arg(long, env = "CALLMOCK_JOURNAL_SIZE", value_name = "N", default_value_t = 1000)]
    journal_size: usize,
    /// How much of each body the journal keeps
    #[arg(long, env = "CALLMOCK_JOURNAL_BODY", value_name = "SIZE", default_value = "64KiB")]
    journal_body: Size,
    /// Where the vendors' pages are ambiguous: the scenario's choices, or every first alternative
    #[arg(long, env = "CALLMOCK_READINGS", value_enum, default_value = "default")]
    readings: ReadingSet,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Log {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReadingSet {
    Default,
    Alternate,
}

/// A number of bytes: `65536`, `64KiB`, `1MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size(usize);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected a size such as `65536`, `64KiB` or `1MiB`, found `{text}`");
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let factor = match unit {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(wrong()),
        };
        let number: usize = number.parse().map_err(|_| wrong())?;
        number.checked_mul(factor).map(Size).ok_or_else(wrong)
    }
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let parsed = DateTime::parse_from_rfc3339(text).map(|t| t.to_utc());
    parsed.map_err(|_| "expected a time with its offset, such as 2019-09-10T00:19:14Z".to_owned())
}

pub fn run(args: &Args) -> Exit {
    start_log(args.log);
    let scenario = match load(args) {
        Ok(scenario) => scenario,
        Err(message) => {
            eprintln!("{message}");
            return Exit::Usage;
        }
    };
    // Kept until the process ends: freeing a large universe, or waiting for a long sort to notice that nobody listens any
    // more, would take longer than a stop may.
    let universe = Arc::clone(&scenario.universe);
    let served = runtime().and_then(|runtime| {
        runtime.block_on(serve(args, scenario)).inspect(|()| {
            std::mem::forget(universe);
            runtime.shutdown_background();
        })
    });
    match served {
        Ok(()) => Exit::Done,
        Err(message) => {
            eprintln!("callmock: {message}");
            Exit::Failed
        }
    }
}

/// The runtime that every subcommand with a socket runs on.
pub fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime could not be started: {error}"))
}

fn start_log(log: Log) {
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_default_directive(tracing_subscriber::filter::LevelFilter::INFO.into())
        .from_env_lossy();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match log {
        Log::Text => lines.with_target(false).with_ansi(std::io::stderr().is_terminal()).init(),
        Log::Json => lines.json().init(),
    }
}

fn load(args: &Args) -> Result<Scenario, String> {
    let sources = sources::sources(&args.scenario).map_err(|message| format!("callmock: {message}"))?;
    let request = Request { sources, seed: args.seed, now: args.now, readings: vendors::readings() };
    let mut scenario = scenario::load(&request).map_err(|invalid| invalid.to_string())?;
    if args.readings == ReadingSet::Alternate {
        scenario.readings = Readings::alternate(vendors::readings());
    }
    Ok(scenario)
}

async fn serve(args: &Args, scenario: Scenario) -> Result<(), String> {
    let settings = Settings {
        max_body: args.max_body.0,
        max_headers: usize::from(args.max_headers),
        max_head: args.max_head.0,
        debug_headers: !args.no_debug_headers,
        limits: Limits { journal_size: args.journal_size, journal_body: args.journal_body.0 },
    };
    let calls = scenario.universe.len();
    // The handlers are there before the port is: nobody can see it open and stop it in vain.
    let stop = stop_signal()?;
    let server =
        Server::bind((args.host.as_str(), args.port), scenario, settings).await.map_err(|error| {
            format!(
                "cannot listen on {}:{}: {error}. Choose another with --port, or a free one with --port 0",
                args.host, args.port
            )
        })?;
    let address = server.address();
    if let Some(file) = &args.port_file {
        write_port(file, address).map_err(|error| format!("--port-file {}: {error}", file.display()))?;
    }
    tracing::info!(calls, "see http://{address}/_mock for credentials and commands to paste");
    let mut out = std::io::stdout().lock();
    let ready = writeln!(out, "callmock ready http://{address}").and_then(|()| out.flush());
    drop(out);
    ready.map_err(|error| format!("standard output: {error}"))?;
    server.run(stop).await;
    Ok(())
}

/// Writes the port beside the file and renames it there, so that a reader never sees half of it.
fn write_port(file: &Path, address: SocketAddr) -> std::io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let beside = file.with_file_name(name);
    std::fs::write(&beside, format!("{}\n", address.port()))?;
    std::fs::rename(&beside, file).inspect_err(|_| drop(std::fs::remove_file(&beside)))
}

fn stop_signal() -> Result<impl Future<Output = ()>, String> {
    let catch = |kind| signal(kind).map_err(|error| format!("signals cannot be caught: {error}"));
    let (mut terminate, mut interrupt) = (catch(SignalKind::terminate())?, catch(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_unit() {
        assert_eq!("65536".parse(), Ok(Size(65_536)));
        assert_eq!("64KiB".parse(), Ok(Size(65_536)));
        assert_eq!("1MiB".parse(), Ok(Size(1 << 20)));
        for wrong in ["", "KiB", "64kb", "-1", "1.5MiB", "99999999999999999999"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }
}
