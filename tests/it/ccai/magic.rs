//! Numbers that mean something: the last four digits decide what becomes of a created call.

use callmock::universe::MAGIC_NUMBERS;
use serde_json::{Value, json};

use super::{inbound, outbound};
use crate::client::World;
use crate::mock::{Answer, Mock, list_at, text_at};

const NOTHING: Value = Value::Null;

async fn call(world: &World<'_>, mut body: Value, digits: &str) -> Answer {
    body["end_user_number"] = json!(format!("+1 205-555-{digits}"));
    world.ccai("POST", "calls", &body).await
}

/// The outcome of the newest created call, once all are over.
async fn outcomes(world: &World<'_>) -> Vec<(String, String)> {
    world.admin("POST", "clock/advance", &json!({ "by": "1h" })).await;
    let calls = world.admin("GET", "calls?limit=10000", &NOTHING).await.json();
    let created = list_at(&calls, "/calls").iter().filter(|call| text_at(call, "/id").starts_with("created"));
    created.map(|call| (text_at(call, "/to").to_owned(), text_at(call, "/outcome").to_owned())).collect()
}

#[tokio::test]
async fn the_last_four_digits_of_a_dialled_number_decide_how_the_call_ends() {
    let mock = Mock::embedded("documented").await;
    for (digits, outcome) in [
        ("0101", "answered"),
        ("0102", "busy"),
        ("0103", "no_answer"),
        ("0104", "rejected"),
        ("0106", "voicemail"),
        // Nobody waits in a queue for a call that the centre places.
        ("0105", "answered"),
        ("0100", "answered"),
    ] {
        let world = mock.fork(json!({})).await;
        assert_eq!(call(&world, outbound(), digits).await.status, 201, "{digits}");
        let ended = outcomes(&world).await;
        assert_eq!(ended, [(format!("+1 205-555-{digits}"), outcome.to_owned())], "{digits}");
    }
    let world = mock.fork(json!({})).await;
    assert_eq!(call(&world, inbound(), "0105").await.status, 201);
    assert_eq!(outcomes(&world).await[0].1, "abandoned_queue");
    // No agent takes it.
    let world = mock.fork(json!({})).await;
    assert_eq!(call(&world, inbound(), "0111").await.status, 201);
    assert_eq!(outcomes(&world).await[0].1, "abandoned_queue");
}

#[tokio::test]
async fn a_transferred_call_is_followed_by_one_of_another_agent() {
    let mock = Mock::of("callmock: 1\nmagic: true\nclock: 2024-05-13T10:00:00Z\naccounts: {ccai: [{subdomain: acme, token: t, outbound_numbers: [\"+12015550100\"], created_on: [ccai, commubo]}]}\nagents: [{id: a, name: A, email: a@example.com}, {id: b, name: B, email: b@example.com}]\n").await;
    let world = mock.default_world().await;
    let body = json!({ "call_type": "Voice Outbound (API)", "agent_email": "a@example.com" });
    assert_eq!(call(&world, body, "0107").await.status, 201);
    world.admin("POST", "clock/advance", &json!({ "by": "1h" })).await;
    let calls = world.admin("GET", "calls", &NOTHING).await.json();
    let (first, second) = (&calls["calls"][0], &calls["calls"][1]);
    assert_eq!((&first["agent"], &second["agent"]), (&json!("a"), &json!("b")));
    assert_eq!(second["parent"], first["id"]);
    assert_eq!(second["at"], first["ended_at"]);
    let listed = world.commubo("").await.json();
    assert_eq!(listed[1]["relatedCallId"], listed[0]["callId"]);
}

#[tokio::test]
async fn some_numbers_are_refused_accepted_or_fail() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let refused = call(&world, outbound(), "0111").await;
    assert_eq!((refused.status, refused.outcome()), (400, "ccai.create_call.outbound.agent_unavailable"));
    let accepted = call(&world, outbound(), "0112").await;
    assert_eq!((accepted.status, accepted.outcome()), (202, "ccai.create_call.outbound.accepted"));
    assert_eq!(call(&world, outbound(), "0113").await.status, 429);
    assert_eq!(call(&world, outbound(), "0114").await.status, 500);
    // A thousand times as fast, ten seconds are ten milliseconds.
    world
        .admin("PUT", "clock", &json!({ "mode": "running", "now": "2024-05-13T10:00:00Z", "rate": 1000.0 }))
        .await;
    assert_eq!(call(&world, outbound(), "0115").await.status, 201);
    let late = mock.journal().await.pop().expect("an exchange");
    assert!(late["duration_us"].as_u64().expect("a number") >= 10_000, "{late}");
    // A ticket takes precedence over the number.
    let mut ticket = outbound();
    ticket["ticket_id"] = json!("71450");
    assert_eq!(call(&world, ticket, "0114").await.status, 201);
}

#[tokio::test]
async fn an_explicit_state_wins_and_without_magic_a_number_is_a_number() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let mut body = outbound();
    body["agent_email"] = json!("allen@somedomain.com");
    let refused = call(&world, body, "0112").await;
    assert_eq!(refused.outcome(), "ccai.create_call.outbound.agent_no_access");
    let fault =
        json!({ "id": "down", "vendor": "ccai", "do": { "error": "service_unavailable" }, "times": 1 });
    assert_eq!(world.admin("POST", "faults", &fault).await.status, 201);
    assert_eq!(call(&world, outbound(), "0113").await.status, 503, "a fault wins");
    assert_eq!(call(&world, outbound(), "0113").await.status, 429);
    let yaml = "callmock: 1\nclock: 2024-05-13T10:00:00Z\nagents: [{id: a, name: A, email: a@example.com}]\n";
    let plain = Mock::of(yaml).await;
    let body = json!({ "call_type": "Voice Outbound (API)", "agent_email": "a@example.com", "outbound_number": "+1 339-219-5276" });
    assert_eq!(call(&plain.default_world().await, body.clone(), "0114").await.status, 201);
    let account = "accounts: {ccai: [{subdomain: acme, token: t, created_outcome: busy, outbound_numbers: [\"+1 339-219-5276\"]}]}\nmagic: true\n";
    let busy = Mock::of(&format!("{yaml}{account}")).await;
    let world = busy.default_world().await;
    assert_eq!(call(&world, body, "0103").await.status, 201);
    assert_eq!(outcomes(&world).await[0].1, "busy", "the account says so itself");
}

#[tokio::test]
async fn the_index_lists_the_numbers() {
    let mock = Mock::embedded("documented").await;
    let index = mock.get("/_mock").await.json();
    assert_eq!(list_at(&index, "/magic_numbers").len(), MAGIC_NUMBERS.len());
    let plain = Mock::of("callmock: 1").await.get("/_mock").await.json();
    assert_eq!(list_at(&plain, "/magic_numbers").len(), 0);
}
