//! The runs of the axis `readings`. The first ones have one alternative each. Then come rows of
//! several alternatives, in which every pair of those that broke nothing alone occurs. So a breaking
//! pair is found without all combinations.

use chrono::TimeDelta;

use super::judge::judge;
use super::progress::{Matrix, cost};
use super::result::Run;
use crate::contract::{Chosen, Reading, Readings, pairwise};
use crate::report::matrix::{Axis, Cell, LeftOut, Verdict};
use crate::report::source::of_reading;
use crate::scenario::{ClockSpec, Library};
use crate::vendors;
use crate::world::Clock;

/// The name of a run under some choices.
pub fn name(chosen: &[Chosen]) -> String {
    chosen.iter().map(|(reading, option)| format!("{}: {option}", reading.id)).collect::<Vec<_>>().join(" + ")
}

impl Matrix<'_> {
    /// The library under some choices.
    pub fn under(&self, chosen: &[Chosen]) -> Result<Library, String> {
        let mut readings = self.library.own().readings.clone();
        for (reading, option) in chosen {
            let known = readings.choose(std::iter::once(*reading), reading.id, option);
            known.map_err(|_| format!("{} has no option {option}", reading.id))?;
        }
        Ok(self.library.with_readings(readings))
    }

    fn cell(&self, chosen: &[Chosen], base: &Run, run: &Run) -> Cell {
        // A reading may change which calls a list has, so a table is held against what was shown.
        let keeps_all = base
            .table
            .as_ref()
            .is_none_or(|table| table.as_ref().is_ok_and(|table| table.not_kept.is_empty()));
        let (verdict, detail) = if keeps_all { judge(None, run) } else { judge(Some(base), run) };
        let verdict = if verdict == Verdict::Hammered && run.code == 0 { Verdict::Survived } else { verdict };
        // A page may mean any of its readings, so a client that fails under one is broken.
        self.made(Axis::Readings, name(chosen), (verdict, detail), run, verdict != Verdict::Survived)
    }

    /// Runs the client under each alternative and each pair of them. Returns the cells, and what is
    /// left out.
    pub async fn readings(&mut self, base: &Run, took: std::time::Duration) -> Result<(), String> {
        // Readings of vendors that the command never calls cannot break it.
        let readings: Vec<&'static Reading> = vendors::catalogues()
            .filter(|catalogue| base.called.contains(catalogue.vendor))
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
        self.say_left_out(&left_out, &readings);
        let alone: Vec<Vec<Chosen>> = readings
            .iter()
            .flat_map(|reading| alternatives(reading).into_iter().map(move |option| vec![(*reading, option)]))
            .collect();
        let rows = pairwise(&all_options(&readings, &begins_with)).len();
        let what = format!("{} alternatives alone, up to {rows} rows of several", alone.len());
        tell!("callmock: {}", cost(&[alone.len(), rows], &what, self.jobs(), took));
        let mut broken: Vec<Vec<Chosen>> = vec![];
        for (chosen, run) in self.under_each(&alone).await? {
            let cell = self.cell(&chosen, base, &run);
            let is_broken = cell.red;
            self.add(cell);
            if is_broken {
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
        for (chosen, run) in self.under_each(&together).await? {
            let is_known = broken.iter().any(|known| known.iter().all(|one| chosen.contains(one)));
            if !self.cell(&chosen, base, &run).red || is_known {
                continue;
            }
            let (fewest, run) = self.fewest(base, chosen, run).await?;
            let cell = self.cell(&fewest, base, &run);
            self.add(cell);
            broken.push(fewest);
        }
        let names: Vec<&str> = base.called.iter().copied().collect();
        self.say(&format!(
            "\n{} runs: {} readings of {}, {} alternatives by themselves and {rows} rows of several",
            self.runs,
            readings.len(),
            names.join(", "),
            alone.len(),
        ));
        if broken.is_empty() {
            self.say("none breaks the command");
        } else {
            self.say_broken(&broken, breaks_alone);
        }
        Ok(())
    }

    /// Runs the client under each set of choices.
    async fn under_each(&mut self, choices: &[Vec<Chosen>]) -> Result<Vec<(Vec<Chosen>, Run)>, String> {
        let libraries: Result<Vec<Library>, String> =
            choices.iter().map(|chosen| self.under(chosen)).collect();
        let runs = self.all(libraries?).await?;
        Ok(choices.iter().cloned().zip(runs).collect())
    }

    /// Reduces choices that break the command together to the ones that are necessary for it. Each
    /// choice is left out once as a test.
    async fn fewest(
        &mut self,
        base: &Run,
        mut chosen: Vec<Chosen>,
        mut run: Run,
    ) -> Result<(Vec<Chosen>, Run), String> {
        let mut n = 0;
        while n < chosen.len() {
            let mut fewer = chosen.clone();
            fewer.remove(n);
            let library = self.under(&fewer)?;
            let tried = self.run(library, self.limit).await?;
            self.runs += 1;
            if self.cell(&fewer, base, &tried).red {
                (chosen, run) = (fewer, tried);
            } else {
                n += 1;
            }
        }
        Ok((chosen, run))
    }

    /// Tells the options that are left out, of the readings of the vendors that were called.
    fn say_left_out(&mut self, left_out: &[(&str, &str)], readings: &[&'static Reading]) {
        let why = "clients sign by the machine's clock, and the world's stands elsewhere";
        let of_called = left_out
            .iter()
            .filter(|(id, _)| readings.iter().any(|known| known.id == *id))
            .collect::<Vec<_>>();
        for (id, option) in &of_called {
            self.say(&format!("{:<50} left out: {why}", format!("{id}: {option}")));
        }
        if !of_called.is_empty() {
            self.left_out.push(LeftOut { count: of_called.len(), why: why.to_owned() });
        }
    }

    /// Tells the choices that break the command, the first ones alone.
    fn say_broken(&self, broken: &[Vec<Chosen>], breaks_alone: usize) {
        let verb = if breaks_alone == 1 { "breaks" } else { "break" };
        self.say(&format!(
            "{breaks_alone} {verb} the command alone, {} only together:",
            broken.len() - breaks_alone
        ));
        for chosen in broken {
            for (reading, option) in chosen {
                let source = of_reading(reading.source);
                self.say(&format!("  {}: {option}\n    {} ({source})", reading.id, reading.question));
            }
            let again: Vec<String> =
                chosen.iter().map(|(reading, option)| format!("{}={option}", reading.id)).collect();
            self.say(&format!("    again: callmock exec --readings {} -- …", again.join(",")));
        }
    }
}

/// The choices of a run by its name.
pub fn named(name: &str) -> Option<Vec<Chosen>> {
    let known = vendors::readings();
    name.split('+')
        .map(|part| {
            let (id, option) = part.split_once([':', '='])?;
            let reading = known.iter().find(|reading| reading.id == id.trim())?;
            let option = reading.options.iter().find(|known| **known == option.trim())?;
            Some((*reading, *option))
        })
        .collect()
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
pub fn most_runs(now: &Readings) -> usize {
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
