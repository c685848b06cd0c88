//! The indexes of a universe's calls: by start, by end and by holder. They answer how many calls of
//! a range of time are over, and which are not, without a look at each call.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::{Bound, Range, RangeBounds};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use super::call::{self, Call, Holder};
use super::reference::Ordinal;

/// The number of entries that one entry of the next level stands for.
const BLOCK: usize = 64;

/// The most groups of holders that get a list of their calls.
const MOST_GROUPS: usize = 64;

/// The indexes of a universe. A place is an index into the order by start.
#[derive(Debug, Default)]
pub struct Index {
    /// Every ordinal, ordered by start and then by ordinal.
    by_start: Box<[Ordinal]>,
    /// The start of each call in that order, for the calls themselves are far apart in memory.
    starts: Box<[DateTime<Utc>]>,
    /// Every ordinal, ordered by end and then by ordinal. Few requests need this order, so it is
    /// made for the first of them.
    by_end: OnceLock<Box<[Ordinal]>>,
    /// The start of the first call of each block of the order.
    first_starts: Box<[DateTime<Utc>]>,
    /// The latest end in each block of the order, in each block of those, and so on up to one.
    latest_ends: Vec<Box<[DateTime<Utc>]>>,
    /// The places of the calls to which a vendor adds something.
    unusual: Vec<u32>,
    /// The calls by their holders. None if there are more groups than [`MOST_GROUPS`].
    groups: Option<Vec<Group>>,
}

/// The calls with one set of holders.
#[derive(Debug)]
struct Group {
    on: Option<Arc<[Holder]>>,
    /// The places of the calls. Empty if the group is the only one.
    places: Vec<u32>,
}

impl Group {
    fn is_held_by(&self, vendor: &str, account: &str) -> bool {
        call::holds(self.on.as_deref(), vendor, account)
    }
}

impl Index {
    /// The indexes of some calls, whose ordinals are `ordinals`.
    pub fn of(calls: &[Call], ordinals: impl Iterator<Item = Ordinal>) -> Self {
        let mut by_start: Box<[Ordinal]> = ordinals.collect();
        by_start.sort_by_key(|ordinal| (calls[ordinal.0 as usize].at, *ordinal));
        let mut starts = Vec::with_capacity(by_start.len());
        let mut first_starts = Vec::with_capacity(calls.len().div_ceil(BLOCK));
        let mut ends = Vec::with_capacity(calls.len().div_ceil(BLOCK));
        let mut unusual = vec![];
        let mut groups = Groups::default();
        let mut place = 0;
        for block in by_start.chunks(BLOCK) {
            let mut latest = DateTime::<Utc>::MIN_UTC;
            for (n, ordinal) in block.iter().enumerate() {
                let call = &calls[ordinal.0 as usize];
                if n == 0 {
                    first_starts.push(call.at);
                }
                starts.push(call.at);
                latest = latest.max(call.ended_at());
                if call.data.is_some() {
                    unusual.push(place);
                }
                groups.add(call.on.as_ref(), place);
                place += 1;
            }
            ends.push(latest);
        }
        let mut latest_ends = vec![ends.into_boxed_slice()];
        while let Some(last) = latest_ends.last().filter(|last| last.len() > 1) {
            let next = last.chunks(BLOCK).filter_map(|block| block.iter().copied().max()).collect();
            latest_ends.push(next);
        }
        unusual.shrink_to_fit();
        Self {
            by_start,
            by_end: OnceLock::new(),
            starts: starts.into(),
            first_starts: first_starts.into(),
            latest_ends,
            unusual,
            groups: groups.done(),
        }
    }

    /// The ordinal at a place.
    pub fn at(&self, place: usize) -> Ordinal {
        self.by_start[place]
    }

    /// The ordinals at some places.
    pub fn ordinals(&self, places: Range<usize>) -> &[Ordinal] {
        &self.by_start[places]
    }

