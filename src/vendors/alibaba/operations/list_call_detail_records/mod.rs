//! `ListCallDetailRecords`: a page of an instance's call detail records (page L1-5).
//!
//! - `table`: behaviors and refusals.
//! - `search`: parameters, and the search that they describe.
//! - `filter`: the filter, and its match against records.
//! - `find`: the records of a page.
//! - `answer`: the answer.

mod answer;
mod filter;
mod find;
mod search;
mod table;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::call_centre::Instance;
use super::super::findings;
use super::super::gateway::{Action, Caller, Envelope, Gateway, describe_action, note_parameters};
use super::super::name::NAME;
use super::super::readings::Walk;
use super::super::records::{Record, tells_of_times_and_people};
use crate::contract::{Operation, Readings, Route};
use crate::universe::Ordinal;
use crate::vendor::openapi::{Document, query};
use crate::vendor::paging::NumberedPage;
use crate::vendor::{Context, Endpoint, Outcome, Rows, handler, shows_ended};
use crate::world::{Step, View, World};
pub use answer::item;
use answer::{Item, Page, Style, Success};
use find::{Find, Found};
pub use search::{CHINA, options};
use search::{PARAMETERS, RecordsQuery, Search, Wanted};
use table::Error;

pub static ENDPOINT: Endpoint = Endpoint {
    operation: Operation {
        id: "list_call_detail_records",
        route: Route::Action {
            methods: &["GET", "POST"],
            path: "/",
            parameter: "Action",
            name: "ListCallDetailRecords",
        },
        page: "https://api.aliyun.com/document/CCC/2020-07-01/ListCallDetailRecords",
        summary: "Lists the call detail records of an instance (`Action=ListCallDetailRecords`).",
        source: "page L1-5",
        open: false,
        behaviors: table::BEHAVIORS,
        refusals: table::REFUSALS,
    },
    handler: handler!(list_call_detail_records),
    refusals: table::samples,
    describe,
    shows: shows_ended,
    tells: tells_of_times_and_people,
};

/// The usual length of a record in an answer, in bytes.
const ROW: usize = 800;

/// Notes unknown parameters.
struct KnownParameters;

impl<S: Sync> FromRequestParts<S> for KnownParameters {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        note_parameters(request, &PARAMETERS);
        Ok(Self)
    }
}

/// Lists a page of records. The arguments are the gateway's checks, then the call centre's.
#[expect(clippy::too_many_arguments, reason = "each is a check, in the vendor's order")]
async fn list_call_detail_records(
    _: Gateway,
    _: KnownParameters,
    caller: Caller,
    _: RecordsQuery,
    instance: Instance<Error>,
    search: Search,
    envelope: Envelope,
    context: Context,
) -> Response {
    let world = &context.world;
    let style = Style::of(world);
    let Search { page_number, page_size, wanted, list, others } = search;
    let (skip, first) = ((page_number - 1) * page_size, page_number == 1);
    let window = match &wanted {
        Wanted::Contact(_) => None,
        Wanted::Calls { times, .. } => {
            Some(context.asked(&findings::LISTING, (&instance.id, others), *times))
        }
    };
    let view = as_walked(context.view(), world, list, first);
    // Only page 1 shows the total. Page 100 is the last that a client can request, so it must know
    // whether more records match.
    let count = first || page_number == 100;
    let find = Find {
        view,
        access_key_id: caller.access_key_id,
        instance: instance.id,
        wanted,
        skip,
        size: page_size,
        count,
    };
    let (Found { rows, total }, Find { view, instance, .. }) =
        context.search(find.work(), move || (find.find(), find)).await;

    let notes = &context.notes;
    notes.behavior(if first { &table::FIRST_PAGE } else { &table::LATER_PAGE });
    if !first && rows.is_empty() {
        notes.finding(&findings::PAGE_PAST_END);
    }
    // A first page of one record is a request for the total, so it causes no finding. A client that
    // walks on gets the finding at page 100.
    let probe = first && page_size == 1;
    if !probe && total > 100 * page_size {
        notes.finding(&findings::TOTAL_BEYOND_REACH);
    }
    let pages = total.div_ceil(page_size).min(100);
    if first && !probe && pages > 10 && page_size < 100 {
        notes.finding_of(&findings::SMALL_PAGES, || format!("{pages} pages of {page_size}"));
    }
    let pages = if probe { 1 } else { pages };
    let numbered = NumberedPage { list, number: page_number, size: page_size, pages, rows: &rows, window };
    note_step(&context, numbered, rows.is_empty());
    let outcome = if rows.is_empty() { &table::EMPTY } else { &table::LISTED };
    for ordinal in &rows {
        context.world.showed(NAME, *ordinal);
    }
    let count = rows.len();
    let record = |ordinal| Record::past(&view, ordinal, &instance);
    let records = Rows::of(rows.into_iter().map(|ordinal| Item::of(&record(ordinal), style)));
    let page = Page { page_number, page_size, total_count: if first { total } else { 0 }, records };
    (Outcome(outcome), envelope.success(&Success::of(&envelope, page, style), count * ROW)).into_response()
}

