//! `callmock contract`

use clap::ValueEnum;

use super::exit::Exit;
use super::output::print;
use crate::report::catalogue;
use crate::vendors;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to print it
    #[arg(long, value_enum, default_value = "table", env = "CALLMOCK_FORMAT")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
    Markdown,
}

pub fn run(args: &Args) -> Exit {
    let all = vendors::catalogues();
    print(&match args.format {
        Format::Table => catalogue::table(all),
        Format::Json => format!("{:#}\n", catalogue::json(all)),
        Format::Markdown => catalogue::markdown(all),
    })
}
