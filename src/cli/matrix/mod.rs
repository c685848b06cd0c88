//! `callmock matrix -- CMD`: finds what breaks a client: the readings of the vendors' pages, their
//! refusals and failures, and other data.
//!
//! Each run has a server and a folder of its own. In the first run nothing is changed.

mod args;
mod faults;
mod judge;
mod progress;
mod readings;
mod result;
mod run;

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};

use super::attended::attended;
use super::exit::Exit;
use super::gate::{Denied, exclusions_of};
use super::output::print;
use super::serve;
use crate::nearest::did_you_mean;
use crate::report::matrix::{self as report, Axis, Cell, LeftOut, Verdict};
use crate::scenario::Library;
use crate::vendors;
pub use args::Args;
use args::Format;
use faults::FaultCell;
use judge::judge;
use progress::{Matrix, cost};
use result::Run;

/// The scenarios of the axis `data`.
const DATA: [&str; 3] = ["documented", "busy-day", "extremes"];

pub fn run(args: &Args) -> Exit {
    let opened = args.server.library().and_then(|library| {
        let told = |message: String| format!("callmock: {message}");
        let exclusions = exclusions_of(args.exclusions.as_deref()).map_err(told)?;
        let words = args.table.words().map_err(told)?;
        args.server.may_keep().map_err(told)?;
        Ok((library, args.server.settings()?, exclusions, words))
    });
    let (library, settings, exclusions, words) = match opened {
        Ok(all) => all,
        Err(message) => {
            tell!("{message}");
            return Exit::Usage;
        }
    };
    let run = serve::runtime().and_then(|runtime| {
        let matrix = Matrix {
            args,
            library,
            settings,
            exclusions,
            words,
            denied: args.deny_findings.and_then(|Denied(least)| least),
            limit: args.run_limit.and_then(|limit| limit.to_std().ok()),
            runs: 0,
            cells: vec![],
            left_out: vec![],
        };
        let exit = runtime.block_on(attended(matrix.walk()));
        runtime.shutdown_background();
        exit
    });
    run.unwrap_or_else(|message| {
        tell!("callmock: {message}");
        Exit::Failed
    })
}

