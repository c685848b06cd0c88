//! `POST …/journal/verify`: was it called as it should have been?

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use tokio::time::Instant;

use super::body::{Body, read, wrong};
use super::extract::Scope;
use super::state::Admin;
use crate::contract::Catalogue;
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean;
use crate::world::{Expected, TooMuch, Verdict, Wanted};

/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// The shortest time between two looks at the journal, however fast exchanges come.
const LOOK: Duration = Duration::from_millis(20);

/// 200 where the journal has as many matching exchanges as it should, 422 with the closest ones
/// where it has not. With `within` it waits until it has, and where none should come until the time
/// has passed.
pub async fn verify(
    State(admin): State<Admin>,
    scope: Scope,
    Body(body): Body,
) -> Result<(StatusCode, Json<Verdict>), Refused> {
    let expected: Expected = read(&body)?;
    if expected.in_order.is_some() && expected.says_more_than_order() {
        return Err(wrong("in_order", "it stands in the place of `match` and `count`; leave these out"));
    }
    for (path, wanted) in expected.each() {
        known(&path, wanted, &admin.catalogues())?;
    }
    let within = expected.within.map_or(Duration::ZERO, |within| Duration::from_millis(within.0.0.into()));
    if within > LONGEST_WAIT {
        return Err(wrong("within", "expected 10m at most"));
    }
    let expected = Arc::new(expected);
    let journal = Arc::clone(scope.world().journal());
    let (mut bell, mut stopped) = (journal.bell(), admin.stopped.clone());
    let until = Instant::now() + within;
    let verdict = loop {
        bell.mark_unchanged();
        let (journal, of) = (Arc::clone(&journal), Arc::clone(&expected));
        // Bounded, but not short: others should not wait for it.
        let verdict = tokio::task::spawn_blocking(move || journal.verify(&of)).await;
        let failed = || {
            let message = "callmock failed: this is a bug of callmock, and its log says more";
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
        };
        let path = if expected.in_order.is_some() { "in_order" } else { "match.body" };
        let verdict = verdict.map_err(|_| failed())?.map_err(|TooMuch(why)| wrong(path, &why))?;
        // More of them, or others, only make it worse.
        let hopeless = !verdict.matching.is_empty() || !verdict.others.is_empty();
        let decided = hopeless || (verdict.ok && !expected.forbids());
        if decided || Instant::now() >= until || *stopped.borrow() {
            break verdict;
        }
        // Whoever waits uses the world.
        scope.slot.touch();
        tokio::select! {
            _ = bell.changed() => tokio::time::sleep(LOOK).await,
            _ = stopped.changed() => {}
            () = tokio::time::sleep_until(until) => {}
        }
    };
    let status = if verdict.ok { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Json(verdict)))
}

/// Refuses names that nothing can ever match: a typing mistake must not look like a client that did
/// not call.
fn known(path: &str, wanted: &Wanted, catalogues: &[&'static Catalogue]) -> Result<(), Refused> {
    let of = |member: &str| format!("{path}.{member}");
    let vendors: Vec<&str> = catalogues.iter().map(|catalogue| catalogue.vendor).collect();
    one_of(&of("vendor"), wanted.vendor.as_deref(), &vendors)?;
    let of_vendor =
        || catalogues.iter().filter(|c| wanted.vendor.as_deref().is_none_or(|vendor| vendor == c.vendor));
    let operations: Vec<&str> =
        of_vendor().flat_map(|c| c.operations).map(|operation| operation.id).collect();
    one_of(&of("operation"), wanted.operation.as_deref(), &operations)?;
    let behaviors: Vec<&str> = of_vendor().flat_map(|c| c.behaviors()).map(|behavior| behavior.id).collect();
    one_of(&of("behavior"), wanted.behavior.as_deref(), &behaviors)
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
