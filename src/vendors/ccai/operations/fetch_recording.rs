//! The file of a recording, at a URL from `recording_url`. No page says how the vendor serves
//! files. callmock serves them like a plain web server, without a credential.

use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::super::error::{ErrorBody, Refused};
use super::super::findings;
use super::super::name::NAME;
use crate::contract::{Operation, Readings, Route};
use crate::vendor::openapi::{Answer, Document};
use crate::vendor::recording::{describe_files, find, recording_behaviors};
use crate::vendor::{Context, Endpoint, handler, refusals, shows_none, tells_nothing};

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "fetch_recording",
        route: Route::of(&["GET", "HEAD"], "/_files/{world}/ccai-{call}.wav"),
        page: "https://docs.cloud.google.com/contact-center/ccai-platform/docs/apps-api-call",
        summary: "Fetches the file of a recording, from the address that an answer told.",
        source: "recording_url of the call object",
        open: true,
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
    let Some(file) = find(&context, &view, NAME) else {
        return Refused(Error::NotFound.into()).into_response();
    };
    file.send(&context, &request, &OUTCOMES, &findings::RECORDING_NOT_WHOLE, || {
        Refused(Error::Unsatisfiable.into()).into_response()
    })
}

fn describe(document: &mut Document, operation: &'static Operation, _: &Readings) {
    let body = document.schema::<ErrorBody>();
    let refusal = Answer { content: vec![("application/json", body)], headers: Value::Null };
    describe_files(document, operation, &[], &refusal);
}
