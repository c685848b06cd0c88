//! One run of a job: a command whose output is collected, and that may take only so long.

use std::io::ErrorKind;
use std::process::Stdio;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::process::Command;

use super::children;
use super::exit::{code, not_run};
use crate::platform::lead_group;
use crate::universe::{Millis, length};

/// The exit code of a run that was ended because it took too long, as `timeout` has it.
pub const HUNG: u8 = 124;

/// Reads a length of time above zero.
///
/// # Errors
/// The forms that a length of time may have.
pub fn duration(text: &str) -> Result<TimeDelta, String> {
    let length = length(text).ok().filter(|length| *length > TimeDelta::zero());
    length.ok_or_else(|| format!("expected {}, found `{text}`", Millis::EXPECTED))
}

/// The time that the output of a job that was ended has to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a run of a job ended.
pub struct Ended {
    /// The exit code.
    pub code: u8,
    /// Whether the run was ended because it took too long.
    pub hung: bool,
    /// The output, of both streams.
    pub output: String,
}

/// Runs a job. `name` is its command, for messages. Without a limit it may take any time.
///
/// # Errors
/// If callmock is being stopped, or the job's end cannot be seen.
pub async fn run(mut command: Command, name: &str, limit: Option<Duration>) -> Result<Ended, String> {
    // With a process group of its own, a terminating signal also reaches the command's children.
    lead_group(&mut command).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = match children::spawn(command.kill_on_drop(true)) {
        Ok(child) => child,
        Err(error) if error.kind() == ErrorKind::Interrupted => return Err("stopped".to_owned()),
        Err(error) => {
            let output = format!("{name}: {error}\n");
            return Ok(Ended { code: not_run(&error), hung: false, output });
        }
    };
    let pid = child.id();
    let output = children::output(child);
    tokio::pin!(output);
    match tokio::time::timeout(limit.unwrap_or(Duration::MAX), &mut output).await {
        Ok(Ok(output)) => Ok(Ended {
            code: code(output.status),
            hung: false,
            output: String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        }),
        Ok(Err(error)) => Err(format!("the job was lost: {error}")),
        Err(_) => {
            children::end_group(pid);
            // Whoever left the group may hold the output open.
            drop(tokio::time::timeout(PATIENCE, output).await);
            let output = "it did not end within --run-limit\n".to_owned();
            Ok(Ended { code: HUNG, hung: true, output })
        }
    }
}
