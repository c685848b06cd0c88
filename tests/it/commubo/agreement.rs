//! commubo's list beside `GET /_mock/calls`, member by member of the wire, in whatever way it is
//! asked for.

use std::collections::BTreeMap;

use chrono::{FixedOffset, SecondsFormat};
use serde_json::{Value, json};

use super::list;
use crate::agreement::{compare, moment, truth};
use crate::mock::{Mock, calls_of};

#[tokio::test]
async fn commubos_list_agrees_with_the_neutral_calls() {
    let mock = Mock::embedded("busy-day").await;
    let truth: BTreeMap<String, Value> = truth(&mock, "commubo").await;
    assert!(truth.len() > calls_of("busy-day") / 2, "inbound and outbound ones: {}", truth.len());
    let expected = |call: &Value| {
        let japan = |at: &Value| {
            let at = moment(at).with_timezone(&FixedOffset::east_opt(9 * 3600).unwrap());
            json!(at.to_rfc3339_opts(SecondsFormat::Secs, false))
        };
        let answered = !call["answered_at"].is_null();
        let inbound = call["direction"] == "inbound";
        let parent = call["parent"].as_str();
        json!({
            // The second part of a transfer is a user call.
            "callType": if parent.is_some() { "2" } else if inbound { "0" } else { "1" },
            "phoneNumber": if inbound { &call["from"] } else { &call["to"] },
            "callDateTime": japan(&call["at"]),
            "connectedDateTime": if answered { japan(&call["answered_at"]) } else { Value::Null },
            "talkTime": if answered { json!(call["talk"].to_string()) } else { Value::Null },
            "connectResult": match call["outcome"].as_str().unwrap() {
                "answered" => "SUCCESSFUL",
                abandoned if abandoned.starts_with("abandoned") => "ABANDONED",
                "no_answer" => "NO_ANSWER",
                "busy" => "BUSY",
                "rejected" => "REJECTED",
                "voicemail" => "VOICEMAIL",
                other => { assert_eq!(other, "failed"); "FAILED" }
            },
            "relatedCallId": truth.iter().find(|(_, other)| parent.is_some() && other["id"].as_str() == parent).map(|(id, _)| id),
        })
    };
    for query in ["", "?expand=all", "?start=2024-05-14&end=2024-05-15"] {
        let answer = list(&mock, query).await.json();
        let shown = answer.as_array().unwrap();
        compare(shown, "callId", &truth, expected);
        for record in shown {
            let call = &truth[record["callId"].as_str().unwrap()];
            for (name, neutral) in [("customer", "customer"), ("operator", "agent"), ("scenario", "queue")] {
                assert_eq!(record.get(name).is_some(), !call[neutral].is_null(), "{name}");
            }
        }
    }
}
