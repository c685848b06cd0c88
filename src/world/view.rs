//! A view: the universe and the created calls, as one request sees them. A view takes no lock and
//! never changes, however long its list takes to send. Its records are behind two pointers, so it
//! is cheap to copy.

use std::ops::{Bound, Deref, Range, RangeBounds};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};

use super::created::{Created, Start};
use crate::universe::{Call, Ordinal, Part, Rating, Recording, Universe};

/// A signal to a long read of calls that its result is no longer needed.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Sends the signal.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the signal was sent.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A universe and the calls created beside it, as of one moment.
#[derive(Debug, Clone)]
pub struct View {
    universe: Arc<Universe>,
    created: Arc<Created>,
    now: DateTime<Utc>,
    stop: Stop,
}

/// People, queues and ids come from the universe alone.
impl Deref for View {
    type Target = Universe;

    fn deref(&self) -> &Universe {
        &self.universe
    }
}

impl View {
    /// A universe and the calls created beside it, as of a moment.
    #[must_use]
    pub fn new(universe: Arc<Universe>, created: Arc<Created>, now: DateTime<Utc>) -> Self {
        Self { universe, created, now, stop: Stop::default() }
    }

    /// The same view, whose iterators end early once `stop` is set.
    #[must_use]
    pub fn until(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// The same records at an earlier moment.
    #[must_use]
    pub fn as_of(mut self, moment: DateTime<Utc>) -> Self {
        self.now = moment;
        self
    }

    /// The universe.
    #[inline]
    #[must_use]
    pub fn universe(&self) -> &Universe {
        &self.universe
    }

    /// Whether nobody waits any longer for what is made of this view.
    #[inline]
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.is_set()
    }

    /// The world's time when the view was taken.
    #[inline]
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The call with an ordinal: of the universe, or created.
    #[inline]
    #[must_use]
    pub fn call(&self, ordinal: Ordinal) -> Option<&Call> {
        match (ordinal.0 as usize).checked_sub(self.universe.len()) {
            None => self.universe.call(ordinal),
            Some(place) => self.created.call(place),
        }
    }

    /// The number of calls, of the universe and created.
    #[must_use]
    pub fn size(&self) -> usize {
        self.universe.len() + self.created.len()
    }

    /// The call with an ordinal, if an account of a vendor holds it, it is over, and the vendor's
    /// lists have it already. A list of past calls shows no others. The rule is the same for calls
    /// of the scenario, the generator, the admin API and requests.
    #[inline]
    #[must_use]
    pub fn listed(&self, ordinal: Ordinal, vendor: &str, account: &str) -> Option<&Call> {
        let call = self.call(ordinal)?;
        let is_there = call.is_over(self.now) && call.held_by(vendor, account);
        (is_there && self.has_arrived(ordinal, call, vendor)).then_some(call)
    }

    fn has_arrived(&self, ordinal: Ordinal, call: &Call, vendor: &str) -> bool {
        let records = self.records();
        records.arrivals.is_empty()
            || call.ended_at() + records.until_listed(self.seed(), ordinal, vendor) <= self.now
    }

    /// The time since which a vendor's lists have a call.
    #[must_use]
    pub fn listed_since(&self, ordinal: Ordinal, vendor: &str) -> Option<DateTime<Utc>> {
        let until = self.records().until_listed(self.seed(), ordinal, vendor);
        Some(self.call(ordinal)?.ended_at() + until)
    }

    /// The time since which a part of a call is there.
    fn there_since(&self, ordinal: Ordinal, call: &Call, part: Part) -> DateTime<Utc> {
        call.ended_at() + self.records().until_there(self.seed(), ordinal, part)
    }

    /// Whether a part of a call that may come late is there.
    #[inline]
    #[must_use]
    pub fn has_come(&self, ordinal: Ordinal, part: Part) -> bool {
        let come = |call| self.there_since(ordinal, call, part) <= self.now;
        !self.records().revises() || self.call(ordinal).is_some_and(come)
    }

    /// The recording of a call, once it is there.
    #[inline]
    #[must_use]
    pub fn recording(&self, ordinal: Ordinal) -> Option<&Recording> {
        self.call(ordinal)?.recording.as_ref().filter(|_| self.has_come(ordinal, Part::Recording))
    }

    /// The rating of a call, once it is there.
    #[inline]
    #[must_use]
    pub fn rating(&self, ordinal: Ordinal) -> Option<&Rating> {
        self.call(ordinal)?.rating.as_deref().filter(|_| self.has_come(ordinal, Part::Rating))
    }

    /// The note of a call, once it is there.
    #[inline]
    #[must_use]
    pub fn note(&self, ordinal: Ordinal) -> Option<&str> {
        self.call(ordinal)?.note.as_deref().filter(|_| self.has_come(ordinal, Part::Note))
    }

