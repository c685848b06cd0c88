//! The search of a request: the checked values of its body and query string (fact sheet 1.1 and 2).

use std::ops::Bound;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::behaviors::{self, Error};
use super::body::{Body, Decoded, DurationBody, FilterBody, Members, PagingBody};
use crate::contract::Behavior;
use crate::nearest::did_you_mean_or_list;
use crate::urlencoded;
use crate::vendor::{Context, checked};
use crate::vendors::sencloud::auth::Shop;
use crate::vendors::sencloud::cursor::{Cursor, CursorKind, Position, Sort, SortField};
use crate::vendors::sencloud::error::Refused;
use crate::vendors::sencloud::filter::{Comparison, Filter};
use crate::vendors::sencloud::findings;
use crate::vendors::sencloud::readings::{DateColumn, DateTo, OneDate, Prev, QueryPaging, TopLevel};

/// The time 0001-01-01T00:00:00Z, in seconds since 1970.
const ZERO_TIME: i64 = -62_135_596_800;

/// The largest page size, and the default (page L285, P1).
const LIMIT: usize = 100;

/// The checked search.
#[derive(Debug)]
pub struct Search {
    /// The filter of the list.
    pub filter: Filter,
    /// The page of the list.
    pub page: Page,
    /// The filter's fingerprint, equal for all pages of one list.
    pub list: u32,
}

/// The position and size of the requested page.
#[derive(Debug)]
pub struct Page {
    /// The page size, from 1 to 100.
    pub limit: usize,
    pub sort: Sort,
    /// The row strictly beyond which the page begins. `None` begins at the edge of the list.
    pub from: Option<Position>,
    pub travel: Travel,
    /// The texts of `after`, `before` and `sort` that the answer repeats (P10).
    pub echo: Echo,
}

/// The parameters that the answer's `paging` repeats.
#[derive(Debug, Clone, Default)]
pub struct Echo {
    pub after: String,
    pub before: String,
    pub sort: String,
}

/// The direction of travel through the list, relative to its sort order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Travel {
    Onward,
    Back,
}

impl Travel {
    /// The opposite direction.
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
        let Body(decoded) = checked(request).await?;
        let shop: Shop = checked(request).await?;
        let query = request.uri.query().unwrap_or_default();
        let checks = Checks { context: Context::of(request), decoded: &decoded, shop: &shop, query };
        checks.search().map_err(|error| Refused::of(request, error))
    }
}

struct Checks<'a> {
    context: &'a Context,
    decoded: &'a Decoded,
    shop: &'a Shop,
    query: &'a str,
}

