//! What is asked for: a JSON body with filter and paging (fact sheet 1.1 and 2).

use std::collections::{BTreeSet, HashSet};
use std::ops::Bound;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::auth::Shop;
use super::contract::{
    self as behaviors, DateColumn, DateTo, ExtensionMatch, NumberMatch, OneDate, Prev, QueryPaging, TopLevel,
};
use super::cursor::{Cursor, CursorKind};
use super::error::{Error, Refused};
use crate::contract::Behavior;
use crate::exchange::Context;
use crate::nearest::did_you_mean;
use crate::universe::Ordinal;
use crate::urlencoded;

/// The operation under the names of each white label (fact sheet 4b).
pub const METHODS: [&str; 4] = [
    "/v1/shop.Sencloud/ListCallLogs",
    "/v1/shop.Etelecom/ListCallLogs",
    "/v1/partner.Etelecom/ListCallLogs",
    "/v1/shop.Interits/ListCallLogs",
];

/// 0001-01-01T00:00:00Z, in seconds since 1970.
const ZERO_TIME: i64 = -62_135_596_800;

/// The largest page, and the one of a request that says nothing (page L285, P1).
const LIMIT: usize = 100;

/// A request to the operation: by POST, in JSON, to a name that the service has, checked in this
/// order (4).
#[derive(Debug)]
pub struct Method;

impl<S: Sync> FromRequestParts<S> for Method {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let content_type = request.headers.get(header::CONTENT_TYPE);
        let content_type =
            content_type.map_or(String::new(), |v| String::from_utf8_lossy(v.as_bytes()).into_owned());
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        let path = request.uri.path();
        let error = if request.method != axum::http::Method::POST {
            Error::WrongMethod(request.method.to_string())
        } else if !kind.eq_ignore_ascii_case("application/json") {
            Error::WrongContentType(content_type)
        } else if let Some(method) = behaviors::NOT_EMULATED_OPERATIONS.iter().find(|o| o.is("POST", path)) {
            let notes = &Context::of(request).notes;
            notes.finding_of(&behaviors::NOT_EMULATED_SENT, || format!("`{}`", method.path));
            Error::NotEmulated(path.to_owned())
        } else if !METHODS.contains(&path) {
            Error::NoHandler(path.to_owned())
        } else {
            return Ok(Self);
        };
        Err(Refused::of(request, error))
    }
}

