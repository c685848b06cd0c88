//! The lines that `callmock contract ID` prints: every one of them is run as it is printed, at a
//! server as it names it, and leads to its behavior.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use callmock::contract::{Behavior, Catalogue};
use callmock::vendors;
use serde_json::{Value, json};

use crate::cli::{Served, callmock, file, text};

/// A vendor's refusals, or its other behaviors.
fn behaviors(vendor: &str, refusals: bool) -> Vec<&'static Behavior> {
    let catalogue = vendors::catalogues().find(|catalogue| catalogue.vendor == vendor).expect("a vendor");
    let is_refusal = |behavior: &&Behavior| behavior.status.is_some_and(|status| status >= 400);
    catalogue.behaviors().filter(|behavior| is_refusal(behavior) == refusals).collect()
}

/// What the contract says of some behaviors, for a server at a URL.
fn entries(ids: &[&str], url: &str) -> Vec<Value> {
    let contract = callmock().args(["contract", "--format", "json", "--url", url]).args(ids).output();
    let contract = contract.expect("it runs");
    assert!(contract.status.success(), "{}", text(&contract.stderr));
    let entries: Value = serde_json::from_slice(&contract.stdout).expect("JSON");
    entries.as_array().expect("a list").clone()
}

/// A server as `how` names it, with the file `more.yaml` beside it.
fn serve(name: &str, how: &Value) -> Served {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder");
    if let Some(more) = how["more"].as_str() {
        fs::write(folder.join("more.yaml"), more).expect("written");
    }
    let words = how["server"].as_str().expect("arguments").split_whitespace();
    Served::start(callmock().args(["--port", "0"]).args(words).current_dir(folder))
}

/// Runs a vendor's scripts, server by server, and names the behaviors that were not met.
fn unmet(vendor: &str, refusals: bool) -> Vec<String> {
    let ids: Vec<&str> = behaviors(vendor, refusals).iter().map(|behavior| behavior.id).collect();
    let mut by_server: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (id, entry) in ids.iter().zip(entries(&ids, "http://127.0.0.1:1")) {
        assert!(entry["how"]["script"].is_string(), "nothing says how to meet {id}");
        by_server
            .entry(json!([entry["how"]["server"], entry["how"]["more"]]).to_string())
            .or_default()
            .push(id);
    }
    let mut unmet = vec![];
    for (n, (server, ids)) in by_server.into_iter().enumerate() {
        let named: Value = serde_json::from_str(&server).expect("JSON");
        let how = json!({ "server": named[0], "more": named[1] });
        let served = serve(&format!("ways-{vendor}-{refusals}-{n}"), &how);
        for (id, entry) in ids.iter().zip(entries(&ids, &served.1)) {
            served.send("POST", "/_mock/reset", "", "");
            let script = entry["how"]["script"].as_str().expect("a script");
            let ran = Command::new("bash").args(["-ec", script]).env_remove("http_proxy").output();
            let ran = ran.expect("bash");
            let coverage: Value = serde_json::from_str(&served.get("/_mock/coverage", "")).expect("JSON");
            let met = coverage["behaviors"].as_array().expect("a list").iter();
            let met = met.filter(|met| met["count"] != 0).any(|met| met["id"] == *id);
            if !met || !ran.status.success() {
                unmet.push(format!("{id}: {script}{}", String::from_utf8_lossy(&ran.stderr)));
            }
        }
    }
    unmet
}

fn all_are_met(vendor: &str) {
    for refusals in [false, true] {
        let unmet = unmet(vendor, refusals);
        assert!(unmet.is_empty(), "these lines lead elsewhere:\n{}", unmet.join("\n"));
    }
}

#[test]
fn every_line_about_the_first_vendor_leads_to_its_behavior() {
    all_are_met(vendors::ALL[0].name());
}

#[test]
fn every_line_about_the_second_vendor_leads_to_its_behavior() {
    all_are_met(vendors::ALL[1].name());
}

#[test]
fn every_line_about_the_third_vendor_leads_to_its_behavior() {
    all_are_met(vendors::ALL[2].name());
}

#[test]
fn every_line_about_the_other_vendors_leads_to_its_behavior() {
    vendors::ALL[3..].iter().for_each(|vendor| all_are_met(vendor.name()));
}

#[test]
fn every_way_is_that_of_a_behavior_and_stands_once() {
    for catalogue in vendors::catalogues() {
        let mut ways: Vec<&str> = catalogue.ways.iter().map(|way| way.behavior).collect();
        for way in &ways {
            let id = format!("{}.{way}", catalogue.vendor);
            assert!(catalogue.behaviors().any(|behavior| behavior.id == id), "there is no behavior {id}");
        }
        let all = ways.len();
        ways.sort_unstable();
        ways.dedup();
        assert_eq!(ways.len(), all, "{}: a way twice", catalogue.vendor);
    }
}