/// The view that a page of a list is taken from: the present one, or under a reading the one of the
/// last first page of the list.
fn as_walked(view: View, world: &World, list: u64, first: bool) -> View {
    match world.reading() {
        Walk::Live => view,
        Walk::Frozen if first => {
            world.walks().began(list, view.now());
            view
        }
        // A clock that was set back leaves no later view.
        Walk::Frozen => match world.walks().begun_at(list).filter(|moment| *moment < view.now()) {
            Some(moment) => view.as_of(moment),
            None => view,
        },
    }
}

/// A call of a world as the list shows it to the world's first key, in an instance.
pub fn shown(world: &World, ordinal: Ordinal, instance: &str) -> Option<Value> {
    let view = world.view();
    let access_key_id = &world.accounts().alibaba.first()?.access_key_id;
    let record = Record::of(&view, ordinal, access_key_id, instance)?;
    serde_json::from_slice(&item(world, &record)).ok()
}

/// Notes a page as a step of a walk through its list.
fn note_step(context: &Context, page: NumberedPage<'_>, is_empty: bool) {
    let before = context.world.walks().refused_before(findings::PAGING.stopped_early);
    if before.is_some_and(|before| before.position.as_deref() == Some("0")) {
        context.notes.finding(&findings::BAD_PAGE_SENT);
    }
    match page.note(context, &findings::PAGING) {
        // A page past the end has its own finding.
        Step::Astray if !is_empty && page.is_of_another_size(context) => {
            context.notes.finding(&findings::PAGE_SIZE_CHANGED);
        }
        Step::OfAnotherList => context.notes.finding(&findings::SEARCH_CHANGED),
        _ => {}
    }
}

/// The page's example of an answer.
const EXAMPLE: &str = include_str!("example.json");

fn describe(document: &mut Document, operation: &'static Operation, _: &Readings) {
    let parameters = PARAMETERS.iter().map(|name| {
        let required = ["InstanceId", "PageNumber", "PageSize"].contains(name);
        query(name, required, &schema(name))
    });
    let example = serde_json::from_str(EXAMPLE).expect("the page's example is JSON");
    let own = Action {
        parameters: parameters.collect(),
        names: &PARAMETERS,
        success: document.schema::<Success<'_>>(),
        examples: vec![("page, example".to_owned(), example)],
    };
    describe_action(document, operation, own);
}

fn schema(name: &str) -> Value {
    match name {
        "PageNumber" | "PageSize" => json!({ "type": "integer", "minimum": 1, "maximum": 100 }),
        "StartTime" | "EndTime" => {
            json!({ "type": "integer", "format": "int64", "description": "Milliseconds since 1970" })
        }
        _ => match options(name) {
            Some(options) if name.ends_with("List") => json!({
                "type": "string",
                "description": format!("A JSON array, or commas, of: {}", options.join(", ")),
            }),
            Some(options) => json!({ "type": "string", "enum": options }),
            None if name == "Criteria" => {
                json!({ "type": "string", "description": "`{\"phoneNumber\": \"…\"}`, as JSON" })
            }
            None => json!({ "type": "string" }),
        },
    }
}