/// The body, decoded. Every member may be missing or null; unknown ones are skipped.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "ListCallLogsRequest")]
pub struct Decoded {
    filter: Option<FilterBody>,
    paging: Option<PagingBody>,
    /// Where the page's curl has it (L111-113).
    extension_ids: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct FilterBody {
    call_number: Option<String>,
    call_state: Option<String>,
    date_from: Option<String>,
    date_to: Option<String>,
    department_id: Option<String>,
    direction: Option<String>,
    duration: Option<DurationBody>,
    extension_ids: Option<Vec<String>>,
    external_id: Option<String>,
    external_session_id: Option<String>,
    hotline_ids: Option<Vec<String>>,
    user_id: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct DurationBody {
    comparison: Option<String>,
    value: Option<i64>,
}

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct PagingBody {
    after: Option<String>,
    before: Option<String>,
    limit: Option<i64>,
    sort: Option<String>,
}

/// The members of `paging`.
const PAGING_KEYS: [&str; 4] = ["after", "before", "limit", "sort"];

/// The members of the page, by the path of the object that has them.
const KNOWN: [(&str, &[&str]); 4] = [
    ("", &["filter", "paging", "extension_ids"]),
    (
        "/filter",
        &[
            "call_number",
            "call_state",
            "date_from",
            "date_to",
            "department_id",
            "direction",
            "duration",
            "extension_ids",
            "external_id",
            "external_session_id",
            "hotline_ids",
            "user_id",
        ],
    ),
    ("/filter/duration", &["comparison", "value"]),
    ("/paging", &PAGING_KEYS),
];

impl<S: Sync> FromRequestParts<S> for Decoded {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let Context { body, notes, .. } = Context::of(request).clone();
        let malformed =
            |error: serde_json::Error| Refused::of(request, Error::MalformedJson(error.to_string()));
        let value: Value = serde_json::from_slice(&body).map_err(malformed)?;
        let decoded: Option<Self> = serde_json::from_slice(&body).map_err(malformed)?;
        let decoded = decoded.unwrap_or_default();
        for (path, known) in KNOWN {
            let object = value.pointer(path).filter(|object| !object.is_null());
            // The types below would also take a list of values in order.
            if object.is_some_and(|object| !object.is_object()) {
                let cause = format!("invalid type: expected an object at {path:?}");
                return Err(Refused::of(request, Error::MalformedJson(cause)));
            }
            let members = object.and_then(Value::as_object);
            let names = members.into_iter().flat_map(|members| members.keys());
            for name in names.filter(|name| !known.contains(&name.as_str())) {
                notes.finding_of(&behaviors::UNKNOWN_KEY, || {
                    let near = did_you_mean(name, known.iter().copied());
                    format!("`{path}/{name}`{near}")
                });
            }
        }
        request.extensions.insert(decoded.clone());
        Ok(decoded)
    }
}

/// A checked search.
#[derive(Debug)]
pub struct Search {
    /// Which logs.
    pub filter: Filter,
    /// Which of them.
    pub page: Page,
    /// What stands for the filter: the pages of one list have one.
    pub list: u32,
}

/// The filters; what is not set lets everything through, several narrow each other (A18, A19).
#[derive(Debug, Default)]
pub struct Filter {
    /// The caller's or callee's number, and whether a part of it is enough.
    pub call_number: Option<(String, NumberMatch)>,
    pub call_state: Option<String>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub date_column: Option<DateColumn>,
    pub department_id: Option<String>,
    pub direction: Option<String>,
    pub duration: Option<(Comparison, i64)>,
    /// Ids, and whether numbers count as well.
    pub extension_ids: Option<(HashSet<String>, ExtensionMatch)>,
    pub external_id: Option<String>,
    pub external_session_id: Option<String>,
    pub hotline_ids: Option<HashSet<String>>,
    pub user_id: Option<String>,
}

impl Filter {
    /// What stands for it, however its ids are ordered and whatever the readings make of it.
    fn fingerprint(&self) -> u32 {
        let sorted = |ids: &HashSet<String>| ids.iter().cloned().collect::<BTreeSet<_>>();
        let said = format!(
            "{:?}",
            (
                self.call_number.as_ref().map(|(number, _)| number),
                (&self.call_state, &self.direction, self.from, self.to, self.duration),
                (&self.department_id, &self.user_id, &self.external_id, &self.external_session_id),
                self.extension_ids.as_ref().map(|(ids, _)| sorted(ids)),
                self.hotline_ids.as_ref().map(sorted),
            )
        );
        let digest = Sha256::digest(said);
        u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
    }
}

/// How a duration is compared; only the fourth is documented (A15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    LessThan,
    LessThanOrEqualTo,
    GreaterThan,
    GreaterThanOrEqualTo,
}

/// Which page of the list.
#[derive(Debug)]
pub struct Page {
    /// From 1 to 100.
    pub limit: usize,
    pub sort: Sort,
    /// Strictly beyond this row; from the list's own edge, if none.
    pub from: Option<Position>,
    pub travel: Travel,
    /// `after`, `before` and `sort` as the answer repeats them (P10).
    pub echo: Echo,
}

/// What an answer's paging repeats.
#[derive(Debug, Clone, Default)]
pub struct Echo {
    pub after: String,
    pub before: String,
    pub sort: String,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    pub field: SortField,
    pub descending: bool,
}

/// What a list is ordered by (P4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "the wire's own names")]
pub enum SortField {
    StartedAt,
    CreatedAt,
    UpdatedAt,
}

/// A row's place in an order: its time in microseconds, then its ordinal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub key: i64,
    pub ordinal: Ordinal,
}

/// Which way through the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Travel {
    Onward,
    Back,
}

impl Travel {
    /// The other way.
    pub fn back(self) -> Self {
        match self {
            Travel::Onward => Travel::Back,
            Travel::Back => Travel::Onward,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Search {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let search = Checks {
            context: Context::of(request),
            decoded: done::<Decoded>(request),
            shop: done::<Shop>(request),
            query: request.uri.query().unwrap_or_default(),
        }
        .search();
        search.map_err(|error| Refused::of(request, error))
    }
}

/// What an earlier check of the same request left behind.
fn done<T: Send + Sync + 'static>(request: &Parts) -> &T {
    request.extensions.get::<T>().expect("the check stands before in the handler's arguments")
}

struct Checks<'a> {
    context: &'a Context,
    decoded: &'a Decoded,
    shop: &'a Shop,
    query: &'a str,
}

