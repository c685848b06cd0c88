//! `GET …/customer_flag`: shows the flags of a call's customer (page L1906-1926).

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::super::auth::Account;
use super::super::error::{self, Refused};
use super::super::findings;
use super::super::flags::{self, CustomerFlags};
use crate::contract::{Operation, Readings, Route, behaviors};
use crate::universe::Ordinal;
use crate::vendor::openapi::{Described, Document};
use crate::vendor::{Context, Endpoint, Outcome, handler, refusals, shows_none, tells_nothing};

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "get_customer_flag",
        route: Route::of(&["GET"], "/apps/api/v1/calls/{id}/customer_flag"),
        page: "https://docs.cloud.google.com/contact-center/ccai-platform/docs/apps-api-call",
        summary: "Shows what is known of the customer of a call.",
        source: "page L1906-1926",
        open: false,
        behaviors: BEHAVIORS,
        refusals: REFUSALS,
    },
    handler: handler!(get_customer_flag),
    refusals: samples,
    describe,
    shows: shows_none,
    tells: tells_nothing,
};

behaviors! {
    in "ccai.get_customer_flag";

    SHOWN = "shown", 200, Documented, "E1 (1G.16)",
        "The three flags.";
}

refusals! {
    in "ccai.get_customer_flag", of request;

    CallNotFound = "call_not_found", 404 Inferred changing, "3",
        "A call that does not exist.",
        "Not Found";
}

/// Shows the flags of a call's customer. They are false until a request sets them.
async fn get_customer_flag(_: Account, call: FlaggedCall, context: Context) -> Response {
    if !context.body.is_empty() {
        context.notes.finding(&findings::BODY_ON_GET);
    }
    let FlaggedCall(ordinal) = call;
    let flags = context.world.look(|changes| changes.flags.get(&ordinal).copied().unwrap_or_default());
    (Outcome(&SHOWN), Json(CustomerFlags::from(flags))).into_response()
}

/// The call of the path.
struct FlaggedCall(Ordinal);

impl<S: Sync> FromRequestParts<S> for FlaggedCall {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let call = flags::call(request).await?;
        call.map(Self).ok_or_else(|| Error::CallNotFound.into())
    }
}

fn describe(document: &mut Document, operation: &'static Operation, _: &Readings) {
    let (flags, refusal) = (flags::answer(document), error::answer(document));
    document.add(Described {
        operation,
        id: operation.id.to_owned(),
        method: "get",
        parameters: vec![flags::id()],
        request_body: None,
        success: vec![(200, flags)],
        refusal,
        examples: vec![],
    });
}
