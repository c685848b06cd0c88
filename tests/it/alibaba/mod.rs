//! Alibaba Cloud CCC over HTTP. `B1`, `1.4` and the like are rows and sections of its fact sheet.

mod agreement;
mod auth;
mod captures;
mod causes;
mod client;
mod error;
mod get_call_detail_record;
mod get_mono_recording;
mod model;
pub mod probes;
mod query;
mod signers;
pub mod vendor;

pub use client::{Call, Style, now};

/// Calls of every kind, in one hour of 2024-05-14 in China: with the clock at noon, all of them are
/// today's.
pub const CALLS: &str = r#"
callmock: 1
clock: 2024-05-14T12:00:00+08:00
accounts:
  alibaba:
    - {access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test, {id: stopped, state: stopped}, {id: creating, state: creating}, {id: disabled, state: disabled}]}
    - {access_key_id: off, access_key_secret: testsecret, state: disabled, instances: [ccc-test]}
    - {access_key_id: denied, access_key_secret: testsecret, state: forbidden, instances: [ccc-test]}
    - {access_key_id: sts, access_key_secret: testsecret, security_token: TOKEN+/=, instances: [ccc-test]}
    - {access_key_id: old, access_key_secret: testsecret, security_token: OLD, security_token_expires: 2024-05-14T12:00:00+08:00, instances: [ccc-test]}
agents:
  - {id: wang, name: 坐席小王, alibaba: {agent_id: wang@ccc-test}}
  - {id: li, name: Li}
queues:
  - {id: sales, name: Sales}
  - {id: help, name: Help, alibaba: {skill_group: help@ccc-test, skill_group_name: 服务}}
calls:
  - {id: in, direction: inbound, from: "0735111", to: "400100", at: 2024-05-14T09:00:00+08:00, ivr: 5s, wait: 20s, ring: 3s, talk: 100s, hold: 10s, outcome: answered, ended_by: customer, agent: wang, queue: sales, recording: {duration: 99s}, rating: {score: 1, label: 满意, channel: ivr}, alibaba: {ContactId: in}}
  - {id: out, direction: outbound, from: "400100", to: "0735222", at: 2024-05-14T09:10:00+08:00, dial: 2s, ring: 9s, talk: 30s, outcome: answered, ended_by: agent, agent: li, rating: {score: 3, label: 一般, channel: sms}, alibaba: {ContactId: out}}
  - {id: busy, direction: outbound, from: "400100", to: "0100333", at: 2024-05-14T09:20:00+08:00, dial: 3s, outcome: busy, agent: wang, alibaba: {ContactId: busy}}
  - {id: gone, direction: inbound, from: "0735444", to: "400100", at: 2024-05-14T09:30:00+08:00, ivr: 7s, wait: 60s, outcome: abandoned_queue, queue: help, alibaba: {ContactId: gone}}
  - {id: fail, direction: outbound, from: "400100", to: "0100555", at: 2024-05-14T09:40:00+08:00, dial: 1s, outcome: failed, agent: li, alibaba: {ContactId: fail}}
  - {id: desk, direction: internal, from: "101", to: "102", at: 2024-05-14T09:50:00+08:00, ring: 4s, talk: 8s, outcome: answered, agent: wang, alibaba: {ContactId: desk}}
  - {id: mail, direction: inbound, from: "0100666", to: "400100", at: 2024-05-14T10:00:00+08:00, ivr: 6s, outcome: voicemail, recording: {duration: 12s}, queue: help, alibaba: {ContactId: mail}}
  - {id: elsewhere, direction: inbound, from: "1", to: "2", at: 2024-05-14T09:05:00+08:00, outcome: answered, alibaba: {ContactId: elsewhere, InstanceId: another}}
"#;

/// A scenario with its readings set.
pub fn reading(yaml: &str, readings: &str) -> String {
    format!("{yaml}\nreadings: {{{readings}}}\n")
}

/// The contact ids of an answer's records, in its order.
pub fn ids(answer: &crate::mock::Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    let list = body["Data"]["List"].as_array().expect("a list");
    list.iter().map(|record| record["ContactId"].as_str().expect("an id").to_owned()).collect()
}

/// A good call for the page of ten that begins the list.
pub fn page() -> Call {
    Call::new()
}
