//! Work that runs commands, with the signals that callmock gets passed on to them.

use std::time::Duration;

use super::children::{self, Signals};
use super::exit::Exit;
use crate::platform::Signal;

/// The time that commands have to end after a terminating signal.
const PATIENCE: Duration = Duration::from_secs(2);

/// Does some work, and passes every signal on to the commands that it runs. A terminating signal ends
/// the work.
///
/// # Errors
/// The error of the work, or why signals cannot be caught.
pub async fn attended(work: impl Future<Output = Result<Exit, String>>) -> Result<Exit, String> {
    let mut signals = Signals::catch()?;
    let orphans = children::reap_orphans();
    tokio::pin!(work, orphans);
    let ended_by = loop {
        tokio::select! {
            exit = &mut work => return exit,
            signal = signals.next() => {
                if signal.ends() {
                    children::stop();
                }
                children::pass_to_groups(signal);
                if signal.ends() {
                    break signal;
                }
            }
            () = &mut orphans => {}
        }
    };
    let until = tokio::time::sleep(PATIENCE);
    tokio::pin!(until);
    while children::run() {
        tokio::select! {
            // The results no longer matter, but the work must be polled to see the commands end.
            _ = &mut work => break,
            () = tokio::time::sleep(Duration::from_millis(10)) => {}
            () = &mut until => break,
        }
    }
    children::pass_to_groups(Signal::Kill);
    Ok(Exit::As(128 + ended_by.number()))
}
