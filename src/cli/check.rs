//! `callmock check FILE…`

use chrono::SecondsFormat;

use super::exit::Exit;
use super::output::print;
use crate::scenario::{self, LoadOptions, Source};
use crate::vendors;
use crate::world::Clock;

/// Files to check together, as `serve` would merge them
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Scenario files, or names of built-in ones
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

pub fn run(args: &Args) -> Exit {
    let sources = match args.files.iter().map(|name| Source::named(name)).collect::<Result<_, _>>() {
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
