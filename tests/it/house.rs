//! The rules of the house: imports run down only and in no circle, no vendor names another, and
//! shared code knows no vendor.

use std::fs;
use std::path::{Path, PathBuf};

use crate::imports::{Imports, circles};

/// The layers from the top; a file may use what stands below its own.
const LAYERS: [&[&str]; 11] = [
    &["main"],
    &["cli", "mock"],
    &["server"],
    &["admin", "report", "vendors"],
    &["exchange"],
    &["vendor"],
    &["import"],
    &["world"],
    &["scenario"],
    &["universe"],
    &["yaml"],
];
/// Below all of them, and of each other.
const GROUND: [&str; 9] =
    ["contract", "dialects", "keys", "masking", "nearest", "platform", "times", "urlencoded", "version"];

/// The most lines of a vendor's file.
const LONGEST: usize = 500;

fn vendors() -> Vec<&'static str> {
    callmock::vendors::catalogues().map(|catalogue| catalogue.vendor).collect()
}

/// Every file under `src/`: its name there, and its text.
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

fn is_rust(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "rs")
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
            // A credential is asked whether it looks real; it may expire; a zone may be misspelt; a
            // secret may stand percent-encoded.
            let within_ground = [
                ("dialects", "keys"),
                ("dialects", "times"),
                ("times", "nearest"),
                ("masking", "urlencoded"),
            ];
            if within_ground.contains(&(module.as_str(), other.as_str())) {
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
fn no_file_imports_in_a_circle() {
    let files: Vec<(String, String)> =
        sources().into_iter().filter(|(file, _)| is_rust(file) && file != "main.rs").collect();
    let circles: Vec<String> =
        circles(&Imports::read(&files).edges()).iter().map(|circle| circle.join(" -> ")).collect();
    assert!(circles.is_empty(), "files that import each other:\n{}", circles.join("\n"));
}

#[test]
fn no_vendor_names_another_and_shared_code_names_none() {
    let vendors = vendors();
    for (file, text) in sources() {
        let code: String =
            text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let own = |name: &str| vendors.iter().copied().filter(|vendor| *vendor == name).collect();
        let allowed: Vec<&str> = match file.split('/').collect::<Vec<_>>()[..] {
            ["vendors" | "dialects", "mod.rs"] => vendors.clone(),
            ["vendors", folder, ..] => own(folder),
            ["dialects", file] => own(file.trim_end_matches(".rs")),
            _ => vec![],
        };
        for vendor in &vendors {
            let named = code.to_lowercase().contains(vendor);
            assert!(!named || allowed.contains(vendor), "{file} names {vendor}");
        }
    }
}

#[test]
fn every_vendors_folder_has_the_same_files_and_a_file_an_operation() {
    let files: Vec<String> = sources().into_iter().map(|(file, _)| file).collect();
    for catalogue in callmock::vendors::catalogues() {
        let folder = format!("vendors/{}/", catalogue.vendor);
        let own: Vec<&str> = files.iter().filter_map(|file| file.strip_prefix(&folder)).collect();
        for name in ["mod.rs", "contract.rs", "operations/mod.rs"] {
            assert!(own.contains(&name), "{folder}{name} is missing");
        }
        let proves = own.iter().any(|file| *file == "auth.rs" || file.starts_with("gateway/"));
        assert!(proves, "{folder} has neither auth.rs nor gateway/");
        for operation in catalogue.operations {
            let (file, folder_of_it) = (format!("/{}.rs", operation.id), format!("/{}/", operation.id));
            let mut operations = own.iter().filter(|file| file.starts_with("operations/"));
            let has_file = operations.any(|own| own.ends_with(&file) || own.contains(&folder_of_it));
            assert!(has_file, "{folder}operations{file} is missing");
        }
    }
}

#[test]
fn no_file_of_a_vendor_is_long() {
    for (file, text) in sources() {
        let lines = text.lines().count();
        let is_long = file.starts_with("vendors/") && is_rust(&file) && lines > LONGEST;
        assert!(!is_long, "{file} has {lines} lines; split it at a duty");
    }
}
