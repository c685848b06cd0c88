//! `GET /manager/api/v1/calls`: lists past and created calls by page number (sheet of neighbours 2
//! and 3).

use std::cmp::Reverse;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::json;

use super::super::auth::Account;
use super::super::error::{self, Refused};
use super::super::findings;
use super::super::listed::ListedCall;
use super::super::name::NAME;
use super::super::readings::{BadPage, PerMax};
use super::super::records::{COLUMNS, Record, Style};
use crate::contract::{Operation, Readings, Route, behaviors};
use crate::nearest::{did_you_mean, did_you_mean_or_list};
use crate::universe::{CallOutcome, Direction, Ordinal, is_created_id};
use crate::urlencoded;
use crate::vendor::openapi::{self, Answer, Described, Document, query};
use crate::vendor::paging::{NumberedPage, link};
use crate::vendor::recording::{Links, tells_of_file};
use crate::vendor::{
    BaseUrl, Context, Endpoint, Field, First, Neutral, Outcome, Precision, Tells, handler, refusals,
};
use crate::world::{Step, View, Walks};

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "list_calls",
        route: Route::of(&["GET"], "/manager/api/v1/calls"),
        page: "https://docs.cloud.google.com/contact-center/ccai-platform/docs/manager-api-call",
        summary: "Lists calls.",
        source: "M1-M14, C1-C5",
        open: false,
        behaviors: BEHAVIORS,
        refusals: REFUSALS,
    },
    handler: handler!(list_calls),
    refusals: samples,
    describe,
    shows,
    tells,
};

behaviors! {
    in "ccai.list_calls";

    LISTED = "listed", 200, Documented, "C2, C3",
        "Calls of a page, as a bare JSON array.";
    EMPTY = "empty", 200, Inferred, "M5",
        "No call that matches, or a page past the end: an empty array.";
    UNDER_WAY = "under_way", -, Choice, "C5 and the page's L131-146",
        "The page has a created call that is not over, in the state that it is in.";
    NEXT_PAGE = "next_page", -, Documented, "M4",
        "More calls follow: `Link` leads to them with `rel=\"next\"`.";
    LAST_PAGE = "last_page", -, Documented, "M4",
        "No call follows: `Link` has no `rel=\"next\"`.";
    PER = "per", -, Documented, "M3",
        "Pages of another size than 100.";
    PER_REDUCED = "per_reduced", -, Documented, "M3",
        "A `per` over the maximum, which is reduced to it.";
    PER_OVER_100 = "per_over_100", -, Documented, "M3a",
        "Pages of more than 100 calls (reading `ccai.per_max: 200`).";
    PAGE_FALLBACK = "page_fallback", -, Choice, "M6",
        "A `page` or a `per` that is no number above 0: the default.";
    UPDATED_AT = "updated_at", -, Documented, "C1, M7, M10",
        "The calls whose last change is in a range; its ends are in it.";
    CREATED_AT = "created_at", -, Inferred, "C1, M7",
        "The calls that were made in a range; its ends are in it.";
    IDS = "ids", -, Inferred, "C1, M7",
        "The calls of some ids (`id[]`).";
    DEFAULT_ORDER = "default_order", -, Choice, "M9",
        "No `sort_column`: by id.";
    SORTED = "sorted", -, Documented, "M8",
        "By a member of the answer; null comes first, and equal ones come as they were made.";
    SORT_IGNORED = "sort_ignored", -, Choice, "M8",
        "A column or a direction that does not exist is ignored.";
    DESCENDING = "descending", -, Documented, "M8",
        "The other way round (`sort_direction=DESC`).";
}

