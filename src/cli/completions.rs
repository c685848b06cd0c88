//! `callmock completions SHELL` and `callmock man`: what a shell and `man` know of the command.

use clap::Command;
use clap_complete::Shell;

use super::exit::Exit;
use super::output::print;

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// The shell. `source <(callmock completions bash)` completes in this one
    shell: Shell,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct ManArgs {}

/// Prints the script that completes words of the command, which is declared whole.
pub fn run(args: &Args, mut command: Command) -> Exit {
    let mut script = vec![];
    clap_complete::generate(args.shell, &mut command, "callmock", &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Prints the manual page of the command, which is declared whole.
pub fn man(command: Command) -> Exit {
    let mut page = vec![];
    if let Err(error) = clap_mangen::Man::new(command).render(&mut page) {
        tell!("callmock: {error}");
        return Exit::Failed;
    }
    print(&String::from_utf8_lossy(&page))
}
