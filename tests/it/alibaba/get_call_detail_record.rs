//! `GetCallDetailRecord`. `G1`, `E4`, `P3` and the like are rows of its fact sheet.

use serde_json::{Value, json};

use super::client::{Call, Style};
use super::{CALLS, page, reading};
use crate::mock::{Answer, Mock, send};

/// A good call for one record.
pub fn record(contact_id: &str) -> Call {
    let call = page().with("Action", "GetCallDetailRecord").with("ContactId", contact_id);
    call.without("PageNumber").without("PageSize")
}

/// A request for each behavior of the operation.
pub async fn probes() -> Vec<(&'static str, Answer)> {
    let mock = Mock::of(CALLS).await;
    let no_data = Mock::of(&reading(CALLS, "alibaba.unknown_contact: no_data")).await;
    let partial = Mock::of(&reading(UNDER_WAY, "alibaba.call_under_way: partial")).await;
    let mut answers = vec![
        ("get_call_detail_record.shown", record("in").send(&mock).await),
        ("get_call_detail_record.partial", record("now").send(&partial).await),
        ("get_call_detail_record.no_data", record("x").send(&no_data).await),
        ("get_call_detail_record.call_not_found", record("x").send(&mock).await),
        ("get_call_detail_record.missing_contact_id", record("x").without("ContactId").send(&mock).await),
        ("get_call_detail_record.missing_instance_id", record("in").without("InstanceId").send(&mock).await),
    ];
    for (behavior, instance) in [
        ("get_call_detail_record.instance_not_found", "x"),
        ("get_call_detail_record.instance_ceased", "stopped"),
        ("get_call_detail_record.instance_creating", "creating"),
        ("get_call_detail_record.instance_disabled", "disabled"),
    ] {
        answers.push((behavior, record("in").with("InstanceId", instance).send(&mock).await));
    }
    answers
}

/// A call that was answered and is not over, in a world whose clock stands still.
const UNDER_WAY: &str = r#"
callmock: 1
clock: 2024-05-14T12:00:00+08:00
accounts: {alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}]}
agents: [{id: wang, name: Wang}]
queues: [{id: sales, name: Sales}]
calls:
  - {id: now, direction: inbound, from: "1", to: "2", at: 2024-05-14T11:59:00+08:00, ivr: 5s, wait: 10s, ring: 5s, talk: 10m, outcome: answered, agent: wang, queue: sales, alibaba: {ContactId: now}}
  - {id: later, direction: inbound, from: "1", to: "2", at: 2024-05-14T13:00:00+08:00, talk: 10s, outcome: answered, alibaba: {ContactId: later}}
"#;

fn moment(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text).expect("a time").timestamp_millis()
}

#[tokio::test]
async fn an_inbound_call_has_its_record_with_the_events_of_menu_queue_agent_and_customer() {
    let mock = Mock::of(CALLS).await;
    let body = record("in").send(&mock).await.json();
    assert_eq!((body["Code"].as_str(), body["HttpStatusCode"].as_i64()), (Some("OK"), Some(200)));
    let data = &body["Data"];
    let at = |seconds: i64| moment("2024-05-14T09:00:00+08:00") + seconds * 1000;
    let flow = data["IvrEvents"][0]["FlowId"].clone();
    assert_eq!(flow.as_str().map(str::len), Some(36));
    let mut expected = json!({
        "ReleaseInitiator": "customer", "ContactDisposition": "Success", "ContactType": "INBOUND",
        "AgentIds": "wang@ccc-test", "CallDuration": 128, "RecordingReady": true,
        "EstablishedTime": at(28), "InstanceId": "ccc-test", "SatisfactionSurveyOffered": true,
        "CalledNumber": "400100", "AgentNames": "坐席小王", "Satisfaction": 1, "StartTime": at(0),
        "ContactId": "in", "SatisfactionSurveyChannel": "IVR", "ReleaseTime": at(128),
        "CallingNumber": "0735111", "SkillGroupNames": "Sales", "SkillGroupIds": "sales@ccc-test",
        "AgentEvents": [{
            "AgentName": "坐席小王", "AgentId": "wang@ccc-test", "SkillGroupId": "sales@ccc-test",
            "EventSequence": [
                { "Event": "Ringing", "EventTime": at(25), "Duration": 3 },
                { "Event": "Established", "EventTime": at(28), "Duration": 100 },
                { "Event": "Released", "EventTime": at(128), "Duration": 0 },
            ],
        }],
        "IvrEvents": [{ "EventSequence": [{ "Event": "Route2IVR", "EventTime": at(0) }], "FlowType": "MAIN_FLOW" }],
        "QueueEvents": [{
            "QueueId": "sales@ccc-test", "QueueName": "Sales", "QueueType": 1,
            "EventSequence": [
                { "Event": "Enqueue", "EventTime": at(5) }, { "Event": "AssignAgent", "EventTime": at(25) },
            ],
        }],
        "CustomerEvents": [{
            "CustomerId": "0735111",
            "EventSequence": [
                { "Event": "Established", "EventTime": at(28) }, { "Event": "Released", "EventTime": at(128) },
            ],
        }],
        "ReleaseReason": "200 - OK",
    });
    expected["IvrEvents"][0]["FlowId"] = flow.clone();
    expected["QueueEvents"][0]["FlowId"] = flow;
    assert_eq!(*data, expected);
    let keys: Vec<&String> = data.as_object().expect("an object").keys().collect();
    assert_eq!(
        (keys[0].as_str(), keys[2].as_str(), keys[15].as_str()),
        ("ReleaseInitiator", "ContactType", "ReleaseTime")
    );
}

