//! `callmock coverage merge` and `callmock coverage report`

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};

use super::exit::Exit;
use super::output::print;
use crate::contract::{Finding, Severity};
use crate::report::coverage::Coverage;
use crate::report::exclusions::Exclusions;
use crate::report::{badge, html, junit, sarif};
use crate::vendors;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add up several files, such as those of a suite's shards
    Merge {
        /// Where to write the sum
        #[arg(short, long, value_name = "OUT")]
        out: PathBuf,
        /// Files that `exec --coverage-out` wrote, or `GET /_mock/coverage` answered
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Tell what was exercised, and what never
    Report {
        /// How to print it; `sarif` has the findings only, `badge` is an SVG
        #[arg(long, value_enum, default_value = "text", env = "CALLMOCK_FORMAT")]
        format: Format,
        #[command(flatten)]
        gate: Gate,
        /// Files that `exec --coverage-out` wrote, or `GET /_mock/coverage` answered
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// What a suite must come up to.
#[derive(Debug, clap::Args)]
pub struct Gate {
    /// End with 3 where less was exercised, in percent of what requests can reach of the operations
    /// that were called
    #[arg(long, env = "CALLMOCK_FAIL_UNDER", value_name = "PCT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
    /// End with 4 where something in what was sent is wrong or fragile; of this severity or graver:
    /// note (all, if none is named), warning, error
    #[arg(long, env = "CALLMOCK_DENY_FINDINGS", value_name = "SEVERITY", num_args = 0..=1, require_equals = true, default_missing_value = "note", value_parser = denied)]
    deny_findings: Option<Denied>,
    /// Leave out of account what this file names, each with a reason: `exclude: [{behavior: ID,
    /// reason: TEXT}]`
    #[arg(long, env = "CALLMOCK_EXCLUSIONS", value_name = "FILE")]
    exclusions: Option<PathBuf>,
}

/// The least severity that is denied; none, where an environment variable says no.
#[derive(Debug, Clone, Copy)]
pub struct Denied(pub Option<Severity>);

/// Reads a severity, or what people write into an environment variable for yes and no.
///
/// # Errors
/// Where it is neither.
pub fn denied(text: &str) -> Result<Denied, String> {
    Ok(Denied(match text.to_lowercase().as_str() {
        "" | "0" | "false" | "no" | "off" | "n" | "f" => None,
        "note" | "1" | "true" | "yes" | "on" | "y" | "t" => Some(Severity::Note),
        "warning" => Some(Severity::Warning),
        "error" => Some(Severity::Error),
        _ => return Err("expected note, warning or error".to_owned()),
    }))
}

/// The exit code where too little was exercised.
const UNDER: u8 = 3;
/// The exit code where there are findings.
pub const FOUND: u8 = 4;

impl Gate {
    /// What the file of exclusions says.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn exclusions(&self) -> Result<Exclusions, String> {
        exclusions_of(self.exclusions.as_deref())
    }

    /// How to end, and a word to it where it is not well.
    pub fn judge(&self, coverage: &Coverage) -> Exit {
        let share = coverage.share(vendors::catalogues());
        let (percent, of) = (share.percent(), share.of);
        let (nobody, nothing) = (coverage.exercised == 0, coverage.exercised == 0 || of == 0);
        let under = self.fail_under.filter(|least| *least > 0 && (nothing || percent < usize::from(*least)));
        match under {
            Some(least) if nobody => {
                tell!(
                    "callmock: no vendor was called, so nothing was exercised, under the {least} % of --fail-under"
                );
            }
            Some(least) => {
                tell!(
                    "callmock: {percent} % of {of} behaviors exercised, under the {least} % of --fail-under"
                );
            }
            None => {}
        }
        let least = self.deny_findings.and_then(|Denied(least)| least);
        let found = least.map_or_else(Vec::new, |least| coverage.denied(least, vendors::catalogues()));
        if !found.is_empty() {
            tell!("callmock: --deny-findings does not let these pass:\n{}", told(&found));
        }
        match (under, found.is_empty()) {
            (Some(_), _) => Exit::As(UNDER),
            (None, false) => Exit::As(FOUND),
            (None, true) => Exit::Done,
        }
    }
}

/// What a file of exclusions says, if there is one.
///
/// # Errors
/// What is wrong with it.
pub fn exclusions_of(file: Option<&Path>) -> Result<Exclusions, String> {
    let Some(path) = file else { return Ok(Exclusions::default()) };
    let wrong = |error: &dyn std::fmt::Display| format!("--exclusions {}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    Exclusions::read(&text, vendors::catalogues()).map_err(|error| wrong(&error))
}

/// Findings, a line each, with what to do instead.
pub fn told(found: &[&'static Finding]) -> String {
    let lines: Vec<String> = found
        .iter()
        .map(|f| format!("  {} ({}): {} {}", f.id, f.severity.name(), f.summary, f.fix))
        .collect();
    lines.join("\n")
}

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
    let (What::Merge { files, .. } | What::Report { files, .. }) = &args.what;
    let all = match files.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>() {
        Ok(all) => all,
        Err(message) => {
            tell!("callmock: {message}");
            return Exit::Usage;
        }
    };
    let merged = Coverage::merged(&all);
    match &args.what {
        What::Merge { out, .. } => match write(&merged, out) {
            Ok(()) => Exit::Done,
            Err(message) => {
                tell!("callmock: {message}");
                Exit::Failed
            }
        },
        What::Report { format, gate, .. } => match gate.exclusions() {
            Ok(exclusions) => {
                let coverage = merged.without(&exclusions);
                match print(&printed(&coverage, *format, &files[0])) {
                    Exit::Done => gate.judge(&coverage),
                    failed => failed,
                }
            }
            Err(message) => {
                tell!("callmock: {message}");
                Exit::Usage
            }
        },
    }
}

fn printed(coverage: &Coverage, format: Format, file: &Path) -> String {
    let all = vendors::catalogues();
    match format {
        Format::Text => coverage.text(all),
        Format::Json => json(coverage) + "\n",
        Format::Junit => junit::xml(coverage, all),
        Format::Html => html::page(coverage, all),
        Format::Sarif => format!("{:#}\n", sarif::log(coverage, all, &file.display().to_string())),
        Format::Badge => badge::svg(coverage.share(all)),
    }
}

fn read(file: &Path) -> Result<Coverage, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
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

/// Writes a file of coverage.
///
/// # Errors
/// What the file system says.
pub fn write(coverage: &Coverage, file: &Path) -> Result<(), String> {
    std::fs::write(file, json(coverage) + "\n").map_err(|error| format!("{}: {error}", file.display()))
}

fn json(coverage: &Coverage) -> String {
    serde_json::to_string_pretty(coverage).expect("texts and numbers are JSON")
}
