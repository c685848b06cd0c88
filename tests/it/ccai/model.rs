//! 2, 1G.9, 1G.10: what a created call looks like, and what becomes of it.

use serde_json::{Value, json};

use super::{ask, create, documented, inbound, outbound, reading, scheduled, with};
use crate::mock::{Mock, send};

#[tokio::test]
async fn ids_of_calls_and_participants_count_up_as_on_the_page_past_those_in_use() {
    let mock = Mock::of(documented()).await;
    let first = create(&mock, &outbound()).await.json();
    let second = create(&mock, &with(outbound(), "ticket_id", json!("71450"))).await.json();
    let ids = |call: &Value| {
        let participants = call["participants"].as_array().unwrap();
        (
            call["id"].as_u64().unwrap(),
            participants.iter().map(|p| p["id"].as_u64().unwrap()).collect::<Vec<_>>(),
        )
    };
    assert_eq!((ids(&first), ids(&second)), ((397, vec![610, 611]), (398, vec![612, 613])));
    assert_eq!(second["end_user"]["id"], 67);
    assert_eq!(second["participants"][1]["end_user_id"], 67);
    let near = documented().replace("next_call_id: 397", "next_call_id: 513");
    let mock = Mock::of(&near).await;
    assert_eq!(create(&mock, &inbound()).await.json()["id"], 513);
    assert_eq!(create(&mock, &inbound()).await.json()["id"], 515, "514 is the scenario's");
    assert_eq!(send(mock.request("POST", "/_mock/reset")).await.status, 204);
    assert_eq!(create(&mock, &inbound()).await.json()["id"], 513, "and begin again after a reset");
}

#[tokio::test]
async fn each_kind_has_its_keys_and_its_times() {
    let mock = Mock::of(documented()).await;
    let keys = |call: &Value| call.as_object().unwrap().len();
    let out = create(&mock, &outbound()).await.json();
    assert_eq!(
        (keys(&out), &out["status"], &out["created_at"]),
        (40, &json!("assigned"), &json!("2019-09-10T00:19:14.421Z"))
    );
    let assigned: chrono::DateTime<chrono::Utc> = out["assigned_at"].as_str().unwrap().parse().unwrap();
    let after = assigned.timestamp_subsec_millis() - 421;
    assert!((16..=35).contains(&after), "{after} ms");
    let into = create(&mock, &inbound()).await.json();
    assert_eq!((keys(&into), &into["status"]), (39, &json!("queued")));
    assert_eq!(
        (&into["created_at"], &into["queued_at"]),
        (&json!("2019-09-10T00:19:14.000Z"), &json!("2019-09-10T00:19:14.421Z"))
    );
    assert!(into.get("voip_provider").is_none());
    let later = create(&mock, &scheduled()).await.json();
    assert_eq!(
        (keys(&later), &later["status"], &later["call_type"]),
        (39, &json!("scheduled"), &json!("Voice Scheduled (API)"))
    );
    assert_eq!(
        (&later["queued_at"], &later["offer_type"], &later["offer_events"]),
        (&json!(null), &json!(null), &json!([]))
    );
    let linked = with(with(scheduled(), "menu_id", json!(null)), "call_id", json!(514));
    let linked_call = create(&mock, &linked).await.json();
    assert_eq!((&linked_call["parent_id"], &linked_call["selected_menu"]["id"]), (&json!(514), &json!(9)));
    let as_documented = Mock::of(&reading("ccai.scheduled_response: as_documented")).await;
    let printed = create(&as_documented, &linked).await.json();
    assert_eq!((keys(&printed), &printed["status"], printed.get("parent_id")), (39, &json!("queued"), None));
}

#[tokio::test]
async fn who_calls_in_unknown_gets_a_new_end_user() {
    let mock = Mock::of(documented()).await;
    let known = create(&mock, &inbound()).await.json();
    assert_eq!(known["end_user"], json!({ "id": 75, "identifier": null, "out_contact_id": "389391400633" }));
    let stranger = with(inbound(), "end_user_number", json!("+1 205-123-4567"));
    let (one, two) = (create(&mock, &stranger).await.json(), create(&mock, &stranger).await.json());
    assert_eq!(one["end_user"]["out_contact_id"], json!(null));
    assert_ne!(one["end_user"]["id"], two["end_user"]["id"]);
    assert_eq!(
        create(&mock, &outbound()).await.json()["end_user"],
        json!(null),
        "an outbound call by number has none"
    );
}

