//! The filter of a search, and its match against a log.

use std::collections::{BTreeSet, HashSet};
use std::ops::Bound;

use chrono::{DateTime, Utc};

use super::logs::{Log, NOBODY, agents_extension_id, agents_user_id};
use super::readings::{DateColumn, ExtensionMatch, NumberMatch};
use crate::universe::{Agent, NumberSet, Queue, Ref};
use crate::vendor::Text;
use crate::world::{Met, View, Walks};

/// The filter. An unset condition matches every log, and all set conditions must match (A18, A19).
#[derive(Debug, Default)]
pub struct Filter {
    /// The number of the caller or callee, and whether a substring matches.
    pub call_number: Option<(String, NumberMatch)>,
    pub call_state: Option<String>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub date_column: Option<DateColumn>,
    pub department_id: Option<String>,
    pub direction: Option<String>,
    pub duration: Option<(Comparison, i64)>,
    /// The ids of extensions, and whether an extension's number matches too.
    pub extension_ids: Option<(HashSet<String>, ExtensionMatch)>,
    pub external_id: Option<String>,
    pub external_session_id: Option<String>,
    pub hotline_ids: Option<HashSet<String>>,
    pub user_id: Option<String>,
}

impl Filter {
    /// Fingerprint of the filter, independent of the order of ids and of readings.
    pub fn fingerprint(&self) -> u32 {
        self.hashed(self.from, self.to)
    }

    /// Fingerprint of the conditions other than dates; 0 if there are none.
    pub fn others(&self) -> u32 {
        if self.is_open() { 0 } else { self.hashed(None, None) }
    }

    fn hashed(&self, from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> u32 {
        fn sorted(ids: &HashSet<String>) -> BTreeSet<&str> {
            ids.iter().map(String::as_str).collect()
        }
        let hash = Walks::hash((
            self.call_number.as_ref().map(|(number, _)| number),
            (&self.call_state, &self.direction, from, to, self.duration),
            (&self.department_id, &self.user_id, &self.external_id, &self.external_session_id),
            self.extension_ids.as_ref().map(|(ids, _)| sorted(ids)),
            self.hotline_ids.as_ref().map(sorted),
        ));
        let [a, b, c, d, ..] = hash.to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// The range of the dates, whichever time they apply to.
    pub fn dates(&self) -> (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>) {
        let bound = |date: Option<DateTime<Utc>>| date.map_or(Bound::Unbounded, Bound::Included);
        (bound(self.from), bound(self.to))
    }

    /// Whether no condition is set but dates of the start, which the index by start answers.
    pub fn is_open(&self) -> bool {
        let has_dates = self.from.is_some() || self.to.is_some();
        let by_start = self.date_column == Some(DateColumn::StartedAt);
        self.call_number.is_none()
            && self.call_state.is_none()
            && (by_start || !has_dates)
            && self.department_id.is_none()
            && self.direction.is_none()
            && self.duration.is_none()
            && self.extension_ids.is_none()
            && self.external_id.is_none()
            && self.external_session_id.is_none()
            && self.hotline_ids.is_none()
            && self.user_id.is_none()
    }

    /// Whether the log of a call matches. `whose` is the result of [`Whose::of`] for this filter.
    pub fn wants(&self, log: &Log<'_>, whose: &Whose<'_>, met: Met) -> bool {
        let is =
            |wanted: &Option<String>, got: Option<&str>| wanted.as_deref().is_none_or(|w| got == Some(w));
        let is_text = |wanted: &Option<String>, got: Option<Text<'_>>| {
            wanted.as_deref().is_none_or(|wanted| got.is_some_and(|got| got == *wanted))
        };
        let number = |wanted: &str, how: NumberMatch| match how {
            _ if let (Met::Usual(ordinal), Some(numbers)) = (met, &whose.numbers) => numbers.has(ordinal),
            NumberMatch::Exact => log.caller() == wanted || log.callee() == wanted,
            NumberMatch::Substring => log.caller().contains(wanted) || log.callee().contains(wanted),
        };
        let agent = log.call.agent.map(Ref::index);
        let extension = |ids: &HashSet<String>, how: ExtensionMatch| match log
            .text(|g| g.extension_id.as_ref())
        {
            None => whose.extensions.has(agent),
            Some(id) => {
                let number = log.agent().and_then(|agent| agent.extension.as_deref());
                ids.contains(id)
                    || how == ExtensionMatch::IdOrNumber && number.is_some_and(|number| ids.contains(number))
            }
        };
        let at = match self.date_column {
            Some(DateColumn::CreatedAt) => log.created_at(),
            Some(DateColumn::StartedAt) | None => log.call.at,
        };
        self.call_number.as_ref().is_none_or(|(wanted, how)| number(wanted, *how))
            && is(&self.call_state, Some(log.call_state()))
            && is(&self.direction, Some(log.direction()))
            && self.from.is_none_or(|from| at >= from)
            && self.to.is_none_or(|to| at <= to)
            && is(&self.department_id, log.queue().and_then(|queue| queue.department_id.as_deref()))
            && self.duration.is_none_or(|(how, value)| how.holds(log.duration(), value))
            && self.extension_ids.as_ref().is_none_or(|(ids, how)| extension(ids, *how))
            && (self.external_id.is_none() || is_text(&self.external_id, log.external_id()))
            && (self.external_session_id.is_none()
                || is_text(&self.external_session_id, log.external_session_id()))
            && self.hotline_ids.as_ref().is_none_or(|_| whose.hotlines.has(log.call.queue.map(Ref::index)))
            && self.user_id.as_deref().is_none_or(|wanted| match log.text(|g| g.user_id.as_ref()) {
                None => whose.users.has(agent),
                Some(id) => id == wanted,
            })
    }
}

/// The comparison with a duration. Only the fourth is documented (A15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    Equal,
    LessThan,
    LessThanOrEqualTo,
    GreaterThan,
    GreaterThanOrEqualTo,
}