    /// Every ordinal, ordered by end and then by ordinal.
    pub fn by_end(&self, calls: &[Call]) -> &[Ordinal] {
        self.by_end.get_or_init(|| {
            let end = |ordinal: &Ordinal| calls[ordinal.0 as usize].ended_at();
            let mut keyed: Vec<_> = self.by_start.iter().map(|ordinal| (end(ordinal), *ordinal)).collect();
            keyed.sort_unstable();
            keyed.into_iter().map(|(_, ordinal)| ordinal).collect()
        })
    }

    /// The places of the calls that began within a range of time: two binary searches.
    pub fn between(&self, times: &impl RangeBounds<DateTime<Utc>>) -> Range<usize> {
        let first = |is_before: &dyn Fn(DateTime<Utc>) -> bool| {
            // The first starts stay in the processor's cache, and so does one block.
            let block = self.first_starts.partition_point(|at| is_before(*at)).saturating_sub(1) * BLOCK;
            let within = &self.starts[block..self.starts.len().min(block + BLOCK)];
            block + within.partition_point(|at| is_before(*at))
        };
        let start = match times.start_bound() {
            Bound::Included(t) => first(&|at| at < *t),
            Bound::Excluded(t) => first(&|at| at <= *t),
            Bound::Unbounded => 0,
        };
        let end = match times.end_bound() {
            Bound::Included(t) => first(&|at| at <= *t),
            Bound::Excluded(t) => first(&|at| at < *t),
            Bound::Unbounded => self.by_start.len(),
        };
        start..end.max(start)
    }

    /// The places, within some others, of the calls that end after a time, in ascending order.
    ///
    /// Blocks without such a call cost nothing, so the cost follows the number of these calls.
    pub fn ending_after(&self, calls: &[Call], time: DateTime<Utc>, within: &Range<usize>) -> Vec<u32> {
        let mut found = vec![];
        if !within.is_empty() {
            self.descend(calls, time, within, self.latest_ends.len() - 1, 0, &mut found);
        }
        found
    }

    fn descend(
        &self,
        calls: &[Call],
        time: DateTime<Utc>,
        within: &Range<usize>,
        level: usize,
        block: usize,
        found: &mut Vec<u32>,
    ) {
        if self.latest_ends[level][block] <= time {
            return;
        }
        // The number of calls that an entry of this block stands for.
        let width = BLOCK.pow(u32::try_from(level).unwrap_or(u32::MAX));
        let first = (block * BLOCK).max(within.start / width);
        let last = ((block + 1) * BLOCK).min(within.end.div_ceil(width));
        for entry in first..last {
            if level > 0 {
                self.descend(calls, time, within, level - 1, entry, found);
            } else if calls[self.by_start[entry].0 as usize].ended_at() > time {
                found.extend(u32::try_from(entry));
            }
        }
    }

    /// The places, within some others, of the calls to which a vendor adds something.
    pub fn unusual(&self, within: &Range<usize>) -> &[u32] {
        part_within(&self.unusual, within)
    }

    /// The number of calls at some places that an account of a vendor holds.
    pub fn held(&self, calls: &[Call], within: &Range<usize>, vendor: &str, account: &str) -> usize {
        match self.groups.as_deref() {
            Some([one]) => {
                if one.is_held_by(vendor, account) {
                    within.len()
                } else {
                    0
                }
            }
            Some(groups) => groups
                .iter()
                .filter(|group| group.is_held_by(vendor, account))
                .map(|group| part_within(&group.places, within).len())
                .sum(),
            None => {
                let all = self.by_start[within.clone()].iter();
                all.filter(|ordinal| calls[ordinal.0 as usize].held_by(vendor, account)).count()
            }
        }
    }

    /// Whether an account of a vendor holds every call.
    pub fn all_held(&self, vendor: &str, account: &str) -> bool {
        let groups = self.groups.as_deref();
        groups.is_some_and(|groups| groups.iter().all(|group| group.is_held_by(vendor, account)))
    }
}

/// The part of ascending places that lies within a range.
fn part_within<'a>(places: &'a [u32], within: &Range<usize>) -> &'a [u32] {
    let start = places.partition_point(|place| (*place as usize) < within.start);
    let end = places.partition_point(|place| (*place as usize) < within.end);
    &places[start..end.max(start)]
}

