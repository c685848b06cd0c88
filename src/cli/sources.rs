//! Turning `--scenario FILE|NAME` into what the loader reads.

use std::path::Path;

use crate::nearest::did_you_mean;
use crate::scenario::{Source, embedded, embedded_names};

/// The scenario of each argument: a file that exists, or the name of an embedded one.
///
/// # Errors
/// A message for an argument that is neither.
pub fn sources(arguments: &[String]) -> Result<Vec<Source>, String> {
    arguments.iter().map(|argument| source(argument)).collect()
}

fn source(argument: &str) -> Result<Source, String> {
    let path = Path::new(argument);
    if path.is_file() {
        return Ok(Source::Path(path.to_owned()));
    }
    if let Some(source) = embedded(argument) {
        return Ok(source);
    }
    let names: Vec<&str> = embedded_names().collect();
    let near = did_you_mean(argument, names.iter().copied());
    Err(format!(
        "no scenario `{argument}`: there is no such file, and the built-in ones are {}{near}",
        names.join(", ")
    ))
}
