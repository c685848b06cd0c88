//! What a refusal says to do: in a header, in the journal, in the log and at the end of `exec`.

use std::fs;
use std::io::{BufRead, BufReader};

use serde_json::{Value, json};

use crate::ccai::{basic, inbound, outbound};
use crate::cli::{Served, callmock, file, text};
use crate::mock::{Answer, Mock, send};
use crate::vendor;

fn hint(answer: &Answer) -> &str {
    answer.header("x-callmock-hint")
}

#[tokio::test]
async fn every_refusal_says_what_to_do_and_no_success_does() {
    for vendor in vendor::ALL {
        for (probe, answer) in vendor.probes().await {
            let refused = answer.status >= 400;
            assert_eq!(!hint(&answer).is_empty(), refused, "{} {probe}: {:?}", vendor.name(), answer.headers);
            assert!(!hint(&answer).contains("``"), "{} {probe}: {}", vendor.name(), hint(&answer));
        }
    }
}

#[tokio::test]
async fn whoever_does_what_the_hint_says_passes() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    // A misspelt word, then the word that the hint proposes.
    let near = |answer: &Answer| {
        let hint = hint(answer).to_owned();
        let (_, rest) = hint.split_once("did you mean `").unwrap_or_else(|| panic!("{hint}"));
        rest.split('`').next().expect("a word").to_owned()
    };
    let refused = world.commubo("?expand=operater").await;
    assert!(hint(&refused).starts_with("expand `operater`"), "{}", hint(&refused));
    assert_eq!(world.commubo(&format!("?expand={}", near(&refused))).await.status, 200);
    let refused = world.alibaba(&[("ContactType", "Inbond")]).await;
    assert!(hint(&refused).starts_with("ContactType `Inbond`"), "{}", hint(&refused));
    assert_eq!(world.alibaba(&[("ContactType", &near(&refused))]).await.status, 200);
    let refused = world.sencloud(&json!({ "filter": { "direction": "inn" } })).await;
    assert!(hint(&refused).starts_with("filter.direction `inn`"), "{}", hint(&refused));
    assert_eq!(world.sencloud(&json!({ "filter": { "direction": near(&refused) } })).await.status, 200);
    let mut call = outbound();
    call["agent_email"] = json!("admin@somedomain.con");
    let refused = world.ccai("POST", "calls", &call).await;
    assert!(hint(&refused).starts_with("agent_email `admin@somedomain.con`"), "{}", hint(&refused));
    call["agent_email"] = json!(near(&refused));
    assert_eq!(world.ccai("POST", "calls", &call).await.status, 201);

    // A menu that does not exist, then the one that the hint names.
    let mut call = inbound();
    call["menu_id"] = json!(12);
    let refused = world.ccai("POST", "calls", &call).await;
    let (_, menu) = hint(&refused).split_once("write one of ").expect("menus");
    call["menu_id"] = menu.parse().expect("a number");
    assert_eq!(world.ccai("POST", "calls", &call).await.status, 201, "{menu}");
    // A closed queue, then the request that the hint writes.
    world.admin("PATCH", "queues/9", &json!({ "state": "after_hours" })).await;
    let refused = world.ccai("POST", "calls", &call).await;
    assert!(
        hint(&refused).contains("send PATCH /_mock/queues/9 {\"state\": \"open\"}"),
        "{}",
        hint(&refused)
    );
    world.admin("PATCH", "queues/9", &json!({ "state": "open" })).await;
    assert_eq!(world.ccai("POST", "calls", &call).await.status, 201);
    // A number over the limit.
    let refused = world.alibaba(&[("PageSize", "101")]).await;
    assert!(hint(&refused).starts_with("PageSize `101`: write 1 to 100"), "{}", hint(&refused));
    assert_eq!(world.alibaba(&[("PageSize", "100")]).await.status, 200);
    // Paths.
    let refused = send(mock.request("GET", "/v1/calls/").header("x-commubo-tenantId", "x")).await;
    assert_eq!(hint(&refused), "take the slash off the end of the path: /v1/calls");
    let refused = send(mock.request("POST", "/v1/shop.Sencloud/ListCallLog").body("{}")).await;
    assert!(hint(&refused).starts_with("Content-Type is `nothing`"), "{}", hint(&refused));
}

