//! Many created calls in one world: each is found by its ids and listed in its place, a reader sees
//! none that came later, and the next one costs as much as the first.

use std::sync::Arc;
use std::time::Duration;

use callmock::dialects::{CallData, OfCall, ccai};
use callmock::universe::{Call, CallId, Ordinal, Universe};
use callmock::world::{Created, View};
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::ccai::{CALLS, ask, create, inbound, outbound, scheduled, with};
use crate::mock::{Mock, send};
use crate::vendor::{self, How};

/// Adds a call by the admin API.
async fn add(mock: &Mock, id: &str, at: &str) {
    let call = json!({ "id": id, "direction": "inbound", "from": "0330001234", "to": "1", "at": at,
                       "talk": "3s", "outcome": "answered", "commubo": { "callId": format!("wire-{id}") } });
    let answer = send(mock.request("POST", "/_mock/calls").body(call.to_string())).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

/// A snapshot with many created calls, each as the one call of another snapshot.
fn multiplied(mut snapshot: Value, calls: usize) -> Value {
    let template = snapshot["calls"][0].clone();
    let numbered = (1..=calls).map(|n| {
        let mut call = template.clone();
        call["id"] = json!({ "created": n });
        call["data"]["ccai"]["id"] = json!(1_000_000 + n);
        call
    });
    snapshot["calls"] = numbered.collect();
    snapshot
}

#[tokio::test]
async fn every_created_call_is_found_by_its_ids_and_listed_by_its_time() {
    let mock = Mock::embedded("documented").await;
    let before = mock.get("/_mock/calls").await.json()["calls"].as_array().unwrap().len();
    let mut wire_ids = vec![];
    for n in 0..150 {
        // Later requests schedule earlier calls.
        let due = json!(format!("2019-09-15T00:{:02}:{:02}Z", (149 - n) / 60, (149 - n) % 60));
        for body in [outbound(), with(scheduled(), "scheduled_at", due)] {
            let answer = create(&mock, &body).await;
            assert_eq!(answer.status, 201, "{}", answer.body);
            wire_ids.push(answer.json()["id"].as_u64().unwrap());
        }
        add(&mock, &format!("added-{n}"), &format!("2019-09-0{}T00:00:{:02}Z", n % 7 + 1, n % 60)).await;
    }
    for (n, id) in wire_ids.iter().enumerate() {
        let flag = ask(&mock, "GET", &format!("{CALLS}/{id}/customer_flag"), "").await;
        assert_eq!(flag.status, 200, "the call {n} has the id {id}: {}", flag.body);
    }
    for n in 0..150 {
        let call = mock.get(&format!("/_mock/calls/added-{n}")).await.json();
        assert_eq!(call["call"]["id"], format!("added-{n}"));
        let shown = &call["shown"]["commubo"];
        assert!(shown.to_string().contains(&format!("wire-added-{n}\"")), "{shown}");
    }
    let listed = mock.get("/_mock/calls").await.json();
    let calls = listed["calls"].as_array().unwrap();
    assert_eq!(calls.len(), before + 450);
    let times: Vec<&str> = calls.iter().map(|call| call["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    let again = json!({ "id": "added-7", "direction": "inbound", "from": "1", "to": "2",
                        "at": "2019-09-01T00:00:00Z", "outcome": "answered" });
    let refused = send(mock.request("POST", "/_mock/calls").body(again.to_string())).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
}

#[tokio::test]
async fn calls_that_get_their_agent_later_keep_their_place_and_their_ids() {
    let mock = Mock::embedded("documented").await;
    let advance = async |by: &str| {
        let body = json!({ "by": by }).to_string();
        assert_eq!(send(mock.request("POST", "/_mock/clock/advance").body(body)).await.status, 200);
    };
    let mut ids = vec![];
    for n in 0..100 {
        let due = json!(format!("2019-09-15T{:02}:{:02}:00Z", n / 60, n % 60));
        ids.push(create(&mock, &with(scheduled(), "scheduled_at", due)).await.json()["id"].clone());
    }
    let agents = async || {
        let calls = mock.get("/_mock/snapshot").await.json()["calls"].as_array().unwrap().clone();
        calls.iter().filter(|call| call["awaits_agent"] != true).count()
    };
    assert_eq!(agents().await, 0);
    advance("126h").await;
    assert_eq!(agents().await, 100, "all of them have begun");
    for id in &ids {
        assert_eq!(ask(&mock, "GET", &format!("{CALLS}/{id}/customer_flag"), "").await.status, 200);
    }
    let calls = mock.get("/_mock/snapshot").await.json()["calls"].as_array().unwrap().clone();
    let kept: Vec<&Value> = calls.iter().map(|call| &call["data"]["ccai"]["id"]).collect();
    assert_eq!(kept, ids.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_list_that_is_being_sent_shows_no_call_created_meanwhile() {
    let yaml = "callmock: 1\nclock: {start: 2024-06-01T00:00:00Z}\n\
                accounts: {commubo: [{tenant_id: t, access_token: s}]}\n\
                generate: {calls: 20000, from: 2024-01-01, to: 2024-02-01}";
    let mock = Mock::of(yaml).await;
    let list = mock.request("GET", "/v1/calls").query(&[("start", "2023-01-01"), ("end", "2025-01-01")]);
    let list = list.header("x-commubo-tenantId", "t").header("x-commubo-accessToken", "s");
    let again = list.try_clone().unwrap();
    let begun = list.send().await.unwrap();
    assert_eq!(begun.status(), 200);
    for n in 0..100 {
        add(&mock, &format!("late-{n}"), "2024-03-01T00:00:00Z").await;
    }
    let text = begun.text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&text).is_ok(), "it is whole");
    assert!(!text.contains("wire-late-"), "it is as of its beginning");
    assert_eq!(send(again).await.body.matches("wire-late-").count(), 100);
}

#[test]
fn the_next_call_allocates_as_much_beside_20_000_created_calls_as_beside_100() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mock = runtime.block_on(Mock::embedded("documented"));
    runtime.block_on(create(&mock, &inbound()));
    let snapshot = runtime.block_on(mock.get("/_mock/snapshot")).json();
    // The server and the client are on this thread, so all that they allocate is counted.
    let bytes_of_a_create = |calls: usize| {
        let snapshot = multiplied(snapshot.clone(), calls).to_string();
        let put = mock.request("PUT", "/_mock/snapshot").body(snapshot);
        assert_eq!(runtime.block_on(send(put)).status, 204);
        runtime.block_on(async {
            for _ in 0..10 {
                create(&mock, &inbound()).await;
            }
        });
        let counted = allocation_counter::measure(|| {
            runtime.block_on(async {
                for _ in 0..100 {
                    assert_eq!(create(&mock, &inbound()).await.status, 201);
                }
            });
        });
        counted.bytes_total / 100
    };
    let (few, many) = (bytes_of_a_create(100), bytes_of_a_create(20_000));
    // A copy of one index of 20 000 calls takes more than that.
    assert!(many < few + (64 << 10), "{many} bytes beside many calls, {few} bytes beside few");
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// A call with an id at a vendor.
fn call(id: CallId, seconds: i64, wire_id: u32) -> Call {
    let of_ccai = ccai::Call { id: Some(wire_id.into()), created: None };
    let data = OfCall { ccai: Some(Box::new(of_ccai)), ..OfCall::default() };
    Call { id, data: Some(Box::new(data)), ..Call::blank(at(seconds)) }
}

#[test]
fn a_call_more_and_a_call_replaced_copy_a_few_nodes_whatever_the_number_of_calls() {
    let numbered = |n: u32| call(CallId::Created(n + 1), n.into(), n);
    let costs = [100, 100_000].map(|count| {
        let mut created = Created::of((0..count).map(|n| Arc::new(numbered(n))).collect());
        let counted = allocation_counter::measure(|| {
            for n in count..count + 100 {
                created = created.with(numbered(n));
                created = created.replaced([(n as usize / 2, numbered(n / 2))]);
            }
        });
        counted.bytes_total / 100
    });
    assert!(costs[1] < 4 * costs[0] && costs[1] < 16 << 10, "{costs:?} bytes");
}

proptest! {
        #[test]
        fn a_view_stays_as_it_was_while_calls_are_created_and_replaced(
            listed in prop::collection::vec(0_i64..50, 0..20),
            steps in prop::collection::vec((0_i64..50, any::<Option<prop::sample::Index>>()), 0..600),
        ) {
            let calls = listed.iter().map(|t| Call::blank(at(*t))).collect();
            let universe = Arc::new(Universe::new(0, vec![], vec![], vec![], calls));
            let first = u32::try_from(universe.len()).unwrap();
            let (mut created, mut model) = (Arc::new(Created::default()), Vec::<Call>::new());
            let mut kept = vec![];
            for (n, (seconds, replaced)) in (0_u32..).zip(steps) {
                if let Some(index) = replaced.filter(|_| !model.is_empty()) {
                        let place = index.index(model.len());
                        model[place].note = Some(format!("replaced in step {n}").into());
                        created = Arc::new(created.replaced([(place, model[place].clone())]));
                } else {
    let numbered = CallId::Created(u32::try_from(model.len()).unwrap() + 1);
                    let id = if n % 5 == 0 { CallId::Listed(format!("added-{n}").into()) } else { numbered };
                    let call = call(id, seconds, 1000 + n);
                    model.push(call.clone());
                        created = Arc::new(created.with(call));
                }
                if n % 97 == 0 {
                    let view = View::new(Arc::clone(&universe), Arc::clone(&created), at(0));
                    kept.push((view.clone(), view.between(..), model.clone()));
                }
            }
            let view = View::new(Arc::clone(&universe), created, at(0));
            kept.push((view.clone(), view.between(..), model));
            for (view, slice, model) in kept {
                prop_assert_eq!(view.size(), universe.len() + model.len());
                let mut expected: Vec<(DateTime<Utc>, u32)> =
                    universe.calls().iter().chain(&model).map(|call| call.at).zip(0..).collect();
                expected.sort_unstable();
                let ordinals: Vec<Ordinal> = expected.into_iter().map(|(_, place)| Ordinal(place)).collect();
                prop_assert!(slice.clone().rev().eq(ordinals.iter().rev().copied()));
                prop_assert!(slice.eq(ordinals));
                for (place, call) in (first..).zip(&model) {
                    let found = view.call(Ordinal(place)).unwrap();
                    prop_assert_eq!((&found.id, &found.note), (&call.id, &call.note));
                    prop_assert_eq!(view.by_name(&call.id.to_string()), Some(Ordinal(place)));
                    let wire_id = call.data.as_ref().unwrap().ccai.as_ref().unwrap().wire_id().unwrap();
                    prop_assert_eq!(view.by_wire_id("ccai", &wire_id), Some(Ordinal(place)));
                    prop_assert_eq!(view.by_wire_id("commubo", &wire_id), None);
                }
                let next = format!("created-{}", model.len() + 1);
                prop_assert_eq!(view.by_name(&next), None);
                prop_assert_eq!(view.by_wire_id("ccai", "1"), None);
            }
        }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_answered_while_another_request_changes_the_world() {
    let mock = Mock::of(&vendor::day(25)).await;
    add(&mock, "created", "2024-05-14T10:00:00+09:00").await;
    let world = mock.default_world().await;
    let changed = mock.world();
    let (began, has_begun) = std::sync::mpsc::channel();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    // The step of a change that is not over until `end` is dropped.
    let writer = std::thread::spawn(move || {
        changed.choose(|_| {
            began.send(()).expect("the test waits");
            assert!(ended.recv().is_err(), "the sender is dropped");
            Ok::<(), ()>(())
        })
    });
    has_begun.recv().expect("the change begins");
    for vendor in vendor::ALL {
        let rows = tokio::time::timeout(Duration::from_mins(1), vendor.table(&world, &[How::Listed])).await;
        let lists = vendor.shows().iter().any(|shows| shows.how == How::Listed);
        let rows = rows.unwrap_or_else(|_| panic!("{vendor:?} waits for the change"));
        assert_eq!(!rows.is_empty(), lists, "{vendor:?}");
    }
    assert!(!writer.is_finished(), "the change went on meanwhile");
    drop(end);
    assert_eq!(writer.join().expect("no panic"), Ok(()));
}
