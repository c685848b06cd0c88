//! The version, and the commit that it was built from.

use std::sync::LazyLock;

/// The version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit, from `CALLMOCK_COMMIT` at the time of the build.
pub const COMMIT: &str = match option_env!("CALLMOCK_COMMIT") {
    Some(commit) if !commit.is_empty() => commit,
    _ => "unknown",
};

/// Both, as `callmock --version` shows them.
pub static WHOLE: LazyLock<String> = LazyLock::new(|| format!("{VERSION} ({COMMIT})"));
