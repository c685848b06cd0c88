//! `callmock check [FILE…]`

use chrono::SecondsFormat;

use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::gate;
use super::output::print;
use super::project;
use crate::scenario::{self, LoadOptions, Source};
use crate::vendors;
use crate::world::Clock;

/// Files to check, merged in order as `serve` merges them
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Scenario files, names of built-in ones, or a project file; by default the project file
    /// (`callmock.yaml`) of the working directory or above
    #[arg(value_name = "FILE")]
    files: Vec<String>,
}

pub fn run(args: &Args) -> Exit {
    let is_project = |file: &&String| project::is_project(Path::new(file));
    let (projects, scenarios): (Vec<&String>, Vec<&String>) = args.files.iter().partition(is_project);
    let mut projects: Vec<PathBuf> = projects.into_iter().map(PathBuf::from).collect();
    let mut scenarios: Vec<String> = scenarios.into_iter().cloned().collect();
    if args.files.is_empty() {
        projects.extend(project::find(|note| tell!("callmock: {note}")));
    }
    if projects.is_empty() && scenarios.is_empty() {
        let name = project::NAME;
        tell!("callmock: there is no {name} here or above: name the files to check: callmock check FILE");
        return Exit::Usage;
    }
    for path in &projects {
        match of_project(path) {
            Ok(named) => scenarios.extend(named),
            Err(message) => {
                tell!("{message}");
                return Exit::Usage;
            }
        }
        match print(&format!("ok: {} (project file)\n", path.display())) {
            Exit::Done => {}
            failed => return failed,
        }
    }
    if scenarios.is_empty() { Exit::Done } else { check(&scenarios) }
}

/// Checks a project file and the files that judge its runs. Returns the scenarios that it names.
fn of_project(path: &Path) -> Result<Vec<String>, String> {
    let mut scenarios = vec![];
    for (key, values) in project::read(path).map_err(|invalid| invalid.to_string())?.values {
        let checked = match (key, values.first().map(Path::new)) {
            ("exclusions", file) => gate::exclusions_of(file).map(drop),
            ("baseline", Some(file)) => gate::check_baseline(file),
            _ => Ok(()),
        };
        checked.map_err(|message| format!("callmock: {message}"))?;
        if key == "scenario" {
            scenarios.extend(values);
        }
    }
    Ok(scenarios)
}

/// Checks scenarios, merged in order.
fn check(files: &[String]) -> Exit {
    let sources = match files.iter().map(|name| Source::named(name)).collect::<Result<_, _>>() {
        Ok(sources) => sources,
        Err(message) => {
            tell!("callmock: {message}");
            return Exit::Usage;
        }
    };
    let catalogues = vendors::catalogues().collect();
    match scenario::load(&LoadOptions { sources, catalogues, ..LoadOptions::default() }) {
        Ok(scenario) => {
            for line in scenario::lines(&scenario.doubts) {
                tell!("warning: {line}");
            }
            let title = scenario.title.as_deref().unwrap_or("no title");
            let now = Clock::new(scenario.clock).now();
            let later = scenario.universe.calls().iter().filter(|call| !call.is_over(now)).count();
            let later = match later {
                0 => String::new(),
                n => {
                    let now = now.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                    format!(
                        "; {n} of them end after the clock ({now}): lists show them once it has passed their end"
                    )
                }
            };
            print(&format!("ok: {} calls ({title}){later}\n", scenario.universe.len()))
        }
        Err(invalid) => {
            tell!("{invalid}");
            Exit::Usage
        }
    }
}
