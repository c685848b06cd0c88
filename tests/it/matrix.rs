//! `callmock matrix`: which reading of the vendors' pages breaks a client?

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use callmock::vendors;

use crate::cli::{Served, callmock, text};

/// A client's test of commubo, in the plainest of shells: `body` is a good list, `refused` a
/// refusal.
fn matrix(arguments: &[&str], judge: &str) -> Output {
    let script = format!(
        r#"
        ask() {{
            exec 3<>"/dev/tcp/127.0.0.1/${{CALLMOCK_URL##*:}}"
            printf 'GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-commubo-tenantId: %s\r\nx-commubo-accessToken: %s\r\n\r\n' \
                "$1" "$CALLMOCK_COMMUBO_TENANT_ID" "$CALLMOCK_COMMUBO_ACCESS_TOKEN" >&3
            cat <&3
            exec 3>&-
        }}
        body=$(ask '/v1/calls?start=2018-09-01&end=2018-10-01&expand=all')
        refused=$(ask '/v1/calls?start=2018-9-1')
        {judge}
        "#
    );
    callmock().arg("matrix").args(arguments).args(["--", "bash", "-c", &script]).output().expect("it runs")
}

#[test]
fn a_careful_client_passes_under_every_reading_of_what_it_calls() {
    let output = matrix(&[], "true");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", text(&output.stderr));
    let announced = text(&output.stderr);
    assert!(announced.starts_with("callmock: one run under the defaults, then at most "), "{announced}");
    let cost = announced.lines().nth(1).expect("what is to come");
    assert!(cost.contains(" runs are to come (") && cost.contains(" alternatives alone, up to "), "{cost}");
    assert!(said.starts_with("(defaults)                                         ok\n"), "{said}");
    // Each option but the default of the vendor that is called; none of another's.
    let readings = vendors::readings();
    let readings = readings.iter().filter(|reading| reading.id.starts_with("commubo."));
    let alternatives: usize = readings.clone().map(|reading| reading.options.len() - 1).sum();
    let readings = readings.count();
    assert_eq!(said.matches("\ncommubo.").count(), alternatives, "{said}");
    let counted = format!(": {readings} readings of commubo, {alternatives} alternatives by themselves and ");
    assert!(said.contains(&counted), "{said}");
    assert!(said.ends_with("none breaks the command\n"), "{said}");
}

#[test]
fn the_reading_that_breaks_a_client_is_named_with_its_question_and_what_the_client_said() {
    let judge = r#"case "$body" in *'"talkTime":123'*) echo 'talkTime is no text'; exit 7;; esac"#;
    let output = matrix(&[], judge);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let broken: Vec<&str> = said.lines().filter(|line| line.contains("BREAKS")).collect();
    assert_eq!(broken, ["commubo.numbers: integer                           BREAKS, exit code 7"], "{said}");
    assert!(said.contains("    | talkTime is no text\n"), "{said}");
    assert!(
        said.contains(
            "\n1 breaks the command alone, 0 only together:\n  commubo.numbers: integer\n    Are callType"
        ),
        "{said}"
    );
    assert!(said.contains("(page L78 against L138-140"), "with its source: {said}");
}

#[test]
fn a_run_in_which_an_expected_refusal_does_not_come_breaks() {
    let judge = r#"
        exec 3<>"/dev/tcp/127.0.0.1/${CALLMOCK_URL##*:}"
        expected='{"refusals": ["commubo.any.wrong_token"]}'
        printf 'POST /_mock/expect HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n%s' \
            "${#expected}" "$expected" >&3
        cat <&3 > /dev/null
    "#;
    let output = matrix(&[], judge);
    let said = text(&output.stdout);
    assert_ne!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("tests expected these, and they did not come:"), "{said}");
    assert!(said.contains("commubo.any.wrong_token"), "{said}");
}

