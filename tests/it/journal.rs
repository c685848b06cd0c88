//! Asking the journal: verification, with what came closest; the stream; what was lost.

use std::time::Duration;

use callmock::contract::Route;
use callmock::server::Settings;
use callmock::world::Limits;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::ccai::{inbound, outbound};
use crate::client::{World, message};
use crate::mock::{Mock, send, until};

const NOTHING: Value = Value::Null;

async fn verify(world: &World<'_>, body: Value) -> (u16, Value) {
    let answer = world.admin("POST", "journal/verify", &body).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn matching_exchanges_are_counted_by_query_and_body_at_any_depth() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({})).await;
    world.commubo("?start=2018-09-01&end=2018-10-01").await;
    world.commubo("?start=2018-9-1").await;
    world
        .sencloud(&json!({ "filter": { "extension_ids": ["101", "102"] }, "paging": { "limit": 10 } }))
        .await;
    for (matching, matched) in [
        (json!({}), 3),
        (json!({ "vendor": "commubo" }), 2),
        (json!({ "operation": "list_calls", "status": 406 }), 1),
        (json!({ "behavior": "commubo.list_calls.invalid_start" }), 1),
        (json!({ "query": { "start": "2018-09-01" } }), 1),
        (json!({ "query": { "start": "2018-09-01", "end": null } }), 0),
        (json!({ "query": { "end": null }, "vendor": "commubo" }), 1),
        (json!({ "body": { "filter": { "extension_ids": ["102"] } } }), 1),
        (json!({ "body": { "paging": { "limit": 10 } } }), 1),
        (json!({ "body": { "paging": { "limit": 11 } } }), 0),
    ] {
        let (status, verdict) =
            verify(&world, json!({ "match": matching, "count": { "exactly": matched } })).await;
        assert_eq!((status, verdict), (200, json!({ "ok": true, "matched": matched })), "{matching}");
    }
    let (status, _) =
        verify(&world, json!({ "match": { "vendor": "commubo" }, "count": { "at_least": 2, "at_most": 2 } }))
            .await;
    assert_eq!(status, 200);
    assert_eq!(
        verify(&world, json!({ "match": { "vendor": "ccai" } })).await.0,
        422,
        "at least one, if not said"
    );
    let default = mock.default_world().await;
    assert_eq!(
        verify(&default, json!({ "count": { "exactly": 0 } })).await.0,
        200,
        "another world's do not count"
    );
}

#[tokio::test]
async fn a_form_body_is_matched_by_its_parameters() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let form = crate::alibaba::page().style(crate::alibaba::Style::RpcForm).with("ContactType", "Inbound");
    form.send(&mock).await;
    let wanted =
        json!({ "match": { "body": { "ContactType": "Inbound", "PageSize": 10, "AgentId": null } } });
    assert_eq!(verify(&world, wanted).await, (200, json!({ "ok": true, "matched": 1 })));
}

#[tokio::test]
async fn a_failure_shows_the_closest_exchanges_field_by_field() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    world.ccai("POST", "calls", &inbound()).await;
    world.ccai("POST", "calls", &outbound()).await;
    world.commubo("?start=2018-09-01").await;
    world.ccai("GET", "calls/397/customer_flag", &NOTHING).await;
    let wanted = json!({
        "match": { "operation": "create_call", "status": 201, "body": { "call_type": "Voice Inbound (API)", "menu_id": 10 } },
    });
    let (status, verdict) = verify(&world, wanted).await;
    assert_eq!((status, &verdict["ok"], &verdict["matched"]), (422, &json!(false), &json!(0)));
    let closest = verdict["closest"].as_array().unwrap();
    assert_eq!(closest.len(), 3);
    assert_eq!(
        closest[0],
        json!({ "seq": 1, "differences": [{ "path": "body.menu_id", "expected": 10, "actual": 9 }] })
    );
    assert_eq!(
        closest[1],
        json!({ "seq": 2, "differences": [
            { "path": "body.call_type", "expected": "Voice Inbound (API)", "actual": "Voice Outbound (API)" },
            { "path": "body.menu_id", "expected": 10, "actual": null },
        ] })
    );
    assert_eq!(closest[2]["differences"][0]["path"], "operation");

    let (status, verdict) =
        verify(&world, json!({ "match": { "vendor": "ccai" }, "count": { "at_most": 1 } })).await;
    assert_eq!(status, 422);
    assert_eq!(verdict, json!({ "ok": false, "matched": 3, "closest": [], "matching": [1, 2, 4] }));
}

