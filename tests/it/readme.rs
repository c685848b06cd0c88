//! The README's generated parts are what the catalogue says, and its commands print what it shows.

use callmock::report::catalogue;
use callmock::scenario::{self as files, LoadOptions, Source};
use callmock::vendors;
use serde_json::Value;

use crate::generated;
use crate::mock::{Answer, Mock, send};

const README: &str = include_str!("../../README.md");

/// The code blocks of a language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let mark = format!("```{language}\n");
    README.split(mark.as_str()).skip(1).map(|rest| rest.split("```").next().expect("its end")).collect()
}

/// The scenario that the README explains.
pub fn scenario() -> &'static str {
    blocks("yaml")[0]
}

/// Does what a curl command of the README says, on a server of the default scenario.
async fn paste(mock: &Mock, command: &str) -> Answer {
    let quoted: Vec<&str> = command.split('"').skip(1).step_by(2).collect();
    let [url, headers @ ..] = quoted.as_slice() else { panic!("{command}") };
    let path = url.strip_prefix("http://127.0.0.1:8080").expect("the default base URL");
    let request = headers.iter().fold(mock.request("GET", path), |request, header| {
        let (name, value) = header.split_once(": ").expect("a header");
        request.header(name, value)
    });
    send(request).await
}

/// The same for a command with a body.
async fn paste_body(mock: &Mock, command: &str) -> Answer {
    let (head, data) = command.split_once("--data ").expect("a body");
    let quoted: Vec<&str> = head.split('"').skip(1).step_by(2).collect();
    let path = quoted[0].strip_prefix("http://127.0.0.1:8080").expect("the default base URL");
    let request = quoted[1..].iter().fold(mock.request("POST", path), |request, header| {
        let (name, value) = header.split_once(": ").expect("a header");
        request.header(name, value)
    });
    send(request.body(data.trim().trim_matches('\'').to_owned())).await
}

#[test]
fn the_table_of_operations_is_the_catalogues() {
    generated::hold_block("README.md", "operations", &catalogue::operations(vendors::catalogues()));
}

#[test]
fn what_nobody_has_verified_and_what_is_not_emulated_is_said() {
    let current = catalogue::honest(vendors::catalogues());
    generated::hold_block("README.md", "honest", &current);
    for vendor in vendors::catalogues() {
        assert!(current.contains(&format!("- **{}**: 0 of its ", vendor.vendor)));
        assert!(!vendor.not_emulated.is_empty(), "{}", vendor.vendor);
    }
    assert!(!README.contains("exactly as"), "it is as true as the pages are");
    let numbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let promise =
        format!("as the public pages of {} contact-centre vendors say", numbers[vendors::ALL.len()]);
    let told = env!("CARGO_PKG_DESCRIPTION");
    assert!(told.contains(&promise), "the description in Cargo.toml: {told}");
    let help = crate::cli::callmock().arg("--help").output().expect("it runs");
    let help = crate::cli::text(&help.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains(&promise), "{help}");
    assert!(help.contains("Nobody has verified it against the live services."), "{help}");
}

#[tokio::test]
async fn the_curl_commands_print_what_is_shown() {
    let mock = Mock::embedded("documented").await;
    let curl = |block: &&&str| block.starts_with("curl") && !block.contains("/_mock/");
    let (posts, commands): (Vec<&str>, Vec<&str>) =
        blocks("sh").iter().filter(curl).partition(|block| block.contains("--data"));
    let shown: Vec<Value> =
        blocks("json").iter().map(|json| serde_json::from_str(json).expect("JSON")).collect();
    assert_eq!((commands.len(), shown.len()), (3, 3));
    let prints = |printed: &Value, shown: &Value, command: &str| {
        similar_asserts::assert_eq!(
            printed: format!("{printed:#}"), shown: format!("{shown:#}"),
            "README.md shows something else than this prints: {command}"
        );
    };
    prints(&paste(&mock, commands[0]).await.json(), &shown[0], commands[0]);
    prints(&paste(&mock, commands[1]).await.json()[0]["customer"], &shown[1], commands[1]);
    let refused = paste(&mock, commands[2]).await;
    assert_eq!(refused.status, 406, "{}", refused.body);
    prints(&refused.json(), &shown[2], commands[2]);
    let [logs, call] = posts.as_slice() else { panic!("two commands with a body") };
    let answer = paste_body(&mock, logs).await;
    assert_eq!((answer.status, answer.json()["call_logs"].as_array().map(Vec::len)), (200, Some(1)));
    assert_eq!(paste_body(&mock, call).await.status, 201);
    crate::ccai::state(&mock, "queues/9", "after_hours").await;
    assert_eq!(paste_body(&mock, call).await.status, 400);
}

