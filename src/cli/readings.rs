//! `callmock readings`

use clap::ValueEnum;

use super::exit::Exit;
use super::output::print;
use crate::report::catalogue;
use crate::vendors;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to print them
    #[arg(long, value_enum, default_value = "table", env = "CALLMOCK_FORMAT")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
}

pub fn run(args: &Args) -> Exit {
    let all = vendors::catalogues();
    print(&match args.format {
        Format::Table => catalogue::readings(all),
        Format::Json => format!("{:#}\n", catalogue::json(all)["readings"]),
    })
}
