//! Every POST example of the page, as it is printed, in the world that it needs.

use serde_json::Value;

use super::{create, documented, state};
use crate::mock::Mock;

/// Members whose values differ from example to example of the page itself.
const VARY: [&str; 12] = [
    "id",
    "call_id",
    "user_id",
    "end_user_id",
    "created_at",
    "queued_at",
    "assigned_at",
    "scheduled_at",
    "casting_time",
    "avatar_url",
    "connected_at",
    "ended_at",
];

#[tokio::test]
async fn every_post_example_of_the_page_is_answered_as_printed_or_listed_as_an_error_of_the_page() {
    let file: Value =
        serde_json::from_str(include_str!("../../../src/vendors/ccai/operations/create_call.json")).unwrap();
    let examples = file["examples"].as_array().unwrap();
    assert_eq!(examples.len(), 53);
    let (mut as_it_stands, mut after_a_change, mut errors) = (0, 0, vec![]);
    for example in examples {
        let id = example["id"].as_str().unwrap();
        if example.get("page_error").is_some() && id != "B3" {
            errors.push(id);
            continue;
        }
        let documented = documented().to_owned();
        let yaml = example["reading"]
            .as_str()
            .map_or(documented.clone(), |reading| format!("{documented}\nreadings: {{{reading}}}\n"));
        // A fresh world for each: ids count up as on the page.
        let mock = Mock::of(&yaml).await;
        let world = example["world"].as_object().unwrap();
        for (what, to) in world {
            let path = what
                .strip_prefix("menu ")
                .map_or_else(|| format!("agents/{what}"), |menu| format!("queues/{menu}"));
            state(&mock, &path, to.as_str().unwrap()).await;
        }
        let answer = create(&mock, &example["request"]).await;
        assert_eq!(u64::from(answer.status), example["status"].as_u64().unwrap(), "{id}: {}", answer.body);
        match &example["response"] {
            Value::Null => assert_eq!(answer.body, "", "{id}"),
            expected if example.get("compare").is_some() => same(&mended(expected), &answer.json(), id),
            expected => assert_eq!(answer.json(), *expected, "{id}"),
        }
        if world.is_empty() { as_it_stands += 1 } else { after_a_change += 1 }
    }
    // The page is wrong in these: each printed request contradicts its own heading or answer (1G.2
    // to 1G.4). A10 and A12 print the status and the echo that reading `ccai.accepted: echo_200`
    // gives to B5 and B9.
    assert_eq!(errors, ["A4", "A10", "A11", "A12", "B1"]);
    assert_eq!((as_it_stands, after_a_change), (37, 11));
}

/// B3's two misspelt keys, spelt right.
fn mended(printed: &Value) -> Value {
    let text = printed.to_string();
    serde_json::from_str(
        &text
            .replace("\"voicemail_reaso\"", "\"voicemail_reason\"")
            .replace("\"n_deflection\"", "\"no_deflection\""),
    )
    .unwrap()
}

/// Key by key in order and value by value, but for what varies.
fn same(expected: &Value, got: &Value, path: &str) {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            assert_eq!(expected.keys().collect::<Vec<_>>(), got.keys().collect::<Vec<_>>(), "{path}");
            for (name, value) in expected {
                if VARY.contains(&name.as_str()) {
                    assert_eq!(value.is_null(), got[name].is_null(), "{path}.{name}");
                } else {
                    same(value, &got[name], &format!("{path}.{name}"));
                }
            }
        }
        (Value::Array(expected), Value::Array(got)) => {
            assert_eq!(expected.len(), got.len(), "{path}");
            expected.iter().zip(got).for_each(|(expected, got)| same(expected, got, path));
        }
        _ => assert_eq!(expected, got, "{path}"),
    }
}

#[tokio::test]
async fn the_mangled_examples_are_what_the_reading_gives_to_the_case_they_stand_for() {
    let mock = Mock::of(&super::reading("ccai.accepted: echo_200")).await;
    let file: Value =
        serde_json::from_str(include_str!("../../../src/vendors/ccai/operations/create_call.json")).unwrap();
    let find =
        |id: &str| file["examples"].as_array().unwrap().iter().find(|e| e["id"] == id).unwrap().clone();
    let answer = create(&mock, &find("B5")["request"]).await;
    assert_eq!((answer.status, answer.json()), (200, find("A12")["response"].clone()));
    state(&mock, "agents/allen@somedomain.com", "available").await;
    let answer = create(&mock, &find("B9")["request"]).await;
    assert_eq!((answer.status, answer.json()), (200, find("A10")["response"].clone()));
}
