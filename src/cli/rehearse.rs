//! `callmock rehearse -- CMD`: runs a job again and again while the world's clock moves from run to
//! run, and holds its table against the calls that were there.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, DurationRound, SecondsFormat, TimeDelta, Utc};
use clap::ValueEnum;

use super::attended::attended;
use super::exit::Exit;
use super::gate::Gate;
use super::job::{self, Ended, duration};
use super::job_table::{JobTable, WRONG_TABLE};
use super::oracle::moment;
use super::output::print;
use super::sidecar::Sidecar;
use super::{options, serve};
use crate::contract::Recovery;
use crate::report::coverage::Coverage;
use crate::report::oracle::{self, Period, Words};
use crate::report::rehearsal::{self, Failed, Found, Known, OfVendor, Rehearsal, Run, Shown, Window};
use crate::scenario::{Action, ClockSpec, Fault, Library, When};
use crate::server::Settings;
use crate::universe::Ordinal;
use crate::vendor::Neutral;
use crate::vendors;
use crate::world::{Entry, FaultCounts, World};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    pub server: options::Args,
    /// The time from run to run
    #[arg(long, env = "CALLMOCK_EVERY", value_name = "DURATION", default_value = "1h", value_parser = duration)]
    every: TimeDelta,
    /// The time from the beginning to the last run
    #[arg(long = "for", env = "CALLMOCK_FOR", value_name = "DURATION", default_value = "30d", value_parser = duration)]
    length: TimeDelta,
    /// The beginning: RFC 3339, or a day. The first run is one `--every` later. By default, it is the
    /// scenario's clock, or the first call if that is the machine's
    #[arg(long, env = "CALLMOCK_FROM", value_name = "TIME", value_parser = moment)]
    from: Option<DateTime<Utc>>,
    #[command(flatten)]
    table: JobTable,
    /// Judge no record that came or changed within this time before the last run; by default, `--every`
    #[arg(long, env = "CALLMOCK_SETTLE", value_name = "DURATION", value_parser = duration)]
    settle: Option<TimeDelta>,
    /// The world's time that each request for a list takes
    #[arg(long, env = "CALLMOCK_STEP", value_name = "DURATION", default_value = "2s", value_parser = duration)]
    step: TimeDelta,
    /// Leave out the outage: for twenty minutes the vendors fail, from the middle of a walk on if the
    /// job walks
    #[arg(long, env = "CALLMOCK_NO_OUTAGE")]
    no_outage: bool,
    /// Set libfaketime's variable FAKETIME to the world's time, for a job that takes its windows from
    /// the machine's clock; `LD_PRELOAD` must name the library
    #[arg(long, env = "CALLMOCK_FAKETIME")]
    faketime: bool,
    /// The longest time of a run on the machine's clock; a longer one is ended
    #[arg(long, env = "CALLMOCK_RUN_LIMIT", value_name = "DURATION", default_value = "5m", value_parser = duration)]
    run_limit: TimeDelta,
    /// The format of the report on standard output
    #[arg(long, value_enum, default_value = "text", env = "CALLMOCK_FORMAT")]
    format: Format,
    #[command(flatten)]
    gate: Gate,
    /// The job: a command and its arguments
    #[arg(required = true, last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Junit,
    Html,
}

/// The scenario of a rehearsal without `--scenario`.
const STANDARD: &str = "weeks";

/// The time that the vendors fail. Every run that begins in it meets the outage.
const OUTAGE: TimeDelta = TimeDelta::minutes(20);

/// The most runs.
const RUNS: i64 = 100_000;

/// A job that asks for nothing in so many runs does not know the address.
const IDLE: usize = 3;

/// The number of last lines of output that a failed run shows.
const LINES: usize = 10;

