//! `callmock::Mock`: the server inside a Rust test.

use std::net::TcpStream;

use callmock::Mock;
use callmock::mock::StartError;
use serde_json::json;

/// What a path answers, to the plainest of clients.
async fn get(world: &callmock::mock::World, url: &str) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client.get(format!("{url}/v1/calls"));
    let request = request.header("x-commubo-tenantId", world.credential("commubo.tenant_id"));
    let response = request.header("x-commubo-accessToken", world.credential("commubo.access_token")).send();
    let response = response.await.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("text"))
}

#[test]
fn it_serves_a_blocking_test_and_is_gone_with_it() {
    let mock = Mock::start();
    let address = mock.address();
    assert!(TcpStream::connect(address).is_ok());
    drop(mock);
    assert!(TcpStream::connect(address).is_err(), "its port is free when drop returns");
}

#[tokio::test]
async fn it_serves_an_asynchronous_test_and_outlives_no_handle() {
    let mock = Mock::start();
    let world = mock.fork();
    drop(mock);
    let (status, body) = get(&world, &world.url()).await;
    assert_eq!((status, body.contains("1234567890123456")), (200, true), "a world keeps its server");
    let address = world.url().trim_start_matches("http://").to_owned();
    drop(world);
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test]
async fn two_mocks_and_two_worlds_of_one_share_nothing() {
    let (mock, another) = (Mock::start(), Mock::start());
    let (one, other) = (mock.fork(), mock.fork());
    one.fault(json!({ "vendor": "commubo", "do": { "status": 503 } }));
    assert_eq!(get(&one, &one.url()).await.0, 503);
    assert_eq!(get(&one, &one.pinned_url()).await.0, 503);
    for world in [&*mock, &*another, &other] {
        assert_eq!(get(world, &world.url()).await.0, 200);
        assert_eq!(world.verify(json!({ "match": { "vendor": "commubo" }, "count": { "exactly": 1 } })), 1);
    }
    assert_eq!(one.verify(json!({ "match": { "status": 503 }, "count": { "exactly": 2 } })), 2);
    let id = one.id().to_owned();
    drop(one);
    let worlds = reqwest::get(format!("{}/_mock/worlds/{id}", mock.url())).await.expect("an answer");
    assert_eq!(worlds.status().as_u16(), 404, "a dropped world is removed");
    assert_eq!(
        get(&mock, &mock.url()).await.0,
        200,
        "dropping a handle of the default world would not remove it"
    );
}

#[tokio::test]
async fn everything_that_the_admin_api_has_for_a_world_is_a_method() {
    let mock = Mock::builder().scenario("documented").seed(7).start().expect("a good scenario");
    let world = mock.fork_of(json!({ "scenario": "documented", "name": "mine" }));
    world.fix_clock("2024-05-13T12:00:00Z");
    world.advance("PT1M");
    assert_eq!(world.now().to_rfc3339(), "2024-05-13T12:01:00+00:00");
    world.set_clock(json!({ "mode": "running", "now": "2024-05-13T12:00:00Z", "rate": 0.001 }));
    world.set_agent("admin@somedomain.com", "unavailable");
    world.set_queue("9", "after_hours");
    world.set_readings(json!({ "commubo.numbers": "integer" }));
    let call = world.add_call(json!({
        "id": "added", "direction": "inbound", "from": "1", "to": "2", "at": "2024-05-13T10:00:00Z", "outcome": "answered",
    }));
    assert_eq!(call["id"], "added");
    let snapshot = world.snapshot();
    let fault = world.fault(json!({ "vendor": "commubo", "do": { "error": "internal_error" } }));
    assert_eq!(get(&world, &world.url()).await.0, 500);
    world.remove_fault(&fault);
    world.fault(json!({ "vendor": "commubo", "do": { "error": "internal_error" } }));
    world.clear_faults();
    let (status, body) = get(&world, &world.url()).await;
    assert_eq!((status, body.contains("\"talkTime\":123")), (200, true), "{body}");
    assert_eq!(world.journal().len(), 2);
    assert!(world.coverage()["exercised"].as_u64() > Some(2));
    world.reset();
    assert_eq!(world.journal().len(), 0);
    world.restore(snapshot);
    assert!(get(&world, &world.url()).await.1.contains("\"talkTime\":123"));
    let variables = world.environment();
    let variable = |name: &str| variables.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
    assert_eq!(variable("CALLMOCK_URL"), Some(world.url()));
    assert_eq!(variable("CALLMOCK_COMMUBO_TENANT_ID"), Some(world.credential("commubo.tenant_id")));
}

#[test]
fn what_cannot_be_started_is_an_error_that_says_why() {
    let error = |builder: callmock::mock::Builder| builder.start().err().expect("an error");
    let missing = error(Mock::builder().scenario("nowhere.yaml"));
    assert!(matches!(missing, StartError::NoScenario(_)));
    assert!(missing.to_string().contains("documented, today, weeks, busy-day, extremes, empty"), "{missing}");
    let wrong = error(Mock::builder().scenario_text("callmock: 1\ncalls: 3\n"));
    assert!(wrong.to_string().starts_with("scenario:2:8: calls:"), "{wrong}");
}

#[test]
#[should_panic(
    expected = "callmock refused: `vendor` is not right: there is no vendor `comubo`; did you mean `commubo`?"
)]
fn a_mistake_in_a_test_panics_with_callmocks_own_message() {
    Mock::start().fault(json!({ "vendor": "comubo", "do": { "delay": "1s" } }));
}

#[test]
#[should_panic(expected = "the client did not call as expected")]
fn a_verification_that_fails_panics_with_what_came_closest() {
    Mock::start().verify(json!({ "match": { "vendor": "ccai" } }));
}

#[tokio::test]
async fn settings_hold_for_a_mock_as_for_a_server() {
    let tls = callmock::server::Tls::self_signed("127.0.0.1").expect("a certificate");
    let settings = callmock::server::Settings {
        admin_token: Some("open-sesame".into()),
        tls: Some(tls),
        ..callmock::server::Settings::default()
    };
    let mock = Mock::builder().settings(settings).start().expect("it starts");
    assert!(mock.url().starts_with("https://") && mock.pinned_url().starts_with("https://"));
    assert!(mock.certificate().is_some_and(|pem| pem.starts_with("-----BEGIN CERTIFICATE-----")));
    assert_eq!(mock.journal().len(), 0, "its own methods have the token");
}

#[test]
fn names_with_any_character_are_meant_as_they_are() {
    let yaml = "callmock: 1\nqueues: [{id: \"見積/a b?#%\", name: Q}]\n";
    let mock = Mock::builder().scenario_text(yaml).start().expect("a good scenario");
    mock.set_queue("見積/a b?#%", "after_hours");
    let id = mock.fault(json!({ "id": "a/b c", "vendor": "commubo", "do": { "delay": "1s" } }));
    mock.remove_fault(&id);
}
