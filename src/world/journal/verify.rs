//! Verification: whether the journal contains the expected exchanges. If not, the closest
//! exchanges, with their differences field by field.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::compare::{Difference, Found, Path, body, parameter};
use super::{Filter, Journal, Kept};
use crate::scenario::Length;

/// The exchanges that a test expects.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object such as {\"match\": {\"vendor\": …}, \"count\": {\"exactly\": 1}}"
)]
pub struct Expected {
    /// The criteria for the exchanges. If left out, all exchanges count.
    #[serde(default, rename = "match")]
    pub wanted: Wanted,
    /// The expected number of exchanges. If left out, at least one.
    #[serde(default)]
    pub count: Count,
    /// In place of `match` and `count`: exchanges that must come in this order. Others may come
    /// between them.
    #[serde(default)]
    pub in_order: Option<Vec<Wanted>>,
    /// Whether other exchanges are forbidden.
    #[serde(default)]
    pub nothing_else: bool,
    /// The time to wait for the exchanges. If left out, none.
    #[serde(default)]
    pub within: Option<Length>,
}

/// The criteria for an exchange. A criterion that is left out matches everything.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an object such as {\"operation\": \"list_calls\", \"status\": 200}"
)]
pub struct Wanted {
    /// The vendor that answered.
    pub vendor: Option<String>,
    /// The requested operation.
    pub operation: Option<String>,
    /// The status code of the answer.
    pub status: Option<u16>,
    /// The id of a behavior that the exchange met.
    pub behavior: Option<String>,
    /// Headers of the request. The case of names does not matter; null is for a header that must be
    /// absent.
    pub headers: Option<Map<String, Value>>,
    /// Parameters of the query. Null is for a parameter that must be absent.
    pub query: Option<Map<String, Value>>,
    /// A part of the body, JSON or a form, at any depth.
    pub body: Option<Value>,
}

/// The expected number of exchanges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "an object such as {\"exactly\": 2} or {\"at_least\": 1}")]
pub struct Count {
    /// The exact number.
    pub exactly: Option<u64>,
    /// The least number.
    pub at_least: Option<u64>,
    /// The greatest number.
    pub at_most: Option<u64>,
}

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Whether the exchanges are as expected. Always false if the journal has dropped exchanges and
    /// one more could be wrong: the number has a maximum, or other exchanges are forbidden.
    pub ok: bool,
    /// The number of exchanges that match.
    pub matched: u64,
    /// If too few match: the closest exchanges, the closest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closest: Option<Vec<Near>>,
    /// If too many match: the numbers of the first ten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matching: Vec<u64>,
    /// If other exchanges are forbidden: the numbers of the first ten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<u64>,
    /// The number of exchanges that the journal has dropped. They may have matched.
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
    /// The exchange's number in the journal.
    pub seq: u64,
    /// The differences.
    pub differences: Vec<Difference>,
}

/// The number of near misses shown.
const SHOWN: usize = 3;
/// The number of differences shown for each near miss.
const DIFFERENCES: usize = 50;
/// The most values that one verification compares.
const COMPARISONS: u64 = 5_000_000;
/// The longest list in an expected body.
const LONGEST_LIST: usize = 1000;

/// The error for an expectation that would take too long to verify.
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

    /// Whether the result is final only at the end of a wait, because too many may still come. An
    /// exact number ends the wait when it is reached: a test that waits for two exchanges wants to
    /// continue as soon as they have come.
    fn forbids(self) -> bool {
        self.exactly == Some(0) || self.at_most.is_some()
    }

    fn too_many(self, matched: u64) -> bool {
        self.exactly.is_some_and(|n| matched > n) || self.at_most.is_some_and(|n| matched > n)
    }
}

/// The number of exchanges' numbers shown.
const NUMBERS: usize = 10;