impl Matrix<'_> {
    async fn walk(mut self) -> Result<Exit, String> {
        let has = |axis| self.args.axis.contains(&axis);
        if has(Axis::Readings) && self.args.only.is_none() {
            let most = readings::most_runs(&self.library.own().readings);
            let jobs = self.jobs();
            tell!(
                "callmock: one run under the defaults, then at most {most} under other readings, {jobs} at a time; the \
                 first run tells how many and how long"
            );
        }
        let began = Instant::now();
        let base = self.run(self.library.with_faults([]), self.limit).await?;
        let took = began.elapsed();
        self.runs += 1;
        if base.code != 0 {
            self.say_run("(defaults)", &base);
            self.say("the command fails under the defaults already: mend that first");
            return Ok(Exit::Failed);
        }
        if base.called.is_empty() {
            self.say("the command called no vendor: its address is in CALLMOCK_URL");
            return Ok(Exit::Failed);
        }
        if let Some(Err(why)) = &base.table {
            return Err(why.clone());
        }
        self.say_run("(defaults)", &base);
        let is_about_data = has(Axis::Faults) || has(Axis::Data);
        if is_about_data && !self.args.table.is_named() && base.created == 0 {
            tell!(
                "callmock: without the job's table (--table, --table-command), records that are lost are not seen"
            );
        }
        if !has(Axis::Readings) || self.args.axis.len() > 1 || self.args.only.is_some() {
            self.limit = self.limit.or(Some(Duration::from_mins(1) + took * 3));
        }
        if let Some(cell) = &self.args.only {
            return self.one(cell, &base).await;
        }
        if has(Axis::Readings) {
            self.readings(&base, took).await?;
        }
        if has(Axis::Faults) {
            self.faults(&base, took).await?;
        }
        if has(Axis::Data) {
            self.data(took).await?;
        }
        self.reported(base.command)
    }

    /// Prints the report.
    fn reported(self, command: String) -> Result<Exit, String> {
        let matrix = report::Matrix { command, runs: self.runs, cells: self.cells, left_out: self.left_out };
        let json = serde_json::to_string_pretty(&matrix).map_err(|error| error.to_string())? + "\n";
        let is_readings_alone = self.args.axis == [Axis::Readings];
        let printed = match self.args.format {
            Format::Text if is_readings_alone => Exit::Done,
            Format::Text => print(&format!("\n{} runs: {}\n", matrix.runs, matrix.summary())),
            Format::Json => print(&json),
            Format::Junit => print(&matrix.junit()),
            Format::Html => print(&matrix.html()),
        };
        if self.args.only.is_none() {
            let kept = || [matrix.text(), matrix.html(), json.clone(), matrix.junit()];
            self.args.server.keep("matrix", kept)?;
        }
        Ok(if printed == Exit::Done && !matrix.is_red() { Exit::Done } else { Exit::Failed })
    }

    /// Runs the client with each library, several at a time, and returns the results in the given
    /// order.
    async fn all(&mut self, libraries: Vec<Library>) -> Result<Vec<Run>, String> {
        self.runs += libraries.len();
        let jobs = self.jobs();
        let this = &*self;
        let runs = stream::iter(libraries).map(|library| this.run(library, this.limit));
        runs.buffered(jobs).collect::<Vec<_>>().await.into_iter().collect()
    }

    /// Runs the client once with each fault.
    async fn faults(&mut self, base: &Run, took: Duration) -> Result<(), String> {
        let limit = self.limit.unwrap_or_default();
        let (cells, left_out) = faults::cells(base, limit);
        for LeftOut { count, why } in &left_out {
            tell!("callmock: {count} runs are left out: {why}");
        }
        self.left_out.extend(left_out);
        let what = "one fault each; a client without a time-out takes --run-limit in some of them";
        tell!("callmock: {}", cost(&[cells.len()], what, self.jobs(), took));
        let (jobs, mut runs) = (self.jobs(), 0);
        // A chunk at a time, so that results are told as they come.
        for cells in cells.chunks(jobs.max(1) * 4) {
            let libraries: Result<Vec<Library>, String> =
                cells.iter().map(|cell| self.with_fault(cell)).collect();
            for (cell, run) in cells.iter().zip(self.all(libraries?).await?) {
                let made = self.judged(Axis::Faults, &cell.name, Some(base), &run);
                self.add(made);
                runs += 1;
            }
        }
        self.say(&format!("\n{runs} runs with a fault"));
        Ok(())
    }

    fn with_fault(&self, cell: &FaultCell) -> Result<Library, String> {
        let catalogues: Vec<_> = vendors::catalogues().collect();
        let rule = cell.fault.clone().rule(&catalogues);
        Ok(self.library.with_faults([rule.map_err(|wrong| format!("{}: {}", cell.name, wrong.message))?]))
    }

    /// Runs the client once with each scenario.
    async fn data(&mut self, took: Duration) -> Result<(), String> {
        tell!("callmock: {}", cost(&[DATA.len()], "one scenario each", self.jobs(), took));
        let libraries: Result<Vec<Library>, String> =
            DATA.iter().map(|name| self.args.server.library_named(name)).collect();
        for (name, run) in DATA.iter().zip(self.all(libraries?).await?) {
            let made = self.judged(Axis::Data, &format!("data.{name}"), None, &run);
            self.add(made);
        }
        Ok(())
    }

    /// Runs one cell again, and shows all that the client prints.
    async fn one(mut self, name: &str, base: &Run) -> Result<Exit, String> {
        let (faults, _) = faults::cells(base, self.limit.unwrap_or_default());
        let scenario = name.strip_prefix("data.").filter(|name| DATA.contains(name));
        let fault = faults.iter().find(|cell| cell.name == name);
        let (axis, library, against) = if let Some(chosen) = readings::named(name) {
            (Axis::Readings, self.under(&chosen)?, None)
        } else if let Some(scenario) = scenario {
            (Axis::Data, self.args.server.library_named(scenario)?, None)
        } else if let Some(cell) = fault {
            (Axis::Faults, self.with_fault(cell)?, Some(base))
        } else {
            let names = faults.iter().map(|cell| cell.name.as_str());
            let near = did_you_mean(name, names.chain(DATA));
            tell!("callmock: --only {name}: there is no such run of what the command calls{near}");
            return Ok(Exit::Usage);
        };
        let run = self.run(library, self.limit).await?;
        self.runs += 1;
        let cell = self.judged(axis, name, against, &run);
        if self.args.format == Format::Text {
            print(&run.output);
        }
        self.add(cell);
        self.reported(run.command)
    }

    /// The cell of a run.
    fn judged(&self, axis: Axis, name: &str, base: Option<&Run>, run: &Run) -> Cell {
        let judged = judge(base, run);
        let is_broken = axis == Axis::Readings && judged.0 != Verdict::Survived;
        self.made(axis, name.to_owned(), judged, run, is_broken)
    }
}
