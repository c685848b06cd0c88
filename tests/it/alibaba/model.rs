//! 2.1, 2.2, 2.5, B2, B3, B13 to B16: what a record and its envelope look like.

use serde_json::{Value, json};

use super::client::{Call, Style};
use super::{CALLS, page, reading};
use crate::mock::{Answer, Mock, send};

/// The page's own row, with the 30 fields it has.
const ROW: &str =
    include_str!("../../../src/vendors/alibaba/operations/list_call_detail_records/example.json");

async fn record(mock: &Mock, id: &str) -> Value {
    page().with("ContactId", id).send(mock).await.json()["Data"]["List"][0].take()
}

fn documented() -> Call {
    page().with("StartTime", "1532448000000").with("EndTime", "1532707199000")
}

#[tokio::test]
async fn the_pages_own_row_is_returned_on_its_thirty_fields() {
    let mock = Mock::embedded("documented").await;
    let answer = documented().send(&mock).await;
    let body = answer.json();
    let mut expected: Value = serde_json::from_str(ROW).unwrap();
    let row = expected["Data"]["List"][0].take();
    let fields = row.as_object().unwrap();
    assert_eq!(fields.len(), 30);
    let shown = body["Data"]["List"][0].as_object().unwrap();
    for (name, value) in fields {
        assert_eq!(&shown[name], value, "{name}");
    }
    let order: Vec<&String> = shown.keys().take(30).collect();
    assert_eq!(order, fields.keys().collect::<Vec<_>>());
    let more: Vec<&String> = shown.keys().skip(30).collect();
    assert_eq!(more, ["DialingTime", "HeldTime", "TalkTime"], "of the SDK's five, those with a value");
    assert_eq!(body["Data"]["TotalCount"], 1);
    for member in ["Code", "HttpStatusCode", "Message"] {
        assert_eq!(body[member], expected[member], "{member}");
    }
    let members: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["Code", "HttpStatusCode", "Message", "RequestId", "Data"], "and no Params");
}

#[tokio::test]
async fn every_field_follows_from_the_neutral_record() {
    let mock = Mock::of(CALLS).await;
    let at = 1_715_648_400_000_i64;
    assert_eq!(
        record(&mock, "in").await,
        json!({
            "ContactDisposition": "Success", "ContactType": "Inbound", "EstablishedTime": at + 28_000,
            "CalledNumber": "400100", "SatisfactionIndex": 1, "SatisfactionSurveyChannel": "IVR",
            "ReleaseTime": at + 128_000, "WaitTime": 23, "SkillGroupNames": "Sales", "IvrTime": 5,
            "SatisfactionDescription": "满意", "ReleaseInitiator": "customer", "AgentIds": "wang@ccc-test",
            "CallDuration": "128", "RecordingReady": true, "InstanceId": "ccc-test", "RingTime": 3,
            "SatisfactionSurveyOffered": true, "AgentNames": "坐席小王", "StartTime": at, "ContactId": "in",
            "RecordingDuration": 99, "CallingNumber": "0735111", "QueueTime": 20,
            "SkillGroupIds": "sales@ccc-test", "DialingTime": 0, "HeldTime": 10, "TalkTime": 100,
        })
    );
    let out = record(&mock, "out").await;
    assert_eq!(
        (&out["CallDuration"], &out["DialingTime"], &out["AgentNames"]),
        (&json!("30"), &json!(2), &json!("Li"))
    );
    assert_eq!((&out["AgentIds"], &out["ReleaseInitiator"]), (&json!("li@ccc-test"), &json!("agent")));
    let gone = record(&mock, "gone").await;
    assert_eq!((&gone["QueueTime"], &gone["WaitTime"]), (&json!(60), &json!(0)), "abandoned while waiting");
    assert_eq!(gone["SkillGroupNames"], "服务");
}

#[tokio::test]
async fn what_a_call_has_not_is_left_out_for_texts_and_times_and_zero_or_false_for_the_rest() {
    let mock = Mock::of(CALLS).await;
    let busy = record(&mock, "busy").await;
    let absent = [
        "EstablishedTime",
        "AdditionalBroker",
        "Broker",
        "CallerLocation",
        "CalleeLocation",
        "SkillGroupIds",
        "SkillGroupNames",
        "ReleaseInitiator",
        "SatisfactionDescription",
        "SatisfactionSurveyChannel",
        "CallIds",
        "ReleaseReason",
    ];
    for name in absent {
        assert!(busy.get(name).is_none(), "{name}");
    }
    for name in
        ["SatisfactionIndex", "WaitTime", "RingTime", "IvrTime", "QueueTime", "RecordingDuration", "TalkTime"]
    {
        assert_eq!(busy[name], 0, "{name}");
    }
    assert_eq!((&busy["RecordingReady"], &busy["SatisfactionSurveyOffered"]), (&json!(false), &json!(false)));
    assert_eq!((&busy["ContactDisposition"], &busy["EarlyMediaState"]), (&json!("NoAnswer"), &json!("Busy")));
    let fail = record(&mock, "fail").await;
    assert_eq!(
        (&fail["ContactDisposition"], &fail["EarlyMediaState"]),
        (&json!("NoAnswer"), &json!("NotConnected"))
    );
    let mail = record(&mock, "mail").await;
    assert_eq!((&mail["ContactDisposition"], &mail["RecordingReady"]), (&json!("Voicemail"), &json!(false)));
    assert_eq!(record(&mock, "desk").await["ContactType"], "Internal");
}

