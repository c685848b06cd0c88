//! `/_mock/ui`: the live page, rendered here. One script of our own adds what happens while it is
//! open. Everything that comes from a request is text, never markup.
//!
//! With an admin token the page is an empty shell, which shows nothing: the script asks for the
//! token and fetches the page with it.

mod calls;
mod contract;
mod controls;
mod frame;
mod live;
mod one_call;
mod start;

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::extract::AdminUrl;
use super::state::Admin;
use crate::urlencoded;
use frame::{Frame, Tab};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
const ICON: &str = include_str!("icon.svg");

/// The policy of the page: its own style, its own script, the admin API and the vendors' paths of
/// this server, and nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Whether a path is one of the page. With an admin token, these are answered without it too.
pub fn is_page(path: &str) -> bool {
    path.strip_prefix("/_mock/ui").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a path is a part of the page that holds nothing of the server.
pub fn is_asset(path: &str) -> bool {
    ["/_mock/ui/style.css", "/_mock/ui/script.js", "/_mock/ui/icon.svg"].contains(&path)
}

/// The page without anything of the server, for a request without the admin token.
pub fn shell() -> Response {
    page(frame::shell())
}

/// The style of the page, which the reports share.
pub async fn style() -> Response {
    let text = format!("{}{STYLE}", crate::report::html::STYLE);
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], text).into_response()
}

/// The script of the page.
pub async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}

/// The icon of the page: four squares, one a vendor.
pub async fn icon() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml")], ICON).into_response()
}

/// The view for a first look.
pub async fn start(State(admin): State<Admin>, base: AdminUrl, RawQuery(query): RawQuery) -> Response {
    view(&admin, &base, Tab::Start, query.as_deref(), start::view)
}

/// The exchanges as they happen.
pub async fn live(State(admin): State<Admin>, base: AdminUrl, RawQuery(query): RawQuery) -> Response {
    view(&admin, &base, Tab::Live, query.as_deref(), live::view)
}

/// The calls.
pub async fn calls(State(admin): State<Admin>, base: AdminUrl, RawQuery(query): RawQuery) -> Response {
    view(&admin, &base, Tab::Calls, query.as_deref(), calls::view)
}

/// One call, as each vendor shows it.
pub async fn call(
    State(admin): State<Admin>,
    base: AdminUrl,
    Path(call): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    view(&admin, &base, Tab::Calls, query.as_deref(), |frame| one_call::view(frame, &call))
}

/// The coverage of the vendors' contracts by the clients.
pub async fn contract(State(admin): State<Admin>, base: AdminUrl, RawQuery(query): RawQuery) -> Response {
    view(&admin, &base, Tab::Contract, query.as_deref(), contract::view)
}

/// Renders a view of the world that the query names.
fn view(
    admin: &Admin,
    AdminUrl(base): &AdminUrl,
    tab: Tab,
    query: Option<&str>,
    content: impl FnOnce(&Frame<'_>) -> maud::Markup,
) -> Response {
    // A query that cannot be read names nothing.
    let query = urlencoded::pairs(query.unwrap_or_default()).unwrap_or_default();
    let named = query.iter().find(|(name, _)| name == "world").map(|(_, id)| id.as_str());
    let worlds = &admin.app.worlds;
    let slot = match named {
        None | Some("") => Some(Arc::clone(worlds.default_slot())),
        Some(id) => worlds.get(id),
    };
    let Some(slot) = slot else {
        let mut response = page(frame::no_world(named.unwrap_or_default()));
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    slot.touch();
    let world = slot.world();
    let frame = Frame { admin, base, tab, query: &query, slot: &slot, world: &world };
    page(frame.page(&content(&frame), &controls::aside(&frame)))
}

fn page(markup: maud::Markup) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, markup.into_string()).into_response()
}
