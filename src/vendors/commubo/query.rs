//! What is asked for: a range of days and how much detail (page L8-37).

use std::ops::Bound;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::contract::{self, End, OpenRange, ReversedRange, UnknownParameter};
use super::error::{Error, Refused};
use crate::contract::Behavior;
use crate::exchange::Context;
use crate::nearest::did_you_mean;
use crate::urlencoded;

/// Japan's time, all year (A6).
pub const JAPAN: FixedOffset = FixedOffset::east_opt(9 * 3600).expect("nine hours is an offset");

/// A checked query.
#[derive(Debug)]
pub struct CallsQuery {
    /// The moments of the range.
    pub times: (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>),
    /// How much of customers and operators to show.
    pub expand: Expand,
}

/// How much of customers and operators to show (page L27-37).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Expand {
    #[default]
    None,
    Customer,
    Operator,
    All,
}

impl Expand {
    fn read(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Expand::None),
            "customer" => Some(Expand::Customer),
            "operator" => Some(Expand::Operator),
            "all" => Some(Expand::All),
            _ => None,
        }
    }

    /// Whether customers are shown whole.
    pub fn customer(self) -> bool {
        matches!(self, Expand::Customer | Expand::All)
    }

    /// Whether operators are shown whole.
    pub fn operator(self) -> bool {
        matches!(self, Expand::Operator | Expand::All)
    }

    fn behavior(self) -> &'static Behavior {
        match self {
            Expand::None => &contract::EXPAND_NONE,
            Expand::Customer => &contract::EXPAND_CUSTOMER,
            Expand::Operator => &contract::EXPAND_OPERATOR,
            Expand::All => &contract::EXPAND_ALL,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for CallsQuery {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let context = Context::of(parts);
        if !context.body.is_empty() {
            context.notes.finding(&contract::BODY_SENT);
        }
        if parts.headers.contains_key(header::AUTHORIZATION) {
            context.notes.finding(&contract::AUTHORIZATION_SENT);
        }
        let query = parts.uri.query().unwrap_or_default();
        check(query, context).map_err(|error| Refused::of(parts, error))
    }
}

fn check(query: &str, context: &Context) -> Result<CallsQuery, Error> {
    let Context { world, notes, .. } = context;
    let Given { start, end, expand, unknown } = Given::read(query)?;
    for name in &unknown {
        notes.finding_of(&contract::UNKNOWN_PARAMETER_SENT, || {
            let near = did_you_mean(name, ["start", "end", "expand"]);
            format!("`{name}`{near}")
        });
    }
    if let Some(name) = unknown.into_iter().next()
        && world.reading::<UnknownParameter>() == UnknownParameter::Refuse
    {
        return Err(Error::UnknownParameter(name));
    }
    if start.is_none() && end.is_none() {
        notes.finding(&contract::UNBOUNDED);
    }
    if start.is_some() && start == end {
        notes.finding(&contract::SAME_DAY);
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
            ReversedRange::Empty => notes.behavior(&contract::REVERSED_EMPTY),
        }
    }

    notes.behavior(expand.behavior());
    notes.behavior(if start.is_some() { &contract::START } else { &contract::OPEN_START });
    let from = start.map_or(Bound::Unbounded, |day| Bound::Included(midnight(day)));
    let to = match (end, world.reading()) {
        (None, _) => {
            notes.behavior(&contract::OPEN_END);
            Bound::Unbounded
        }
        (Some(day), End::Exclusive) => {
            notes.behavior(&contract::END_EXCLUSIVE);
            Bound::Excluded(midnight(day))
        }
        (Some(day), End::Inclusive) => {
            notes.behavior(&contract::END_INCLUSIVE);
            Bound::Excluded(midnight(day) + TimeDelta::days(1))
        }
    };
    Ok(CallsQuery { times: (from, to), expand })
}

/// The parameters as they were given, each at most once (A12).
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

/// A day in the extended form of ISO 8601 and no other: chrono alone would take `2018-9-1` and
/// `+2018-09-01` (A10).
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
