//! Sencloud's routes: every method of the service is a POST to its name.

use axum::Router;
use axum::response::{IntoResponse, Response};

use super::auth::Shop;
use super::contract as behaviors;
use super::cursor::{Cursor, CursorKind};
use super::model::{self, Log, Style, Whose};
use super::query::{Decoded, Method, Page, Position, Search, SortField, Travel};
use crate::exchange::{Context, Outcome};
use crate::universe::Ordinal;
use crate::world::{View, Visited, Walks};

/// One handler for every path: what is wrong with a path is told after what is wrong with method
/// and content type.
pub fn router() -> Router {
    Router::new().fallback(list_call_logs)
}

/// `POST /v1/shop.Sencloud/ListCallLogs`: a page of a shop's call logs, newest first (page L1-17,
/// L285-289).
async fn list_call_logs(_: Method, _: Decoded, shop: Shop, search: Search, context: Context) -> Response {
    let world = &context.world;
    let view = context.view();
    let whose = Whose::of(&view, &search.filter);
    let list = List { view: &view, shop: &shop, search: &search, whose: &whose };
    let Page { limit, from, travel, .. } = search.page;

    let mut rows = list.beyond(from, travel, limit + 1);
    let more_beyond = rows.len() > limit;
    rows.truncate(limit);
    let more_behind =
        rows.first().is_some_and(|first| !list.beyond(Some(*first), travel.back(), 1).is_empty());
    let (more_before, more_after) = match travel {
        Travel::Onward => (more_behind, more_beyond),
        Travel::Back => {
            rows.reverse();
            (more_beyond, more_behind)
        }
    };

    // Who asks for one log from the edge wants the latest, not a list.
    let wants_list = limit > 1 || from.is_some();
    list.note_step(&context, from, rows.last().filter(|_| more_after && wants_list));
    let outcome = if rows.is_empty() { &behaviors::EMPTY } else { &behaviors::LISTED };
    let always = world.reading::<behaviors::Edges>() == behaviors::Edges::Always;
    // Where every page has a `next`, only the page after the last one tells that it was the last.
    if rows.is_empty() && from.is_some() && !always {
        context.notes.finding(&behaviors::PAGE_PAST_END);
    }
    let cursor = |position: Option<&Position>, more: bool, kind| {
        let position = position.filter(|_| more || always);
        position.map_or_else(String::new, |at| {
            Cursor { kind, sort: search.page.sort, at: *at, list: search.list }.seal(&view, &shop)
        })
    };
    let prev = cursor(rows.first(), more_before, CursorKind::Prev);
    let next = cursor(rows.last(), more_after, CursorKind::Next);
    let logs = rows.iter().filter_map(|row| Log::of(&view, row.ordinal, &shop));
    let page = model::page(logs, &search, prev, next, Style::of(world));
    (Outcome(outcome), page).into_response()
}

/// A shop's logs that a search wants, in the order of its sort.
struct List<'a> {
    view: &'a View,
    shop: &'a Shop,
    search: &'a Search,
    whose: &'a Whose,
}

impl List<'_> {
    /// At most `most` rows strictly beyond a position, the nearest first.
    fn beyond(&self, from: Option<Position>, travel: Travel, most: usize) -> Vec<Position> {
        let sort = self.search.page.sort;
        let upward = sort.descending == (travel == Travel::Back);
        let is_beyond =
            |row: &Position| from.is_none_or(|from| if upward { *row > from } else { *row < from });
        if sort.field == SortField::StartedAt {
            // The time index is this order already: only the rows of the page are looked at.
            let slice = self.view.between(self.search.times_beyond(from, upward));
            let rows: Box<dyn Iterator<Item = Ordinal>> =
                if upward { Box::new(slice) } else { Box::new(slice.rev()) };
            return rows.filter_map(|ordinal| self.row(ordinal)).filter(is_beyond).take(most).collect();
        }
        let slice = self.view.between(self.search.times_beyond(None, true));
        let rows = slice.filter_map(|ordinal| self.row(ordinal)).filter(is_beyond);
        let mut nearest = std::collections::BTreeSet::new();
        for row in rows {
            nearest.insert(row);
            if nearest.len() > most {
                if upward {
                    nearest.pop_last()
                } else {
                    nearest.pop_first()
                };
            }
        }
        if upward { nearest.into_iter().collect() } else { nearest.into_iter().rev().collect() }
    }

    /// Notes a step of a walk through the list: from a place to another, if there is more.
    fn note_step(&self, context: &Context, from: Option<Position>, to: Option<&Position>) {
        let sort = self.search.page.sort;
        let order = format!("{:?} {}", sort.field, sort.descending);
        let list = Walks::hash((super::NAME, &self.shop.id, self.search.list, order));
        let walks = context.world.walks();
        if self.search.page.travel == Travel::Back {
            // Whoever goes back and forth looks around, and owes no list its end.
            walks.look_around(list);
            return;
        }
        let place = |at: &Position| format!("{} {}", at.key, at.ordinal.0);
        let visited = Visited {
            list,
            variant: 0,
            position: &from.as_ref().map_or_else(String::new, place),
            first: from.is_none(),
            onward: to.map(place).into_iter().collect(),
        };
        // That a cursor is of another list is told by the cursor itself.
        context.step(&visited, &behaviors::PAGING);
    }

    fn row(&self, ordinal: Ordinal) -> Option<Position> {
        let log = Log::of(self.view, ordinal, self.shop)?;
        let key = log.key(self.search.page.sort.field);
        log.passes(&self.search.filter, self.whose).then_some(Position { key, ordinal })
    }
}
