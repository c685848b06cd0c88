//! Alibaba's requests and answers as an `OpenAPI` document. What signing adds to a request is no
//! part of it: signers do.

use serde_json::{Value, json};

use super::contract::{CATALOGUE, LIST_CALL_DETAIL_RECORDS};
use super::error::{Error, ErrorBody};
use super::model::Success;
use super::query::{self, GATEWAYS, OPERATIONS_OWN, VERSION};
use crate::contract::distinct;
use crate::exchange::openapi::{self, Answer, Described, Document, header};

/// The page's example of an answer.
const EXAMPLE: &str = include_str!("example.json");

/// The document.
pub fn document() -> Value {
    let mut document = Document::of(&CATALOGUE);
    let key = json!({
        "type": "apiKey", "in": "query", "name": "AccessKeyId",
        "description": "With a signature, which an SDK adds: HMAC-SHA1 in the parameters SignatureMethod, SignatureVersion, SignatureNonce, \
                        Timestamp and Signature, or ACS3-HMAC-SHA256 in Authorization and x-acs-* headers. A POST may carry \
                        its parameters in a form body instead.",
    });
    document.security(json!({ "accessKey": key }), json!([{ "accessKey": [] }]));
    let headers = json!({
        "x-acs-request-id": header("The body's `RequestId`"),
        "x-acs-trace-id": header("32 hexadecimal digits"),
        "etag": header("Of the body"),
        "access-control-allow-origin": header("Always `*`"),
        "access-control-expose-headers": header("Always `*`"),
    });
    let xml = json!({ "description": "The same as XML, where `Format=XML` asks for it." });
    let answer = |schema: Value| Answer {
        content: vec![("application/json;charset=utf-8", schema), ("text/xml;charset=utf-8", xml.clone())],
        headers: headers.clone(),
    };
    let success = answer(document.schema::<Success<'_>>());
    let body = document.schema::<ErrorBody<'_>>();
    let refusal = answer(json!({ "allOf": [body], "properties": { "Code": { "enum": codes() } } }));
    let example: Value = serde_json::from_str(EXAMPLE).expect("the page's example is JSON");
    for (method, id) in [("get", ""), ("post", "_by_post")] {
        let operation = &LIST_CALL_DETAIL_RECORDS;
        document.add(Described {
            operation,
            id: format!("{}{id}", operation.id),
            method,
            path: operation.path,
            parameters: parameters(),
            request_body: None,
            success: vec![(200, success.clone())],
            refusal: refusal.clone(),
            examples: vec![(200, "page, example".to_owned(), example.clone())],
        });
    }
    document.finish()
}

/// Every code; a parameter that comes twice is named in its own (`Error::Repeated`).
fn codes() -> Vec<String> {
    let names = GATEWAYS.iter().chain(&OPERATIONS_OWN);
    distinct(Error::names().into_iter().chain(names.map(|name| format!("Invalid{name}"))))
}

fn parameters() -> Vec<Value> {
    let mut parameters = vec![
        openapi::query("Action", true, &json!({ "const": "ListCallDetailRecords" })),
        openapi::query("Version", true, &json!({ "const": VERSION })),
        openapi::query("Format", false, &json!({ "enum": ["JSON", "XML"], "default": "JSON" })),
    ];
    parameters.extend(OPERATIONS_OWN.iter().map(|name| {
        let required = ["InstanceId", "PageNumber", "PageSize"].contains(name);
        openapi::query(name, required, &schema(name))
    }));
    parameters
}

fn schema(name: &str) -> Value {
    match name {
        "PageNumber" | "PageSize" => json!({ "type": "integer", "minimum": 1, "maximum": 100 }),
        "StartTime" | "EndTime" => {
            json!({ "type": "integer", "format": "int64", "description": "Milliseconds since 1970" })
        }
        _ => match query::options(name) {
            Some(options) if name.ends_with("List") => json!({
                "type": "string",
                "description": format!("A JSON array, or commas, of: {}", options.join(", ")),
            }),
            Some(options) => json!({ "type": "string", "enum": options }),
            None if name == "Criteria" => {
                json!({ "type": "string", "description": "`{\"phoneNumber\": \"…\"}`, as JSON" })
            }
            None => json!({ "type": "string" }),
        },
    }
}
