//! `callmock check FILE…`

use super::Exit;
use crate::scenario::{self, Request, Source};
use crate::vendors;

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
            eprintln!("callmock: {message}");
            return Exit::Usage;
        }
    };
    let catalogues = vendors::catalogues().collect();
    match scenario::load(&Request { sources, catalogues, ..Request::default() }) {
        Ok(scenario) => {
            let title = scenario.title.as_deref().unwrap_or("no title");
            super::print(&format!("ok: {} calls ({title})\n", scenario.universe.len()))
        }
        Err(invalid) => {
            eprintln!("{invalid}");
            Exit::Usage
        }
    }
}
