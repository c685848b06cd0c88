//! The baseline: what a suite has for now, and the runs that are held against it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::json;

use crate::cli::{callmock, file, text};

pub const ODD: &str = "?start=2018-09-01&end=2018-10-01&strat=1";
const LISTED: &str = "?start=2018-09-01&end=2018-10-01";

/// A script of requests to commubo's list, each with its query and its further headers.
pub fn script(asks: &[(&str, &str)]) -> String {
    let ask = |(query, headers): &(&str, &str)| {
        let headers: String = headers.lines().map(|header| format!("{header}\\r\\n")).collect();
        format!(
            r#"exec 3<>"/dev/tcp/127.0.0.1/${{CALLMOCK_URL##*:}}"
            printf 'GET /v1/calls%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-commubo-tenantId: %s\r\nx-commubo-accessToken: %s\r\n{headers}\r\n' \
            '{query}' "$CALLMOCK_COMMUBO_TENANT_ID" "$CALLMOCK_COMMUBO_ACCESS_TOKEN" >&3; cat <&3 >/dev/null; exec 3>&-"#
        )
    };
    asks.iter().map(ask).collect::<Vec<_>>().join("\n")
}

fn exec(arguments: &[&str], asks: &[(&str, &str)]) -> Output {
    let mut command = callmock();
    command.arg("exec").args(arguments).args(["--", "bash", "-c", &script(asks)]);
    command.output().expect("it runs")
}

fn name(path: &Path) -> &str {
    path.to_str().expect("text")
}

/// A file of a test's own that is not there yet.
fn absent(name: &str) -> PathBuf {
    let path = file(name, "");
    fs::remove_file(&path).expect("it was there");
    path
}

/// The baseline of a run.
fn written(of: &str, asks: &[(&str, &str)]) -> PathBuf {
    let (coverage, baseline) = (absent(&format!("{of}.coverage.json")), absent(&format!("{of}.json")));
    assert_eq!(exec(&["--coverage-out", name(&coverage)], asks).status.code(), Some(0));
    let output = callmock()
        .args(["baseline", "write", "-o", name(&baseline), name(&coverage)])
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    baseline
}

#[test]
fn a_baseline_is_sorted_and_has_a_line_for_each_finding_and_each_behavior() {
    let asks = [(LISTED, ""), (ODD, "x-callmock-test: test_b"), (ODD, "x-callmock-test: test_a")];
    let baseline = written("baseline-lines", &asks);
    let first = fs::read_to_string(&baseline).expect("a file");
    let expected = r#"{
"callmock": 1,
"findings": [
{"id":"commubo.unknown_parameter","operation":"list_calls","test":"test_a"},
{"id":"commubo.unknown_parameter","operation":"list_calls","test":"test_b"}
],
"behaviors": [
"commubo.list_calls.end_exclusive",
"commubo.list_calls.expand_none",
"commubo.list_calls.listed",
"commubo.list_calls.start"
]
}
"#;
    assert_eq!(first, expected);
    let mut other_way = asks;
    other_way.reverse();
    assert_eq!(fs::read_to_string(written("baseline-lines-2", &other_way)).expect("a file"), first);
}

#[test]
fn under_a_baseline_only_what_is_new_or_gone_fails_and_nothing_rewrites_it() {
    let old = [(ODD, "x-callmock-test: test_old"), ("?start=2018-9-1", ""), (LISTED, "")];
    let baseline = written("baseline-worse", &old);
    let before = fs::read_to_string(&baseline).expect("a file");
    let under = ["--baseline", name(&baseline)];
    let same = exec(&under, &old);
    assert_eq!(same.status.code(), Some(0), "{}", text(&same.stderr));

    let more = exec(&under, &[&old[..], &[(ODD, "x-callmock-test: test_new")]].concat());
    let said = text(&more.stderr);
    assert_eq!(more.status.code(), Some(4), "{said}");
    assert!(said.contains("  commubo.unknown_parameter at list_calls in test test_new: "), "{said}");
    let (_, judged) = said.split_once("does not have:").expect("a judgement");
    assert!(!judged.contains("test_old"), "only what is new: {said}");
    assert!(said.contains("x-callmock-expect") && said.contains("callmock baseline write -o "), "{said}");

    let less = exec(&under, &[old[0], old[2]]);
    let said = text(&less.stderr);
    assert_eq!(less.status.code(), Some(3), "{said}");
    assert!(
        said.contains("1 behavior that ") && said.contains("  commubo.list_calls.invalid_start: "),
        "{said}"
    );
    assert!(said.contains("--baseline none"), "{said}");
    let alone = exec(&[&under[..], &["--baseline", "none"]].concat()[2..], &[old[2]]);
    assert_eq!(alone.status.code(), Some(0), "{}", text(&alone.stderr));

    // The severity of --deny-findings holds for what is new; the command's own code comes first.
    let note = exec(
        &["--baseline", name(&baseline), "--deny-findings=error"],
        &[&old[..], &[("?start=2018-09-01&end=2018-10-01&strat=2", "")]].concat(),
    );
    assert_eq!(note.status.code(), Some(0), "{}", text(&note.stderr));
    let own = callmock()
        .args(["exec", "--baseline", name(&baseline), "--", "sh", "-c", "exit 9"])
        .output()
        .expect("it runs");
    assert_eq!(own.status.code(), Some(9));
    assert_eq!(fs::read_to_string(&baseline).expect("a file"), before);
}

