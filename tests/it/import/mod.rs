//! `callmock import`: a scenario made from answers, which shows the same rows with other people.
//!
//! - `rows`: what a server of the scenario shows.
//! - `personal`: what no scenario may have.

mod personal;
mod rows;

use callmock::import::{File, Imported, Named};
use callmock::scenario::{self, LoadOptions, Source};
use callmock::vendors;
use serde_json::{Value, json};

use crate::cli::{callmock, file, text};
use personal::har;

pub fn importers() -> Vec<Named> {
    vendors::ALL.iter().filter_map(|vendor| Some((vendor.name(), vendor.importer()?))).collect()
}

pub fn import(files: &[(&str, &str)], keep: &[&str]) -> Result<Imported, Vec<String>> {
    let named = |(name, text): &(&str, &str)| File { name: (*name).to_owned(), text: (*text).to_owned() };
    let files: Vec<File> = files.iter().map(named).collect();
    let keep: Vec<String> = keep.iter().map(|member| (*member).to_owned()).collect();
    let catalogues: Vec<_> = vendors::catalogues().collect();
    callmock::import::import(&files, &importers(), &catalogues, &keep)
}

pub fn imported(files: &[(&str, &str)], keep: &[&str]) -> Imported {
    import(files, keep).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

/// The scenario that was made, loaded as a server loads it.
pub fn scenario(yaml: &str) -> scenario::Scenario {
    let sources = vec![Source::Text { name: "imported.yaml".into(), text: yaml.into() }];
    let catalogues = vendors::catalogues().collect();
    let options = LoadOptions { sources, catalogues, ..LoadOptions::default() };
    scenario::load(&options).unwrap_or_else(|invalid| panic!("{invalid}\n{yaml}"))
}

/// An answer of every vendor that can be imported, with the pointer to a row of it and the member
/// that has the row's time.
pub fn lists() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let commubo: Value =
        serde_json::from_str(include_str!("../../../src/vendors/commubo/operations/list_calls.json"))
            .unwrap();
    let alibaba: Value = serde_json::from_str(include_str!(
        "../../../src/vendors/alibaba/operations/list_call_detail_records/example.json"
    ))
    .unwrap();
    let sencloud: Value = serde_json::from_str(include_str!(
        "../../../src/vendors/sencloud/operations/list_call_logs/samples.json"
    ))
    .unwrap();
    let created: Value =
        serde_json::from_str(include_str!("../../../src/vendors/ccai/operations/create_call.json")).unwrap();
    let examples = created["examples"].as_array().unwrap();
    let made = examples.iter().find(|e| e["status"] == 201 && !e["response"]["selected_menu"].is_null());
    let mut made = made.expect("a call in a menu")["response"].clone();
    let agent = examples.iter().find(|e| !e["response"]["agent_info"].is_null()).expect("an agent");
    made["agent_info"] = agent["response"]["agent_info"].clone();
    vec![
        ("commubo", commubo, "/0", "callDateTime"),
        ("alibaba", alibaba, "/Data/List/0", "StartTime"),
        ("sencloud", sencloud[0].clone(), "/call_logs/0", "started_at"),
        ("ccai", json!([made]), "/0", "created_at"),
    ]
}

#[test]
fn every_vendor_that_can_be_imported_is_tested() {
    let tested: Vec<&str> = lists().iter().map(|(vendor, ..)| *vendor).collect();
    for (vendor, _) in importers() {
        assert!(tested.contains(&vendor), "{vendor} is not in lists() of tests/it/import/mod.rs");
    }
}

#[test]
fn the_same_files_give_the_same_bytes_at_every_run_and_a_scenario_without_a_warning() {
    let files: Vec<(&str, String)> =
        lists().into_iter().map(|(vendor, list, ..)| (vendor, list.to_string())).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert_eq!(imported(&files, &[]).yaml, imported(&files, &[]).yaml);
    let doubts = scenario(&imported(&files, &[]).yaml).doubts;
    assert!(doubts.is_empty(), "{}", scenario::lines(&doubts).join("\n"));
}

