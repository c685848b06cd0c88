//! The look-up of a universe's calls by their own ids.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::call::{Call, CallId};
use super::reference::Ordinal;

/// An index of calls by id. The place of a generated call follows from the number in its id.
#[derive(Debug, Default)]
pub struct Names {
    /// The place and the number of the first generated call.
    first_generated: Option<(usize, u32)>,
    /// The calls whose place does not follow from their id, ordered by id and then by ordinal. The
    /// first look-up sorts them.
    others: OnceLock<Box<[Ordinal]>>,
}

impl Names {
    /// The index of these calls.
    pub fn of(calls: &[Call]) -> Self {
        let first_generated = calls.iter().enumerate().find_map(|(place, call)| match call.id {
            CallId::Generated(number) => Some((place, number)),
            _ => None,
        });
        Self { first_generated, others: OnceLock::new() }
    }

    /// The first of the calls with an id. The calls are those of `of`.
    pub fn find(&self, calls: &[Call], name: &str) -> Option<Ordinal> {
        let others = self.others.get_or_init(|| {
            let all = calls.iter().enumerate().zip((0..).map(Ordinal));
            let others = all.filter(|((place, call), _)| self.place_of(&call.id) != Some(*place));
            let mut others: Vec<Ordinal> = others.map(|(_, ordinal)| ordinal).collect();
            others.sort_by(|one, other| text(calls, *one).cmp(&text(calls, *other)));
            others.into()
        });
        let first = others.partition_point(|ordinal| *text(calls, *ordinal) < *name);
        let listed = others.get(first).copied().filter(|ordinal| text(calls, *ordinal) == name);
        let generated = || {
            let number = name.strip_prefix("gen-")?.parse().ok()?;
            let place = self.place_of(&CallId::Generated(number))?;
            calls.get(place).filter(|call| call.id.is(name))?;
            u32::try_from(place).ok().map(Ordinal)
        };
        [listed, generated()].into_iter().flatten().min()
    }

    /// The place that follows from an id: generated calls are numbered in the order of their places.
    fn place_of(&self, id: &CallId) -> Option<usize> {
        let (place, first) = self.first_generated?;
        match id {
            CallId::Generated(number) => Some(place + number.checked_sub(first)? as usize),
            _ => None,
        }
    }
}

fn text(calls: &[Call], ordinal: Ordinal) -> Cow<'_, str> {
    match &calls[ordinal.0 as usize].id {
        CallId::Listed(id) => Cow::Borrowed(id),
        id => Cow::Owned(id.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn id() -> impl Strategy<Value = CallId> {
        prop_oneof![
            (0_u32..30).prop_map(CallId::Generated),
            (0_u32..30).prop_map(|n| CallId::Listed(format!("c{n}").into())),
            (0_u32..30).prop_map(|n| CallId::Listed(format!("gen-{n}").into())),
        ]
    }

    proptest! {
        #[test]
        fn the_first_call_with_an_id_is_found_wherever_it_is(
            listed in prop::collection::vec(id(), 0..40), generated in 0_u32..40, first in 0_u32..3, sought in id(),
        ) {
            let numbered = (first..first + generated).map(CallId::Generated);
            let calls = listed.into_iter().chain(numbered).map(|id| Call { id, ..Call::blank(DateTime::UNIX_EPOCH) });
            let calls: Vec<Call> = calls.collect();
            let name = sought.to_string();
            let expected = calls.iter().position(|call| call.id.is(&name));
            let found = Names::of(&calls).find(&calls, &name);
            prop_assert_eq!(found.map(|ordinal| ordinal.0 as usize), expected);
        }
    }
}
