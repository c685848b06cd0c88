//! `callmock rehearse`: would a job lose calls? The jobs are of commubo, in the plainest of shells.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::cli::{callmock, text};
use crate::mock::{list_at, text_at};

/// A place for one test's table.
fn table(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("rehearse");
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    drop(fs::remove_file(&path));
    path
}

/// Runs a job whose shell has: `list FROM TO`, which prints the ids and times of the calls of days of
/// Japan as CSV and fails if they were not answered; `day N`, the day of Japan N days from now; and
/// `$TABLE`.
fn rehearse(name: &str, arguments: &[&str], job: &str) -> Output {
    let path = table(name);
    let script = format!(
        r#"
        TABLE='{}'
        day() {{ TZ=Asia/Tokyo date -d "$CALLMOCK_NOW $1 day" +%F; }}
        list() {{
            exec 3<>"/dev/tcp/127.0.0.1/${{CALLMOCK_URL##*:}}"
            printf 'GET /v1/calls?start=%s&end=%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-commubo-tenantId: %s\r\nx-commubo-accessToken: %s\r\n\r\n' \
                "$1" "$2" "$CALLMOCK_COMMUBO_TENANT_ID" "$CALLMOCK_COMMUBO_ACCESS_TOKEN" >&3
            answer=$(cat <&3)
            exec 3>&-
            case "$answer" in 'HTTP/1.1 200'*) ;; *) return 1;; esac
            grep -oE '"callId":"[^"]*"|"callDateTime":"[^"]*"' <<<"$answer" | cut -d'"' -f4 | paste -d, - - | sed 's/^/commubo,/'
        }}
        keep() {{ [ -f "$TABLE" ] || echo vendor,id,at >"$TABLE"; cat >>"$TABLE"; }}
        once() {{ (echo vendor,id,at; (cat; tail -n +2 "$TABLE" 2>/dev/null) | sort -u | grep .) >"$TABLE.new"; mv "$TABLE.new" "$TABLE"; }}
        {job}
        "#,
        path.display()
    );
    callmock()
        .arg("rehearse")
        .args(if arguments.contains(&"--every") { &[][..] } else { &["--every", "6h", "--for", "6d"] })
        .arg("--table")
        .arg(&path)
        .args(arguments)
        .args(["--", "bash", "-c", &script])
        .output()
        .expect("it runs")
}

const CAREFUL: &str = r#"calls=$(list "$(day -2)" "$(day 1)") || exit 1; once <<<"$calls""#;

#[test]
fn a_careful_job_ends_with_a_whole_table_although_one_run_meets_an_outage() {
    let output = rehearse("careful.csv", &[], CAREFUL);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", text(&output.stderr));
    assert!(said.starts_with("24 runs, every 6 h, from 2024-02-15T11:00:00+00:00 to "), "{said}");
    assert!(said.contains(") ended with 1, in the outage of commubo: 503 service_unavailable\n"), "{said}");
    assert!(said.contains("; 0 lost, 0 twice, 0 stale, 0 wrong, 0 invented\n"), "{said}");
    assert!(said.ends_with("the table is whole\n"), "{said}");
    let (cost, rows) = (text(&output.stderr), fs::read_to_string(table_of("careful.csv")).expect("a table"));
    assert!(cost.starts_with("callmock: 24 runs, about "), "{cost}");
    assert!(rows.lines().count() > 400, "{rows}");
}

#[test]
fn every_run_within_the_twenty_minutes_of_the_outage_meets_it() {
    let flags = ["--every", "5m", "--for", "2h", "--from", "2024-02-16T01:00:00Z", "--format", "json"];
    let output = rehearse("outage.csv", &flags, CAREFUL);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let failed: Vec<(u64, bool)> = list_at(&report, "/runs")
        .iter()
        .filter(|run| run["outage"] == true)
        .map(|run| (run["number"].as_u64().expect("a number"), run["code"] == 1))
        .collect();
    let first = failed.first().expect("an outage").0;
    assert_eq!(failed, [(first, true), (first + 1, true), (first + 2, true), (first + 3, true)]);
    assert_eq!((output.status.code(), list_at(&report, "/problems").len()), (Some(0), 0), "{report}");
}

