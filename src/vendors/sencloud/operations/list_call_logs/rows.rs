//! The rows of a shop's logs that match a search, in its sort order.

use std::ops::{Bound, ControlFlow};

use chrono::DateTime;

use super::search::{Search, Travel};
use crate::universe::Ordinal;
use crate::vendor::{Context, First, MANY_CALLS};
use crate::vendors::sencloud::NAME;
use crate::vendors::sencloud::auth::Shop;
use crate::vendors::sencloud::cursor::{Position, SortField};
use crate::vendors::sencloud::filter::Whose;
use crate::vendors::sencloud::findings;
use crate::vendors::sencloud::logs::Log;
use crate::world::{Met, Past, View, Visited, Walk, Walks, WindowId};

/// The rows of a shop's logs that match a search.
pub struct Rows<'a> {
    view: &'a View,
    shop: &'a Shop,
    search: &'a Search,
    whose: Whose<'a>,
}

impl<'a> Rows<'a> {
    /// The rows of a search.
    pub fn of(view: &'a View, shop: &'a Shop, search: &'a Search) -> Self {
        let is_wide = || view.past(search.times_beyond(None, true), NAME, &shop.id).is_wide();
        Self { view, shop, search, whose: Whose::of(view, &search.filter, is_wide) }
    }

    /// About how many calls a search of one page looks at.
    pub fn work(view: &View, shop: &Shop, search: &Search) -> usize {
        if view.size() <= MANY_CALLS {
            return view.size();
        }
        let page = &search.page;
        let upward = page.sort.descending == (page.travel == Travel::Back);
        let by_start = page.sort.field == SortField::StartedAt;
        let from = page.from.filter(|_| by_start);
        let all = view.past(search.times_beyond(from, upward), NAME, &shop.id).most();
        if by_start && search.filter.is_open() { all.min(page.limit) } else { all }
    }

    /// At most `most` rows strictly beyond a position, nearest first.
    pub fn beyond(&self, from: Option<Position>, travel: Travel, most: usize) -> Vec<Position> {
        let sort = self.search.page.sort;
        let upward = sort.descending == (travel == Travel::Back);
        let mut nearest = Nearest { from, upward, most, met: 0, rows: First::new(most) };
        match sort.field {
            SortField::StartedAt => {
                let past = self.past(from, upward);
                // The index has this order already, so only the rows of the page are read.
                past.walk(nearest.walk(), |met| nearest.meet(self.row(met)));
                nearest.met = 0;
                let each = |ordinal| nearest.meet(self.row(Met::Unusual(ordinal)));
                // Breaking off is no failure: the page is full.
                let _ = if upward {
                    past.created().try_for_each(each)
                } else {
                    past.created().rev().try_for_each(each)
                };
            }
            SortField::CreatedAt => {
                // An unusual call may have been created at another time than it began.
                self.past(from, upward).walk(nearest.walk(), |met| match met {
                    Met::Usual(_) => nearest.meet(self.row(met)),
                    Met::Unusual(_) => ControlFlow::Continue(()),
                });
                nearest.add_all(self.unusual(&self.past(None, upward)));
            }
            SortField::UpdatedAt => {
                let past = self.past(None, upward);
                // The order by end is that of the last changes only if nothing comes later.
                if past.is_wide() && !self.view.records().revises() {
                    let at = from.and_then(|from| DateTime::from_timestamp_micros(from.key));
                    let times = match at {
                        None => (Bound::Unbounded, Bound::Unbounded),
                        Some(at) if upward => (Bound::Included(at), Bound::Unbounded),
                        Some(at) => (Bound::Unbounded, Bound::Included(at)),
                    };
                    past.walk_by_end(nearest.walk(), times, |ordinal| {
                        nearest.meet(self.row(Met::Usual(ordinal)))
                    });
                } else {
                    // The dates leave few calls: to look at all of them is less work.
                    past.walk(nearest.walk(), |met| {
                        if let Met::Usual(_) = met {
                            nearest.add_all(self.row(met).into_iter());
                        }
                        ControlFlow::Continue(())
                    });
                }
                nearest.add_all(self.unusual(&past));
            }
        }
        nearest.into_rows()
    }

