//! The command line: a file a subcommand.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{FromArgMatches, Parser, Subcommand};

/// Tells a line on standard error.
macro_rules! tell {
    ($($told:tt)+) => { $crate::cli::log::say(&format!("{}\n", format_args!($($told)+))) };
}

mod beside;
mod check;
mod children;
mod client;
mod contract;
mod coverage;
mod environment;
mod exec;
mod health;
mod log;
mod matrix;
mod openapi;
mod options;
mod oracle;
mod port_file;
mod readings;
mod running;
mod schema;
mod serve;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked.
    Done,
    /// Something failed while it ran.
    Failed,
    /// The command line or a scenario is wrong.
    Usage,
    /// As the command that it ran.
    As(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::As(code) => code,
        })
    }
}

/// Answers as the public pages of four contact-centre vendors say, for development, tests and
/// contract checks offline.
///
/// Nobody has verified it against the live services.
#[derive(Debug, Parser)]
#[command(name = "callmock", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: options::Args,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the vendors (also the default)
    Serve(options::Args),
    /// Run a command with a server of its own beside it
    Exec(exec::Args),
    /// Check scenario files
    Check(check::Args),
    /// Print the JSON Schema of scenario files
    Schema,
    /// Print the catalogue of behaviors, readings and findings
    Contract(contract::Args),
    /// Hold a table that was made of vendors' calls against the truth
    Oracle(oracle::Args),
    /// Print a vendor's requests and answers as an OpenAPI 3.1 document
    Openapi(openapi::Args),
    /// List the readings: where a vendor's page is ambiguous, and what callmock makes of it
    Readings(readings::Args),
    /// Run a command under every reading, and tell which break it
    Matrix(matrix::Args),
    /// Add up and tell what clients' tests have exercised
    Coverage(coverage::Args),
    /// Ask a running callmock whether it is healthy
    Health(health::Args),
}

/// Runs the command that the arguments ask for.
#[must_use]
pub fn run() -> Exit {
    std::panic::set_hook(Box::new(|panic| {
        tell!("callmock: a bug of callmock's: {panic}");
        // The process may be about to end.
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
    let exit = match environment::matches(&words) {
        Ok(matches) => match Cli::from_arg_matches(&matches) {
            Ok(cli) => cli.run(),
            Err(error) => usage(&error),
        },
        Err(environment::Refused::CommandLine(error)) => usage(&error),
        Err(environment::Refused::Variable(message)) => {
            tell!("callmock: {message}");
            Exit::Usage
        }
    };
    log::flush(std::time::Duration::from_millis(500));
    exit
}

/// Prints clap's message: a mistake on the command line, or the help that was asked for.
fn usage(error: &clap::Error) -> Exit {
    // Whether it can be printed decides nothing.
    drop(error.print());
    let words: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    if let Some(tip) = tip(&words).filter(|_| error.kind() == ErrorKind::UnknownArgument) {
        tell!("\n  tip: {tip}");
    }
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

impl Cli {
    fn run(self) -> Exit {
        use Command::{Exec, Matrix, Serve};
        let has_log = matches!(self.command, None | Some(Serve(_) | Exec(_) | Matrix(_)));
        if !has_log {
            for note in environment::notes() {
                tell!("callmock: {note}");
            }
        }
        match self.command {
            None => serve::run(&self.serve),
            Some(Command::Serve(args)) => serve::run(&args),
            Some(Command::Exec(args)) => exec::run(&args),
            Some(Command::Check(args)) => check::run(&args),
            Some(Command::Schema) => schema::run(),
            Some(Command::Contract(args)) => contract::run(&args),
            Some(Command::Openapi(args)) => openapi::run(&args),
            Some(Command::Oracle(args)) => oracle::run(&args),
            Some(Command::Readings(args)) => readings::run(&args),
            Some(Command::Matrix(args)) => matrix::run(&args),
            Some(Command::Coverage(args)) => coverage::run(&args),
            Some(Command::Health(args)) => health::run(&args),
        }
    }
}

/// What to write instead, where somebody is likely to have left out a sign that nobody guesses.
fn tip(arguments: &[String]) -> Option<String> {
    let severity = |word: &&String| ["note", "warning", "error"].contains(&word.as_str());
    let mut after = arguments.iter().skip_while(|word| *word != "--deny-findings").skip(1);
    if let Some(severity) = after.next().filter(severity) {
        return Some(format!("write `--deny-findings={severity}`, in one word"));
    }
    let runs = arguments.first().filter(|word| ["exec", "matrix"].contains(&word.as_str()))?;
    let without = !arguments.iter().any(|word| word == "--");
    without.then(|| format!("put `--` before the command: callmock {runs} [OPTIONS] -- CMD"))
}

/// Prints a result to standard output. A reader that has seen enough and closed the pipe is not a
/// failure.
fn print(text: &str) -> Exit {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Exit::Done,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            tell!("callmock: standard output: {error}");
            Exit::Failed
        }
    }
}