refusals! {
    in "ccai.list_calls", of request;

    MalformedQuery = "malformed_query", 400 Choice, "unstated",
        "The query is not percent-encoded UTF-8.",
        "query is not well formed";
    MalformedFilter(&'static str = "updated_at[from]") = "malformed_filter", 400 Choice, "unstated",
        "A filter's value that is no time with an offset (RFC 3339), or no integer.",
        "{0} is not well formed";
    BadPage(&'static str = "page") = "bad_page", 400 Choice, "M6",
        "A `page` or a `per` that is no number above 0 (reading `ccai.bad_page: error`).",
        "{0} is not well formed";
}

/// The most pages of one list that a client is expected to fetch.
const REMEMBERED: usize = 1000;

const TOTAL: HeaderName = HeaderName::from_static("total");
const PER_PAGE: HeaderName = HeaderName::from_static("per-page");

/// Lists a page of the matching calls.
async fn list_calls(account: Account, query: CallsQuery, links: Links, context: Context) -> Response {
    context.world.asked(NAME, ..);
    let view = context.view();
    let style = Style::of(&context.world, &view, &account.settings, links);
    let search = move || {
        let (rows, total) = find(&view, &style, &query);
        (rows, total, view, style, query)
    };
    let (rows, total, view, style, query) = context.search(context.world.view().size(), search).await;
    let CallsQuery { filter, order, page, per, .. } = &query;
    for ordinal in &rows {
        context.world.showed(NAME, *ordinal);
    }
    let ordinals = rows;
    let rows: Vec<Record<'_>> =
        ordinals.iter().copied().filter_map(|ordinal| Record::of(&view, &style, ordinal)).collect();

    let notes = &context.notes;
    if rows.iter().any(Record::is_under_way) {
        notes.behavior(&UNDER_WAY);
    }
    notes.behavior(if page.saturating_mul(*per) < total { &NEXT_PAGE } else { &LAST_PAGE });
    // A client that asks for a page of one call wants the total, not a walk through the list.
    let pages = if *per == 1 { 1 } else { total.div_ceil(*per).min(REMEMBERED) };
    let list = Walks::hash((&account.settings.subdomain, filter, order));
    let numbered = NumberedPage { list, number: *page, size: *per, pages, rows: &ordinals, window: None };
    match numbered.note(&context, &findings::PAGING) {
        Step::Astray if !rows.is_empty() && numbered.is_of_another_size(&context) => {
            notes.finding(&findings::PAGE_SIZE_CHANGED);
        }
        Step::OfAnotherList => notes.finding(&findings::SEARCH_CHANGED),
        _ => {}
    }
    let outcome = if rows.is_empty() { &EMPTY } else { &LISTED };
    let calls: Vec<ListedCall<'_>> = rows.iter().map(ListedCall::of).collect();
    (Outcome(outcome), query.head(total), Json(calls)).into_response()
}

/// The calls of one page, and the number of all calls that match.
fn find(view: &View, style: &Style, query: &CallsQuery) -> (Vec<Ordinal>, usize) {
    let CallsQuery { filter, order, page, per, .. } = query;
    let record = |ordinal| Some((ordinal, Record::of(view, style, ordinal)?));
    let passing = view.between(..).filter_map(record).filter(|(_, record)| filter.passes(record));
    let keyed = passing.map(|(ordinal, record)| (record.key(order.column), ordinal));
    let skip = (page - 1).saturating_mul(*per);
    if order.descending {
        cut(keyed.map(Reverse), skip, *per, |Reverse((_, ordinal))| ordinal)
    } else {
        cut(keyed, skip, *per, |(_, ordinal)| ordinal)
    }
}

/// The given stretch of unsorted items in ascending order, and the number of all items. Memory
/// holds only items up to the end of the stretch, and at most twice as many.
fn cut<T: Ord>(
    all: impl Iterator<Item = T>,
    skip: usize,
    size: usize,
    ordinal: impl Fn(T) -> Ordinal,
) -> (Vec<Ordinal>, usize) {
    let mut first = First::new(skip.saturating_add(size));
    let mut total = 0;
    for item in all {
        total += 1;
        first.add(item);
    }
    (first.into_sorted().into_iter().skip(skip).map(ordinal).collect(), total)
}

/// The checked query.
#[derive(Debug)]
struct CallsQuery {
    filter: Filter,
    order: Order,
    /// The page number, from 1.
    page: usize,
    per: usize,
    /// The URL of the list, without a query.
    url: String,
    /// The decoded query as given, for the links to other pages.
    given: Vec<(String, String)>,
}

/// The filter of the list.
#[derive(Debug, Default, Hash)]
struct Filter {
    /// Ids in ascending order; empty matches all.
    ids: Vec<u64>,
    updated: Range,
    created: Range,
}

/// A range of times, including both ends (M7).
#[derive(Debug, Default, Hash)]
struct Range {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

/// The sort order of the list.
#[derive(Debug, Hash)]
struct Order {
    column: &'static str,
    descending: bool,
}

impl Filter {
    fn passes(&self, record: &Record<'_>) -> bool {
        (self.ids.is_empty() || self.ids.binary_search(&record.id).is_ok())
            && self.updated.has(|| record.updated_at())
            && self.created.has(|| record.created_at())
    }
}

impl Range {
    fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    fn has(&self, at: impl Fn() -> DateTime<Utc>) -> bool {
        self.is_open() || self.from.is_none_or(|from| from <= at()) && self.to.is_none_or(|to| at() <= to)
    }
}

/// The parameters of the operation (C1, M7).
const PARAMETERS: [&str; 9] = [
    "page",
    "per",
    "sort_column",
    "sort_direction",
    "updated_at[from]",
    "updated_at[to]",
    "created_at[from]",
    "created_at[to]",
    IDS_PARAMETER,
];

/// The only parameter that may be repeated.
const IDS_PARAMETER: &str = "id[]";

impl<S: Sync> FromRequestParts<S> for CallsQuery {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let context = Context::of(request);
        if !context.body.is_empty() {
            context.notes.finding(&findings::BODY_ON_GET);
        }
        let given =
            urlencoded::pairs(request.uri.query().unwrap_or_default()).map_err(|_| Error::MalformedQuery)?;
        let sent = Sent { given: &given, context };
        sent.note_names();
        let (page, per) = (sent.page()?, sent.per()?);
        let (filter, order) = (sent.filter()?, sent.order());
        let pinned = context.pinned.as_deref().unwrap_or_default();
        let url = format!("{}{pinned}{}", BaseUrl::of(request).0, request.uri.path());
        Ok(Self { filter, order, page, per, url, given })
    }
}

impl CallsQuery {
    /// The headers of a page (M4). A link has the request's parameters with another page number.
    /// Unknown parameters are left out, because one may be a secret.
    fn head(&self, total: usize) -> HeaderMap {
        let last = total.div_ceil(self.per);
        let to = |page: usize, relation| {
            let mut query = self.given.clone();
            query.retain(|(name, _)| name != "page" && PARAMETERS.contains(&name.as_str()));
            query.insert(0, ("page".to_owned(), page.to_string()));
            link(&self.url, &query, relation)
        };
        let next = (self.page < last).then(|| to(self.page + 1, "next"));
        let last = (last > 0).then(|| to(last, "last"));
        let links: Vec<String> = [next, last].into_iter().flatten().collect();
        let mut head = HeaderMap::new();
        head.insert(TOTAL, total.into());
        head.insert(PER_PAGE, self.per.into());
        if let Some(links) = HeaderValue::from_str(&links.join(", ")).ok().filter(|_| !links.is_empty()) {
            head.insert(header::LINK, links);
        }
        head
    }
}

/// The query as given, with the checks of its values.
struct Sent<'a> {
    given: &'a [(String, String)],
    context: &'a Context,
}

impl Sent<'_> {
    fn note_names(&self) {
        let notes = &self.context.notes;
        for (n, (name, _)) in self.given.iter().enumerate() {
            if !PARAMETERS.contains(&name.as_str()) {
                notes.finding_of(&findings::UNKNOWN_PARAMETER, || {
                    format!("`{name}`{}", did_you_mean_or_list(name, PARAMETERS.into_iter()))
                });
            } else if name != IDS_PARAMETER && self.given[..n].iter().any(|(before, _)| before == name) {
                notes.finding_of(&findings::REPEATED_PARAMETER, || format!("`{name}`"));
            }
        }
    }

    /// The last value of a parameter. A blank value counts as missing.
    fn value(&self, name: &str) -> Option<&str> {
        let last = self.given.iter().rev().find(|(of, _)| of == name);
        last.map(|(_, value)| value.as_str()).filter(|value| !value.trim().is_empty())
    }

    /// A positive number, or the default.
    fn above_0(&self, name: &'static str, default: usize) -> Result<usize, Error> {
        let Some(text) = self.value(name) else { return Ok(default) };
        if let Some(number) = text.parse().ok().filter(|number| *number > 0) {
            return Ok(number);
        }
        self.context.notes.finding_of(&findings::BAD_PAGE_SENT, || format!("`{name}={text}`"));
        match self.context.world.reading() {
            BadPage::Error => Err(Error::BadPage(name)),
            BadPage::Fallback => {
                self.context.notes.behavior(&PAGE_FALLBACK);
                Ok(default)
            }
        }
    }

    fn page(&self) -> Result<usize, Error> {
        self.above_0("page", 1)
    }

    fn per(&self) -> Result<usize, Error> {
        let per = self.above_0("per", 100)?;
        let most = match self.context.world.reading() {
            PerMax::Hundred => 100,
            PerMax::TwoHundred => 200,
        };
        let notes = &self.context.notes;
        if per > most {
            notes.finding_of(&findings::PER_OVER_MAX, || format!("`per={per}`; the maximum is {most}"));
            notes.behavior(&PER_REDUCED);
        }
        let per = per.min(most);
        if per != 100 {
            notes.behavior(&PER);
        }
        if per > 100 {
            notes.behavior(&PER_OVER_100);
        }
        Ok(per)
    }

    fn filter(&self) -> Result<Filter, Error> {
        let given =
            self.given.iter().filter(|(name, value)| name == IDS_PARAMETER && !value.trim().is_empty());
        let id = |(_, value): &(String, String)| value.parse().ok();
        let ids: Option<Vec<u64>> = given.map(id).collect();
        let mut ids = ids.ok_or(Error::MalformedFilter(IDS_PARAMETER))?;
        ids.sort_unstable();
        let filter = Filter {
            ids,
            updated: Range { from: self.time("updated_at[from]")?, to: self.time("updated_at[to]")? },
            created: Range { from: self.time("created_at[from]")?, to: self.time("created_at[to]")? },
        };
        let notes = &self.context.notes;
        for (is_open, behavior) in [
            (filter.ids.is_empty(), &IDS),
            (filter.updated.is_open(), &UPDATED_AT),
            (filter.created.is_open(), &CREATED_AT),
        ] {
            if !is_open {
                notes.behavior(behavior);
            }
        }
        Ok(filter)
    }

    fn time(&self, name: &'static str) -> Result<Option<DateTime<Utc>>, Error> {
        let Some(text) = self.value(name) else { return Ok(None) };
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Ok(Some(at.to_utc()));
        }
        let is_naive =
            text.replacen(' ', "T", 1).parse::<NaiveDateTime>().is_ok() || text.parse::<NaiveDate>().is_ok();
        if is_naive {
            self.context.notes.finding_of(&findings::NAIVE_TIME, || format!("`{name}={text}`"));
        }
        Err(Error::MalformedFilter(name))
    }

    /// The sort order: by id, unless the query names another known column.
    fn order(&self) -> Order {
        let notes = &self.context.notes;
        let ignored = |name: &str, text: &str, near: String| {
            notes.finding_of(&findings::UNKNOWN_SORT, || format!("`{name}={text}`{near}"));
            notes.behavior(&SORT_IGNORED);
        };
        let asked = self.value("sort_column");
        let column = asked.and_then(|text| COLUMNS.iter().copied().find(|column| *column == text));
        if let Some(text) = asked.filter(|_| column.is_none()) {
            ignored("sort_column", text, did_you_mean(text, COLUMNS.iter().copied()));
        }
        notes.behavior(if column.is_some() { &SORTED } else { &DEFAULT_ORDER });
        let direction = self.value("sort_direction");
        let is = |wanted: &str| direction.is_some_and(|text| text.eq_ignore_ascii_case(wanted));
        if let Some(text) = direction.filter(|_| !is("ASC") && !is("DESC")) {
            ignored("sort_direction", text, String::new());
        }
        if is("DESC") {
            notes.behavior(&DESCENDING);
        }
        Order { column: column.unwrap_or("id"), descending: is("DESC") }
    }
}

