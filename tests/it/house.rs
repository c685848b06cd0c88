//! The rules of the house: imports run down only, no vendor names another, and shared code knows no
//! vendor.

use std::fs;
use std::path::{Path, PathBuf};

const VENDORS: [&str; 4] = ["commubo", "ccai", "alibaba", "sencloud"];

/// The layers from the top; a file may use what stands below its own.
const LAYERS: [&[&str]; 9] = [
    &["main"],
    &["cli", "mock"],
    &["server"],
    &["admin", "report", "vendors"],
    &["exchange"],
    &["world"],
    &["scenario"],
    &["universe"],
    &["yaml"],
];
/// Below all of them, and of each other.
const GROUND: [&str; 5] = ["contract", "dialects", "keys", "nearest", "urlencoded"];

fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![];
    walk(&root, &mut found);
    let name = |path: &PathBuf| path.strip_prefix(&root).expect("under src").display().to_string();
    found.iter().map(|path| (name(path), fs::read_to_string(path).expect("text"))).collect()
}

/// The modules of ours that a text uses, from its code: comments may name what they like.
fn used(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>())
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned()
        })
        .collect()
}

#[test]
fn imports_run_down_only() {
    let layer = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    for (file, text) in sources() {
        let module = file.split(['/', '.']).next().expect("a name").to_owned();
        if module == "lib" {
            continue;
        }
        let own = layer(&module);
        assert!(own.is_some() || GROUND.contains(&module.as_str()), "{file} is in no layer");
        for other in used(&text) {
            if other == module || (GROUND.contains(&other.as_str()) && own.is_some()) {
                continue;
            }
            // A macro of this crate, not a module.
            if GROUND.contains(&module.as_str()) && other == "contract" {
                continue;
            }
            // A credential is asked whether it looks real.
            if module == "dialects" && other == "keys" {
                continue;
            }
            // The admin API shows what a report is made of.
            if module == "admin" && other == "report" {
                continue;
            }
            let below = layer(&other).zip(own).is_some_and(|(other, own)| other > own);
            assert!(below, "{file} uses {other}, which does not stand below it");
        }
    }
}

#[test]
fn no_vendor_names_another_and_shared_code_names_none() {
    for (file, text) in sources() {
        let code: String =
            text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let allowed: &[&str] = match file.split('/').collect::<Vec<_>>()[..] {
            ["vendors", own, _] => {
                &VENDORS[VENDORS.iter().position(|v| *v == own).map_or(0..0, |n| n..n + 1)]
            }
            ["vendors" | "dialects", "mod.rs"] => &VENDORS,
            ["dialects", own] => {
                &VENDORS[VENDORS.iter().position(|v| own.starts_with(v)).map_or(0..0, |n| n..n + 1)]
            }
            _ => &[],
        };
        for vendor in VENDORS {
            let named = code.to_lowercase().contains(vendor);
            assert!(!named || allowed.contains(&vendor), "{file} names {vendor}");
        }
    }
}

#[test]
fn every_vendors_folder_has_the_same_files() {
    let names = ["auth", "contract", "error", "mod", "model", "query", "routes"];
    let files: Vec<String> = sources().into_iter().map(|(file, _)| file).collect();
    for catalogue in callmock::vendors::catalogues() {
        for name in names {
            let file = format!("vendors/{}/{name}.rs", catalogue.vendor);
            assert!(files.contains(&file), "{file} is missing");
        }
    }
}
