//! `POST …/journal/verify`: was it called as it should have been?

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::{Admin, Body, Scope, read, wrong};
use crate::contract::Catalogue;
use crate::exchange::Refused;
use crate::nearest::did_you_mean;
use crate::world::{Expected, TooMuch, Verdict, Wanted};

/// 200 where the journal has as many matching exchanges as it should, 422 with the closest ones where it has not.
pub async fn verify(
    State(admin): State<Admin>,
    scope: Scope,
    Body(body): Body,
) -> Result<(StatusCode, Json<Verdict>), Refused> {
    let expected: Expected = read(&body)?;
    known(&expected.wanted, &admin.catalogues())?;
    let journal = Arc::clone(scope.world().journal());
    // Bounded, but not short: others should not wait for it.
    let verdict = tokio::task::spawn_blocking(move || journal.verify(&expected)).await;
    let verdict = verdict
        .unwrap_or_else(|_| Err(TooMuch("it could not be looked for".to_owned())))
        .map_err(|TooMuch(why)| wrong("match.body", &why))?;
    let status = if verdict.ok { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Json(verdict)))
}

/// Refuses names that nothing can ever match: a typing mistake must not look like a client that did not call.
fn known(wanted: &Wanted, catalogues: &[&'static Catalogue]) -> Result<(), Refused> {
    let vendors: Vec<&str> = catalogues.iter().map(|catalogue| catalogue.vendor).collect();
    one_of("match.vendor", wanted.vendor.as_deref(), &vendors)?;
    let of_vendor =
        || catalogues.iter().filter(|c| wanted.vendor.as_deref().is_none_or(|vendor| vendor == c.vendor));
    let operations: Vec<&str> =
        of_vendor().flat_map(|c| c.operations).map(|operation| operation.id).collect();
    one_of("match.operation", wanted.operation.as_deref(), &operations)?;
    let behaviors: Vec<&str> = of_vendor().flat_map(|c| c.behaviors).map(|behavior| behavior.id).collect();
    one_of("match.behavior", wanted.behavior.as_deref(), &behaviors)
}

/// Refuses a name that is not among some.
pub fn one_of(path: &str, given: Option<&str>, known: &[&str]) -> Result<(), Refused> {
    let Some(given) = given.filter(|given| !known.contains(given)) else { return Ok(()) };
    // The last segments of an id are what people remember.
    let ending = format!(".{given}");
    let meant: Vec<&str> = known.iter().copied().filter(|known| known.ends_with(&ending)).collect();
    let near = match meant.as_slice() {
        [] => did_you_mean(given, known.iter().copied()),
        meant => format!("; did you mean {}?", meant.join(" or ")),
    };
    let listed: Vec<&str> = known.iter().copied().take(LISTED).collect();
    let more = known.len().saturating_sub(LISTED);
    let more =
        if more > 0 { format!(" and {more} more, which GET /_mock/contract lists") } else { String::new() };
    Err(wrong(path, &format!("there is no `{given}`{near}; known: {}{more}", listed.join(", "))))
}

/// How many names a message lists.
const LISTED: usize = 20;