fn table_of(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("rehearse").join(name)
}

/// The kinds and reasons of what is wrong, each once.
fn reasons(output: &Output) -> Vec<(String, String)> {
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut all: Vec<(String, String)> = list_at(&report, "/problems")
        .iter()
        .map(|problem| (text_at(problem, "/kind").to_owned(), text_at(problem, "/reason").to_owned()))
        .collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn each_mistake_of_a_job_is_told_with_its_reason() {
    for (name, job, expected) in [
        // Each run asks for its own day only, in the middle of it.
        ("no-look-back", r#"list "$(day 0)" "$(day 1)" | once"#, vec![("lost", "ended_later")]),
        // Every second day is left out.
        (
            "skips",
            r#"today=$(day 0); [ $((10#${today##*-} % 2)) = 0 ] || exit 0; list "$(day 0)" "$(day 1)" | once"#,
            vec![("lost", "ended_later"), ("lost", "skipped")],
        ),
        // Each run adds what it is shown.
        ("adds", r#"list "$(day -2)" "$(day 1)" | keep"#, vec![("twice", "overlap")]),
        // One of the calls that are shown is left out.
        ("not-kept", r#"list "$(day -2)" "$(day 1)" | grep -v '5,20' | once"#, vec![("lost", "not_kept")]),
        // A row of no call.
        (
            "invents",
            r#"calls=$(list "$(day -2)" "$(day 1)") || exit 1; (echo "$calls"; echo commubo,nobody,2024-02-17T10:00:00+09:00) | once"#,
            vec![("invented", "unknown")],
        ),
    ] {
        let output = rehearse(&format!("{name}.csv"), &["--format", "json"], job);
        let found = reasons(&output);
        let found: Vec<(&str, &str)> =
            found.iter().map(|(kind, reason)| (kind.as_str(), reason.as_str())).collect();
        assert_eq!(output.status.code(), Some(1), "{name}: {}", text(&output.stderr));
        for one in &expected {
            assert!(found.contains(one), "{name}: {found:?}");
        }
        assert!(
            found.iter().all(|(kind, _)| expected.iter().any(|(wanted, _)| kind == wanted)),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn the_report_says_what_was_lost_when_and_what_to_do() {
    let output = rehearse("told.csv", &["--no-outage"], r#"list "$(day 0)" "$(day 1)" | once"#);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(" lost: it had not ended when its time was asked for, and"), "{said}");
    assert!(said.contains("  -> ask for more than the time since the last run: "), "{said}");
    assert!(said.contains(" asked for its time "), "{said}");
    assert!(said.ends_with("the table is not what it should be\n"), "{said}");
    // What the requests alone show, with the run and the request.
    let findings = said.split_once("\nfindings about the requests (").expect("findings").1;
    let overlap = findings.split_once("  warning commubo.no_overlap: ").expect("the finding").1;
    let about: Vec<&str> = overlap.lines().skip(1).take(2).collect();
    assert!(
        about[0].starts_with("    run ") && about[0].contains(": GET /v1/calls?start=2024-02-"),
        "{said}"
    );
    assert!(about[1].starts_with("    records came up to "), "{said}");
}

#[test]
fn a_run_that_fails_without_a_failure_of_the_vendor_fails_the_rehearsal() {
    let job = format!("{CAREFUL}; [ \"$CALLMOCK_RUN\" != 3 ] || {{ echo no room left; exit 7; }}");
    let output = rehearse("fails.csv", &[], &job);
    let (said, cried) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}{cried}");
    assert!(
        said.contains("run 3 (2024-02-15T23:00:00+00:00) ended with 7, although every request was answered"),
        "{said}"
    );
    assert!(cried.contains("    | no room left\n"), "{cried}");
}

#[test]
fn a_run_that_does_not_end_is_ended_with_all_that_it_started() {
    let began = std::time::Instant::now();
    let job = format!("{CAREFUL}; [ \"$CALLMOCK_RUN\" != 2 ] || {{ sleep 321 & sleep 321; }}");
    let output = rehearse("hangs.csv", &["--run-limit", "1s", "--no-outage"], &job);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("run 2 (2024-02-15T17:00:00+00:00) ended with 124, although"), "{said}");
    assert!(
        text(&output.stderr).contains("    | it did not end within --run-limit"),
        "{}",
        text(&output.stderr)
    );
    assert!(began.elapsed().as_secs() < 300, "it was not waited for");
    let left = std::process::Command::new("pgrep").args(["-f", "^sleep 321$"]).output();
    assert!(left.is_ok_and(|left| left.stdout.is_empty()), "a process is left");
}

#[test]
fn the_faults_of_the_scenario_stay_when_the_outage_is_over() {
    let path = crate::cli::file(
        "rehearse-own.yaml",
        "callmock: 1\nclock: 2024-05-14T00:00:00+09:00\nfaults: [{id: own, vendor: sencloud, do: {status: 500}}]\n\
         generate: {calls: 60, from: 2024-05-14, to: 2024-05-20}\n",
    );
    let job = format!(
        r#"exec 4<>"/dev/tcp/127.0.0.1/${{CALLMOCK_URL##*:}}"
        printf 'GET /_mock/faults HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&4
        cat <&4 | grep -q '"id":"own"' || exit 9
        {CAREFUL}"#
    );
    let output = rehearse("own.csv", &["--scenario", path.to_str().expect("text")], &job);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", text(&output.stderr));
    assert!(said.contains("in the outage of commubo"), "{said}");
}

#[test]
fn what_cannot_be_rehearsed_is_told_at_once() {
    let run = |arguments: &[&str]| {
        let output =
            callmock().arg("rehearse").args(arguments).args(["--", "true"]).output().expect("it runs");
        (output.status.code(), text(&output.stdout).to_owned() + text(&output.stderr))
    };
    for (arguments, code, expected) in [
        (&["--table", "Cargo.toml"][..], 2, "--table Cargo.toml is there already: remove it"),
        (&["--for", "1d"], 2, "--table FILE, or --table-command CMD"),
        (&["--table", "t.csv", "--every", "0s"], 2, "expected a duration"),
        (
            &["--table", "t.csv", "--every", "2d", "--for", "1d"],
            2,
            "--for and --every give 0 runs; expected 1 to 100000",
        ),
        (&["--table", "t.csv", "--every", "1ms", "--for", "1d"], 2, "give 86400000 runs"),
        (
            &["--table", "t.csv", "--from", "yesterday"],
            2,
            "expected a time such as 2018-09-30T00:00:00+09:00, or a day",
        ),
        (
            &["--table", "t.csv"],
            1,
            "the job asked for no list in its first runs, which ended with 0, 0, 0: the address is in CALLMOCK_URL",
        ),
    ] {
        let (got, said) = run(arguments);
        assert_eq!(got, Some(code), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn a_table_comes_from_a_command_too_and_one_that_is_missing_or_broken_is_told() {
    let path = table("lines.jsonl");
    let run = |table: &[&str]| {
        let script = format!("{CAREFUL_TO_LINES} >'{}'", path.display());
        let output = callmock()
            .args(["rehearse", "--every", "12h", "--for", "1d", "--no-outage"])
            .args(table)
            .args(["--", "bash", "-c", &script])
            .output()
            .expect("it runs");
        (output.status.code(), text(&output.stdout).to_owned() + text(&output.stderr))
    };
    let read = format!("cat '{}'", path.display());
    let (code, said) = run(&["--table-command", &read]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(&["--table-command", "exit 3"]);
    assert!(code == Some(1) && said.contains("--table-command ended with 3"), "{said}");
    let (code, said) = run(&["--table", "not-there.csv"]);
    assert!(code == Some(1) && said.contains("--table names the file"), "{said}");
    let (code, said) = run(&["--table-command", "printf 'vendor,id,at\ncommubo,1\n'"]);
    assert!(code == Some(1) && said.contains("the table: not CSV with the names of the columns"), "{said}");
}

/// Prints every call of the last days as JSON Lines.
const CAREFUL_TO_LINES: &str = r#"
    day() { TZ=Asia/Tokyo date -d "$CALLMOCK_NOW $1 day" +%F; }
    exec 3<>"/dev/tcp/127.0.0.1/${CALLMOCK_URL##*:}"
    printf 'GET /v1/calls?start=%s&end=%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-commubo-tenantId: %s\r\nx-commubo-accessToken: %s\r\n\r\n' \
        "$(day -9)" "$(day 1)" "$CALLMOCK_COMMUBO_TENANT_ID" "$CALLMOCK_COMMUBO_ACCESS_TOKEN" >&3
    cat <&3 | grep -oE '"callId":"[^"]*"' | sed 's/.*:\(.*\)/{"vendor":"commubo","id":\1}/'"#;

#[test]
fn the_report_is_text_json_junit_or_a_page_with_a_timeline() {
    let job = r#"list "$(day 0)" "$(day 1)" | once"#;
    let output = rehearse("junit.csv", &["--format", "junit"], job);
    let xml = text(&output.stdout);
    assert!(
        xml.starts_with(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"6\" failures=\"1\">"
        ),
        "{xml}"
    );
    assert!(xml.contains("name=\"commubo: no record is lost\""), "{xml}");
    assert!(xml.contains(" lost\">"), "{xml}");
    let output = rehearse("page.csv", &["--format", "html"], job);
    let page = text(&output.stdout);
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    assert!(page.contains("<svg class=\"timeline\"") && page.contains("<line class=\"lost\""), "{page}");
    assert!(page.contains("<rect class=\"asked\"") && page.contains("2024-02-18"), "{page}");
    assert!(page.contains("The table is not what it should be"), "{page}");
    let kept = table("kept-reports");
    drop(fs::remove_dir_all(&kept));
    let reports = ["--format", "json", "--reports", kept.to_str().expect("text")];
    let output = rehearse("data.csv", &reports, job);
    let read = |name: &str| fs::read_to_string(kept.join(name)).expect("it is kept");
    assert_eq!(read("rehearsal.json"), text(&output.stdout));
    assert!(read("rehearsal.html").contains("<svg class=\"timeline\""));
    assert_eq!(read("rehearsal.xml"), xml);
    assert!(read("rehearsal.txt").ends_with("the table is not what it should be\n"));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(list_at(&report, "/runs").len(), 24);
    assert_eq!(report["runs"][0]["asked"][0]["vendor"], "commubo");
    let lost = &report["problems"][0];
    assert!(lost["began"].is_string() && lost["run"].is_u64() && lost["detail"].is_string(), "{lost}");
}

#[test]
fn a_job_gets_its_number_and_the_worlds_time_and_if_wanted_the_variable_of_libfaketime() {
    let job = format!(
        r#"[ "$CALLMOCK_RUN" != 2 ] || [ "$CALLMOCK_NOW" = 2024-02-15T17:00:00Z ] || exit 3
        [ "$CALLMOCK_RUN" != 2 ] || [ "$FAKETIME $TZ" = '@2024-02-15 17:00:00 UTC' ] || exit 4
        {CAREFUL}"#
    );
    let output = rehearse("time.csv", &["--faketime", "--no-outage"], &job);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    let output = rehearse("from.csv", &["--from", "2024-02-15T06:00:00-05:00", "--no-outage"], &job);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert!(
        text(&output.stdout).contains("run 2 (2024-02-15T23:00:00+00:00) ended with 3"),
        "{}",
        text(&output.stdout)
    );
}

/// A scenario of some calls of one week, without delays, and a clock at its beginning or none.
fn week(name: &str, clock: &str) -> String {
    let yaml = format!(
        "callmock: 1\n{clock}\ngenerate: {{calls: 80, from: 2024-05-14, to: 2024-05-20, on: [commubo]}}\n"
    );
    crate::cli::file(name, &yaml).display().to_string()
}

#[test]
fn a_rehearsal_that_judges_nothing_fails_and_one_of_a_real_clock_begins_with_the_first_call() {
    let fixed = week("rehearse-later.yaml", "clock: 2030-01-01T00:00:00Z");
    let output = rehearse("nothing.csv", &["--scenario", &fixed], CAREFUL);
    let cried = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{cried}");
    assert!(cried.contains("no record came due from 2030-01-01T00:00:00+00:00 to "), "{cried}");
    assert!(
        cried.contains("the calls of the scenario begin from 2024-05-1") && cried.contains("--from names"),
        "{cried}"
    );
    let real = week("rehearse-real.yaml", "");
    let output = rehearse("real.csv", &["--scenario", &real], CAREFUL);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", text(&output.stderr));
    assert!(said.starts_with("24 runs, every 6 h, from 2024-05-14T"), "{said}");
}

#[test]
fn a_job_that_takes_whole_days_is_not_judged_by_a_day_that_is_not_over_if_that_is_said() {
    let job = r#"list "$(day -1)" "$(day 0)" | once"#;
    let output = rehearse("whole-days.csv", &["--no-outage"], job);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let output = rehearse("settled.csv", &["--no-outage", "--settle", "2d"], job);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn a_call_that_a_failed_request_would_have_shown_is_a_lost_page_and_no_other_is() {
    // Each day's run takes the day before. One run meets the outage, and nobody makes up for it.
    let job = r#"calls=$(list "$(day -1)" "$(day 0)") || exit 1; once <<<"$calls""#;
    let arguments = ["--every", "1d", "--for", "9d", "--format", "json", "--settle", "2d"];
    let output = rehearse("outage.csv", &arguments, job);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(reasons(&output), [("lost".to_owned(), "page_lost".to_owned())]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let outage = list_at(&report, "/runs").iter().find(|run| run["outage"] == true).expect("an outage");
    for problem in list_at(&report, "/problems") {
        assert_eq!(problem["run"], outage["number"], "{problem}");
    }
}

#[test]
fn a_table_that_no_rehearsal_can_be_judged_by_is_told_with_what_to_write() {
    let run = |name: &str, printed: &str, map: &str| {
        let map = crate::cli::file(&format!("rehearse-{name}.yaml"), map);
        let command = format!("printf '{printed}'");
        let job = format!("{CAREFUL_TO_LINES} >/dev/null");
        let output = callmock()
            .args(["rehearse", "--every", "12h", "--for", "1d", "--no-outage", "--table-command", &command])
            .arg("--oracle")
            .arg(map)
            .args(["--", "bash", "-c", &job])
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(1), "{name}");
        text(&output.stdout).to_owned() + text(&output.stderr)
    };
    let none = "columns: {}";
    for (name, printed, map, expected) in [
        ("twice", "vendor,id,at,at\\n", none, "the table: line 1: the column `at` is there twice"),
        (
            "typo",
            "vendor,id,at\\ncommubo,1,2024-02-15T10:00:00Z\\n",
            "columns: {startd: at}",
            "columns.startd of the map: the table has no column `startd`; it has at, id, vendor",
        ),
        (
            "others",
            "provider,call_id\\ncommubo,1\\n",
            none,
            "there is no column `vendor`, only call_id, provider; give the map `columns: {NAME: vendor}`, or `vendor: NAME`",
        ),
        ("separator", "vendor;id\\ncommubo;1\\n", none, "there is no column `vendor`, only vendor;id; give"),
        ("empty", "", none, "callmock: the table has no row"),
        ("note", "vendor,id,note\\ncommubo,1,x\\n", none, "--oracle MAP names a team's own columns"),
    ] {
        let said = run(name, printed, map);
        assert!(said.contains(expected), "{name}: {said}");
    }
}

#[test]
fn a_command_that_is_not_there_ends_the_rehearsal_at_once_with_its_code() {
    let output =
        callmock().args(["rehearse", "--table", "none.csv", "--", "no-such-job"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(127), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("no-such-job: No such file"), "{}", text(&output.stderr));
}

#[test]
fn the_help_says_which_calls_a_rehearsal_has() {
    let help = callmock().args(["rehearse", "--help"]).output().expect("it runs");
    assert!(text(&help.stdout).contains("those of the built-in scenario `weeks`"), "{}", text(&help.stdout));
}
