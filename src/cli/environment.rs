//! Flags from environment variables and from the project file. The command line takes precedence
//! over the environment, and the environment over the project file. Quotes or spaces that a shell,
//! an env file or an orchestrator added are removed. A value that cannot be repaired is refused,
//! and the error names the variable.

use std::error::Error as _;
use std::ffi::{OsStr, OsString};
use std::sync::{Mutex, PoisonError};

use clap::builder::Resettable;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, Error};

use super::{if_named, project};
use crate::nearest::did_you_mean;
use crate::scenario::Invalid;
use crate::vendors;

/// Notes about repaired variables, kept until the log is started.
static NOTES: Mutex<Vec<String>> = Mutex::new(vec![]);

/// Takes the notes about repaired variables, so that each is shown once.
pub fn notes() -> Vec<String> {
    std::mem::take(&mut NOTES.lock().unwrap_or_else(PoisonError::into_inner))
}

fn note(text: String) {
    let mut notes = NOTES.lock().unwrap_or_else(PoisonError::into_inner);
    if !notes.contains(&text) {
        notes.push(text);
    }
}

/// A mistake in the arguments.
pub enum ArgumentError {
    /// A mistake on the command line, in clap's words.
    CommandLine(Box<Error>),
    /// A mistake in a variable.
    Variable(String),
    /// The mistakes in the project file.
    Project(Invalid),
}

/// The arguments of the command line, completed from the environment and from the project file.
/// `whole` is the command with the variables of its flags.
///
/// # Errors
/// The first mistake in one of them. As usual with clap, help and version are errors, too.
pub fn matches(whole: &Command, words: &[OsString]) -> Result<ArgMatches, ArgumentError> {
    let mut bare = without_environment(whole.clone());
    let of_line = |error: Error| ArgumentError::CommandLine(Box::new(error));
    let (of_words, is_whole) = match bare.try_get_matches_from_mut(words) {
        Ok(matches) => (matches, true),
        // A variable may supply the missing argument.
        Err(error) if error.kind() == ErrorKind::MissingRequiredArgument => {
            let mut lenient = bare.clone().ignore_errors(true);
            (lenient.try_get_matches_from_mut(words).map_err(of_line)?, false)
        }
        Err(error) => {
            let shows = [ErrorKind::DisplayHelp, ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand];
            if shows.contains(&error.kind()) {
                // The command with its variables makes the help, which names them.
                return Err(of_line(whole.clone().try_get_matches_from(words).err().unwrap_or(error)));
            }
            return Err(of_line(error));
        }
    };
    let (mut command, mut given, mut path) = (whole, &of_words, vec![]);
    while let Some((name, inner)) = given.subcommand() {
        let Some(next) = command.find_subcommand(name) else { break };
        (command, given) = (next, inner);
        path.push(name.to_owned());
    }
    let project = project::of_command(&path, note).map_err(ArgumentError::Project)?;
    let mut more = vec![];
    for argument in command.get_arguments() {
        let Some(variable) = argument.get_env() else { continue };
        let id = argument.get_id().as_str();
        if given.value_source(id) == Some(ValueSource::CommandLine) {
            continue;
        }
        let flag = argument.get_long().unwrap_or(id);
        if let Some(word) = word(argument, flag, variable).map_err(ArgumentError::Variable)? {
            refuse_value(&bare, words, &path, argument, (variable, &word))
                .map_err(ArgumentError::Variable)?;
            more.push(word);
        } else if let Some(project) = &project
            && let Some((_, values)) = project.values.iter().find(|(key, _)| *key == id)
        {
            project::use_it(project);
            more.extend(values.iter().map(|value| format!("--{flag}={value}").into()));
        }
    }
    if more.is_empty() && is_whole {
        return Ok(of_words);
    }
    let mut all = words.to_vec();
    let at = (1 + path.len()).min(all.len());
    all.splice(at..at, more);
    bare.try_get_matches_from(all).map_err(of_line)
}

fn without_environment(command: Command) -> Command {
    command.mut_args(|argument| argument.env(Resettable::Reset)).mut_subcommands(without_environment)
}

