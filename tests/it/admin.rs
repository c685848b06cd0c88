//! The admin API under `/_mock`.

use serde_json::json;

use crate::alibaba::{CALLS, page};
use crate::commubo::{VECTORS, list};
use crate::mock::{Answer, Mock, list_at, number_at, send, text_at};

#[tokio::test]
async fn health_and_ready_answer() {
    let mock = Mock::of("callmock: 1").await;
    assert_eq!(mock.get("/_mock/health").await.json()["status"], "ok");
    assert_eq!(mock.get("/_mock/ready").await.json()["status"], "ready");
}

#[tokio::test]
async fn the_index_has_credentials_and_commands_that_work_when_pasted() {
    let mock = Mock::embedded("documented").await;
    let index = mock.get("/_mock").await.json();
    let names: Vec<&str> = callmock::vendors::ALL.iter().map(|vendor| vendor.name()).collect();
    assert_eq!(index["credentials"].as_object().expect("an object").keys().collect::<Vec<_>>(), names);
    for (vendor, credentials) in [
        ("commubo", json!({ "tenant_id": crate::commubo::TENANT, "access_token": crate::commubo::TOKEN })),
        ("ccai", json!({ "subdomain": "acme", "token": "mock-token" })),
        (
            "alibaba",
            json!({ "access_key_id": "testid", "access_key_secret": "testsecret", "instance_id": "ccc-test" }),
        ),
        ("sencloud", json!({ "api_key": crate::sencloud::KEY })),
    ] {
        assert_eq!(index["credentials"][vendor], credentials);
    }
    let vendors = list_at(&index, "/vendors");
    assert_eq!(vendors.len(), callmock::vendors::ALL.len());
    for vendor in vendors {
        assert_eq!(vendor["base_url"], format!("http://{}", mock.address));
        assert!(!list_at(vendor, "/operations").is_empty(), "no operation: {vendor:#}");
        let command = vendor["curl"][0].as_str().unwrap_or_else(|| {
            panic!("no example command: does scenarios/documented.yaml have an account of this vendor? {vendor:#}")
        });
        let answer = paste(&mock, command).await;
        assert!(matches!(answer.status, 200 | 201), "{command}: {}", answer.body);
        assert!(
            ["2018-09-01", "1532448000000", "2019-08-24", "2019-09-10"]
                .iter()
                .any(|day| answer.body.contains(day)),
            "{}",
            answer.body
        );
    }
    // A signed line is good for one use; the next look has a fresh one.
    let line = |index: &serde_json::Value| text_at(index, "/vendors/2/curl/0").to_owned();
    assert_ne!(line(&index), line(&mock.get("/_mock").await.json()));
}

