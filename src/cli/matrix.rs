//! `callmock matrix -- CMD`: finds the readings of the vendors' pages that break a client.
//!
//! Each run has a server of its own. The first run has the defaults, and the next ones have one
//! alternative each. Then come rows of several alternatives, in which every pair of those that
//! broke nothing alone occurs. So a breaking pair is found without all combinations.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::{StreamExt, stream};

use super::attended::attended;
use super::children;
use super::exit::{Exit, code, not_run};
use super::gate::{Denied, FOUND, denied, exclusions_of, told, unmet};
use super::output::print;
use super::sidecar::Sidecar;
use super::{options, serve};
use crate::contract::{Chosen, Reading, Readings, pairwise};
use crate::report::coverage::Coverage;
use crate::report::exclusions::Exclusions;
use crate::report::source::of_reading;
use crate::scenario::{ClockSpec, Library};
use crate::server::Settings;
use crate::vendors;
use crate::world::Clock;

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    pub server: options::Args,
    /// The number of runs at a time; by default, the number of processors
    #[arg(long, env = "CALLMOCK_JOBS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Count a run as broken if there is a finding of this severity or a higher one: note (the
    /// default, every finding), warning, error
    #[arg(long, env = "CALLMOCK_DENY_FINDINGS", value_name = "SEVERITY", num_args = 0..=1, require_equals = true, default_missing_value = "note", value_parser = denied)]
    deny_findings: Option<Denied>,
    /// Exclude the findings in this file, each with a reason: `exclude: [{finding: ID, reason:
    /// TEXT}]`
    #[arg(long, env = "CALLMOCK_EXCLUSIONS", value_name = "FILE")]
    exclusions: Option<PathBuf>,
    /// The command and its arguments
    #[arg(required = true, last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Prints a line on standard output. A closed pipe is not a failure.
macro_rules! say {
    ($($told:tt)+) => { print(&format!("{}\n", format_args!($($told)+))) };
}

/// The number of last lines of output that a broken run shows.
const LINES: usize = 20;

pub fn run(args: &Args) -> Exit {
    let opened = args.server.library().and_then(|library| {
        let exclusions = exclusions_of(args.exclusions.as_deref());
        Ok((library, args.server.settings()?, exclusions.map_err(|message| format!("callmock: {message}"))?))
    });
    let (library, settings, exclusions) = match opened {
        Ok(all) => all,
        Err(message) => {
            tell!("{message}");
            return Exit::Usage;
        }
    };
    let run = serve::runtime().and_then(|runtime| {
        let matrix = Matrix { args, library, settings, exclusions, runs: 0 };
        let exit = runtime.block_on(attended(matrix.walk()));
        runtime.shutdown_background();
        exit
    });
    run.unwrap_or_else(|message| {
        tell!("callmock: {message}");
        Exit::Failed
    })
}

struct Matrix<'a> {
    args: &'a Args,
    library: Library,
    settings: Settings,
    exclusions: Exclusions,
    runs: usize,
}

/// The result of one run.
struct Run {
    code: u8,
    output: String,
    called: BTreeSet<&'static str>,
}

