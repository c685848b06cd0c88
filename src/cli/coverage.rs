//! `callmock coverage merge`, `callmock coverage report`, `callmock coverage diff` and
//! `callmock coverage suggest`

use std::path::{Path, PathBuf};

use axum::http::Uri;
use clap::{Subcommand, ValueEnum};

use super::exit::Exit;
use super::gate::Gate;
use super::output::{self, print};
use crate::report::coverage::Coverage;
use crate::report::diff::Difference;
use crate::report::text::{self, Listed};
use crate::report::{badge, entry, html, junit, sarif, suggest};
use crate::vendors;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add up several coverage files, such as those of a suite's shards
    Merge {
        /// The file to write the sum to
        #[arg(short, long, value_name = "OUT")]
        out: PathBuf,
        /// Coverage files, from `exec --coverage-out` or from `GET /_mock/coverage`
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Show the findings, what to do next, and the behaviors that were exercised
    Report {
        /// The format of the report; `sarif` has only the findings, `badge` is an SVG
        #[arg(long, value_enum, default_value = "text", env = "CALLMOCK_FORMAT")]
        format: Format,
        /// List the behaviors that were never exercised, too, in the formats `text` and `junit`
        /// (there as skipped tests)
        #[arg(long, visible_alias = "skipped", env = "CALLMOCK_ALL")]
        all: bool,
        #[command(flatten)]
        gate: Gate,
        /// Coverage files, from `exec --coverage-out` or from `GET /_mock/coverage`
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Show what differs between two coverages, such as those of a base and of a pull request
    Diff {
        /// The format: for a terminal, or for a comment on a pull request
        #[arg(long, value_enum, default_value = "text", env = "CALLMOCK_FORMAT")]
        format: DiffFormat,
        /// The coverage file before, from `exec --coverage-out`
        #[arg(value_name = "BEFORE")]
        before: PathBuf,
        /// The coverage file after
        #[arg(value_name = "AFTER")]
        after: PathBuf,
    },
    /// Propose the next ten behaviors that are worth a test, and how to meet each of them
    Suggest {
        /// Print a file for `--exclusions` instead: the operations and refusals that do not concern
        /// the client
        #[arg(long)]
        exclusions: bool,
        /// The server that the commands are for
        #[arg(long, env = "CALLMOCK_URL", value_name = "URL", default_value = "http://127.0.0.1:8080")]
        url: Uri,
        /// Coverage files, from `exec --coverage-out` or from `GET /_mock/coverage`
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DiffFormat {
    Text,
    Markdown,
}

/// The number of behaviors that are suggested.
const SUGGESTED: usize = 10;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Junit,
    Html,
    Sarif,
    Badge,
}

pub fn run(args: &Args) -> Exit {
    let done = match &args.what {
        What::Merge { out, files } => merged(files).map(|merged| match write(&merged, out) {
            Ok(()) => Exit::Done,
            Err(message) => {
                tell!("callmock: {message}");
                Exit::Failed
            }
        }),
        What::Report { format, all, gate, files } => {
            report(*format, if *all { Listed::All } else { Listed::Exercised }, gate, files)
        }
        What::Diff { format, before, after } => diff(*format, before, after),
        What::Suggest { exclusions, url, files } => merged(files).map(|merged| {
            if *exclusions {
                print(&suggest::file(&suggest::unused(&merged, vendors::catalogues())))
            } else {
                print(&suggested(&merged, url.to_string().trim_end_matches('/')))
            }
        }),
    };
    done.unwrap_or_else(|message| {
        tell!("callmock: {message}");
        Exit::Usage
    })
}

fn merged(files: &[PathBuf]) -> Result<Coverage, String> {
    let all = files.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    Ok(Coverage::merged(&all))
}

fn report(format: Format, listed: Listed, gate: &Gate, files: &[PathBuf]) -> Result<Exit, String> {
    let (merged, judge) = (merged(files)?, gate.read()?);
    let coverage = merged.without(&judge.exclusions);
    Ok(match print(&printed(&coverage, format, listed, &files[0])) {
        Exit::Done => judge.report(&coverage),
        failed => failed,
    })
}

fn diff(format: DiffFormat, before: &Path, after: &Path) -> Result<Exit, String> {
    let difference = Difference::of(&read(before)?, &read(after)?, vendors::catalogues());
    Ok(print(&match format {
        DiffFormat::Text => difference.text(),
        DiffFormat::Markdown => difference.markdown(),
    }))
}

/// The next behaviors that are worth a test, each with its entry in the catalogue.
fn suggested(coverage: &Coverage, url: &str) -> String {
    let next = suggest::next(coverage, vendors::catalogues(), SUGGESTED);
    if next.is_empty() {
        return "nothing is left to test in the operations in use\n".to_owned();
    }
    let entries = next.iter().filter_map(|behavior| entry::of(behavior.id, vendors::ALL, url));
    entries.map(|entry| entry.text()).collect::<Vec<_>>().join("\n")
}

fn printed(coverage: &Coverage, format: Format, listed: Listed, file: &Path) -> String {
    let all = vendors::catalogues();
    match format {
        Format::Text => text::text(coverage, all, listed),
        Format::Json => json(coverage) + "\n",
        Format::Junit => junit::xml(coverage, all, listed),
        Format::Html => html::page(coverage, all),
        Format::Sarif => format!("{:#}\n", sarif::log(coverage, all, &file.display().to_string())),
        Format::Badge => badge::svg(coverage.share(all)),
    }
}

/// Reads a coverage file.
///
/// # Errors
/// The mistake in the file.
pub fn read(file: &Path) -> Result<Coverage, String> {
    let text = output::read(file, || {
        format!("; `callmock exec --coverage-out {} -- CMD` writes one", file.display())
    })?;
    let coverage: Coverage = serde_json::from_str(&text)
        .map_err(|error| format!("{}: not a file of `exec --coverage-out`: {error}", file.display()))?;
    if coverage.callmock != 1 {
        return Err(format!(
            "{}: version {} is not known; this is version 1",
            file.display(),
            coverage.callmock
        ));
    }
    let unknown = coverage.unknown(vendors::catalogues()).map(str::to_owned);
    unknown.map_or(Ok(coverage), |id| {
        Err(format!("{}: `{id}` is not known here: another callmock wrote this file", file.display()))
    })
}

/// Writes a coverage file.
///
/// # Errors
/// The error of the file system.
pub fn write(coverage: &Coverage, file: &Path) -> Result<(), String> {
    std::fs::write(file, json(coverage) + "\n").map_err(|error| format!("{}: {error}", file.display()))
}

fn json(coverage: &Coverage) -> String {
    serde_json::to_string_pretty(coverage).expect("texts and numbers are JSON")
}
