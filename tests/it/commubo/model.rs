//! S1, F1 to F13, the expand matrix, A1 to A3, A21 to A27: what a call looks like.

use serde_json::{Value, json};

use super::{VECTORS, ids, list, reading};
use crate::mock::{Mock, send};

/// The page's example body, to the byte: its indentation is of no-break spaces, which JSON does not
/// know.
const EXAMPLE: &str = include_str!("../../../src/vendors/commubo/operations/list_calls.json");

/// The same JSON text without white space between its tokens, key order kept.
fn compact(json: &str) -> String {
    serde_json::from_str::<Value>(json).expect("JSON").to_string()
}

#[tokio::test]
async fn the_pages_second_command_with_expand_all_returns_the_pages_own_json() {
    let mock = Mock::embedded("documented").await;
    let answer = list(&mock, "?start=2018-09-01&end=2018-10-01&expand=all").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.body, compact(EXAMPLE), "key order included");
}

#[tokio::test]
async fn the_pages_two_commands_as_printed_return_it_reduced_by_the_expand_matrix() {
    let mock = Mock::embedded("documented").await;
    let whole: Value = serde_json::from_str(EXAMPLE).unwrap();
    let mut reduced = whole.clone();
    reduced[0]["operator"] = json!({ "operatorId": whole[0]["operator"]["operatorId"] });
    let second = list(&mock, "?start=2018-09-01&end=2018-10-01&expand=customer").await;
    assert_eq!(second.body, reduced.to_string());
    reduced[0]["customer"] = json!({ "customerId": whole[0]["customer"]["customerId"] });
    let first = list(&mock, "?start=2018-09-01").await;
    assert_eq!(first.body, reduced.to_string());
}

#[tokio::test]
async fn expand_shows_customers_and_operators_by_id_or_whole_and_scenarios_always_by_id() {
    let mock = Mock::embedded("documented").await;
    for (query, customer, operator) in [
        ("", 1, 1),
        ("?expand=none", 1, 1),
        ("?expand=customer", 19, 1),
        ("?expand=operator", 1, 16),
        ("?expand=all", 19, 16),
    ] {
        let call = list(&mock, query).await.json()[0].take();
        let keys = |name: &str| call[name].as_object().unwrap().len();
        assert_eq!(
            (keys("customer"), keys("operator"), keys("scenario")),
            (customer, operator, 1),
            "{query}"
        );
    }
}

const SPARSE: &str = r#"
callmock: 1
accounts: {commubo: [{tenant_id: 12345678-90AB-CDEF-1234-567890ABCDEF, access_token: FEDCBA09-8765-4321-FEDC-BA0987654321}]}
agents: [{id: bot, name: Bot, commubo: {operatorVoiceId: "7", shortName: ""}}]
customers: [{id: ann, name: {given: Ann, family: Lee}, phones: ["1", "2", "3", "4", "5", "6"]}]
queues: [{id: q, name: Q}]
calls:
  - {id: silent, direction: inbound, from: "111", to: "222", at: 2020-01-01T00:00:00Z, outcome: no_answer, ring: 9s}
  - {id: mute, direction: outbound, from: "222", to: "333", at: 2020-01-02T00:00:00.900Z, dial: 1s, ring: 2s, outcome: answered, agent: bot, customer: ann, queue: q}
  - {id: moved, direction: inbound, from: "111", to: "222", at: 2020-01-03T00:00:00Z, talk: 61s, outcome: answered, parent: mute}
  - {id: user, direction: outbound, from: "222", to: "444", at: 2020-01-04T00:00:00Z, talk: 5s, outcome: answered, parent: inside, commubo: {callType: 2, connectResult: ANYTHING, checkPoint: ""}}
  - {id: inside, direction: internal, from: "101", to: "102", at: 2020-01-05T00:00:00Z, talk: 5s, outcome: answered}
"#;

