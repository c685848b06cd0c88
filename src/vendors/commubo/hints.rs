//! What to change in a request that commubo refuses.

use axum::http::request::Parts;

use super::auth::{ACCESS_TOKEN, TENANT_ID};
use super::name::NAME;
use crate::contract::Behavior;
use crate::nearest::did_you_mean;
use crate::vendor::Context;
use crate::vendor::hints::{CREDENTIALS, header, query, some};

const PARAMETERS: [&str; 3] = ["start", "end", "expand"];

/// The hint about a refusal of this vendor alone.
pub fn hint(refusal: &Behavior, request: &Parts) -> Option<String> {
    let world = &Context::of(request).world;
    let given = |name: &str| query(request, name).unwrap_or_default();
    Some(match refusal.id.rsplit('.').next()? {
        "missing_credentials" => {
            let once = |name: &str| {
                header(request, name).is_some() && request.headers.get_all(name).iter().count() == 1
            };
            let wrong = if once(TENANT_ID) { "x-commubo-accessToken" } else { "x-commubo-tenantId" };
            debug_assert!(!once(TENANT_ID) || !once(ACCESS_TOKEN));
            format!("send the header {wrong} once, as text; {CREDENTIALS}")
        }
        "unknown_tenant" => {
            let tenants =
                world.accounts().commubo.iter().map(|account| world.names().own(NAME, &account.tenant_id));
            format!(
                "x-commubo-tenantId `{}` is nobody's here; known: {}; {CREDENTIALS}",
                header(request, TENANT_ID).unwrap_or_default(),
                some(tenants)
            )
        }
        "wrong_token" => format!("x-commubo-accessToken is not the one of this tenant; {CREDENTIALS}"),
        "invalid_start" => day("start", &given("start")),
        "invalid_end" => day("end", &given("end")),
        "invalid_expand" => {
            let options = ["none", "customer", "operator", "all"];
            let near = did_you_mean(&given("expand"), options);
            format!("expand `{}`: write one of {}{near}", given("expand"), options.join(", "))
        }
        "reversed_range" => {
            format!(
                "start `{}` is after end `{}`; write the earlier day as start",
                given("start"),
                given("end")
            )
        }
        "missing_start" => "start is missing; write a day such as start=2018-09-01".to_owned(),
        "repeated_parameter" => {
            let query = request.uri.query().unwrap_or_default();
            let twice = PARAMETERS.into_iter().find(|name| {
                query.split('&').filter(|pair| pair.split('=').next() == Some(name)).count() > 1
            });
            format!("write {} once", twice.unwrap_or("each parameter"))
        }
        "malformed_query" => {
            "write the query as percent-encoded UTF-8: `%` is followed by two hexadecimal digits".to_owned()
        }
        "unknown_parameter" => {
            let names = request
                .uri
                .query()
                .unwrap_or_default()
                .split('&')
                .map(|pair| pair.split('=').next().unwrap_or_default());
            let unknown = names.into_iter().find(|name| !PARAMETERS.contains(name)).unwrap_or_default();
            format!(
                "{unknown} is not a parameter{}; known: {}",
                did_you_mean(unknown, PARAMETERS),
                PARAMETERS.join(", ")
            )
        }
        "call_not_found" | "call_forbidden" | "call_not_acceptable" => format!(
            "callId `{}` is no call of this tenant; `GET /v1/calls` lists the calls that are over",
            Context::of(request).segment("callId")
        ),
        "sound_not_found" | "sound_not_acceptable" => format!(
            "call `{}` has no recording; choose a call that was connected and has one: `GET /_mock/calls`",
            Context::of(request).segment("callId")
        ),
        _ => return None,
    })
}

fn day(name: &str, given: &str) -> String {
    format!("{name} `{given}`: write a day of the calendar as YYYY-MM-DD, such as {name}=2018-09-01")
}
