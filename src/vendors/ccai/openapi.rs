//! CCAI Platform's requests and answers as an `OpenAPI` document.

use serde_json::{Map, Value, json};

use super::contract::{CATALOGUE, CREATE_CALL, GET_CUSTOMER_FLAG, UPDATE_CUSTOMER_FLAG};
use super::error::ErrorBody;
use super::model::{CallObject, CustomerFlags};
use super::query::{FLAG_KEYS, INBOUND_KEYS, OUTBOUND_KEYS, SCHEDULED_KEYS};
use crate::exchange::openapi::{Answer, Described, Document};

/// Every POST example of the page, request and answer.
const EXAMPLES: &str = include_str!("examples.json");

/// The document.
pub fn document() -> Value {
    let mut document = Document::of(&CATALOGUE);
    document.security(json!({ "basic": { "type": "http", "scheme": "basic" } }), json!([{ "basic": [] }]));
    let answer = |schema: Value| Answer { content: vec![("application/json", schema)], headers: Value::Null };
    let refusal = answer(document.schema::<ErrorBody>());
    let call = answer(document.schema::<CallObject<'_>>());
    let flags = answer(document.schema::<CustomerFlags>());
    let echo = json!({ "type": "object", "required": ["call_type"], "description": "Reading `ccai.accepted: echo_200`." });
    let file: Value = serde_json::from_str(EXAMPLES).expect("the page's examples are JSON");
    // Where the page itself is wrong, its example is none.
    let right = || {
        let all = file["examples"].as_array().into_iter().flatten();
        all.filter(|example| example.get("page_error").is_none())
    };
    let name = |example: &Value| format!("page L{}, {}", example["page_lines"][0], example["id"]);
    let requests: Map<String, Value> =
        right().map(|example| (name(example), json!({ "value": example["request"] }))).collect();
    let answers = right().filter_map(|example| {
        let status = u16::try_from(example["status"].as_u64()?).ok()?;
        Some((status, name(example), example["response"].clone()))
    });
    document.add(Described {
        operation: &CREATE_CALL,
        id: CREATE_CALL.id.to_owned(),
        method: "post",
        path: CREATE_CALL.path,
        parameters: vec![],
        request_body: Some(json!({
            "required": true,
            "content": { "application/json": { "schema": orders(), "examples": requests } },
        })),
        success: vec![(200, answer(echo)), (201, call), (202, Answer::default())],
        refusal: refusal.clone(),
        examples: answers.filter(|(status, ..)| *status != 202).collect(),
    });
    let id = json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "integer", "minimum": 1 } });
    for (operation, method) in [(&GET_CUSTOMER_FLAG, "get"), (&UPDATE_CUSTOMER_FLAG, "patch")] {
        let members: Map<String, Value> =
            FLAG_KEYS.iter().map(|key| ((*key).to_owned(), json!({ "type": "boolean" }))).collect();
        let body = json!({
            "required": true,
            "content": { "application/json": { "schema": { "type": "object", "properties": members } } },
        });
        document.add(Described {
            operation,
            id: operation.id.to_owned(),
            method,
            path: operation.path,
            parameters: vec![id.clone()],
            request_body: (method == "patch").then_some(body),
            success: vec![(200, flags.clone())],
            refusal: refusal.clone(),
            examples: vec![],
        });
    }
    document.finish()
}

/// A request for a call of each kind, with the members that the kind has.
fn orders() -> Value {
    let kind = |name: &str, keys: &[&str], required: &[&str]| {
        let members = keys.iter().map(|key| {
            let schema = match *key {
                "call_type" => json!({ "const": name }),
                key => member(key),
            };
            ((*key).to_owned(), schema)
        });
        json!({
            "title": name, "type": "object", "required": required, "properties": members.collect::<Map<_, _>>(),
        })
    };
    json!({ "anyOf": [
        kind("Voice Outbound (API)", &OUTBOUND_KEYS, &["call_type", "agent_email"]),
        kind("Voice Inbound (API)", &INBOUND_KEYS, &["call_type", "menu_id", "end_user_number"]),
        kind("Voice Scheduled (API)", &SCHEDULED_KEYS, &["call_type", "end_user_number", "scheduled_at"]),
    ] })
}

fn member(key: &str) -> Value {
    match key {
        "menu_id" | "call_id" => json!({ "type": "integer" }),
        "agent_email" => json!({ "type": "string", "format": "email" }),
        "scheduled_at" => json!({ "type": "string", "format": "date-time" }),
        _ => json!({ "type": "string" }),
    }
}
