//! An action in the `OpenAPI` document: the parameters and answers that every action has, and its
//! own.

use serde_json::{Value, json};

use super::checks::VERSION;
use super::parameters::COMMON;
use super::refusals::REFUSALS;
use super::refused::ErrorBody;
use crate::contract::{Operation, Route};
use crate::vendor::openapi::{Answer, Described, Document, header, query};

/// The part of an action's description that no other action has.
pub struct Action<'a> {
    /// The action's own parameters, as `OpenAPI` parameter objects.
    pub parameters: Vec<Value>,
    /// The names of the action's own parameters. The code of a repeated one contains its name.
    pub names: &'a [&'static str],
    /// The schema of the success.
    pub success: Value,
    /// Examples of successes, each with its name.
    pub examples: Vec<(String, Value)>,
}

/// Describes an action under both methods.
pub fn describe_action(document: &mut Document, operation: &'static Operation, own: Action<'_>) {
    let Route::Action { name, .. } = operation.route else {
        panic!("{} is no action, which is a mistake in the vendor's list", operation.id)
    };
    let refusal = described_refusal(document, operation, own.names);
    let mut parameters = vec![
        query("Action", true, &json!({ "const": name })),
        query("Version", true, &json!({ "const": VERSION })),
        query("Format", false, &json!({ "enum": ["JSON", "XML"], "default": "JSON" })),
    ];
    parameters.extend(own.parameters);
    let examples = own.examples.into_iter().map(|(name, value)| (200, name, value)).collect::<Vec<_>>();
    for (method, id) in [("get", ""), ("post", "_by_post")] {
        document.add(Described {
            operation,
            id: format!("{}{id}", operation.id),
            method,
            parameters: parameters.clone(),
            request_body: None,
            success: vec![(200, described(own.success.clone()))],
            refusal: refusal.clone(),
            examples: examples.clone(),
        });
    }
}

/// The refusals of an operation in the `OpenAPI` document, with all their codes. The code of a
/// repeated parameter contains its name ([`Error::Repeated`]).
fn described_refusal(
    document: &mut Document,
    operation: &'static Operation,
    parameters: &[&'static str],
) -> Answer {
    let body = document.schema::<ErrorBody<'_>>();
    let rows = REFUSALS.iter().chain(operation.refusals);
    let mut codes: Vec<String> = rows.map(|row| row.name().to_owned()).collect();
    codes.extend(COMMON.iter().chain(parameters).map(|name| format!("Invalid{name}")));
    codes.sort();
    codes.dedup();
    described(json!({ "allOf": [body], "properties": { "Code": { "enum": codes } } }))
}

/// An answer in the `OpenAPI` document: a schema in both formats, and the headers of every answer.
fn described(schema: Value) -> Answer {
    let headers = json!({
        "x-acs-request-id": header("The body's `RequestId`"),
        "x-acs-trace-id": header("32 hexadecimal digits"),
        "etag": header("Of the body"),
        "access-control-allow-origin": header("Always `*`"),
        "access-control-expose-headers": header("Always `*`"),
    });
    let xml = json!({ "description": "The same as XML, where `Format=XML` asks for it." });
    Answer {
        content: vec![("application/json;charset=utf-8", schema), ("text/xml;charset=utf-8", xml)],
        headers,
    }
}
