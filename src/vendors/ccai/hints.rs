//! What to change in a request that CCAI Platform refuses.

use axum::http::{header as names, request::Parts};
use chrono::{SecondsFormat, TimeDelta};
use serde_json::Value;

use super::auth;
use super::name::NAME;
use crate::contract::Behavior;
use crate::dialects::ccai::Entry;
use crate::nearest::did_you_mean;
use crate::universe::AgentState;
use crate::vendor::Context;
use crate::vendor::credential::scheme;
use crate::vendor::hints::{CREDENTIALS, header, json, query, sent, some};

const CALL_TYPES: [&str; 3] = ["Voice Outbound (API)", "Voice Inbound (API)", "Voice Scheduled (API)"];

/// The hint about a refusal of this vendor alone.
pub fn hint(refusal: &Behavior, request: &Parts) -> Option<String> {
    let context = Context::of(request);
    let body = json(request);
    Some(match refusal.id.rsplit('.').next()? {
        "not_authorized" => credential(request),
        "wrong_subdomain" => format!(
            "Host `{}` does not begin with the subdomain of the credential; send both of one account",
            header(request, names::HOST.as_str()).unwrap_or_default()
        ),
        "too_many_requests" => "wait for the seconds in Retry-After before the next request".to_owned(),
        "invalid_json" => {
            let error = serde_json::from_slice::<Value>(&context.body).err();
            let why = error.map_or_else(|| "it is not an object".to_owned(), |error| error.to_string());
            let kind = header(request, names::CONTENT_TYPE.as_str()).unwrap_or("nothing");
            format!("the body is not a JSON object ({why}); Content-Type is `{kind}`, send application/json")
        }
        _ if refusal.id.contains(".create_call.") => return of_created(refusal, request),
        "call_not_found" => format!(
            "no call has the id `{}`; use an id that POST /apps/api/v1/calls has given",
            context.segment("id")
        ),
        "malformed" => {
            let flags = ["verified_customer", "repeat_customer", "returning_customer"];
            let wrong = body.as_object().into_iter().flatten().find(|(_, value)| !value.is_boolean());
            let (name, value) =
                wrong.map_or((flags[0], Value::Null), |(name, value)| (name.as_str(), value.clone()));
            format!("{name} {}: write true or false", sent(&value))
        }
        "plural_refused" => "write repeat_customer in place of repeat_customers".to_owned(),
        "malformed_query" => {
            "write the query as percent-encoded UTF-8: `%` is followed by two hexadecimal digits".to_owned()
        }
        "malformed_filter" => {
            let told = request.uri.query().unwrap_or_default();
            format!(
                "write each time of `{told}` in RFC 3339 with its offset (`+` as %2B), and each number as digits"
            )
        }
        "bad_page" => {
            let wrong = ["page", "per"].into_iter().find_map(|name| {
                let given = query(request, name)?;
                let right = given.parse::<u32>().is_ok_and(|number| number > 0);
                (!right).then_some((name, given))
            });
            let (name, given) = wrong.unwrap_or(("page", String::new()));
            format!("{name} `{given}`: write a whole number of 1 or more")
        }
        "not_found" if refusal.id.contains("fetch_recording") => {
            "no recording is at this address; GET /manager/api/v1/calls has the addresses (recordings)"
                .to_owned()
        }
        _ => return None,
    })
}

