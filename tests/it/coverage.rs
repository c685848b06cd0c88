//! What a client's tests have exercised: files of it, their sum, thresholds, findings.

use std::fs;
use std::process::Output;

use serde_json::{Value, json};

use crate::cli::{callmock, file, text};
use crate::mock::Mock;

/// Requests of commubo's list with each of some queries, beside a server of its own.
fn exec(arguments: &[&str], queries: &[&str]) -> Output {
    let asks: Vec<String> = queries
        .iter()
        .map(|query| {
            format!(
                r#"exec 3<>"/dev/tcp/127.0.0.1/${{CALLMOCK_URL##*:}}"
                printf 'GET /v1/calls%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-commubo-tenantId: %s\r\nx-commubo-accessToken: %s\r\n\r\n' \
                '{query}' "$CALLMOCK_COMMUBO_TENANT_ID" "$CALLMOCK_COMMUBO_ACCESS_TOKEN" >&3; cat <&3 >/dev/null; exec 3>&-"#
            )
        })
        .collect();
    let command =
        callmock().arg("exec").args(arguments).args(["--", "bash", "-c", &asks.join("\n")]).output();
    command.expect("it runs")
}

fn read(path: &std::path::Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON")
}

#[test]
fn shards_are_written_and_added_up_and_the_report_says_what_was_never_met() {
    let (one, other, sum) = (file("shard-1.json", ""), file("shard-2.json", ""), file("sum.json", ""));
    let path = |path: &std::path::Path| path.to_str().expect("text").to_owned();
    exec(&["--coverage-out", &path(&one)], &["?start=2018-09-01&end=2018-10-01", "?start=2018-09-01"]);
    exec(&["--coverage-out", &path(&other)], &["?start=2018-09-01", "?start=2018-9-1&strat=1"]);
    let count = |coverage: &Value, id: &str| {
        let behaviors = coverage["behaviors"].as_array().expect("a list");
        behaviors.iter().find(|behavior| behavior["id"] == id).expect("it is there")["count"].clone()
    };
    let happy = callmock().args(["coverage", "report"]).arg(&one).output().expect("it runs");
    let said = text(&happy.stdout);
    assert!(said.contains("commubo list_calls: "), "{said}");
    assert!(said.contains("  only happy paths: no documented refusal was met\n"), "{said}");
    assert!(said.contains("       2x  commubo.list_calls.listed\n"), "{said}");
    assert!(!said.contains("(a refusal)"), "the long list is left out: {said}");
    assert!(said.contains(" more (--all lists them)\n"), "{said}");
    let all = callmock().args(["coverage", "report", "--all"]).arg(&one).output().expect("it runs");
    let all = text(&all.stdout);
    assert!(all.contains("   never  commubo.list_calls.invalid_start  (a refusal)\n"), "{all}");
    assert!(!said.contains("sencloud"), "what is not in use is not told: {said}");

    let merged = callmock()
        .args(["coverage", "merge", "-o"])
        .arg(&sum)
        .arg(&one)
        .arg(&other)
        .output()
        .expect("it runs");
    assert_eq!(merged.status.code(), Some(0), "{}", text(&merged.stderr));
    let merged = read(&sum);
    assert_eq!(count(&merged, "commubo.list_calls.listed"), 3);
    assert_eq!(count(&merged, "commubo.list_calls.invalid_start"), 1);
    assert_eq!(merged["total"], read(&one)["total"]);
    let exercised = merged["behaviors"].as_array().unwrap().iter().filter(|b| b["count"] != 0).count();
    assert_eq!(merged["exercised"], exercised);
    let said = callmock().args(["coverage", "report"]).arg(&sum).output().expect("it runs").stdout;
    assert!(!text(&said).contains("only happy paths"), "{}", text(&said));
    let json = callmock()
        .args(["coverage", "report", "--format", "json"])
        .arg(&one)
        .arg(&other)
        .output()
        .expect("it runs");
    assert_eq!(serde_json::from_slice::<Value>(&json.stdout).expect("JSON"), merged);
}

#[test]
fn a_threshold_ends_with_3_and_findings_with_4_but_the_commands_own_code_comes_first() {
    let good = ["?start=2018-09-01&end=2018-10-01"];
    assert_eq!(exec(&["--fail-under", "1", "--deny-findings"], &good).status.code(), Some(0));
    let under = exec(&["--fail-under", "99"], &good);
    assert_eq!(under.status.code(), Some(3));
    assert!(text(&under.stderr).contains("under the 99 % of --fail-under"), "{}", text(&under.stderr));
    let found = exec(&["--deny-findings"], &["?start=2018-09-01&strat=1"]);
    assert_eq!(found.status.code(), Some(4));
    assert!(text(&found.stderr).contains("finding commubo.unknown_parameter x1"), "{}", text(&found.stderr));
    let both = callmock()
        .args(["exec", "--fail-under", "100", "--", "sh", "-c", "exit 9"])
        .output()
        .expect("it runs");
    assert_eq!(both.status.code(), Some(9));
    let wrong = callmock().args(["exec", "--fail-under", "101", "--", "true"]).output().expect("it runs");
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn what_is_no_file_of_coverage_says_so() {
    let junk = file("coverage-junk.json", "{}");
    let output = callmock().args(["coverage", "report"]).arg(&junk).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("not a file of `exec --coverage-out`: missing field"),
        "{}",
        text(&output.stderr)
    );
    let missing = callmock().args(["coverage", "report", "/nowhere.json"]).output().expect("it runs");
    assert!(text(&missing.stderr).contains("/nowhere.json: No such file"), "{}", text(&missing.stderr));
}

#[tokio::test]
async fn findings_are_counted_a_world_with_their_fix_and_their_exchanges() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({})).await;
    world.commubo("?start=2018-09-01").await;
    world.commubo("?strat=2018-09-01").await;
    world.commubo("?strat=2018-09-02").await;
    let findings = world.admin("GET", "findings", &Value::Null).await.json();
    let found = &findings["findings"][0];
    assert_eq!((&found["id"], &found["count"]), (&json!("commubo.unknown_parameter"), &json!(2)));
    assert_eq!(found["exchanges"], json!([2, 3]));
    assert!(found["fix"].as_str().is_some_and(|fix| !fix.is_empty()));
    assert_eq!(mock.get("/_mock/findings").await.json(), json!({ "findings": [] }));
    // A world's coverage is its own as well.
    assert!(world.admin("GET", "coverage", &Value::Null).await.json()["exercised"].as_u64() > Some(0));
    assert_eq!(mock.get("/_mock/coverage").await.json()["exercised"], 0);
}