#[tokio::test]
async fn every_command_of_every_built_in_scenario_works_when_pasted() {
    for scenario in ["documented", "today", "busy-day", "extremes", "empty"] {
        let mock = Mock::embedded(scenario).await;
        let index = mock.get("/_mock").await.json();
        let vendors = list_at(&index, "/vendors");
        let commands = vendors.iter().flat_map(|vendor| list_at(vendor, "/curl"));
        let commands: Vec<&str> = commands.map(|command| command.as_str().expect("a text")).collect();
        assert!(commands.len() >= 3, "{scenario}: {commands:?}");
        for command in commands {
            let answer = paste(&mock, command).await;
            assert!(matches!(answer.status, 200 | 201), "{scenario}: {command}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_scenario_without_accounts_shows_none() {
    let none = "callmock: 1\naccounts: {commubo: [], ccai: [], alibaba: [], sencloud: []}";
    let mock = Mock::of(none).await;
    let index = mock.get("/_mock").await.json();
    assert_eq!((&index["credentials"], &index["vendors"][0]["curl"]), (&json!({}), &json!([])));
}

#[tokio::test]
async fn the_contract_lists_behaviors_readings_and_findings() {
    let mock = Mock::of("callmock: 1").await;
    let contract = mock.get("/_mock/contract").await.json();
    let behaviors = list_at(&contract, "/behaviors");
    let listed = behaviors.iter().find(|b| b["id"] == "commubo.list_calls.listed");
    let listed = listed.expect("the catalogue has commubo.list_calls.listed: has its id changed?");
    assert_eq!(
        *listed,
        json!({
            "id": "commubo.list_calls.listed", "vendor": "commubo", "operation": "list_calls", "status": 200,
            "summary": "Calls of the range, as a bare JSON array.", "source": "page L67-76 (S1)",
            "standing": "documented",
        })
    );
    assert!(behaviors.iter().any(|b| b["reached_by"] == "fault"), "no behavior says that a fault reaches it");
    assert_eq!(contract["readings"][2]["id"], "commubo.end");
    assert_eq!(contract["readings"][2]["default"], "exclusive");
    for finding in list_at(&contract, "/findings") {
        assert!(finding["fix"].is_string(), "{finding:#} says no fix");
    }
}

#[tokio::test]
async fn the_journal_shows_what_was_sent_and_got_with_secrets_masked() {
    let mock = Mock::of(VECTORS).await;
    let answer = list(&mock, "?start=2018-10-01&start=x&a=%F0%9F%98%80").await;
    let journal = mock.journal().await;
    let [exchange] = journal.as_slice() else { panic!("one exchange") };
    assert_eq!(exchange["seq"], 1);
    assert_eq!((&exchange["vendor"], &exchange["operation"]), (&json!("commubo"), &json!("list_calls")));
    assert_eq!(exchange["behaviors"], json!(["commubo.list_calls.repeated_parameter"]));
    assert_eq!((&exchange["findings"], &exchange["fault"]), (&json!([]), &json!(null)));
    assert!(exchange["duration_us"].is_u64() && exchange["at"].is_string());
    let request = &exchange["request"];
    assert_eq!((&request["method"], &request["path"]), (&json!("GET"), &json!("/v1/calls")));
    assert_eq!(request["query"], json!({ "start": ["2018-10-01", "x"], "a": "😀" }));
    assert_eq!(request["headers"]["x-commubo-accesstoken"], "FEDC…(36)");
    assert_eq!(request["headers"]["x-commubo-tenantid"], crate::commubo::TENANT);
    assert_eq!(request["body"], json!(null));
    let response = &exchange["response"];
    assert_eq!((&response["status"], &response["finished"]), (&json!(406), &json!(true)));
    assert_eq!(response["body"], answer.json());
}

#[tokio::test]
async fn the_journal_is_filtered_paged_and_cleared() {
    let mock = Mock::of(&VECTORS.replace("accounts: {", "accounts: {alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}], ")).await;
    list(&mock, "").await;
    list(&mock, "?x=1").await;
    page().send(&mock).await;
    page().secret("wrong").send(&mock).await;
    mock.get("/v1/nothing").await;
    let seqs = async |query: &str| {
        let page = mock.get(&format!("/_mock/journal?{query}")).await.json();
        list_at(&page, "/exchanges").iter().map(|exchange| number_at(exchange, "/seq")).collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("", &[1, 2, 3, 4, 5][..]),
        ("vendor=commubo", &[1, 2, 5]),
        ("operation=list_calls", &[1, 2]),
        ("status=400", &[4]),
        ("behavior=alibaba.any.signed_rpc", &[3]),
        ("finding=commubo.unknown_parameter", &[2]),
        ("vendor=commubo&status=200", &[1, 2]),
        ("after=3", &[4, 5]),
        ("limit=2", &[1, 2]),
        ("after=1&limit=2", &[2, 3]),
        ("after=99", &[]),
    ] {
        assert_eq!(seqs(query).await, expected, "{query}");
    }
    // A walk by `next` sees everything once, filter or not.
    let (mut after, mut walked) = (0, vec![]);
    loop {
        let page = mock.get(&format!("/_mock/journal?vendor=commubo&limit=1&after={after}")).await.json();
        let Some(exchange) = page["exchanges"].get(0) else { break };
        walked.push(number_at(exchange, "/seq"));
        after = number_at(&page, "/next");
    }
    assert_eq!(walked, [1, 2, 5]);
    for (query, part) in [
        ("vendr=x", "did you mean `vendor`?"),
        ("status=ok", "an HTTP status, not `ok`"),
        ("limit=-1", "a number, not `-1`"),
        ("vendor=%", "percent-encoded"),
    ] {
        let answer = mock.get(&format!("/_mock/journal?{query}")).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["error"]["code"], "invalid_parameter");
        assert!(answer.body.contains(part), "{}", answer.body);
    }
    assert_eq!(send(mock.request("DELETE", "/_mock/journal")).await.status, 204);
    assert_eq!(seqs("").await, [0_u64; 0]);
    list(&mock, "").await;
    assert_eq!(seqs("").await, [6], "numbers go on, so that a cursor stays true");
}

#[tokio::test]
async fn reset_returns_the_world_to_its_scenario() {
    let mock = Mock::of(CALLS).await;
    page().nonce("n").send(&mock).await;
    assert_eq!(page().nonce("n").send(&mock).await.status, 400);
    assert_eq!(send(mock.request("POST", "/_mock/reset")).await.status, 204);
    assert_eq!(mock.journal().await.len(), 0);
    assert_eq!(page().nonce("n").send(&mock).await.status, 200);
}

#[tokio::test]
async fn unknown_paths_and_methods_say_what_there_is() {
    let mock = Mock::of("callmock: 1").await;
    let answer = mock.get("/_mock/jurnal").await;
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (404, &json!("not_found")));
    assert!(answer.body.contains("did you mean `/_mock/journal`?"));
    let answer = send(mock.request("DELETE", "/_mock/reset")).await;
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (405, &json!("method_not_allowed")));
    assert_eq!(answer.header("allow"), "POST");
}

