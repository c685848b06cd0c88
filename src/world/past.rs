//! The past calls of an account: those that are over and that the account holds. A list of past
//! calls shows no others.
//!
//! A walk through them looks only at what an index cannot answer, and a count walks through nothing
//! if the indexes answer it whole.

use std::ops::{Bound, ControlFlow, Range, RangeBounds};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Slice, View};
use crate::universe::{Call, Holder, Ordinal};

/// The number of places that a walk passes before it looks whether to stop.
const SLICE: usize = 1024;

/// The number of places that a walk passes before it lets other threads run.
const TURN: usize = 32 * SLICE;

/// A range is wide if it has more than one in so many calls of the universe.
const WIDE: usize = 8;

/// The past calls of an account, of those that began within a range of time.
#[derive(Debug, Clone)]
pub struct Past<'a> {
    view: &'a View,
    vendor: &'a str,
    account: &'a str,
    times: (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>),
    /// The places in the universe's order by start.
    places: Range<usize>,
    /// The calls of the range, with those that are not past.
    slice: Slice,
    /// Whether the account holds every call of the universe.
    holds_all: bool,
}

/// A call that a walk meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// A call of the universe to which no vendor adds anything.
    Usual(Ordinal),
    /// A call to which a vendor adds something, or a created one.
    Unusual(Ordinal),
}

impl Met {
    /// The call.
    #[must_use]
    pub fn ordinal(self) -> Ordinal {
        match self {
            Self::Usual(ordinal) | Self::Unusual(ordinal) => ordinal,
        }
    }
}

/// The order of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// The oldest call first; equal times by ordinal.
    Onward,
    /// The other way round.
    Back,
}

impl View {
    /// The past calls of an account of a vendor, of those that began within a range of time.
    #[must_use]
    pub fn past<'a>(
        &'a self,
        times: impl RangeBounds<DateTime<Utc>>,
        vendor: &'a str,
        account: &'a str,
    ) -> Past<'a> {
        let times = (times.start_bound().cloned(), times.end_bound().cloned());
        let slice = self.between(times);
        // What has not begun is not over.
        let begun = self.universe().between((Bound::Unbounded, Bound::Included(self.now())));
        let mut places = slice.places();
        places.end = places.end.min(begun.end).max(places.start);
        Past {
            view: self,
            vendor,
            account,
            times,
            places,
            slice,
            holds_all: self.universe().all_held(vendor, account),
        }
    }
}

