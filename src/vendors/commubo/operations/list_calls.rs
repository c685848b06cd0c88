//! `GET /v1/calls`: the calls in a range of days, oldest first (page L1-7, L67-76).

use std::ops::Bound;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::array::array;
use super::super::auth::Tenant;
use super::super::calls::{Call, Expand, JAPAN, Style, tells_of_call};
use super::super::error::{Cause, Refused};
use super::super::findings;
use super::super::name::NAME;
use super::super::readings::{End, ErrorBody, OpenRange, Order, ReversedRange, UnknownParameter, Unset};
use crate::contract::{Behavior, Operation, Readings, Route, behaviors};
use crate::nearest::did_you_mean_or_list;
use crate::universe::{Direction, Ordinal};
use crate::urlencoded;
use crate::vendor::openapi::{Answer, Described, Document, query};
use crate::vendor::{Context, Endpoint, Known, Outcome, handler, in_turns, refusals, shows_ended};
use crate::world::View;

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "list_calls",
        route: Route::of(&["GET"], "/v1/calls"),
        page: "https://commubo.com/api/calls-list.html",
        summary: "Lists the calls between commubo and customers.",
        source: "page L1-7",
        open: false,
        behaviors: BEHAVIORS,
        refusals: REFUSALS,
    },
    handler: handler!(list_calls),
    refusals: samples,
    describe,
    shows: shows_ended,
    tells: tells_of_call,
};

behaviors! {
    in "commubo.list_calls";

    LISTED = "listed", 200, Documented, "page L67-76 (S1)",
        "Calls of the range, as a bare JSON array.";
    EMPTY = "empty", 200, Documented, "page L69 (S2)",
        "No call in the range: an empty array, never 404.";
    START = "start", -, Documented, "page L9-14, L52-54 (R6, R9)",
        "The range begins on a day, at 00:00 in Japan.";
    OPEN_START = "open_start", -, Inferred, "page L9 (A9)",
        "No `start`: the range has no beginning.";
    END_EXCLUSIVE = "end_exclusive", -, Inferred, "page L57-59 (A4)",
        "The range ends before the day `end`: exactly September has `end=2018-10-01`.";
    END_INCLUSIVE = "end_inclusive", -, Choice, "page L19 (A4)",
        "The day `end` is in the range (reading `commubo.end: inclusive`).";
    OPEN_END = "open_end", -, Documented, "page L52-54 (R9)",
        "No `end`: the range has no end.";
    REVERSED_EMPTY = "reversed_empty", -, Choice, "unstated (A7)",
        "`start` after `end` is an empty range (reading `commubo.reversed_range: empty`).";
    EXPAND_NONE = "expand_none", -, Documented, "page L27-30 (R8)",
        "Customers and operators by their ids only.";
    EXPAND_CUSTOMER = "expand_customer", -, Documented, "page L31-33 (R8)",
        "Customers whole, operators by their ids.";
    EXPAND_OPERATOR = "expand_operator", -, Documented, "page L34-35 (R8)",
        "Operators whole, customers by their ids.";
    EXPAND_ALL = "expand_all", -, Documented, "page L36-37 (R8)",
        "Customers and operators whole.";
    DESCENDING = "descending", -, Choice, "unstated (A13)",
        "The newest call first (reading `commubo.order: descending`).";
    UNSET_EMPTY = "unset_empty", -, Choice, "page L309-426 have no rule of omission",
        "Operator, scenario and note that a call has not are empty (reading `commubo.unset: empty`).";
}

