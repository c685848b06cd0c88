//! `exec --bundle` keeps a whole run, and `callmock open` serves it read-only.

use std::fs;

use serde_json::{Value, json};

use crate::cli::{Served, callmock, file, text};
use crate::mock::text_at;

const CURL: &str = "curl -s -o /dev/null $CALLMOCK_URL/v1/calls?strat=1 -H x-commubo-tenantId:$CALLMOCK_COMMUBO_TENANT_ID -H x-commubo-accessToken:$CALLMOCK_COMMUBO_ACCESS_TOKEN; curl -s -o /dev/null $CALLMOCK_URL/v1/calls";

#[test]
fn a_run_that_was_kept_is_served_again_and_cannot_be_changed() {
    let bundle = file("run.callmock", "");
    let advance = "curl -s $CALLMOCK_URL/_mock/clock/advance -d '{\"by\": \"1h\"}' -o /dev/null";
    let ran = callmock()
        .args(["exec", "--bundle"])
        .arg(&bundle)
        .args(["--", "sh", "-c", &format!("{CURL}; {advance}")])
        .output()
        .expect("it runs");
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
    let again = format!("to look at this run again: callmock open {}\n", bundle.display());
    assert!(text(&ran.stderr).contains(&again), "{}", text(&ran.stderr));
    let kept = fs::read_to_string(&bundle).expect("a file");
    for secret in ["FEDCBA09-8765-4321-FEDC-BA0987654321", "mock-token", "testsecret", "MOCKKEY"] {
        assert!(!kept.contains(secret), "{secret} is in the bundle");
    }
    let served = Served::start(callmock().arg("open").arg(&bundle).args(["--port", "0"]));
    let get = |path: &str| -> Value { serde_json::from_str(&served.get(path, "")).expect("JSON") };
    let journal = get("/_mock/journal");
    assert_eq!(journal["exchanges"].as_array().map(Vec::len), Some(2), "{journal}");
    assert!(journal["exchanges"][1]["hint"].as_str().is_some_and(|hint| hint.contains("tenantId")));
    assert_eq!(get("/_mock/journal?status=403")["exchanges"].as_array().map(Vec::len), Some(1));
    assert_eq!(get("/_mock/journal?after=1")["exchanges"][0]["seq"], 2);
    assert_eq!(get("/_mock/clock")["now"], "2019-09-10T01:19:14.421Z", "the clock as the run left it");
    assert_eq!(get("/_mock/calls")["calls"].as_array().map(Vec::len), Some(4));
    assert_eq!(get("/_mock/worlds/default/agents")["agents"][0]["id"], "admin");
    assert!(get("/_mock/scenario")["files"].to_string().contains("documented examples"));
    assert_eq!(get("/_mock/coverage")["findings"][0]["id"], "commubo.unbounded");
    assert!(served.get("/_mock/coverage?format=html", "").contains("commubo.unknown_parameter"));
    assert!(get("/_mock/journl").to_string().contains("did you mean `journal`?"));
    let refused = |path: &str, code: &str, part: &str| {
        let answer = get(path);
        assert_eq!(answer["error"]["code"], code, "{path}: {answer}");
        assert!(text_at(&answer, "/error/message").contains(part), "{path}: {answer}");
    };
    refused("/_mock/journal?status=abc", "invalid_parameter", "`status` takes an HTTP status");
    refused("/_mock/journal?after=x", "invalid_parameter", "`after` takes");
    refused("/_mock/journal?vendr=ccai", "invalid_parameter", "did you mean `vendor`?");
    refused("/_mock/worlds/nope/journal", "unknown_world", "/_mock/worlds");
    refused("/_mock/worlds/default/coverage", "not_found", "GET /_mock/coverage");
    for (method, path, status) in
        [("POST", "/_mock/reset", "405"), ("DELETE", "/_mock/journal", "405"), ("GET", "/v1/calls", "403")]
    {
        let (head, body) = served.send(method, path, "", "");
        assert!(head.contains(status), "{method} {path}: {head}");
        assert_eq!(serde_json::from_str::<Value>(&body).expect("JSON")["error"]["code"], json!("read_only"));
    }
}

#[test]
fn what_is_no_bundle_is_refused_with_its_line() {
    let open = |path: &std::path::Path| {
        let ran = callmock().arg("open").arg(path).args(["--port", "0"]).output().expect("it runs");
        (ran.status.code(), text(&ran.stderr).to_owned())
    };
    let (code, said) =
        open(&file("no.callmock", "{\"run\": {\"callmock_bundle\": 1, \"command\": \"x\"}}\nnothing\n"));
    assert!(code == Some(2) && said.contains("no.callmock:2: not a line of `exec --bundle`"), "{said}");
    let (code, said) =
        open(&file("cut.callmock", "{\"run\": {\"callmock_bundle\": 1, \"command\": \"x\"}}\n"));
    assert!(code == Some(2) && said.contains("not complete"), "{said}");
    let (code, said) = open(std::path::Path::new("nowhere.callmock"));
    assert!(code == Some(2) && said.contains("callmock exec --bundle nowhere.callmock -- CMD"), "{said}");
}

#[test]
fn one_file_that_cannot_be_written_spoils_no_other() {
    let (counted, kept) = (file("full-coverage.json", ""), file("full.har", ""));
    let ran = callmock()
        .args(["exec", "--bundle", "/dev/full", "--coverage-out"])
        .arg(&counted)
        .arg("--journal-out")
        .arg(&kept)
        .args(["--", "sh", "-c", CURL])
        .output()
        .expect("it runs");
    let said = text(&ran.stderr);
    assert!(ran.status.code() == Some(1) && said.contains("callmock: --bundle /dev/full: "), "{said}");
    assert!(!said.contains("callmock open"), "{said}");
    for written in [counted, kept] {
        let content = fs::read_to_string(&written).expect("a file");
        serde_json::from_str::<Value>(&content).unwrap_or_else(|error| panic!("{error}: {content}"));
    }
}