/// Does what a curl command says: its URL, headers and body stand between single quotes.
async fn paste(mock: &Mock, command: &str) -> Answer {
    let (command, data) =
        command.split_once(" --data ").map_or((command, None), |(command, data)| (command, Some(data)));
    let quoted: Vec<&str> = command.split('\'').skip(1).step_by(2).collect();
    let [url, headers @ ..] = quoted.as_slice() else { panic!("{command}") };
    let path = url.strip_prefix(&mock.url("")).expect("the base URL");
    let request = mock.request(if data.is_some() { "POST" } else { "GET" }, path);
    let request = headers.iter().fold(request, |request, header| {
        let (name, value) = header.split_once(": ").expect("a header");
        request.header(name, value)
    });
    send(request.body(data.unwrap_or_default().trim_matches('\'').to_owned())).await
}

#[tokio::test]
async fn agents_and_queues_are_switched_by_any_of_their_names() {
    let mock = Mock::embedded("documented").await;
    let patch = async |path: &str, body: &str| send(mock.request("PATCH", path).body(body.to_owned())).await;
    for name in ["admin", "admin@somedomain.com"] {
        let answer = patch(&format!("/_mock/agents/{name}"), r#"{"state":"no_access"}"#).await;
        assert_eq!((answer.status, &answer.json()["state"]), (200, &json!("no_access")), "{name}");
    }
    for name in ["lockstar", "9"] {
        let answer = patch(&format!("/_mock/queues/{name}"), r#"{"state":"after_hours"}"#).await;
        assert_eq!((answer.status, &answer.json()["id"]), (200, &json!("lockstar")), "{name}");
    }
    for (path, body, status, part) in [
        ("/_mock/agents/amdin", r#"{"state":"unknown"}"#, 404, "did you mean `admin`?"),
        ("/_mock/queues/77", r#"{"state":"open"}"#, 404, "there is no queue `77`"),
        ("/_mock/agents/admin", r#"{"state":"availabel"}"#, 400, "did you mean `available`?"),
        ("/_mock/agents/admin", r#"{"state":"available","x":1}"#, 400, "`no_access`"),
        ("/_mock/queues/9", "open", 400, "`manual_redirection`"),
    ] {
        let answer = patch(path, body).await;
        assert_eq!(answer.status, status, "{path} {body}");
        assert!(answer.body.contains(part), "{}", answer.body);
    }
    assert_eq!(send(mock.request("POST", "/_mock/reset")).await.status, 204);
    assert_eq!(
        crate::ccai::create(&mock, &crate::ccai::outbound()).await.status,
        201,
        "a reset switches them back"
    );
}
