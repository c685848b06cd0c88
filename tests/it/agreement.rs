//! One call, several dialects: each vendor's list agrees with `GET /_mock/calls` field by field,
//! whatever order, filter or page size fetched it. What a field should be is worked out here, from
//! the neutral record alone.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::mock::{Answer, Mock, send};
use crate::{alibaba, commubo, sencloud};

/// The neutral calls by their id at a vendor.
async fn truth(mock: &Mock, vendor: &str) -> BTreeMap<String, Value> {
    let now = moment(&mock.get("/_mock/clock").await.json()["now"]);
    let mut calls = BTreeMap::new();
    let mut after = Some(0);
    while let Some(from) = after {
        let page = mock.get(&format!("/_mock/calls?after={from}&limit=700")).await.json();
        for call in page["calls"].as_array().unwrap() {
            // A list shows what is over; the neutral calls what has begun.
            let is_over =
                call["ended_at"].as_str().is_some_and(|end| end.parse::<DateTime<Utc>>().unwrap() <= now);
            if let Some(id) = call["ids"][vendor].as_str().filter(|_| is_over) {
                calls.insert(id.to_owned(), call.clone());
            }
        }
        after = page["next"].as_u64();
    }
    calls
}

fn moment(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

fn seconds(call: &Value, names: &[&str]) -> u64 {
    names.iter().map(|name| call[*name].as_u64().unwrap()).sum()
}

/// Holds what a vendor shows against what it should, call by call.
fn compare(shown: &[Value], id: &str, truth: &BTreeMap<String, Value>, expected: impl Fn(&Value) -> Value) {
    assert_eq!(shown.len(), truth.len(), "every call once");
    for record in shown {
        let call = truth.get(record[id].as_str().unwrap()).expect("a call of the universe");
        for (name, value) in expected(call).as_object().unwrap() {
            assert_eq!(record.get(name).unwrap_or(&Value::Null), value, "{name} of {call}");
        }
    }
}

#[tokio::test]
async fn commubos_list_agrees_with_the_neutral_calls() {
    let mock = Mock::embedded("busy-day").await;
    let truth: BTreeMap<String, Value> = truth(&mock, "commubo").await;
    assert!(truth.len() > 3000);
    let expected = |call: &Value| {
        let japan = |at: &Value| {
            let at = moment(at).with_timezone(&FixedOffset::east_opt(9 * 3600).unwrap());
            json!(at.to_rfc3339_opts(SecondsFormat::Secs, false))
        };
        let answered = !call["answered_at"].is_null();
        let inbound = call["direction"] == "inbound";
        let parent = call["parent"].as_str();
        json!({
            "callType": if inbound { "0" } else { "1" },
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
        let answer = commubo::list(&mock, query).await.json();
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

#[tokio::test]
async fn alibabas_list_agrees_with_the_neutral_calls() {
    let mock = Mock::embedded("busy-day").await;
    let truth = truth(&mock, "alibaba").await;
    assert_eq!(truth.len(), 3997, "three are not over yet");
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
            let page = alibaba::page().with("PageSize", size).with("PageNumber", &number.to_string());
            let page = page.with("OrderByField", field).with("SortOrder", order);
            let answer: Answer = page.with("StartTime", day.0).with("EndTime", day.1).send(&mock).await;
            let Value::Array(list) = answer.json()["Data"]["List"].take() else { panic!("a list") };
            if list.is_empty() {
                break;
            }
            shown.extend(list);
        }
        compare(&shown, "ContactId", &truth, expected);
    }
    let inbound =
        truth.iter().filter(|(_, call)| call["direction"] == "inbound" && call["outcome"] == "voicemail");
    let page = alibaba::page().with("ContactType", "Inbound").with("ContactDisposition", "Voicemail");
    let answer = page.with("StartTime", day.0).with("EndTime", day.1).send(&mock).await.json();
    assert_eq!(answer["Data"]["TotalCount"], inbound.count());
}

#[tokio::test]
async fn senclouds_list_agrees_with_the_neutral_calls() {
    let mock = Mock::embedded("busy-day").await;
    let truth = truth(&mock, "sencloud").await;
    assert_eq!(truth.len(), 3997, "three are not over yet");
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
            "note": "", "external_id": "",
        })
    };
    for (limit, sort) in [(100, "-started_at"), (63, "started_at"), (89, "-updated_at")] {
        let (mut shown, mut after) = (vec![], String::new());
        loop {
            let body = json!({ "paging": { "limit": limit, "sort": sort, "after": after } });
            let mut answer = sencloud::list(&mock, body).await.json();
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

#[tokio::test]
async fn the_neutral_calls_have_every_member_and_are_cut_by_time_and_page() {
    let yaml = crate::readme::scenario();
    let mock = Mock::of(yaml).await;
    let page = mock.get("/_mock/calls").await.json();
    let [answered, busy] = page["calls"].as_array().unwrap().as_slice() else { panic!("two calls") };
    let mut ids = answered["ids"].clone();
    assert_eq!(
        ids.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["commubo", "ccai", "alibaba", "sencloud"]
    );
    assert_eq!(
        *answered,
        json!({
            "id": "answered", "direction": "inbound", "from": "0355550100", "to": "0355550199",
            "at": "2024-05-13T01:00:00Z", "answered_at": "2024-05-13T01:00:57Z", "ended_at": "2024-05-13T01:03:57Z",
            "dial": 0, "ivr": 12, "wait": 40, "ring": 5, "talk": 180, "hold": 0, "outcome": "answered",
            "agent": "mai", "customer": "ann", "queue": "sales", "parent": null, "recording": null, "rating": null,
            "on": null, "ids": ids.take(), "status": "ended",
        })
    );
    assert_eq!((&busy["on"], busy["ids"].as_object().unwrap().len()), (&json!(["alibaba"]), 1));
    assert_eq!(page["next"], json!(null));
    let cut = async |query: &str| {
        let page = mock.get(&format!("/_mock/calls?{query}")).await.json();
        let ids: Vec<String> = page["calls"]
            .as_array()
            .unwrap()
            .iter()
            .map(|call| call["id"].as_str().unwrap().to_owned())
            .collect();
        (ids.join(" "), page["next"].as_u64())
    };
    assert_eq!(cut("limit=1").await, ("answered".into(), Some(1)));
    assert_eq!(cut("limit=1&after=1").await, ("busy".into(), None));
    assert_eq!(
        cut("from=2024-05-13T10:00:00%2B09:00&to=2024-05-13T02:00:00Z").await,
        ("answered".into(), None)
    );
    assert_eq!(cut("from=2024-05-13T01:00:00.001Z").await, ("busy".into(), None));
    for (query, part) in [
        ("from=monday", "RFC 3339"),
        ("limit=x", "a number"),
        ("limit=0", "1 or more"),
        ("form=1", "did you mean `from`?"),
    ] {
        let refused = send(mock.request("GET", &format!("/_mock/calls?{query}"))).await;
        assert_eq!(refused.status, 400);
        assert!(refused.body.contains(part), "{}", refused.body);
    }
}
