//! `callmock schema`

use super::exit::Exit;
use super::output::print;
use super::project;
use crate::scenario;
use crate::vendors;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the schema of project files (`callmock.yaml`) instead
    #[arg(long)]
    project: bool,
}

pub fn run(args: &Args) -> Exit {
    let schema = if args.project {
        project::schema()
    } else {
        scenario::schema(&vendors::catalogues().collect::<Vec<_>>())
    };
    print(&format!("{schema:#}\n"))
}
