//! commubo as the suites see it.

use chrono::{DateTime, TimeDelta};
use futures_util::FutureExt;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{causes, probes};
use crate::client::World;
use crate::mock::{Answer, Mock, send};
use crate::vendor::{Boxed, How, Shown, Shows, TestVendor, Throttled, rows};

/// commubo.
pub struct Commubo;

/// A list as a credential asks for it.
fn list(world: &World<'_>, query: &str, credentials: &Value) -> RequestBuilder {
    get(world, &format!("/v1/calls{query}"), credentials)
}

pub fn get(world: &World<'_>, path: &str, credentials: &Value) -> RequestBuilder {
    let text = |name: &str| credentials[name].as_str().expect("a part").to_owned();
    let request = world.request("GET", path).header("x-commubo-tenantId", text("tenant_id"));
    request.header("x-commubo-accessToken", text("access_token"))
}

impl World<'_> {
    pub async fn commubo(&self, query: &str) -> Answer {
        send(list(self, query, self.credentials("commubo"))).await
    }
}

async fn listed(world: &World<'_>) -> Vec<Value> {
    let answer = world.commubo("?expand=all").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    rows(&mut answer.json(), "")
}

async fn one_by_one(world: &World<'_>) -> Vec<Value> {
    let mut all = vec![];
    for call in listed(world).await {
        let path = format!("/v1/calls/{}", call["callId"].as_str().expect("an id"));
        all.push(send(get(world, &path, world.credentials("commubo"))).await.json());
    }
    all
}

/// The size of each call's sound, with the id of the call.
async fn sounds(world: &World<'_>) -> Vec<Value> {
    let mut all = vec![];
    for call in listed(world).await {
        let path = format!("/v1/calls/{}/sound", call["callId"].as_str().expect("an id"));
        let sound = send(get(world, &path, world.credentials("commubo"))).await;
        let bytes = (sound.status == 200).then(|| sound.header("content-length").to_owned());
        all.push(json!({ "callId": call["callId"], "content-length": bytes }));
    }
    all
}

fn row_of_sound(sound: &Value) -> Value {
    let bytes = sound["content-length"].as_str().map(|bytes| bytes.parse::<u64>().unwrap());
    json!({ "id": sound["callId"], "recording_bytes": bytes })
}

fn row_of(call: &Value) -> Value {
    let outbound = call["callType"] == "1";
    let at = |name: &str| call[name].as_str();
    let talk = call["talkTime"].as_str().map(|talk| talk.parse::<i64>().unwrap());
    let ended = at("connectedDateTime").zip(talk).map(|(at, talk)| {
        (DateTime::parse_from_rfc3339(at).unwrap() + TimeDelta::seconds(talk)).to_rfc3339()
    });
    let far = |is_far: bool| if is_far { call["phoneNumber"].clone() } else { Value::Null };
    let outcome = match call["connectResult"].as_str().unwrap() {
        "SUCCESSFUL" => "answered".to_owned(),
        other => other.to_lowercase(),
    };
    json!({
        "id": call["callId"],
        "direction": if outbound { "outbound" } else { "inbound" },
        "from": far(!outbound), "to": far(outbound),
        "at": call["callDateTime"], "answered_at": at("connectedDateTime"), "ended_at": ended, "talk": talk,
        "outcome": outcome,
        "agent": call["operator"]["operatorId"], "customer": call["customer"]["customerId"],
        "queue": call["scenario"]["scenarioId"], "parent": call["relatedCallId"],
    })
}

impl TestVendor for Commubo {
    fn name(&self) -> &'static str {
        "commubo"
    }

    fn account(&self) -> &'static str {
        "{tenant_id: 12345678-90AB-CDEF-1234-567890ABCDEF, access_token: FEDCBA09-8765-4321-FEDC-BA0987654321}"
    }

    fn halves(&self) -> (&'static str, &'static str) {
        ("tenant_id", "access_token")
    }

    fn request(&self, world: &World<'_>, credentials: &Value) -> RequestBuilder {
        list(world, "?start=2018-09-01&end=2030-01-01", credentials)
    }

    fn shows(&self) -> Vec<Shows> {
        vec![
            Shows {
                operation: "list_calls",
                how: How::Listed,
                all: |world| listed(world).boxed_local(),
                row_of,
                left_out: &[],
            },
            Shows {
                operation: "get_call",
                how: How::OneByOne,
                all: |world| one_by_one(world).boxed_local(),
                row_of,
                left_out: &[],
            },
            Shows {
                operation: "get_call_sound",
                how: How::OneByOne,
                all: |world| sounds(world).boxed_local(),
                row_of: row_of_sound,
                left_out: &["recording_sha256"],
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
        &["recording_not_whole", "window_gap", "no_overlap", "never_reread"]
    }

    fn careful<'a>(&'a self, world: &'a World<'_>) -> Boxed<'a, Vec<Answer>> {
        let day = "?start=2024-05-14&end=2024-05-15&expand=all";
        async move {
            let listed = world.commubo(day).await;
            let calls = rows(&mut listed.json(), "");
            let talked = calls.iter().find(|call| call["talkTime"].is_string()).expect("an answered call");
            let path = format!("/v1/calls/{}", talked["callId"].as_str().expect("an id"));
            let credentials = world.credentials("commubo");
            let one = send(get(world, &path, credentials)).await;
            let sound = send(get(world, &format!("{path}/sound"), credentials)).await;
            vec![listed, world.commubo(day).await, one, sound]
        }
        .boxed_local()
    }

    fn throttled(&self) -> Throttled {
        Throttled { status: 429, code: None, wait: Some(("retry-after", 1)) }
    }

    fn may_be_silent(&self) -> bool {
        true
    }
}