#[tokio::test]
async fn what_is_absent_is_left_out_and_never_null() {
    let mock = Mock::of(SPARSE).await;
    let answer = list(&mock, "?expand=all").await;
    let calls = answer.json();
    assert!(!answer.body.contains("null"));
    // F3, F6, F7, F9 to F13: nobody was reached, nobody is known.
    let silent = json!({
        "callId": calls[0]["callId"], "callType": "0", "phoneNumber": "111",
        "callDateTime": "2020-01-01T09:00:00+09:00", "connectResult": "NO_ANSWER",
    });
    assert_eq!(calls[0], silent);
    // A23: reached and nothing said is "0"; A27: whole seconds; the far end of an outbound call is
    // whom it called.
    let mute = &calls[1];
    assert_eq!(
        (&mute["callType"], &mute["phoneNumber"], &mute["talkTime"]),
        (&json!("1"), &json!("333"), &json!("0"))
    );
    assert_eq!(mute["callDateTime"], "2020-01-02T09:00:00+09:00");
    assert_eq!(mute["connectedDateTime"], "2020-01-02T09:00:03+09:00");
    // Members that the scenario does not set are left out; what it sets is shown, "" included.
    let customer = mute["customer"].as_object().unwrap();
    assert_eq!(
        customer.keys().collect::<Vec<_>>(),
        ["customerId", "familyName", "personalName", "phoneNumbers"]
    );
    assert_eq!(customer["phoneNumbers"], json!(["1", "2", "3", "4", "5"]), "at most five");
    let operator = mute["operator"].as_object().unwrap();
    assert_eq!(operator.keys().collect::<Vec<_>>(), ["operatorId", "operatorVoiceId", "name", "shortName"]);
    assert_eq!(operator["shortName"], "");
    // F3: a derived call names the call that it was derived from.
    assert_eq!(calls[2]["relatedCallId"], mute["callId"]);
    // A call that commubo does not have is named by none of its own.
    assert!(calls[3].get("relatedCallId").is_none());
    // F2 and 1.5: a user call, and any result text.
    assert_eq!((&calls[3]["callType"], &calls[3]["connectResult"]), (&json!("2"), &json!("ANYTHING")));
    assert_eq!(calls[3]["checkPoint"], "");
    // Calls between agents are not commubo's.
    assert_eq!(calls.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn ids_that_a_scenario_leaves_open_look_like_the_vendors_and_stay_the_same() {
    let seeded = SPARSE.replace("callmock: 1", "callmock: 1\nseed: 7");
    let (one, same, other) = (
        Mock::of(&seeded).await,
        Mock::of(&seeded).await,
        Mock::of(&seeded.replace("seed: 7", "seed: 8")).await,
    );
    let calls = list(&one, "").await;
    assert_eq!(calls.body, list(&same, "").await.body);
    assert_ne!(calls.body, list(&other, "").await.body);
    for id in ids(&calls) {
        assert!(id.len() == 16 && id.bytes().all(|b| b.is_ascii_digit()), "{id}");
    }
    // A21: 8-4-4-4-16, which is no UUID.
    let call = calls.json()[1].take();
    for id in
        [&call["customer"]["customerId"], &call["operator"]["operatorId"], &call["scenario"]["scenarioId"]]
    {
        let groups: Vec<usize> = id.as_str().unwrap().split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 16], "{id}");
    }
}

#[tokio::test]
async fn numbers_are_strings_as_in_the_example_or_integers_as_described() {
    let documented = callmock_documented();
    let strings = list(&Mock::of(&documented).await, "?expand=all").await.json()[0].take();
    assert_eq!(strings["callType"], "0");
    assert_eq!(strings["talkTime"], "123");
    assert_eq!(strings["operator"]["operatorVoiceId"], "123");
    let mock = Mock::of(&reading(&documented, "commubo.numbers: integer")).await;
    let integers = list(&mock, "?expand=all").await.json()[0].take();
    assert_eq!(integers["callType"], 0);
    assert_eq!(integers["talkTime"], 123);
    assert_eq!(integers["operator"]["operatorVoiceId"], 123);
}

#[tokio::test]
async fn the_operators_voice_has_the_key_that_the_reading_says() {
    for (option, keys) in [
        ("operatorVoiceId", &["operatorVoiceId"][..]),
        ("operatorVocieId", &["operatorVocieId"]),
        ("both", &["operatorVoiceId", "operatorVocieId"]),
    ] {
        let yaml = reading(&callmock_documented(), &format!("commubo.voice_id_key: {option}"));
        let call = list(&Mock::of(&yaml).await, "?expand=all").await.json()[0].take();
        let operator = call["operator"].as_object().unwrap();
        let found: Vec<&str> =
            operator.keys().map(String::as_str).filter(|key| key.starts_with("operatorVo")).collect();
        assert_eq!(found, keys, "{option}");
    }
}

fn callmock_documented() -> String {
    include_str!("../../../scenarios/documented.yaml").to_owned()
}

#[tokio::test]
async fn an_empty_list_is_200_with_an_empty_array_and_no_paging_member() {
    let mock = Mock::of(VECTORS).await;
    let answer = list(&mock, "?start=2030-01-01").await;
    assert_eq!(
        (answer.status, answer.body.as_str(), answer.outcome()),
        (200, "[]", "commubo.list_calls.empty")
    );
}

#[tokio::test]
async fn the_accept_header_is_not_what_406_is_about() {
    let mock = Mock::of(VECTORS).await;
    let request = mock.request("GET", "/v1/calls").header("accept", "text/csv");
    let request =
        request.header("x-commubo-tenantId", super::TENANT).header("x-commubo-accessToken", super::TOKEN);
    assert_eq!(send(request).await.status, 200);
}

#[tokio::test]
async fn what_a_call_has_not_is_left_out_or_empty_as_the_reading_says() {
    let bare = "callmock: 1\nclock: 2018-10-01T00:00:00Z\naccounts: {commubo: [{tenant_id: 12345678-90AB-CDEF-1234-567890ABCDEF, access_token: FEDCBA09-8765-4321-FEDC-BA0987654321}]}\n\
                calls: [{id: c, direction: inbound, from: '1', to: '2', at: 2018-09-01T13:01:23+09:00, outcome: busy}]\n";
    let call = async |yaml: &str| list(&Mock::of(yaml).await, "?start=2018-09-01").await.json()[0].clone();
    let omitted = call(bare).await;
    for member in ["note", "operator", "scenario"] {
        assert!(omitted.get(member).is_none(), "{member}: {omitted}");
    }
    let empty = call(&format!("{bare}readings: {{commubo.unset: empty}}\n")).await;
    assert_eq!(empty["note"], "");
    assert_eq!(empty["operator"], serde_json::json!({ "operatorId": "" }));
    assert_eq!(empty["scenario"], serde_json::json!({ "scenarioId": "" }));
    assert!(empty.get("customer").is_none() || empty["customer"].is_object(), "{empty}");
}