pub fn run(args: &Args) -> Exit {
    let opened = args.server.library_or(STANDARD).and_then(|library| {
        let settings = args.server.settings()?;
        let told = |message: String| format!("callmock: {message}");
        let runs = args.length.num_milliseconds() / args.every.num_milliseconds();
        if !(1..=RUNS).contains(&runs) {
            return Err(told(format!("--for and --every give {runs} runs; expected 1 to {RUNS}")));
        }
        let words = args.table.words().map_err(told)?;
        if !args.table.is_named() {
            return Err(told(
                "the job's table is not named: --table FILE, or --table-command CMD for a command that prints it"
                    .to_owned(),
            ));
        }
        if let Some(table) = args.table.file().filter(|table| table.exists()) {
            return Err(told(format!(
                "--table {} is there already: remove it, and what else the job keeps, so that the rehearsal \
                 begins without",
                table.display()
            )));
        }
        args.gate.read().map_err(told)?;
        args.server.may_keep().map_err(told)?;
        Ok((library, settings, words, usize::try_from(runs).unwrap_or_default()))
    });
    let (library, settings, words, runs) = match opened {
        Ok(all) => all,
        Err(message) => {
            tell!("{message}");
            return Exit::Usage;
        }
    };
    let run = serve::runtime().and_then(|runtime| {
        let rehearsal = Rehearsing { args, words, count: runs };
        let exit = runtime.block_on(attended(rehearsal.walk(library, settings)));
        runtime.shutdown_background();
        exit
    });
    run.unwrap_or_else(|message| {
        tell!("callmock: {message}");
        Exit::Failed
    })
}

/// A rehearsal that is carried out.
struct Rehearsing<'a> {
    args: &'a Args,
    words: Words,
    count: usize,
}

