//! commubo's routes: one.

use axum::Router;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::NAME;
use super::auth::Tenant;
use super::contract::{self, Order, Unset};
use super::error::{Error, Refused};
use super::model::{self, Style};
use super::query::CallsQuery;
use crate::exchange::{Context, Outcome};
use crate::universe::{Direction, Ordinal};
use crate::world::View;

/// The routes, with commubo's own answers to everything else under its paths.
pub fn router() -> Router {
    // axum would answer HEAD by GET; the page has GET only (A25).
    let list = get(list_calls).head(wrong_method).fallback(wrong_method);
    Router::new().route(contract::LIST_CALLS.path, list).fallback(unknown_path)
}

/// `GET /v1/calls`: the calls of a range of days, oldest first (page L1-7, L67-76).
///
/// The access is checked before the query: a wrong token with a bad date is 403 (A18).
async fn list_calls(tenant: Tenant, query: CallsQuery, context: Context) -> Response {
    let world = &context.world;
    let style = Style::of(world, query.expand);
    let view = context.view();
    let slice = view.between(query.times);
    if style.unset == Unset::Empty {
        context.notes.behavior(&contract::UNSET_EMPTY);
    }
    match world.reading() {
        Order::Ascending => answer(view, slice, tenant, style),
        Order::Descending => {
            context.notes.behavior(&contract::DESCENDING);
            answer(view, slice.rev(), tenant, style)
        }
    }
}

fn answer<I>(view: View, slice: I, tenant: Tenant, style: Style) -> Response
where
    I: Iterator<Item = Ordinal> + Send + Unpin + 'static,
{
    // The first call decides what the answer is; the others are looked at as they are sent.
    let is_shown = shown(view.clone(), tenant);
    let mut calls = slice.peekable();
    while calls.peek().is_some_and(|ordinal| !is_shown(ordinal)) {
        calls.next();
    }
    let outcome = if calls.peek().is_some() { &contract::LISTED } else { &contract::EMPTY };
    (Outcome(outcome), model::array(view, calls, is_shown, style)).into_response()
}

/// The calls that commubo shows to a tenant: past ones between the tenant and an outside party.
fn shown(view: View, tenant: Tenant) -> impl Fn(&Ordinal) -> bool + Send + Unpin + 'static {
    move |ordinal| {
        view.listed(*ordinal, NAME, &tenant.id).is_some_and(|call| call.direction != Direction::Internal)
    }
}

async fn wrong_method(request: Parts) -> Refused {
    Refused::of(&request, Error::MethodNotAllowed)
}

async fn unknown_path(request: Parts) -> Refused {
    let path = request.uri.path();
    let known = contract::NOT_EMULATED_OPERATIONS.iter().find(|o| o.is(request.method.as_str(), path));
    let Some(operation) = known else { return Refused::of(&request, Error::NotFound) };
    let notes = &Context::of(&request).notes;
    notes.finding_of(&contract::NOT_EMULATED_SENT, || format!("`{} {}`", operation.method, operation.path));
    Refused::of(&request, Error::NotEmulated)
}
