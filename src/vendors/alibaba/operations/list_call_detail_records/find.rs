//! Finding the records of one page: the rows, and how many records match.

use std::ops::ControlFlow;

use super::super::super::name::NAME;
use super::super::super::records::Record;
use super::filter::Matcher;
use super::search::{OrderBy, Times, Wanted};
use crate::universe::{Call, Column, Direction, Ordinal};
use crate::vendor::{First, MANY_CALLS};
use crate::world::{Met, Past, View, Walk};

/// The search for one page.
#[derive(Debug)]
pub struct Find {
    pub view: View,
    pub access_key_id: String,
    pub instance: String,
    pub wanted: Wanted,
    /// The number of records before the page.
    pub skip: usize,
    /// The most rows of the page.
    pub size: usize,
    /// Whether to count the records after the page.
    pub count: bool,
}

/// The rows of one page, and the number of matching records as far as they were counted.
#[derive(Debug, Default)]
pub struct Found {
    pub rows: Vec<Ordinal>,
    pub total: usize,
}

impl Find {
    /// About how many calls the search looks at.
    pub fn work(&self) -> usize {
        match &self.wanted {
            _ if self.view.size() <= MANY_CALLS => self.view.size(),
            Wanted::Contact(_) => 1,
            Wanted::Calls { times, filter, order, .. } => {
                let all = self.past(*times).most();
                if filter.is_open() && *order == OrderBy::StartTime {
                    all.min(self.skip + self.size)
                } else {
                    all
                }
            }
        }
    }

    /// Finds the page.
    pub fn find(&self) -> Found {
        let Wanted::Calls { times, filter, order, descending } = &self.wanted else {
            return self.by_id();
        };
        let past = self.past(*times);
        let matcher = Matcher::of(&self.view, filter, &self.access_key_id, &self.instance, past.is_wide());
        match order {
            OrderBy::StartTime => self.by_start(&past, &matcher, *descending),
            order => self.sorted(&past, &matcher, *order, *descending),
        }
    }

