//! Sencloud's list beside `GET /_mock/calls`, member by member of the wire, in whatever way it is
//! asked for.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::list;
use crate::agreement::{compare, moment, truth};
use crate::mock::{Mock, calls_of};

#[tokio::test]
async fn senclouds_list_agrees_with_the_neutral_calls() {
    let mock = Mock::embedded("busy-day").await;
    let truth = truth(&mock, "sencloud").await;
    let all = calls_of("busy-day");
    assert!((all - 10..all).contains(&truth.len()), "a few of {all} are not over yet: {}", truth.len());
    let expected = |call: &Value| {
        let time = |at: DateTime<Utc>| {
            let at = at.with_timezone(&FixedOffset::east_opt(7 * 3600).unwrap());
            json!(at.to_rfc3339_opts(SecondsFormat::Micros, false))
        };
        let answered = call["outcome"] == "answered";
        json!({
            "caller": call["from"], "callee": call["to"],
            "direction": match call["direction"].as_str().unwrap() { "inbound" => "in", "outbound" => "out", _ => "ext" },
            "call_state": if answered { "answered" } else { "not_answered" },
            "call_status": if answered { "P" } else { "NS" },
            "duration": call["talk"],
            "started_at": time(moment(&call["at"])),
            "ended_at": time(moment(&call["ended_at"])),
            "note": "",
        })
    };
    for (limit, sort) in [(100, "-started_at"), (63, "started_at"), (89, "-updated_at")] {
        let (mut shown, mut after) = (vec![], String::new());
        loop {
            let body = json!({ "paging": { "limit": limit, "sort": sort, "after": after } });
            let mut answer = list(&mock, body).await.json();
            let Value::Array(list) = answer["call_logs"].take() else { panic!("a list") };
            shown.extend(list);
            after = answer["paging"]["next"].as_str().unwrap().to_owned();
            if after.is_empty() {
                break;
            }
        }
        compare(&shown, "id", &truth, expected);
        for log in &shown {
            let call = &truth[log["id"].as_str().unwrap()];
            let targets = log["call_targets"].as_array().unwrap();
            assert_eq!(targets.len(), usize::from(!call["agent"].is_null()));
            for target in targets {
                assert_eq!(target["ring_duration"], call["ring"]);
                if let Some(answered) = call["answered_at"].as_str() {
                    let shown: DateTime<Utc> = target["answered_time"].as_str().unwrap().parse().unwrap();
                    assert_eq!(shown, answered.parse::<DateTime<Utc>>().unwrap());
                }
            }
            for (name, neutral) in
                [("contact_id", "customer"), ("extension_id", "agent"), ("user_id", "agent")]
            {
                assert_eq!(log[name] == "0", call[neutral].is_null(), "{name}");
            }
        }
    }
}
