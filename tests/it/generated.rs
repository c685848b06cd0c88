//! Generated files. A test compares each file with what generates it. With `UPDATE_GENERATED=1` in
//! its environment the test writes the file instead; `.ci/regenerate` does that for all of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Two tests of one process write blocks of one file.
static WRITING: Mutex<()> = Mutex::new(());

fn place(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(place(path)).unwrap_or_else(|error| panic!("{path}: {error}; run .ci/regenerate"))
}

fn is_update() -> bool {
    std::env::var_os("UPDATE_GENERATED").is_some_and(|value| value == "1")
}

/// Fails where a file is not what generates it.
pub fn hold(path: &str, made: &str) {
    if is_update() {
        fs::write(place(path), made).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    let committed = read(path);
    similar_asserts::assert_eq!(
        committed: committed.as_str(), made: made,
        "{path} is not what the code generates: run .ci/regenerate"
    );
}

/// The same for a block of a file, between `<!-- name: … -->` and `<!-- /name -->`.
pub fn hold_block(path: &str, name: &str, made: &str) {
    let _writing = WRITING.lock();
    let text = read(path);
    let missing = || panic!("{path} has no block `<!-- {name}: … -->` … `<!-- /{name} -->`: put one in");
    let (before, rest) = text.split_once(&format!("<!-- {name}: ")).unwrap_or_else(missing);
    let (mark, rest) = rest.split_once("-->\n").unwrap_or_else(missing);
    let (committed, after) = rest.split_once(&format!("<!-- /{name} -->")).unwrap_or_else(missing);
    if is_update() {
        let text = format!("{before}<!-- {name}: {mark}-->\n{made}<!-- /{name} -->{after}");
        fs::write(place(path), text).unwrap_or_else(|error| panic!("{path}: {error}"));
        return;
    }
    similar_asserts::assert_eq!(
        committed: committed, made: made,
        "the block `{name}` of {path} is not what the code generates: run .ci/regenerate"
    );
}