    fn past(&self, times: Times) -> Past<'_> {
        self.view.past(times, NAME, &self.access_key_id)
    }

    fn record(&self, ordinal: Ordinal) -> Option<Record<'_>> {
        Record::of(&self.view, ordinal, &self.access_key_id, &self.instance)
    }

    /// The first rows after those that the page skips.
    fn page(&self, rows: impl Iterator<Item = Ordinal>) -> Vec<Ordinal> {
        rows.skip(self.skip).take(self.size).collect()
    }

    fn by_id(&self) -> Found {
        let Wanted::Contact(id) = &self.wanted else { return Found::default() };
        let found = Record::find(&self.view, id).filter(|ordinal| self.record(*ordinal).is_some());
        Found { total: found.iter().len(), rows: self.page(found.into_iter()) }
    }

    fn by_start(&self, past: &Past<'_>, matcher: &Matcher<'_>, descending: bool) -> Found {
        let most = self.skip + self.size;
        // The indexes count the records that match an open filter.
        let is_counted = self.count && !matcher.is_open();
        let mut rows = vec![];
        let mut total = 0;
        past.walk(if descending { Walk::Back } else { Walk::Onward }, |met| {
            if !is_counted && total == most {
                return ControlFlow::Break(());
            }
            if matcher.wants(met) {
                total += 1;
                if total <= most {
                    rows.push(met.ordinal());
                }
            }
            ControlFlow::Continue(())
        });
        let before = rows.len();
        let wanted = |ordinal: &Ordinal| matcher.wants(Met::Unusual(*ordinal));
        match (is_counted, descending) {
            (true, _) => rows.extend(past.created().filter(wanted)),
            (false, true) => rows.extend(past.created().rev().filter(wanted).take(most)),
            (false, false) => rows.extend(past.created().filter(wanted).take(most)),
        }
        total += rows.len() - before;
        if rows.len() > before {
            let at = |ordinal: &Ordinal| (self.view.call(*ordinal).map(|call| call.at), *ordinal);
            rows.sort_unstable_by_key(at);
            if descending {
                rows.reverse();
            }
        }
        let total = match (self.count, is_counted) {
            (true, true) => total,
            (true, false) => past.count(|ordinal| self.record(ordinal).is_none()),
            (false, _) => total.min(most),
        };
        Found { rows: self.page(rows.into_iter()), total }
    }

    fn sorted(&self, past: &Past<'_>, matcher: &Matcher<'_>, order: OrderBy, descending: bool) -> Found {
        let column = past.is_wide().then(|| order.column(&self.view)).flatten();
        let key = |met: Met| {
            let short = column.as_ref().and_then(|column| match met {
                Met::Usual(ordinal) => column.of(ordinal).map(i64::from),
                Met::Unusual(_) => None,
            });
            short.unwrap_or_else(|| order.key(&Record::past(&self.view, met.ordinal(), &self.instance)))
        };
        let most = self.skip + self.size;
        let mut first = First::new(most);
        let mut total = 0;
        let mut add = |met: Met| {
            if matcher.wants(met) {
                total += 1;
                let (key, Ordinal(ordinal)) = (key(met), met.ordinal());
                // The complements of two numbers have the opposite order.
                first.add(if descending { (!key, !ordinal) } else { (key, ordinal) });
            }
        };
        match column.as_ref().filter(|_| matcher.is_open() && past.holds_all()) {
            // The order of the column has the first rows at its beginning, and the indexes count.
            Some(column) => {
                let (with_value, without) = column.order();
                let is_there = |ordinal: &&Ordinal| past.has_usual(**ordinal);
                let usual = |ordinal: &Ordinal| Met::Usual(*ordinal);
                if descending {
                    with_value.iter().rev().filter(is_there).take(most).map(usual).for_each(&mut add);
                } else {
                    with_value.iter().filter(is_there).take(most).map(usual).for_each(&mut add);
                }
                without.iter().filter(is_there).map(usual).for_each(&mut add);
                past.unusual_ones().for_each(|ordinal| add(Met::Unusual(ordinal)));
            }
            None => past.walk(Walk::Onward, |met| {
                add(met);
                ControlFlow::Continue(())
            }),
        }
        past.created().for_each(|ordinal| add(Met::Unusual(ordinal)));
        if column.is_some() && matcher.is_open() && past.holds_all() {
            total = past.count(|ordinal| self.record(ordinal).is_none());
        }
        let rows = first.into_sorted().into_iter();
        let rows = rows.map(|(_, ordinal)| Ordinal(if descending { !ordinal } else { ordinal }));
        Found { rows: self.page(rows), total }
    }
}

impl OrderBy {
    /// The column of the sort keys of usual calls, as [`OrderBy::key`] gives them.
    fn column(self, view: &View) -> Option<Column> {
        macro_rules! seconds {
            ($name:literal, $of:expr) => {
                Some(view.column($name, |call| {
                    let of: fn(&Call) -> u64 = $of;
                    u16::try_from(of(call)).ok()
                }))
            };
        }
        match self {
            OrderBy::StartTime => None,
            OrderBy::CallDuration => seconds!("seconds of an inbound call, else of its talk", |call| {
                let inbound = call.direction == Direction::Inbound;
                if inbound { call.lasted().as_seconds() } else { call.talked().as_seconds() }
            }),
            OrderBy::RingTime => seconds!("seconds of ringing", |call| call.ring.as_seconds()),
            OrderBy::TalkTime => seconds!("seconds of talk", |call| call.talk.as_seconds()),
            OrderBy::DialingTime => seconds!("seconds of dialling", |call| call.dial.as_seconds()),
            OrderBy::IvrTime => seconds!("seconds in the menu", |call| call.ivr.as_seconds()),
            OrderBy::QueueTime => seconds!("seconds in the queue", |call| call.wait.as_seconds()),
        }
    }
}