#[tokio::test]
async fn a_refused_credential_names_the_part_that_is_wrong_and_repeats_no_secret() {
    let mock = Mock::embedded("documented").await;
    let ask = async |name: &'static str, value: &str| {
        send(mock.request("GET", "/manager/api/v1/calls").header(name, value)).await
    };
    assert!(hint(&ask("accept", "*/*").await).starts_with("Authorization is missing"));
    assert!(hint(&ask("authorization", "Bearer s3cr3t-of-mine").await).contains("scheme `Bearer`"));
    assert!(hint(&ask("authorization", &basic("acmee", "s3cr3t-of-mine")).await).contains("`acmee`"));
    assert!(hint(&ask("authorization", &basic("acme", "s3cr3t-of-mine")).await).contains("the token"));
    let request = mock.request("POST", "/v1/shop.Sencloud/ListCallLogs").body("{}");
    let request = request.header("content-type", "application/json");
    let refused = send(request.header("authorization", "1296121461794938793:s3cr3t-of-mine")).await;
    assert!(hint(&refused).contains("write `Bearer ` before the key"), "{}", hint(&refused));
    for exchange in mock.journal().await {
        let hint = exchange["hint"].as_str().expect("a hint");
        assert!(!hint.contains("s3cr3t-of-mine"), "{hint}");
    }
}

#[tokio::test]
async fn a_fault_says_that_it_is_one_and_how_to_remove_it() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({})).await;
    let id = world.fault(json!({ "vendor": "commubo", "do": { "error": "internal_error" } })).await;
    let failed = world.commubo("").await;
    let place = format!("/_mock/worlds/{}/faults/{id}", world.id());
    assert_eq!(hint(&failed), format!("the fault `{id}` gave this answer; DELETE {place} removes it"));
    let removed = send(mock.request("DELETE", &place)).await;
    assert_eq!((removed.status, world.commubo("").await.status), (204, 200));
}

/// The lines of a server on standard error, as they come.
pub fn lines_of(served: &mut Served) -> std::sync::mpsc::Receiver<String> {
    let errors = BufReader::new(served.0.stderr.take().expect("a pipe"));
    let (said, hear) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in errors.lines().map_while(Result::ok) {
            drop(said.send(line));
        }
    });
    hear
}

#[test]
fn a_server_logs_each_kind_of_refusal_and_says_how_many_a_line_stands_for() {
    let mut served = Served::start(callmock().args(["--port", "0"]));
    let hear = lines_of(&mut served);
    for _ in 0..5 {
        served.get("/v1/calls", "");
    }
    let patience = std::time::Duration::from_mins(1);
    let mut refused = vec![];
    while refused.len() < 2 {
        let line = hear.recv_timeout(patience).expect("a line");
        if line.contains("refused 403 commubo.any.missing_credentials") {
            refused.push(line);
        }
    }
    assert!(refused[0].contains("are both required, once"), "{refused:?}");
    assert!(refused[0].contains("-> send the header x-commubo-tenantId once"), "{refused:?}");
    assert!(!refused[0].contains("(x") && refused[1].contains("(x4)"), "{refused:?}");
}

#[test]
fn a_quiet_server_logs_no_refusal() {
    let mut served = Served::start(callmock().args(["--port", "0", "--quiet"]));
    let hear = lines_of(&mut served);
    served.get("/v1/calls", "");
    served.signal("-TERM");
    drop(served.0.wait());
    assert_eq!(hear.iter().filter(|line| line.contains("refused")).count(), 0);
}

#[test]
fn exec_ends_with_the_refusals_of_its_run_and_keeps_the_journal() {
    let curl = "curl -s -o /dev/null $CALLMOCK_URL/v1/calls?start=2018-9-1 \
                -H x-commubo-tenantId:$CALLMOCK_COMMUBO_TENANT_ID -H x-commubo-accessToken:$CALLMOCK_COMMUBO_ACCESS_TOKEN";
    for (name, archive) in [("kept.jsonl", false), ("kept.har", true)] {
        let kept = file(name, "");
        let ran = callmock()
            .args(["exec", "--journal-out"])
            .arg(&kept)
            .args(["--", "sh", "-c", &format!("{curl}; {curl}")])
            .output()
            .expect("it runs");
        assert_eq!(ran.status.code(), Some(0));
        let said = text(&ran.stderr);
        let message = r#"{"message":"start must be a date in the form YYYY-MM-DD"}"#;
        assert!(
            said.contains(&format!("refused 406 commubo.list_calls.invalid_start x2: {message}")),
            "{said}"
        );
        assert!(said.contains("    start `2018-9-1`: write a day of the calendar as YYYY-MM-DD"), "{said}");
        let kept = fs::read_to_string(kept).expect("a file");
        let exchanges: Vec<Value> = if archive {
            let archive: Value = serde_json::from_str(&kept).expect("JSON");
            assert_eq!(archive["log"]["version"], "1.2");
            archive["log"]["entries"].as_array().expect("a list").clone()
        } else {
            kept.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
        };
        assert_eq!(exchanges.len(), 2, "{kept}");
        let bodies = if archive {
            &exchanges[0]["response"]["content"]["text"]
        } else {
            assert_eq!(exchanges[0]["world"], "default");
            &Value::String(exchanges[0]["response"]["body"].to_string())
        };
        assert_eq!(bodies, message);
        assert!(!kept.contains("FEDCBA09-8765-4321-FEDC-BA0987654321"), "no secret: {kept}");
    }
}
