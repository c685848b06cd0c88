//! commubo over HTTP. `R`, `S`, `F` and `A` are rows of its fact sheet.

mod agreement;
mod auth;
mod causes;
mod error;
mod get_call;
mod get_call_sound;
mod model;
pub mod probes;
mod query;
pub mod vendor;

use crate::mock::{Answer, Mock, send};

pub const TENANT: &str = "12345678-90AB-CDEF-1234-567890ABCDEF";
pub const TOKEN: &str = "FEDCBA09-8765-4321-FEDC-BA0987654321";

/// The worked vectors of the fact sheet: A within September 2018, B its last second, C October's
/// first, D August's last, all in Japan; and U, which a server that thinks in UTC puts into August.
pub const VECTORS: &str = r#"
callmock: 1
accounts: {commubo: [{tenant_id: 12345678-90AB-CDEF-1234-567890ABCDEF, access_token: FEDCBA09-8765-4321-FEDC-BA0987654321}]}
calls:
  - {id: A, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:01:23+09:00, outcome: answered, commubo: {callId: A}}
  - {id: B, direction: inbound, from: "1", to: "2", at: 2018-09-30T23:59:59+09:00, outcome: answered, commubo: {callId: B}}
  - {id: C, direction: inbound, from: "1", to: "2", at: 2018-10-01T00:00:00+09:00, outcome: answered, commubo: {callId: C}}
  - {id: D, direction: inbound, from: "1", to: "2", at: 2018-08-31T23:59:59+09:00, outcome: answered, commubo: {callId: D}}
  - {id: U, direction: inbound, from: "1", to: "2", at: 2018-08-31T15:30:00Z, outcome: answered, commubo: {callId: U}}
"#;

/// A scenario with its readings set.
pub fn reading(yaml: &str, readings: &str) -> String {
    format!("{yaml}\nreadings: {{{readings}}}\n")
}

/// A list as the tenant of the examples asks for it.
pub async fn list(mock: &Mock, query: &str) -> Answer {
    let request = mock.request("GET", &format!("/v1/calls{query}"));
    send(request.header("x-commubo-tenantId", TENANT).header("x-commubo-accessToken", TOKEN)).await
}

/// The ids of the calls in an answer, in its order.
pub fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let calls = answer.json();
    let calls = calls.as_array().expect("a bare array");
    calls.iter().map(|call| call["callId"].as_str().expect("a text").to_owned()).collect()
}