impl Checks<'_> {
    fn search(&self) -> Result<Search, Error> {
        let body = self.decoded.filter.clone().unwrap_or_default();
        let filter = self.filter(body)?;
        let list = filter.fingerprint();
        Ok(Search { page: self.page(list)?, filter, list })
    }

    fn note(&self, behavior: &'static Behavior) {
        self.context.notes.behavior(behavior);
    }

    /// A text that is set: an empty one is not (A18).
    fn set(&self, text: Option<String>, behavior: &'static Behavior) -> Option<String> {
        let text = text.filter(|text| !text.is_empty());
        if text.is_some() {
            self.note(behavior);
        }
        text
    }

    fn filter(&self, body: FilterBody) -> Result<Filter, Error> {
        let world = &self.context.world;
        let states = ["answered", "not_answered"];
        let directions = ["in", "out", "ext", "ext_in", "ext_out"];
        let call_state =
            self.one_of("call_state", body.call_state, &states, &behaviors::FILTER_CALL_STATE)?;
        let direction =
            self.one_of("direction", body.direction, &directions, &behaviors::FILTER_DIRECTION)?;
        let duration = self.duration(&body.duration.unwrap_or_default())?;
        let extension_ids = self.extension_ids(body.extension_ids)?;
        let hotline_ids = body.hotline_ids.filter(|ids| !ids.is_empty());
        if hotline_ids.is_some() {
            self.note(&behaviors::FILTER_HOTLINE_IDS);
        }
        let from = self.date("date_from", body.date_from, &behaviors::FILTER_DATE_FROM)?;
        let to = self.date("date_to", body.date_to, &behaviors::FILTER_DATE_TO)?;
        match (from, to, world.reading()) {
            (Some(from), Some(to), _) if to < from => return Err(Error::ReversedDates),
            (Some(_), None, OneDate::Refuse) => return Err(Error::ReversedDates),
            (None, Some(_), OneDate::Refuse) => return Err(Error::OneDate),
            _ => {}
        }
        // A moment has microseconds here: the one before is the last that is in.
        let to = match (to, world.reading()) {
            (Some(to), DateTo::Exclusive) => {
                self.note(&behaviors::DATE_TO_EXCLUSIVE);
                Some(to - TimeDelta::microseconds(1))
            }
            (to, _) => to,
        };
        Ok(Filter {
            call_number: self
                .set(body.call_number, &behaviors::FILTER_CALL_NUMBER)
                .map(|number| (number, world.reading())),
            call_state,
            from,
            to,
            date_column: Some(world.reading()),
            department_id: self.set(body.department_id, &behaviors::FILTER_DEPARTMENT_ID),
            direction,
            duration,
            extension_ids: extension_ids.map(|ids| (ids.into_iter().collect(), world.reading())),
            external_id: self.set(body.external_id, &behaviors::FILTER_EXTERNAL_ID),
            external_session_id: self.set(body.external_session_id, &behaviors::FILTER_EXTERNAL_SESSION_ID),
            hotline_ids: hotline_ids.map(|ids| ids.into_iter().collect()),
            user_id: self.set(body.user_id, &behaviors::FILTER_USER_ID),
        })
    }

    /// An enum's value; its zero value is no filter (1.3, A13).
    fn one_of(
        &self,
        name: &'static str,
        given: Option<String>,
        options: &[&str],
        behavior: &'static Behavior,
    ) -> Result<Option<String>, Error> {
        match given {
            None => Ok(None),
            Some(zero) if zero.is_empty() => Ok(None),
            Some(zero) if zero == "unknown" => {
                self.note(&behaviors::UNSET_ENUM);
                self.context.notes.finding_of(&behaviors::UNSET_ENUM_SENT, || format!("`{name}`"));
                Ok(None)
            }
            Some(value) if options.contains(&value.as_str()) => {
                self.note(behavior);
                Ok(Some(value))
            }
            Some(other) => Err(Error::InvalidEnum(name, other)),
        }
    }

    fn duration(&self, body: &DurationBody) -> Result<Option<(Comparison, i64)>, Error> {
        let comparison = match body.comparison.as_deref() {
            None | Some("") => return Ok(None),
            // The zero value is misspelt on the page (L32, A14).
            Some("unknow" | "unknown") => {
                self.note(&behaviors::UNSET_ENUM);
                self.context.notes.finding_of(&behaviors::UNSET_ENUM_SENT, || "`comparison`".to_owned());
                return Ok(None);
            }
            Some("equal") => Comparison::Equal,
            Some("less_than") => Comparison::LessThan,
            Some("less_than_or_equal_to") => Comparison::LessThanOrEqualTo,
            Some("greater_than") => Comparison::GreaterThan,
            Some("greater_than_or_equal_to") => Comparison::GreaterThanOrEqualTo,
            Some(other) => return Err(Error::InvalidEnum("comparison", other.to_owned())),
        };
        self.note(&behaviors::FILTER_DURATION);
        Ok(Some((comparison, body.value.unwrap_or(0))))
    }

    /// From the filter, else from the top level, where the page's curl has it (A1).
    fn extension_ids(&self, in_filter: Option<Vec<String>>) -> Result<Option<Vec<String>>, Error> {
        let set = |ids: Option<Vec<String>>| ids.filter(|ids| !ids.is_empty());
        let mut ids = set(in_filter);
        if let Some(top_level) = set(self.decoded.extension_ids.clone()) {
            self.context.notes.finding(&behaviors::TOP_LEVEL_EXTENSION_IDS_SENT);
            match self.context.world.reading() {
                TopLevel::Refuse => return Err(Error::TopLevelRefused),
                TopLevel::Ignore => self.note(&behaviors::TOP_LEVEL_IGNORED),
                TopLevel::Honour => {
                    self.note(&behaviors::TOP_LEVEL_EXTENSION_IDS);
                    ids = ids.or(Some(top_level));
                }
            }
        }
        if ids.is_some() {
            self.note(&behaviors::FILTER_EXTENSION_IDS);
        }
        Ok(ids)
    }

    /// The members of `paging`: the body's, then the query string's, where the page says that
    /// `next` goes (L289).
    fn paging(&self) -> Result<PagingBody, Error> {
        let mut body = self.decoded.paging.clone().unwrap_or_default();
        let honour = self.context.world.reading::<QueryPaging>() == QueryPaging::Honour;
        let notes = &self.context.notes;
        for (name, value) in urlencoded::lossy(self.query) {
            if !PAGING_KEYS.contains(&name.as_str()) {
                notes.finding_of(&behaviors::UNKNOWN_QUERY, || {
                    format!("`{name}`{}", did_you_mean(&name, PAGING_KEYS.iter().copied()))
                });
                continue;
            }
            notes.finding_of(&behaviors::PAGING_IN_QUERY_SENT, || format!("`{name}`"));
            if !honour {
                self.note(&behaviors::PAGING_IN_QUERY_IGNORED);
                continue;
            }
            self.note(&behaviors::PAGING_IN_QUERY);
            let text = match name.as_str() {
                "after" => &mut body.after,
                "before" => &mut body.before,
                "sort" => &mut body.sort,
                _ => {
                    let limit = value.parse().map_err(|_| Error::InvalidLimit)?;
                    body.limit = body.limit.filter(|limit| *limit != 0).or(Some(limit));
                    continue;
                }
            };
            if text.as_ref().is_none_or(String::is_empty) {
                *text = Some(value);
            }
        }
        Ok(body)
    }

    fn date(
        &self,
        name: &'static str,
        given: Option<String>,
        behavior: &'static Behavior,
    ) -> Result<Option<DateTime<Utc>>, Error> {
        let Some(text) = given.filter(|text| !text.is_empty()) else { return Ok(None) };
        let parsed = DateTime::parse_from_rfc3339(&text).ok();
        // A Go client that sets no time sends this one, and so does the service itself (1.2).
        if parsed.is_some_and(|date| date.timestamp() == ZERO_TIME && date.timestamp_subsec_nanos() == 0) {
            self.context.notes.finding_of(&behaviors::ZERO_TIME, || format!("`{name}`"));
            return Ok(None);
        }
        self.note(behavior);
        let is_naive = || {
            text.replacen(' ', "T", 1).parse::<NaiveDateTime>().is_ok() || text.parse::<NaiveDate>().is_ok()
        };
        if parsed.is_none() && is_naive() {
            self.context.notes.finding_of(&behaviors::NAIVE_TIME, || format!("`{name}`"));
        }
        parsed.map(|date| Some(date.to_utc())).ok_or(Error::InvalidDate(name, text))
    }

    fn page(&self, list: u32) -> Result<Page, Error> {
        let body = self.paging()?;
        let limit = match body.limit.unwrap_or(0) {
            0 => LIMIT,
            limit if limit < 0 => return Err(Error::InvalidLimit),
            limit => {
                let limit = usize::try_from(limit).unwrap_or(usize::MAX);
                if limit > LIMIT {
                    self.note(&behaviors::LIMIT_CLAMPED);
                    self.context.notes.finding(&behaviors::LIMIT_OVER_100);
                }
                limit.min(LIMIT)
            }
        };
        let sort = Sort::read(body.sort.as_deref().unwrap_or_default())?;
        self.note(sort.field.behavior());
        self.note(if sort.descending { &behaviors::DESCENDING } else { &behaviors::ASCENDING });
        let set = |text: Option<String>| text.filter(|text| !text.is_empty());
        let echo_sort = body.sort.clone().unwrap_or_default();
        let (after, before) = (set(body.after), set(body.before));
        let (from, travel) = match (&after, &before) {
            (Some(_), Some(_)) => {
                self.context.notes.finding(&behaviors::BOTH_CURSORS_SENT);
                return Err(Error::BothCursors);
            }
            (None, None) => {
                self.note(&behaviors::FIRST_PAGE);
                (None, Travel::Onward)
            }
            (Some(dot), None) if dot == "." => {
                self.note(&behaviors::FIRST_PAGE);
                (None, Travel::Onward)
            }
            (None, Some(dot)) if dot == "." => {
                self.note(&behaviors::LAST_PAGE);
                (None, Travel::Back)
            }
            (Some(after), None) => self.after(self.open(after, sort, list)?),
            (None, Some(before)) => self.before(self.open(before, sort, list)?)?,
        };
        let echo = Echo {
            after: after.unwrap_or_else(|| if before.is_none() { ".".into() } else { String::new() }),
            before: before.unwrap_or_default(),
            sort: echo_sort,
        };
        Ok(Page { limit, sort, from, travel, echo })
    }

    fn open(&self, text: &str, sort: Sort, list: u32) -> Result<Cursor, Error> {
        let opened = Cursor::open(text, &self.context.world.view(), self.shop, sort);
        if opened == Err(Error::SortMismatch) {
            self.context.notes.finding(&behaviors::SORT_WITH_CURSOR);
        }
        if opened.as_ref().is_ok_and(|cursor| cursor.list != list) {
            self.context.notes.finding(&behaviors::FILTER_CHANGED);
        }
        opened
    }

    /// A cursor in `after`: `next` goes on; `prev` goes back, as the page says, or is a mere place
    /// (A3).
    fn after(&self, cursor: Cursor) -> (Option<Position>, Travel) {
        let reading: Prev = self.context.world.reading();
        let travel = match cursor.kind {
            CursorKind::Next => Travel::Onward,
            CursorKind::Prev => {
                self.context.notes.finding(&behaviors::PREV_IN_AFTER);
                if reading == Prev::Before { Travel::Onward } else { Travel::Back }
            }
        };
        self.note(match travel {
            Travel::Onward => &behaviors::NEXT_PAGE,
            Travel::Back => &behaviors::PREVIOUS_PAGE,
        });
        (Some(cursor.at), travel)
    }

    fn before(&self, cursor: Cursor) -> Result<(Option<Position>, Travel), Error> {
        let reading: Prev = self.context.world.reading();
        if cursor.kind == CursorKind::Next || reading == Prev::After {
            return Err(Error::WrongCursor);
        }
        self.note(&behaviors::PREVIOUS_PAGE);
        Ok((Some(cursor.at), Travel::Back))
    }
}