/// Whether the list shows a call: a past one, or a created one from its creation.
fn shows(call: &Neutral) -> bool {
    call.direction != Direction::Internal && (call.ended_at.is_some() || is_created_id(&call.id))
}

/// How precisely the list tells a field of the neutral call.
fn tells(call: &Neutral, field: Field) -> Tells {
    let inbound = call.direction == Direction::Inbound;
    // The agent is not shown before the call is assigned.
    let waits = matches!(call.status.as_deref(), Some("scheduled" | "queued"));
    match field {
        // `support_number` and `outbound_number` are numbers of the contact centre, not of the
        // customer.
        Field::To if inbound => Tells::Exactly,
        Field::From if !inbound => Tells::Exactly,
        Field::At | Field::AnsweredAt | Field::EndedAt => Tells::To(&[Precision::Millis]),
        Field::Outcome => match call.outcome {
            Some(CallOutcome::AbandonedQueue | CallOutcome::AbandonedRing) => Tells::As("abandoned"),
            _ => Tells::Exactly,
        },
        Field::Direction | Field::Wait | Field::Ring | Field::Talk | Field::Hold | Field::RatingScore => {
            Tells::Exactly
        }
        Field::RecordingUrl | Field::RecordingBytes | Field::RecordingSha256 => tells_of_file(call, field),
        Field::Agent if waits => Tells::Nothing,
        Field::Agent | Field::Customer | Field::Queue | Field::Parent => Tells::ByItsOwnId,
        Field::From
        | Field::To
        | Field::Dial
        | Field::Ivr
        | Field::RecordingDuration
        | Field::RatingLabel
        | Field::RatingChannel => Tells::Nothing,
    }
}

