//! Expectations: findings and refusals that a test causes on purpose.

use serde_json::{Value, json};

use crate::cli::{callmock, file, text};
use crate::client::{World, message};
use crate::mock::{Answer, Mock, list_at, send};

const ODD: &str = "?start=2018-09-01&end=2018-10-01&strat=1";
const UNKNOWN: &str = "commubo.unknown_parameter";
const INVALID: &str = "commubo.list_calls.invalid_start";

/// Asks commubo's list, and expects some ids of the answer.
async fn ask(world: &World<'_>, query: &str, expects: &str) -> Answer {
    let request = world
        .request("GET", &format!("/v1/calls{query}"))
        .header("x-commubo-tenantId", world.credential("commubo", "tenant_id"))
        .header("x-commubo-accessToken", world.credential("commubo", "access_token"));
    send(if expects.is_empty() { request } else { request.header("x-callmock-expect", expects) }).await
}

async fn expect(world: &World<'_>, body: Value) -> Answer {
    world.admin("POST", "expect", &body).await
}

async fn standing(world: &World<'_>) -> Value {
    world.admin("GET", "expect", &Value::Null).await.json()
}

async fn coverage(world: &World<'_>) -> Value {
    world.admin("GET", "coverage", &Value::Null).await.json()
}

/// The ids of expectations that were not met.
fn missed(coverage: &Value) -> Vec<&str> {
    list_at(coverage, "/missed").iter().map(|one| one["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn an_expectation_is_open_until_an_exchange_after_it_meets_it_and_covers_all_of_them() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({ "name": "test_refund" })).await;
    ask(&world, ODD, "").await;
    let declared = expect(&world, json!({ "findings": [UNKNOWN], "refusals": [INVALID] })).await;
    assert_eq!(declared.status, 201, "{}", declared.body);
    assert_eq!(declared.json(), standing(&world).await);
    let open = json!([{ "id": INVALID, "after": 1 }, { "id": UNKNOWN, "after": 1 }]);
    assert_eq!(declared.json(), json!({ "open": open, "met": [] }), "what came before does not meet it");
    let before = coverage(&world).await;
    assert_eq!(missed(&before), [INVALID, UNKNOWN]);
    assert_eq!(before["missed"][0]["test"], "test_refund");

    for query in [ODD, ODD, "?start=2018-9-1"] {
        ask(&world, query, "").await;
    }
    let met = json!([{ "id": INVALID, "count": 1 }, { "id": UNKNOWN, "count": 1 }]);
    assert_eq!(standing(&world).await, json!({ "open": [], "met": met }));
    let after = coverage(&world).await;
    assert_eq!(missed(&after), [""; 0]);
    assert_eq!(after["findings"], json!([{ "id": UNKNOWN, "count": 3 }]));
    assert_eq!(after["expected"], json!([{ "id": INVALID, "count": 1 }, { "id": UNKNOWN, "count": 2 }]));
    assert_eq!(list_at(&after, "/sightings").len(), 1, "{}", after["sightings"]);
    assert_eq!(after["sightings"][0]["count"], 1, "the one before it was declared");
    let journal = world.journal().await;
    let marks: Vec<Value> = journal.iter().map(|exchange| exchange["expected"].clone()).collect();
    assert_eq!(marks, [Value::Null, json!([UNKNOWN]), json!([UNKNOWN]), json!([INVALID])]);
    let listed = world.admin("GET", "findings", &Value::Null).await.json();
    assert_eq!((&listed["findings"][0]["count"], &listed["findings"][0]["expected"]), (&json!(3), &json!(2)));
}

#[tokio::test]
async fn the_header_concerns_its_own_exchange_alone() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    ask(&world, "?strat=1&start=2018-9-1", &format!("{UNKNOWN}, {INVALID}")).await;
    ask(&world, ODD, "").await;
    let one = coverage(&world).await;
    assert_eq!((missed(&one), &one["sightings"][0]["count"]), (vec![], &json!(1)));
    assert_eq!(one["expected"], json!([{ "id": INVALID, "count": 1 }, { "id": UNKNOWN, "count": 1 }]));

    // A good request has neither, and another one does not make up for it.
    ask(&world, "?start=2018-09-01", &format!("{UNKNOWN},{INVALID}")).await;
    ask(&world, "?strat=1&start=2018-9-1", "").await;
    let all = coverage(&world).await;
    assert_eq!(missed(&all), [INVALID, UNKNOWN]);
    let request = all["missed"][0]["request"].as_str().expect("a request");
    assert_eq!(request, "GET /v1/calls?start=2018-09-01");
}

#[tokio::test]
async fn an_id_that_there_is_not_is_refused_with_the_nearest_one() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    for (body, says) in [
        (json!({ "findings": ["commubo.unknown_paramter"] }), "did you mean `commubo.unknown_parameter`?"),
        (
            json!({ "refusals": ["commubo.list_calls.invalid_strat"] }),
            "did you mean `commubo.list_calls.invalid_start`?",
        ),
        (json!({ "refusals": ["commubo.list_calls.listed"] }), "is a behavior and not a refusal"),
        (json!({ "findings": [UNKNOWN, INVALID] }), "`findings[1]`"),
        (json!({ "finding": [UNKNOWN] }), "unknown field `finding`"),
        (json!({}), "the body names nothing"),
        (json!({ "findings": UNKNOWN }), "`findings` is not right"),
    ] {
        let answer = expect(&world, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
        assert!(message(&answer).contains(says), "{body}: {}", message(&answer));
    }
    assert_eq!(standing(&world).await, json!({ "open": [], "met": [] }), "nothing was declared");
    // The answer of a vendor stays the vendor's: a header with a mistake is told at the end.
    assert_eq!(ask(&world, "?start=2018-09-01", "commubo.unknown_paramter").await.status, 200);
    assert_eq!(missed(&coverage(&world).await), ["commubo.unknown_paramter"]);
}

#[tokio::test]
async fn a_reset_clears_expectations_and_the_server_still_counts_those_that_were_open() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({ "name": "test_refund" })).await;
    expect(&world, json!({ "findings": [UNKNOWN], "refusals": [INVALID] })).await;
    ask(&world, ODD, "").await;
    let snapshot = world.admin("GET", "snapshot", &Value::Null).await.json();
    world.admin("PUT", "snapshot", &snapshot).await;
    assert_eq!(list_at(&standing(&world).await, "/open").len(), 1, "a restored world still expects it");
    world.admin("POST", "reset", &Value::Null).await;
    assert_eq!(standing(&world).await, json!({ "open": [], "met": [] }));
    assert_eq!(missed(&coverage(&world).await), [""; 0]);
    ask(&world, ODD, "").await;
    assert_eq!(coverage(&world).await["expected"], json!([]), "it is not expected any more");
    let all = mock.get("/_mock/coverage?worlds=all").await.json();
    assert_eq!(missed(&all), [INVALID]);
    assert_eq!((&all["missed"][0]["test"], &all["missed"][0]["count"]), (&json!("test_refund"), &json!(1)));
}

