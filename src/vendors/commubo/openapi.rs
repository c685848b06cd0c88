//! commubo's requests and answers as an `OpenAPI` document.

use serde_json::{Value, json};

use super::auth;
use super::contract::{CATALOGUE, ErrorBody, LIST_CALLS};
use super::error::Cause;
use super::model::Call;
use crate::exchange::openapi::{Answer, Described, Document, query};

/// The page's example of an answer, whole (page L76-131).
const EXAMPLE: &str = include_str!("example.json");

/// The document.
pub fn document(error_body: ErrorBody) -> Value {
    let mut document = Document::of(&CATALOGUE);
    let api_key = |name: &str| json!({ "type": "apiKey", "in": "header", "name": name });
    document.security(
        json!({ "tenant": api_key(auth::TENANT_ID), "token": api_key(auth::ACCESS_TOKEN) }),
        json!([{ "tenant": [], "token": [] }]),
    );
    let day = json!({ "type": "string", "format": "date" });
    let expand =
        json!({ "type": "string", "enum": ["none", "customer", "operator", "all"], "default": "none" });
    let calls = json!({ "type": "array", "items": document.schema::<Call<'_>>() });
    let cause = document.schema::<Cause>();
    let example = serde_json::from_str(EXAMPLE).expect("the page's example is JSON");
    document.add(Described {
        operation: &LIST_CALLS,
        id: LIST_CALLS.id.to_owned(),
        method: "get",
        path: LIST_CALLS.path,
        parameters: vec![
            query("start", false, &day),
            query("end", false, &day),
            query("expand", false, &expand),
        ],
        request_body: None,
        success: vec![(200, Answer { content: vec![("application/json", calls)], headers: Value::Null })],
        refusal: match error_body {
            ErrorBody::Json => Answer { content: vec![("application/json", cause)], headers: Value::Null },
            ErrorBody::Empty => Answer::default(),
        },
        examples: vec![(200, "page L76-131".to_owned(), example)],
    });
    document.finish()
}