#[tokio::test]
async fn what_nothing_can_match_is_refused_with_what_could() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    for (body, expected) in [
        (json!({ "mach": {} }), "unknown field `mach`, expected one of `match`, `count`"),
        (
            json!({ "match": { "path": "/" } }),
            "`match.path` is not right: unknown field `path`, expected one of `vendor`, `operation`, `status`, `behavior`, `headers`, `query`, `body`",
        ),
        (
            json!({ "match": { "vendor": "comubo" } }),
            "`match.vendor` is not right: there is no `comubo`; did you mean `commubo`?",
        ),
        (json!({ "match": { "operation": "list_call" } }), "did you mean `list_calls`?"),
        (
            json!({ "match": { "vendor": "ccai", "operation": "dial" } }),
            "known: create_call, get_customer_flag, update_customer_flag, list_calls",
        ),
        (
            json!({ "match": { "behavior": "commubo.list_calls.lised" } }),
            "did you mean `commubo.list_calls.listed`?",
        ),
        (
            json!({ "match": { "behavior": "end_inclusive" } }),
            "`match.behavior` is not right: there is no `end_inclusive`; did you mean commubo.list_calls.end_inclusive?",
        ),
        (
            json!({ "count": 2 }),
            "`count` is not right: invalid type: integer `2`, expected an object such as {\"exactly\": 2}",
        ),
        (json!({ "match": { "status": "200" } }), "`match.status` is not right"),
        (
            json!({ "count": { "exact": 1 } }),
            "unknown field `exact`, expected one of `exactly`, `at_least`, `at_most`",
        ),
        (json!({ "count": { "exactly": -1 } }), "`count.exactly` is not right"),
    ] {
        let answer = world.admin("POST", "journal/verify", &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(message(&answer).contains(expected), "{body}: {}", answer.body);
    }
    for (query, expected) in [
        ("vendor=comubo", "did you mean `commubo`?"),
        ("behavior=x", "`behavior` is not right: there is no `x`"),
        ("finding=commubo.unknown_parametr", "did you mean `commubo.unknown_parameter`?"),
        ("vendr=commubo", "unknown parameter `vendr`; did you mean `vendor`?"),
    ] {
        let answer = mock.get(&format!("/_mock/journal?{query}")).await;
        assert_eq!(answer.status, 400);
        assert!(message(&answer).contains(expected), "{}", answer.body);
    }
}

#[tokio::test]
async fn what_the_ring_has_lost_is_said_where_it_may_matter_and_cut_bodies_too() {
    let limits = Limits { journal_size: 2, journal_body: 40, ..Limits::default() };
    let yaml = include_str!("../../scenarios/documented.yaml");
    let mock = Mock::with(yaml, Settings { limits, ..Settings::default() }).await;
    let world = mock.default_world().await;
    for _ in 0..4 {
        world.commubo("").await;
    }
    world.sencloud(&json!({ "filter": { "number": "a long number, longer than what is kept of it" } })).await;
    let (status, verdict) = verify(&world, json!({ "count": { "exactly": 5 } })).await;
    assert_eq!((status, &verdict["matched"], &verdict["dropped"]), (422, &json!(2), &json!(3)));
    // Nobody can say that there were no more, once some are lost; that there were so many at least,
    // anybody can.
    let (status, verdict) =
        verify(&world, json!({ "match": { "vendor": "ccai" }, "count": { "at_most": 0 } })).await;
    assert_eq!((status, &verdict["ok"], &verdict["dropped"]), (422, &json!(false), &json!(3)));
    let (status, verdict) = verify(&world, json!({ "match": { "vendor": "commubo" } })).await;
    assert_eq!((status, &verdict["ok"], &verdict["dropped"]), (200, &json!(true), &json!(3)));
    let (_, verdict) = verify(&world, json!({ "match": { "body": { "filter": {} } } })).await;
    let actual = verdict["closest"][0]["differences"][0]["actual"].as_str().unwrap();
    assert!(actual.starts_with("cut after 40 of ") && actual.ends_with("; see --journal-body"), "{actual}");
    let journal = mock.get("/_mock/journal").await.json();
    assert_eq!((&journal["dropped"], &journal["next"]), (&json!(3), &json!(5)));
}