impl Expected {
    /// Whether the result is final only at the end of a wait, because some exchanges must not come.
    #[must_use]
    pub fn forbids(&self) -> bool {
        self.nothing_else || (self.in_order.is_none() && self.count.forbids())
    }

    /// Whether `match` or `count` is set.
    #[must_use]
    pub fn says_more_than_order(&self) -> bool {
        self.wanted != Wanted::default() || self.count != Count::default()
    }

    /// Every set of criteria, with its path.
    pub fn each(&self) -> impl Iterator<Item = (String, &Wanted)> {
        let steps = self.in_order.iter().flatten().enumerate();
        let steps = steps.map(|(n, wanted)| (format!("in_order[{n}]"), wanted));
        let one = self.in_order.is_none().then(|| ("match".to_owned(), &self.wanted));
        one.into_iter().chain(steps)
    }
}

/// A budget of comparisons.
struct Looking<'a> {
    journal: &'a Journal,
    left: u64,
}

impl Looking<'_> {
    fn look(&mut self, wanted: &Wanted, entry: &Kept, keep: usize) -> Result<Found, TooMuch> {
        let mut found = Found { keep, left: self.left, ..Found::default() };
        wanted.hold_against(self.journal, entry, &mut found);
        self.left = found.left;
        if self.left == 0 {
            let message =
                format!("expected what can be found in {COMPARISONS} comparisons; leave parts of it out");
            return Err(TooMuch(message));
        }
        Ok(found)
    }

    /// The closest exchanges, the closest first.
    fn closest(&mut self, wanted: &Wanted, mut near: Vec<(usize, &Kept)>) -> Result<Vec<Near>, TooMuch> {
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
    /// Verifies that the journal contains the expected exchanges.
    ///
    /// # Errors
    /// When the verification would take too long.
    pub fn verify(&self, expected: &Expected) -> Result<Verdict, TooMuch> {
        let page = self.page(&Filter::default(), 0, usize::MAX);
        for (_, wanted) in expected.each() {
            wanted.body.as_ref().map_or(Ok(()), short_lists)?;
        }
        let mut looking = Looking { journal: self, left: COMPARISONS };
        let entries: Vec<&Kept> = page.entries.iter().map(|seen| &*seen.kept).collect();
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
            // The missing step must come after the last step that was found.
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
    fn hold_against(&self, journal: &Journal, entry: &Kept, found: &mut Found) {
        if let Some(vendor) = self.vendor.as_deref().filter(|vendor| *vendor != entry.vendor) {
            found.differ(&Path::Root("vendor"), &vendor.into(), || entry.vendor.into());
        }
        if let Some(operation) = self.operation.as_deref().filter(|wanted| Some(*wanted) != entry.operation) {
            found.differ(&Path::Root("operation"), &operation.into(), || entry.operation.into());
        }
        if let Some(status) = self.status.filter(|status| Some(*status) != entry.status) {
            found.differ(&Path::Root("status"), &status.into(), || entry.status.into());
        }
        if let Some(behavior) = self
            .behavior
            .as_deref()
            .filter(|wanted| !entry.met().behaviors.iter().any(|met| met.id == *wanted))
        {
            found.differ(&Path::Root("behavior"), &behavior.into(), || {
                entry.met().behaviors.iter().map(|met| met.id).collect::<Vec<_>>().into()
            });
        }
        if self.headers.is_none() && self.query.is_none() && self.body.is_none() {
            return;
        }
        let request = journal.shown_request(entry);
        for (name, wanted) in self.headers.iter().flatten() {
            let values = request.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
            let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
            parameter(wanted, &values, &Path::Member(&Path::Root("headers"), name), found);
        }
        for (name, wanted) in self.query.iter().flatten() {
            let values: Vec<&str> =
                request.query.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect();
            parameter(wanted, &values, &Path::Member(&Path::Root("query"), name), found);
        }
        if let Some(wanted) = &self.body {
            body(wanted, &request.body, found);
        }
    }
}