    /// The time of the last change of a call's record so far: its end, or the time at which a part
    /// of it came.
    #[must_use]
    pub fn changed_at(&self, ordinal: Ordinal, call: &Call) -> DateTime<Utc> {
        let ended = call.ended_at();
        if !self.records().revises() {
            return ended;
        }
        let parts = [
            call.recording.as_ref().map(|_| Part::Recording),
            call.rating.as_ref().map(|_| Part::Rating),
            call.note.as_ref().map(|_| Part::Note),
        ];
        let came = parts.into_iter().flatten().map(|part| self.there_since(ordinal, call, part));
        came.filter(|at| *at <= self.now).fold(ended, DateTime::max)
    }

    /// Whether a part of a call's record is still to come.
    #[must_use]
    pub fn is_unfinished(&self, ordinal: Ordinal, call: &Call) -> bool {
        let parts = [
            call.recording.as_ref().map(|_| Part::Recording),
            call.rating.as_ref().map(|_| Part::Rating),
            call.note.as_ref().map(|_| Part::Note),
        ];
        self.records().revises() && parts.into_iter().flatten().any(|part| !self.has_come(ordinal, part))
    }

    /// Whether a call exists at the view's time. A call exists from its beginning, and one that a
    /// request created from its creation.
    #[must_use]
    pub fn is_there(&self, ordinal: Ordinal) -> bool {
        self.call(ordinal).is_some_and(|call| call.has_begun(self.now) || call.id.is_created())
    }

    /// The call with an id, as the scenario wrote it or as its creation gave it.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<Ordinal> {
        self.universe.by_name(name).or_else(|| self.created_by_name(name))
    }

    /// The call that was created last.
    #[must_use]
    pub fn last_created(&self) -> Option<&Call> {
        self.created.call(self.created.len().checked_sub(1)?)
    }

    /// The created call with an id.
    #[must_use]
    pub fn created_by_name(&self, name: &str) -> Option<Ordinal> {
        self.ordinal(self.created.by_name(name)?)
    }

    /// The call with this id at a vendor, as a scenario set it or its creation gave it.
    #[must_use]
    pub fn by_wire_id(&self, vendor: &str, id: &str) -> Option<Ordinal> {
        let created = || self.ordinal(self.created.by_wire_id(vendor, id)?);
        self.universe.by_wire_id(vendor, id).or_else(created)
    }

    /// The ordinal of the created call at a place.
    fn ordinal(&self, place: usize) -> Option<Ordinal> {
        u32::try_from(self.universe.len() + place).ok().map(Ordinal)
    }

    /// The calls that began within a range of time, oldest first; equal times by ordinal.
    ///
    /// The cost is four searches, whatever the size of the universe and of the range.
    #[must_use]
    pub fn between(&self, times: impl RangeBounds<DateTime<Utc>>) -> Slice {
        let (start, end) = (times.start_bound().cloned(), times.end_bound().cloned());
        let starts = self.created.by_start();
        let from = match start {
            Bound::Included(t) => starts.partition_point(|(at, _)| *at < t),
            Bound::Excluded(t) => starts.partition_point(|(at, _)| *at <= t),
            Bound::Unbounded => 0,
        };
        let to = match end {
            Bound::Included(t) => starts.partition_point(|(at, _)| *at <= t),
            Bound::Excluded(t) => starts.partition_point(|(at, _)| *at < t),
            Bound::Unbounded => starts.len(),
        };
        let listed = self.universe.between((start, end));
        Slice { view: self.clone(), listed, created: from..to.max(from), first: None, last: None }
    }
}

/// The calls of a view in a range of time: a merge of two sorted indexes.
#[derive(Debug, Clone)]
pub struct Slice {
    view: View,
    listed: Range<usize>,
    created: Range<usize>,
    first: Near,
    last: Near,
}

/// The leaf of the created calls' index that an end of a slice is in, and the index of the leaf's
/// first entry.
type Near = Option<(Arc<[Start]>, usize)>;

/// The sort key of the next call of one of the two indexes.
type Candidate = Option<(DateTime<Utc>, Ordinal)>;

impl Slice {
    /// The places of the universe's calls, in its order by start.
    #[must_use]
    pub fn places(&self) -> Range<usize> {
        self.listed.clone()
    }

    /// This slice, with no calls of the universe but those at some places.
    #[must_use]
    pub fn within(mut self, places: Range<usize>) -> Self {
        self.listed = places;
        self
    }

