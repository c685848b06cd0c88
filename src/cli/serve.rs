//! `callmock serve`, which is also the default without a subcommand.

use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use tokio::sync::oneshot;

use super::exit::Exit;
use super::options;
use super::port_file::PortFile;
use super::{banner, children, log, state};
use crate::admin::reachable;
use crate::platform;
use crate::scenario::{self, Library};
use crate::server::{Server, Settings, StateFile};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    pub server: options::Args,
    #[command(flatten)]
    state: state::Args,
    /// Open the live page in the browser, by the command in BROWSER or the system's own
    #[arg(help_heading = "Output", long, env = "CALLMOCK_OPEN")]
    open: bool,
    /// Stop when standard input ends: when the process that started the server, and holds the other
    /// end of the pipe, is gone
    #[arg(help_heading = "Address", long, env = "CALLMOCK_STOP_WITH_STDIN")]
    stop_with_stdin: bool,
}

/// The default port.
const PORT: u16 = 8080;

pub fn run(whole: &Args) -> Exit {
    let args = &whole.server;
    let opened = args.port_file().map_err(|message| format!("callmock: {message}")).and_then(|port_file| {
        let library = args.library()?;
        let settings = args.settings()?;
        let state = whole.state.open().map_err(|message| format!("callmock: {message}"))?;
        Ok((port_file, library, settings, state))
    });
    let (port_file, library, settings, state) = match opened {
        Ok(all) => all,
        Err(message) => {
            tell!("{message}");
            return Exit::Usage;
        }
    };
    for doubt in scenario::lines(&library.own().doubts) {
        tracing::warn!("{doubt}");
    }
    let served = runtime().and_then(|runtime| {
        let served = runtime.block_on(serve(whole, port_file, library, settings, state));
        runtime.shutdown_background();
        served
    });
    match served {
        Ok(()) => {
            // The process exits at once: freeing a large universe, or waiting until a long sort
            // notices the stop, would take longer than a stop may.
            log::flush(Duration::from_millis(50));
            std::process::exit(0);
        }
        Err(message) => {
            tell!("callmock: {message}");
            Exit::Failed
        }
    }
}

/// The runtime of every subcommand with a socket.
pub fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime could not be started: {error}"))
}

async fn serve(
    Args { server: args, state: keeping, open, stop_with_stdin }: &Args,
    mut port_file: Option<PortFile>,
    library: Library,
    settings: Settings,
    state: Option<StateFile>,
) -> Result<(), String> {
    let calls = library.own().universe.len();
    // Signals are caught before the port opens, so that a stop is never lost.
    let stop = stop_signal()?;
    let with_input = *stop_with_stdin;
    let stop = async move {
        tokio::select! {
            () = stop => {}
            () = input_ended(), if with_input => {}
        }
    };
    let port = args.port.unwrap_or(PORT);
    let mut server = Server::bind((args.host.as_str(), port), library, settings)
        .await
        .map_err(|error| args.cannot_listen(port, &error))?;
    if let Some(state) = state {
        server.keep_state(state).map_err(|error| keeping.told(&error))?;
    }
    let address = server.address();
    if let Some(file) = &mut port_file {
        file.write(address)?;
    }
    let scheme = args.scheme();
    let place = reachable(address);
    let base = format!("{scheme}://{place}");
    if banner::is_wanted() && !args.is_quiet() {
        banner::show(server.app(), &base);
    } else {
        tracing::info!(calls, "see {base}/_mock for credentials and commands to paste");
    }
    let mut out = std::io::stdout().lock();
    let ready = writeln!(out, "callmock ready {base}").and_then(|()| out.flush());
    drop(out);
    ready.map_err(|error| format!("standard output: {error}"))?;
    if *open {
        show(&format!("{base}/_mock/ui"));
    }
    tokio::select! {
        () = server.run(stop) => {}
        () = children::reap_orphans() => {}
    }
    Ok(())
}

/// Resolves when standard input has ended. What it says is not read.
async fn input_ended() {
    let (ended, end) = oneshot::channel::<()>();
    // The thread ends with the process, if not before.
    let reader = std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        drop(std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()));
        drop(ended);
    });
    if let Err(error) = reader {
        tracing::warn!(%error, "the end of standard input is not seen");
        return std::future::pending().await;
    }
    drop(end.await);
}

/// Opens an address in the browser. A machine without one is told the address.
fn show(address: &str) {
    let own = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let command = std::env::var("BROWSER").ok().filter(|command| !command.trim().is_empty());
    let command = command.unwrap_or_else(|| own.to_owned());
    let mut words = command.split_whitespace();
    let started = tokio::process::Command::new(words.next().unwrap_or(own))
        .args(words)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(error) = started {
        tracing::warn!("no browser was opened ({command}: {error}): the page is at {address}");
    }
}

/// Resolves when callmock is told to stop.
///
/// # Errors
/// If the signals cannot be caught.
pub fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, String> {
    platform::stop_signal().map_err(|error| format!("signals cannot be caught: {error}"))
}
