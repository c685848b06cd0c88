//! commubo's routes: one.

use std::iter::Peekable;

use axum::Router;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::NAME;
use super::auth::Tenant;
use super::contract::{self, Order};
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
    let view = world.view();
    let slice = view.between(query.times);
    let shown = shown(view.clone(), tenant);
    match world.reading() {
        Order::Ascending => answer(view, slice.filter(shown).peekable(), style),
        Order::Descending => {
            context.notes.behavior(&contract::DESCENDING);
            answer(view, slice.rev().filter(shown).peekable(), style)
        }
    }
}

fn answer<I>(view: View, mut calls: Peekable<I>, style: Style) -> Response
where
    I: Iterator<Item = Ordinal> + Send + 'static,
{
    let outcome = if calls.peek().is_some() { &contract::LISTED } else { &contract::EMPTY };
    (Outcome(outcome), model::array(view, calls, style)).into_response()
}

/// The calls that commubo shows to a tenant: past ones between the tenant and an outside party.
fn shown(view: View, tenant: Tenant) -> impl Fn(&Ordinal) -> bool {
    move |ordinal| {
        view.listed(*ordinal, NAME, &tenant.id).is_some_and(|call| call.direction != Direction::Internal)
    }
}

async fn wrong_method(request: Parts) -> Refused {
    Refused::of(&request, Error::MethodNotAllowed)
}

async fn unknown_path(request: Parts) -> Refused {
    Refused::of(&request, Error::NotFound)
}
