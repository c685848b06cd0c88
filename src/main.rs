//! The binary: it turns the library's `Exit` into an exit code.

use std::process::ExitCode;

/// musl's own allocator takes most of a request's time in the image. This one is linked in.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    callmock::cli::run().into()
}
