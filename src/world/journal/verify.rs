//! Asking the journal: was it called as it should have been? And if not, what came closest, field
//! by field?

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::compare::{Difference, Found, Path, body, parameter};
use super::{Entry, Filter, Journal};
use crate::scenario::Length;

/// What should have happened.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object such as {\"match\": {\"vendor\": …}, \"count\": {\"exactly\": 1}}"
)]
pub struct Expected {
    /// Which exchanges count; all, if left out.
    #[serde(default, rename = "match")]
    pub wanted: Wanted,
    /// How many there should be; at least one, if left out.
    #[serde(default)]
    pub count: Count,
    /// In the place of `match` and `count`: exchanges that should have come one after another.
    /// Others may stand between.
    #[serde(default)]
    pub in_order: Option<Vec<Wanted>>,
    /// Whether there should be no exchange but those.
    #[serde(default)]
    pub nothing_else: bool,
    /// How long to wait for it; not at all, if left out.
    #[serde(default)]
    pub within: Option<Length>,
}

/// Which exchanges count. What is left out matches everything.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an object such as {\"operation\": \"list_calls\", \"status\": 200}"
)]
pub struct Wanted {
    /// Of this vendor.
    pub vendor: Option<String>,
    /// Of this operation.
    pub operation: Option<String>,
    /// With this status.
    pub status: Option<u16>,
    /// That met this behavior.
    pub behavior: Option<String>,
    /// Whose request has these headers, by whatever case of letters; null is for one that must not
    /// be there.
    pub headers: Option<Map<String, Value>>,
    /// Whose query has these parameters; null is for one that must not be there.
    pub query: Option<Map<String, Value>>,
    /// Whose body, JSON or form, has these parts, at any depth.
    pub body: Option<Value>,
}

/// How many exchanges there should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "an object such as {\"exactly\": 2} or {\"at_least\": 1}")]
pub struct Count {
    /// As many.
    pub exactly: Option<u64>,
    /// As many or more.
    pub at_least: Option<u64>,
    /// As many or fewer.
    pub at_most: Option<u64>,
}

/// What the journal says to that.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Whether the count is as it should be; never where exchanges that may have matched were lost
    /// and there may be too many.
    pub ok: bool,
    /// How many exchanges match.
    pub matched: u64,
    /// Where it is not and there are too few: the exchanges that came closest, the closest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closest: Option<Vec<Near>>,
    /// Where there are too many: the numbers of the first ten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matching: Vec<u64>,
    /// Where nothing else should have come: the numbers of the first ten others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<u64>,
    /// How many exchanges the journal has lost, which may have matched.
    #[serde(skip_serializing_if = "is_zero")]
    pub dropped: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// An exchange that almost matched.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Near {
    /// Its number in the journal.
    pub seq: u64,
    /// Where it differs.
    pub differences: Vec<Difference>,
}

/// How many near misses are shown.
const SHOWN: usize = 3;
/// How many differences of each.
const DIFFERENCES: usize = 50;
/// How many values of bodies are compared at most, in all.
const COMPARISONS: u64 = 5_000_000;
/// How long a list that is looked for may be.
const LONGEST_LIST: usize = 1000;

/// What should have happened is so large that looking for it would take too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooMuch(pub String);

impl Count {
    fn holds(self, matched: u64) -> bool {
        match self {
            Count { exactly: None, at_least: None, at_most: None } => matched >= 1,
            Count { exactly, at_least, at_most } => {
                exactly.is_none_or(|n| matched == n)
                    && at_least.is_none_or(|n| matched >= n)
                    && at_most.is_none_or(|n| matched <= n)
            }
        }
    }

    fn has_a_most(self) -> bool {
        self.exactly.is_some() || self.at_most.is_some()
    }

    /// Whether it can only be told at the end of a wait, for there may be too many by then. As many
    /// as are wanted exactly end it: who waits for two wants to go on when they have come.
    fn forbids(self) -> bool {
        self.exactly == Some(0) || self.at_most.is_some()
    }

    fn too_many(self, matched: u64) -> bool {
        self.exactly.is_some_and(|n| matched > n) || self.at_most.is_some_and(|n| matched > n)
    }
}

/// How many numbers of exchanges are told.
const NUMBERS: usize = 10;

impl Expected {
    /// Whether it can only be told at the end of a wait: nothing, nothing more, or nothing else
    /// should come.
    #[must_use]
    pub fn forbids(&self) -> bool {
        self.nothing_else || (self.in_order.is_none() && self.count.forbids())
    }

    /// Whether `match` or `count` say something.
    #[must_use]
    pub fn says_more_than_order(&self) -> bool {
        self.wanted != Wanted::default() || self.count != Count::default()
    }

    /// Everything that an exchange is held against.
    pub fn each(&self) -> impl Iterator<Item = (String, &Wanted)> {
        let steps = self.in_order.iter().flatten().enumerate();
        let steps = steps.map(|(n, wanted)| (format!("in_order[{n}]"), wanted));
        let one = self.in_order.is_none().then(|| ("match".to_owned(), &self.wanted));
        one.into_iter().chain(steps)
    }
}

/// Comparisons, as many as may be made.
struct Looking {
    left: u64,
}

impl Looking {
    fn look(&mut self, wanted: &Wanted, entry: &Entry, keep: usize) -> Result<Found, TooMuch> {
        let mut found = Found { keep, left: self.left, ..Found::default() };
        wanted.hold_against(entry, &mut found);
        self.left = found.left;
        if self.left == 0 {
            let message =
                format!("expected what can be found in {COMPARISONS} comparisons; leave parts of it out");
            return Err(TooMuch(message));
        }
        Ok(found)
    }

