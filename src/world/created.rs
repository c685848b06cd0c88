//! The calls created in a world. A set of them never changes: a new call makes a new set, which
//! shares nearly all of its memory with the one before. A view keeps the set that it began with.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::sequence::Sequence;
use crate::universe::{Call, CallId};

/// An entry of the index by time: the beginning of a call, and its place.
pub type Start = (DateTime<Utc>, u32);

/// The index by time: the calls' beginnings in order; equal times by place.
pub type ByStart = Sequence<Start, 32>;

/// The calls created in a world, in the order of creation. Their ordinals follow those of the
/// universe.
///
/// One call more, a call replaced and every look-up cost a few steps, whatever the number of calls.
#[derive(Debug, Clone, Default)]
pub struct Created {
    calls: Sequence<Arc<Call>, 16>,
    by_start: ByStart,
    /// The hashes of the calls' ids with the calls' places, in order. A call is here once for its
    /// own id and once for each id that its data sets at a vendor. An own id that names the place
    /// itself is left out.
    by_id: Sequence<(u64, u32), 32>,
}

impl Created {
    /// Some calls, in the order of creation. Each index is built once.
    ///
    /// # Panics
    /// At 4 294 967 296 calls.
    #[must_use]
    pub fn of(calls: Vec<Arc<Call>>) -> Self {
        let places = 0..u32::try_from(calls.len()).expect(TOO_MANY);
        let mut by_start: Vec<Start> = calls.iter().map(|call| call.at).zip(places.clone()).collect();
        by_start.sort_unstable();
        let mut by_id: Vec<(u64, u32)> = calls
            .iter()
            .zip(places)
            .flat_map(|(call, place)| hashes(call, place).into_iter().map(move |hash| (hash, place)))
            .collect();
        by_id.sort_unstable();
        Self { calls: calls.into(), by_start: by_start.into(), by_id: by_id.into() }
    }

    /// These calls and one more.
    ///
    /// # Panics
    /// At 4 294 967 296 calls.
    #[must_use]
    pub fn with(&self, call: Call) -> Self {
        let place = u32::try_from(self.calls.len()).expect(TOO_MANY);
        let start = (call.at, place);
        let by_start = self.by_start.inserted(self.by_start.partition_point(|other| *other < start), start);
        let mut by_id = self.by_id.clone();
        for hash in hashes(&call, place) {
            let id = (hash, place);
            by_id = by_id.inserted(by_id.partition_point(|other| *other < id), id);
        }
        Self { calls: self.calls.inserted(self.calls.len(), Arc::new(call)), by_start, by_id }
    }

    /// These calls, with some of them replaced. Each replacement must have the ids of the call that
    /// it replaces, and begin at the same time.
    #[must_use]
    pub fn replaced(&self, calls: impl IntoIterator<Item = (usize, Call)>) -> Self {
        let mut next = self.clone();
        for (place, call) in calls {
            next.calls = next.calls.replaced(place, Arc::new(call));
        }
        next
    }

    /// The call at a place.
    #[inline]
    #[must_use]
    pub fn call(&self, place: usize) -> Option<&Call> {
        self.calls.get(place).map(Arc::as_ref)
    }

    /// Every created call, in the order of creation.
    pub fn calls(&self) -> impl Iterator<Item = &Arc<Call>> {
        self.calls.iter()
    }

    /// The number of created calls.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether no call was created.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The index by time.
    #[must_use]
    pub fn by_start(&self) -> &ByStart {
        &self.by_start
    }

    /// The place of the call with an id of callmock's own.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<usize> {
        let numbered = || {
            let place = name.strip_prefix("created-")?.parse::<usize>().ok()?.checked_sub(1)?;
            self.call(place).filter(|call| call.id.is(name)).map(|_| place)
        };
        numbered().or_else(|| self.find(hash("", name), |call| call.id.is(name)))
    }

    /// The place of the call with this id at a vendor.
    #[must_use]
    pub fn by_wire_id(&self, vendor: &str, id: &str) -> Option<usize> {
        self.find(hash(vendor, id), |call| {
            let data = call.data.iter().flat_map(|data| data.each());
            data.filter(|(of, _)| *of == vendor).any(|(_, data)| data.wire_id().as_deref() == Some(id))
        })
    }

    fn find(&self, hash: u64, is_sought: impl Fn(&Call) -> bool) -> Option<usize> {
        let first = self.by_id.partition_point(|(other, _)| *other < hash);
        let alike = (first..).map_while(|n| self.by_id.get(n)).take_while(|(other, _)| *other == hash);
        let mut places = alike.map(|(_, place)| *place as usize);
        places.find(|place| self.call(*place).is_some_and(&is_sought))
    }
}

const TOO_MANY: &str = "fewer created calls than fit in 32 bits";

/// The hashes under which a call at a place is found.
fn hashes(call: &Call, place: u32) -> Vec<u64> {
    let of_vendors = call.data.iter().flat_map(|data| data.each());
    let mut hashes: Vec<u64> =
        of_vendors.filter_map(|(vendor, data)| Some(hash(vendor, &data.wire_id()?))).collect();
    if !matches!(&call.id, CallId::Created(n) if n.checked_sub(1) == Some(place)) {
        hashes.push(hash("", &call.id.to_string()));
    }
    hashes
}

/// The hash of an id at a vendor, or of callmock's own id. It is the same in every run.
fn hash(vendor: &str, id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (vendor, id).hash(&mut hasher);
    hasher.finish()
}
