//! CCAI Platform as the suites see it.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{CALLS, basic, causes, inbound, outbound, probes, scheduled, with};
use crate::client::World;
use crate::mock::{Answer, Mock, send};
use crate::vendor::{Boxed, FILE, How, Shown, Shows, TestVendor, Throttled, files, rows};

/// CCAI Platform.
pub struct Ccai;

fn request(world: &World<'_>, method: &str, path: &str, body: &Value, credentials: &Value) -> RequestBuilder {
    let text = |name: &str| credentials[name].as_str().expect("a part").to_owned();
    let authorization = basic(&text("subdomain"), &text("token"));
    let request = world.request(method, path).header("authorization", authorization);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    request.header("content-type", "application/json").body(body)
}

impl World<'_> {
    pub async fn ccai(&self, method: &str, path: &str, body: &Value) -> Answer {
        let path = format!("/apps/api/v1/{path}");
        send(request(self, method, &path, body, self.credentials("ccai"))).await
    }
}

/// Every page of the list.
async fn pages(world: &World<'_>, per: usize) -> Vec<Answer> {
    let mut pages = vec![];
    loop {
        let path = format!("/manager/api/v1/calls?per={per}&page={}", pages.len() + 1);
        let page = send(request(world, "GET", &path, &Value::Null, world.credentials("ccai"))).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let is_last = !page.header("link").contains("rel=\"next\"");
        pages.push(page);
        if is_last {
            return pages;
        }
    }
}

async fn listed(world: &World<'_>) -> Vec<Value> {
    let pages = pages(world, 100).await;
    pages.iter().flat_map(|page| rows(&mut page.json(), "")).collect()
}

/// A row of a listed call. The list does not have the far end's number, and a queue without a menu
/// has a name only.
fn row_of_listed(call: &Value) -> Value {
    let inbound = call["call_type"].as_str().unwrap().contains("Inbound");
    let id = |value: &Value| (!value.is_null()).then(|| value.to_string());
    let seconds = |name: &str| call[name].as_u64().unwrap();
    let outcome = match (call["status"].as_str().unwrap(), call["fail_reason"].as_str().unwrap()) {
        ("finished", _) => "answered",
        ("voicemail_received", _) => "voicemail",
        (_, "eu_no_answer") => "no_answer",
        (_, "eu_busy") => "busy",
        (_, "eu_rejected") => "rejected",
        (_, "eu_in_menu_abandoned") => "abandoned_ivr",
        (_, "eu_abandoned") => "abandoned",
        _ => "failed",
    };
    let due = &call["scheduled_at"];
    json!({
        "id": call["id"].to_string(), "direction": if inbound { "inbound" } else { "outbound" },
        "from": if inbound { &Value::Null } else { &call["outbound_number"] },
        "to": if inbound { &call["support_number"] } else { &Value::Null },
        "at": if due.is_null() { &call["created_at"] } else { due },
        "answered_at": call["connected_at"], "ended_at": call["ends_at"],
        "wait": seconds("queue_duration"), "ring": seconds("wait_duration") - seconds("queue_duration"),
        "talk": seconds("call_duration"), "hold": seconds("hold_duration"), "outcome": outcome,
        "agent": call["agent_info"]["id"], "customer": call["end_user"]["id"],
        "queue": call["selected_menu"]["name"], "parent": id(&call["parent_id"]),
        "recording_url": call["recording_url"],
        "rating_score": call["rating"].as_str().map(|score| score.parse::<i64>().unwrap()),
    })
}