#[tokio::test]
async fn journals_share_a_limit_of_memory_and_the_world_that_holds_most_loses_its_oldest() {
    let limits = Limits { journal_memory: 400 << 10, ..Limits::default() };
    let yaml = include_str!("../../scenarios/documented.yaml");
    let mock = Mock::with(yaml, Settings { limits, ..Settings::default() }).await;
    let (modest, greedy) = (mock.fork(json!({})).await, mock.fork(json!({})).await);
    modest.commubo("?start=2018-09-01").await;
    let body = json!({ "filter": { "note": "x".repeat(20_000) } });
    for _ in 0..50 {
        greedy.sencloud(&body).await;
    }
    modest.commubo("?start=2018-09-02").await;
    let of = async |world: &World<'_>| world.admin("GET", "journal", &NOTHING).await.json();
    let (modest, greedy) = (of(&modest).await, of(&greedy).await);
    assert_eq!((&modest["dropped"], &modest["exchanges"][0]["seq"]), (&json!(0), &json!(1)));
    let kept = greedy["exchanges"].as_array().unwrap();
    assert!((5..20).contains(&kept.len()), "{} of 20 KB each are kept", kept.len());
    assert_eq!(greedy["dropped"], 50 - kept.len());
    assert_eq!(kept.last().unwrap()["seq"], 50, "the newest are kept");
}

#[tokio::test]
async fn a_cursor_stays_true_over_a_reset_which_empties_the_journal() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({})).await;
    world.commubo("").await;
    world.commubo("").await;
    let next = world.admin("GET", "journal", &NOTHING).await.json()["next"].as_u64().unwrap();
    world.admin("POST", "reset", &NOTHING).await;
    assert_eq!(world.journal().await.len(), 0);
    world.sencloud(&json!({})).await;
    let page = world.admin("GET", &format!("journal?after={next}"), &NOTHING).await.json();
    assert_eq!(page["exchanges"][0]["vendor"], "sencloud");
    assert_eq!(world.admin("GET", "coverage", &NOTHING).await.json()["behaviors"][0]["count"], 0);
}

/// The events of a stream, as they come.
struct Events {
    bytes: std::pin::Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    text: String,
}

