//! The file of a recording, at a URL from `recording_url`. No page says how the vendor serves
//! files. callmock serves them like a plain web server, without a credential.

use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::error::{ErrorBody, Refused};
use super::super::findings;
use super::super::name::NAME;
use crate::contract::{Operation, Readings, Route};
use crate::vendor::openapi::{Answer, Described, Document};
use crate::vendor::recording::{Part, find, recording_behaviors};
use crate::vendor::{Context, Endpoint, Outcome, handler, refusals, shows_none, tells_nothing};

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "fetch_recording",
        route: Route::of(&["GET", "HEAD"], "/_files/{world}/ccai-{call}.wav"),
        page: "https://docs.cloud.google.com/contact-center/ccai-platform/docs/apps-api-call",
        summary: "Fetches the file of a recording, from the address that an answer told.",
        source: "recording_url of the call object",
        behaviors: BEHAVIORS,
        refusals: REFUSALS,
    },
    handler: handler!(fetch_recording),
    refusals: samples,
    describe,
    shows: shows_none,
    tells: tells_nothing,
};

recording_behaviors! {
    in "ccai.fetch_recording", Choice, "unstated"
}

refusals! {
    in "ccai.fetch_recording", of request;

    NotFound = "not_found", 404 Choice changing, "unstated",
        "An address of no recording.",
        "Not Found";
    Unsatisfiable = "range_not_satisfiable", 416 Choice, "RFC 9110, 15.5.17",
        "A part that the recording does not have.",
        "Range Not Satisfiable";
}

async fn fetch_recording(context: Context, request: Parts) -> Response {
    let view = context.view();
    let Some((ordinal, recording)) = find(&context, &view, NAME) else {
        return Refused(Error::NotFound.into()).into_response();
    };
    let part = Part::of(&request.headers, &recording);
    part.note(&context, &format!("{NAME} {}", ordinal.0), recording, &findings::RECORDING_NOT_WHOLE);
    let beyond = || Refused(Error::Unsatisfiable.into()).into_response();
    if part == Part::Unsatisfiable {
        return part.answer(recording, &request, beyond);
    }
    (Outcome(outcome(&part)), part.answer(recording, &request, beyond)).into_response()
}

fn describe(document: &mut Document, operation: &'static Operation, _: &Readings) {
    let body = document.schema::<ErrorBody>();
    let wav = json!({ "description": "RIFF/WAVE, 8 kHz mono 16 bit PCM" });
    let file = Answer { content: vec![("audio/wav", wav)], headers: Value::Null };
    let path =
        |name: &str| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
    for method in ["get", "head"] {
        document.add(Described {
            operation,
            id: if method == "get" { operation.id.to_owned() } else { format!("{}_{method}", operation.id) },
            method,
            parameters: vec![path("world"), path("call")],
            request_body: None,
            success: vec![(200, file.clone()), (206, file.clone()), (304, Answer::default())],
            refusal: Answer { content: vec![("application/json", body.clone())], headers: Value::Null },
            examples: vec![],
        });
    }
}
