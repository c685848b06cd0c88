//! A matrix in progress: what is known so far, and how it is told.

use std::time::Duration;

use super::super::output::print;
use super::args::{Args, Format};
use super::result::Run;
use crate::contract::Severity;
use crate::report::exclusions::Exclusions;
use crate::report::matrix::{Axis, Cell, LeftOut, Verdict};
use crate::report::oracle::Words;
use crate::scenario::Library;
use crate::server::Settings;

/// The number of last lines of output that a run shows.
const LINES: usize = 20;

/// A matrix in progress.
pub struct Matrix<'a> {
    pub args: &'a Args,
    pub library: Library,
    pub settings: Settings,
    pub exclusions: Exclusions,
    pub words: Words,
    pub denied: Option<Severity>,
    /// The longest time of a run.
    pub limit: Option<Duration>,
    pub runs: usize,
    pub cells: Vec<Cell>,
    pub left_out: Vec<LeftOut>,
}

impl Matrix<'_> {
    /// The number of runs at a time.
    pub fn jobs(&self) -> usize {
        let jobs = self.args.jobs.map(usize::from);
        jobs.or(std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1)
    }

    pub fn made(
        &self,
        axis: Axis,
        cell: String,
        (verdict, detail): (Verdict, Option<String>),
        run: &Run,
        is_broken: bool,
    ) -> Cell {
        let lines: Vec<&str> = run.output.lines().collect();
        let last = &lines[lines.len().saturating_sub(LINES)..];
        let output = if verdict == Verdict::Survived { &[][..] } else { last };
        Cell {
            axis,
            cell,
            verdict,
            red: is_broken || self.args.fail_on.contains(&verdict),
            code: run.code,
            detail,
            output: output.iter().map(|line| (*line).to_owned()).collect(),
        }
    }

    /// Keeps a cell, and prints it.
    pub fn add(&mut self, cell: Cell) {
        self.say_cell(&cell);
        self.cells.push(cell);
    }

    pub fn say_cell(&self, Cell { axis, cell, verdict, red, code, detail, output }: &Cell) {
        let code = if *code == 0 { String::new() } else { format!(", exit code {code}") };
        let detail = detail.as_ref().map_or_else(String::new, |detail| format!(": {detail}"));
        let words = match (axis, verdict) {
            (Axis::Readings, Verdict::Survived) => "ok",
            (Axis::Readings, Verdict::FailedLoudly) => "BREAKS",
            (_, verdict) => verdict.words(),
        };
        let width = if *axis == Axis::Readings { 50 } else { 64 };
        self.say(&format!("{cell:<width$} {words}{code}{detail}"));
        if *red {
            for line in output {
                self.say(&format!("    | {line}"));
            }
        }
    }

    pub fn say_run(&self, name: &str, run: &Run) {
        let verdict = if run.code == 0 { Verdict::Survived } else { Verdict::FailedLoudly };
        let cell = self.made(Axis::Readings, name.to_owned(), (verdict, None), run, run.code != 0);
        self.say_cell(&cell);
    }

    /// Prints a line of the report as text. A closed pipe is not a failure.
    pub fn say(&self, line: &str) {
        if self.args.format == Format::Text {
            print(&format!("{line}\n"));
        }
    }
}

/// A message about the remaining runs: their number, and the time that they take if each takes as
/// long as the first one.
pub fn cost(groups: &[usize], what: &str, jobs: usize, took: Duration) -> String {
    let runs: usize = groups.iter().sum();
    let rounds = groups.iter().map(|runs| runs.div_ceil(jobs)).sum::<usize>();
    let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
    let whole = took.saturating_mul(rounds);
    let time = match whole.as_secs() {
        0 => "less than a second".to_owned(),
        seconds @ 1..120 => format!("about {seconds} s"),
        seconds => format!("about {} min", seconds.div_ceil(60)),
    };
    format!("{runs} runs are to come ({what}): {time}")
}