#[tokio::test]
async fn a_finding_that_later_requests_show_is_expected_as_well() {
    let mock = Mock::embedded("busy-day").await;
    let stopped = "sencloud.paging_stopped_early";
    let page = async |world: &World<'_>, expects: Option<&str>| {
        let request = world.request("POST", "/v1/shop.Sencloud/ListCallLogs");
        let request = request.bearer_auth(world.credential("sencloud", "api_key"));
        let request = match expects {
            Some(id) => request.header("x-callmock-expect", id),
            None => request,
        };
        let request = request.header("content-type", "application/json");
        send(request.body(r#"{"paging": {"limit": 10}}"#)).await.json()
    };
    for expects in [None, Some(stopped)] {
        let world = mock.fork(json!({})).await;
        if expects.is_none() {
            expect(&world, json!({ "findings": [stopped] })).await;
            assert_eq!(missed(&coverage(&world).await), [stopped]);
        }
        page(&world, expects).await;
        let coverage = coverage(&world).await;
        assert_eq!(missed(&coverage), [""; 0], "{expects:?}");
        assert_eq!(coverage["expected"], json!([{ "id": stopped, "count": 1 }]));
        assert_eq!(coverage["sightings"], json!([]));
        assert_eq!(world.journal().await[0]["expected"], json!([stopped]));
    }
    // Who goes on to the end meets no expectation to stop.
    let world = mock.fork(json!({ "scenario": "documented" })).await;
    page(&world, Some(stopped)).await;
    assert_eq!(missed(&coverage(&world).await), [stopped]);
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_meets_nothing() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    world.fault(json!({ "vendor": "commubo", "do": { "disconnect": "close" } })).await;
    let request = world.request("GET", "/v1/calls").header("x-callmock-expect", INVALID);
    assert!(request.send().await.is_err());
    let coverage = crate::mock::until("the exchange is counted", async || {
        Some(coverage(&world).await).filter(|coverage| !missed(coverage).is_empty())
    });
    assert_eq!(missed(&coverage.await), [INVALID]);
}

#[tokio::test]
async fn reports_mark_what_was_expected_and_name_what_did_not_come() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    ask(&world, ODD, &format!("{UNKNOWN},{INVALID}")).await;
    let coverage = file("expected.json", &coverage(&world).await.to_string());
    let report = |arguments: &[&str]| {
        let output = callmock().args(["coverage", "report"]).args(arguments).arg(&coverage).output();
        let output = output.expect("it runs");
        (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
    };
    let (code, said, _) = report(&[]);
    assert_eq!(code, Some(0), "a report without conditions judges nothing");
    assert!(said.contains(&format!("finding {UNKNOWN}: 1x, warning, expected by its tests")), "{said}");
    assert!(
        said.contains(&format!("expected, and did not come: {INVALID}, world default, of GET ")),
        "{said}"
    );
    let (code, _, told) = report(&["--deny-findings"]);
    assert_eq!(code, Some(4));
    assert!(
        told.contains("tests expected these, and they did not come") && !told.contains(UNKNOWN),
        "{told}"
    );
    let (_, junit, _) = report(&["--format", "junit"]);
    assert!(junit.contains(r#"<skipped message="expected by its tests"/>"#), "{junit}");
    assert!(junit.contains(&format!(r#"<testcase name="{INVALID}" classname="expectations">"#)), "{junit}");
    let (_, html, _) = report(&["--format", "html"]);
    assert!(html.contains("expected by tests: 1×") && html.contains("Expected, and did not come"), "{html}");
    let (_, sarif, _) = report(&["--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["suppressions"][0]["justification"], "expected by its test");
}
