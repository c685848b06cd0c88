//! The command line, with one file per subcommand.

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use tracing_subscriber::filter::LevelFilter;

#[macro_use]
mod log;

mod attended;
mod banner;
mod baseline;
mod bundle;
mod ca;
mod check;
mod children;
mod client;
mod completions;
mod contract;
mod coverage;
mod env;
mod environment;
mod exec;
mod exit;
mod gate;
mod health;
mod if_named;
mod import;
mod init;
mod job;
mod job_table;
mod journal_file;
mod matrix;
mod open;
mod openapi;
mod options;
mod oracle;
mod output;
mod port_file;
mod project;
mod readings;
mod rehearse;
mod run_file;
mod running;
mod schema;
mod serve;
mod show;
mod sidecar;
mod state;
mod tls;
mod trust;

pub use exit::Exit;
use if_named::{IfAlone, IfNamed};

use crate::version::WHOLE;

/// Examples under the help of the command.
const EXAMPLES: &str = "Examples:
  callmock --open                                   serve, and open the live page
  callmock --scenario busy-day --port 9000          4000 calls of one day
  callmock exec --fail-under 60 -- pytest           a server for one run of tests
  callmock matrix --axis readings,faults -- pytest  what breaks a client, and what it hides
  callmock rehearse --table calls.csv -- ./sync.sh  which calls a job would lose in a month";

/// Answers as the public pages of four contact-centre vendors say, for development, tests and
/// contract checks offline.
///
/// Nobody has verified it against the live services.
#[derive(Debug, Parser)]
#[command(name = "callmock", version = WHOLE.as_str(), args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: IfAlone<serve::Args>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the vendors (also the default)
    Serve(IfNamed<serve::Args>),
    /// Run a command with a server of its own
    Exec(IfNamed<exec::Args>),
    /// Write a commented scenario to begin with
    Init(IfNamed<init::Args>),
    /// Make a scenario from answers that you already have, with personal data replaced
    Import(IfNamed<import::Args>),
    /// Check scenario files
    Check(IfNamed<check::Args>),
    /// Show accounts, agents, queues, customers and calls, and one call as each vendor shows it
    Show(IfNamed<show::Args>),
    /// Print the JSON Schema of scenario files
    Schema(IfNamed<schema::Args>),
    /// Print the catalogue of behaviors, readings and findings
    Contract(IfNamed<contract::Args>),
    /// Compare a table of vendors' calls with the true calls
    Oracle(IfNamed<oracle::Args>),
    /// Print a vendor's requests and answers as an OpenAPI 3.1 document
    Openapi(IfNamed<openapi::Args>),
    /// List the readings: the questions that a vendor's page leaves open, and callmock's choices
    Readings(IfNamed<readings::Args>),
    /// Run a command under every reading, and show which ones break it
    Matrix(IfNamed<matrix::Args>),
    /// Run a job again and again over weeks of calls, and say which ones it lost, and why
    ///
    /// Without `--scenario`, the calls are those of the built-in scenario `weeks`.
    Rehearse(IfNamed<rehearse::Args>),
    /// Add up and report which behaviors clients' tests have exercised
    Coverage(IfNamed<coverage::Args>),
    /// Accept a suite's findings for now, so that only new ones fail
    Baseline(IfNamed<baseline::Args>),
    /// Serve a run that `exec --bundle` kept, read-only
    Open(IfNamed<open::Args>),
    /// Check whether a running callmock is healthy
    Health(IfNamed<health::Args>),
    /// Print the certificate to trust of a server that was started with --tls
    Ca(IfNamed<ca::Args>),
    /// Print the environment that a client needs to reach a running server
    Env(IfNamed<env::Args>),
    /// Print the script that completes the words of this command in a shell
    Completions(IfNamed<completions::Args>),
    /// Print the manual page
    Man(IfNamed<completions::ManArgs>),
}

/// Runs the command that the arguments ask for.
#[must_use]
pub fn run() -> Exit {
    std::panic::set_hook(Box::new(|panic| {
        tell!("callmock: a bug of callmock's: {panic}");
        // The process may end at once, so the log is flushed here.
        if std::thread::current().name() != Some(log::THREAD) {
            log::flush(std::time::Duration::from_millis(500));
        }
    }));
    let words: Vec<std::ffi::OsString> = std::env::args_os().collect();
    if let Some(words) = children::becomes(&words) {
        let exit = children::run_as(words);
        log::flush(std::time::Duration::from_millis(500));
        return exit;
    }
    if_named::set_words(&words);
    let exit = match environment::matches(&Cli::command(), &words) {
        Ok(matches) => match Cli::from_arg_matches(&matches) {
            Ok(cli) => cli.run(),
            Err(error) => usage(&error),
        },
        Err(environment::ArgumentError::CommandLine(error)) => usage(&whole(*error, &words)),
        Err(environment::ArgumentError::Variable(message)) => {
            tell!("callmock: {message}");
            Exit::Usage
        }
        Err(environment::ArgumentError::Project(invalid)) => {
            tell!("{invalid}");
            Exit::Usage
        }
    };
    log::flush(std::time::Duration::from_millis(500));
    exit
}

/// The error as the whole command gives it. A message names what a start does not declare, too.
fn whole(error: clap::Error, words: &[std::ffi::OsString]) -> clap::Error {
    match if_named::with_all(|| environment::matches(&Cli::command(), words)) {
        Err(environment::ArgumentError::CommandLine(whole)) => *whole,
        _ => error,
    }
}

