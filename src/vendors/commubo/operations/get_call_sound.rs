//! `GET /v1/calls/{callId}/sound`: the recording of a call as a WAV file (fact sheet on the
//! operations beside the list, S1-S7).

use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::auth::Tenant;
use super::super::error::{Cause, Refused};
use super::super::findings;
use super::super::name::NAME;
use super::super::one_call::{OneCall, one_call_refusals};
use super::super::readings::{ErrorBody, NoSound};
use crate::contract::{Operation, Readings, Route};
use crate::universe::Part;
use crate::vendor::openapi::{Answer, Described, Document};
use crate::vendor::recording::{File, described_successes, recording_behaviors};
use crate::vendor::{Context, Endpoint, Field, Neutral, Outcome, Tells, handler, shows_ended};

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "get_call_sound",
        route: Route::of(&["GET"], "/v1/calls/{callId}/sound"),
        page: "https://commubo.com/api/calls-sound.html",
        summary: "Fetches the recording of a call.",
        source: "the vendor's page on the sound of a call (S1-S7)",
        open: false,
        behaviors: BEHAVIORS,
        refusals: REFUSALS,
    },
    handler: handler!(get_call_sound),
    refusals: samples,
    describe,
    shows: shows_ended,
    tells,
};

recording_behaviors! {
    in "commubo.get_call_sound", Documented, "the page on the sound of a call (S1)";

    NO_SOUND = "no_sound_empty", 200, Choice, "unstated (S3, S4)",
        "An empty body for a call without a recording (reading `commubo.no_sound: empty`).";
}

one_call_refusals! {
    in "commubo.get_call_sound", of request;

    SoundNotFound = "sound_not_found", 404 Inferred changing, "unstated (S3, S4)",
        "A call without a recording, or that was not connected.",
        "there is no sound of this call";
    SoundNotAcceptable = "sound_not_acceptable", 406 Choice changing, "unstated (S3, S4)",
        "A call without a recording (reading `commubo.no_sound: 406`).",
        "there is no sound of this call";
    Unsatisfiable = "range_not_satisfiable", 416 Choice, "RFC 9110, 15.5.17",
        "A part that the recording does not have.",
        "the recording does not have this range";
}

/// Sends the recording of a call that is over. Every call with talk time has one, because the
/// vendor's calls have no mark for a recording (S7).
async fn get_call_sound(_: Tenant, call: OneCall<Error>, context: Context, request: Parts) -> Response {
    let view = context.view();
    let over = view.call(call.ordinal).filter(|call| call.is_over(view.now()));
    let over = over.filter(|_| view.has_come(call.ordinal, Part::Recording));
    let length = over.map(|call| call.recording.as_ref().map_or(call.talk, |recording| recording.duration));
    let Some(length) = length.filter(|length| length.0 > 0) else {
        return match context.world.reading() {
            NoSound::NotFound => Refused::of(&request, Error::SoundNotFound).into_response(),
            NoSound::NotAcceptable => Refused::of(&request, Error::SoundNotAcceptable).into_response(),
            NoSound::Empty => {
                let wav = [(header::CONTENT_TYPE, HeaderValue::from_static("audio/wav"))];
                (Outcome(&NO_SOUND), wav, ()).into_response()
            }
        };
    };
    let file = File::of(&view, NAME, call.ordinal, length);
    file.send(&context, &request, &OUTCOMES, &findings::RECORDING_NOT_WHOLE, || {
        Refused::of(&request, Error::Unsatisfiable).into_response()
    })
}

/// How precisely the sound tells a field of the neutral call. A call with talk time but without a
/// recording has a file that only this vendor serves.
fn tells(call: &Neutral, field: Field) -> Tells {
    match field {
        Field::RecordingBytes | Field::RecordingSha256 if call.recording.is_some() => Tells::Exactly,
        Field::RecordingBytes | Field::RecordingSha256 if call.talk > 0 => Tells::Own,
        _ => Tells::Nothing,
    }
}

fn describe(document: &mut Document, operation: &'static Operation, readings: &Readings) {
    let cause = document.schema::<Cause>();
    let id = json!({ "name": "callId", "in": "path", "required": true, "schema": { "type": "string" } });
    document.add(Described {
        operation,
        id: operation.id.to_owned(),
        method: "get",
        parameters: vec![id],
        request_body: None,
        success: described_successes(),
        refusal: match readings.get() {
            ErrorBody::Json => Answer { content: vec![("application/json", cause)], headers: Value::Null },
            ErrorBody::Empty => Answer::default(),
        },
        examples: vec![],
    });
}