impl Matrix<'_> {
    async fn walk(mut self) -> Result<Exit, String> {
        let jobs = self.jobs();
        let most = most_runs(&self.library.own().readings);
        tell!(
            "callmock: one run under the defaults, then at most {most} under other readings, {jobs} at a time; the \
             first run tells how many and how long"
        );
        let began = Instant::now();
        let default = self.run(&[]).await?;
        let took = began.elapsed();
        self.runs += 1;
        if default.code != 0 {
            say(&[], &default);
            say!("the command fails under the defaults already: mend that first");
            return Ok(Exit::Failed);
        }
        if default.called.is_empty() {
            say!("the command called no vendor: its address is in CALLMOCK_URL");
            return Ok(Exit::Failed);
        }
        say(&[], &default);
        // Readings of vendors that the command never calls cannot break it.
        let readings: Vec<&'static Reading> = vendors::catalogues()
            .filter(|catalogue| default.called.contains(catalogue.vendor))
            .flat_map(|catalogue| catalogue.readings.iter().copied())
            .collect();
        let begins_with = self.library.own().readings.clone();
        let left_out = out_of_reach(&self.library.own().clock);
        let alternatives = |reading: &'static Reading| {
            let now = begins_with.option(reading);
            let is_out = |option: &str| left_out.contains(&(reading.id, option));
            let others = reading.options.iter().copied();
            others.filter(|option| *option != now && !is_out(option)).collect::<Vec<_>>()
        };
        say_left_out(&left_out, &readings);
        let alone: Vec<Vec<Chosen>> = readings
            .iter()
            .flat_map(|reading| alternatives(reading).into_iter().map(move |option| vec![(*reading, option)]))
            .collect();
        let rows = pairwise(&all_options(&readings, &begins_with)).len();
        tell!("callmock: {}", cost(alone.len(), rows, jobs, took));
        let mut broken: Vec<Vec<Chosen>> = vec![];
        for (chosen, run) in self.all(&alone).await? {
            say(&chosen, &run);
            if run.code != 0 {
                broken.push(chosen);
            }
        }
        let breaks_alone = broken.len();
        let harmless = |reading: &'static Reading| {
            let harmless = alternatives(reading)
                .into_iter()
                .filter(|option| !broken.iter().any(|chosen| chosen[0] == (reading, *option)))
                .collect::<Vec<_>>();
            (reading, std::iter::once(begins_with.option(reading)).chain(harmless).collect())
        };
        let options: Vec<(&'static Reading, Vec<&'static str>)> =
            readings.iter().map(|reading| harmless(reading)).collect();
        let together: Vec<Vec<Chosen>> = pairwise(&options)
            .into_iter()
            .map(|row| {
                row.into_iter().filter(|(r, option)| *option != begins_with.option(r)).collect::<Vec<_>>()
            })
            .filter(|row| row.len() > 1)
            .collect();
        let rows = together.len();
        for (chosen, run) in self.all(&together).await? {
            if run.code == 0 || broken.iter().any(|known| known.iter().all(|one| chosen.contains(one))) {
                continue;
            }
            let (fewest, run) = self.fewest(chosen, run).await?;
            say(&fewest, &run);
            broken.push(fewest);
        }
        let names: Vec<&str> = default.called.iter().copied().collect();
        say!(
            "\n{} runs: {} readings of {}, {} alternatives by themselves and {rows} rows of several",
            self.runs,
            readings.len(),
            names.join(", "),
            alone.len(),
        );
        if broken.is_empty() {
            say!("none breaks the command");
            return Ok(Exit::Done);
        }
        say_broken(&broken, breaks_alone);
        Ok(Exit::Failed)
    }

    /// The number of runs at a time.
    fn jobs(&self) -> usize {
        let jobs = self.args.jobs.map(usize::from);
        jobs.or(std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1)
    }

    /// Runs the command under each set of choices, several at a time, and returns the results in
    /// the given order.
    async fn all(&mut self, choices: &[Vec<Chosen>]) -> Result<Vec<(Vec<Chosen>, Run)>, String> {
        self.runs += choices.len();
        let jobs = self.jobs();
        let this = &*self;
        let runs =
            stream::iter(choices).map(|chosen| async move { Ok((chosen.clone(), this.run(chosen).await?)) });
        runs.buffered(jobs).collect::<Vec<_>>().await.into_iter().collect()
    }

    /// Reduces choices that break the command together to the ones that are necessary for it. Each
    /// choice is left out once as a test.
    async fn fewest(&mut self, mut chosen: Vec<Chosen>, mut run: Run) -> Result<(Vec<Chosen>, Run), String> {
        let mut n = 0;
        while n < chosen.len() {
            let mut fewer = chosen.clone();
            fewer.remove(n);
            let tried = self.run(&fewer).await?;
            self.runs += 1;
            if tried.code == 0 {
                n += 1;
            } else {
                (chosen, run) = (fewer, tried);
            }
        }
        Ok((chosen, run))
    }

    /// Runs the command once, with a server of its own.
    async fn run(&self, chosen: &[Chosen]) -> Result<Run, String> {
        let mut readings = self.library.own().readings.clone();
        for (reading, option) in chosen {
            let known = readings.choose(std::iter::once(*reading), reading.id, option);
            known.map_err(|_| format!("{} has no option {option}", reading.id))?;
        }
        let library = self.library.with_readings(readings);
        let sidecar = Sidecar::start(&self.args.server, 0, library, self.settings.clone()).await?;
        let mut command = sidecar.command(&self.args.command);
        // With a process group of its own, a terminating signal also reaches the command's
        // children.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = match children::spawn(command.kill_on_drop(true)) {
            Ok(child) => children::output(child).await,
            Err(error) if error.kind() == ErrorKind::Interrupted => return Err("stopped".to_owned()),
            Err(error) => Err(error),
        };
        let counts = sidecar.app.worlds.counts();
        let called = counts.answers.keys().map(|(vendor, ..)| *vendor).collect();
        let denied = self.args.deny_findings.and_then(|Denied(least)| least);
        let exercised = Coverage::of(&counts, vendors::catalogues()).without(&self.exclusions);
        let found = denied.map_or_else(Vec::new, |least| exercised.denied(least, vendors::catalogues()));
        let found = (!found.is_empty()).then(|| format!("findings:\n{}", told(&found)));
        let against: Vec<String> = found.into_iter().chain(unmet(&exercised)).collect();
        sidecar.stop().await;
        Ok(match output {
            Ok(output) => {
                let mut said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
                let code = match code(output.status) {
                    0 if !against.is_empty() => {
                        if !said.is_empty() && !said.ends_with('\n') {
                            said.push('\n');
                        }
                        said.push_str(&format!("{}\n", against.join("\n")));
                        FOUND
                    }
                    code => code,
                };
                Run { code, output: said, called }
            }
            Err(error) => Run {
                code: not_run(&error),
                output: format!("{}: {error}\n", self.args.command[0].display()),
                called,
            },
        })
    }
}