#[test]
fn what_breaks_a_client_only_together_is_found_without_the_product() {
    let judge = r#"case "$body" in *operatorVocieId*) [ "${refused%\}}" != "$refused" ] || exit 1;; esac"#;
    let output = matrix(&["--jobs", "2"], judge);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("\n0 break the command alone, "), "{said}");
    let pairs: Vec<&str> = said.lines().filter(|line| line.contains("BREAKS")).collect();
    assert!(
        pairs.iter().any(
            |line| line.starts_with("commubo.voice_id_key: operatorVocieId + commubo.error_body: empty ")
        ),
        "{said}"
    );
    assert!(pairs.iter().all(|line| line.matches(" + ").count() == 1), "no more than it takes: {said}");
    let runs: usize =
        said.lines().find_map(|line| line.split_once(" runs: ")?.0.parse().ok()).expect("a number");
    assert!(runs < 60, "{runs}");
}

#[test]
fn a_command_that_fails_anyway_or_calls_nothing_is_told_apart() {
    let fails = matrix(&[], "exit 3");
    assert_eq!(fails.status.code(), Some(1));
    assert!(
        text(&fails.stdout).contains("the command fails under the defaults already"),
        "{}",
        text(&fails.stdout)
    );
    let nothing = callmock().args(["matrix", "--", "true"]).output().expect("it runs");
    assert_eq!(nothing.status.code(), Some(1));
    assert_eq!(text(&nothing.stdout), "the command called no vendor: its address is in CALLMOCK_URL\n");
    let missing = callmock().args(["matrix", "--", "no-such-command"]).output().expect("it runs");
    assert!(text(&missing.stdout).contains("exit code 127"), "{}", text(&missing.stdout));
}

#[test]
fn the_scenarios_own_readings_are_where_it_begins() {
    let judge = r#"case "$body" in *'"talkTime":"123"'*) exit 1;; esac"#;
    let scenario = format!(
        "{}\nreadings: {{commubo.numbers: integer}}\n",
        include_str!("../../scenarios/documented.yaml")
    );
    let file = crate::cli::file("matrix.yaml", &scenario);
    let output = matrix(&["--scenario", file.to_str().expect("text")], judge);
    let said = text(&output.stdout);
    assert!(said.contains("commubo.numbers: string                            BREAKS"), "{said}");
}

#[test]
fn every_reading_is_listed_with_its_evidence() {
    let output = callmock().arg("readings").output().expect("it runs");
    let said = text(&output.stdout);
    for reading in callmock::vendors::readings() {
        let line =
            format!("{}: {} (default), {}\n", reading.id, reading.default(), reading.options[1..].join(", "));
        let source = callmock::report::source::of_reading(reading.source);
        let entry = format!("{line}    {}\n    {source}\n", reading.question);
        assert!(said.contains(&entry), "{entry}");
    }
    let json = callmock().args(["readings", "--format", "json"]).output().expect("it runs");
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(callmock::vendors::readings().len()));
}

#[test]
fn a_reading_that_no_client_can_meet_by_the_worlds_clock_is_left_out_and_that_is_said() {
    // Refused or not, the request is one to Alibaba.
    let script = r#"
        exec 3<>"/dev/tcp/127.0.0.1/${CALLMOCK_URL##*:}"
        printf 'GET /?Action=ListCallDetailRecords HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-acs-action: x\r\n\r\n' >&3
        cat <&3 >/dev/null
    "#;
    let run = |now: &[&str]| {
        let output = callmock().arg("matrix").args(now).args(["--", "bash", "-c", script]).output();
        text(&output.expect("it runs").stdout).to_owned()
    };
    let elsewhere = run(&["--now", "2018-09-01T00:00:00Z"]);
    let left_out = "alibaba.skew: world                                left out: clients sign by the machine's clock, \
                    and the world's stands elsewhere\n";
    assert!(elsewhere.contains(left_out), "{elsewhere}");
    assert!(!elsewhere.contains("alibaba.skew: world                                ok"), "{elsewhere}");
    assert!(elsewhere.contains("alibaba.skew: off                                  ok"), "{elsewhere}");
    let here = run(&["--scenario", "today"]);
    assert!(here.contains("alibaba.skew: world                                ok"), "{here}");
    assert!(!here.contains("left out"), "{here}");
}

