//! Who there is: lists of agents, queues, customers and accounts, one call as every vendor shows
//! it, and `callmock show`.

use serde_json::{Value, json};

use crate::ccai::inbound;
use crate::cli::{Served, callmock, text};
use crate::mock::{Mock, list_at, send, text_at};
use crate::vendor;

const NOTHING: Value = Value::Null;

#[tokio::test]
async fn the_lists_say_who_there_is_and_under_which_ids_vendors_know_them() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let agents = world.admin("GET", "agents", &NOTHING).await.json();
    let operator = &list_at(&agents, "/agents")[3];
    assert_eq!(operator["ids"]["commubo"]["operatorId"], "11112222-3333-4444-5555-6666777788889999");
    assert_eq!(operator["state"], "available");
    world.admin("PATCH", "agents/commubo-operator", &json!({ "state": "unavailable" })).await;
    let agents = world.admin("GET", "agents", &NOTHING).await.json();
    assert_eq!(list_at(&agents, "/agents")[3]["state"], "unavailable");
    let customers = world.admin("GET", "customers?limit=2", &NOTHING).await.json();
    assert_eq!(list_at(&customers, "/customers").len(), 2);
    assert_eq!(
        customers["customers"][0]["ids"]["commubo"]["customerId"],
        "0000AAAA-BBBB-CCCC-DDDD-EEEEFFFF11112222"
    );
    let rest = world.admin("GET", &format!("customers?after={}", customers["next"]), &NOTHING).await.json();
    assert_eq!((list_at(&rest, "/customers").len(), &rest["next"]), (1, &NOTHING));
    let accounts = world.admin("GET", "accounts", &NOTHING).await;
    assert!(accounts.body.contains("acme") && !accounts.body.contains("mock-token"), "{}", accounts.body);
    for wrong in ["customers?limit=0", "customers?limt=1", "customers?after=x"] {
        assert_eq!(world.admin("GET", wrong, &NOTHING).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_generated_queue_says_which_menu_an_inbound_call_enters_by() {
    let mock = Mock::embedded("busy-day").await;
    let world = mock.default_world().await;
    let queues = world.admin("GET", "queues", &NOTHING).await.json();
    for queue in list_at(&queues, "/queues") {
        let mut call = inbound();
        call["menu_id"] = queue["ids"]["ccai"]["menu_id"].clone();
        assert_eq!(world.ccai("POST", "calls", &call).await.status, 201, "{queue}");
    }
}

#[tokio::test]
async fn one_call_is_shown_as_every_vendors_list_shows_it() {
    let mock = Mock::embedded("busy-day").await;
    let world = mock.default_world().await;
    let call = world.admin("GET", "calls/gen-100", &NOTHING).await.json();
    let id = |vendor: &str| call["call"]["ids"][vendor].clone();
    assert_eq!(call["shown"]["commubo"]["callId"], id("commubo"));
    assert_eq!(call["shown"]["alibaba"]["ContactId"], id("alibaba"));
    assert_eq!(call["shown"]["sencloud"]["id"], id("sencloud"));
    assert_eq!(call["shown"]["ccai"]["id"].to_string(), text_at(&call, "/call/ids/ccai"));
    // Each is the very row of the vendor's list.
    let rows: Vec<Value> = (vendor::of("sencloud").shows()[0].all)(&world).await;
    let row = rows.iter().find(|row| row["id"] == id("sencloud")).expect("a row");
    assert_eq!(&call["shown"]["sencloud"], row);
    assert_eq!(world.admin("GET", "calls/nobody", &NOTHING).await.status, 404);
}

#[tokio::test]
async fn a_person_at_the_base_url_gets_a_page_to_paste_from_and_a_client_gets_alibabas_answer() {
    let mock = Mock::embedded("documented").await;
    let plain = mock.get("/").await;
    assert_eq!(plain.status, 200);
    assert!(plain.body.starts_with("callmock ") && plain.body.contains("\ncurl "), "{}", plain.body);
    // What is printed can be pasted: quotes are not escaped.
    assert!(!plain.body.contains("\\\""), "{}", plain.body);
    assert_eq!(send(mock.request("HEAD", "/")).await.status, 200);
    let browser = send(mock.request("GET", "/").header("accept", "text/html")).await;
    assert_eq!(browser.status, 307);
    // The text has credentials: no other site's page may read it.
    let foreign = send(mock.request("GET", "/").header("host", "evil.example")).await;
    assert!(foreign.status == 403 && !foreign.body.contains("FEDCBA09"), "{}", foreign.body);
    for request in [
        mock.request("GET", "/?Action=Nothing"),
        mock.request("GET", "/").header("authorization", "ACS3-HMAC-SHA256 x"),
        mock.request("GET", "/").header("x-acs-action", "ListCallDetailRecords"),
        mock.request("POST", "/"),
        mock.request("GET", "/").body("Action=Nothing"),
    ] {
        let answer = send(request).await;
        assert!(answer.outcome().starts_with("alibaba."), "{} {}", answer.status, answer.body);
    }
}

#[test]
fn a_server_with_an_admin_token_tells_a_stranger_no_credential() {
    let served = Served::start(callmock().args(["--port", "0", "--admin-token", "sesame"]));
    let said = served.get("/", "");
    assert!(said.contains("callmock ") && said.contains("ADMIN_TOKEN"), "{said}");
    for secret in ["FEDCBA09", "MOCKKEY", "YWNtZTptb2NrLXRva2Vu", "Signature="] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn show_prints_tables_and_one_call_in_four_dialects() {
    let show = |arguments: &[&str]| {
        let ran = callmock().arg("show").args(arguments).output().expect("it runs");
        (ran.status.code(), text(&ran.stdout).to_owned(), text(&ran.stderr).to_owned())
    };
    let (code, all, _) = show(&["--scenario", "busy-day"]);
    assert_eq!(code, Some(0));
    for part in ["agent-1", "Mai Nguyen", "menu_id=1", "scenarioId=", "customer-1", "gen-1", "… and more"] {
        assert!(all.contains(part), "{part}: {all}");
    }
    let (_, agents, _) = show(&["agents", "--scenario", "busy-day"]);
    assert_eq!(agents.lines().count(), 13, "{agents}");
    let (_, call, _) = show(&["calls", "commubo-example"]);
    for part in
        ["\"callId\": \"1234567890123456\"", "\ncommubo: {", "\nalibaba: its list does not show this call"]
    {
        assert!(call.contains(part), "{part}: {call}");
    }
    let (code, _, said) = show(&["calls", "nobody"]);
    assert!(code == Some(1) && said.contains("there is no call `nobody`"), "{said}");
    let (code, _, said) = show(&["agents", "mai"]);
    assert!(code == Some(2) && said.contains("callmock show calls ID"), "{said}");
    let (code, _, said) = show(&["--url", "http://127.0.0.1:1"]);
    assert!(code == Some(1) && said.contains("callmock serve"), "{said}");
}