    /// The exchanges that came closest, the closest first.
    fn closest(&mut self, wanted: &Wanted, mut near: Vec<(usize, &Entry)>) -> Result<Vec<Near>, TooMuch> {
        near.sort_by_key(|(distance, entry)| (*distance, std::cmp::Reverse(entry.seq)));
        near.truncate(SHOWN);
        let mut closest = vec![];
        for (_, entry) in near {
            let Found { count, mut kept, .. } = self.look(wanted, entry, DIFFERENCES)?;
            if count > kept.len() {
                let more = format!("{} more differences", count - kept.len());
                kept.push(Difference { path: "…".to_owned(), expected: more.into(), actual: Value::Null });
            }
            closest.push(Near { seq: entry.seq, differences: kept });
        }
        Ok(closest)
    }
}

impl Journal {
    /// Holds the journal against what should have happened.
    ///
    /// # Errors
    /// When that would take too long.
    pub fn verify(&self, expected: &Expected) -> Result<Verdict, TooMuch> {
        let page = self.page(&Filter::default(), 0, usize::MAX);
        for (_, wanted) in expected.each() {
            wanted.body.as_ref().map_or(Ok(()), short_lists)?;
        }
        let mut looking = Looking { left: COMPARISONS };
        let entries: Vec<&Entry> = page.entries.iter().collect();
        let lost = |counts: bool| page.dropped > 0 && (counts || expected.nothing_else);
        let first = |of: Vec<u64>| of.into_iter().take(NUMBERS).collect::<Vec<_>>();
        if let Some(steps) = &expected.in_order {
            let (mut matching, mut others) = (vec![], vec![]);
            for entry in &entries {
                match steps.get(matching.len()) {
                    Some(step) if looking.look(step, entry, 0)?.count == 0 => matching.push(entry.seq),
                    _ => others.push(entry.seq),
                }
            }
            let missing = steps.get(matching.len());
            let others = if expected.nothing_else { first(others) } else { vec![] };
            let ok = missing.is_none() && others.is_empty() && !lost(false);
            // What came before the last step that was met cannot be the one that is missing.
            let met = matching.last().copied().unwrap_or_default();
            let mut closest = vec![];
            if let Some(step) = missing {
                let mut near = vec![];
                for entry in entries.iter().filter(|entry| entry.seq > met) {
                    near.push((looking.look(step, entry, 0)?.distance, *entry));
                }
                closest = looking.closest(step, near)?;
            }
            let matched = matching.len() as u64;
            let closest = (!ok).then_some(closest);
            return Ok(Verdict { ok, matched, closest, matching: vec![], others, dropped: page.dropped });
        }
        let (mut matching, mut not) = (vec![], vec![]);
        for entry in entries {
            let found = looking.look(&expected.wanted, entry, 0)?;
            if found.count == 0 {
                matching.push(entry.seq);
            } else {
                not.push((found.distance, entry));
            }
        }
        let matched = matching.len() as u64;
        let others =
            if expected.nothing_else { not.iter().map(|(_, entry)| entry.seq).collect() } else { vec![] };
        let ok = expected.count.holds(matched) && others.is_empty() && !lost(expected.count.has_a_most());
        let too_many = expected.count.too_many(matched);
        let too_few = !expected.count.holds(matched) && !too_many;
        let closest = if too_few { looking.closest(&expected.wanted, not)? } else { vec![] };
        matching.truncate(if too_many { NUMBERS } else { 0 });
        let (closest, others) = ((!ok).then_some(closest), first(others));
        Ok(Verdict { ok, matched, closest, matching, others, dropped: page.dropped })
    }
}

fn short_lists(value: &Value) -> Result<(), TooMuch> {
    match value {
        Value::Array(all) if all.len() > LONGEST_LIST => Err(TooMuch(format!(
            "expected lists of {LONGEST_LIST} elements at most, found one of {}",
            all.len()
        ))),
        Value::Array(all) => all.iter().try_for_each(short_lists),
        Value::Object(all) => all.values().try_for_each(short_lists),
        _ => Ok(()),
    }
}

impl Wanted {
    fn hold_against(&self, entry: &Entry, found: &mut Found) {
        if let Some(vendor) = self.vendor.as_deref().filter(|vendor| *vendor != entry.vendor) {
            found.differ(&Path::Root("vendor"), &vendor.into(), || entry.vendor.into());
        }
        if let Some(operation) = self.operation.as_deref().filter(|wanted| Some(*wanted) != entry.operation) {
            found.differ(&Path::Root("operation"), &operation.into(), || entry.operation.into());
        }
        if let Some(status) = self.status.filter(|status| Some(*status) != entry.response.status) {
            found.differ(&Path::Root("status"), &status.into(), || entry.response.status.into());
        }
        if let Some(behavior) =
            self.behavior.as_deref().filter(|wanted| !entry.met.behaviors.iter().any(|met| met.id == *wanted))
        {
            found.differ(&Path::Root("behavior"), &behavior.into(), || {
                entry.met.behaviors.iter().map(|met| met.id).collect::<Vec<_>>().into()
            });
        }
        for (name, wanted) in self.headers.iter().flatten() {
            let values = entry.request.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
            let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
            parameter(wanted, &values, &Path::Member(&Path::Root("headers"), name), found);
        }
        for (name, wanted) in self.query.iter().flatten() {
            let values: Vec<&str> = entry
                .request
                .query
                .iter()
                .filter(|(n, _)| n == name)
                .map(|(_, value)| value.as_str())
                .collect();
            parameter(wanted, &values, &Path::Member(&Path::Root("query"), name), found);
        }
        if let Some(wanted) = &self.body {
            body(wanted, &entry.request.body, found);
        }
    }
}