impl Search {
    /// The stretch of time in which rows beyond a position can be, as far as calls' starts tell.
    pub fn times_beyond(
        &self,
        from: Option<Position>,
        upward: bool,
    ) -> (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>) {
        let by_start = self.filter.date_column == Some(DateColumn::StartedAt);
        let (mut least, mut most) = if by_start { (self.filter.from, self.filter.to) } else { (None, None) };
        if let Some(at) = from.and_then(|from| DateTime::from_timestamp_micros(from.key)) {
            if upward {
                least = Some(least.map_or(at, |least| least.max(at)));
            } else {
                most = Some(most.map_or(at, |most| most.min(at)));
            }
        }
        (least.map_or(Bound::Unbounded, Bound::Included), most.map_or(Bound::Unbounded, Bound::Included))
    }
}

impl Sort {
    /// One field, with `-` for descending; newest first if nothing is said (P4, A9).
    fn read(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Ok(Self { field: SortField::StartedAt, descending: true });
        }
        if text.contains(',') {
            return Err(Error::SortSeveral);
        }
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let field = match name {
            "started_at" => SortField::StartedAt,
            "created_at" => SortField::CreatedAt,
            "updated_at" => SortField::UpdatedAt,
            "id" => return Err(Error::SortById),
            other => return Err(Error::SortUnknown(other.to_owned())),
        };
        Ok(Self { field, descending })
    }
}

impl SortField {
    fn behavior(self) -> &'static Behavior {
        match self {
            SortField::StartedAt => &behaviors::SORT_STARTED_AT,
            SortField::CreatedAt => &behaviors::SORT_CREATED_AT,
            SortField::UpdatedAt => &behaviors::SORT_UPDATED_AT,
        }
    }
}