/// Creates calls of each kind; each with what was sent for it.
async fn created(world: &World<'_>) -> Vec<Value> {
    let clock = world.admin("GET", "clock", &Value::Null).await.json();
    let now: DateTime<Utc> = clock["now"].as_str().expect("a time").parse().expect("a time");
    let due = json!((now + TimeDelta::hours(1)).to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
    let due = with(scheduled(), "scheduled_at", due);
    let mut all: Vec<Value> = vec![];
    let kinds = [outbound(), inbound(), due.clone(), with(due, "menu_id", Value::Null)];
    for body in kinds.into_iter().flat_map(|body| vec![body; 3]) {
        // Who names no menu names a call that had one.
        let body = if body["call_type"] == scheduled()["call_type"] && body["menu_id"].is_null() {
            with(body, "call_id", all[3]["got"]["id"].clone())
        } else {
            body
        };
        let answer = world.ccai("POST", "calls", &body).await;
        assert_eq!(answer.status, 201, "{body}: {}", answer.body);
        all.push(json!({ "sent": body, "got": answer.json() }));
    }
    all
}

/// The answer does not say whom the client asked to call; the request does. A scheduled call is
/// placed when it is due.
fn row_of(created: &Value) -> Value {
    let (sent, got) = (&created["sent"], &created["got"]);
    let outbound = sent["call_type"] != "Voice Inbound (API)";
    let (far, near) = (&sent["end_user_number"], &got["outbound_number"]);
    let (from, to) = if outbound { (near, far) } else { (far, near) };
    let due = &got["scheduled_at"];
    json!({
        "id": got["id"].to_string(), "direction": if outbound { "outbound" } else { "inbound" },
        "from": from, "to": to, "at": if due.is_null() { &got["created_at"] } else { due },
        "agent": got["agent_info"]["id"], "queue": got["selected_menu"]["name"],
        "parent": got.get("parent_id").filter(|id| !id.is_null()).map(Value::to_string),
    })
}

impl TestVendor for Ccai {
    fn name(&self) -> &'static str {
        "ccai"
    }

    fn account(&self) -> &'static str {
        "{subdomain: acme, token: mock-token, outbound_numbers: [\"+1 339-219-5276\"], \
         inbound_default_number: \"+1 339-219-5276\", languages: [en]}"
    }

    fn halves(&self) -> (&'static str, &'static str) {
        ("subdomain", "token")
    }

    fn request(&self, world: &World<'_>, credentials: &Value) -> RequestBuilder {
        request(world, "POST", CALLS, &inbound(), credentials)
    }

    fn shows(&self) -> Vec<Shows> {
        vec![
            Shows {
                operation: "list_calls",
                how: How::Listed,
                all: |world| listed(world).boxed_local(),
                row_of: row_of_listed,
                left_out: FILE,
            },
            Shows {
                operation: "create_call",
                how: How::Created,
                all: |world| created(world).boxed_local(),
                row_of,
                // An end user has an id also where no customer of the scenario is meant, and is not
                // shown for an agent's own call to a number.
                left_out: &["customer"],
            },
        ]
    }

    fn probes(&self) -> Boxed<'_, Shown> {
        probes::answers().boxed_local()
    }

    fn causes<'a>(&'a self, mock: &'a Mock) -> Boxed<'a, Shown> {
        causes::answers(mock).boxed_local()
    }

    fn found_later(&self) -> &'static [&'static str] {
        &["created_twice", "paging_stopped_early", "recording_not_whole", "page_lost", "row_slid"]
    }

    fn careful<'a>(&'a self, world: &'a World<'_>) -> Boxed<'a, Vec<Answer>> {
        async move {
            let later = with(scheduled(), "scheduled_at", json!("2030-01-01T09:00:00Z"));
            let mut answers = vec![];
            for body in [outbound(), inbound(), later] {
                answers.push(world.ccai("POST", "calls", &body).await);
            }
            let flag = format!("calls/{}/customer_flag", answers[0].json()["id"]);
            answers.push(world.ccai("PATCH", &flag, &json!({ "repeat_customer": true })).await);
            answers.push(world.ccai("GET", &flag, &Value::Null).await);
            answers.extend(pages(world, 10).await);
            answers.extend(files(world, listed(world).await.iter().map(|call| &call["recording_url"])).await);
            answers
        }
        .boxed_local()
    }

    fn throttled(&self) -> Throttled {
        Throttled { status: 429, code: None, wait: Some(("retry-after", 1)) }
    }
}
