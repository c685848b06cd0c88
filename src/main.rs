//! Exit codes; everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    callmock::cli::run().into()
}
