//! Alibaba's list beside `GET /_mock/calls`, member by member of the wire, in whatever way it is
//! asked for.

use serde_json::{Value, json};

use super::page;
use super::vendor::usual;
use crate::agreement::{compare, moment, truth};
use crate::mock::{Answer, Mock, calls_of};

fn seconds(call: &Value, names: &[&str]) -> u64 {
    names.iter().map(|name| call[*name].as_u64().unwrap()).sum()
}

#[tokio::test]
async fn alibabas_list_agrees_with_the_neutral_calls() {
    let mock = Mock::embedded("busy-day").await;
    let truth = truth(&mock, "alibaba").await;
    let all = calls_of("busy-day");
    assert!((all - 10..all).contains(&truth.len()), "a few of {all} are not over yet: {}", truth.len());
    let expected = |call: &Value| {
        let millis =
            |at: &Value| if at.is_null() { Value::Null } else { json!(moment(at).timestamp_millis()) };
        let direction = call["direction"].as_str().unwrap();
        let outcome = call["outcome"].as_str().unwrap();
        let recorded = !call["recording"].is_null() && !call["answered_at"].is_null();
        let from = if direction == "inbound" { &call["at"] } else { &call["answered_at"] };
        let lasted =
            if from.is_null() { 0 } else { (moment(&call["ended_at"]) - moment(from)).num_seconds() };
        let waited = !matches!(outcome, "abandoned_queue" | "abandoned_ring");
        json!({
            "ContactType": match direction { "inbound" => "Inbound", "outbound" => "Outbound", _ => "Internal" },
            "ContactDisposition": match outcome {
                "answered" => "Success",
                "rejected" => "Reject",
                "abandoned_ivr" => "AbandonedInIVR",
                "abandoned_queue" => "AbandonedInQueue",
                "abandoned_ring" => "AbandonedInRing",
                "voicemail" => "Voicemail",
                "no_answer" if direction == "inbound" => "AbandonedInRing",
                "busy" | "failed" if direction == "inbound" => "QueuingFailed",
                _ => "NoAnswer",
            },
            "EarlyMediaState": match outcome {
                "busy" if direction == "outbound" => json!("Busy"),
                "failed" if direction == "outbound" => json!("NotConnected"),
                _ => Value::Null,
            },
            "CallingNumber": call["from"], "CalledNumber": call["to"],
            "StartTime": millis(&call["at"]), "EstablishedTime": millis(&call["answered_at"]),
            "ReleaseTime": millis(&call["ended_at"]), "CallDuration": lasted.to_string(),
            "TalkTime": call["talk"], "HeldTime": call["hold"], "DialingTime": call["dial"],
            "IvrTime": call["ivr"], "QueueTime": call["wait"], "RingTime": call["ring"],
            "WaitTime": if waited { seconds(call, &["wait", "ring"]) } else { 0 },
            "AgentIds": call["agent"].as_str().map(|agent| format!("{agent}@ccc-test")),
            "SkillGroupIds": call["queue"].as_str().map(|queue| format!("{queue}@ccc-test")),
            "RecordingReady": recorded,
            "RecordingDuration": if recorded { call["recording"]["duration"].clone() } else { json!(0) },
            "SatisfactionIndex": call["rating"]["score"].as_i64().unwrap_or(0),
            "SatisfactionSurveyOffered": !call["rating"].is_null(),
        })
    };
    let day = ("1715612400000", "1715698799999");
    for (size, field, order) in
        [("100", "startTime", "DESC"), ("41", "callDuration", "ASC"), ("97", "queueTime", "DESC")]
    {
        let mut shown = vec![];
        for number in 1..=100 {
            let asked = page().with("PageSize", size).with("PageNumber", &number.to_string());
            let asked = asked.with("OrderByField", field).with("SortOrder", order);
            let answer: Answer = asked.with("StartTime", day.0).with("EndTime", day.1).send(&mock).await;
            let Value::Array(list) = answer.json()["Data"]["List"].take() else { panic!("a list") };
            if list.is_empty() {
                break;
            }
            shown.extend(list.iter().map(usual));
        }
        compare(&shown, "ContactId", &truth, expected);
    }
    let inbound =
        truth.iter().filter(|(_, call)| call["direction"] == "inbound" && call["outcome"] == "voicemail");
    let asked = page().with("ContactType", "Inbound").with("ContactDisposition", "Voicemail");
    let answer = asked.with("StartTime", day.0).with("EndTime", day.1).send(&mock).await.json();
    assert_eq!(answer["Data"]["TotalCount"], inbound.count());
}
