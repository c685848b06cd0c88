//! Hot reload: an edited scenario takes effect in one step, and a broken one changes nothing.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::cli::{Served, callmock, file, text};
use crate::machine::until;

const PATIENCE: Duration = Duration::from_mins(1);

/// A server that watches, and what it says on standard error.
fn watching(scenario: &PathBuf) -> (Served, Receiver<String>) {
    let mut served = Served::start(callmock().args(["--port", "0", "--watch", "--scenario"]).arg(scenario));
    let errors = BufReader::new(served.0.stderr.take().expect("a pipe"));
    let (said, hear) = channel();
    std::thread::spawn(move || {
        for line in errors.lines().map_while(Result::ok) {
            drop(said.send(line));
        }
    });
    (served, hear)
}

fn wait_for(hear: &Receiver<String>, text: &str) -> String {
    loop {
        let line = hear.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("nobody said `{text}`"));
        if line.contains(text) {
            return line;
        }
    }
}

fn scenario(calls: &[&str]) -> String {
    let calls: Vec<String> = calls
        .iter()
        .map(|id| format!("  - {{id: {id}, direction: inbound, from: \"1\", to: \"2\", at: 2024-05-13T10:00:00Z, outcome: answered}}"))
        .collect();
    format!(
        "callmock: 1\naccounts: {{commubo: [{{tenant_id: t, access_token: s}}]}}\ncalls:\n{}\n",
        calls.join("\n")
    )
}

fn calls(served: &Served, world: &str) -> usize {
    served.get(&format!("/_mock{world}/calls"), "").matches("\"direction\"").count()
}

#[test]
fn an_edited_file_is_served_at_once_and_forked_worlds_keep_what_they_began_with() {
    let path = file("watched.yaml", &scenario(&["a"]));
    let (served, hear) = watching(&path);
    let (_, made) = served.send("POST", "/_mock/worlds", "", "{}");
    let made: serde_json::Value = serde_json::from_str(&made).expect("JSON");
    let world = format!("/worlds/{}", made["id"].as_str().expect("an id"));
    served.get("/v1/calls", "x-commubo-tenantId: t\r\nx-commubo-accessToken: s\r\n");
    assert_eq!((calls(&served, ""), calls(&served, &world)), (1, 1));

    fs::write(&path, scenario(&["a", "b", "c"])).expect("written");
    wait_for(&hear, "the scenario was reloaded");
    assert_eq!((calls(&served, ""), calls(&served, &world)), (3, 1));
    assert!(served.get("/_mock/journal", "").contains("\"seq\":1"), "the journal goes on");
    let (_, forked) = served.send("POST", "/_mock/worlds", "", "{}");
    let forked: serde_json::Value = serde_json::from_str(&forked).expect("JSON");
    assert_eq!(calls(&served, &format!("/worlds/{}", forked["id"].as_str().expect("an id"))), 3);

    // As editors save: another file is put in its place.
    let beside = file("watched.yaml.new", &scenario(&["x", "y"]));
    fs::rename(beside, &path).expect("renamed");
    wait_for(&hear, "the scenario was reloaded");
    assert_eq!(calls(&served, ""), 2);
}

#[test]
fn a_request_under_way_finishes_on_the_calls_that_it_found() {
    let path = file("watched-under-way.yaml", &scenario(&["a"]));
    let (served, hear) = watching(&path);
    let credential = "x-commubo-tenantId: t\r\nx-commubo-accessToken: s\r\n";
    served.send("POST", "/_mock/faults", "", r#"{"vendor":"commubo","do":{"delay":"2s"}}"#);
    let (under_way, reloaded) = std::thread::scope(|scope| {
        let under_way = scope.spawn(|| served.get("/v1/calls", credential));
        until("it is in the journal as soon as it waits", || {
            served.get("/_mock/journal", "").contains("\"seq\":1").then_some(())
        });
        fs::write(&path, scenario(&["a", "b", "c"])).expect("written");
        wait_for(&hear, "the scenario was reloaded");
        // The reload has taken the delay away with the world that it stood in.
        let reloaded = served.get("/v1/calls", credential);
        (under_way.join().expect("an answer"), reloaded)
    });
    let listed = |body: &str| body.matches("\"callId\"").count();
    assert_eq!((listed(&under_way), listed(&reloaded)), (1, 3));
}

#[test]
fn a_broken_file_is_reported_with_its_place_and_changes_nothing() {
    let path = file("watched-broken.yaml", &scenario(&["a", "b"]));
    let (served, hear) = watching(&path);
    fs::write(&path, "callmock: 1\nagnets: []\n").expect("written");
    let line = wait_for(&hear, "agnets");
    assert!(
        line.contains("watched-broken.yaml:2:1: agnets: unknown key `agnets`; did you mean `agents`?"),
        "{line}"
    );
    wait_for(&hear, "the world is as it was");
    assert_eq!(calls(&served, ""), 2);
    fs::remove_file(&path).expect("removed");
    wait_for(&hear, "cannot be read");
    assert_eq!(calls(&served, ""), 2);
    fs::write(&path, scenario(&["a", "b", "c"])).expect("written");
    wait_for(&hear, "the scenario was reloaded");
    assert_eq!(calls(&served, ""), 3);
    let metrics = served.get("/_mock/metrics", "");
    assert!(metrics.contains("callmock_reloads_total{result=\"refused\"} 2"), "{metrics}");
    assert!(metrics.contains("callmock_reloads_total{result=\"applied\"} 1"), "{metrics}");
}

#[test]
fn included_files_are_watched_too_and_newly_included_ones() {
    let one = file("watched-included.yaml", "callmock: 1\ntitle: first\n");
    let main = file("watched-main.yaml", "callmock: 1\ninclude: [watched-included.yaml]\n");
    let (served, hear) = watching(&main);
    let title = || {
        let index: serde_json::Value = serde_json::from_str(&served.get("/_mock", "")).expect("JSON");
        index["scenario"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(title(), "first");
    fs::write(&one, "callmock: 1\ntitle: second\n").expect("written");
    wait_for(&hear, "the scenario was reloaded");
    assert_eq!(title(), "second");
    let other = file("watched-other.yaml", "callmock: 1\ntitle: third\n");
    fs::write(&main, "callmock: 1\ninclude: [watched-other.yaml]\n").expect("written");
    wait_for(&hear, "the scenario was reloaded");
    assert_eq!(title(), "third");
    fs::write(&other, "callmock: 1\ntitle: fourth\n").expect("written");
    wait_for(&hear, "the scenario was reloaded");
    assert_eq!(title(), "fourth");
}

#[test]
fn there_must_be_a_file_to_watch() {
    let output = callmock().args(["--watch"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--watch needs a file to watch"), "{}", text(&output.stderr));
}
