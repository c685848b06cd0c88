//! The arguments of a subcommand, declared only where they are of use. To declare those of all
//! subcommands takes as long as all the rest of a start.

use std::cell::Cell;
use std::ffi::OsString;
use std::sync::OnceLock;

use clap::{ArgMatches, Args, Command, Error, FromArgMatches};

/// The words of the command line. If they are not set, every subcommand is declared whole.
static WORDS: OnceLock<Vec<OsString>> = OnceLock::new();

thread_local! {
    /// Whether this thread needs every subcommand whole.
    static ALL: Cell<bool> = const { Cell::new(false) };
}

/// The arguments of a subcommand. They are declared if a word of the command line is the name of the
/// subcommand.
#[derive(Debug)]
pub struct IfNamed<T>(pub T);

/// Sets the words of the command line.
pub fn set_words(words: &[OsString]) {
    // The words of a process never change.
    let _ = WORDS.set(words.to_vec());
}

/// Runs `declare`, for which every subcommand is declared whole.
pub fn with_all<R>(declare: impl FnOnce() -> R) -> R {
    let before = ALL.replace(true);
    let declared = declare();
    ALL.set(before);
    declared
}

/// The arguments of the command itself. They are declared if the first word of the command line names
/// no subcommand.
#[derive(Debug)]
pub struct IfAlone<T>(pub Option<T>);

fn is_alone() -> bool {
    let is_flag = |word: &OsString| word.as_encoded_bytes().starts_with(b"-");
    ALL.get() || is_named("help") || WORDS.get().is_none_or(|words| words.get(1).is_none_or(is_flag))
}

fn is_named(name: &str) -> bool {
    // `callmock help serve` shows the arguments of `serve`.
    let is_it = |word: &OsString| *word == *name || *word == *"help";
    ALL.get() || WORDS.get().is_none_or(|words| words.iter().any(is_it))
}

impl<T: Args> Args for IfNamed<T> {
    fn augment_args(command: Command) -> Command {
        if is_named(command.get_name()) { T::augment_args(command) } else { command }
    }

    fn augment_args_for_update(command: Command) -> Command {
        T::augment_args_for_update(command)
    }
}

impl<T: FromArgMatches> FromArgMatches for IfNamed<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl<T: Args> Args for IfAlone<T> {
    fn augment_args(command: Command) -> Command {
        if is_alone() { T::augment_args(command) } else { command }
    }

    fn augment_args_for_update(command: Command) -> Command {
        T::augment_args_for_update(command)
    }
}

impl<T: FromArgMatches> FromArgMatches for IfAlone<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        if is_alone() { T::from_arg_matches(matches).map(Some).map(Self) } else { Ok(Self(None)) }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.as_mut().map_or(Ok(()), |own| own.update_from_arg_matches(matches))
    }
}
