//! Sencloud as the suites see it.

use futures_util::FutureExt;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{PATH, causes, cursor, probes};
use crate::client::World;
use crate::mock::{Answer, Mock, send};
use crate::vendor::{Boxed, FILE, How, Shown, Shows, TestVendor, Throttled, files, rows};

/// Sencloud.
pub struct Sencloud;

fn list(world: &World<'_>, body: &Value, credentials: &Value) -> RequestBuilder {
    let request = world.request("POST", PATH).header("content-type", "application/json");
    let key = format!("Bearer {}", credentials["api_key"].as_str().expect("a key"));
    request.header("authorization", key).body(body.to_string())
}

impl World<'_> {
    pub async fn sencloud(&self, body: &Value) -> Answer {
        send(list(self, body, self.credentials("sencloud"))).await
    }
}

/// Every page of a list.
async fn pages(world: &World<'_>, limit: u64) -> Vec<Answer> {
    let (mut pages, mut paging) = (vec![], json!({ "limit": limit }));
    loop {
        let answer = world.sencloud(&json!({ "paging": paging })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let next = cursor(&answer, "next");
        pages.push(answer);
        if next.is_empty() {
            return pages;
        }
        paging["after"] = next.into();
    }
}

async fn listed(world: &World<'_>) -> Vec<Value> {
    let pages = pages(world, 100).await;
    pages.iter().flat_map(|page| rows(&mut page.json(), "/call_logs")).collect()
}

fn row_of(log: &Value) -> Value {
    let somebody = |name: &str| log[name].as_str().filter(|id| *id != "0");
    let target = &log["call_targets"][0];
    let answered = log["call_state"] == "answered";
    json!({
        "id": log["id"],
        "direction": match log["direction"].as_str().unwrap() { "in" => "inbound", "out" => "outbound", _ => "internal" },
        "from": log["caller"], "to": log["callee"], "at": log["started_at"], "ended_at": log["ended_at"],
        "answered_at": target["answered_time"].as_str().filter(|time| !time.starts_with("0001")),
        "ring": target["ring_duration"], "talk": log["duration"],
        "outcome": if answered { "answered" } else { "not_answered" },
        "agent": somebody("extension_id"), "customer": somebody("contact_id"),
        "recording_url": log["recording_urls"][0],
    })
}

impl TestVendor for Sencloud {
    fn name(&self) -> &'static str {
        "sencloud"
    }

    fn account(&self) -> &'static str {
        "{api_key: \"1296121461794938793:MOCKKEY\"}"
    }

    /// The two stand in one member, with a colon between them.
    fn halves(&self) -> (&'static str, &'static str) {
        ("api_key", "api_key")
    }

    fn parts(&self, credentials: &Value) -> (String, String) {
        let key = credentials["api_key"].as_str().expect("a key");
        let (public, secret) = key.split_once(':').expect("two halves");
        (public.to_owned(), secret.to_owned())
    }

    fn credentials(&self, _: &Value, public: &str, secret: &str) -> Value {
        json!({ "api_key": format!("{public}:{secret}") })
    }

    fn request(&self, world: &World<'_>, credentials: &Value) -> RequestBuilder {
        list(world, &json!({}), credentials)
    }

    fn shows(&self) -> Vec<Shows> {
        vec![Shows {
            operation: "list_call_logs",
            how: How::Listed,
            all: |world| listed(world).boxed_local(),
            row_of,
            left_out: FILE,
        }]
    }

    fn probes(&self) -> Boxed<'_, Shown> {
        probes::answers().boxed_local()
    }

    fn causes<'a>(&'a self, mock: &'a Mock) -> Boxed<'a, Shown> {
        causes::answers(mock).boxed_local()
    }

    fn found_later(&self) -> &'static [&'static str] {
        &[
            "paging_stopped_early",
            "recording_not_whole",
            "page_lost",
            "window_gap",
            "no_overlap",
            "never_reread",
        ]
    }

    fn careful<'a>(&'a self, world: &'a World<'_>) -> Boxed<'a, Vec<Answer>> {
        async move {
            let mut answers = pages(world, 10).await;
            let logs: Vec<Value> =
                answers.iter().flat_map(|page| rows(&mut page.json(), "/call_logs")).collect();
            answers.extend(files(world, logs.iter().map(|log| &log["recording_urls"][0])).await);
            answers
        }
        .boxed_local()
    }

    fn throttled(&self) -> Throttled {
        // It never says when to come back.
        Throttled { status: 403, code: Some(("code", "resource_exhausted")), wait: None }
    }

    fn is_error(&self, answer: &Answer, name: &str) -> bool {
        // The standard codes stand for the service's own, unless a reading says otherwise.
        answer.json()["code"] == name || name == "not_found"
    }
}