impl Comparison {
    fn holds(self, duration: u64, value: i64) -> bool {
        let duration = i128::from(duration);
        let value = i128::from(value);
        match self {
            Comparison::Equal => duration == value,
            Comparison::LessThan => duration < value,
            Comparison::LessThanOrEqualTo => duration <= value,
            Comparison::GreaterThan => duration > value,
            Comparison::GreaterThanOrEqualTo => duration >= value,
        }
    }
}

/// The agents, queues and numbers that match a filter, found once per search. So the cost per
/// call does not grow with the number of ids.
#[derive(Debug, Default)]
pub struct Whose<'a> {
    extensions: Wanted,
    users: Wanted,
    hotlines: Wanted,
    /// The numbers with the part that the filter seeks, if it may meet many calls.
    numbers: Option<NumberSet<'a>>,
}

/// The matching entries of one kind, by index, and whether a call without such an entry matches.
#[derive(Debug, Default)]
struct Wanted {
    entries: Vec<bool>,
    nobody: bool,
}

impl Wanted {
    fn has(&self, index: Option<usize>) -> bool {
        index.map_or(self.nobody, |index| self.entries.get(index).copied().unwrap_or_default())
    }
}

impl<'a> Whose<'a> {
    /// Finds the agents and queues of a view that match a filter. `many` tells whether it may meet
    /// many calls.
    pub fn of(view: &'a View, filter: &Filter, many: impl Fn() -> bool) -> Self {
        let extensions = filter.extension_ids.as_ref().map(|(ids, how)| {
            let wanted = |(reference, agent): (Ref<Agent>, &Agent)| {
                let number = agent.extension.as_deref().filter(|_| *how == ExtensionMatch::IdOrNumber);
                ids.contains(&*agents_extension_id(view, reference).to_str())
                    || number.is_some_and(|number| ids.contains(number))
            };
            Wanted { entries: view.agents().map(wanted).collect(), nobody: ids.contains(NOBODY) }
        });
        let users = filter.user_id.as_deref().map(|id| Wanted {
            entries: view.agents().map(|(agent, _)| agents_user_id(view, agent) == *id).collect(),
            nobody: id == NOBODY,
        });
        let hotlines = filter.hotline_ids.as_ref().map(|ids| {
            let wanted = |(_, queue): (Ref<Queue>, &Queue)| {
                let given = queue.data.sencloud.as_ref().and_then(|queue| queue.hotline_id.as_deref());
                ids.contains(given.unwrap_or(&queue.id))
            };
            Wanted { entries: view.queues().map(wanted).collect(), nobody: false }
        });
        Self {
            extensions: extensions.unwrap_or_default(),
            users: users.unwrap_or_default(),
            hotlines: hotlines.unwrap_or_default(),
            numbers: filter
                .call_number
                .as_ref()
                .filter(|(_, how)| *how == NumberMatch::Substring && many())
                .map(|(part, _)| view.numbers().with(part)),
        }
    }
}
