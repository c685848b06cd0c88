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
    /// Add up several coverage files, such as those of a suite's shards
    Merge {
        /// The file to write the sum to
        #[arg(short, long, value_name = "OUT")]
        out: PathBuf,
        /// Coverage files, from `exec --coverage-out` or from `GET /_mock/coverage`
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Show the behaviors that were exercised and those that never were
    Report {
        /// The format of the report; `sarif` has only the findings, `badge` is an SVG
        #[arg(long, value_enum, default_value = "text", env = "CALLMOCK_FORMAT")]
        format: Format,
        #[command(flatten)]
        gate: Gate,
        /// Coverage files, from `exec --coverage-out` or from `GET /_mock/coverage`
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// The conditions that a suite must meet.
#[derive(Debug, clap::Args)]
pub struct Gate {
    /// Exit with 3 if less than this percentage was exercised, of the behaviors that requests can
    /// reach in the operations that were called
    #[arg(long, env = "CALLMOCK_FAIL_UNDER", value_name = "PCT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
    /// Exit with 4 if there is a finding of this severity or a higher one: note (the default, every
    /// finding), warning, error
    #[arg(long, env = "CALLMOCK_DENY_FINDINGS", value_name = "SEVERITY", num_args = 0..=1, require_equals = true, default_missing_value = "note", value_parser = denied)]
    deny_findings: Option<Denied>,
    /// Exclude the behaviors and findings in this file, each with a reason: `exclude: [{behavior:
    /// ID, reason: TEXT}]`
    #[arg(long, env = "CALLMOCK_EXCLUSIONS", value_name = "FILE")]
    exclusions: Option<PathBuf>,
}

/// The least severity that is denied. `None` if an environment variable says no.
#[derive(Debug, Clone, Copy)]
pub struct Denied(pub Option<Severity>);

/// Parses a severity, or a yes or no from an environment variable.
///
/// # Errors
/// If the text is neither.
pub fn denied(text: &str) -> Result<Denied, String> {
    Ok(Denied(match text.to_lowercase().as_str() {
        "" | "0" | "false" | "no" | "off" | "n" | "f" => None,
        "note" | "1" | "true" | "yes" | "on" | "y" | "t" => Some(Severity::Note),
        "warning" => Some(Severity::Warning),
        "error" => Some(Severity::Error),
        _ => return Err("expected note, warning or error".to_owned()),
    }))
}

/// The exit code if too little was exercised.
const UNDER: u8 = 3;
/// The exit code if there are denied findings.
pub const FOUND: u8 = 4;

impl Gate {
    /// Reads the exclusions of `--exclusions`.
    ///
    /// # Errors
    /// The mistake in the file.
    pub fn exclusions(&self) -> Result<Exclusions, String> {
        exclusions_of(self.exclusions.as_deref())
    }

    /// Checks the conditions, and prints the reason if one is not met.
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

/// Reads a file of exclusions, if one is given.
///
/// # Errors
/// The mistake in the file.
pub fn exclusions_of(file: Option<&Path>) -> Result<Exclusions, String> {
    let Some(path) = file else { return Ok(Exclusions::default()) };
    let wrong = |error: &dyn std::fmt::Display| format!("--exclusions {}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    Exclusions::read(&text, vendors::catalogues()).map_err(|error| wrong(&error))
}

/// Findings as text, one per line, with their remedies.
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
