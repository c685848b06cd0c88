//! Standard output.

use super::exit::Exit;

/// Prints a result to standard output. A reader that has seen enough and closed the pipe is not a
/// failure.
pub fn print(text: &str) -> Exit {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Exit::Done,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            tell!("callmock: standard output: {error}");
            Exit::Failed
        }
    }
}
