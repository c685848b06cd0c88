//! Alibaba's routes: every operation is a remote procedure call on `/`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use axum::Router;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::auth::Caller;
use super::contract as behaviors;
use super::error::{Error, Refused};
use super::model::{Envelope, Page, Record, Style};
use super::query::{Api, Instance, OrderBy, RecordsQuery, Search, Wanted};
use crate::exchange::{Context, Outcome};
use crate::universe::Ordinal;
use crate::world::{Step, Visited};

/// The one route, with Alibaba's own answer to other methods.
pub fn router() -> Router {
    let call = get(list_call_detail_records)
        .post(list_call_detail_records)
        .head(wrong_method)
        .fallback(wrong_method);
    Router::new().route(behaviors::LIST_CALL_DETAIL_RECORDS.path, call)
}

/// `ListCallDetailRecords`: the gateway's checks, then the call centre's, then a page of records.
async fn list_call_detail_records(
    _: Api,
    caller: Caller,
    _: RecordsQuery,
    instance: Instance,
    search: Search,
    envelope: Envelope,
    context: Context,
) -> Response {
    let world = &context.world;
    let style = Style::of(world);
    let view = context.view();
    let record = |ordinal| Record::of(&view, ordinal, &caller, &instance);
    let Search { page_number, page_size, wanted, list } = search;
    let (skip, first) = ((page_number - 1) * page_size, page_number == 1);
    // The last page that can be asked for must know whether there is more.
    let count = first || page_number == 100;

    // Only page 1 tells the total, so only page 1 must look at every record.
    let Matches { rows, total } = match wanted {
        Wanted::Contact(id) => {
            let found = Record::find(&view, &id).filter(|ordinal| record(*ordinal).is_some());
            in_order(found.into_iter(), skip, page_size, count)
        }
        Wanted::Calls { times, filter, order, descending } => {
            let calls = view.between(times);
            let passes = |ordinal: &Ordinal| record(*ordinal).is_some_and(|record| record.passes(&filter));
            match (order, descending) {
                (OrderBy::StartTime, false) => in_order(calls.filter(passes), skip, page_size, count),
                (OrderBy::StartTime, true) => in_order(calls.rev().filter(passes), skip, page_size, count),
                (order, descending) => {
                    let keyed = calls
                        .filter(passes)
                        .filter_map(|ordinal| Some((record(ordinal)?.key(order), ordinal)));
                    if descending {
                        sorted(keyed.map(Reverse), skip, page_size, |Reverse((_, ordinal))| ordinal)
                    } else {
                        sorted(keyed, skip, page_size, |(_, ordinal)| ordinal)
                    }
                }
            }
        }
    };

    let notes = &context.notes;
    notes.behavior(if first { &behaviors::FIRST_PAGE } else { &behaviors::LATER_PAGE });
    if !first && rows.is_empty() {
        notes.finding(&behaviors::PAGE_PAST_END);
    }
    // A page of one is asked for to learn the total; whoever walks to page 100 finds out there.
    let probe = first && page_size == 1;
    if !probe && total > 100 * page_size {
        notes.finding(&behaviors::TOTAL_BEYOND_REACH);
    }
    let pages = total.div_ceil(page_size).min(100);
    if first && !probe && pages > 10 && page_size < 100 {
        notes.finding_of(&behaviors::SMALL_PAGES, || format!("{pages} pages of {page_size}"));
    }
    note_step(&context, list, (page_number, page_size), if probe { 1 } else { pages }, rows.is_empty());
    let outcome = if rows.is_empty() { &behaviors::EMPTY } else { &behaviors::LISTED };
    let records = rows.into_iter().filter_map(|ordinal| Some(record(ordinal)?.item(style))).collect();
    let page = Page { page_number, page_size, total_count: if first { total } else { 0 }, records };
    (Outcome(outcome), envelope.success(page, style)).into_response()
}

/// Notes a page as a step of a walk through its list: page 1 tells how many follow.
fn note_step(context: &Context, list: u64, (number, size): (usize, usize), pages: usize, is_empty: bool) {
    let page = |number: usize| number.to_string();
    let variant = size as u64;
    let first = number == 1;
    let visited = Visited {
        list,
        variant,
        position: &page(number),
        first,
        onward: if first { (2..=pages).map(page).collect() } else { vec![] },
    };
    match context.step(&visited, &behaviors::PAGING) {
        // A page past the end is told as that.
        Step::Astray if !is_empty && context.world.walks().goes_on_otherwise(list, variant) => {
            context.notes.finding(&behaviors::PAGE_SIZE_CHANGED);
        }
        Step::OfAnotherList => context.notes.finding(&behaviors::SEARCH_CHANGED),
        _ => {}
    }
}

/// One page's rows, and how many records match in all, as far as that was counted.
struct Matches {
    rows: Vec<Ordinal>,
    total: usize,
}

/// A page of records that come in order.
fn in_order(all: impl Iterator<Item = Ordinal>, skip: usize, size: usize, count: bool) -> Matches {
    let mut all = all.fuse();
    let skipped = all.by_ref().take(skip).count();
    let rows: Vec<Ordinal> = all.by_ref().take(size).collect();
    let total = skipped + rows.len() + if count { all.count() } else { 0 };
    Matches { rows, total }
}

/// A page of records that come in another order than asked for, in memory for no more than the
/// pages up to this one.
fn sorted<T: Ord>(
    all: impl Iterator<Item = T>,
    skip: usize,
    size: usize,
    ordinal: impl Fn(T) -> Ordinal,
) -> Matches {
    let most = skip + size;
    let mut heap = BinaryHeap::with_capacity(most + 1);
    let mut total = 0;
    for item in all {
        total += 1;
        heap.push(item);
        if heap.len() > most {
            heap.pop();
        }
    }
    Matches { rows: heap.into_sorted_vec().into_iter().skip(skip).map(ordinal).collect(), total }
}

async fn wrong_method(request: Parts) -> Refused {
    Refused::of(&request, Error::UnsupportedMethod)
}