impl Rehearsing<'_> {
    async fn walk(self, library: Library, settings: Settings) -> Result<Exit, String> {
        let args = self.args;
        let sidecar = Sidecar::start(&args.server, 0, library, settings).await?;
        // A job may reset its world, which is then another one.
        let present = || sidecar.app.worlds.default_slot().world();
        let world = present();
        world.observer().start(args.step);
        let failed: Arc<Mutex<Vec<Failed>>> = Arc::default();
        drop(sidecar.app.completed.set(vec![notes_failures(&failed)]));
        let start = args.from.unwrap_or_else(|| beginning(&world));
        let mut outage = self.outage(&world, start);
        // The end of the outage, once a run has met it.
        let mut ends: Option<DateTime<Utc>> = None;
        let mut runs: Vec<Run> = vec![];
        for number in 1..=self.count {
            let at = start + args.every * i32::try_from(number).unwrap_or(i32::MAX);
            let world = present();
            world.set_clock(ClockSpec::Fixed(at));
            let begins = outage == Some(number);
            let is_outage = begins || ends.is_some_and(|ends| at < ends);
            if begins {
                // A job that asks once a run has no middle of a walk.
                let walks = runs.last().is_some_and(|run| run.asked.len() > 1 && !run.outage);
                fail(&world, u64::from(walks));
            }
            let began = std::time::Instant::now();
            let Ended { code, output, .. } = self.run(&sidecar, number, at).await?;
            let world = present();
            if number == 1 && [126, 127].contains(&code) {
                tell!("callmock: {}", output.trim_end());
                return Ok(Exit::As(code));
            }
            let failed = std::mem::take(&mut *failed.lock().unwrap_or_else(PoisonError::into_inner));
            let observed = world.observer().take();
            let id = |ordinal: Ordinal| world.view().call(ordinal).map(|call| call.id.to_string());
            let mut asked: Vec<Window> =
                observed.asked.iter().map(|asked| Window::of(asked.vendor, asked.at, asked.times)).collect();
            asked.dedup();
            let showed = observed.showed.iter().filter_map(|showed| {
                Some(Shown { vendor: showed.vendor, at: showed.at, call: id(showed.call)? })
            });
            let showed = showed.collect();
            let run = Run { number, at, until: world.now(), code, outage: is_outage, asked, failed, showed };
            if code != 0 {
                tell_failed(&run, &world.secrets().masked(&output));
            }
            if number == 1 {
                let rest =
                    began.elapsed().as_secs_f64() * f64::from(u32::try_from(self.count).unwrap_or(u32::MAX));
                tell!("callmock: {} runs, about {:.0} s", self.count, rest);
            }
            if begins && run.failed.is_empty() && number < self.count {
                // It spared the first request, and there was no other.
                recover(&world);
                outage = Some(number + 1);
            } else if is_outage {
                let ends = *ends.get_or_insert(at + OUTAGE);
                if at + args.every >= ends {
                    recover(&world);
                }
            }
            runs.push(run);
            // A mistake in the table's columns is told now, not after the last run.
            if number == 1 && self.args.table.file().is_none_or(std::path::Path::exists) {
                let read = self.args.table.rows(&sidecar, &self.words, None, |_| {}).await;
                if let Err(why) = read.map(drop)
                    && why.starts_with(WRONG_TABLE)
                {
                    return Err(why);
                }
            }
            let is_idle = |run: &Run| run.asked.is_empty() && run.failed.is_empty();
            if number == IDLE.min(self.count) && runs.iter().all(is_idle) {
                let codes: Vec<String> = runs.iter().map(|run| run.code.to_string()).collect();
                tell!(
                    "callmock: the job asked for no list in its first runs, which ended with {}: the address is in \
                     CALLMOCK_URL",
                    codes.join(", ")
                );
                return Ok(Exit::Failed);
            }
        }
        let exit = self.judged(&sidecar, &present(), start, runs).await;
        sidecar.stop().await;
        exit
    }

    /// The run in which the vendors fail: the one of the middle third before which most calls came.
    fn outage(&self, world: &World, start: DateTime<Utc>) -> Option<usize> {
        if self.args.no_outage || self.count < 3 {
            return None;
        }
        let (every, view) = (self.args.every, world.view());
        let came = |number: &usize| {
            let at = start + every * i32::try_from(*number).unwrap_or(i32::MAX);
            view.between(at - every..at).len()
        };
        (self.count / 3 + 1..=self.count * 2 / 3).max_by_key(came)
    }

    /// Runs the job once.
    async fn run(&self, sidecar: &Sidecar, number: usize, at: DateTime<Utc>) -> Result<Ended, String> {
        let mut command = sidecar.command(&self.args.command);
        command.env("CALLMOCK_RUN", number.to_string());
        command.env("CALLMOCK_NOW", at.to_rfc3339_opts(SecondsFormat::Secs, true));
        if self.args.faketime {
            command.env("FAKETIME", at.format("@%Y-%m-%d %H:%M:%S").to_string()).env("TZ", "UTC");
        }
        let name = self.args.command[0].display().to_string();
        job::run(command, &name, self.args.run_limit.to_std().ok()).await
    }

    /// Holds the table against the calls, and prints the report.
    async fn judged(
        &self,
        sidecar: &Sidecar,
        world: &Arc<World>,
        start: DateTime<Utc>,
        runs: Vec<Run>,
    ) -> Result<Exit, String> {
        let rows = self.args.table.rows(sidecar, &self.words, None, |_| {}).await?;
        if rows.is_empty() {
            tell!("callmock: the table has no row");
        }
        let view = world.view();
        let all = || (0..u32::try_from(view.size()).unwrap_or(u32::MAX)).map(Ordinal);
        let truth: Vec<Neutral> =
            all().filter_map(|ordinal| Neutral::of(vendors::ALL, world, &view, ordinal)).collect();
        let mut asked: Vec<String> =
            runs.iter().flat_map(|run| &run.asked).map(|asked| asked.vendor.to_owned()).collect();
        asked.sort_unstable();
        asked.dedup();
        let last = runs.last().map_or(start, |run| run.at);
        let period = Period { from: Some(start), to: Some(last) };
        let diff = oracle::diff(&truth, &rows, vendors::ALL, &asked, period);
        let known: BTreeMap<String, OfVendor> = vendors::ALL
            .iter()
            .map(|vendor| {
                let name = vendor.name();
                let known = |ordinal: Ordinal| {
                    let call = view.call(ordinal)?;
                    let known = Known {
                        call: call.id.to_string(),
                        began: call.at,
                        ended: call.ended_at(),
                        appeared: view.listed_since(ordinal, name)?,
                        changed: view.changed_at(ordinal, call),
                    };
                    Some((vendor.call_id(&view, ordinal)?, known))
                };
                (name.to_owned(), all().filter_map(known).collect())
            })
            .collect();
        // What the last runs alone could have had is not judged.
        let due = last - self.args.settle.unwrap_or(self.args.every);
        let (of_vendors, problems) = rehearsal::judge(&diff, &known, &runs, due);
        if of_vendors.values().all(|records| records.due == 0) && problems.is_empty() {
            let began = || view.universe().calls().iter().map(|call| call.at);
            let time = |time: Option<DateTime<Utc>>| time.map(|at| at.to_rfc3339()).unwrap_or_default();
            return Err(format!(
                "no record came due from {} to {}: the calls of the scenario begin from {} to {}; --from names \
                 another beginning",
                start.to_rfc3339(),
                due.to_rfc3339(),
                time(began().min()),
                time(began().max())
            ));
        }
        let judge = self.args.gate.read()?;
        let coverage =
            Coverage::of(&sidecar.app.worlds.counts(), vendors::catalogues()).without(&judge.exclusions);
        let findings = Found::of(&coverage, vendors::catalogues(), &runs);
        let words: Vec<String> = self.args.command.iter().map(|word| word.display().to_string()).collect();
        let rehearsal = Rehearsal {
            command: world.secrets().masked(&words.join(" ")).into_owned(),
            every: self.args.every.num_seconds(),
            runs,
            vendors: of_vendors,
            problems,
            findings,
            calls: known
                .iter()
                .filter(|(vendor, _)| asked.contains(vendor))
                .map(|(vendor, calls)| {
                    let began = calls.values().map(|call| call.began);
                    (vendor.clone(), began.filter(|at| start <= *at && *at < last).collect())
                })
                .collect(),
        };
        let json = serde_json::to_string_pretty(&rehearsal).map_err(|error| error.to_string())? + "\n";
        let kept = || [rehearsal.text(), rehearsal.html(), json.clone(), rehearsal.junit()];
        let kept = self.args.server.keep("rehearsal", kept);
        let printed = print(&match self.args.format {
            Format::Text => rehearsal.text(),
            Format::Junit => rehearsal.junit(),
            Format::Html => rehearsal.html(),
            Format::Json => json.clone(),
        });
        kept?;
        if printed != Exit::Done || !rehearsal.is_good() {
            return Ok(Exit::Failed);
        }
        Ok(judge.run(&coverage))
    }
}