impl Checks<'_> {
    fn search(&self) -> Result<Search, Error> {
        let filter = self.decoded.filter.as_ref().map(|given| given.object.clone());
        let filter = self.filter(filter.unwrap_or_default())?;
        let list = filter.fingerprint();
        Ok(Search { page: self.page(list)?, filter, list })
    }

    fn note(&self, behavior: &'static Behavior) {
        self.context.notes.behavior(behavior);
    }

    /// A text that is set; an empty text is not (A18).
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
        let duration = self.duration(&body.duration.unwrap_or_default().object)?;
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
        // Times have microseconds here, so this is the last moment before `date_to`.
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

    /// Checks an enum value; the zero value counts as no filter (1.3, A13).
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
                self.context.notes.finding_of(&findings::UNSET_ENUM_SENT, || format!("`{name}`"));
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
            // The page misspells the zero value (L32, A14).
            Some("unknow" | "unknown") => {
                self.note(&behaviors::UNSET_ENUM);
                self.context.notes.finding_of(&findings::UNSET_ENUM_SENT, || "`comparison`".to_owned());
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

    /// The extension ids of the filter, else those at top level, where the page's curl has them
    /// (A1).
    fn extension_ids(&self, in_filter: Option<Vec<String>>) -> Result<Option<Vec<String>>, Error> {
        let set = |ids: Option<Vec<String>>| ids.filter(|ids| !ids.is_empty());
        let mut ids = set(in_filter);
        if let Some(top_level) = set(self.decoded.extension_ids.clone()) {
            self.context.notes.finding(&findings::TOP_LEVEL_EXTENSION_IDS_SENT);
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

    /// The members of `paging`. Members missing from the body come from the query string, where the
    /// page says that `next` goes (L289).
    fn paging(&self) -> Result<PagingBody, Error> {
        let mut body = self.decoded.paging.clone().unwrap_or_default().object;
        let honour = self.context.world.reading::<QueryPaging>() == QueryPaging::Honour;
        let notes = &self.context.notes;
        for (name, value) in urlencoded::lossy(self.query) {
            if !PagingBody::NAMES.contains(&name.as_str()) {
                notes.finding_of(&findings::UNKNOWN_QUERY, || {
                    format!("`{name}`{}", did_you_mean_or_list(&name, PagingBody::NAMES.iter().copied()))
                });
                continue;
            }
            notes.finding_of(&findings::PAGING_IN_QUERY_SENT, || format!("`{name}`"));
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
        // A Go client with an unset time sends this value, and so does the service itself (1.2).
        if parsed.is_some_and(|date| date.timestamp() == ZERO_TIME && date.timestamp_subsec_nanos() == 0) {
            self.context.notes.finding_of(&findings::ZERO_TIME, || format!("`{name}`"));
            return Ok(None);
        }
        self.note(behavior);
        let is_naive = || {
            text.replacen(' ', "T", 1).parse::<NaiveDateTime>().is_ok() || text.parse::<NaiveDate>().is_ok()
        };
        if parsed.is_none() && is_naive() {
            self.context.notes.finding_of(&findings::NAIVE_TIME, || format!("`{name}`"));
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
                    self.context.notes.finding(&findings::LIMIT_OVER_100);
                }
                limit.min(LIMIT)
            }
        };
        let sort = self::sort(body.sort.as_deref().unwrap_or_default())?;
        self.note(feature(sort.field));
        self.note(if sort.descending { &behaviors::DESCENDING } else { &behaviors::ASCENDING });
        let set = |text: Option<String>| text.filter(|text| !text.is_empty());
        let echo_sort = body.sort.clone().unwrap_or_default();
        let (after, before) = (set(body.after), set(body.before));
        let (from, travel) = match (&after, &before) {
            (Some(_), Some(_)) => {
                self.context.notes.finding(&findings::BOTH_CURSORS_SENT);
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
        let cursor = Cursor::open(text, &self.context.world.view(), self.shop)
            .map_err(|why| Error::InvalidCursor(why.into()))?;
        // A request without `sort` has the default sort order, not the cursor's (P7).
        if cursor.sort != sort {
            self.context.notes.finding(&findings::SORT_WITH_CURSOR);
            return Err(Error::SortMismatch);
        }
        if cursor.list != list {
            self.context.notes.finding(&findings::FILTER_CHANGED);
        }
        Ok(cursor)
    }

    /// The position and direction of a cursor in `after`. A `next` cursor goes onward. A `prev`
    /// cursor goes back, as the page says, or under a reading is only a position to go onward from
    /// (A3).
    fn after(&self, cursor: Cursor) -> (Option<Position>, Travel) {
        let reading: Prev = self.context.world.reading();
        let travel = match cursor.kind {
            CursorKind::Next => Travel::Onward,
            CursorKind::Prev => {
                self.context.notes.finding(&findings::PREV_IN_AFTER);
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
    /// The range of start times that can hold rows beyond a position. The filter's dates narrow it
    /// only if they apply to the start.
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

/// Parses a sort: one field, with `-` for descending. The default is newest first (P4, A9).
fn sort(text: &str) -> Result<Sort, Error> {
    if text.is_empty() {
        return Ok(Sort { field: SortField::StartedAt, descending: true });
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
    Ok(Sort { field, descending })
}

/// The behavior of a sort field.
fn feature(field: SortField) -> &'static Behavior {
    match field {
        SortField::StartedAt => &behaviors::SORT_STARTED_AT,
        SortField::CreatedAt => &behaviors::SORT_CREATED_AT,
        SortField::UpdatedAt => &behaviors::SORT_UPDATED_AT,
    }
}
