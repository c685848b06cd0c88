//! The command line: a file a subcommand.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod beside;
mod check;
mod client;
mod contract;
mod coverage;
mod exec;
mod health;
mod matrix;
mod openapi;
mod options;
mod oracle;
mod readings;
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

/// Answers exactly as four contact-centre vendors do, for development, tests and contract checks offline.
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
    let cli = Cli::parse();
    match cli.command {
        None => serve::run(&cli.serve),
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

/// Prints a result to standard output. A reader that has seen enough and closed the pipe is not a failure.
fn print(text: &str) -> Exit {
    use std::io::{ErrorKind, Write};
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Exit::Done,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            eprintln!("callmock: standard output: {error}");
            Exit::Failed
        }
    }
}