#[test]
fn an_answer_that_was_cut_off_is_refused_with_its_place() {
    let (_, list, ..) = lists().remove(0);
    let body = list.to_string();
    let exchange = |seq: u64, body: &Value, truncated: bool| {
        let mut exchange = json!({
            "seq": seq, "request": { "method": "GET", "path": "/v1/calls", "headers": {}, "body": null },
            "response": { "status": 200, "headers": { "content-type": "application/json" }, "body": body },
        });
        if truncated {
            exchange["response"]["truncated"] = true.into();
            exchange["response"]["bytes"] = 200_000.into();
        }
        exchange
    };
    let half: String = body.chars().take(200).collect();
    let journal = json!({ "exchanges": [
        exchange(40, &list, false), exchange(41, &half.as_str().into(), true), exchange(43, &half.as_str().into(), false),
    ] });
    let mistakes = import(&[("journal.json", &journal.to_string())], &[]).unwrap_err();
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    assert!(mistakes[0].starts_with("journal.json: exchange 41: the journal has "), "{mistakes:?}");
    assert!(mistakes[0].contains("200000 bytes") && mistakes[0].contains("--journal-body"), "{mistakes:?}");
    assert!(
        mistakes[1].starts_with("journal.json: exchange 43: the answer's JSON is broken at line 1"),
        "{mistakes:?}"
    );

    let mistakes = import(&[("list.json", &half)], &[]).unwrap_err();
    assert!(mistakes[0].starts_with("list.json:1:") && mistakes[0].contains("cut off"), "{mistakes:?}");
    let lines = format!("{}\n{{\"seq\": 2\n", exchange(1, &list, false));
    let mistakes = import(&[("journal.jsonl", &lines)], &[]).unwrap_err();
    assert!(mistakes[0].starts_with("journal.jsonl:2:"), "{mistakes:?}");
    let mistakes = import(&[("a.har", &har(&half, "x"))], &[]).unwrap_err();
    assert!(mistakes[0].starts_with("a.har: entry 2: the answer's JSON is broken"), "{mistakes:?}");
    let without = har(&body, "x").replace(&format!(",\"text\":{}", Value::from(body.as_str())), "");
    let mistakes = import(&[("a.har", &without)], &[]).unwrap_err();
    assert!(
        mistakes[0].starts_with("a.har: entry 2: the HAR does not have the answer's body"),
        "{mistakes:?}"
    );

    let mut no_time = list;
    no_time[0]["callDateTime"] = "yesterday".into();
    let mistakes = import(&[("list.json", &no_time.to_string())], &[]).unwrap_err();
    assert_eq!(mistakes, ["list.json: row 1: the member `callDateTime` is missing"]);
    let mistakes = import(&[("other.json", "{\"hello\": [1]}")], &[]).unwrap_err();
    assert!(
        mistakes[0].starts_with("other.json: there is no answer of a vendor in it. Expected"),
        "{mistakes:?}"
    );
}

#[test]
fn the_command_writes_to_standard_output_or_to_a_new_file_and_says_what_it_made() {
    let (_, list, ..) = lists().remove(0);
    let given = file("import-list.json", &list.to_string());
    let out = file("import-out.yaml", "");
    std::fs::remove_file(&out).expect("it was there");
    let run = |arguments: &[&str]| {
        let output = callmock().arg("import").arg(&given).args(arguments).output().expect("it runs");
        (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
    };
    let (code, yaml, said) = run(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.starts_with("callmock: 1 calls (1 of commubo), 1 agents, 1 customers, 1 queues; "),
        "{said}"
    );
    assert_eq!(scenario(&yaml).title.as_deref(), Some("Imported: 1 calls from import-list.json"));
    let path = out.to_str().expect("text");
    let (code, printed, said) = run(&["-o", path]);
    assert_eq!((code, printed.as_str()), (Some(0), ""), "{said}");
    assert_eq!(std::fs::read_to_string(&out).expect("written"), yaml);
    let (code, printed, said) = run(&["-o", path]);
    assert_eq!((code, printed.as_str()), (Some(2), ""));
    assert!(said.contains("import-out.yaml exists"), "{said}");
    let checked = callmock().args(["check", path]).output().expect("it runs");
    assert_eq!(text(&checked.stderr), "", "no warning");
    assert_eq!(checked.status.code(), Some(0));
    let (code, printed, said) = run(&["--keep", "checkPiont"]);
    assert_eq!((code, printed.as_str()), (Some(2), ""));
    assert!(said.contains("did you mean `checkPoint`"), "{said}");
    let missing = callmock().args(["import", "no-such-file.json"]).output().expect("it runs");
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).starts_with("callmock: no-such-file.json: No such file"));
}