impl Past<'_> {
    /// The calls of the range that have begun, without a look at whether they are over and whose
    /// they are.
    #[must_use]
    pub fn begun(self) -> Slice {
        self.slice.within(self.places)
    }

    /// An upper bound of the number of calls that a whole walk looks at.
    #[must_use]
    pub fn most(&self) -> usize {
        self.places.len() + self.slice.created().len()
    }

    /// Whether the range has so many of the universe's calls that a column of all of them is worth its
    /// making.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        self.places.len() > self.view.universe().len() / WIDE
    }

    /// Whether the account holds every call of the universe.
    #[must_use]
    pub fn holds_all(&self) -> bool {
        self.holds_all
    }

    /// Whether a call of the universe is a usual one of these.
    #[must_use]
    pub fn has_usual(&self, ordinal: Ordinal) -> bool {
        let call = self.view.listed(ordinal, self.vendor, self.account);
        call.is_some_and(|call| call.data.is_none() && self.times.contains(&call.at))
    }

    /// The created calls, oldest first; equal times by ordinal.
    #[must_use]
    pub fn created(&self) -> impl DoubleEndedIterator<Item = Ordinal> + '_ {
        let created = self.slice.created();
        created.filter(|ordinal| self.view.listed(*ordinal, self.vendor, self.account).is_some())
    }

    /// The number of calls, without the unusual ones that `leaves_out` names.
    pub fn count(&self, leaves_out: impl Fn(Ordinal) -> bool) -> usize {
        let universe = self.view.universe();
        let ordinal = |place: &u32| universe.in_time_order(*place as usize);
        let listed = |ordinal: Ordinal| self.view.listed(ordinal, self.vendor, self.account);
        let is_held =
            |ordinal| self.view.call(ordinal).is_some_and(|call| call.held_by(self.vendor, self.account));
        let held = universe.held(&self.places, self.vendor, self.account);
        let late = self.late(&self.places);
        let late = late.iter().map(ordinal);
        let late = late.filter(|ordinal| is_held(*ordinal) && listed(*ordinal).is_none()).count();
        let left_out = universe.unusual(&self.places).iter().map(ordinal);
        let left_out = left_out.filter(|ordinal| listed(*ordinal).is_some() && leaves_out(*ordinal)).count();
        held - late - left_out + self.created().filter(|ordinal| !leaves_out(*ordinal)).count()
    }

    /// Meets the calls of the universe by start, but not the created ones, until `meet` breaks the
    /// walk or the client no longer waits.
    pub fn walk(&self, walk: Walk, mut meet: impl FnMut(Met) -> ControlFlow<()>) {
        let mut rest = self.places.clone();
        let mut passed = 0;
        while !rest.is_empty() && !self.view.is_stopped() {
            let length = SLICE.min(rest.len());
            let slice = match walk {
                Walk::Onward => rest.start..rest.start + length,
                Walk::Back => rest.end - length..rest.end,
            };
            let broken = match walk {
                Walk::Onward => {
                    rest.start += length;
                    self.onward(slice, &mut meet)
                }
                Walk::Back => {
                    rest.end -= length;
                    self.back(slice, &mut meet)
                }
            };
            if broken.is_break() {
                return;
            }
            passed += length;
            if passed.is_multiple_of(TURN) {
                std::thread::yield_now();
            }
        }
    }

    fn onward(&self, slice: Range<usize>, meet: &mut impl FnMut(Met) -> ControlFlow<()>) -> ControlFlow<()> {
        let mut held = Held::new(self);
        let mut from = slice.start;
        for place in self.special(&slice) {
            self.usual(from..place, &mut held, false, meet)?;
            self.unusual(place, meet)?;
            from = place + 1;
        }
        self.usual(from..slice.end, &mut held, false, meet)
    }

    fn back(&self, slice: Range<usize>, meet: &mut impl FnMut(Met) -> ControlFlow<()>) -> ControlFlow<()> {
        let mut held = Held::new(self);
        let mut to = slice.end;
        for place in self.special(&slice).into_iter().rev() {
            self.usual(place + 1..to, &mut held, true, meet)?;
            self.unusual(place, meet)?;
            to = place;
        }
        self.usual(slice.start..to, &mut held, true, meet)
    }

    /// The places, within some others, of calls that may not be listed yet: they are not over, or
    /// have not been for long.
    fn late(&self, slice: &Range<usize>) -> Vec<u32> {
        let longest = self.view.records().longest_arrival(self.vendor);
        self.view.universe().ending_after(self.view.now() - longest, slice)
    }

    /// The places, within some others, that need a look: of calls that may not be listed yet, and of
    /// unusual ones.
    fn special(&self, slice: &Range<usize>) -> Vec<usize> {
        let late = self.late(slice);
        let unusual = self.view.universe().unusual(slice);
        let mut both: Vec<usize> = late.iter().chain(unusual).map(|place| *place as usize).collect();
        both.sort_unstable();
        both.dedup();
        both
    }

    fn usual(
        &self,
        places: Range<usize>,
        held: &mut Held<'_>,
        back: bool,
        meet: &mut impl FnMut(Met) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let ordinals = self.view.universe().at_places(places);
        match (self.holds_all, back) {
            (true, false) => ordinals.iter().try_for_each(|ordinal| meet(Met::Usual(*ordinal))),
            (true, true) => ordinals.iter().rev().try_for_each(|ordinal| meet(Met::Usual(*ordinal))),
            (false, _) => {
                let mut each = |ordinal: &Ordinal| {
                    if held.has(*ordinal) { meet(Met::Usual(*ordinal)) } else { ControlFlow::Continue(()) }
                };
                if back {
                    ordinals.iter().rev().try_for_each(&mut each)
                } else {
                    ordinals.iter().try_for_each(&mut each)
                }
            }
        }
    }

    fn unusual(&self, place: usize, meet: &mut impl FnMut(Met) -> ControlFlow<()>) -> ControlFlow<()> {
        let ordinal = self.view.universe().in_time_order(place);
        match self.view.listed(ordinal, self.vendor, self.account) {
            Some(call) if call.data.is_none() => meet(Met::Usual(ordinal)),
            Some(_) => meet(Met::Unusual(ordinal)),
            None => ControlFlow::Continue(()),
        }
    }

    /// The unusual calls of the universe, oldest first.
    pub fn unusual_ones(&self) -> impl Iterator<Item = Ordinal> + '_ {
        let universe = self.view.universe();
        let all = universe.unusual(&self.places).iter();
        let all = all.map(|place| universe.in_time_order(*place as usize));
        all.filter(|ordinal| self.view.listed(*ordinal, self.vendor, self.account).is_some())
    }

    /// Meets the usual calls of the universe by end, of those that `times` has, until `meet` breaks
    /// the walk or the client no longer waits.
    pub fn walk_by_end(
        &self,
        walk: Walk,
        times: (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>),
        mut meet: impl FnMut(Ordinal) -> ControlFlow<()>,
    ) {
        let order = self.view.universe().by_end();
        let end = |ordinal: &Ordinal| self.view.call(*ordinal).map(Call::ended_at);
        let is_before = |ordinal: &Ordinal| match times.0 {
            Bound::Included(t) => end(ordinal).is_some_and(|end| end < t),
            Bound::Excluded(t) => end(ordinal).is_some_and(|end| end <= t),
            Bound::Unbounded => false,
        };
        let is_within = |ordinal: &Ordinal| {
            end(ordinal).is_some_and(|end| {
                end <= self.view.now()
                    && match times.1 {
                        Bound::Included(t) => end <= t,
                        Bound::Excluded(t) => end < t,
                        Bound::Unbounded => true,
                    }
            })
        };
        let (from, to) = (order.partition_point(is_before), order.partition_point(is_within));
        let order = &order[from..to.max(from)];
        let mut held = Held::new(self);
        let mut each = |ordinal: &Ordinal| {
            let is_usual = self.view.call(*ordinal).is_some_and(|call| call.data.is_none());
            // Without arrivals, what is over is listed.
            let has_arrived = self.view.records().arrivals.is_empty()
                || self.view.listed(*ordinal, self.vendor, self.account).is_some();
            if is_usual && has_arrived && held.has(*ordinal) {
                meet(*ordinal)
            } else {
                ControlFlow::Continue(())
            }
        };
        let mut slices: Box<dyn Iterator<Item = &[Ordinal]>> = match walk {
            Walk::Onward => Box::new(order.chunks(SLICE)),
            Walk::Back => Box::new(order.rchunks(SLICE)),
        };
        while let Some(slice) = slices.next().filter(|_| !self.view.is_stopped()) {
            let broken = match walk {
                Walk::Onward => slice.iter().try_for_each(&mut each),
                Walk::Back => slice.iter().rev().try_for_each(&mut each),
            };
            if broken.is_break() {
                return;
            }
        }
    }
}

/// Whether an account holds calls. Neighbours often share their holders, so the last answer is
/// kept.
struct Held<'a> {
    past: &'a Past<'a>,
    last: Option<(&'a Arc<[Holder]>, bool)>,
}

impl<'a> Held<'a> {
    fn new(past: &'a Past<'a>) -> Self {
        Self { past, last: None }
    }

    fn has(&mut self, ordinal: Ordinal) -> bool {
        if self.past.holds_all {
            return true;
        }
        let Some(call) = self.past.view.call(ordinal) else { return false };
        let Some(on) = &call.on else { return true };
        if let Some((last, held)) = self.last
            && Arc::ptr_eq(last, on)
        {
            return held;
        }
        let held = call.held_by(self.past.vendor, self.past.account);
        self.last = Some((on, held));
        held
    }
}
