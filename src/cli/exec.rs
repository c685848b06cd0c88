//! `callmock exec -- CMD`: a command with a server of its own beside it, for as long as it runs.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use rustix::termios::tcgetpgrp;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tracing_subscriber::filter::LevelFilter;

use super::{Exit, options, serve};
use crate::report::called;
use crate::scenario::Library;
use crate::server::{Server, Settings};
use crate::vendors;
use crate::world::Ids;

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    server: options::Args,
    /// The command, and its arguments
    #[arg(required = true, last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// What proxies are called in an environment: some clients would send requests for the server to them, even on this machine.
const PROXIES: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
/// The same where the server speaks TLS.
const TLS_PROXIES: [&str; 2] = ["https_proxy", "HTTPS_PROXY"];

pub fn run(args: &Args) -> Exit {
    // Standard error is the command's too: only what matters is said there.
    args.server.start_log(LevelFilter::WARN);
    let opened = args.server.library().and_then(|library| Ok((library, args.server.settings()?)));
    let (library, settings) = match opened {
        Ok(both) => both,
        Err(message) => {
            eprintln!("{message}");
            return Exit::Usage;
        }
    };
    let run = serve::runtime().and_then(|runtime| {
        let exit = runtime.block_on(exec(args, library, settings));
        runtime.shutdown_background();
        exit
    });
    run.unwrap_or_else(|message| {
        eprintln!("callmock: {message}");
        Exit::Failed
    })
}

async fn exec(args: &Args, library: Library, settings: Settings) -> Result<Exit, String> {
    // Caught before the command exists: none can be lost between.
    let signals = Signals::catch()?;
    let port = args.server.port.unwrap_or(0);
    let certificate = settings.tls.as_ref().map(|tls| Arc::clone(&tls.certificate));
    let server = Server::bind((args.server.host.as_str(), port), library, settings)
        .await
        .map_err(|error| args.server.cannot_listen(port, &error))?;
    let address = server.address();
    if let Some(file) = &args.server.port_file {
        let written = serve::write_port(file, address);
        written.map_err(|error| format!("--port-file {}: {error}", file.display()))?;
    }
    let app = Arc::clone(server.app());
    let reachable = if address.ip().is_unspecified() {
        format!("127.0.0.1:{}", address.port())
    } else {
        address.to_string()
    };
    let mut environment = app.environment(&app.worlds.default_slot().world(), &reachable);
    environment.push(("CALLMOCK_URL".to_owned(), format!("{}://{reachable}", args.server.scheme())));
    let trusted = certificate.map(|pem| TrustFile::write(&pem)).transpose()?;
    if let Some(TrustFile(path)) = &trusted {
        environment.push(("CALLMOCK_CA_CERT".to_owned(), path.display().to_string()));
    }

    let (stop, stopped) = oneshot::channel::<()>();
    // It listens already, so the command's first request waits at worst, and is never refused.
    let serving = tokio::spawn(server.run(async move { drop(stopped.await) }));
    let ended = match spawn(&args.command, environment, trusted.is_some()) {
        Ok(child) => {
            code(signals.pass_to(child).await.map_err(|error| format!("the command was lost: {error}"))?)
        }
        Err(error) => {
            eprintln!("callmock: {}: {error}", args.command[0].display());
            // As shells have it.
            if error.kind() == ErrorKind::NotFound { 127 } else { 126 }
        }
    };
    eprint!("{}", called::text(&app.worlds.total().counts(), vendors::catalogues()));
    drop(stop);
    drop(serving.await);
    drop(trusted);
    Ok(Exit::As(ended))
}

fn spawn(command: &[OsString], environment: Vec<(String, String)>, tls: bool) -> std::io::Result<Child> {
    let mut child = Command::new(&command[0]);
    child.args(&command[1..]).envs(environment);
    for proxy in PROXIES.iter().chain(if tls { &TLS_PROXIES[..] } else { &[] }) {
        child.env_remove(proxy);
    }
    child.spawn()
}

/// A command's exit code; for one that a signal ended, 128 and the signal's number, as shells have it.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
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

/// The server's certificate in a file, for clients to trust, for as long as this lives.
struct TrustFile(PathBuf);

impl TrustFile {
    fn write(pem: &str) -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("callmock-{:032x}.pem", Ids::unguessable()));
        // A new file that nobody could have put there before: what stands in it is trusted.
        let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let written = created.and_then(|mut file| file.write_all(pem.as_bytes()));
        written.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for TrustFile {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}
