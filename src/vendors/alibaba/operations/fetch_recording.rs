//! The file of a recording, at a URL from `GetMonoRecording`. The server is object storage, which
//! checks the URL's expiry but no credential (R6, R12).

use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::findings;
use super::super::gateway::{Parameters, XML};
use super::super::name::NAME;
use crate::contract::{Operation, Readings, Route};
use crate::vendor::openapi::{Answer, Document, query};
use crate::vendor::recording::{describe_files, find, recording_behaviors};
use crate::vendor::{
    AnyRefusal, Context, Endpoint, Outcome, handler, host, refusals, shows_none, tells_nothing,
};

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "fetch_recording",
        route: Route::of(&["GET", "HEAD"], "/_files/{world}/alibaba-{call}.wav"),
        page: "https://api.aliyun.com/document/CCC/2020-07-01/GetMonoRecording",
        summary: "Fetches the file of a recording, from the address that an answer told.",
        source: "object storage behind GetMonoRecording (R3, R12)",
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
    in "alibaba.fetch_recording", Inferred, "R6, R12"
}

refusals! {
    in "alibaba.fetch_recording", of request;

    Expired = "expired", 403 Inferred, "R12",
        "An address whose time has passed on the world's clock.",
        "Request has expired.", "AccessDenied";
    NotFound = "not_found", 404 Inferred changing, "R12",
        "An address of no recording.",
        "The specified key does not exist.", "NoSuchKey";
    Unsatisfiable = "range_not_satisfiable", 416 Inferred, "RFC 9110, 15.5.17",
        "A part that the recording does not have.",
        "The requested range cannot be satisfied.", "InvalidRange";
}

/// Sends the file. Object storage checks the expiry before anything else.
async fn fetch_recording(context: Context, request: Parts) -> Response {
    let (view, parameters) = (context.view(), Parameters::of(&request));
    let expires = parameters.get("Expires").ok().flatten().and_then(|text| text.parse::<i64>().ok());
    if expires.is_none_or(|expires| expires < view.now().timestamp()) {
        context.notes.finding(&findings::EXPIRED_LINK);
        return refused(&request, &Error::Expired.into());
    }
    let Some(file) = find(&context, &view, NAME) else {
        return refused(&request, &Error::NotFound.into());
    };
    file.send(&context, &request, &OUTCOMES, &findings::RECORDING_NOT_WHOLE, || {
        refused(&request, &Error::Unsatisfiable.into())
    })
}

/// A refusal in the XML of object storage.
pub fn refused(request: &Parts, refusal: &AnyRefusal) -> Response {
    let row = refusal.row();
    let id = Context::of(request).world.ids().uuid().simple().to_string().to_uppercase();
    let body = format!(
        "{XML}<Error><Code>{}</Code><Message>{}</Message><RequestId>{}</RequestId><HostId>{}</HostId></Error>",
        row.name(),
        refusal.text(),
        &id[..24],
        quick_xml::escape::escape(host(request).unwrap_or_default()),
    );
    let status = row.behavior.status.and_then(|status| StatusCode::from_u16(status).ok());
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"))];
    (status.unwrap_or_default(), Outcome(&row.behavior), kind, body).into_response()
}

/// Whether a refusal belongs to this operation.
pub fn is_own(refusal: &AnyRefusal) -> bool {
    refusal.get::<Error>().is_some()
}

fn describe(document: &mut Document, operation: &'static Operation, _: &Readings) {
    let xml = json!({ "description": "The error of object storage, or of the gateway." });
    let kinds = ["application/xml", "application/json;charset=utf-8", "text/xml;charset=utf-8"];
    let refusal = Answer { content: kinds.map(|kind| (kind, xml.clone())).to_vec(), headers: Value::Null };
    let seconds = json!({ "type": "integer", "description": "Seconds since 1970" });
    describe_files(document, operation, &[query("Expires", true, &seconds)], &refusal);
}