/// A variable's value as an argument (`--flag=value`). `None` if the variable is unset or empty.
fn word(argument: &Arg, flag: &str, variable: &OsStr) -> Result<Option<OsString>, String> {
    let Some(value) = std::env::var_os(variable) else { return Ok(None) };
    let name = variable.to_string_lossy();
    let secret = argument.is_hide_env_values_set();
    let Some(value) = mended(&name, &value, secret)? else {
        // An empty secret is a mistake: ignoring it would let everybody in.
        if secret {
            return Err(format!("the environment variable {name} is empty: give it a value, or unset it"));
        }
        return Ok(None);
    };
    if matches!(argument.get_action(), ArgAction::SetTrue) {
        let yes = yes_or_no(&value).ok_or_else(|| {
            format!(
                "the environment variable {name}: expected yes or no (true, false, on, off, 1, 0), found {value:?}"
            )
        })?;
        return Ok(yes.then(|| format!("--{flag}").into()));
    }
    Ok(Some(format!("--{flag}={value}").into()))
}

/// Checks a variable's value, so that a refusal names the variable.
fn refuse_value(
    bare: &Command,
    words: &[OsString],
    path: &[String],
    argument: &Arg,
    (variable, word): (&OsStr, &OsString),
) -> Result<(), String> {
    let alone = words.iter().take(1).cloned().chain(path.iter().map(OsString::from)).chain([word.clone()]);
    let Err(error) = bare.clone().try_get_matches_from(alone) else { return Ok(()) };
    if ![ErrorKind::ValueValidation, ErrorKind::InvalidValue].contains(&error.kind()) {
        return Ok(());
    }
    let name = variable.to_string_lossy();
    let shown = if argument.is_hide_env_values_set() {
        String::new()
    } else {
        let value = std::env::var_os(variable).unwrap_or_default();
        format!(", found {:?}", value.to_string_lossy())
    };
    let listed: Vec<String> =
        argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let why = match error.source() {
        Some(source) => source.to_string(),
        None if listed.is_empty() => error.render().to_string().lines().next().unwrap_or_default().to_owned(),
        None => format!("expected one of {}", listed.join(", ")),
    };
    Err(format!("the environment variable {name}: {why}{shown}"))
}

/// Parses a yes or a no.
fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" | "y" | "t" => Some(true),
        "false" | "no" | "off" | "0" | "n" | "f" => Some(false),
        _ => None,
    }
}

/// A variable's value without the spaces, quotation marks and line ends that env files and shells
/// leave at its ends. `None` if nothing is left, or if the value is a service link.
fn mended(name: &str, value: &OsStr, secret: bool) -> Result<Option<String>, String> {
    let text = value.to_str().ok_or_else(|| format!("the environment variable {name} is not UTF-8 text"))?;
    let mut trimmed = text.trim();
    let quoted = |quote: char| {
        trimmed.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).filter(|_| trimmed.len() > 1)
    };
    if let Some(inner) = quoted('"').or_else(|| quoted('\'')) {
        trimmed = inner.trim();
    }
    if trimmed.is_empty() {
        return Ok(None);
    }
    if is_link(trimmed) {
        note(format!(
            "the environment variable {name}={trimmed} is a service link that Kubernetes or Docker made, and is ignored; \
             `enableServiceLinks: false` in the pod's specification leaves it out"
        ));
        return Ok(None);
    }
    if trimmed != text {
        let how = if secret { String::new() } else { format!(" as {trimmed:?}, not as {text:?}") };
        note(format!(
            "the environment variable {name} was read{how}: line endings, blanks and quotation marks at its ends do not count"
        ));
    }
    Ok(Some(trimmed.to_owned()))
}

fn is_link(value: &str) -> bool {
    ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme))
}

/// A variable's repaired value. `None` if the variable is unset or empty.
///
/// # Errors
/// If the value is not UTF-8; the message names the variable.
pub fn text(name: &str) -> Result<Option<String>, String> {
    std::env::var_os(name).map_or(Ok(None), |value| mended(name, &value, false))
}