fn describe(document: &mut Document, operation: &'static Operation, _: &Readings) {
    let time = json!({ "type": "string", "format": "date-time" });
    let number = json!({ "type": "integer", "minimum": 1 });
    let parameters = PARAMETERS.iter().map(|name| match *name {
        "page" | "per" => query(name, false, &number),
        "sort_column" => query(name, false, &json!({ "type": "string", "enum": COLUMNS })),
        "sort_direction" => query(name, false, &json!({ "type": "string", "enum": ["ASC", "DESC"] })),
        IDS_PARAMETER => query(name, false, &json!({ "type": "array", "items": { "type": "integer" } })),
        _ => query(name, false, &time),
    });
    let calls = json!({ "type": "array", "items": document.schema::<ListedCall<'_>>() });
    let headers = json!({
        "total": openapi::header("How many calls match."),
        "per-page": openapi::header("The size of a page."),
        "link": {
            "description": "The next page, while more follow, and the last (RFC 8288).",
            "schema": { "type": "string" },
        },
    });
    let refusal = error::answer(document);
    document.add(Described {
        operation,
        id: operation.id.to_owned(),
        method: "get",
        parameters: parameters.collect(),
        request_body: None,
        success: vec![(200, Answer { content: vec![("application/json", calls)], headers })],
        refusal,
        examples: vec![],
    });
}