/// Groups of holders, as calls are added to them.
#[derive(Default)]
struct Groups {
    known: HashMap<Option<Arc<[Holder]>>, usize>,
    groups: Vec<Group>,
    /// The holders of the last call, with their group. Neighbours often share theirs.
    last: Option<(Option<Arc<[Holder]>>, usize)>,
    too_many: bool,
}

impl Groups {
    fn add(&mut self, on: Option<&Arc<[Holder]>>, place: u32) {
        if self.too_many {
            return;
        }
        let is_last = self.last.as_ref().filter(|(last, _)| match (last, on) {
            (Some(last), Some(on)) => Arc::ptr_eq(last, on),
            (None, None) => true,
            _ => false,
        });
        let group = if let Some((_, group)) = is_last {
            *group
        } else {
            let group = *self.known.entry(on.cloned()).or_insert(self.groups.len());
            self.last = Some((on.cloned(), group));
            group
        };
        if group == self.groups.len() {
            if group == MOST_GROUPS {
                *self = Self { too_many: true, ..Self::default() };
                return;
            }
            if let [only] = &mut self.groups[..] {
                only.places = (0..place).collect();
            }
            self.groups.push(Group { on: on.cloned(), places: vec![] });
        }
        if self.groups.len() > 1 {
            self.groups[group].places.push(place);
        }
    }

    fn done(mut self) -> Option<Vec<Group>> {
        for group in &mut self.groups {
            group.places.shrink_to_fit();
        }
        // The largest groups first: most accounts hold their calls.
        self.groups.sort_by_key(|group| Reverse(group.places.len()));
        (!self.too_many).then_some(self.groups)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dialects::VENDORS;
    use crate::times::Millis;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn on(group: u8) -> Option<Arc<[Holder]>> {
        let holder = |n: usize| Holder { vendor: VENDORS[n], account: None };
        match group {
            0 => None,
            1 => Some([holder(0)].into()),
            _ => Some([holder(1), holder(0)].into()),
        }
    }

    proptest! {
        #[test]
        fn an_index_says_of_its_calls_what_a_look_at_each_of_them_says(
            drawn in prop::collection::vec((0_i64..400, 0_u32..90, 0_u8..3), 0..500),
            one_group: bool,
            (from, length, now) in (0_i64..400, 0_i64..400, 0_i64..500),
        ) {
            let calls: Vec<Call> = drawn.iter().map(|(start, talk, group)| Call {
                talk: Millis(talk * 1000),
                on: on(if one_group { 1 } else { *group }),
                ..Call::blank(at(*start))
            }).collect();
            let index = Index::of(&calls, (0..).map(Ordinal).take(calls.len()));
            let call = |place: usize| &calls[index.at(place).0 as usize];
            let within = index.between(&(at(from)..at(from + length)));
            let began = |call: &&Call| (at(from)..at(from + length)).contains(&call.at);
            prop_assert_eq!(within.len(), calls.iter().filter(began).count());
            prop_assert!(within.clone().all(|place| began(&call(place))));
            let late: Vec<usize> = within.clone().filter(|place| call(*place).ended_at() > at(now)).collect();
            let found = index.ending_after(&calls, at(now), &within);
            prop_assert_eq!(found.iter().map(|place| *place as usize).collect::<Vec<_>>(), late);
            for vendor in VENDORS.iter().copied() {
                let held = within.clone().filter(|place| call(*place).held_by(vendor, "1")).count();
                prop_assert_eq!(index.held(&calls, &within, vendor, "1"), held);
                let all = calls.iter().all(|call| call.held_by(vendor, "1"));
                prop_assert_eq!(index.all_held(vendor, "1"), all);
            }
            let mut by_end: Vec<Ordinal> = (0..).map(Ordinal).take(calls.len()).collect();
            by_end.sort_by_key(|ordinal| calls[ordinal.0 as usize].ended_at());
            prop_assert_eq!(index.by_end(&calls), &by_end[..]);
        }
    }
}