refusals! {
    in "commubo.list_calls", of request;

    InvalidStart = "invalid_start", 406 Documented, "page L432-434, L14 (S4, A10)",
        "`start` is not a day in the form YYYY-MM-DD.",
        "start must be a date in the form YYYY-MM-DD";
    InvalidEnd = "invalid_end", 406 Documented, "page L432-434, L20 (S4, A10)",
        "`end` is not a day in the form YYYY-MM-DD.",
        "end must be a date in the form YYYY-MM-DD";
    InvalidExpand = "invalid_expand", 406 Documented, "page L432-434, L25 (S4, A11)",
        "`expand` is not one of none, customer, operator, all.",
        "expand must be one of none, customer, operator, all";
    ReversedRange = "reversed_range", 406 Inferred, "page L432-434 (A7)",
        "`start` is after `end`.",
        "start must not be after end";
    RepeatedParameter(&'static str = "start") = "repeated_parameter", 406 Choice, "unstated (A12)",
        "A parameter of the page is given twice.",
        "the parameter {0} is given more than once";
    MalformedQuery = "malformed_query", 406 Inferred, "page L432-434",
        "The query is not percent-encoded UTF-8.",
        "the query is not percent-encoded UTF-8";
    UnknownParameter(String = "unknown".to_owned()) = "unknown_parameter", 406 Choice, "unstated (A12)",
        "A parameter that the page does not have (reading `commubo.unknown_parameter: refuse`).",
        "the parameter {0} is not known";
    MissingStart = "missing_start", 406 Choice, "page L9 (A9)",
        "No `start` (reading `commubo.open_range: refuse`).",
        "the parameter start is required";
}

/// The most calls at the beginning of a list that are examined at once.
const SOON: usize = 1000;

/// Lists the calls in a range of days.
///
/// The credential is checked before the query: a wrong token with a bad date is 403 (A18).
async fn list_calls(tenant: Tenant, query: CallsQuery, context: Context) -> Response {
    let world = &context.world;
    let style = Style::of(world, query.expand);
    let window = context.asked(&findings::LISTING, &tenant.id, query.times);
    // The answer is the whole list.
    world.windows().walked(window);
    let view = context.view();
    let slice = view.past(query.times, NAME, &tenant.id).begun();
    if style.unset == Unset::Empty {
        context.notes.behavior(&UNSET_EMPTY);
    }
    match world.reading() {
        Order::Ascending => answer(&context, slice, tenant, style).await,
        Order::Descending => {
            context.notes.behavior(&DESCENDING);
            answer(&context, slice.rev(), tenant, style).await
        }
    }
}

async fn answer<I>(context: &Context, slice: I, tenant: Tenant, style: Style) -> Response
where
    I: ExactSizeIterator<Item = Ordinal> + Send + Unpin + 'static,
{
    // Whether there is a first call decides the outcome. Later calls are examined while they are
    // sent.
    let (world, view) = (Arc::clone(&context.world), context.view());
    let is_shown = shown(view.clone(), tenant);
    let mut calls = slice.peekable();
    for _ in 0..SOON {
        if calls.next_if(|ordinal| !is_shown(ordinal)).is_none() {
            break;
        }
    }
    let left = if calls.peek().is_some_and(|ordinal| !is_shown(ordinal)) { calls.len() } else { 0 };
    let find = move || {
        while calls.next_if(|ordinal| !is_shown(ordinal)).is_some() {}
        (calls, is_shown)
    };
    let (mut calls, is_shown) = context.search(left, find).await;
    let outcome = if calls.peek().is_some() { &LISTED } else { &EMPTY };
    in_turns((Outcome(outcome), array(world, view, calls, is_shown, style)).into_response())
}

/// A predicate for the calls in a tenant's list: past calls between the tenant and an outside
/// party.
fn shown(view: View, tenant: Tenant) -> impl Fn(&Ordinal) -> bool + Send + Unpin + 'static {
    move |ordinal| {
        view.listed(*ordinal, NAME, &tenant.id).is_some_and(|call| call.direction != Direction::Internal)
    }
}

/// The checked query.
#[derive(Debug)]
pub struct CallsQuery {
    /// The range of times that the days cover.
    pub times: (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>),
    /// The level of detail of customers and operators.
    pub expand: Expand,
}

impl<S: Sync> FromRequestParts<S> for CallsQuery {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let context = Context::of(parts);
        if !context.body.is_empty() {
            context.notes.finding(&findings::BODY_SENT);
        }
        if parts.headers.contains_key(header::AUTHORIZATION) {
            context.notes.finding(&findings::AUTHORIZATION_SENT);
        }
        let query = parts.uri.query().unwrap_or_default();
        check(query, context).map_err(|error| Refused::of(parts, error))
    }
}

