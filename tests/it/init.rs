//! `callmock init`: a commented scenario to begin with.

use std::path::PathBuf;
use std::process::Output;

use callmock::server::Settings;

use crate::cli::{callmock, text};
use crate::mock::Mock;
use crate::vendor::{self, How};

const KINDS: [&str; 3] = ["campaign", "inbound", "documented"];

/// A folder of a test's own, which is empty.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(std::fs::remove_dir_all(&path));
    std::fs::create_dir(&path).expect("made");
    path
}

fn init(folder: &PathBuf, arguments: &[&str]) -> Output {
    callmock().current_dir(folder).arg("init").args(arguments).output().expect("it runs")
}

#[tokio::test]
async fn every_kind_is_checked_without_a_warning_and_serves_calls_at_every_vendor() {
    let folder = folder("init-kinds");
    for kind in KINDS {
        let name = format!("{kind}.yaml");
        let made = init(&folder, &[kind, "-o", &name]);
        assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
        let checked = callmock().current_dir(&folder).args(["check", &name]).output().expect("it runs");
        assert_eq!((checked.status.code(), text(&checked.stderr)), (Some(0), ""), "{kind}");
        let yaml = std::fs::read_to_string(folder.join(&name)).expect("written");
        let mock = Mock::with(&yaml, Settings::default()).await;
        let calls = mock.get("/_mock/calls?limit=1000").await.json();
        let calls = calls["calls"].as_array().expect("a list");
        for vendor in vendor::ALL {
            let held = calls.iter().filter(|call| !call["ids"][vendor.name()].is_null()).count();
            assert!(held > 0, "{kind}: {vendor:?} has no call");
            let answer = vendor.ask(&mock.default_world().await).await;
            assert!(answer.status < 300 || kind != "documented", "{kind}: {vendor:?}: {}", answer.body);
        }
        let world = mock.default_world().await;
        for vendor in
            vendor::ALL.iter().filter(|vendor| vendor.name() == "commubo" || vendor.name() == "sencloud")
        {
            let shows = vendor.shows().into_iter().find(|shows| shows.how == How::Listed).expect("a list");
            let rows = (shows.all)(&world).await;
            assert!(!rows.is_empty(), "{kind}: {vendor:?} lists nothing");
            assert!(kind == "documented" || rows.len() > 100, "{kind}: {vendor:?}: generated ones too");
        }
    }
}

#[test]
fn every_key_of_the_commented_kinds_is_explained() {
    for kind in ["campaign", "inbound"] {
        let printed = init(&folder(&format!("init-{kind}")), &[kind, "-o", "-"]);
        let text = text(&printed.stdout);
        let mut above = "";
        for line in text.lines() {
            let is_key =
                line.split_once(':').is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase()));
            assert!(!is_key || above.starts_with('#'), "{kind}: nothing explains `{line}`");
            above = line;
        }
        assert!(text.lines().filter(|line| line.trim_start().starts_with('#')).count() > 30, "{kind}");
    }
}

#[test]
fn it_writes_scenario_yaml_and_never_overwrites_a_file() {
    let folder = folder("init-overwrite");
    let made = init(&folder, &[]);
    assert_eq!((made.status.code(), text(&made.stdout)), (Some(0), ""));
    assert!(
        text(&made.stderr).contains("callmock --scenario scenario.yaml --watch"),
        "{}",
        text(&made.stderr)
    );
    let path = folder.join("scenario.yaml");
    let written = std::fs::read_to_string(&path).expect("written");
    assert_eq!(written, text(&init(&folder, &["campaign", "-o", "-"]).stdout), "a campaign, unless one asks");
    std::fs::write(&path, "mine").expect("written");
    let again = init(&folder, &["inbound"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("scenario.yaml exists"), "{}", text(&again.stderr));
    assert_eq!(std::fs::read_to_string(&path).expect("there"), "mine");
    let wrong = init(&folder, &["outbound"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("campaign, inbound, documented"), "{}", text(&wrong.stderr));
}
