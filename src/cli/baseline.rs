//! `callmock baseline write`

use std::path::PathBuf;

use clap::Subcommand;

use super::exit::Exit;
use super::output::print;
use super::{coverage, gate};
use crate::report::baseline::Baseline;
use crate::report::coverage::Coverage;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Accept the findings of a suite for now, and hold later runs to the behaviors that it
    /// exercised
    Write {
        /// The file to write
        #[arg(
            id = "baseline",
            short = 'o',
            long = "out",
            env = "CALLMOCK_BASELINE",
            value_name = "FILE",
            default_value = "callmock-baseline.json"
        )]
        out: PathBuf,
        /// Exclude the behaviors and findings in this file, which need no acceptance
        #[arg(long, env = "CALLMOCK_EXCLUSIONS", value_name = "FILE")]
        exclusions: Option<PathBuf>,
        /// Coverage files, from `exec --coverage-out` or from `GET /_mock/coverage`
        #[arg(required = true, value_name = "COVERAGE")]
        files: Vec<PathBuf>,
    },
}

pub fn run(args: &Args) -> Exit {
    let What::Write { out, exclusions, files } = &args.what;
    let read = files.iter().map(|file| coverage::read(file)).collect::<Result<Vec<_>, _>>();
    let read = read.and_then(|all| Ok((all, gate::exclusions_of(exclusions.as_deref())?)));
    let (all, exclusions) = match read {
        Ok(all) => all,
        Err(message) => {
            tell!("callmock: {message}");
            return Exit::Usage;
        }
    };
    let baseline = Baseline::of(&Coverage::merged(&all).without(&exclusions));
    if let Err(error) = std::fs::write(out, baseline.text()) {
        tell!("callmock: {}: {error}", out.display());
        return Exit::Failed;
    }
    let findings = gate::counted(baseline.findings.len(), "finding");
    let behaviors = gate::counted(baseline.behaviors.len(), "behavior");
    print(&format!("{}: {findings} accepted, {behaviors} exercised\n", out.display()))
}
