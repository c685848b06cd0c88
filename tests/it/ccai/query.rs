//! 5, 6, 1G: what may be asked for, and in which order it is checked.

use serde_json::{Value, json};

use super::{ask, create, documented, inbound, outbound, reading, scheduled, state, with};
use crate::mock::{Answer, Mock};

fn message(answer: &Answer) -> String {
    answer.json()["message"].as_str().unwrap_or_default().to_owned()
}

/// Each step mends what the one before was refused for; the body begins with everything wrong.
async fn in_order(mock: &Mock, mut body: Value, steps: &[(&str, &str, Value)]) -> Value {
    for (refused, name, mend) in steps {
        let answer = create(mock, &body).await;
        assert_eq!((answer.status, message(&answer)), (400, (*refused).to_owned()), "{body}");
        body = with(body, name, mend.clone());
    }
    body
}

#[tokio::test]
async fn outbound_checks_come_in_their_order() {
    let mock = Mock::of(documented()).await;
    let body = json!({ "call_type": "x", "lang": "xy", "outbound_number": "123" });
    let body = in_order(
        &mock,
        body,
        &[
            ("Invalid call type", "call_type", json!("Voice Outbound (API)")),
            ("Agent email required", "agent_email", json!("nobody@somedomain.com")),
            ("ticket_id or end_user_number required", "end_user_number", json!("123123")),
            ("end_user_number is not well-formed", "ticket_id", json!(1)),
            ("Contact not found", "ticket_id", json!("71450")),
            ("Language 'xy' is not found", "lang", json!("fr")),
            ("Language 'fr' is not available", "lang", json!("en")),
            ("Not a valid agent email", "agent_email", json!("allen@somedomain.com")),
            ("Agent does not have access to make calls", "agent_email", json!("agent@somedomain.com")),
            ("Agent is not available to take this call", "agent_email", json!("admin@somedomain.com")),
            ("outbound_number is not well-formed", "outbound_number", json!("+1 205-123-4567")),
        ],
    )
    .await;
    assert_eq!(create(&mock, &body).await.status, 202, "a number that is not managed");
    let answer = create(&mock, &with(body, "outbound_number", json!("+1 760-867-5309"))).await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn inbound_and_scheduled_checks_come_in_their_order() {
    let mock = Mock::of(documented()).await;
    state(&mock, "queues/9", "after_hours").await;
    let wrong = json!({ "call_type": "Voice Inbound (API)", "lang": "xy" });
    let body = in_order(
        &mock,
        wrong.clone(),
        &[
            ("menu_id is required", "menu_id", json!(true)),
            ("end_user_number is required", "end_user_number", json!("123123")),
            ("menu_id is not well formed", "menu_id", json!("9999")),
            ("end_user_number is not well formed", "end_user_number", json!("+1 859-657-9625")),
            ("Language 'xy' is not found", "lang", json!("fr-CA")),
            ("Language 'fr-CA' is not available", "lang", json!("en")),
            ("menu_id 9999 is not found", "menu_id", json!(50)),
            ("Only IVR and mobile menu IDs are permitted", "menu_id", json!("9")),
            ("Menu is in 'after hours' state, can't accept incoming calls", "ticket_id", json!("1")),
            ("Contact not found", "ticket_id", json!(76517)),
        ],
    )
    .await;
    state(&mock, "queues/lockstar", "open").await;
    assert_eq!(create(&mock, &body).await.status, 201);

    state(&mock, "queues/9", "manual_redirection").await;
    let body = in_order(
        &mock,
        with(wrong, "call_type", json!("Voice Scheduled (API)")),
        &[
            ("menu_id is required", "call_id", json!("x")),
            ("end_user_number is required", "end_user_number", json!("123123")),
            ("scheduled_at is required", "scheduled_at", json!("tomorrow")),
            ("call_id is not well formed", "call_id", json!(77)),
            ("end_user_number is not well formed", "end_user_number", json!("+1 859-657-9625")),
            ("scheduled_at is not well formed", "scheduled_at", json!("2019-09-10T00:19:14.421Z")),
            ("scheduled_at must be a future time", "scheduled_at", json!("2019-09-10T09:20:00+09:00")),
            ("Language 'xy' is not found", "lang", json!("fr")),
            ("Language 'fr' is not available", "lang", json!(null)),
            ("call_id 77 is not found", "menu_id", json!(50)),
            ("call_id 77 is not found", "call_id", json!(null)),
            ("Only mobile and web menu IDs are permitted", "menu_id", json!(9)),
            ("Menu is in 'manual redirection' state, can't accept calls", "ticket_id", json!("1")),
            ("Contact not found", "ticket_id", json!(null)),
        ],
    )
    .await;
    state(&mock, "queues/9", "open").await;
    let answer = create(&mock, &body).await;
    assert_eq!((answer.status, &answer.json()["scheduled_at"]), (201, &json!("2019-09-10T00:20:00.000Z")));
}

#[tokio::test]
async fn numbers_are_well_formed_where_they_are_possible_or_valid() {
    let (possible, valid) = (Mock::of(documented()).await, Mock::of(&reading("ccai.phone: valid")).await);
    for (number, may, is) in [
        ("+1 205-123-4567", true, false),
        ("+82-10-6861-2345", true, true),
        ("+1 859-657-9625", true, true),
        ("123123", false, false),
        ("+1 999-657-12", false, false),
        ("205-123-4567", false, false),
        ("+999 123456789", false, false),
        ("+", false, false),
        ("phone", false, false),
    ] {
        let body = with(inbound(), "end_user_number", json!(number));
        assert_eq!(create(&possible, &body).await.status == 201, may, "{number}");
        assert_eq!(create(&valid, &body).await.status == 201, is, "{number}");
    }
}

#[tokio::test]
async fn languages_are_iso_639_1_codes_with_a_region_in_exactly_their_case() {
    let mock = Mock::of(&documented().replace("languages: [en]", "languages: [en, fr-CA]")).await;
    for (lang, refused) in [
        ("en", ""),
        ("en-GB", ""),
        ("fr-CA", ""),
        ("fr", "Language 'fr' is not available"),
        ("fr-ca", "Language 'fr-ca' is not found"),
        ("EN", "Language 'EN' is not found"),
        ("eng", "Language 'eng' is not found"),
        ("xy", "Language 'xy' is not found"),
        ("de-DE", "Language 'de-DE' is not available"),
    ] {
        assert_eq!(message(&create(&mock, &with(inbound(), "lang", json!(lang))).await), refused, "{lang}");
    }
    assert_eq!(
        create(&mock, &with(inbound(), "lang", json!(7))).await.json()["message"],
        "Language '7' is not found"
    );
}

#[tokio::test]
async fn deprecated_call_types_count_with_a_finding_or_are_refused() {
    let (mock, strict) =
        (Mock::of(documented()).await, Mock::of(&reading("ccai.deprecated_call_types: refuse")).await);
    for (body, old, canonical) in [
        (outbound(), "OutboundCall", "Voice Outbound (API)"),
        (inbound(), "IncomingCall", "Voice Inbound (API)"),
        (scheduled(), "ScheduledCall", "Voice Scheduled (API)"),
    ] {
        let body = with(body, "call_type", json!(old));
        let answer = create(&mock, &body).await;
        assert_eq!((answer.status, &answer.json()["call_type"]), (201, &json!(canonical)));
        assert_eq!(answer.findings(), ["ccai.deprecated_call_type"]);
        assert_eq!(message(&create(&strict, &body).await), "Invalid call type");
    }
    for call_type in [json!(null), json!(7), json!("voice inbound (api)"), json!("")] {
        assert_eq!(
            message(&create(&mock, &with(inbound(), "call_type", call_type)).await),
            "Invalid call type"
        );
    }
    assert_eq!(message(&ask(&mock, "POST", super::CALLS, "[1]").await), "Invalid call type");
}

#[tokio::test]
async fn an_empty_outbound_number_is_the_default_one_the_only_one_or_to_be_chosen() {
    let body = with(outbound(), "outbound_number", json!(null));
    assert_eq!(create(&Mock::of(documented()).await, &body).await.status, 202);
    let default = documented().replace(
        "inbound_default_number:",
        "default_outbound_number: \"+1 760-867-5309\"\n      inbound_default_number:",
    );
    assert_eq!(create(&Mock::of(&default).await, &body).await.json()["outbound_number"], "+1 760-867-5309");
    let only = documented()
        .replace("[\"+1 339-219-5276\", \"+1 760-867-5309\", \"+1 760-410-8538\"]", "[\"+1 760-410-8538\"]");
    assert_eq!(create(&Mock::of(&only).await, &body).await.json()["outbound_number"], "+1 760-410-8538");
    let needs_ticket =
        documented().replace("languages: [en]", "languages: [en]\n      ticket_required: true");
    let mock = Mock::of(&needs_ticket).await;
    assert_eq!(create(&mock, &outbound()).await.status, 202);
    assert_eq!(create(&mock, &with(outbound(), "ticket_id", json!("71450"))).await.status, 201);
    // The same number in other spaces is the same number, and shown as given.
    let spaced = create(&mock, &with(inbound(), "outbound_number", json!("+17604108538"))).await;
    assert_eq!(spaced.json()["outbound_number"], "+17604108538");
    let known = create(&mock, &with(inbound(), "end_user_number", json!("+18596579625"))).await;
    assert_eq!(known.json()["end_user"]["id"], 75);
    let blank = with(outbound(), "end_user_number", json!("  "));
    assert_eq!(message(&create(&mock, &blank).await), "ticket_id or end_user_number required");
    // Inbound: one that is invalid or not managed is the default, without a word (page L1008).
    for number in ["nonsense", "+1 205-123-4567"] {
        let answer = create(&mock, &with(inbound(), "outbound_number", json!(number))).await;
        assert_eq!(answer.json()["outbound_number"], "+1 339-219-5276");
    }
    let managed = create(&mock, &with(inbound(), "outbound_number", json!("+1 760-410-8538"))).await;
    assert_eq!(managed.json()["outbound_number"], "+1 760-410-8538");
}

#[tokio::test]
async fn readings_decide_menus_schedules_and_flags() {
    let web = documented().replace("{menu_id: 50, entry: []}", "{menu_id: 50, entry: [web]}");
    let menu = with(inbound(), "menu_id", json!(50));
    assert_eq!(create(&Mock::of(&web).await, &menu).await.status, 400);
    let ivr_web = Mock::of(&format!("{web}\nreadings: {{ccai.inbound_menus: ivr_web}}")).await;
    assert_eq!(create(&ivr_web, &menu).await.status, 201);
    let past = Mock::of(&reading("ccai.past_schedule: accept")).await;
    assert_eq!(
        create(&past, &with(scheduled(), "scheduled_at", json!("2001-01-01T00:00:00Z"))).await.status,
        201
    );
    let plural = Mock::of(&reading("ccai.plural_flag: refuse")).await;
    let answer =
        ask(&plural, "PATCH", "/apps/api/v1/calls/514/customer_flag", r#"{"repeat_customers":true}"#).await;
    assert_eq!(answer.outcome(), "ccai.update_customer_flag.plural_refused");
}

#[tokio::test]
async fn customer_flags_are_read_and_changed_one_by_one() {
    let mock = Mock::of(documented()).await;
    let flag = |id: &str| format!("/apps/api/v1/calls/{id}/customer_flag");
    let none = json!({ "verified_customer": false, "bad_actor": false, "repeat_customer": false });
    let shown = ask(&mock, "GET", &flag("514"), "").await;
    assert_eq!((shown.status, shown.json()), (200, none.clone()));
    let id = create(&mock, &outbound()).await.json()["id"].to_string();
    let changed = ask(&mock, "PATCH", &flag(&id), r#"{"bad_actor":true,"repeat_customers":true}"#).await;
    let expected = json!({ "verified_customer": false, "bad_actor": true, "repeat_customer": true });
    assert_eq!(
        (changed.status, changed.json(), changed.findings()),
        (200, expected.clone(), vec!["ccai.plural_flag"])
    );
    assert_eq!(ask(&mock, "GET", &flag(&id), "").await.json(), expected);
    let both = ask(&mock, "PATCH", &flag(&id), r#"{"repeat_customer":false,"repeat_customers":true}"#).await;
    assert_eq!(both.json()["repeat_customer"], false, "the singular wins");
    assert_eq!(ask(&mock, "PATCH", &flag("514"), "{}").await.json(), none, "another call's are its own");
    for value in ["1", "\"true\"", "null", "[]"] {
        let body = format!("{{\"bad_actor\":false,\"verified_customer\":{value}}}");
        let answer = ask(&mock, "PATCH", &flag(&id), &body).await;
        assert_eq!(
            (answer.status, message(&answer).as_str()),
            (400, "verified_customer is not well formed"),
            "{value}"
        );
    }
    assert_eq!(ask(&mock, "GET", &flag(&id), "").await.json()["bad_actor"], true, "nothing is half-applied");
    assert_eq!(ask(&mock, "PATCH", &flag("1"), "{").await.status, 404, "the call before the body");
    for (method, id) in
        [("GET", "1"), ("PATCH", "1"), ("GET", "x"), ("GET", "-1"), ("GET", "99999999999999999999")]
    {
        let answer = ask(&mock, method, &flag(id), "{}").await;
        assert_eq!((answer.status, message(&answer).as_str()), (404, "Not Found"), "{method} {id}");
    }
}

#[tokio::test]
async fn unknown_members_are_ignored_with_a_finding() {
    let mock = Mock::of(documented()).await;
    for body in [
        with(outbound(), "menu_id", json!(9)),
        with(inbound(), "call_tye", json!("x")),
        with(scheduled(), "color", json!(1)),
    ] {
        assert_eq!(create(&mock, &body).await.findings(), ["ccai.unknown_key"], "{body}");
    }
}
