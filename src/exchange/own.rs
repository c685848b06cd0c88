//! What callmock itself says, in the admin API's envelope: never on a path that is a vendor's.

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::App;
use crate::nearest::did_you_mean;

/// callmock's own refusal of a world that is not there. It suggests a similar id only to callers of
/// the admin API, who may see all worlds.
#[must_use]
pub fn unknown_world(app: &App, id: &str, may_see_all: bool) -> Refused {
    let slots = if may_see_all { app.worlds.all() } else { vec![] };
    let near = did_you_mean(id, slots.iter().map(|slot| slot.id().as_ref()));
    let end = if near.is_empty() { "." } else { "" };
    let message = format!(
        "there is no world `{}`{near}{end} It may have been deleted, or idle for too long: GET /_mock/worlds lists those \
         there are, POST /_mock/worlds makes one",
        shortened(id)
    );
    refusal(StatusCode::NOT_FOUND, "unknown_world", message)
}

/// What somebody sent, as far as a message shows it.
fn shortened(text: &str) -> Cow<'_, str> {
    let end = text.floor_char_boundary(200);
    if end < text.len() { format!("{}…", &text[..end]).into() } else { text.into() }
}

/// callmock's own refusal of a path that no vendor has, which names the nearest route.
#[must_use]
pub fn no_vendor(app: &App, parts: &Parts) -> Response {
    let routes = || app.vendors.iter().flat_map(|v| v.catalogue().operations).map(|o| (o.method(), o.path()));
    let path = shortened(parts.uri.path());
    let near = routes().min_by_key(|(_, route)| strsim::damerau_levenshtein(&path, route));
    let near =
        near.map_or_else(String::new, |(method, route)| format!(" The nearest route is {method} {route}."));
    let message = format!(
        "This is callmock: no vendor that it emulates has the path {path}.{near} GET /_mock lists them all."
    );
    refusal(StatusCode::NOT_FOUND, "no_such_route", message).into_response()
}

/// A refusal of callmock itself, in the admin API's envelope.
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
}

/// A refusal of callmock itself, in the admin API's envelope.
#[must_use]
pub fn refusal(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refused {
    Refused { status, code, message: message.into() }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { status, code, message } = self;
        let body = serde_json::json!({ "error": { "code": code, "message": message } });
        (status, axum::Json(body)).into_response()
    }
}