/// Prints clap's message: a mistake on the command line, or the requested help.
fn usage(error: &clap::Error) -> Exit {
    // A failure to print does not change the exit code.
    drop(error.print());
    let words: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    if let Some(tip) = tip(&words)
        .filter(|_| matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand))
    {
        tell!("\n  tip: {tip}");
    }
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

impl Cli {
    /// The flags of the log and its least level. `None` for subcommands without a log.
    fn log(&self) -> Option<(&options::Args, LevelFilter)> {
        match &self.command {
            None => Some((&self.serve.0.as_ref()?.server, LevelFilter::INFO)),
            Some(Command::Serve(IfNamed(args))) => Some((&args.server, LevelFilter::INFO)),
            // Standard error is shared with the command, so only warnings and errors are logged.
            Some(Command::Exec(IfNamed(args))) => Some((&args.server, LevelFilter::WARN)),
            // A client that gives up leaves requests under way, which is what some runs are for.
            Some(Command::Matrix(IfNamed(args))) => Some((&args.server, LevelFilter::ERROR)),
            Some(Command::Rehearse(IfNamed(args))) => Some((&args.server, LevelFilter::WARN)),
            Some(_) => None,
        }
    }

    fn run(self) -> Exit {
        if let Some((server, level)) = self.log() {
            server.start_log(level);
            for note in environment::notes().into_iter().chain(environment::misspelt(Cli::command)) {
                tracing::warn!("{note}");
            }
        } else {
            for note in environment::notes() {
                tell!("callmock: {note}");
            }
        }
        if let Some(project) = project::used() {
            match self.command {
                None | Some(Command::Serve(_)) => tracing::info!("project file {project}"),
                Some(_) => tell!("callmock: project file {project}"),
            }
        }
        match self.command {
            None => self.serve.0.as_ref().map_or(Exit::Usage, serve::run),
            Some(Command::Serve(IfNamed(args))) => serve::run(&args),
            Some(Command::Exec(IfNamed(args))) => exec::run(&args),
            Some(Command::Init(IfNamed(args))) => init::run(&args),
            Some(Command::Import(IfNamed(args))) => import::run(&args),
            Some(Command::Check(IfNamed(args))) => check::run(&args),
            Some(Command::Show(IfNamed(args))) => show::run(&args),
            Some(Command::Schema(IfNamed(args))) => schema::run(&args),
            Some(Command::Contract(IfNamed(args))) => contract::run(&args),
            Some(Command::Openapi(IfNamed(args))) => openapi::run(&args),
            Some(Command::Oracle(IfNamed(args))) => oracle::run(&args),
            Some(Command::Readings(IfNamed(args))) => readings::run(&args),
            Some(Command::Matrix(IfNamed(args))) => matrix::run(&args),
            Some(Command::Rehearse(IfNamed(args))) => rehearse::run(&args),
            Some(Command::Coverage(IfNamed(args))) => coverage::run(&args),
            Some(Command::Baseline(IfNamed(args))) => baseline::run(&args),
            Some(Command::Open(IfNamed(args))) => open::run(&args),
            Some(Command::Health(IfNamed(args))) => health::run(&args),
            Some(Command::Ca(IfNamed(args))) => ca::run(&args),
            Some(Command::Env(IfNamed(args))) => env::run(&args),
            Some(Command::Completions(IfNamed(args))) => {
                completions::run(&args, if_named::with_all(Cli::command))
            }
            Some(Command::Man(_)) => completions::man(if_named::with_all(Cli::command)),
        }
    }
}

/// A correction of mistakes that are hard to guess: a missing `--` or `=`, a file without its flag.
fn tip(arguments: &[String]) -> Option<String> {
    let severity = |word: &&String| ["note", "warning", "error"].contains(&word.as_str());
    let mut after = arguments.iter().skip_while(|word| *word != "--deny-findings").skip(1);
    if let Some(severity) = after.next().filter(severity) {
        return Some(format!("write `--deny-findings={severity}`, in one word"));
    }
    let first = arguments.first().map(String::as_str);
    let file = |word: &&String| {
        let path = std::path::Path::new(word);
        let named = ["yaml", "yml", "json"].iter().any(|kind| path.extension().is_some_and(|it| it == *kind));
        !word.starts_with('-') && (named || path.is_file())
    };
    match first {
        Some("coverage") => {
            let file = arguments.iter().skip(1).find(file)?;
            return Some(format!("name what to do with it: callmock coverage report {file}"));
        }
        Some("exec" | "matrix" | "rehearse") => {}
        _ if arguments.iter().any(|word| word == "-p") => {
            return Some("the port is given with --port: callmock serve --port 9000".to_owned());
        }
        _ => {
            let serves =
                first.is_none_or(|word| word == "serve" || word.starts_with('-') || word.contains('.'));
            let scenario = arguments.iter().find(file).filter(|_| serves)?;
            return Some(format!(
                "a scenario is given with --scenario: callmock serve --scenario {scenario}"
            ));
        }
    }
    let runs = arguments.first()?;
    let without = !arguments.iter().any(|word| word == "--");
    without.then(|| format!("put `--` before the command: callmock {runs} [OPTIONS] -- CMD"))
}
