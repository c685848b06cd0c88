//! `callmock serve`, which is also what `callmock` alone does.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::LevelFilter;

use super::Exit;
use super::options::Args;
use crate::scenario::Library;
use crate::server::{Server, Settings};
use crate::universe::Universe;

/// The port where nobody chooses one.
const PORT: u16 = 8080;

pub fn run(args: &Args) -> Exit {
    args.start_log(LevelFilter::INFO);
    let (library, settings) = match args.library().and_then(|library| Ok((library, args.settings()?))) {
        Ok(both) => both,
        Err(message) => {
            eprintln!("{message}");
            return Exit::Usage;
        }
    };
    let served = runtime().and_then(|runtime| {
        runtime.block_on(serve(args, library, settings)).inspect(|_| runtime.shutdown_background())
    });
    match served {
        Ok(universe) => {
            // Kept until the process ends: freeing a large universe, or waiting for a long sort to notice that nobody
            // listens any more, would take longer than a stop may.
            std::mem::forget(universe);
            Exit::Done
        }
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

async fn serve(args: &Args, library: Library, settings: Settings) -> Result<Arc<Universe>, String> {
    let calls = library.own().universe.len();
    // The handlers are there before the port is: nobody can see it open and stop it in vain.
    let stop = stop_signal()?;
    let port = args.port.unwrap_or(PORT);
    let server = Server::bind((args.host.as_str(), port), library, settings)
        .await
        .map_err(|error| args.cannot_listen(port, &error))?;
    let address = server.address();
    if let Some(file) = &args.port_file {
        write_port(file, address).map_err(|error| format!("--port-file {}: {error}", file.display()))?;
    }
    let scheme = args.scheme();
    tracing::info!(calls, "see {scheme}://{address}/_mock for credentials and commands to paste");
    let mut out = std::io::stdout().lock();
    let ready = writeln!(out, "callmock ready {scheme}://{address}").and_then(|()| out.flush());
    drop(out);
    ready.map_err(|error| format!("standard output: {error}"))?;
    let app = Arc::clone(server.app());
    server.run(stop).await;
    Ok(Arc::clone(app.worlds.default_slot().world().universe()))
}

/// Writes the port beside the file and renames it there, so that a reader never sees half of it.
pub fn write_port(file: &Path, address: SocketAddr) -> std::io::Result<()> {
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