fn check(query: &str, context: &Context) -> Result<CallsQuery, Error> {
    let Known { world, notes, .. } = &**context;
    let Given { start, end, expand, unknown } = Given::read(query)?;
    for name in &unknown {
        notes.finding_of(&findings::UNKNOWN_PARAMETER_SENT, || {
            let near = did_you_mean_or_list(name, ["start", "end", "expand"].into_iter());
            format!("`{name}`{near}")
        });
    }
    if let Some(name) = unknown.into_iter().next()
        && world.reading::<UnknownParameter>() == UnknownParameter::Refuse
    {
        return Err(Error::UnknownParameter(name));
    }
    if start.is_none() && end.is_none() {
        notes.finding(&findings::UNBOUNDED);
    }
    if start.is_some() && start == end {
        notes.finding(&findings::SAME_DAY);
    }
    let start = start.map(|text| day(&text).ok_or(Error::InvalidStart)).transpose()?;
    let end = end.map(|text| day(&text).ok_or(Error::InvalidEnd)).transpose()?;
    let expand =
        expand.map_or(Ok(Expand::default()), |text| Expand::read(&text).ok_or(Error::InvalidExpand))?;
    if start.is_none() && world.reading::<OpenRange>() == OpenRange::Refuse {
        return Err(Error::MissingStart);
    }
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        match world.reading() {
            ReversedRange::Refuse => return Err(Error::ReversedRange),
            ReversedRange::Empty => notes.behavior(&REVERSED_EMPTY),
        }
    }

    notes.behavior(feature(expand));
    notes.behavior(if start.is_some() { &START } else { &OPEN_START });
    let from = start.map_or(Bound::Unbounded, |day| Bound::Included(midnight(day)));
    let to = match (end, world.reading()) {
        (None, _) => {
            notes.behavior(&OPEN_END);
            Bound::Unbounded
        }
        (Some(day), End::Exclusive) => {
            notes.behavior(&END_EXCLUSIVE);
            Bound::Excluded(midnight(day))
        }
        (Some(day), End::Inclusive) => {
            notes.behavior(&END_INCLUSIVE);
            Bound::Excluded(midnight(day) + TimeDelta::days(1))
        }
    };
    Ok(CallsQuery { times: (from, to), expand })
}

/// The parameters as given, each at most once (A12).
#[derive(Default)]
struct Given {
    start: Option<String>,
    end: Option<String>,
    expand: Option<String>,
    unknown: Vec<String>,
}

impl Given {
    fn read(query: &str) -> Result<Self, Error> {
        let mut given = Self::default();
        for (name, value) in urlencoded::pairs(query).map_err(|_| Error::MalformedQuery)? {
            let (slot, name) = match name.as_str() {
                "start" => (&mut given.start, "start"),
                "end" => (&mut given.end, "end"),
                "expand" => (&mut given.expand, "expand"),
                _ => {
                    given.unknown.push(name);
                    continue;
                }
            };
            if slot.replace(value).is_some() {
                return Err(Error::RepeatedParameter(name));
            }
        }
        Ok(given)
    }
}

/// Parses a day in exactly the form `YYYY-MM-DD` (A10). The shape is checked because chrono alone
/// accepts `2018-9-1` and `+2018-09-01`.
fn day(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
    shape.then(|| text.parse().ok()).flatten()
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    (day.and_time(NaiveTime::MIN) - JAPAN).and_utc()
}

/// The behavior of a level of detail.
fn feature(expand: Expand) -> &'static Behavior {
    match expand {
        Expand::None => &EXPAND_NONE,
        Expand::Customer => &EXPAND_CUSTOMER,
        Expand::Operator => &EXPAND_OPERATOR,
        Expand::All => &EXPAND_ALL,
    }
}

/// The page's example of an answer, complete (page L76-131).
const EXAMPLE: &str = include_str!("list_calls.json");

fn describe(document: &mut Document, operation: &'static Operation, readings: &Readings) {
    let day = json!({ "type": "string", "format": "date" });
    let expand =
        json!({ "type": "string", "enum": ["none", "customer", "operator", "all"], "default": "none" });
    let calls = json!({ "type": "array", "items": document.schema::<Call<'_>>() });
    let cause = document.schema::<Cause>();
    let example = serde_json::from_str(EXAMPLE).expect("the page's example is JSON");
    document.add(Described {
        operation,
        id: operation.id.to_owned(),
        method: "get",
        parameters: vec![
            query("start", false, &day),
            query("end", false, &day),
            query("expand", false, &expand),
        ],
        request_body: None,
        success: vec![(200, Answer { content: vec![("application/json", calls)], headers: Value::Null })],
        refusal: match readings.get() {
            ErrorBody::Json => Answer { content: vec![("application/json", cause)], headers: Value::Null },
            ErrorBody::Empty => Answer::default(),
        },
        examples: vec![(200, "page L76-131".to_owned(), example)],
    });
}