/// A function that notes the exchanges without a good answer.
fn notes_failures(failed: &Arc<Mutex<Vec<Failed>>>) -> crate::exchange::Completed {
    let failed = Arc::clone(failed);
    Box::new(move |_: &str, entry: &Entry| {
        let status = entry.response.status;
        let what = match status {
            None => "no answer".to_owned(),
            Some(status) if status >= 400 => {
                let behavior = entry.met.behaviors.first().map_or("", |behavior| behavior.id);
                format!("{status} {}", behavior.rsplit('.').next().unwrap_or_default()).trim_end().to_owned()
            }
            Some(status) if !entry.response.finished => format!("{status}, cut off"),
            Some(_) => return,
        };
        let passing = status.is_none_or(|status| status < 400 || status == 429 || status >= 500)
            || entry.met.behaviors.first().is_some_and(|behavior| behavior.recovery == Recovery::Passing);
        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.push(Failed { vendor: entry.vendor, what, passing });
    })
}

/// Lets every vendor fail after some requests.
fn fail(world: &World, after: u64) {
    let catalogues: Vec<_> = vendors::catalogues().collect();
    for catalogue in &catalogues {
        let passing = catalogue.all_refusals().find(|refusal| {
            refusal.behavior.recovery == Recovery::Passing && refusal.behavior.status == Some(503)
        });
        let Some(refusal) = passing else { continue };
        let fault = Fault {
            id: Some(outage_of(catalogue.vendor)),
            vendor: catalogue.vendor.to_owned(),
            operation: None,
            when: (after > 0).then(|| When { after: Some(after), ..When::default() }),
            times: None,
            action: Action { error: Some(refusal.name().to_owned()), ..Action::default() },
        };
        if let Ok(rule) = fault.rule(&catalogues) {
            // The ids are callmock's own, so none is taken.
            drop(world.faults().add(Arc::new(rule), FaultCounts::default()));
        }
    }
}

/// The scenario's clock, or the hour of its first call if the clock is the machine's.
fn beginning(world: &World) -> DateTime<Utc> {
    let first = world.universe().calls().iter().map(|call| call.at).min();
    let is_real = world.scenario().clock == ClockSpec::Real;
    let begin = first.filter(|_| is_real).unwrap_or_else(|| world.now());
    begin.duration_trunc(TimeDelta::hours(1)).unwrap_or(begin)
}

/// Ends what [`fail`] began.
fn recover(world: &World) {
    for catalogue in vendors::catalogues() {
        world.faults().remove(&outage_of(catalogue.vendor));
    }
}

/// The id of the fault that is a vendor's outage.
fn outage_of(vendor: &str) -> String {
    format!("outage-{vendor}")
}

fn tell_failed(run: &Run, output: &str) {
    let lines: Vec<&str> = output.lines().collect();
    let last = &lines[lines.len().saturating_sub(LINES)..];
    let at = run.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    tell!("callmock: run {} ({at}) ended with {}", run.number, run.code);
    for line in last {
        tell!("    | {line}");
    }
}