/// A job of commubo that keeps the ids of a day in `calls.jsonl`. `swallow` makes it end with 0 whatever
/// was answered.
fn job(arguments: &[&str], end: &str) -> Output {
    let script = format!(
        r#"
        exec 3<>"/dev/tcp/127.0.0.1/${{CALLMOCK_URL##*:}}"
        printf 'GET /v1/calls?start=2018-09-01&end=2018-10-01 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-commubo-tenantId: %s\r\nx-commubo-accessToken: %s\r\n\r\n' \
            "$CALLMOCK_COMMUBO_TENANT_ID" "$CALLMOCK_COMMUBO_ACCESS_TOKEN" >&3
        answer=$(timeout 1 cat <&3)
        exec 3>&-
        touch "$CALLMOCK_DIR/calls.jsonl"
        case "$answer" in
            'HTTP/1.1 200'*']')
                grep -oE '"callId":"[^"]*"' <<<"$answer" | cut -d'"' -f4 | sed 's/.*/{{"vendor": "commubo", "id": "&"}}/' >"$CALLMOCK_DIR/calls.jsonl";;
            *) echo "no list: ${{answer:0:20}}"; {end};;
        esac
        "#
    );
    let unless =
        |flags: [&'static str; 2]| if arguments.contains(&flags[0]) { vec![] } else { flags.to_vec() };
    callmock()
        .arg("matrix")
        .args(unless(["--axis", "faults,data"]))
        .args(unless(["--table", "calls.jsonl"]))
        .args(arguments)
        .args(["--", "bash", "-c", &script])
        .output()
        .expect("it runs")
}

#[test]
fn a_job_that_hides_a_failure_is_wrong_quietly_and_one_that_tells_it_is_not() {
    let output = job(&[], "exit 1");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", text(&output.stderr));
    let has = |said: &str, cell: &str, verdict: &str| {
        let line = said.lines().find(|line| line.split_whitespace().next() == Some(cell));
        assert!(line.is_some_and(|line| line.contains(verdict)), "{cell} {verdict}: {said}");
    };
    has(said, "commubo.list_calls/wrong_token@only", "failed loudly, exit code 1");
    has(said, "commubo.list_calls/slow_body@only", "failed loudly");
    has(said, "data.documented", "survived");
    has(said, "data.extremes", "survived");
    assert!(!said.contains("WRONG QUIETLY"), "{said}");
    let told = text(&output.stderr);
    assert!(
        told.contains(" runs are left out: the client sends too few requests for another place\n"),
        "{told}"
    );
    assert!(told.contains(" runs are to come (one fault each; "), "{told}");
    let output = job(&[], "exit 0");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    has(said, "commubo.list_calls/wrong_token@only", "WRONG QUIETLY: 1 lost (commubo 1234567890123456)");
    has(said, "commubo.list_calls/reset@only,lasting", "WRONG QUIETLY: 1 lost ");
    assert!(said.contains("    | no list: HTTP/1.1 403 Forbidd\n"), "what the job said: {said}");
    // Only what is asked for is red.
    let output = job(&["--fail-on", "hung", "--axis", "faults"], "exit 0");
    let said = text(&output.stdout);
    assert_eq!((output.status.code(), said.contains("WRONG QUIETLY")), (Some(0), true), "{said}");
}

#[test]
fn a_job_that_does_not_end_hangs_and_one_run_is_run_again_by_its_name() {
    let only = ["--run-limit", "2s", "--only", "commubo.list_calls/reset@only"];
    let output = job(&only, "sleep 60");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("commubo.list_calls/reset@only ") && said.contains(" hung, exit code 124"),
        "{said}"
    );
    assert!(said.ends_with("2 runs: 1 hung\n"), "{said}");
    let red = job(&[&only[..], &["--fail-on", "hung,wrong-quietly"]].concat(), "sleep 60");
    assert_eq!(red.status.code(), Some(1), "{}", text(&red.stdout));
    let reading = job(&["--only", "commubo.numbers=integer"], "exit 1");
    assert!(text(&reading.stdout).ends_with("2 runs: 1 survived\n"), "{}", text(&reading.stdout));
    let unknown = job(&["--only", "commubo.list_calls/rest@only"], "exit 1");
    let said = text(&unknown.stderr);
    assert_eq!(unknown.status.code(), Some(2), "{said}");
    assert!(said.contains("there is no such run of what the command calls; did you mean "), "{said}");
}

