//! `callmock init [campaign|inbound|documented]`: a commented scenario to begin with.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::exit::Exit;
use super::output::{print, write_new};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The scenario to begin with
    #[arg(value_enum, default_value = "campaign")]
    kind: Kind,
    /// The file to write, which must not exist; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "scenario.yaml")]
    output: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// An outbound campaign: a centre that calls its customers
    Campaign,
    /// An inbound hotline: menus, queues and people who pick up
    Inbound,
    /// The vendors' own documented examples, which are served by default
    Documented,
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Self::Campaign => include_str!("../../scenarios/init/campaign.yaml"),
            Self::Inbound => include_str!("../../scenarios/init/inbound.yaml"),
            Self::Documented => include_str!("../../scenarios/documented.yaml"),
        }
    }
}

pub fn run(args: &Args) -> Exit {
    if args.output == Path::new("-") {
        return print(args.kind.text());
    }
    let written = write_new(&args.output, args.kind.text());
    if written == Exit::Done {
        let file = args.output.display();
        tell!("callmock: wrote {file}. Serve it: callmock --scenario {file} --watch");
        tell!("callmock: an editor completes it with the schema: callmock schema > schema.json");
    }
    written
}
