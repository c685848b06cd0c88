//! The state of all worlds in a file, so that it survives a restart: credentials, changes, clocks,
//! faults and readings.
//!
//! - `error`: why a file cannot be used.
//! - `format`: what stands in the file.
//! - `file`: the file itself: one server at a time, read once, replaced as a whole.
//! - `restore`: putting the worlds of a file back.
//! - `keeper`: the thread that writes the file after changes.

mod error;
mod file;
mod format;
mod keeper;
mod restore;

pub use error::StateError;
pub use file::StateFile;
pub(super) use keeper::Keeper;
pub(super) use restore::restore;
