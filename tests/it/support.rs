//! What is supported, how sure that is, and which test shows it: the page in `docs/` is made from
//! the catalogue here, and is held against what the suite exercises by the gate (`.ci/tested-by
//! check`).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use callmock::contract::{Catalogue, ReachedBy, Standing};
use callmock::vendors;

use crate::generated;

fn page(claims: &BTreeMap<String, Vec<String>>) -> String {
    let mut text = String::from(
        "# What is supported\n\n\
         Made from the catalogue (`callmock contract`); a test fails where it differs. Each behavior has its source, how sure \
         that is, and tests of callmock's own suite that exercise it over a socket, as the suite's own coverage report says. \
         The suite exercises every behavior.\n\n\
         - **documented**: the vendor's own page says it; `page L n` is line n of its text.\n\
         - **inferred**: other public material of the vendor, or its clients' code, says it.\n\
         - **choice**: nobody says; callmock chose.\n\n",
    );
    let count = |standing| {
        let all = || vendors::catalogues().flat_map(Catalogue::behaviors);
        all().filter(|behavior| behavior.standing == standing).count()
    };
    let _ = writeln!(
        text,
        "{} documented, {} inferred, {} choices.",
        count(Standing::Documented),
        count(Standing::Inferred),
        count(Standing::Choice)
    );
    for catalogue in vendors::catalogues() {
        let _ =
            writeln!(text, "\n## {}: {}\n\nPage: <{}>", catalogue.vendor, catalogue.product, catalogue.page);
        text.push_str("\n| behavior | standing | source | tested by |\n| --- | --- | --- | --- |\n");
        for behavior in catalogue.behaviors() {
            let tests = claims.get(behavior.id).map(Vec::as_slice).unwrap_or_default();
            let tests: Vec<String> = tests.iter().map(|test| link(test)).collect();
            let _ = writeln!(
                text,
                "| `{}`{} | {} | {} | {} |",
                behavior.id,
                if behavior.reached_by == ReachedBy::Fault { " (by a fault)" } else { "" },
                behavior.standing.name(),
                behavior.source.replace('|', "\\|"),
                tests.join("<br>")
            );
        }
    }
    text
}

/// The file of a test, and its name.
fn place(test: &str) -> (String, &str) {
    let (module, name) = test.rsplit_once("::").expect("a module and a name");
    (format!("tests/it/{}.rs", module.replace("::", "/")), name)
}

fn link(test: &str) -> String {
    let (file, name) = place(test);
    format!("[{}](../{file})", name.replace('_', " "))
}

#[test]
fn the_support_page_is_made_from_the_catalogue_and_names_tests_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Read when the test runs, so that `.ci/regenerate` need not compile between its steps.
    let claims = fs::read_to_string(root.join("tests/it/tested_by.json")).unwrap_or_else(|_| "{}".to_owned());
    let claims: BTreeMap<String, Vec<String>> = serde_json::from_str(&claims)
        .unwrap_or_else(|error| panic!("tests/it/tested_by.json: {error}: run .ci/regenerate"));
    for behavior in vendors::catalogues().flat_map(Catalogue::behaviors) {
        let tests = claims.get(behavior.id).map(Vec::as_slice).unwrap_or_default();
        assert!(
            !tests.is_empty(),
            "tests/it/tested_by.json names no test that exercises {}: write one and run .ci/regenerate",
            behavior.id
        );
        for test in tests {
            let (file, name) = place(test);
            let source = fs::read_to_string(root.join(&file))
                .unwrap_or_else(|error| panic!("{test}: {file}: {error}: run .ci/regenerate"));
            assert!(
                source.contains(&format!("fn {name}(")),
                "tests/it/tested_by.json names {test}, which is no test: run .ci/regenerate"
            );
        }
    }
    generated::hold("docs/support.md", &page(&claims));
}