#[tokio::test]
async fn created_calls_are_in_the_world_and_found_by_later_requests() {
    let mock = Mock::of(documented()).await;
    let id = create(&mock, &inbound()).await.json()["id"].clone();
    let calls = mock.get("/_mock/calls?from=2019-09-10T00:19:00Z").await.json();
    let [call] = calls["calls"].as_array().unwrap().as_slice() else { panic!("{calls}") };
    assert_eq!(
        (&call["id"], &call["direction"], &call["queue"]),
        (&json!("created-1"), &json!("inbound"), &json!("lockstar"))
    );
    assert_eq!(call["ids"], json!({ "ccai": id.to_string() }));
    assert_eq!((&call["on"], &call["from"]), (&json!(["ccai/acme"]), &json!("+1 859-657-9625")));
    // Nothing has happened yet: the world's clock stands still.
    assert_eq!(
        (&call["status"], &call["outcome"], &call["ended_at"]),
        (&json!("queued"), &json!(null), &json!(null))
    );
    let linked = with(with(scheduled(), "menu_id", json!(null)), "call_id", id.clone());
    assert_eq!(create(&mock, &linked).await.json()["parent_id"], id);
    let flag = format!("/apps/api/v1/calls/{id}/customer_flag");
    assert_eq!(ask(&mock, "GET", &flag, "").await.status, 200);
    assert_eq!(send(mock.request("POST", "/_mock/reset")).await.status, 204);
    assert_eq!(ask(&mock, "GET", &flag, "").await.status, 404, "a reset forgets it");
}

#[tokio::test]
async fn created_calls_go_on_with_the_worlds_clock_to_the_outcome_that_the_scenario_says() {
    for (more, status, outcome) in [
        ("", "finished", "answered"),
        ("\n      created_outcome: no_answer", "failed", "no_answer"),
        ("\n      created_outcome: voicemail", "voicemail_received", "voicemail"),
    ] {
        // A day of the world passes in a tenth of a second.
        let yaml = documented()
            .replace(
                "clock: 2019-09-10T00:19:14.421Z",
                "clock: {start: 2019-09-10T00:19:14.421Z, rate: 1000000}",
            )
            .replace("languages: [en]", &format!("languages: [en]{more}"));
        let mock = Mock::of(&yaml).await;
        assert_eq!(create(&mock, &outbound()).await.json()["status"], "assigned");
        let call = loop {
            let calls = mock.get("/_mock/calls?from=2019-09-10T00:19:14Z").await.json();
            let call = calls["calls"]
                .as_array()
                .unwrap()
                .iter()
                .find(|call| call["id"] == "created-1")
                .unwrap()
                .clone();
            if !call["ended_at"].is_null() {
                break call;
            }
        };
        assert_eq!((&call["status"], &call["outcome"]), (&json!(status), &json!(outcome)));
    }
}

#[tokio::test]
async fn a_created_call_is_in_other_vendors_lists_once_it_is_over_where_the_account_says_so() {
    let shared = |rate: &str| {
        documented().replace("languages: [en]", "languages: [en]\n      created_on: [ccai, commubo]").replace(
            "clock: 2019-09-10T00:19:14.421Z",
            &format!("clock: {{start: 2019-09-10T00:19:14.421Z, rate: {rate}}}"),
        )
    };
    let slow = Mock::of(&shared("0.001")).await;
    create(&slow, &outbound()).await;
    assert_eq!(crate::commubo::list(&slow, "?start=2019-09-10").await.json(), json!([]), "under way");
    let fast = Mock::of(&shared("1000000")).await;
    create(&fast, &outbound()).await;
    let listed = loop {
        let listed = crate::commubo::list(&fast, "?start=2019-09-10").await.json();
        if listed != json!([]) {
            break listed;
        }
    };
    assert_eq!((&listed[0]["callType"], &listed[0]["phoneNumber"]), (&json!("1"), &json!("+1 859-657-9625")));
}
