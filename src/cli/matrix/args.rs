//! The flags of `callmock matrix`.

use std::ffi::OsString;
use std::path::PathBuf;

use chrono::TimeDelta;
use clap::ValueEnum;

use super::super::gate::{Denied, denied};
use super::super::job::duration;
use super::super::job_table::JobTable;
use super::super::options;
use crate::nearest::did_you_mean;
use crate::report::matrix::{Axis, Verdict};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    pub server: options::Args,
    /// The axes along which runs differ: readings, faults, data
    #[arg(long, env = "CALLMOCK_AXIS", value_name = "AXIS", value_delimiter = ',', default_value = "readings", value_parser = axis)]
    pub axis: Vec<Axis>,
    /// Run the client without a change and in this one run, by its name in the report
    #[arg(long, env = "CALLMOCK_ONLY", value_name = "CELL")]
    pub only: Option<String>,
    #[command(flatten)]
    pub table: JobTable,
    /// The verdicts for which the matrix fails, beside a reading that breaks the client: wrong-quietly,
    /// wrong-loudly, hammered, hung, failed-loudly
    #[arg(long, env = "CALLMOCK_FAIL_ON", value_name = "VERDICT", value_delimiter = ',', default_value = "wrong-quietly", value_parser = verdict)]
    pub fail_on: Vec<Verdict>,
    /// The longest time of a run on the machine's clock; by default, for faults and data, a minute and
    /// three times the first run
    #[arg(long, env = "CALLMOCK_RUN_LIMIT", value_name = "DURATION", value_parser = duration)]
    pub run_limit: Option<TimeDelta>,
    /// The number of runs at a time; by default, the number of processors
    #[arg(long, env = "CALLMOCK_JOBS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// The format of the report on standard output
    #[arg(long, value_enum, default_value = "text", env = "CALLMOCK_FORMAT")]
    pub format: Format,
    /// Count a run as broken if there is a finding of this severity or a higher one: note (the
    /// default, every finding), warning, error
    #[arg(long, env = "CALLMOCK_DENY_FINDINGS", value_name = "SEVERITY", num_args = 0..=1, require_equals = true, default_missing_value = "note", value_parser = denied)]
    pub deny_findings: Option<Denied>,
    /// Exclude the findings in this file, each with a reason: `exclude: [{finding: ID, reason:
    /// TEXT}]`
    #[arg(long, env = "CALLMOCK_EXCLUSIONS", value_name = "FILE")]
    pub exclusions: Option<PathBuf>,
    /// The command and its arguments. `CALLMOCK_DIR` is an empty folder for what it keeps
    #[arg(required = true, last = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
    Junit,
    Html,
}

fn axis(text: &str) -> Result<Axis, String> {
    let names = || Axis::ALL.into_iter().map(Axis::name);
    let known = Axis::ALL.into_iter().find(|axis| axis.name() == text);
    known.ok_or_else(|| {
        format!("expected {}{}", names().collect::<Vec<_>>().join(", "), did_you_mean(text, names()))
    })
}

fn verdict(text: &str) -> Result<Verdict, String> {
    let names =
        || Verdict::ALL.into_iter().filter(|verdict| *verdict != Verdict::Survived).map(Verdict::name);
    let known =
        Verdict::ALL.into_iter().find(|verdict| verdict.name() == text && *verdict != Verdict::Survived);
    known.ok_or_else(|| {
        format!("expected {}{}", names().collect::<Vec<_>>().join(", "), did_you_mean(text, names()))
    })
}