#[tokio::test]
async fn all_thirty_five_fields_can_be_overridden_and_are_shown_as_written() {
    let yaml = r#"
callmock: 1
clock: 2024-05-14T12:00:00Z
accounts: {alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}]}
calls:
  - id: c
    direction: inbound
    from: "1"
    to: "2"
    at: 2024-05-14T11:00:00Z
    outcome: busy
    alibaba: {ContactId: c, InstanceId: ccc-test, ContactType: Strange, ContactDisposition: Own, CallingNumber: a, CalledNumber: b, CallerLocation: c, CalleeLocation: d, Broker: e, AdditionalBroker: f, AgentIds: "g,h", AgentNames: "G,H", SkillGroupIds: "i,j", SkillGroupNames: "I,J", CallIds: k, StartTime: 1715684400000, EstablishedTime: 2, ReleaseTime: 3, ReleaseInitiator: l, ReleaseReason: 404 - No destination, EarlyMediaState: m, CallDuration: 4, TalkTime: 5, HeldTime: 6, DialingTime: 7, RingTime: 8, IvrTime: 9, QueueTime: 10, WaitTime: 11, RecordingReady: true, RecordingDuration: 12, SatisfactionIndex: -2, SatisfactionDescription: n, SatisfactionSurveyChannel: o, SatisfactionSurveyOffered: true}
"#;
    let mock = Mock::of(yaml).await;
    let record = record(&mock, "c").await;
    assert_eq!(record.as_object().unwrap().len(), 35);
    assert_eq!((&record["CallDuration"], &record["ContactType"]), (&json!("4"), &json!("Strange")));
    assert_eq!(
        (&record["SatisfactionIndex"], &record["WaitTime"], &record["EstablishedTime"]),
        (&json!(-2), &json!(11), &json!(2))
    );
    // Filters look at what is shown.
    for (name, value) in
        [("AgentId", "h"), ("SkillGroupId", "i"), ("CallingNumber", "a"), ("SatisfactionList", "-2")]
    {
        assert_eq!(super::ids(&page().with(name, value).send(&mock).await), ["c"], "{name}");
    }
}

#[tokio::test]
async fn readings_decide_spelling_type_and_message() {
    let upper = Mock::of(&reading(CALLS, "alibaba.contact_type: OUTBOUND")).await;
    for (id, spelt) in [("in", "INBOUND"), ("out", "OUTBOUND"), ("desk", "INTERNAL")] {
        assert_eq!(record(&upper, id).await["ContactType"], spelt);
    }
    let integer = Mock::of(&reading(CALLS, "alibaba.call_duration: integer")).await;
    assert_eq!(record(&integer, "in").await["CallDuration"], 128);
    for (option, message) in [("documented", "无"), ("empty", ""), ("success", "success")] {
        let mock = Mock::of(&reading(CALLS, &format!("alibaba.success_message: {option}"))).await;
        assert_eq!(page().send(&mock).await.json()["Message"], message);
    }
}

#[tokio::test]
async fn the_gateways_headers_are_on_every_answer_with_one_request_id() {
    let mock = Mock::of(CALLS).await;
    let refused: Answer = page().secret("wrong").send(&mock).await;
    for answer in [page().send(&mock).await, page().style(Style::Acs3).send(&mock).await, refused] {
        let id = answer.json()["RequestId"].as_str().unwrap().to_owned();
        assert_eq!(id, id.to_uppercase());
        assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_eq!(answer.header("x-acs-request-id"), id);
        let trace = answer.header("x-acs-trace-id");
        assert!(trace.len() == 32 && trace.bytes().all(|b| b.is_ascii_hexdigit()));
        assert_eq!(answer.header("content-type"), "application/json;charset=utf-8");
        assert_eq!((answer.header("connection"), answer.header("keep-alive")), ("keep-alive", "timeout=25"));
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-expose-headers"), "*");
        assert!(answer.header("etag").starts_with('"'));
    }
    let request = mock.request("GET", "/?Action=x").header("connection", "close");
    assert_eq!(send(request).await.header("keep-alive"), "", "the client's last request");
}

#[tokio::test]
async fn xml_is_written_where_format_asks_for_it_in_any_case() {
    let mock = Mock::of(&CALLS.replace("坐席小王", "A & <B>")).await;
    let answer = page().with("Format", "xml").with("ContactId", "in").send(&mock).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/xml;charset=utf-8"));
    assert!(answer.behaviors().contains(&"alibaba.any.format_xml"));
    let start = "<?xml version='1.0' encoding='UTF-8'?><ListCallDetailRecordsResponse><Code>OK</Code><HttpStatusCode>200</HttpStatusCode><Message>无</Message><RequestId>";
    assert!(answer.body.starts_with(start), "{}", answer.body);
    let list = "<TotalCount>1</TotalCount><List><ContactDisposition>Success</ContactDisposition>";
    assert!(answer.body.contains(list), "{}", answer.body);
    assert!(answer.body.contains("<AgentNames>A &amp; &lt;B&gt;</AgentNames>"), "{}", answer.body);
    assert!(answer.body.ends_with("</List></Data></ListCallDetailRecordsResponse>"), "{}", answer.body);
    let two = page().with("Format", "XML").with("PageSize", "2").send(&mock).await;
    assert_eq!(two.body.matches("<List>").count(), 2);
    assert_eq!(page().with("Format", "jSoN").send(&mock).await.json()["Code"], "OK");
}

#[tokio::test]
async fn ids_of_answers_are_the_same_again_after_a_reset() {
    let mock = Mock::of(CALLS).await;
    let first = page().send(&mock).await.json()["RequestId"].take();
    assert_ne!(page().send(&mock).await.json()["RequestId"], first);
    // Looking at the index draws no id of theirs.
    mock.get("/_mock").await;
    assert_eq!(send(mock.request("POST", "/_mock/reset")).await.status, 204);
    mock.get("/_mock").await;
    assert_eq!(page().send(&mock).await.json()["RequestId"], first);
}
