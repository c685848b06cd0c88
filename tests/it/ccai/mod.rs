//! CCAI Platform over HTTP. `A1` to `F1` are the page's examples, `1G.4` and other numbers sections
//! of its fact sheet.

mod auth;
mod causes;
mod examples;
mod list_calls;
mod magic;
mod model;
pub mod probes;
mod query;
pub mod vendor;

use base64::Engine;
use serde_json::{Value, json};

use crate::mock::{Answer, Mock, send};

pub const CALLS: &str = "/apps/api/v1/calls";

/// The default scenario, which has the fixed world of the fact sheet.
pub fn documented() -> &'static str {
    include_str!("../../../scenarios/documented.yaml")
}

/// A scenario with its readings set.
pub fn reading(readings: &str) -> String {
    format!("{}\nreadings: {{{readings}}}\n", documented())
}

pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")))
}

/// A request as the documented account sends it.
pub async fn ask(mock: &Mock, method: &str, path: &str, body: &str) -> Answer {
    let request = mock.request(method, path).header("content-type", "application/json");
    send(request.header("authorization", basic("acme", "mock-token")).body(body.to_owned())).await
}

pub async fn create(mock: &Mock, body: &Value) -> Answer {
    ask(mock, "POST", CALLS, &body.to_string()).await
}

pub async fn state(mock: &Mock, what: &str, state: &str) {
    let body = json!({ "state": state }).to_string();
    let answer = send(mock.request("PATCH", &format!("/_mock/{what}")).body(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

pub fn outbound() -> Value {
    json!({
        "call_type": "Voice Outbound (API)", "agent_email": "admin@somedomain.com",
        "end_user_number": "+1 859-657-9625", "outbound_number": "+1 339-219-5276", "lang": "en",
    })
}

pub fn inbound() -> Value {
    json!({ "call_type": "Voice Inbound (API)", "menu_id": 9, "end_user_number": "+1 859-657-9625" })
}

pub fn scheduled() -> Value {
    json!({
        "call_type": "Voice Scheduled (API)", "menu_id": 9, "end_user_number": "+1 859-657-9625",
        "scheduled_at": "2019-09-15T00:19:14.421Z",
    })
}

/// A body with a member set, or left out where it is null.
pub fn with(mut body: Value, name: &str, value: Value) -> Value {
    let members = body.as_object_mut().expect("an object");
    if value.is_null() {
        drop(members.shift_remove(name));
    } else {
        drop(members.insert(name.to_owned(), value));
    }
    body
}
