//! The binary: it turns the library's `Exit` into an exit code.

use std::process::ExitCode;

/// The allocator of mimalloc, which is linked in. It is made for many small pieces of memory that
/// one thread takes and another gives back.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    callmock::cli::run().into()
}