    /// The created calls, oldest first.
    #[must_use]
    pub fn created(&self) -> impl DoubleEndedIterator<Item = Ordinal> + ExactSizeIterator + '_ {
        let ordinal = |index| {
            let place = self.view.created.by_start().get(index).map(|(_, place)| *place as usize);
            place.and_then(|place| self.view.ordinal(place)).unwrap_or(Ordinal(u32::MAX))
        };
        self.created.clone().map(ordinal)
    }

    fn listed_at(&self, index: usize) -> Candidate {
        let ordinal = self.view.universe.in_time_order(index);
        Some((self.view.universe.call(ordinal)?.at, ordinal))
    }

    fn created_at(view: &View, near: &mut Near, index: usize) -> Candidate {
        if near.as_ref().is_none_or(|(leaf, start)| !(*start..start + leaf.len()).contains(&index)) {
            *near = view.created.by_start().leaf(index).map(|(leaf, start)| (Arc::clone(leaf), start));
        }
        let (leaf, start) = near.as_ref()?;
        let (at, place) = *leaf.get(index - start)?;
        Some((at, view.ordinal(place as usize)?))
    }

    fn first_created(&mut self) -> Candidate {
        let index = self.created.clone().next()?;
        Self::created_at(&self.view, &mut self.first, index)
    }

    fn last_created(&mut self) -> Candidate {
        let index = self.created.clone().next_back()?;
        Self::created_at(&self.view, &mut self.last, index)
    }
}

impl Iterator for Slice {
    type Item = Ordinal;

    fn next(&mut self) -> Option<Ordinal> {
        if self.view.stop.is_set() {
            return None;
        }
        let listed = if self.listed.is_empty() { None } else { self.listed_at(self.listed.start) };
        let created = self.first_created();
        match (listed, created) {
            (Some(l), c) if c.is_none_or(|c| l < c) => {
                self.listed.start += 1;
                Some(l.1)
            }
            (_, Some(c)) => {
                self.created.start += 1;
                Some(c.1)
            }
            _ => None,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.listed.len() + self.created.len();
        (left, Some(left))
    }
}

impl DoubleEndedIterator for Slice {
    fn next_back(&mut self) -> Option<Ordinal> {
        if self.view.stop.is_set() {
            return None;
        }
        let listed = if self.listed.is_empty() { None } else { self.listed_at(self.listed.end - 1) };
        let created = self.last_created();
        match (listed, created) {
            (Some(l), c) if c.is_none_or(|c| l > c) => {
                self.listed.end -= 1;
                Some(l.1)
            }
            (_, Some(c)) => {
                self.created.end -= 1;
                Some(c.1)
            }
            _ => None,
        }
    }
}

impl ExactSizeIterator for Slice {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    proptest! {
        #[test]
        fn a_slice_holds_exactly_the_calls_of_its_range_in_time_then_ordinal_order(
            listed in prop::collection::vec(0_i64..50, 0..60),
            created in prop::collection::vec(0_i64..50, 0..30),
            from in 0_i64..50, length in -5_i64..50,
        ) {
            let calls = listed.iter().map(|t| Call::blank(at(*t))).collect();
            let universe = Arc::new(Universe::new(0, vec![], vec![], vec![], calls));
            let beside = created.iter().fold(Created::default(), |all, t| all.with(Call::blank(at(*t))));
            let at_once = Created::of(created.iter().map(|t| Arc::new(Call::blank(at(*t)))).collect());
            prop_assert!(beside.by_start().iter().eq(at_once.by_start().iter()));
            let view = View::new(universe, Arc::new(beside), at(0));
            let slice = view.between((Bound::Included(at(from)), Bound::Excluded(at(from + length))));
            let mut expected: Vec<(i64, usize)> = listed.iter().chain(&created).copied().enumerate()
                .filter(|(_, t)| (from..from + length).contains(t)).map(|(i, t)| (t, i)).collect();
            expected.sort_unstable();
            let expected: Vec<usize> = expected.into_iter().map(|(_, i)| i).collect();
            prop_assert_eq!(slice.len(), expected.len());
            prop_assert_eq!(slice.clone().map(|o| o.0 as usize).collect::<Vec<_>>(), expected.clone());
            let backwards: Vec<usize> = slice.clone().rev().map(|o| o.0 as usize).collect();
            prop_assert_eq!(backwards, expected.iter().rev().copied().collect::<Vec<_>>());
            // Taken from both ends at once, no call comes twice.
            let mut both = slice;
            let mut seen = vec![];
            while let Some(front) = both.next() {
                seen.push(front.0 as usize);
                seen.extend(both.next_back().map(|back| back.0 as usize));
            }
            seen.sort_unstable();
            let mut all = expected;
            all.sort_unstable();
            prop_assert_eq!(seen, all);
        }
    }
}
