//! The test that sent a request: in the journal, in the counts of findings, in coverage files.

use serde_json::{Value, json};

use crate::cli::{callmock, file, text};
use crate::client::World;
use crate::mock::{Mock, list_at, send};

/// Asks commubo's list with a parameter that its page does not have.
async fn misspelt(world: &World<'_>, test: Option<&str>) {
    let request = world
        .request("GET", "/v1/calls?start=2018-09-01&end=2018-10-01&strat=1")
        .header("x-commubo-tenantId", world.credential("commubo", "tenant_id"))
        .header("x-commubo-accessToken", world.credential("commubo", "access_token"));
    let request = match test {
        Some(test) => request.header("x-callmock-test", test.as_bytes()),
        None => request,
    };
    assert_eq!(send(request).await.findings(), ["commubo.unknown_parameter"]);
}

fn named(sightings: &Value) -> Vec<(Value, u64)> {
    let all = list_at(sightings, "/sightings");
    all.iter().map(|seen| (seen["test"].clone(), seen["count"].as_u64().expect("a count"))).collect()
}

#[tokio::test]
async fn an_exchange_is_of_the_test_that_its_client_says_else_of_its_worlds_name_else_of_none() {
    let mock = Mock::embedded("documented").await;
    let (default, checkout) =
        (mock.default_world().await, mock.fork(json!({ "name": "test_checkout" })).await);
    misspelt(&default, None).await;
    misspelt(&default, Some("test_refund")).await;
    misspelt(&checkout, None).await;
    misspelt(&checkout, Some("test_checkout[twice]")).await;
    let tests = |journal: Vec<Value>| journal.iter().map(|one| one["test"].clone()).collect::<Vec<_>>();
    assert_eq!(tests(default.journal().await), [Value::Null, json!("test_refund")]);
    assert_eq!(tests(checkout.journal().await), [json!("test_checkout"), json!("test_checkout[twice]")]);

    let coverage = checkout.admin("GET", "coverage", &Value::Null).await.json();
    assert_eq!(named(&coverage), [(json!("test_checkout"), 1), (json!("test_checkout[twice]"), 1)]);
    assert_eq!(coverage["sightings"][0]["operation"], "list_calls");
    let example = &coverage["exchanges"][0];
    assert_eq!(
        (&example["test"], &example["world_name"]),
        (&json!("test_checkout"), &json!("test_checkout"))
    );
    let all = mock.get("/_mock/coverage?worlds=all").await.json();
    assert_eq!(named(&all).len(), 4);
    assert_eq!(named(&all).iter().map(|(_, count)| count).sum::<u64>(), 4);
}

#[tokio::test]
async fn a_world_keeps_its_name_when_it_is_reset_or_restored() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({ "name": "test_checkout" })).await;
    world.admin("POST", "reset", &Value::Null).await;
    let snapshot = world.admin("GET", "snapshot", &Value::Null).await.json();
    world.admin("PUT", "snapshot", &snapshot).await;
    misspelt(&world, None).await;
    assert_eq!(world.journal().await[0]["test"], "test_checkout");
}

#[tokio::test]
async fn the_name_of_a_test_is_one_short_line_without_secrets() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let token = world.credential("commubo", "access_token").to_owned();
    misspelt(&world, Some(&"x".repeat(5000))).await;
    misspelt(&world, Some("   ")).await;
    misspelt(&world, Some(&format!("test of {token}"))).await;
    misspelt(&world, Some("テスト 一")).await;
    let journal = world.journal().await;
    assert_eq!(journal[0]["test"].as_str().expect("a name").len(), 200);
    assert_eq!(journal[1]["test"], Value::Null);
    assert!(!journal[2]["test"].to_string().contains(&token), "{}", journal[2]["test"]);
    assert_eq!(journal[3]["test"], "テスト 一");
}

#[tokio::test]
async fn a_list_left_early_is_of_the_test_that_left_it() {
    let mock = Mock::embedded("busy-day").await;
    let world = mock.fork(json!({ "name": "test_pages" })).await;
    let key = world.credential("sencloud", "api_key").to_owned();
    let request = world.request("POST", "/v1/shop.Sencloud/ListCallLogs").bearer_auth(key);
    let request = request.header("content-type", "application/json").header("x-callmock-test", "first page");
    assert_eq!(send(request.body(r#"{"paging": {"limit": 10}}"#)).await.status, 200);
    let coverage = world.admin("GET", "coverage", &Value::Null).await.json();
    assert_eq!(coverage["sightings"][0]["id"], "sencloud.paging_stopped_early", "{}", coverage["sightings"]);
    assert_eq!(named(&coverage), [(json!("first page"), 1)]);
}

#[tokio::test]
async fn merged_files_add_up_the_findings_of_each_test_and_read_files_that_name_none() {
    let mock = Mock::embedded("documented").await;
    let world = mock.fork(json!({ "name": "test_checkout" })).await;
    misspelt(&world, None).await;
    let coverage = world.admin("GET", "coverage", &Value::Null).await.json();
    let mut old = coverage.clone();
    old.as_object_mut().expect("an object").remove("sightings");
    for exchange in old["exchanges"].as_array_mut().expect("a list") {
        for member in ["test", "world_name", "operation"] {
            exchange.as_object_mut().expect("an object").remove(member);
        }
    }
    let (one, two) = (file("named.json", &coverage.to_string()), file("unnamed.json", &old.to_string()));
    let merged = callmock()
        .args(["coverage", "report", "--format", "json"])
        .args([&one, &one, &two])
        .output()
        .expect("it runs");
    let merged: Value = serde_json::from_str(text(&merged.stdout)).expect("JSON");
    assert_eq!(named(&merged), [(json!("test_checkout"), 2)]);
    assert_eq!(merged["findings"][0]["count"], 3);
}