/// A warning for each variable that begins with `CALLMOCK_` and belongs to no flag of `command`.
pub fn misspelt(command: impl FnOnce() -> Command) -> Vec<String> {
    let mut own: Vec<String> = std::env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let rest = name.strip_prefix("CALLMOCK_")?;
            let of_vendor = vendors::catalogues().any(|c| rest.starts_with(&c.vendor.to_uppercase()));
            let is_own = !of_vendor && !is_made_by_an_orchestrator(rest, &value.to_string_lossy());
            is_own.then_some(name)
        })
        .collect();
    if own.is_empty() {
        return vec![];
    }
    own.sort();
    let known = known(&if_named::with_all(command));
    let told = |name: String| {
        let near = did_you_mean(&name, known.iter().map(String::as_str));
        format!("the environment variable {name} means nothing{near}")
    };
    own.into_iter().filter(|name| !known.contains(name)).map(told).collect()
}

/// The variables of all flags, and those that `exec` sets.
fn known(command: &Command) -> Vec<String> {
    let own = command.get_arguments().filter_map(|argument| argument.get_env()?.to_str().map(str::to_owned));
    let inner = command.get_subcommands().flat_map(known);
    own.chain(inner).chain(["CALLMOCK_CA_CERT".to_owned(), "CALLMOCK_URL".to_owned()]).collect()
}

/// Whether Kubernetes or Docker made a variable for a service called `callmock` or `callmock-…`.
fn is_made_by_an_orchestrator(rest: &str, value: &str) -> bool {
    let mut parts = rest.split('_').rev();
    let of_port = |mut parts: std::iter::Rev<std::str::Split<'_, char>>| {
        // PORT_8080_TCP, optionally followed by ADDR, PORT or PROTO.
        let protocol = parts.find(|part| !["ADDR", "PORT", "PROTO"].contains(part));
        protocol.is_some_and(|protocol| ["TCP", "UDP", "SCTP"].contains(&protocol))
            && parts.next().is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
    };
    is_link(value)
        || of_port(parts.clone())
        || rest.contains("SERVICE_PORT")
        || rest.ends_with("SERVICE_HOST")
        || rest.starts_with("ENV_")
        || (parts.next() == Some("NAME") && value.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_without_what_env_files_leave_at_its_ends() {
        let read = |text: &str| mended("CALLMOCK_X", OsStr::new(text), false);
        for (text, expected) in [
            ("8080", Some("8080")),
            ("8080\r", Some("8080")),
            (" \"0\" ", Some("0")),
            ("'a b'", Some("a b")),
            ("", None),
            (" \t", None),
            ("\"\"", None),
            ("tcp://10.96.183.5:8080", None),
            ("it's", Some("it's")),
        ] {
            assert_eq!(read(text), Ok(expected.map(str::to_owned)), "{text:?}");
        }
    }

    #[test]
    fn what_orchestrators_make_is_told_from_what_people_misspell() {
        for (rest, value) in [
            ("SERVICE_HOST", "10.96.183.5"),
            ("SERVICE_PORT", "8080"),
            ("SERVICE_PORT_HTTP", "8080"),
            ("PORT_8080_TCP", "tcp://10.96.183.5:8080"),
            ("PORT_8080_TCP_PROTO", "tcp"),
            ("PORT_8080_TCP_PORT", "8080"),
            ("PORT_8080_TCP_ADDR", "10.96.183.5"),
            ("EU_SERVICE_HOST", "10.96.183.6"),
            ("EU_PORT", "tcp://10.96.183.6:80"),
            ("NAME", "/web/callmock"),
            ("ENV_PATH", "/bin"),
        ] {
            assert!(is_made_by_an_orchestrator(rest, value), "{rest}");
        }
        for (rest, value) in [("PROT", "8080"), ("SCENARO", "x"), ("PORT_FIEL", "x"), ("NAME", "x")] {
            assert!(!is_made_by_an_orchestrator(rest, value), "{rest}");
        }
    }
}