#[tokio::test]
async fn an_outgoing_call_is_dialled_and_an_abandoned_one_ends_in_its_queue() {
    let mock = Mock::of(CALLS).await;
    let names = |events: &Value| -> Vec<String> {
        let all = events[0]["EventSequence"].as_array().cloned().unwrap_or_default();
        all.iter().map(|event| event["Event"].as_str().expect("a name").to_owned()).collect()
    };
    let data = record("out").send(&mock).await.json()["Data"].take();
    assert_eq!(names(&data["AgentEvents"]), ["Dialing", "Established", "Released"]);
    assert_eq!(names(&data["CustomerEvents"]), ["Ringing", "Established", "Released"]);
    assert_eq!((&data["IvrEvents"], &data["QueueEvents"]), (&json!([]), &json!([])));
    assert_eq!(
        (&data["CustomerEvents"][0]["CustomerId"], &data["ContactType"]),
        (&json!("0735222"), &json!("OUTBOUND"))
    );
    let data = record("gone").send(&mock).await.json()["Data"].take();
    assert_eq!(names(&data["QueueEvents"]), ["Enqueue", "Abandoned"]);
    assert_eq!(
        (names(&data["CustomerEvents"]), &data["AgentEvents"]),
        (vec!["Released".to_owned()], &json!([]))
    );
    assert!(data.get("EstablishedTime").is_none() && data["RecordingReady"] == false);
    let data = record("busy").send(&mock).await.json()["Data"].take();
    assert_eq!((&data["EarlyMediaState"], &data["ReleaseReason"]), (&json!("Busy"), &json!("486:USER_BUSY")));
}

#[tokio::test]
async fn the_record_agrees_with_the_lists_record_of_the_same_call() {
    let mock = Mock::of(CALLS).await;
    let list = page().send(&mock).await.json()["Data"]["List"].take();
    for listed in list.as_array().expect("a list") {
        let id = listed["ContactId"].as_str().expect("an id");
        let data = record(id).send(&mock).await.json()["Data"].take();
        for (name, value) in data.as_object().expect("an object") {
            match name.as_str() {
                "ContactType" => {
                    assert_eq!(value.as_str(), listed[name].as_str().map(str::to_uppercase).as_deref());
                }
                "CallDuration" => assert_eq!(Some(value.to_string().as_str()), listed[name].as_str()),
                "Satisfaction" => assert_eq!(*value, listed["SatisfactionIndex"]),
                "ReleaseReason" | "AgentEvents" | "IvrEvents" | "QueueEvents" | "CustomerEvents" => {}
                _ => assert_eq!(*value, listed[name], "{id} {name}"),
            }
        }
    }
}

#[tokio::test]
async fn a_call_has_its_record_once_it_is_over_and_not_in_another_instance() {
    let mock = Mock::of(UNDER_WAY).await;
    for id in ["now", "later", "x"] {
        let answer = record(id).send(&mock).await;
        assert_eq!((answer.status, &answer.json()["Code"]), (404, &json!("NotExists.JobId")));
        assert_eq!(answer.json()["Message"], format!("The call {id} does not exist."));
    }
    let advanced = send(mock.request("POST", "/_mock/clock/advance").body(r#"{"by":"PT10M"}"#)).await;
    assert_eq!(advanced.status, 200, "{}", advanced.body);
    assert_eq!(record("now").send(&mock).await.json()["Data"]["ContactDisposition"], "Success");
    assert_eq!(record("elsewhere").send(&Mock::of(CALLS).await).await.status, 404);
}

#[tokio::test]
async fn a_call_under_way_is_shown_without_its_end_where_the_reading_says_so() {
    let mock = Mock::of(&reading(UNDER_WAY, "alibaba.call_under_way: partial")).await;
    let data = record("now").send(&mock).await.json()["Data"].take();
    for end in ["ReleaseTime", "ReleaseInitiator", "ContactDisposition", "ReleaseReason"] {
        assert!(data.get(end).is_none(), "{end}");
    }
    assert_eq!(data["EstablishedTime"], moment("2024-05-14T11:59:20+08:00"));
    let sequence = data["AgentEvents"][0]["EventSequence"].as_array().expect("events");
    assert_eq!(sequence.last().expect("one")["Event"], "Established");
    assert_eq!(record("later").send(&mock).await.status, 404);
}

#[tokio::test]
async fn each_way_to_sign_and_xml_reach_the_second_action_as_they_reach_the_first() {
    let mock = Mock::of(CALLS).await;
    for style in [Style::Acs3, Style::RpcGet, Style::RpcForm] {
        let answer = record("in").style(style).send(&mock).await;
        assert_eq!(answer.json()["Data"]["ContactId"], "in", "{style:?}");
    }
    let xml = record("in").with("Format", "XML").send(&mock).await;
    assert!(
        xml.body.contains("<Event>Ringing</Event>") && xml.body.contains("<GetCallDetailRecordResponse>"),
        "{}",
        xml.body
    );
    let denied = record("in").key("denied").send(&mock).await.json();
    assert_eq!(denied["AccessDeniedDetail"]["AuthAction"], "ccc:GetCallDetailRecord");
    let misspelt = record("in").with("ContactID", "in").send(&mock).await;
    assert_eq!(misspelt.findings(), ["alibaba.unknown_parameter", "alibaba.format_left_out"]);
}
