//! A world as data and back: the same requests get the same bytes.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::ccai::{inbound, outbound, scheduled};
use crate::client::{World, message};
use crate::mock::{Answer, Mock, send};

const NOTHING: Value = Value::Null;

/// An answer as text, without what differs from world to world: the server's address, and the
/// world's id in the address of a recording.
fn bytes(answer: &Answer, port: u16) -> String {
    // Admin answers have the machine's date.
    let date = if answer.header("x-callmock-world").is_empty() { "" } else { answer.header("date") };
    let names = ["x-callmock-behavior", "x-callmock-findings", "x-callmock-fault", "retry-after"];
    let headers: Vec<&str> = names.iter().map(|name| answer.header(name)).collect();
    let body = answer.body.replace(&format!("127.0.0.1:{port}"), "HOST");
    let world = answer.header("x-callmock-world");
    let body = if world.is_empty() { body } else { body.replace(world, "WORLD") };
    format!("{} {date} {headers:?} {body}", answer.status)
}

/// One of the requests that a client sends.
async fn request(world: &World<'_>, n: u8) -> Answer {
    match n {
        0 => world.commubo("?expand=all").await,
        1 => world.ccai("POST", "calls", &outbound()).await,
        2 => world.ccai("POST", "calls", &inbound()).await,
        3 => world.ccai("POST", "calls", &scheduled()).await,
        4 => world.ccai("PATCH", "calls/397/customer_flag", &json!({ "verified_customer": true })).await,
        5 => world.ccai("GET", "calls/397/customer_flag", &NOTHING).await,
        6 => world.alibaba(&[("StartTime", "1500000000000"), ("EndTime", "1700000000000")]).await,
        7 => world.sencloud(&json!({ "paging": { "limit": 2 } })).await,
        8 => world.admin("POST", "clock/advance", &json!({ "by": "90s" })).await,
        9 => world.admin("PATCH", "agents/admin@somedomain.com", &json!({ "state": "unavailable" })).await,
        10 => world.admin("PATCH", "queues/9", &json!({ "state": "after_hours" })).await,
        11 => world.admin("PATCH", "readings", &json!({ "commubo.numbers": "integer" })).await,
        12 => {
            world
                .admin(
                    "POST",
                    "faults",
                    &json!({ "vendor": "commubo", "when": { "every": 3 }, "do": { "status": 500 } }),
                )
                .await
        }
        13 => {
            world
                .admin(
                    "POST",
                    "faults",
                    &json!({ "vendor": "ccai", "do": { "rate_limit": { "requests": 3, "per": "2m" } } }),
                )
                .await
        }
        14 => world.admin("DELETE", "faults", &NOTHING).await,
        _ => {
            let call = json!({ "id": format!("x{n}"), "direction": "inbound", "from": "0330001234", "to": "1", "talk": "3s",
                               "at": "2019-09-10T00:00:00Z", "outcome": "answered", "agent": "admin",
                               "rating": { "score": 3 }, "recording": { "duration": "3s" }, "note": "x" });
            world.admin("POST", "calls", &call).await
        }
    }
}

#[test]
fn restoring_gives_the_same_bytes_for_the_same_requests_here_and_in_another_world() {
    let plans = (prop::collection::vec(0_u8..17, 0..20), prop::collection::vec(0_u8..17, 1..20));
    let mut runner = TestRunner::new(Config { cases: 24, ..Config::default() });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let restored = runner.run(&plans, |(before, after)| {
        runtime.block_on(async {
            let mock = Mock::embedded("documented").await;
            let (world, other) = (mock.fork(json!({})).await, mock.fork(json!({})).await);
            for n in &before {
                request(&world, *n).await;
            }
            let snapshot = world.admin("GET", "snapshot", &NOTHING).await;
            let mut runs = vec![];
            for world in [&world, &world, &other] {
                let answer = world.admin("PUT", "snapshot", &snapshot.json()).await;
                prop_assert_eq!(answer.status, 204, "{}", answer.body);
                let mut seen = vec![];
                for n in &after {
                    seen.push(bytes(&request(world, *n).await, mock.address.port()));
                }
                runs.push(seen);
            }
            prop_assert_eq!(&runs[0], &runs[1], "the same world again");
            prop_assert_eq!(&runs[0], &runs[2], "another world of the same scenario");
            Ok(())
        })
    });
    restored.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test]
async fn a_snapshot_is_readable_and_outlives_its_server() {
    let snapshot = {
        let mock = Mock::embedded("documented").await;
        let world = mock.default_world().await;
        for n in [1, 2, 4, 9, 10, 11, 12, 15] {
            request(&world, n).await;
        }
        world.admin("GET", "snapshot", &NOTHING).await.json()
    };
    assert_eq!(snapshot["clock"], json!({ "mode": "fixed", "now": "2019-09-10T00:19:14.421Z" }));
    assert_eq!(snapshot["agents"], json!({ "admin": "unavailable" }));
    assert_eq!(snapshot["queues"], json!({ "lockstar": "after_hours" }));
    assert_eq!(snapshot["readings"], json!({ "commubo.numbers": "integer" }));
    assert_eq!(snapshot["faults"][0]["id"], "fault-1");
    assert_eq!(snapshot["calls"].as_array().unwrap().len(), 3);
    assert!(!snapshot.to_string().contains("mock-token"), "no secret is in it");

    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    assert_eq!(world.admin("PUT", "snapshot", &snapshot).await.status, 204);
    assert_eq!(world.admin("GET", "snapshot", &NOTHING).await.json(), snapshot);
    assert_eq!(request(&world, 1).await.outcome(), "ccai.create_call.outbound.agent_unavailable");
}

