//! `GET` and `POST /_mock/calls`: the neutral calls that every vendor shows in its own dialect.

use std::convert::Infallible;
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::body::Body;
use super::extract::{AdminUrl, Named, Scope};
use super::state::Admin;
use crate::exchange::{App, Refused, refusal};
use crate::nearest::did_you_mean;
use crate::scenario;
use crate::times::Origin;
use crate::universe::Ordinal;
use crate::urlencoded;
use crate::vendor::Neutral;
use crate::vendor::recording::Links;
use crate::world::{Stop, View, World};

const PARAMETERS: [&str; 4] = ["from", "to", "after", "limit"];

/// The calls that are written at a time.
const HANDFUL: usize = 256;

/// Lists the calls that began at `from` or later and before `to`, oldest first. The next page's
/// `after` is this page's `next`. A call is listed from its beginning on, with its current status.
///
/// They are written a handful at a time, as the client reads, so that a long list is never in memory
/// as a whole.
pub async fn list(
    State(admin): State<Admin>,
    scope: Scope,
    Extension(stop): Extension<Stop>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let query = Query::read(&query.unwrap_or_default())
        .map_err(|message| refusal(StatusCode::BAD_REQUEST, "invalid_parameter", message))?;
    let world = scope.world();
    let view = world.view().until(stop);
    let from = query.from.map_or(Bound::Unbounded, Bound::Included);
    let to = query.to.map_or(Bound::Unbounded, Bound::Excluded);
    let there = view.clone();
    let calls = view.between((from, to)).filter(move |ordinal| there.is_there(*ordinal)).skip(query.after);
    let calls: Box<dyn Iterator<Item = Ordinal> + Send> = Box::new(calls);
    let mut listing = Listing {
        app: admin.app,
        world,
        view,
        calls: calls.peekable(),
        listed: query.after,
        left: query.limit,
        headed: false,
        begun: false,
        ended: false,
    };
    // This handler runs where it blocks no other request. Later pieces are written when it is over.
    let first = listing.piece();
    let kind = [(header::CONTENT_TYPE, "application/json")];
    if listing.ended {
        return Ok((kind, first).into_response());
    }
    let rest = stream::unfold(listing, |listing| async {
        if listing.ended { None } else { listing.piece_apart().await }
    });
    let pieces = stream::iter([first]).chain(rest).map(Ok::<_, Infallible>);
    Ok((kind, axum::body::Body::from_stream(pieces)).into_response())
}

/// A list of calls that is being written.
struct Listing {
    app: Arc<App>,
    world: Arc<World>,
    view: View,
    calls: Peekable<Box<dyn Iterator<Item = Ordinal> + Send>>,
    /// The calls before this page's next one.
    listed: usize,
    left: usize,
    /// Whether the text before the first call is written.
    headed: bool,
    /// Whether a call is written.
    begun: bool,
    ended: bool,
}

impl Listing {
    /// The next piece of the answer. It is written on a thread that blocks no other request.
    async fn piece_apart(mut self) -> Option<(Bytes, Self)> {
        tokio::task::spawn_blocking(move || (self.piece(), self)).await.ok()
    }

    /// The next piece of the answer.
    fn piece(&mut self) -> Bytes {
        let mut text = vec![];
        if !self.headed {
            text.extend_from_slice(b"{\"calls\":[");
            self.headed = true;
        }
        for ordinal in self.calls.by_ref().take(self.left.min(HANDFUL)) {
            self.listed += 1;
            self.left -= 1;
            let Some(call) = Neutral::of(self.app.vendors, &self.world, &self.view, ordinal) else {
                continue;
            };
            if self.begun {
                text.push(b',');
            }
            self.begun = true;
            // A vector takes every byte, and a call has no map whose keys are no texts.
            let _ = serde_json::to_writer(&mut text, &call);
        }
        let next = self.calls.peek().map(|_| self.listed);
        if self.left == 0 || next.is_none() {
            self.ended = true;
            let next = next.map_or_else(|| "null".to_owned(), |next| next.to_string());
            text.extend_from_slice(format!("],\"next\":{next}}}").as_bytes());
        }
        text.into()
    }
}

