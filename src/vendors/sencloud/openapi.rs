//! Sencloud's requests and answers as an `OpenAPI` document.

use serde_json::{Value, json};

use super::contract::{CATALOGUE, LIST_CALL_LOGS};
use super::error::{Error, ErrorBody};
use super::model::Answer as Logs;
use super::query::{Decoded, METHODS};
use crate::exchange::openapi::{Answer, Described, Document};

/// The page's examples of answers (page L53-103 and the other sample).
const SAMPLES: &str = include_str!("samples.json");

/// The document: the one operation under the name of each white label.
pub fn document() -> Value {
    let mut document = Document::of(&CATALOGUE);
    document.security(json!({ "key": { "type": "http", "scheme": "bearer" } }), json!([{ "key": [] }]));
    let request = document.request_schema::<Decoded>();
    let logs = document.schema::<Logs<'_>>();
    let mut refusal = document.schema::<ErrorBody>();
    refusal = json!({ "allOf": [refusal], "properties": { "code": { "enum": Error::names() } } });
    let samples: Vec<Value> = serde_json::from_str(SAMPLES).expect("the page's samples are JSON");
    for (n, path) in METHODS.into_iter().enumerate() {
        let label = path.trim_start_matches("/v1/").trim_end_matches("/ListCallLogs").replace('.', "_");
        let id = if n == 0 { LIST_CALL_LOGS.id.to_owned() } else { format!("{}_{label}", LIST_CALL_LOGS.id) };
        document.add(Described {
            operation: &LIST_CALL_LOGS,
            id,
            method: "post",
            path,
            parameters: vec![],
            request_body: Some(json!({
                "required": true,
                "content": { "application/json": {
                    "schema": request,
                    "examples": { "page L111-113": { "value": { "extension_ids": ["101"] } } },
                } },
            })),
            success: vec![(
                200,
                Answer { content: vec![("application/json", logs.clone())], headers: Value::Null },
            )],
            refusal: Answer { content: vec![("application/json", refusal.clone())], headers: Value::Null },
            // The other sample leaves out members that this one has; the service does not (1.2).
            examples: Vec::from_iter(
                samples.first().map(|sample| (200, "page L53-103".to_owned(), sample.clone())),
            ),
        });
    }
    document.finish()
}