impl Events {
    async fn of(mock: &Mock, path: &str, last: Option<&str>) -> Self {
        let mut request = mock.request("GET", path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { bytes: Box::pin(response.bytes_stream()), text: String::new() }
    }

    /// The next event: its name, id and data. None at the end of the stream.
    async fn next(&mut self) -> Option<(String, String, Value)> {
        let event = async {
            loop {
                if let Some((event, rest)) = self.text.split_once("\n\n") {
                    let (event, rest) = (event.to_owned(), rest.to_owned());
                    self.text = rest;
                    let field = |name: &str| {
                        let line = event.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
                        line.unwrap_or_default().to_owned()
                    };
                    if event.starts_with(':') {
                        continue;
                    }
                    return Some((
                        field("event"),
                        field("id"),
                        serde_json::from_str(&field("data")).expect("JSON"),
                    ));
                }
                let chunk = self.bytes.next().await?.ok()?;
                self.text.push_str(std::str::from_utf8(&chunk).expect("text"));
            }
        };
        tokio::time::timeout(Duration::from_secs(30), event).await.expect("an event, or the end")
    }
}

#[tokio::test]
async fn a_stream_tells_every_exchange_of_its_world_once_it_is_complete() {
    let mock = Mock::embedded("documented").await;
    let (world, other) = (mock.fork(json!({})).await, mock.fork(json!({})).await);
    world.commubo("").await;
    let mut events = Events::of(&mock, &format!("/_mock/worlds/{}/journal/stream", world.id()), None).await;
    other.commubo("").await;
    world.commubo("?start=2018-09-01").await;
    world.sencloud(&json!({})).await;
    let (event, first, data) = events.next().await.unwrap();
    assert_eq!((event.as_str(), &data["request"]["query"]["start"]), ("exchange", &json!("2018-09-01")));
    assert_eq!((&data["response"]["finished"], &data["seq"]), (&json!(true), &json!(2)));
    assert_eq!(events.next().await.unwrap().2["vendor"], "sencloud");
    // A reset does not end it, and it goes on with what comes.
    world.admin("POST", "reset", &NOTHING).await;
    world.ccai("POST", "calls", &inbound()).await;
    assert_eq!(events.next().await.unwrap().2["vendor"], "ccai");

    // Who comes back goes on after what was seen last; a filter lets through what it is for.
    let path = format!("/_mock/worlds/{}/journal/stream?vendor=ccai", world.id());
    let mut again = Events::of(&mock, &path, Some(&first)).await;
    let (event, _, data) = again.next().await.unwrap();
    assert_eq!(
        (event.as_str(), data),
        ("missed", json!({ "missed": 1 })),
        "the reset has emptied the journal"
    );
    assert_eq!(again.next().await.unwrap().2["vendor"], "ccai");

    // It ends with its world.
    let _ = send(mock.request("DELETE", &format!("/_mock/worlds/{}", world.id()))).await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_stream_says_how_many_came_and_went_too_fast_to_be_seen() {
    let limits = Limits { journal_size: 3, ..Limits::default() };
    let yaml = include_str!("../../scenarios/documented.yaml");
    let mock = Mock::with(yaml, Settings { limits, ..Settings::default() }).await;
    let world = mock.default_world().await;
    for _ in 0..10 {
        world.commubo("").await;
    }
    let mut events = Events::of(&mock, "/_mock/journal/stream", Some("0")).await;
    assert_eq!(events.next().await.unwrap().2, json!({ "missed": 7 }));
    assert_eq!(events.next().await.unwrap().2["seq"], 8);
    let wrong = mock.get("/_mock/journal/stream?after=1").await;
    assert!(wrong.status == 400 && message(&wrong).contains("unknown parameter `after`"), "{}", wrong.body);
}

#[tokio::test]
async fn a_slow_exchange_does_not_hold_up_the_others_in_a_stream() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    world.fault(json!({ "vendor": "commubo", "do": { "delay": "10m" } })).await;
    let mut events = Events::of(&mock, "/_mock/journal/stream", None).await;
    let quick = async {
        until("the slow one is written down as soon as it waits", async || world.journal().await.pop()).await;
        world.sencloud(&json!({})).await;
        events.next().await.unwrap().2
    };
    let told = tokio::select! {
        _ = world.commubo("") => panic!("it waits for ten minutes"),
        told = quick => told,
    };
    assert_eq!((&told["vendor"], &told["seq"]), (&json!("sencloud"), &json!(2)));
}

#[tokio::test]
async fn what_would_take_too_long_to_look_for_is_refused_and_differences_are_bounded() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    world.ccai("POST", "calls", &json!(vec![0; 20_000])).await;
    world.ccai("POST", "calls", &json!([])).await;
    let long = world.admin("POST", "journal/verify", &json!({ "match": { "body": vec![1; 1001] } })).await;
    assert_eq!(long.status, 400);
    assert!(
        message(&long).contains("expected lists of 1000 elements at most, found one of 1001"),
        "{}",
        long.body
    );
    let slow = world.admin("POST", "journal/verify", &json!({ "match": { "body": vec![1; 1000] } })).await;
    assert_eq!(slow.status, 400);
    assert!(
        message(&slow)
            .contains("`match.body` is not right: expected what can be found in 5000000 comparisons"),
        "{}",
        slow.body
    );
    let (status, verdict) = verify(&world, json!({ "match": { "body": vec![1; 100] } })).await;
    assert_eq!(status, 422);
    let differences = verdict["closest"][0]["differences"].as_array().unwrap();
    assert_eq!((differences.len(), &differences[50]["expected"]), (51, &json!("50 more differences")));
}

#[tokio::test]
async fn no_secret_is_in_it_however_it_came() {
    let mock = Mock::with(
        include_str!("../../scenarios/documented.yaml"),
        Settings { limits: Limits { journal_body: 64, ..Limits::default() }, ..Settings::default() },
    )
    .await;
    let world = mock.default_world().await;
    let token = world.credential("commubo", "access_token").to_owned();
    world.fault(json!({ "vendor": "commubo", "do": { "status": 200, "body": { "echo": token } } })).await;
    world.commubo("").await;
    let encoded: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
    mock.get(&format!("/v1/{encoded}")).await;
    let basic = crate::ccai::basic("acme", "mock-token");
    send(mock.request("GET", "/v1/calls").header("proxy-authorization", &basic)).await;
    mock.get(&format!("/v1/calls?x={}", basic.trim_start_matches("Basic "))).await;
    // Cut within a secret: what is left of it is no less secret.
    for cut in 1..10 {
        let body = format!("{}mock-token and more of the body", "x".repeat(64 - cut));
        world.ccai("POST", "calls", &Value::String(body)).await;
    }
    let journal = mock.get("/_mock/journal").await.body;
    for secret in [&token, basic.trim_start_matches("Basic "), &encoded, "mock-tok", "xmock"] {
        assert!(!journal.contains(secret), "{secret} in {journal}");
    }
    assert!(journal.contains("\"echo\":\"FEDC…(36)\""), "{journal}");
}

