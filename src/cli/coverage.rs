//! `callmock coverage merge` and `callmock coverage report`

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};

use super::Exit;
use crate::report::coverage::Coverage;
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
        /// Files that `exec --coverage-out` wrote
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Tell what was exercised, and what never
    Report {
        /// How to print it
        #[arg(long, value_enum, default_value = "text", env = "CALLMOCK_FORMAT")]
        format: Format,
        /// Files that `exec --coverage-out` wrote
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub fn run(args: &Args) -> Exit {
    let (What::Merge { files, .. } | What::Report { files, .. }) = &args.what;
    let all = match files.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>() {
        Ok(all) => all,
        Err(message) => {
            eprintln!("callmock: {message}");
            return Exit::Usage;
        }
    };
    let merged = Coverage::merged(&all);
    match &args.what {
        What::Merge { out, .. } => match write(&merged, out) {
            Ok(()) => Exit::Done,
            Err(message) => {
                eprintln!("callmock: {message}");
                Exit::Failed
            }
        },
        What::Report { format: Format::Text, .. } => super::print(&merged.text(vendors::catalogues())),
        What::Report { format: Format::Json, .. } => super::print(&format!("{}\n", json(&merged))),
    }
}

fn read(file: &Path) -> Result<Coverage, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let coverage: Coverage = serde_json::from_str(&text)
        .map_err(|error| format!("{}: not a file of `exec --coverage-out`: {error}", file.display()))?;
    if coverage.callmock == 1 {
        Ok(coverage)
    } else {
        Err(format!("{}: version {} is not known; this is version 1", file.display(), coverage.callmock))
    }
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