/// Prints the options that are left out, of the readings of the vendors that were called.
fn say_left_out(left_out: &[(&str, &str)], readings: &[&'static Reading]) {
    for (id, option) in left_out.iter().filter(|(id, _)| readings.iter().any(|known| known.id == *id)) {
        say!(
            "{:<50} left out: clients sign by the machine's clock, and the world's stands elsewhere",
            format!("{id}: {option}")
        );
    }
}

/// Prints the choices that break the command, the first ones alone.
fn say_broken(broken: &[Vec<Chosen>], breaks_alone: usize) {
    let verb = if breaks_alone == 1 { "breaks" } else { "break" };
    say!("{breaks_alone} {verb} the command alone, {} only together:", broken.len() - breaks_alone);
    for chosen in broken {
        for (reading, option) in chosen {
            let source = of_reading(reading.source);
            say!("  {}: {option}\n    {} ({source})", reading.id, reading.question);
        }
        let again: Vec<String> =
            chosen.iter().map(|(reading, option)| format!("{}={option}", reading.id)).collect();
        say!("    again: callmock exec --readings {} -- …", again.join(","));
    }
}

/// The options that no client can meet by the clock of a world.
fn out_of_reach(clock: &ClockSpec) -> Vec<(&'static str, &'static str)> {
    let machine = Clock::machine();
    let now = match clock {
        ClockSpec::Real => machine,
        ClockSpec::Fixed(now) | ClockSpec::Running { start: now, .. } => *now,
    };
    let bound = vendors::ALL.iter().flat_map(|vendor| vendor.bound_to_the_machine());
    let is_out = |most: &TimeDelta| (now - machine).abs() > *most;
    bound.filter(|(_, _, most)| is_out(most)).map(|(reading, option, _)| (*reading, *option)).collect()
}

/// The number of runs if every vendor is called, without those that reduce what breaks.
fn most_runs(now: &Readings) -> usize {
    let readings = vendors::readings();
    let alone: usize = readings.iter().map(|reading| reading.options.len() - 1).sum();
    alone + pairwise(&all_options(&readings, now)).len()
}

/// Every option of some readings, those that are in force first.
fn all_options(readings: &[&'static Reading], now: &Readings) -> Vec<(&'static Reading, Vec<&'static str>)> {
    let all = |reading: &&'static Reading| {
        let first = now.option(reading);
        let others = reading.options.iter().copied().filter(|option| *option != first);
        (*reading, std::iter::once(first).chain(others).collect())
    };
    readings.iter().map(all).collect()
}

/// A message about the remaining runs: their number, and the time that they take if each takes as
/// long as the first one.
fn cost(alone: usize, rows: usize, jobs: usize, took: Duration) -> String {
    let runs = alone + rows;
    let rounds = u32::try_from(alone.div_ceil(jobs) + rows.div_ceil(jobs)).unwrap_or(u32::MAX);
    let whole = took.saturating_mul(rounds);
    let time = match whole.as_secs() {
        0 => "less than a second".to_owned(),
        seconds @ 1..120 => format!("about {seconds} s"),
        seconds => format!("about {} min", seconds.div_ceil(60)),
    };
    format!("{runs} runs are to come ({alone} alternatives alone, up to {rows} rows of several): {time}")
}

/// Prints the result of a run, with its last lines of output if it is broken.
fn say(chosen: &[Chosen], run: &Run) {
    let named: Vec<String> =
        chosen.iter().map(|(reading, option)| format!("{}: {option}", reading.id)).collect();
    let named = if named.is_empty() { "(defaults)".to_owned() } else { named.join(" + ") };
    if run.code == 0 {
        say!("{named:<50} ok");
        return;
    }
    say!("{named:<50} BREAKS, exit code {}", run.code);
    let lines: Vec<&str> = run.output.lines().collect();
    for line in &lines[lines.len().saturating_sub(LINES)..] {
        say!("    | {line}");
    }
}
