//! `GET /v1/calls/{callId}`: one call, in the form of an item of the list (fact sheet on the
//! operations beside the list, C1-C9).

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::auth::Tenant;
use super::super::calls::{Call, Expand, Style, tells_of_call};
use super::super::error::{Cause, Refused};
use super::super::findings;
use super::super::name::NAME;
use super::super::one_call::{OneCall, one_call_refusals};
use super::super::readings::{CallExpand, ErrorBody};
use crate::contract::{Operation, Readings, Route, behaviors};
use crate::urlencoded;
use crate::vendor::openapi::{Answer, Described, Document, query};
use crate::vendor::{Context, Endpoint, Outcome, handler, shows_ended};

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "get_call",
        route: Route::of(&["GET"], "/v1/calls/{callId}"),
        page: "https://commubo.com/api/calls-get.html",
        summary: "Shows one call.",
        source: "the vendor's page on one call (C1-C9)",
        open: false,
        behaviors: BEHAVIORS,
        refusals: REFUSALS,
    },
    handler: handler!(get_call),
    refusals: samples,
    describe,
    shows: shows_ended,
    tells: tells_of_call,
};

behaviors! {
    in "commubo.get_call";

    SHOWN = "shown", 200, Documented, "the page on one call (C2, C3)",
        "One call, without an envelope.";
    UNDER_WAY = "under_way", -, Choice, "unstated (C8)",
        "A call that is not over: without `talkTime`, and without what has not happened yet.";
    EXPAND_ALL = "expand_all", -, Choice, "the page's example against its silence on `expand` (C4)",
        "Customer and operator whole.";
    EXPAND_NONE = "expand_none", -, Choice, "the page's example against its silence on `expand` (C4)",
        "Customer and operator by their ids (reading `commubo.call_expand: none`).";
    EXPAND_ASKED = "expand_asked", -, Choice, "page L25-37 (C4)",
        "`expand` in the query, honoured as in the list.";
}

one_call_refusals! {
    in "commubo.get_call", of request;

    InvalidExpand = "invalid_expand", 406 Choice, "page L25 (C4)",
        "`expand` is not one of none, customer, operator, all.",
        "expand must be one of none, customer, operator, all";
}

/// The `expand` of the query, if given.
struct Detail(Option<Expand>);

impl<S: Sync> FromRequestParts<S> for Detail {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let notes = &Context::of(parts).notes;
        let mut asked = None;
        for (name, value) in urlencoded::lossy(parts.uri.query().unwrap_or_default()) {
            if name != "expand" {
                notes.finding_of(&findings::UNKNOWN_PARAMETER_SENT, || format!("`{name}`"));
                continue;
            }
            notes.finding(&findings::EXPAND_ON_CALL);
            let expand = Expand::read(&value).ok_or_else(|| Refused::of(parts, Error::InvalidExpand))?;
            asked = Some(expand);
        }
        Ok(Self(asked))
    }
}

/// Shows one call. The credential is checked first: a wrong token is 403 even for an unknown call
/// (A18).
async fn get_call(_: Tenant, call: OneCall<Error>, detail: Detail, context: Context) -> Response {
    let (world, view, notes) = (&context.world, context.view(), &context.notes);
    let expand = match (detail.0, world.reading()) {
        (Some(asked), _) => {
            notes.behavior(&EXPAND_ASKED);
            asked
        }
        (None, CallExpand::All) => {
            notes.behavior(&EXPAND_ALL);
            Expand::All
        }
        (None, CallExpand::None) => {
            notes.behavior(&EXPAND_NONE);
            Expand::None
        }
    };
    if view.call(call.ordinal).is_some_and(|call| !call.is_over(view.now())) {
        notes.behavior(&UNDER_WAY);
    }
    world.showed(NAME, call.ordinal);
    let shown = Call::of(&view, call.ordinal, Style::of(world, expand));
    (Outcome(&SHOWN), Json(shown)).into_response()
}

fn describe(document: &mut Document, operation: &'static Operation, readings: &Readings) {
    let expand = json!({ "type": "string", "enum": ["none", "customer", "operator", "all"] });
    let call = document.schema::<Call<'_>>();
    let cause = document.schema::<Cause>();
    let id = json!({ "name": "callId", "in": "path", "required": true, "schema": { "type": "string" } });
    document.add(Described {
        operation,
        id: operation.id.to_owned(),
        method: "get",
        parameters: vec![id, query("expand", false, &expand)],
        request_body: None,
        success: vec![(200, Answer { content: vec![("application/json", call)], headers: Value::Null })],
        refusal: match readings.get() {
            ErrorBody::Json => Answer { content: vec![("application/json", cause)], headers: Value::Null },
            ErrorBody::Empty => Answer::default(),
        },
        examples: vec![],
    });
}
