//! The project file, `callmock.yaml`.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::baseline::{ODD, script};
use crate::cli::{Served, callmock, text};
use crate::generated;

const SCENARIO: &str = "callmock: 1\ntitle: of this project\ncalls: []\n";

/// A folder of a test's own with some files, which is a repository of its own.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("projects").join(name);
    drop(fs::remove_dir_all(&root));
    for (path, content) in files.iter().chain(&[(".git/HEAD", "")]) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
    }
    root
}

fn within(folder: &Path) -> Command {
    let mut command = callmock();
    command.current_dir(folder);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    within(folder).args(arguments).output().expect("it runs")
}

/// What the admin API says of the scenario, as a command of `exec` sees it.
const TITLE: &str = r#"curl -s "$CALLMOCK_URL/_mock" | grep -o '"scenario":[^,]*'"#;

#[test]
fn a_project_is_found_from_below_and_every_path_in_it_is_relative_to_it() {
    let root = folder(
        "found",
        &[
            (
                "callmock.yaml",
                "scenario: [tests/mine.yaml]\nexclusions: tests/excluded.yaml\ndeny_findings: warning\n",
            ),
            ("tests/mine.yaml", SCENARIO),
            ("tests/excluded.yaml", "exclude: [{finding: commubo.unbounded, reason: all of it}]\n"),
            ("packages/web/package.json", ""),
        ],
    );
    for (place, file) in [("", "callmock.yaml"), ("packages/web", "../../callmock.yaml")] {
        let output = run(&root.join(place), &["exec", "--", "sh", "-c", TITLE]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "\"scenario\":\"of this project\"\n");
        let said = text(&output.stderr);
        assert_eq!(said.lines().next(), Some(format!("callmock: project file {file}").as_str()), "{said}");
    }
    fs::write(root.join("callmock.yaml"), "deny_findings: warning\n").expect("written");
    let output = run(&root, &["exec", "--", "bash", "-c", &script(&[(ODD, "")])]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
}

#[test]
fn a_flag_wins_over_its_variable_and_that_one_over_the_file() {
    let root = folder(
        "order",
        &[("callmock.yaml", "scenario: mine.yaml\nfail_under: 100\n"), ("mine.yaml", SCENARIO)],
    );
    let title = |command: &mut Command| {
        let output = command.args(["--", "sh", "-c", TITLE]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(3), "fail_under: {}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let empty =
        title(within(&root).args(["exec", "--scenario", "empty"]).env("CALLMOCK_SCENARIO", "busy-day"));
    let busy = title(within(&root).arg("exec").env("CALLMOCK_SCENARIO", "busy-day"));
    let own = title(within(&root).arg("exec").env("CALLMOCK_SCENARIO", ""));
    assert!(
        own.contains("of this project") && busy != own && empty != busy && empty != own,
        "{empty}{busy}{own}"
    );
    let output = run(&root, &["exec", "--fail-under", "0", "--", "true"]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn serve_uses_the_scenario_and_the_readings_and_says_of_which_file() {
    let yaml = "scenario: mine.yaml\nreadings:\n  commubo.unknown_parameter: refuse\nfail_under: 90\n";
    let root = folder("served", &[("callmock.yaml", yaml), ("mine.yaml", SCENARIO)]);
    for arguments in [&["--port", "0"][..], &["serve", "--port", "0"]] {
        let mut served = Served::start(within(&root).args(arguments));
        let index: Value = serde_json::from_str(&served.get("/_mock", "")).expect("JSON");
        assert_eq!(index["scenario"], "of this project");
        let readings: Value = serde_json::from_str(&served.get("/_mock/readings", "")).expect("JSON");
        assert!(readings.to_string().contains("refuse"), "{readings}");
        served.signal("-TERM");
        drop(served.0.wait());
        let mut said = String::new();
        served.0.stderr.as_mut().expect("a pipe").read_to_string(&mut said).expect("text");
        assert!(said.contains("project file callmock.yaml"), "{said}");
    }
    let chosen = "readings: alternate\n";
    let root = folder("alternate", &[("callmock.yaml", chosen)]);
    let output = run(&root, &["exec", "--", "sh", "-c", r#"curl -s "$CALLMOCK_URL/_mock/readings""#]);
    assert!(text(&output.stdout).contains("refuse"), "{}", text(&output.stdout));
}

#[test]
fn the_search_ends_at_the_repository_that_the_working_directory_is_in() {
    let root = folder("outer", &[("callmock.yaml", "scenario: empty\n"), ("inner/.git/HEAD", "")]);
    let output = run(&root.join("inner"), &["exec", "--", "true"]);
    assert_eq!(text(&output.stderr), "callmock: nothing was called\n", "what is above belongs to others");
    fs::remove_dir_all(root.join("inner/.git")).expect("removed");
    let output = run(&root.join("inner"), &["exec", "--", "true"]);
    assert!(text(&output.stderr).starts_with("callmock: project file ../callmock.yaml\n"));
}

#[test]
fn mistakes_are_told_with_their_place_and_the_nearest_word_and_nothing_runs() {
    let root = folder("mistakes", &[("tests/a,b.yaml", SCENARIO), ("project/callmock.yaml", "")]);
    for (yaml, says) in [
        (
            "scenraio: empty\n",
            "callmock.yaml:1:1: scenraio: unknown key `scenraio`; did you mean `scenario`?",
        ),
        (
            "\nscenario: documentd\n",
            "callmock.yaml:2:11: scenario[0]: no scenario `documentd`: there is no file documentd",
        ),
        ("scenario: [empty, busyday]\n", "did you mean `busy-day`?"),
        ("scenario: tests/a,b.yaml\n", "has a comma"),
        ("scenario: project/callmock.yaml\n", "is a project file; a scenario has the key `callmock: 1`"),
        (
            "readings: {commubo.endd: inclusive}\n",
            "unknown reading `commubo.endd`; did you mean `commubo.end`?",
        ),
        (
            "readings: {commubo.end: inclusiv}\n",
            "callmock.yaml:1:25: readings.commubo.end: `inclusiv` is not an option; did you mean `inclusive`?",
        ),
        ("readings: alternat\n", "`alternat` is not known here; did you mean `alternate`?"),
        ("fail_under: 101\n", "callmock.yaml:1:13: fail_under: expected a percentage of 0 to 100, found 101"),
        ("fail_under: 60%\n", "fail_under: expected a whole number of 0 or more, found `60%`"),
        ("deny_findings: warnign\n", "`warnign` is not known here; did you mean `warning`?"),
        ("exclusions: nowhere.yaml\n", "callmock.yaml:1:13: exclusions: there is no file nowhere.yaml"),
        ("baseline: ''\n", "callmock.yaml:1:11: baseline: expected a file, found nothing"),
        ("- scenario\n", "callmock.yaml:1:1: expected a mapping of keys to values, found a list"),
    ] {
        fs::write(root.join("callmock.yaml"), yaml).expect("written");
        for arguments in [&["check"][..], &["check", "callmock.yaml"], &["exec", "--", "touch", "marker"]] {
            let output = run(&root, arguments);
            assert_eq!(output.status.code(), Some(2), "{yaml}{arguments:?}: {}", text(&output.stderr));
            assert!(text(&output.stderr).contains(says), "{yaml}{arguments:?}: {}", text(&output.stderr));
        }
        assert!(!root.join("marker").exists());
    }
    let two = "scenraio: empty\nfail_under: 101\n";
    fs::write(root.join("callmock.yaml"), two).expect("written");
    assert_eq!(text(&run(&root, &["check"]).stderr).lines().count(), 2, "all of them in one run");
}

#[test]
fn check_takes_a_project_file_with_its_scenario() {
    let root = folder("checked", &[("callmock.yaml", "scenario: mine.yaml\n"), ("mine.yaml", SCENARIO)]);
    for arguments in [&["check"][..], &["check", "callmock.yaml"]] {
        let output = run(&root, arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "ok: callmock.yaml (project file)\nok: 0 calls (of this project)\n");
    }
    for (key, content, says) in [
        (
            "exclusions",
            "exclude: [{finding: commubo.unbound, reason: x}]",
            "did you mean `commubo.unbounded`?",
        ),
        ("baseline", "{}", "not a file of `callmock baseline write`"),
    ] {
        fs::write(root.join("other"), content).expect("written");
        fs::write(root.join("callmock.yaml"), format!("{key}: other\n")).expect("written");
        let output = run(&root, &["check"]);
        assert_eq!(output.status.code(), Some(2), "{key}");
        assert!(text(&output.stderr).contains(says), "{}", text(&output.stderr));
    }
    fs::write(root.join("callmock.yaml"), "scenario: mine.yaml\n").expect("written");
    fs::write(root.join("mine.yaml"), "callmock: 1\nagnets: []\n").expect("written");
    let output = run(&root, &["check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).starts_with("mine.yaml:2:1: agnets: unknown key"),
        "{}",
        text(&output.stderr)
    );
    let nothing = run(&folder("unchecked", &[]), &["check"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(
        text(&nothing.stderr).contains("there is no callmock.yaml here or above"),
        "{}",
        text(&nothing.stderr)
    );
}

#[test]
fn a_scenario_of_the_same_name_is_no_project_file() {
    let root = folder("named", &[("callmock.yaml", "scenario: empty\n"), ("tests/callmock.yaml", SCENARIO)]);
    let tests = root.join("tests");
    let output = run(&tests, &["exec", "--", "sh", "-c", TITLE]);
    let said = text(&output.stderr);
    assert!(said.contains("callmock.yaml is a scenario, for it has the key `callmock`"), "{said}");
    assert!(said.contains("callmock: project file ../callmock.yaml\n"), "the search goes on: {said}");
    let output = run(&tests, &["exec", "--scenario", "callmock.yaml", "--", "sh", "-c", TITLE]);
    assert_eq!(text(&output.stdout), "\"scenario\":\"of this project\"\n");
    assert_eq!(text(&output.stderr), "callmock: nothing was called\n");
    assert_eq!(text(&run(&tests, &["check", "callmock.yaml"]).stdout), "ok: 0 calls (of this project)\n");
    let output = run(&root, &["exec", "--scenario", "callmock.yaml", "--", "true"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("callmock.yaml is a project file and no scenario"),
        "{}",
        text(&output.stderr)
    );
    // A name that is almost right is told.
    let root = folder("yml", &[("callmock.yml", "scenario: empty\n")]);
    let said = run(&root, &["exec", "--", "true"]).stderr;
    assert!(
        text(&said).contains("callmock.yml is not read: a project file is called callmock.yaml"),
        "{}",
        text(&said)
    );
}

#[test]
fn an_old_code_base_is_taken_in_with_one_file_and_two_commands() {
    let root = folder("old", &[("callmock.yaml", "baseline: callmock-baseline.json\n")]);
    let tests = script(&[(ODD, "x-callmock-test: test_old")]);
    let line = ["exec", "--coverage-out", "coverage.json", "--", "bash", "-c", &tests];
    assert_eq!(run(&root, &line).status.code(), Some(2), "there is no baseline yet");
    fs::create_dir_all(root.join("deeper")).expect("made");
    let written = run(&root.join("deeper"), &["baseline", "write", "../coverage.json"]);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    assert!(root.join("callmock-baseline.json").is_file(), "where the project file says");
    let again = run(&root, &line);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    let tests = script(&[(ODD, "x-callmock-test: test_new")]);
    let new = run(&root, &["exec", "--", "bash", "-c", &tests]);
    assert_eq!(new.status.code(), Some(4), "{}", text(&new.stderr));
    // Without a project file the name is the same.
    let bare = folder("bare", &[]);
    fs::copy(root.join("coverage.json"), bare.join("coverage.json")).expect("copied");
    assert_eq!(run(&bare, &["baseline", "write", "coverage.json"]).status.code(), Some(0));
    assert!(bare.join("callmock-baseline.json").is_file());
}

#[test]
fn the_schema_in_the_repository_accepts_what_the_reader_accepts_and_refuses_what_it_refuses() {
    let printed = callmock().args(["schema", "--project"]).output().expect("it runs");
    generated::hold("scenarios/project-schema.json", text(&printed.stdout));
    let schema: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let fits = |yaml: &str| {
        let json = callmock::yaml::whole::<Value>(yaml, callmock::yaml::Bounds::OWN).expect("YAML");
        validator.is_valid(&json)
    };
    let root = folder("schema", &[("mine.yaml", SCENARIO), ("excluded.yaml", "exclude: []\n")]);
    let whole = "scenario: [mine.yaml, empty]\nreadings: {commubo.end: inclusive}\nfail_under: 60\ndeny_findings: true\n\
                 baseline: callmock-baseline.json\nexclusions: excluded.yaml\njournal_out: journal.jsonl\n";
    for (yaml, right) in [
        ("scenario: mine.yaml\n", true),
        (whole, true),
        ("readings: default\ndeny_findings: error\n", true),
        ("readings: alternat\n", false),
        ("readings: {commubo.endd: inclusive}\n", false),
        ("readings: {commubo.end: inclusiv}\n", false),
        ("readings: {commubo.unset: empty}\n", true),
        ("scenario: 5.5e\nscenrio: x\n", false),
        ("fail_under: 101\n", false),
        ("deny_findings: all\n", false),
        ("exclusions: [excluded.yaml]\n", false),
    ] {
        fs::write(root.join("callmock.yaml"), yaml).expect("written");
        assert_eq!(fits(yaml), right, "{yaml}");
        let checked = run(&root, &["check"]);
        assert_eq!(checked.status.code() == Some(0), right, "{yaml}: {}", text(&checked.stderr));
    }
    for (key, property) in schema["properties"].as_object().expect("keys") {
        assert!(property["description"].is_string(), "{key} has no description");
    }
}