    /// The past calls that can be rows beyond a position by their start.
    fn past(&self, from: Option<Position>, upward: bool) -> Past<'_> {
        self.view.past(self.search.times_beyond(from, upward), NAME, &self.shop.id)
    }

    fn unusual(&self, past: &Past<'_>) -> impl Iterator<Item = Position> {
        let all = past.unusual_ones().chain(past.created());
        let rows: Vec<Position> = all.filter_map(|ordinal| self.row(Met::Unusual(ordinal))).collect();
        rows.into_iter()
    }

    /// The row of a past call, if it matches.
    fn row(&self, met: Met) -> Option<Position> {
        let log = Log::past(self.view, met.ordinal())?;
        let sort = self.search.page.sort;
        let is_wanted = match met {
            // A walk by end meets calls of other dates, too.
            Met::Usual(_) if self.search.filter.is_open() && sort.field != SortField::UpdatedAt => true,
            met => self.search.filter.wants(&log, &self.whose, met),
        };
        is_wanted.then(|| Position { key: log.key(sort.field), ordinal: met.ordinal() })
    }
}

/// The rows nearest to a position, as they are met.
struct Nearest {
    from: Option<Position>,
    upward: bool,
    most: usize,
    /// The number of rows that a walk has met.
    met: usize,
    rows: First<(i64, u32)>,
}

impl Nearest {
    fn walk(&self) -> Walk {
        if self.upward { Walk::Onward } else { Walk::Back }
    }

    /// Adds a row that a walk meets in the order of the rows. Breaks the walk once the page is full.
    fn meet(&mut self, row: Option<Position>) -> ControlFlow<()> {
        if row.is_some_and(|row| self.add(row)) {
            self.met += 1;
        }
        if self.met >= self.most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn add_all(&mut self, rows: impl Iterator<Item = Position>) {
        rows.for_each(|row| {
            self.add(row);
        });
    }

    /// Adds a row, if it is beyond the position.
    fn add(&mut self, row: Position) -> bool {
        let is_beyond = self.from.is_none_or(|from| if self.upward { row > from } else { row < from });
        if is_beyond {
            // The complements of two numbers have the opposite order.
            let (key, Ordinal(ordinal)) = (row.key, row.ordinal);
            self.rows.add(if self.upward { (key, ordinal) } else { (!key, !ordinal) });
        }
        is_beyond
    }

    fn into_rows(self) -> Vec<Position> {
        let turned = |(key, ordinal): (i64, u32)| {
            if self.upward { (key, ordinal) } else { (!key, !ordinal) }
        };
        let rows = self.rows.into_sorted().into_iter().map(turned);
        rows.map(|(key, ordinal)| Position { key, ordinal: Ordinal(ordinal) }).collect()
    }
}

/// Notes the page at `from` as a step of a walk through the list. The next page is at `to`, if there
/// is one.
pub fn note_step(
    context: &Context,
    (shop, search): (&Shop, &Search),
    window: WindowId,
    from: Option<Position>,
    to: Option<&Position>,
) {
    let sort = search.page.sort;
    let order = format!("{:?} {}", sort.field, sort.descending);
    let list = Walks::hash((NAME, &shop.id, search.list, order));
    let walks = context.world.walks();
    if search.page.travel == Travel::Back {
        // A client that pages back and forth is browsing, and is not expected to reach the end.
        walks.look_around(list);
        return;
    }
    let place = |at: &Position| Walks::hash((at.key, at.ordinal.0));
    let onward = to.map(place);
    let visited = Visited {
        list,
        variant: 0,
        position: from.as_ref().map_or(0, place),
        first: from.is_none(),
        onward: onward.as_slice(),
        rows: &[],
        window: Some(window),
    };
    // A cursor from another list needs no check here, because the cursor holds its list's
    // fingerprint.
    context.step(&visited, &findings::PAGING);
}
