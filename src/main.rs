//! The binary: it turns the library's `Exit` into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    callmock::cli::run().into()
}
