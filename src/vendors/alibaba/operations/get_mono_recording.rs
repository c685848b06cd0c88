//! `GetMonoRecording`: the URL of a call's recording. `R1` and the like are rows of the fact sheet
//! on recordings.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::super::call_centre::{Instance, call_centre_refusals};
use super::super::gateway::{Action, Caller, Envelope, Gateway, Refused, describe_action, note_parameters};
use super::super::name::NAME;
use super::super::readings::NoRecording;
use super::super::records::{Record, message};
use crate::contract::{Operation, Readings, Route, behaviors};
use crate::urlencoded::strict;
use crate::vendor::openapi::{Document, query};
use crate::vendor::recording::{named_path, tells_of_file};
use crate::vendor::{
    AnyRefusal, BaseUrl, BySerde, Context, Endpoint, Field, Neutral, Outcome, Tells, checked, handler,
    shows_ended,
};

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "get_mono_recording",
        route: Route::Action {
            methods: &["GET", "POST"],
            path: "/",
            parameter: "Action",
            name: "GetMonoRecording",
        },
        page: "https://api.aliyun.com/document/CCC/2020-07-01/GetMonoRecording",
        summary: "Tells the address of a call's recording (`Action=GetMonoRecording`).",
        source: "the vendor's OpenAPI metadata of 2024-08-14 (R1-R5)",
        open: false,
        behaviors: BEHAVIORS,
        refusals: REFUSALS,
    },
    handler: handler!(get_mono_recording),
    refusals: samples,
    describe,
    shows: shows_ended,
    tells,
};

behaviors! {
    in "alibaba.get_mono_recording";

    TOLD = "told", 200, Documented, "R1, R3",
        "The address of a recording, good for a time.";
    NO_DATA = "no_data", 200, Inferred, "R5",
        "No `Data` for a call that has no recording, or not yet, or that does not exist.";
    EXPIRE_SECONDS = "expire_seconds", -, Documented, "R1, R4",
        "An address that is good for `ExpireSeconds` instead of a day.";
}

call_centre_refusals! {
    in "alibaba.get_mono_recording", of request;

    MissingContactId = "missing_contact_id", 400 Inferred, "N3",
        "No `ContactId`, or an empty one.",
        "ContactId is mandatory for this action.", "MissingContactId";
    InvalidExpireSeconds = "invalid_expire_seconds", 400 Inferred, "N3, R1",
        "An `ExpireSeconds` that is not an integer.",
        "Specified parameter ExpireSeconds is not valid.", "InvalidExpireSeconds";
    CallNotFound(String = "job-1".to_owned()) = "call_not_found", 404 Choice changing, "R5",
        "A call that does not exist (reading `alibaba.no_recording: error`).",
        "The call {0} does not exist.", "NotExists.JobId";
    ParameterBlank(String = "ContactId".to_owned()) = "parameter_blank", 400 Documented fault, "R2",
        "A parameter that must not be blank; the gateway is first to say so here.",
        "The parameter {0} must not be null or empty.", "Parameter.Blank";
    ParameterEmpty(String = "ContactId".to_owned()) = "parameter_empty", 400 Documented fault, "R2",
        "A parameter that must not be empty; the gateway is first to say so here.",
        "The parameter {0} may not be null or empty.", "Parameter.Empty";
    ParameterNull(String = "ContactId".to_owned()) = "parameter_null", 400 Documented fault, "R2",
        "A parameter that must be there; the gateway is first to say so here.",
        "The parameter {0} may not be null.", "Parameter.Null";
}

const PARAMETERS: [&str; 3] = ["InstanceId", "ContactId", "ExpireSeconds"];

/// The default validity of a URL in seconds: one day (R3, R4).
const DAY: i64 = 86_400;