#[tokio::test]
async fn a_used_nonce_stays_used() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let call = || crate::alibaba::page().nonce("once");
    assert_eq!(call().send(&mock).await.status, 200);
    let snapshot = world.admin("GET", "snapshot", &NOTHING).await.json();
    world.admin("POST", "reset", &NOTHING).await;
    assert_eq!(call().send(&mock).await.status, 200, "a reset forgets it");
    world.admin("POST", "reset", &NOTHING).await;
    world.admin("PUT", "snapshot", &snapshot).await;
    assert_eq!(call().send(&mock).await.json()["Code"], "SignatureNonceUsed");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_whole() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let good = world.admin("GET", "snapshot", &NOTHING).await.json();
    let busy = mock.fork(json!({ "scenario": "busy-day" })).await;
    let elsewhere = busy.admin("GET", "snapshot", &NOTHING).await.json();
    let with = |member: &str, value: Value| {
        let mut snapshot = good.clone();
        snapshot["agents"] = json!({ "admin": "unavailable" });
        snapshot[member] = value;
        snapshot
    };
    let call = json!({ "id": { "listed": "x" }, "direction": "inbound", "from": "1", "to": "2", "at": "2019-09-10T00:00:00Z",
                       "dial": 0, "ivr": 0, "wait": 0, "ring": 0, "talk": 0, "hold": 0, "outcome": "answered" });
    let call = |member: &str, value: Value| {
        let mut call = call.clone();
        call[member] = value;
        json!([call])
    };
    for (snapshot, expected) in [
        (elsewhere, "`universe` is not right: the snapshot was taken of another scenario"),
        (with("callmock", json!(2)), "`callmock` is not right: version 2 is not known"),
        (
            with("agents", json!({ "nobody": "available" })),
            "`agents` is not right: there is no agent `nobody`",
        ),
        (with("queues", json!({ "nowhere": "open" })), "there is no queue `nowhere`"),
        (
            with("readings", json!({ "commubo.end": "maybe" })),
            "`commubo.end` has no option `maybe`; known: exclusive, inclusive",
        ),
        (with("readings", json!({ "commubo.nothing": "x" })), "there is no reading `commubo.nothing`"),
        (
            with("clock", json!({ "mode": "stopped" })),
            "unknown variant `stopped`, expected one of `real`, `fixed`, `running`",
        ),
        (
            with("clock", json!({ "mode": "running", "now": "2019-09-10T00:00:00Z", "rate": 0.0 })),
            "expected a rate",
        ),
        (
            with("faults", json!([{ "vendor": "commubo", "do": {}, "seen": 0, "fired": 0 }])),
            "`faults` is not right",
        ),
        (with("nonces", json!(["xyz"])), "32 hexadecimal digits"),
        (
            with("flags", json!({ "99": { "verified": true, "bad_actor": false, "repeat": false } })),
            "no call at place 99",
        ),
        (
            with("calls", call("agent", json!(99))),
            "calls[0] names an agent, a customer, a queue or a call that is not there",
        ),
        (with("calls", call("parent", json!(99))), "calls[0] names"),
        (
            with("calls", call("on", json!([{ "vendor": "nobody", "account": null }]))),
            "there is no vendor `nobody`",
        ),
        (with("calls", call("talk", json!("3s"))), "`calls[0].talk` is not right"),
        (with("extra", json!(1)), "unknown field `extra`"),
        (json!({}), "missing field `callmock`"),
    ] {
        let answer = world.admin("PUT", "snapshot", &snapshot).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert!(message(&answer).contains(expected), "{expected}: {}", answer.body);
    }
    assert_eq!(world.admin("GET", "snapshot", &NOTHING).await.json(), good, "nothing was changed");
}

#[tokio::test]
async fn whatever_is_given_is_taken_back_however_large_it_is() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let mut snapshot = world.admin("GET", "snapshot", &NOTHING).await.json();
    snapshot["nonces"] = (0..65_536).map(|n| format!("{n:032x}")).collect();
    assert!(snapshot.to_string().len() > 2 << 20);
    assert_eq!(world.admin("PUT", "snapshot", &snapshot).await.status, 204);
    assert_eq!(world.admin("GET", "snapshot", &NOTHING).await.json(), snapshot);
}

#[tokio::test]
async fn a_restore_obeys_every_bound() {
    let mock = Mock::embedded("documented").await;
    let put = async |snapshot: &Value| {
        send(mock.request("PUT", "/_mock/snapshot").body(snapshot.to_string())).await
    };
    let before = mock.get("/_mock/snapshot").await.json();
    let mut snapshot = before.clone();
    snapshot["nonces"] = (0..70_000).map(|n| format!("{n:032x}")).collect();
    put(&snapshot).await;
    let kept = mock.get("/_mock/snapshot").await.json()["nonces"].as_array().expect("a list").len();
    assert!(kept <= 65_536, "{kept}");
    let mut snapshot = before;
    let fault = |n: u32| json!({ "id": format!("f{n}"), "vendor": "ccai", "do": { "status": 500 }, "seen": 0, "fired": 0 });
    snapshot["faults"] = (0..10_001).map(fault).collect();
    let refused = put(&snapshot).await;
    assert_eq!(refused.status, 400);
    assert!(message(&refused).contains("10000"), "{}", refused.body);
}