#[test]
fn the_contract_prints_source_standing_and_way_and_names_the_nearest_id() {
    let contract = |arguments: &[&str]| {
        let output = callmock().arg("contract").args(arguments).output().expect("it runs");
        (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
    };
    let (code, said, _) = contract(&["commubo.list_calls.invalid_start", "commubo.list_calls.empty"]);
    assert_eq!(code, Some(0));
    for line in [
        "# 406: `start` is not a day in the form YYYY-MM-DD.",
        "# source: page L432-434, L14 (https://commubo.com/api/calls-list.html)",
        "# standing: documented: the vendor's own page says so",
        "# a fault always leads to it:",
        "curl -s 'http://127.0.0.1:8080/_mock/faults' --data '{\"vendor\":\"commubo\",\"operation\":\"list_calls\",\"times\":1,\
         \"do\":{\"error\":\"commubo.list_calls.invalid_start\"}}'",
        "# a request leads to it:",
    ] {
        assert!(said.lines().any(|printed| printed == line), "{line}\n{said}");
    }
    assert!(
        contract(&["commubo.unknown_parameter"]).1.contains("# instead: Use `start`, `end` and `expand`")
    );
    assert!(contract(&["commubo.end"]).1.contains("# options: exclusive, inclusive"));
    let (code, said, error) = contract(&["commubo.list_calls.invalid_strat"]);
    assert_eq!((code, said.as_str()), (Some(2), ""));
    assert!(error.contains("did you mean `commubo.list_calls.invalid_start`?"), "{error}");
    let mut elsewhere = callmock();
    elsewhere.args(["contract", "ccai.any.not_authorized"]).env("CALLMOCK_URL", "http://box:9");
    let elsewhere = elsewhere.output().expect("it runs");
    assert!(text(&elsewhere.stdout).contains("curl -s 'http://box:9/_mock/faults'"));
    assert_eq!(
        contract(&[]).1.lines().count(),
        vendors::catalogues().flat_map(Catalogue::behaviors).count() + 1
    );
}

#[test]
fn what_is_suggested_is_new_documented_refusals_first_and_what_is_excluded_counts_no_more() {
    let of = |met: &[&str]| {
        let behaviors: Vec<Value> = vendors::catalogues()
            .flat_map(Catalogue::behaviors)
            .map(|b| json!({ "id": b.id, "count": u64::from(met.contains(&b.id)) }))
            .collect();
        json!({ "callmock": 1, "exercised": met.len(), "total": behaviors.len(), "behaviors": behaviors, "findings": [] })
    };
    let met = ["ccai.create_call.outbound.created", "commubo.list_calls.listed"];
    let coverage = file("suggest.json", &of(&met).to_string());
    let run = |arguments: &[&str]| {
        let output = callmock().args(["coverage"]).args(arguments).arg(&coverage).output().expect("it runs");
        (output.status.code(), text(&output.stdout).to_owned())
    };
    let (code, said) = run(&["suggest"]);
    assert_eq!(code, Some(0));
    let suggested: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|id| vendors::catalogues().flat_map(Catalogue::behaviors).any(|behavior| behavior.id == *id))
        .collect();
    assert_eq!(suggested.len(), 10, "{said}");
    for id in &suggested[..4] {
        let behavior =
            vendors::catalogues().flat_map(Catalogue::behaviors).find(|b| b.id == *id).expect("one");
        let documented = behavior.standing == callmock::contract::Standing::Documented;
        assert!(documented && behavior.status.is_some_and(|status| status >= 400), "{id}");
    }
    assert!(
        suggested.iter().any(|id| id.starts_with("ccai."))
            && suggested.iter().any(|id| id.starts_with("commubo."))
    );
    assert!(
        !suggested.iter().any(|id| id.contains(".inbound.")),
        "a kind of call that is not in use: {said}"
    );
    assert_eq!(said.matches("/_mock/faults").count(), 10, "each with its fault: {said}");

    let (code, excluded) = run(&["suggest", "--exclusions"]);
    assert_eq!(code, Some(0));
    for line in [
        "\"alibaba.*\"",
        "\"ccai.list_calls.*\"",
        "\"ccai.create_call.inbound.*\"",
        "\"commubo.any.body_timeout\"",
    ] {
        assert!(excluded.contains(line), "{line}\n{excluded}");
    }
    assert!(!excluded.contains("outbound"), "{excluded}");
    let exclusions = file("suggested-exclusions.yaml", &excluded);
    let percent = |said: &str| -> usize {
        let line = said.lines().find(|line| line.contains("in use exercised: ")).expect("a score");
        line.rsplit(": ").next().expect("a share").trim_end_matches(" %").parse().expect("a number")
    };
    let without = run(&["report"]).1;
    let with = run(&["report", "--exclusions", exclusions.to_str().expect("text")]).1;
    assert!(percent(&with) > percent(&without), "{with}");
}