#[test]
fn a_matrix_is_told_as_json_junit_and_a_page() {
    let formats = |format: &str| {
        let output = job(&["--format", format], "exit 0");
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let report: serde_json::Value = serde_json::from_str(&formats("json")).expect("JSON");
    let cells = report["cells"].as_array().expect("a list");
    assert_eq!(report["runs"], cells.len() + 1);
    let red = cells.iter().filter(|cell| cell["red"] == true).count();
    assert!(red > 10, "{report}");
    let wrong = cells.iter().find(|cell| cell["cell"] == "commubo.list_calls/wrong_token@only");
    let wrong = wrong.expect("the cell");
    assert_eq!((&wrong["axis"], &wrong["verdict"]), (&"faults".into(), &"wrong_quietly".into()));
    let junit = formats("junit");
    assert!(junit.contains(&format!("failures=\"{red}\"")), "{junit}");
    assert!(junit.contains("name=\"faults commubo.list_calls/wrong_token@only\""), "{junit}");
    let page = formats("html");
    assert!(
        page.contains("<td class=\"wrong-quietly\" title=\"1 lost (commubo 1234567890123456)\">"),
        "{page}"
    );
    assert!(!page.contains("<script"), "{page}");
}

#[test]
fn the_last_matrix_is_kept_in_a_folder_and_a_server_shows_it() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("kept-matrix");
    drop(fs::remove_dir_all(&folder));
    let reports = ["--reports", folder.to_str().expect("text")];
    let served = Served::start(callmock().args(["--port", "0"]).args(reports));
    assert_eq!(served.get("/_mock/reports", ""), r#"{"reports":[]}"#);
    assert!(served.get("/_mock/ui/contract", "").contains("No report yet"));
    assert!(served.get("/_mock/reports/matrix.txt", "").contains("is not there yet: run `callmock"));
    // One run that is run again is no matrix.
    job(&[&reports[..], &["--only", "commubo.list_calls/wrong_token@only"]].concat(), "exit 0");
    assert_eq!(served.get("/_mock/reports", ""), r#"{"reports":[]}"#);
    job(&reports, "exit 0");
    let listed: serde_json::Value = serde_json::from_str(&served.get("/_mock/reports", "")).expect("JSON");
    assert_eq!(listed["reports"][0]["report"], "matrix");
    for file in listed["reports"][0]["files"].as_array().expect("a list") {
        let file = served.get(file.as_str().expect("a path"), "");
        assert!(file.contains("commubo.list_calls/wrong_token@only"), "{file}");
    }
    let page = served.get("/_mock/ui/contract", "");
    assert!(page.contains("Last matrix") && !page.contains("Last rehearsal"), "{page}");
    assert!(page.contains("commubo.list_calls/wrong_token@only WRONG QUIETLY: 1 lost"), "{page}");
    let nowhere = job(&["--reports", "/dev/null/reports"], "exit 0");
    assert_eq!(nowhere.status.code(), Some(2), "that is told before the first run");
    assert!(text(&nowhere.stderr).contains("--reports /dev/null/reports: "), "{}", text(&nowhere.stderr));
    // Nothing but a report is read from there.
    fs::write(folder.join("other.txt"), "a secret").expect("written");
    for path in ["/_mock/reports/other.txt", "/_mock/reports/..%2Fkept-matrix%2Fother.txt"] {
        assert!(served.get(path, "").contains("there is no report"), "{path}");
    }
}

#[test]
fn a_table_that_is_not_there_or_not_of_calls_is_told() {
    let output = job(&["--table", "none.csv", "--axis", "faults"], "exit 1");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("none.csv: No such file") && said.contains("; --table names the file"), "{said}");
    let wrong = callmock().args(["matrix", "--axis", "fault", "--", "true"]).output().expect("it runs");
    let said = text(&wrong.stderr);
    assert_eq!(wrong.status.code(), Some(2), "{said}");
    assert!(said.contains("expected readings, faults, data; did you mean `faults`?"), "{said}");
}
