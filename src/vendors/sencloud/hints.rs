//! What to change in a request that Sencloud refuses.

use axum::http::{header as names, request::Parts};

use super::name::NAME;
use crate::contract::Behavior;
use crate::dialects::Account;
use crate::dialects::sencloud::{CALL_STATES, DIRECTIONS};
use crate::nearest::did_you_mean;
use crate::vendor::Context;
use crate::vendor::credential::{bearer, halves, scheme};
use crate::vendor::hints::{CREDENTIALS, header, json, sent, some};

const SORTS: [&str; 3] = ["started_at", "created_at", "updated_at"];

/// The hint about a refusal of this vendor alone.
pub fn hint(refusal: &Behavior, request: &Parts) -> Option<String> {
    let context = Context::of(request);
    let body = json(request);
    let (filter, paging) = (&body["filter"], &body["paging"]);
    Some(match refusal.id.rsplit('.').next()? {
        "wrong_method" => format!("send POST, not {}", request.method),
        "wrong_content_type" => format!(
            "Content-Type is `{}`: send application/json",
            header(request, names::CONTENT_TYPE.as_str()).unwrap_or("nothing")
        ),
        "malformed_json" => {
            let error = serde_json::from_slice::<serde_json::Value>(&context.body).err();
            let why = error.map_or_else(
                || {
                    "a member has another type than the page says; `meta.cause` of this answer names it"
                        .to_owned()
                },
                |error| error.to_string(),
            );
            format!("the body is not the JSON that the page describes: {why}")
        }
        "unauthenticated" => match header(request, names::AUTHORIZATION.as_str()) {
            None => format!("Authorization is missing: send `Bearer` and the key; {CREDENTIALS}"),
            Some(given) => {
                format!(
                    "Authorization begins with `{}`: write `Bearer ` before the key; {CREDENTIALS}",
                    shown(given)
                )
            }
        },
        "invalid_api_key" | "permission_denied" => credential(request),
        "invalid_limit" => format!("paging.limit {}: write 1 to 100", sent(&paging["limit"])),
        "invalid_enum" => {
            let wrong = [("direction", &DIRECTIONS[..]), ("call_state", &CALL_STATES[..])]
                .into_iter()
                .find(|(name, known)| filter[*name].as_str().is_some_and(|given| !known.contains(&given)));
            match wrong {
                Some((name, known)) => {
                    let near = did_you_mean(filter[name].as_str().unwrap_or_default(), known.iter().copied());
                    format!("filter.{name} {}: write one of {}{near}", sent(&filter[name]), known.join(", "))
                }
                None => "filter.duration.op: write one of the comparisons of the page, such as greater_than"
                    .to_owned(),
            }
        }
        "top_level_refused" => "extension_ids: put it into `filter`".to_owned(),
        "invalid_date" => format!(
            "filter.date_from {}, filter.date_to {}: write RFC 3339 with an offset, such as 2024-05-31T00:00:00+07:00",
            sent(&filter["date_from"]),
            sent(&filter["date_to"])
        ),
        "reversed_dates" => format!(
            "filter.date_from {} is not before filter.date_to {}; write both, the earlier one as date_from",
            sent(&filter["date_from"]),
            sent(&filter["date_to"])
        ),
        "one_date" => "filter.date_from is missing: write both dates".to_owned(),
        "both_cursors" => "paging.after and paging.before: write one of them".to_owned(),
        "sort_several" | "sort_by_id" | "sort_unknown" => format!(
            "paging.sort {}: write one of {}, with `-` before it for the newest first",
            sent(&paging["sort"]),
            SORTS.join(", ")
        ),
        "sort_mismatch" => "paging.sort: write the sort of the request that gave the cursor".to_owned(),
        "invalid_cursor" => {
            "paging.after or paging.before: write the `next` or `prev` of an answer to this shop, unchanged"
                .to_owned()
        }
        "wrong_cursor" => "paging.before: a `next` belongs into paging.after".to_owned(),
        "not_found" if refusal.id.contains("fetch_recording") => {
            "no recording is at this address; `recording_urls` of ListCallLogs has the addresses".to_owned()
        }
        _ => return None,
    })
}

/// The scheme of an Authorization header. A key without a scheme is not repeated.
fn shown(given: &str) -> &str {
    if given.contains(' ') { scheme(given) } else { "the key itself" }
}

fn credential(request: &Parts) -> String {
    let world = &Context::of(request).world;
    let own: Vec<&str> = world
        .accounts()
        .sencloud
        .iter()
        .map(|account| world.names().own(NAME, account.public_half()))
        .collect();
    let key = header(request, names::AUTHORIZATION.as_str()).and_then(bearer).unwrap_or_default();
    let (half, _) = halves(key);
    if own.contains(&half) {
        return format!("the secret of the key `{half}:…` is another; {CREDENTIALS}");
    }
    format!(
        "the key in Authorization is nobody's here; keys begin with {}; {CREDENTIALS}",
        some(own.iter().map(|half| format!("{half}:")))
    )
}
