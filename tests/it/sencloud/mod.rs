//! Sencloud over HTTP. `R`, `P`, `A` and numbers are rows and sections of its fact sheet.

mod agreement;
mod causes;
mod error;
mod model;
mod paging;
pub mod probes;
mod query;
pub mod vendor;

use serde_json::{Value, json};

use crate::mock::{Answer, Mock, send};

pub const PATH: &str = "/v1/shop.Sencloud/ListCallLogs";
pub const KEY: &str = "1296121461794938793:MOCKKEY";

/// Five logs, the newest last, and one of another shop.
pub const LOGS: &str = r#"
callmock: 1
accounts: {sencloud: [{api_key: "1296121461794938793:MOCKKEY"}, {api_key: "2:OTHER"}]}
agents:
  - {id: mai, name: Mai, extension: "101", sencloud: {extension_id: "9001", user_id: "77"}}
  - {id: duc, name: Duc, extension: "102"}
customers: [{id: ann, name: Ann, sencloud: {contact_id: "555"}}]
queues: [{id: hot, name: Hot, sencloud: {hotline_id: "31", department_id: "d1"}}, {id: cold, name: Cold}]
calls:
  - {id: L1, direction: inbound, from: "0901", to: "1900", at: 2024-05-14T09:00:00+07:00, ivr: 2s, wait: 3s, ring: 4s, talk: 60s, outcome: answered, agent: mai, customer: ann, queue: hot, note: hello, recording: {url: "https://example.com/1.mp3", duration: 60s}, on: [sencloud/1296121461794938793], sencloud: {id: L1, external_id: e1, external_session_id: s1}}
  - {id: L2, direction: outbound, from: "1900", to: "0902", at: 2024-05-14T09:10:00.123456+07:00, ring: 9s, outcome: no_answer, agent: duc, on: [sencloud/1296121461794938793], sencloud: {id: L2}}
  - {id: L3, direction: internal, from: "101", to: "102", at: 2024-05-14T09:20:00+07:00, ring: 1s, talk: 5s, outcome: answered, agent: mai, on: [sencloud/1296121461794938793], sencloud: {id: L3}}
  - {id: L4, direction: inbound, from: "0901", to: "1900", at: 2024-05-14T09:30:00+07:00, wait: 30s, outcome: abandoned_queue, queue: cold, on: [sencloud/1296121461794938793], sencloud: {id: L4, updated_at: 2024-05-14T02:00:00Z, created_at: 2024-05-15T00:00:00Z}}
  - {id: L5, direction: inbound, from: "0903", to: "1900", at: 2024-05-14T09:40:00+07:00, outcome: failed, on: [sencloud/1296121461794938793], sencloud: {id: L5, call_state: unknown, direction: ext_in, duration: 60}}
  - {id: other, direction: inbound, from: "0903", to: "1900", at: 2024-05-14T09:50:00+07:00, outcome: failed, on: [sencloud/2], sencloud: {id: other}}
"#;

/// A scenario with its readings set.
pub fn reading(yaml: &str, readings: &str) -> String {
    format!("{yaml}\nreadings: {{{readings}}}\n")
}

/// A list as the shop asks for it.
pub async fn list(mock: &Mock, body: Value) -> Answer {
    post(mock, &body.to_string()).await
}

pub async fn post(mock: &Mock, body: &str) -> Answer {
    let request = mock.request("POST", PATH).header("content-type", "application/json");
    send(request.header("authorization", format!("Bearer {KEY}")).body(body.to_owned())).await
}

pub async fn filtered(mock: &Mock, filter: Value) -> Vec<String> {
    ids(&list(mock, json!({ "filter": filter })).await)
}

/// The ids of an answer's logs, in its order.
pub fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    let logs = body["call_logs"].as_array().expect("a list");
    logs.iter().map(|log| log["id"].as_str().expect("a text").to_owned()).collect()
}

pub fn cursor(answer: &Answer, name: &str) -> String {
    answer.json()["paging"][name].as_str().expect("a text").to_owned()
}

/// What a refusal says.
pub fn refusal(answer: &Answer) -> (u16, String, String) {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (answer.status, text("code"), text("msg"))
}
