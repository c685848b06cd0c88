//! 1.2, A20, A21, A23, A25, A29, A31: what a log looks like.

use serde_json::{Value, json};

use super::{LOGS, ids, list, reading};
use crate::mock::Mock;

const MEMBERS: [&str; 19] = [
    "call_state",
    "call_status",
    "call_targets",
    "callee",
    "caller",
    "contact_id",
    "created_at",
    "direction",
    "duration",
    "ended_at",
    "extension_id",
    "external_id",
    "external_session_id",
    "id",
    "note",
    "recording_urls",
    "started_at",
    "updated_at",
    "user_id",
];

async fn logs(yaml: &str) -> Vec<Value> {
    let Value::Array(logs) = list(&Mock::of(yaml).await, json!({})).await.json()["call_logs"].take() else {
        panic!("a list")
    };
    logs
}

#[tokio::test]
async fn every_member_is_always_there_with_its_zero_value_where_there_is_nothing() {
    let logs = logs(LOGS).await;
    for log in &logs {
        let keys: Vec<&String> = log.as_object().unwrap().keys().collect();
        assert_eq!(keys, MEMBERS);
    }
    assert_eq!(
        logs[4],
        json!({
            "call_state": "answered", "call_status": "P",
            "call_targets": [{
                "add_time": "2024-05-14T09:00:05.000000+07:00", "answered_time": "2024-05-14T09:00:09.000000+07:00",
                "end_reason": "", "ended_time": "2024-05-14T09:01:09.000000+07:00", "fail_code": 0, "ring_duration": 4,
                "ring_time": "2024-05-14T09:00:05.000000+07:00", "status": "answered", "target_number": "101",
                "trunk_name": "",
            }],
            "callee": "1900", "caller": "0901", "contact_id": "555", "created_at": "2024-05-14T09:00:00.000000+07:00",
            "direction": "in", "duration": 60, "ended_at": "2024-05-14T09:01:09.000000+07:00", "extension_id": "9001",
            "external_id": "e1", "external_session_id": "s1", "id": "L1", "note": "hello",
            "recording_urls": ["https://example.com/1.mp3"], "started_at": "2024-05-14T09:00:00.000000+07:00",
            "updated_at": "2024-05-14T09:01:09.000000+07:00", "user_id": "77",
        })
    );
    let unanswered = &logs[3];
    assert_eq!(unanswered["started_at"], "2024-05-14T09:10:00.123456+07:00");
    assert_eq!(unanswered["call_targets"][0]["answered_time"], "0001-01-01T00:00:00Z", "A25");
    assert_eq!((&unanswered["call_status"], &unanswered["direction"]), (&json!("NS"), &json!("out")));
    let nobody = &logs[0];
    for (name, zero) in [
        ("contact_id", json!("0")),
        ("extension_id", json!("0")),
        ("user_id", json!("0")),
        ("external_id", json!("")),
        ("note", json!("")),
        ("recording_urls", json!([])),
        ("call_targets", json!([])),
    ] {
        assert_eq!(nobody[name], zero, "{name}");
    }
    assert_eq!((&nobody["call_state"], &nobody["call_status"]), (&json!("unknown"), &json!("Z")), "A20");
    assert_eq!(logs[2]["direction"], "ext", "one row of an internal call (A31)");
}

#[tokio::test]
async fn the_answers_have_the_shape_of_the_pages_samples() {
    let samples: Value = serde_json::from_str(include_str!(
        "../../../src/vendors/sencloud/operations/list_call_logs/samples.json"
    ))
    .unwrap();
    let answer = list(&Mock::of(LOGS).await, json!({})).await.json();
    for sample in samples.as_array().unwrap() {
        same_shape(sample, &answer, "");
    }
}

/// Every member of a sample is there, in its type; a placeholder has no value of its own.
fn same_shape(sample: &Value, got: &Value, path: &str) {
    match (sample, got) {
        (Value::Object(sample), Value::Object(got)) => {
            for (name, value) in sample {
                same_shape(
                    value,
                    got.get(name).unwrap_or_else(|| panic!("{path}/{name} is missing")),
                    &format!("{path}/{name}"),
                );
            }
        }
        (Value::Array(sample), Value::Array(got)) => {
            for item in got {
                same_shape(&sample[0], item, &format!("{path}[]"));
            }
        }
        (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_)) => {}
        _ => panic!("{path}: {sample} and {got} are of two types"),
    }
}

#[tokio::test]
async fn readings_decide_times_arrays_and_the_status_of_the_unknown() {
    let zulu = logs(&reading(LOGS, "sencloud.times: zulu_millis")).await;
    assert_eq!(zulu[3]["started_at"], "2024-05-14T02:10:00.123Z");
    let nulls = logs(&reading(LOGS, "sencloud.empty_arrays: null")).await;
    assert_eq!((&nulls[0]["recording_urls"], &nulls[0]["call_targets"]), (&json!(null), &json!(null)));
    assert!(nulls[4]["recording_urls"].is_array());
    let no_calls = LOGS.split("agents:").next().unwrap();
    let empty = Mock::of(&reading(no_calls, "sencloud.empty_arrays: \"null\"")).await;
    assert_eq!(list(&empty, json!({})).await.json()["call_logs"], json!(null));
    let ns = logs(&reading(LOGS, "sencloud.status_of_unknown: NS")).await;
    assert_eq!(ns[0]["call_status"], "NS");
}

#[tokio::test]
async fn ids_that_a_scenario_leaves_open_look_like_the_vendors() {
    let yaml = LOGS.replace(", sencloud: {id: L2}", "");
    let answer = list(&Mock::of(&yaml).await, json!({})).await;
    let id = &ids(&answer)[3];
    assert!(id.len() == 19 && id.parse::<i64>().is_ok(), "{id}");
    let log = &answer.json()["call_logs"][3];
    for name in ["extension_id", "user_id"] {
        let id = log[name].as_str().unwrap();
        assert!(id.len() == 19 && id.parse::<i64>().is_ok(), "{name} {id}");
    }
}

#[tokio::test]
async fn a_shop_sees_only_its_own_logs() {
    let mock = Mock::of(LOGS).await;
    assert_eq!(ids(&list(&mock, json!({})).await), ["L5", "L4", "L3", "L2", "L1"]);
    let request = mock.request("POST", super::PATH).header("content-type", "application/json");
    let other = crate::mock::send(request.header("authorization", "bearer 2:OTHER").body("{}")).await;
    assert_eq!(ids(&other), ["other"]);
}