#[tokio::test]
async fn a_verification_waits_for_what_is_still_to_come_and_for_what_must_not() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let verify = async |body: Value| world.admin("POST", "journal/verify", &body).await;
    let expected =
        json!({ "match": { "operation": "list_calls" }, "count": { "exactly": 1 }, "within": "10m" });
    // The verdict is the same if the request overtakes the verification. A verdict that comes
    // before the request is a mistake.
    let after_one_more = async |body: Value| {
        let verdict = verify(body);
        tokio::pin!(verdict);
        let others = async {
            for _ in 0..20 {
                mock.get("/_mock/ready").await;
            }
        };
        tokio::select! {
            verdict = &mut verdict => panic!("a verdict before the request: {}", verdict.body),
            () = others => {}
        }
        tokio::join!(verdict, world.commubo("")).0
    };
    let verdict = after_one_more(expected).await;
    assert_eq!((verdict.status, verdict.json()["matched"].clone()), (200, json!(1)), "{}", verdict.body);
    let never = verify(json!({ "match": { "vendor": "ccai" }, "within": "50ms" })).await;
    assert_eq!(never.status, 422, "{}", never.body);
    let none =
        verify(json!({ "match": { "vendor": "ccai" }, "count": { "exactly": 0 }, "within": "50ms" })).await;
    assert_eq!(none.status, 200);
    let forbidden =
        json!({ "match": { "operation": "list_calls" }, "count": { "exactly": 1 }, "within": "10m" });
    let one = json!({ "match": { "operation": "list_calls" }, "count": { "at_most": 1 }, "nothing_else": true, "within": "10m" });
    let verdict = after_one_more(one).await;
    assert_eq!(verdict.status, 422, "one more ends the wait: {}", verdict.body);
    let two = json!({ "match": { "operation": "list_calls" }, "count": { "at_most": 2 }, "within": "10m" });
    let verdict = after_one_more(two).await;
    assert_eq!(verdict.status, 422, "as many as there may be are no end: {}", verdict.body);
    assert_eq!(verify(forbidden).await.status, 422, "two are too many, however long one waits");
    let refused = verify(json!({ "within": "11m" })).await;
    assert_eq!((refused.status, message(&refused).contains("10m at most")), (400, true), "{}", refused.body);
    assert_eq!(verify(json!({ "within": "soon" })).await.status, 400);
}

#[tokio::test]
async fn a_header_is_matched_by_its_name_in_any_case_and_null_is_for_none() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    world.commubo("").await;
    let matched = async |headers: Value| {
        let answer = world.admin("POST", "journal/verify", &json!({ "match": { "headers": headers } })).await;
        (answer.status, answer.json())
    };
    assert_eq!(matched(json!({ "Accept": "*/*" })).await.0, 200);
    assert_eq!(matched(json!({ "accept": "*/*", "x-request-id": null })).await.0, 200);
    let (status, verdict) = matched(json!({ "accept": "text/html" })).await;
    assert_eq!((status, &verdict["closest"][0]["differences"][0]["path"]), (422, &json!("headers.accept")));
    assert_eq!(verdict["closest"][0]["differences"][0]["actual"], "*/*");
}

