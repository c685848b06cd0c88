//! `PATCH …/customer_flag`: changes the flags of a call's customer (page L1927-1939).

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::super::auth::Account;
use super::super::body::{Body, note_unknown};
use super::super::error::{self, Refused};
use super::super::findings;
use super::super::flags::{self, CustomerFlags};
use super::super::readings::PluralFlag;
use crate::contract::{Operation, Readings, Route, behaviors};
use crate::universe::Ordinal;
use crate::vendor::openapi::{Described, Document};
use crate::vendor::{Context, Endpoint, Outcome, handler, refusals, shows_none, tells_nothing};
use crate::world::Flags;

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "update_customer_flag",
        route: Route::of(&["PATCH"], "/apps/api/v1/calls/{id}/customer_flag"),
        page: "https://docs.cloud.google.com/contact-center/ccai-platform/docs/apps-api-call",
        summary: "Changes what is known of the customer of a call.",
        source: "page L1927-1939",
        open: false,
        behaviors: BEHAVIORS,
        refusals: REFUSALS,
    },
    handler: handler!(update_customer_flag),
    refusals: samples,
    describe,
    shows: shows_none,
    tells: tells_nothing,
};

behaviors! {
    in "ccai.update_customer_flag";

    UPDATED = "updated", 200, Documented, "F1",
        "The three flags, as they are now.";
    PLURAL = "plural", -, Documented, "F1 (1G.6)",
        "`repeat_customers`, as the page's sample spells it.";
}

refusals! {
    in "ccai.update_customer_flag", of request;

    CallNotFound = "call_not_found", 404 Inferred changing, "3",
        "A call that does not exist.",
        "Not Found";
    Malformed(&'static str = "repeat_customer") = "malformed", 400 Inferred, "5",
        "A flag that is not true or false.",
        "{0} is not well formed";
    PluralRefused = "plural_refused", 400 Choice, "1G.6",
        "`repeat_customers` (reading `ccai.plural_flag: refuse`).",
        "repeat_customers is not permitted";
}

/// Changes any of the three flags. The page shows no answer, so callmock answers with all flags.
async fn update_customer_flag(
    _: Account,
    call: FlaggedCall,
    change: FlagChange,
    context: Context,
) -> Response {
    let FlaggedCall(ordinal) = call;
    let flags = context.world.changes(|changes| {
        let flags = changes.flags.entry(ordinal).or_default();
        change.apply(flags);
        *flags
    });
    (Outcome(&UPDATED), Json(CustomerFlags::from(flags))).into_response()
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

/// The names of the flags. The plural is only in the page's sample.
const FLAG_KEYS: [&str; 4] = ["verified_customer", "bad_actor", "repeat_customer", "repeat_customers"];

/// A change of flags, each true or false (5). The page's sample has a plural where everything else
/// has the singular. If both are given, the singular wins (1G.6).
#[derive(Debug, Default)]
struct FlagChange {
    verified: Option<bool>,
    bad_actor: Option<bool>,
    repeat: Option<bool>,
}

impl FlagChange {
    fn of(members: &Map<String, Value>, context: &Context) -> Result<Self, Error> {
        let flag = |name: &'static str| match members.get(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(Error::Malformed(name)),
        };
        let (verified, bad_actor, singular) =
            (flag("verified_customer")?, flag("bad_actor")?, flag("repeat_customer")?);
        if members.contains_key("repeat_customers") {
            context.notes.finding(&findings::PLURAL_FLAG_SENT);
            if context.world.reading::<PluralFlag>() == PluralFlag::Refuse {
                return Err(Error::PluralRefused);
            }
            context.notes.behavior(&PLURAL);
        }
        note_unknown(members, &FLAG_KEYS, context);
        let repeat = singular.or(flag("repeat_customers")?);
        Ok(Self { verified, bad_actor, repeat })
    }

    /// Sets the given flags and leaves the others.
    fn apply(&self, flags: &mut Flags) {
        flags.verified = self.verified.unwrap_or(flags.verified);
        flags.bad_actor = self.bad_actor.unwrap_or(flags.bad_actor);
        flags.repeat = self.repeat.unwrap_or(flags.repeat);
    }
}

impl<S: Sync> FromRequestParts<S> for FlagChange {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, state: &S) -> Result<Self, Refused> {
        let Body(members) = Body::from_request_parts(request, state).await?;
        Ok(Self::of(&members, Context::of(request))?)
    }
}

fn describe(document: &mut Document, operation: &'static Operation, _: &Readings) {
    let members: Map<String, Value> =
        FLAG_KEYS.iter().map(|key| ((*key).to_owned(), json!({ "type": "boolean" }))).collect();
    let body = json!({
        "required": true,
        "content": { "application/json": { "schema": { "type": "object", "properties": members } } },
    });
    let (flags, refusal) = (flags::answer(document), error::answer(document));
    document.add(Described {
        operation,
        id: operation.id.to_owned(),
        method: "patch",
        parameters: vec![flags::id()],
        request_body: Some(body),
        success: vec![(200, flags)],
        refusal,
        examples: vec![],
    });
}
