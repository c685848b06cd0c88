//! What callmock's own suite exercises, by its own report: a file for each server of each test,
//! where `CALLMOCK_OWN_COVERAGE` names a directory. The gate adds them up.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use callmock::report::coverage::Coverage;

/// Keeps what a test's server counted, under the test's name.
pub fn keep(coverage: &Coverage) {
    static FILES: AtomicU64 = AtomicU64::new(0);
    let Some(directory) = std::env::var_os("CALLMOCK_OWN_COVERAGE").map(PathBuf::from) else { return };
    let test = std::thread::current().name().unwrap_or("unknown").replace("::", ".");
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    std::fs::create_dir_all(&directory).expect("a directory");
    let counted = serde_json::to_string(coverage).expect("JSON");
    std::fs::write(directory.join(format!("{test}-{number}.json")), counted).expect("written");
}