#[test]
fn what_is_excluded_or_expected_is_neither_new_nor_gone_nor_written() {
    let baseline = written("baseline-expected", &[(LISTED, "")]);
    let exclusions = file(
        "baseline-exclusions.yaml",
        "exclude:\n  - {finding: commubo.unbounded, reason: we list everything}\n",
    );
    let under = ["--baseline", name(&baseline), "--exclusions", name(&exclusions)];
    let expects = "x-callmock-expect: commubo.unknown_parameter,commubo.list_calls.invalid_start";
    let asks = [(LISTED, ""), ("?strat=1&start=2018-9-1", expects), ("?start=2018-09-01", "")];
    let fine = exec(&under, &asks);
    assert_eq!(fine.status.code(), Some(0), "{}", text(&fine.stderr));
    let coverage = absent("baseline-expected-2.coverage.json");
    exec(&["--coverage-out", name(&coverage), "--exclusions", name(&exclusions)], &asks);
    let again = absent("baseline-expected-2.json");
    let output = callmock().args(["baseline", "write", "-o", name(&again), name(&coverage)]).output();
    let said = output.expect("it runs").stdout;
    assert!(text(&said).contains(": 0 findings accepted, "), "{}", text(&said));
}

#[test]
fn what_a_test_expected_and_did_not_come_fails_and_is_named() {
    let expects =
        "x-callmock-test: test_refund\nx-callmock-expect: commubo.list_calls.invalid_start,commubo.nothing";
    let output = exec(&[], &[(LISTED, expects)]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(
        said.contains(
            "  commubo.list_calls.invalid_start, test test_refund, world default, of GET /v1/calls"
        ),
        "{said}"
    );
    assert!(said.contains("this is the id of no finding and of no refusal"), "{said}");
    let declared = r#"curl -s "$CALLMOCK_URL/_mock/expect" --data '{"refusals": ["commubo.list_calls.invalid_start"]}' >/dev/null"#;
    let open = callmock().args(["exec", "--", "sh", "-c", declared]).output().expect("it runs");
    assert_eq!(open.status.code(), Some(4), "{}", text(&open.stderr));
    let reset = format!(r#"{declared}; curl -s -X POST "$CALLMOCK_URL/_mock/reset""#);
    let forgotten = callmock().args(["exec", "--", "sh", "-c", &reset]).output().expect("it runs");
    assert_eq!(forgotten.status.code(), Some(4), "a reset loses nothing: {}", text(&forgotten.stderr));
}

#[test]
fn a_baseline_that_is_not_there_yet_is_told_after_the_run_and_a_broken_one_before_it() {
    let (coverage, missing) = (absent("baseline-first.coverage.json"), absent("baseline-first.json"));
    let arguments = ["--coverage-out", name(&coverage), "--baseline", name(&missing)];
    let first = exec(&arguments, &[(LISTED, "")]);
    let said = text(&first.stderr);
    assert_eq!(first.status.code(), Some(2), "{said}");
    assert!(said.contains("there is no such file") && said.contains("callmock baseline write -o "), "{said}");
    assert!(fs::metadata(&coverage).expect("a file").len() > 0, "the coverage to write it from is there");
    assert!(!missing.exists());

    let marker = absent("baseline-marker");
    for (content, says) in [
        ("{}", "not a file of `callmock baseline write`: missing field"),
        (
            &fs::read_to_string(&coverage).expect("a file"),
            "this is a file of `exec --coverage-out`; `callmock baseline write -o ",
        ),
        (r#"{"callmock": 2, "findings": [], "behaviors": []}"#, "version 2 is not known"),
        (
            r#"{"callmock": 1, "findings": [], "behaviors": ["commubo.nothing"]}"#,
            "`commubo.nothing` is not known here",
        ),
    ] {
        let broken = file("baseline-broken.json", content);
        let script = format!("touch {}", name(&marker));
        let output = callmock()
            .args(["exec", "--baseline", name(&broken), "--", "sh", "-c", &script])
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(says), "{}", text(&output.stderr));
        assert!(!marker.exists(), "the command was not run");
    }
}

#[test]
fn shards_are_held_against_the_baseline_when_they_are_added_up() {
    let baseline = written("baseline-shards", &[(LISTED, ""), ("?start=2018-9-1", "")]);
    let shards = [absent("baseline-shard-1.json"), absent("baseline-shard-2.json")];
    exec(&["--coverage-out", name(&shards[0])], &[(LISTED, "")]);
    exec(&["--coverage-out", name(&shards[1])], &[("?start=2018-9-1", "")]);
    let report = |files: &[&PathBuf]| {
        let output =
            callmock().args(["coverage", "report", "--baseline", name(&baseline)]).args(files).output();
        output.expect("it runs").status.code()
    };
    assert_eq!(report(&[&shards[0]]), Some(3));
    assert_eq!(report(&[&shards[0], &shards[1]]), Some(0));
}

#[test]
fn the_difference_of_two_coverages_tells_what_came_and_what_went() {
    let (before, after) = (absent("diff-before.json"), absent("diff-after.json"));
    exec(&["--coverage-out", name(&before)], &[(LISTED, ""), ("?start=2018-9-1", "")]);
    let odd = "x-callmock-test: test_<b>_@all";
    exec(&["--coverage-out", name(&after)], &[(LISTED, ""), (ODD, odd)]);
    let diff = |arguments: &[&str]| {
        let output = callmock().args(["coverage", "diff"]).args(arguments).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let said = diff(&[name(&before), name(&after)]);
    assert!(said.starts_with("exercised: ") && said.contains(" -> "), "{said}");
    assert!(
        said.contains("  + commubo.unknown_parameter at list_calls in test test_<b>_@all\n    Use "),
        "{said}"
    );
    assert!(said.contains("no longer exercised: 1\n  - commubo.list_calls.invalid_start\n"), "{said}");
    let back = diff(&[name(&after), name(&before)]);
    assert!(back.contains("gone findings: 1\n  - commubo.unknown_parameter"), "{back}");
    assert!(back.contains("newly exercised: 1\n  + commubo.list_calls.invalid_start\n"), "{back}");
    let same = diff(&[name(&after), name(&after)]);
    assert!(same.ends_with("no behavior and no finding differs\n"), "{same}");

    let comment = diff(&["--format", "markdown", name(&before), name(&after)]);
    assert!(comment.starts_with("### Contract coverage\n\n| | before | after |\n"), "{comment}");
    assert!(
        comment.contains("**New findings: 1**\n\n- `commubo.unknown_parameter` at list\\_calls"),
        "{comment}"
    );
    assert!(!comment.contains("<b>") && !comment.contains("@all"), "a test's name is no markup: {comment}");
    assert!(comment.contains("<details><summary>No longer exercised: 1</summary>"), "{comment}");
    let wrong =
        callmock().args(["coverage", "diff", name(&before), "/nowhere.json"]).output().expect("it runs");
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn files_of_callmock_0_1_have_neither_tests_nor_expectations_and_are_read() {
    let coverage = json!({
        "callmock": 1, "exercised": 1, "total": 1,
        "behaviors": [{ "id": "commubo.list_calls.listed", "count": 1 }],
        "findings": [{ "id": "commubo.unknown_parameter", "count": 2 }],
    });
    let (coverage, baseline) =
        (file("coverage-0.1.json", &coverage.to_string()), absent("baseline-0.1.json"));
    let output = callmock().args(["baseline", "write", "-o", name(&baseline), name(&coverage)]).output();
    assert_eq!(output.expect("it runs").status.code(), Some(0));
    let written = fs::read_to_string(&baseline).expect("a file");
    assert!(
        written.contains(r#"{"id":"commubo.unknown_parameter","operation":null,"test":null}"#),
        "{written}"
    );
}
