//! Columns: one small value of every call, side by side in memory. A search reads a column in a
//! fraction of the time in which it reads the calls. Each is made for the first search that needs
//! it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use memchr::memmem;

use super::call::Call;
use super::reference::Ordinal;

/// The value of one call in a column, if 16 bits have room for it.
pub type ValueOf = fn(&Call) -> Option<u16>;

/// The columns of a universe.
#[derive(Debug, Default)]
pub struct Columns {
    numbers: OnceLock<Numbers>,
    values: Mutex<HashMap<&'static str, Arc<OnceLock<Column>>>>,
}

/// A value of 16 bits of every call.
#[derive(Debug, Clone)]
pub struct Column(Arc<Values>);

#[derive(Debug)]
struct Values {
    of_calls: Box<[u16]>,
    /// The calls by value, made for the first search that needs them.
    order: OnceLock<Box<[Ordinal]>>,
}

impl Column {
    /// The mark of a value that has no room in a column.
    const NO_ROOM: u16 = u16::MAX;

    /// The value of a call. `None` if 16 bits have no room for it.
    #[must_use]
    pub fn of(&self, ordinal: Ordinal) -> Option<u16> {
        let value = self.0.of_calls.get(ordinal.0 as usize).copied();
        value.filter(|value| *value != Self::NO_ROOM)
    }

    /// The calls with a value, ordered by it and then by ordinal, and those without one.
    #[must_use]
    pub fn order(&self) -> (&[Ordinal], &[Ordinal]) {
        let order = self.0.order.get_or_init(|| by_value(&self.0.of_calls));
        let with_value = order.partition_point(|ordinal| self.of(*ordinal).is_some());
        order.split_at(with_value)
    }
}

impl Columns {
    /// The column of a name, whose values are `of` each call.
    pub fn values(&self, calls: &[Call], name: &'static str, of: ValueOf) -> Column {
        let mut columns = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let column = Arc::clone(columns.entry(name).or_default());
        drop(columns);
        let value = |call: &Call| of(call).unwrap_or(Column::NO_ROOM);
        column
            .get_or_init(|| {
                let of_calls = calls.iter().map(value).collect();
                Column(Arc::new(Values { of_calls, order: OnceLock::new() }))
            })
            .clone()
    }

    /// The telephone numbers of all calls.
    pub fn numbers(&self, calls: &[Call]) -> &Numbers {
        self.numbers.get_or_init(|| Numbers::of(calls))
    }
}

/// The ordinals of some values, ordered by value and then by ordinal.
fn by_value(values: &[u16]) -> Box<[Ordinal]> {
    let mut ends = vec![0_u32; usize::from(u16::MAX) + 1];
    for value in values {
        ends[usize::from(*value)] += 1;
    }
    let mut end = 0;
    for count in &mut ends {
        end += *count;
        *count = end;
    }
    let mut order = vec![Ordinal(0); values.len()].into_boxed_slice();
    for (ordinal, value) in (0..).zip(values).collect::<Vec<_>>().into_iter().rev() {
        let end = &mut ends[usize::from(*value)];
        *end -= 1;
        order[*end as usize] = Ordinal(ordinal);
    }
    order
}

/// The telephone numbers of all calls: each different number once, in one text.
#[derive(Debug)]
pub struct Numbers {
    /// The numbers, each with [`Numbers::END`] after it.
    text: Vec<u8>,
    /// The index in `text` at which each number ends.
    ends: Vec<u32>,
    /// The places of the numbers of each call: the one that called, and the one that was called.
    of_calls: Vec<[u32; 2]>,
}

impl Numbers {
    /// A byte that no text has, so that nothing that is sought lies in two numbers.
    const END: u8 = 0xff;

    fn of(calls: &[Call]) -> Self {
        let mut places: HashMap<&str, u32> = HashMap::new();
        let (mut text, mut ends) = (vec![], vec![]);
        let mut place = |number| {
            let count = u32::try_from(places.len()).unwrap_or(u32::MAX);
            *places.entry(number).or_insert_with(|| {
                text.extend_from_slice(str::as_bytes(number));
                ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
                text.push(Self::END);
                count
            })
        };
        let of_calls = calls.iter().map(|call| [place(&call.from), place(&call.to)]).collect();
        Self { text, ends, of_calls }
    }

    /// The numbers that have a text in them.
    #[must_use]
    pub fn with(&self, part: &str) -> NumberSet<'_> {
        let mut found = vec![part.is_empty(); self.ends.len()];
        if !part.is_empty() {
            for index in memmem::find_iter(&self.text, part) {
                found[self.ends.partition_point(|end| (*end as usize) <= index)] = true;
            }
        }
        NumberSet { numbers: self, found }
    }
}

/// Some of the telephone numbers of a universe.
#[derive(Debug)]
pub struct NumberSet<'a> {
    numbers: &'a Numbers,
    found: Vec<bool>,
}

impl NumberSet<'_> {
    /// Whether the number that called or the one that was called is in the set.
    #[must_use]
    pub fn has(&self, ordinal: Ordinal) -> bool {
        let [from, to] = self.numbers.of_calls[ordinal.0 as usize];
        self.found[from as usize] || self.found[to as usize]
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::universe::Millis;

    proptest! {
        #[test]
        fn the_order_of_a_column_is_by_value_and_then_by_ordinal(
            waits in prop::collection::vec(prop_oneof![0_u32..9, Just(70_000)], 0..80),
        ) {
            let call = |seconds: &u32| Call {
                wait: Millis(*seconds * 1000),
                ..Call::blank(DateTime::UNIX_EPOCH)
            };
            let calls: Vec<Call> = waits.iter().map(call).collect();
            let column = Columns::default().values(&calls, "wait", |call| u16::try_from(call.wait.0 / 1000).ok());
            let mut sorted: Vec<(u32, u32)> = waits.iter().copied().zip(0..).collect();
            sorted.sort_unstable();
            let (with_value, without) = column.order();
            let order: Vec<u32> = with_value.iter().chain(without).map(|ordinal| ordinal.0).collect();
            prop_assert_eq!(order, sorted.into_iter().map(|(_, ordinal)| ordinal).collect::<Vec<_>>());
            prop_assert_eq!(without.len(), waits.iter().filter(|seconds| **seconds == 70_000).count());
        }

        #[test]
        fn a_part_of_a_number_is_found_in_exactly_the_calls_that_have_it(
            drawn in prop::collection::vec(("[0-2]{0,6}", "[0-2é]{0,3}"), 0..60),
            part in "[0-2é]{0,3}",
        ) {
            let call = |(from, to): &(String, String)| Call {
                from: from.as_str().into(),
                to: to.as_str().into(),
                ..Call::blank(DateTime::UNIX_EPOCH)
            };
            let calls: Vec<Call> = drawn.iter().map(call).collect();
            let numbers = Numbers::of(&calls);
            let set = numbers.with(&part);
            for (call, n) in calls.iter().zip(0..) {
                prop_assert_eq!(set.has(Ordinal(n)), call.from.contains(&part) || call.to.contains(&part));
            }
        }
    }
}