#[tokio::test]
async fn the_calls_since_yesterday_are_there_at_once() {
    let block = blocks("sh").into_iter().find(|block| block.starts_with("since=")).expect("a command");
    let (_, curl) = block.split_once('\n').expect("a curl command");
    let yesterday = callmock::times::machine().date_naive().pred_opt().expect("a day");
    let mock = Mock::embedded("today").await;
    let answer = paste(&mock, &curl.replace("$since", &yesterday.to_string())).await;
    assert!(answer.json().as_array().is_some_and(|calls| calls.len() > 20), "{}", answer.body);
}

#[tokio::test]
async fn the_headers_shown_are_those_of_an_answer() {
    let mock = Mock::embedded("documented").await;
    let answer = crate::commubo::list(&mock, "?start=2018-09-01&unknown=1").await;
    let shown = blocks("text")[0];
    for line in shown.lines() {
        let (name, value) = line.split_once(": ").expect("a header");
        assert_eq!(answer.header(name), value);
    }
}

#[tokio::test]
async fn the_scenario_explained_is_a_scenario_and_is_shown_as_said() {
    let yaml = scenario();
    let source = Source::Text { name: "monday.yaml".into(), text: yaml.into() };
    let options = LoadOptions {
        sources: vec![source],
        catalogues: vendors::catalogues().collect(),
        ..LoadOptions::default()
    };
    assert_eq!(files::load(&options).unwrap().universe.len(), 2);
    let mistake = yaml.replace("agents:", "agnets:");
    let source = Source::Text { name: "monday.yaml".into(), text: mistake.into() };
    let error = files::load(&LoadOptions { sources: vec![source], ..LoadOptions::default() })
        .unwrap_err()
        .to_string();
    let shown = blocks("text")[1].trim().trim_end_matches('…');
    assert!(error.starts_with(shown), "{error}");

    let mock = Mock::of(yaml).await;
    let request = mock.request("GET", "/v1/calls").header("x-commubo-tenantId", "my-tenant");
    let calls = send(request.header("x-commubo-accessToken", "my-token")).await.json();
    assert_eq!(calls.as_array().unwrap().len(), 1, "the busy one is Alibaba's alone");
    assert_eq!(calls[0]["checkPoint"], "order-placed");
}

#[tokio::test]
async fn the_admin_commands_do_what_they_say() {
    let mock = Mock::embedded("documented").await;
    let block = blocks("sh").into_iter().find(|block| block.contains("/_mock/worlds")).expect("commands");
    for command in block.lines() {
        let (head, body) = command.split_once(" --data ").unwrap_or((command, ""));
        let url = head.split_whitespace().find(|word| word.starts_with("http")).expect("a URL");
        let path = url.strip_prefix("http://127.0.0.1:8080").expect("the default base URL");
        let answer = send(mock.request("POST", path).body(body.trim_matches('\'').to_owned())).await;
        assert!(answer.status < 300, "{command}: {}", answer.body);
    }
    assert_eq!(mock.get("/_mock/faults").await.json()["faults"].as_array().map(Vec::len), Some(2));
}

/// Every environment variable that the guides name is one that the binary reads or sets.
#[test]
fn every_built_in_scenario_is_named_where_they_are_listed() {
    let (_, rest) = README.split_once("The binary carries\nthe scenarios ").expect("the list");
    let (listed, _) = rest.split_once(".\n").expect("its end");
    let listed: Vec<&str> = listed.split('`').skip(1).step_by(2).collect();
    assert_eq!(listed, files::embedded_names().collect::<Vec<_>>());
}

#[test]
fn the_guides_name_no_variable_that_there_is_not() {
    let help = crate::cli::callmock().args(["serve", "--help"]).output().expect("it runs").stdout;
    let set = crate::cli::callmock().args(["exec", "--tls", "--", "env"]).output().expect("it runs").stdout;
    // A run that fails shows the end of its output.
    let script = "env | grep -E '^CALLMOCK_(RUN|NOW)='; exit 1";
    let rehearsal = ["rehearse", "--every", "1h", "--for", "1h", "--table", "none", "--", "sh", "-c", script];
    let rehearsed = crate::cli::callmock().args(rehearsal).output().expect("it runs").stderr;
    let matrix = crate::cli::callmock().args(["matrix", "--help"]).output().expect("it runs").stdout;
    let known =
        [help, set, rehearsed, matrix].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    let guides = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).expect("a folder");
    let mut named = 0;
    for guide in guides {
        let path = guide.expect("a file").path();
        if path.extension().is_none_or(|kind| kind != "md") {
            continue;
        }
        let text = std::fs::read_to_string(path).expect("text");
        for rest in text.split("CALLMOCK_").skip(1) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            // An image's name is a user's own, a commit is a build's, and a binary is a package's.
            assert!(
                ["IMAGE", "COMMIT", "BINARY"].contains(&name.as_str())
                    || known.contains(&format!("CALLMOCK_{name}")),
                "CALLMOCK_{name}"
            );
            named += 1;
        }
    }
    assert!(named > 20);
}