/// Returns one call by its id in the scenario, neutrally and as the list of each vendor shows it:
/// null while a list does not show it.
pub async fn show(
    State(admin): State<Admin>,
    scope: Scope,
    Named(id): Named,
    AdminUrl(base): AdminUrl,
) -> Result<Json<Value>, Refused> {
    let world = scope.world();
    let view = world.view();
    let neutral = view
        .by_name(&id)
        .and_then(|ordinal| Some((ordinal, Neutral::of(admin.app.vendors, &world, &view, ordinal)?)));
    let Some((ordinal, call)) = neutral else {
        let message = format!(
            "there is no call `{id}`, or it has not begun yet; GET /_mock/calls and `callmock show calls` list the calls"
        );
        return Err(refusal(StatusCode::NOT_FOUND, "not_found", message));
    };
    let links = Links::at(&base, world.id());
    let shown = admin.app.vendors.iter().map(|vendor| {
        let shown = vendor.shown(&world, ordinal, &links);
        let shown: Value = shown.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        (vendor.name().to_owned(), shown)
    });
    let shown: serde_json::Map<_, _> = shown.collect();
    Ok(Json(json!({ "call": call, "shown": shown })))
}

/// Adds a call, written as in a scenario. Relative times are counted from the world's time. Every
/// vendor that holds the call shows it from then on.
pub async fn create(
    State(admin): State<Admin>,
    scope: Scope,
    Body(body): Body,
) -> Result<(StatusCode, Json<Value>), Refused> {
    let refused = |message: &str| refusal(StatusCode::BAD_REQUEST, "invalid_call", message);
    let text = std::str::from_utf8(&body).map_err(|_| refused("the body is not UTF-8"))?;
    let world = scope.world();
    // Parsing and look-ups come before the world is locked: a universe may have millions of calls.
    let before = world.view();
    let in_scenario = |vendor: &str, half: &str| world.names().in_scenario(vendor, half).to_owned();
    let (universe, accounts) = (world.universe(), world.accounts());
    let origin = Origin::new(world.now(), world.scenario().zone);
    let call = scenario::call(text, universe, accounts, &origin, |name| before.by_name(name), in_scenario)
        .map_err(|invalid| refused(&invalid.to_string()))?;
    let (view, ordinal) = world
        .create(|_, view, _| {
            if view.created_by_name(&call.id.to_string()).is_some() {
                return Err(format!("there is a call `{}` already", call.id));
            }
            for (vendor, data) in call.data.iter().flat_map(|data| data.each()) {
                if let Some(id) = data.wire_id().filter(|id| view.by_wire_id(vendor, id).is_some()) {
                    return Err(format!("there is a call with the id `{id}` at {vendor} already"));
                }
            }
            Ok(call)
        })
        .map_err(|message| refused(&message))?;
    Ok((StatusCode::CREATED, Json(json!(Neutral::of(admin.app.vendors, &world, &view, ordinal)))))
}

struct Query {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    after: usize,
    limit: usize,
}

impl Query {
    fn read(query: &str) -> Result<Self, String> {
        let pairs =
            urlencoded::pairs(query).map_err(|_| "the query is not percent-encoded UTF-8".to_owned())?;
        let mut read = Self { from: None, to: None, after: 0, limit: 1000 };
        for (name, value) in pairs {
            let moment = || {
                let parsed = DateTime::parse_from_rfc3339(&value).map(|at| Some(at.to_utc()));
                parsed.map_err(|_| format!("`{name}` takes an RFC 3339 time with its offset, not `{value}`"))
            };
            let number = || value.parse().map_err(|_| format!("`{name}` takes a number, not `{value}`"));
            match name.as_str() {
                "from" => read.from = moment()?,
                "to" => read.to = moment()?,
                "after" => read.after = number()?,
                "limit" if value == "0" => {
                    return Err("`limit` takes a number of 1 or more, not `0`".to_owned());
                }
                "limit" => read.limit = number()?,
                other => {
                    let near = did_you_mean(other, PARAMETERS);
                    return Err(format!(
                        "unknown parameter `{other}`{near}; known: {}",
                        PARAMETERS.join(", ")
                    ));
                }
            }
        }
        Ok(read)
    }
}
