//! CCAI Platform's routes.

use axum::Json;
use std::convert::Infallible;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::auth::Account;
use super::contract::{self as behaviors, Accepted, ScheduledResponse};
use super::error::{Error, Refused};
use super::model::{self, CallObject, CustomerFlags};
use super::query::{Body, CallOrder, Order, update};
use crate::contract::Operation;
use crate::exchange::{Context, Outcome};
use crate::universe::Ordinal;

/// The routes; whatever else is asked for is not found, once it is known who asks.
pub fn router() -> Router {
    let flag = get(get_customer_flag).head(unknown).patch(update_customer_flag).fallback(unknown);
    Router::new()
        .route(behaviors::CREATE_CALL.path, post(create_call).fallback(unknown))
        .route(behaviors::GET_CUSTOMER_FLAG.path, flag)
        .fallback(unknown)
}

/// The operation of a request.
pub fn operation(method: &Method, path: &str) -> Option<&'static Operation> {
    let flag = path
        .strip_prefix("/apps/api/v1/calls/")
        .and_then(|rest| rest.strip_suffix("/customer_flag"))
        .is_some_and(|id| !id.contains('/'));
    match *method {
        Method::POST if path == behaviors::CREATE_CALL.path => Some(&behaviors::CREATE_CALL),
        Method::GET if flag => Some(&behaviors::GET_CUSTOMER_FLAG),
        Method::PATCH if flag => Some(&behaviors::UPDATE_CUSTOMER_FLAG),
        _ => None,
    }
}

/// `POST /apps/api/v1/calls`: creates a call of one of three kinds, each with its own checks (fact
/// sheet 6).
async fn create_call(account: Account, order: CallOrder, context: Context) -> Response {
    let world = &context.world;
    let CallOrder(order) = order;
    if let Order::ChooseFirst(echo) = &order {
        return match world.reading() {
            Accepted::Empty202 => {
                (StatusCode::ACCEPTED, Outcome(&behaviors::OUTBOUND_ACCEPTED), ()).into_response()
            }
            Accepted::Echo200 => (Outcome(&behaviors::OUTBOUND_ACCEPTED_ECHO), Json(echo)).into_response(),
        };
    }
    let outcome = match order {
        Order::Outbound(_) | Order::ChooseFirst(_) => &behaviors::OUTBOUND_CREATED,
        Order::Inbound(_) => &behaviors::INBOUND_CREATED,
        Order::Scheduled(_) => &behaviors::SCHEDULED_CREATED,
    };
    let shown_as = world.reading();
    if matches!(order, Order::Scheduled(_)) && shown_as == ScheduledResponse::AsDocumented {
        context.notes.behavior(&behaviors::AS_DOCUMENTED);
    }
    let Ok((view, ordinal)) = world.create(|changes, view, ordinal| {
        Ok::<_, Infallible>(order.call(&account.settings, changes, view, ordinal))
    });
    let body = CallObject::of(&view, ordinal, shown_as);
    (StatusCode::CREATED, Outcome(outcome), Json(body)).into_response()
}

/// `GET …/customer_flag`: what is known of a call's customer; nothing is, until somebody says so.
async fn get_customer_flag(_: Account, call: FlaggedCall, context: Context) -> Response {
    if !context.body.is_empty() {
        context.notes.finding(&behaviors::BODY_ON_GET);
    }
    let FlaggedCall(ordinal) = call;
    let flags = context.world.changes(|changes| changes.flags.get(&ordinal).copied().unwrap_or_default());
    (Outcome(&behaviors::FLAG_SHOWN), Json(CustomerFlags::from(flags))).into_response()
}

/// `PATCH …/customer_flag`: any of the three flags; the page shows no answer, so it is the flags as
/// they are now.
async fn update_customer_flag(
    _: Account,
    call: FlaggedCall,
    body: Body,
    context: Context,
) -> Result<Response, Refused> {
    let FlaggedCall(ordinal) = call;
    let change = update(&body, &context)?;
    let flags = context.world.changes(|changes| {
        let flags = changes.flags.entry(ordinal).or_default();
        change.apply(flags);
        *flags
    });
    Ok((Outcome(&behaviors::FLAG_UPDATED), Json(CustomerFlags::from(flags))).into_response())
}

/// The call of a flag's path, if the account has it.
struct FlaggedCall(Ordinal);

impl<S: Sync> FromRequestParts<S> for FlaggedCall {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let id = request.uri.path().split('/').rev().nth(1).unwrap_or_default();
        let view = Context::of(request).view();
        let account = request.extensions.get::<Account>().map(|account| account.settings.subdomain.as_str());
        let found = id.parse().ok().zip(account).and_then(|(id, account)| model::find(&view, id, account));
        let missing = match request.method {
            Method::PATCH => Error::FlagUpdateCallNotFound,
            _ => Error::FlagCallNotFound,
        };
        found.map(Self).ok_or_else(|| Refused::of(request, missing))
    }
}

async fn unknown(_: Account, request: Parts) -> Refused {
    let path = request.uri.path();
    let known = behaviors::NOT_EMULATED_OPERATIONS.iter().find(|o| o.is(request.method.as_str(), path));
    let Some(operation) = known else { return Refused::of(&request, Error::NotFound) };
    let notes = &Context::of(&request).notes;
    notes.finding_of(&behaviors::NOT_EMULATED_SENT, || format!("`{} {}`", operation.method, operation.path));
    Refused::of(&request, Error::NotEmulated)
}