#[tokio::test]
async fn an_order_and_nothing_else_are_verified() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let verify = async |body: Value| {
        let answer = world.admin("POST", "journal/verify", &body).await;
        (answer.status, answer.json())
    };
    for start in ["2018-09-01", "2018-09-02", "2018-09-03"] {
        world.commubo(&format!("?start={start}")).await;
    }
    let day = |n: u32| json!({ "query": { "start": format!("2018-09-0{n}") } });
    assert_eq!(verify(json!({ "in_order": [day(1), day(3)] })).await.0, 200, "others may stand between");
    let (status, verdict) = verify(json!({ "in_order": [day(1), day(3)], "nothing_else": true })).await;
    assert_eq!((status, verdict["others"].clone()), (422, json!([2])), "{verdict}");
    assert_eq!(verify(json!({ "in_order": [day(1), day(2), day(3)], "nothing_else": true })).await.0, 200);
    let (status, verdict) = verify(json!({ "in_order": [day(3), day(1)] })).await;
    assert_eq!((status, &verdict["matched"]), (422, &json!(1)), "{verdict}");
    assert_eq!(verdict["closest"], json!([]), "nothing came after the first");
    let (status, verdict) = verify(json!({ "in_order": [day(2), day(1)] })).await;
    assert_eq!((status, &verdict["closest"][0]["seq"]), (422, &json!(3)), "{verdict}");
    let (status, verdict) =
        verify(json!({ "match": { "vendor": "commubo" }, "count": { "exactly": 3 }, "nothing_else": true }))
            .await;
    assert_eq!(status, 200, "{verdict}");
    world.sencloud(&json!({})).await;
    let (status, verdict) =
        verify(json!({ "match": { "vendor": "commubo" }, "count": { "exactly": 3 }, "nothing_else": true }))
            .await;
    assert_eq!((status, &verdict["others"]), (422, &json!([4])), "{verdict}");
    let (status, refused) = verify(json!({ "in_order": [day(1)], "count": { "exactly": 1 } })).await;
    assert_eq!(status, 400);
    assert!(
        refused["error"]["message"].as_str().is_some_and(|said| said.contains("leave these out")),
        "{refused}"
    );
    let (status, refused) = verify(json!({ "in_order": [{ "vendor": "comubo" }] })).await;
    assert_eq!(status, 400);
    let said = refused["error"]["message"].as_str().expect("a message");
    assert!(
        said.contains("`in_order[0].vendor` is not right: there is no `comubo`; did you mean `commubo`?"),
        "{said}"
    );
}

#[tokio::test]
async fn a_token_in_disguise_is_masked_too() {
    use base64::Engine as _;
    let mock = Mock::embedded("documented").await;
    let token = crate::commubo::TOKEN;
    let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    let bare = base64::engine::general_purpose::STANDARD.encode(token);
    for disguise in [hex.to_uppercase(), hex, bare, token.to_owned()] {
        send(mock.request("GET", "/v1/calls").header("x-note", &disguise)).await;
        let entry = mock.journal().await.pop().expect("an exchange").to_string();
        assert!(!entry.contains(&disguise), "{disguise}: {entry}");
    }
}

#[tokio::test]
async fn the_head_of_an_answer_of_any_vendor_is_in_it_as_the_client_received_it() {
    let mock = Mock::of(&crate::vendor::day(10)).await;
    let world = mock.default_world().await;
    for vendor in crate::vendor::ALL {
        let answer = vendor.ask(&world).await;
        let last = mock.journal().await.pop().expect("an exchange");
        assert_eq!(last["vendor"], vendor.name());
        let received = answer
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), Value::from(value.to_str().expect("text"))));
        let received = Value::Object(received.collect());
        assert!(received["content-length"].is_string(), "{vendor:?}: {received}");
        assert_eq!(last["response"]["headers"], received, "{vendor:?}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_journaled_as_the_operation_of_its_path_at_every_vendor() {
    let mock = Mock::of(&crate::vendor::day(10)).await;
    for vendor in crate::vendor::ALL {
        for endpoint in vendor.served().endpoints() {
            let Route::Path { template, .. } = endpoint.operation.route else { continue };
            let mut path = template.replace("{world}", "default");
            while let Some((before, after)) = path.split_once('{') {
                path = format!("{before}1{}", after.split_once('}').expect("a closed name").1);
            }
            send(mock.request("PROPFIND", &path)).await;
            let last = mock.journal().await.pop().expect("an exchange");
            assert_eq!(last["vendor"], vendor.name(), "{path}");
            let here = |id: &str| {
                let all = vendor.served().endpoints().iter().map(|endpoint| &endpoint.operation);
                all.filter(|operation| operation.path() == template).any(|operation| operation.id == id)
            };
            assert!(last["operation"].as_str().is_some_and(here), "{path}: {}", last["operation"]);
        }
    }
}