/// The hint about a call that is not created.
fn of_created(refusal: &Behavior, request: &Parts) -> Option<String> {
    let context = Context::of(request);
    let world = &context.world;
    let scheduled = refusal.id.contains(".scheduled.");
    let body = json(request);
    let member = |name: &str| sent(&body[name]);
    Some(match refusal.id.rsplit('.').next()? {
        "invalid_call_type" => {
            let near = did_you_mean(body["call_type"].as_str().unwrap_or_default(), CALL_TYPES);
            format!("call_type {}: write one of {}{near}", member("call_type"), CALL_TYPES.join(", "))
        }
        "agent_email_required" => format!("agent_email is missing: write one of {}", agents(context)),
        "agent_email_invalid" => {
            let emails = world.universe().agents().filter_map(|(_, agent)| agent.email.as_deref());
            let near = did_you_mean(body["agent_email"].as_str().unwrap_or_default(), emails);
            format!(
                "agent_email {} is no agent's{near}; write one of {}",
                member("agent_email"),
                agents(context)
            )
        }
        "agent_no_access" | "agent_unavailable" => {
            let email = body["agent_email"].as_str().unwrap_or_default();
            format!(
                "agent_email {}: choose one of {}, or send PATCH /_mock/agents/{email} {{\"state\": \"available\"}}",
                member("agent_email"),
                agents(context)
            )
        }
        "target_required" => {
            "end_user_number is missing: write it in E.164, such as +12051234567, or a ticket_id".to_owned()
        }
        "end_user_number_required" => {
            "end_user_number is missing: write it in E.164, such as +12051234567".to_owned()
        }
        "end_user_number_malformed" => number("end_user_number", &member("end_user_number")),
        "outbound_number_malformed" => number("outbound_number", &member("outbound_number")),
        "contact_not_found" => {
            let tickets = world.universe().customers().flat_map(|(_, customer)| customer.tickets.iter());
            format!(
                "ticket_id {} is no customer's; known: {}; or write end_user_number instead",
                member("ticket_id"),
                some(tickets)
            )
        }
        "language_not_found" | "language_not_available" => {
            let account = account(request);
            let enabled = account.map(|account| account.languages.clone()).filter(|all| !all.is_empty());
            format!(
                "lang {}: write an enabled language: {}",
                member("lang"),
                some(enabled.unwrap_or_else(|| vec!["en".to_owned()]))
            )
        }
        "menu_id_required" => format!("menu_id is missing: write one of {}", menus(context, scheduled)),
        "menu_id_malformed" => {
            format!("menu_id {}: write an integer, one of {}", member("menu_id"), menus(context, scheduled))
        }
        "menu_not_found" => format!(
            "menu_id {} does not exist: write one of {}",
            member("menu_id"),
            menus(context, scheduled)
        ),
        "menu_type" => format!(
            "menu_id {}: such calls cannot enter this menu; write one of {}",
            member("menu_id"),
            menus(context, scheduled)
        ),
        "manual_redirection" | "after_hours" => format!(
            "menu_id {}: send PATCH /_mock/queues/{} {{\"state\": \"open\"}}, or write another of {}",
            member("menu_id"),
            body["menu_id"].to_string().trim_matches('"'),
            menus(context, scheduled)
        ),
        "scheduled_at_required" | "scheduled_at_malformed" | "scheduled_at_past" => {
            let later = (world.now() + TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
            format!(
                "scheduled_at {}: write an ISO 8601 time after the world's clock, such as {later}",
                member("scheduled_at")
            )
        }
        "call_id_malformed" => format!("call_id {}: write an integer", member("call_id")),
        "call_not_found" if scheduled => {
            format!(
                "call_id {}: no call with a menu has this id; leave it out and write menu_id",
                member("call_id")
            )
        }
        _ => return None,
    })
}

/// What is wrong with the credential of a request.
fn credential(request: &Parts) -> String {
    let world = &Context::of(request).world;
    let Some(given) = header(request, names::AUTHORIZATION.as_str()) else {
        return format!("Authorization is missing: send HTTP Basic with subdomain and token; {CREDENTIALS}");
    };
    let Some(subdomain) = auth::named(&request.headers) else {
        let scheme = scheme(given);
        return format!(
            "Authorization has the scheme `{scheme}`: send HTTP Basic with subdomain and token; {CREDENTIALS}"
        );
    };
    let own: Vec<&str> =
        world.accounts().ccai.iter().map(|account| world.names().own(NAME, &account.subdomain)).collect();
    if own.contains(&subdomain.as_str()) {
        return format!(
            "the token in Authorization is not the one of the subdomain `{subdomain}`; {CREDENTIALS}"
        );
    }
    format!(
        "the subdomain `{subdomain}` in Authorization is nobody's here; known: {}; {CREDENTIALS}",
        some(own)
    )
}

/// The account of a request, authenticated or not.
fn account(request: &Parts) -> Option<&crate::dialects::ccai::Account> {
    let world = &Context::of(request).world;
    let named = auth::named(&request.headers)?;
    let named = world.names().in_scenario(NAME, &named);
    world.accounts().ccai.iter().find(|account| account.subdomain == named)
}

/// The addresses of agents who can call now.
fn agents(context: &Context) -> String {
    let world = &context.world;
    let free =
        world.universe().agents().filter(|(agent, _)| world.agent_state(*agent) == AgentState::Available);
    some(free.filter_map(|(_, agent)| agent.email.as_deref()))
}

/// The menus that a call may enter.
fn menus(context: &Context, scheduled: bool) -> String {
    let ways: &[Entry] = if scheduled { &[Entry::Mobile, Entry::Web] } else { &[Entry::Ivr, Entry::Mobile] };
    let open = context.world.universe().queues().filter_map(|(_, queue)| {
        let menu = queue.data.ccai.as_ref()?;
        let id = menu.menu_id?;
        menu.ways_in().iter().any(|way| ways.contains(way)).then(|| id.to_string())
    });
    some(open)
}

fn number(name: &str, given: &str) -> String {
    format!("{name} {given}: write it in E.164, such as +12051234567")
}