/// The `ContactId` of the request and the validity of the URL. Checking them is the gateway's last
/// check.
struct Asked {
    contact_id: String,
    expire_seconds: Option<i64>,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let Gateway { parameters } = checked(request).await?;
        note_parameters(request, &PARAMETERS);
        let read = || {
            parameters.get("InstanceId")?.ok_or(Error::MissingInstanceId)?;
            let contact_id = parameters.get("ContactId")?.ok_or(Error::MissingContactId)?.to_owned();
            let seconds = parameters.get("ExpireSeconds")?.map(str::parse);
            let expire_seconds = seconds.transpose().map_err(|_| Error::InvalidExpireSeconds)?;
            Ok::<_, AnyRefusal>(Self { contact_id, expire_seconds })
        };
        read().map_err(|refusal| Refused::of(request, refusal))
    }
}

/// Answers with the URL. The arguments are the gateway's checks, then the call centre's.
#[expect(clippy::too_many_arguments, reason = "each is a check or what the answer is made of")]
async fn get_mono_recording(
    _: Gateway,
    caller: Caller,
    asked: Asked,
    instance: Instance<Error>,
    envelope: Envelope,
    BaseUrl(base_url): BaseUrl,
    context: Context,
    request: Parts,
) -> Response {
    let (world, view) = (&context.world, context.view());
    let found = Record::find(&view, &asked.contact_id);
    let record = found.and_then(|call| Record::of(&view, call, &caller.access_key_id, &instance.id));
    if record.is_none() && world.reading::<NoRecording>() == NoRecording::Error {
        return Refused::of(&request, Error::CallNotFound(asked.contact_id)).into_response();
    }
    let recorded = record.as_ref().filter(|record| record.recording_ready());
    let data = recorded.zip(record.as_ref().and_then(Record::recording)).map(|(record, recording)| {
        let name = format!("{}.wav", record.contact_id());
        let file_url = recording.url.as_deref().map_or_else(
            || {
                if asked.expire_seconds.is_some() {
                    context.notes.behavior(&EXPIRE_SECONDS);
                }
                let good_for = TimeDelta::try_seconds(asked.expire_seconds.unwrap_or(DAY));
                let end = good_for.and_then(|good_for| view.now().checked_add_signed(good_for));
                let expires = end.map_or(i64::MAX, |end| end.timestamp());
                let path = named_path(world.id(), NAME, record.ordinal(), &name);
                let key = strict(&caller.access_key_id);
                let signature = strict(&record.link_signature(expires));
                format!("{base_url}{path}?Expires={expires}&OSSAccessKeyId={key}&Signature={signature}")
            },
            str::to_owned,
        );
        Data { file_url, file_name: name, duration: i64::from(recording.duration.0) }
    });
    let outcome = if data.is_some() { &TOLD } else { &NO_DATA };
    let answer = GetMonoRecordingResponse {
        code: "OK",
        http_status_code: 200,
        message: message(world.reading()),
        request_id: &envelope.request_id,
        data,
    };
    (Outcome(outcome), envelope.success(&BySerde(&answer), 512)).into_response()
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields)]
struct GetMonoRecordingResponse<'a> {
    code: &'static str,
    http_status_code: u16,
    message: &'static str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(deny_unknown_fields, rename = "MonoRecording")]
struct Data {
    file_url: String,
    file_name: String,
    /// The duration in milliseconds.
    duration: i64,
}

/// How precisely the answer tells a field of the neutral call: only those of the recording.
fn tells(call: &Neutral, field: Field) -> Tells {
    match field {
        _ if call.answered_at.is_none() => Tells::Nothing,
        Field::RecordingDuration => Tells::Exactly,
        field => tells_of_file(call, field),
    }
}

fn describe(document: &mut Document, operation: &'static Operation, _: &Readings) {
    let text = json!({ "type": "string" });
    let seconds = query("ExpireSeconds", false, &json!({ "type": "integer", "format": "int64" }));
    let own = Action {
        parameters: vec![query("InstanceId", true, &text), query("ContactId", true, &text), seconds],
        names: &PARAMETERS,
        success: document.schema::<GetMonoRecordingResponse<'_>>(),
        examples: vec![],
    };
    describe_action(document, operation, own);
}
