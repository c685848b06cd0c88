//! Asking the journal: was it called as it should have been? And if not, what came closest, field by field?

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::journal::{Captured, Entry, Journal};
use crate::urlencoded;

/// What should have happened.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Which exchanges count; all, if left out.
    #[serde(default, rename = "match")]
    pub wanted: Wanted,
    /// How many there should be; at least one, if left out.
    #[serde(default)]
    pub count: Count,
}

/// Which exchanges count. What is left out matches everything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// Of this vendor.
    pub vendor: Option<String>,
    /// Of this operation.
    pub operation: Option<String>,
    /// With this status.
    pub status: Option<u16>,
    /// That met this behavior.
    pub behavior: Option<String>,
    /// Whose query has these parameters; null is for one that must not be there.
    pub query: Option<Map<String, Value>>,
    /// Whose body, JSON or form, has these parts, at any depth.
    pub body: Option<Value>,
}

/// How many exchanges there should be.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
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
    /// Whether the count is as it should be; never where exchanges that may have matched were lost and there may be too
    /// many.
    pub ok: bool,
    /// How many exchanges match.
    pub matched: u64,
    /// Where it is not and there are too few: the exchanges that came closest, the closest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closest: Option<Vec<Near>>,
    /// Where there are too many: the numbers of the first ten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matching: Vec<u64>,
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

/// Where an exchange differs from what was wanted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Such as `query.start` or `body.filter.extension_ids[0]`.
    pub path: String,
    /// What was wanted.
    pub expected: Value,
    /// What was sent; null where nothing was.
    pub actual: Value,
}

/// How many near misses are shown.
const SHOWN: usize = 3;

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

    fn too_many(self, matched: u64) -> bool {
        self.exactly.is_some_and(|n| matched > n) || self.at_most.is_some_and(|n| matched > n)
    }
}

impl Journal {
    /// Holds the journal against what should have happened.
    #[must_use]
    pub fn verify(&self, expected: &Expected) -> Verdict {
        let page = self.page(&super::Filter::default(), 0, usize::MAX);
        let looked: Vec<Near> = page
            .entries
            .iter()
            .map(|entry| Near { seq: entry.seq, differences: expected.wanted.differences(entry) })
            .collect();
        let (matching, mut others): (Vec<Near>, Vec<Near>) =
            looked.into_iter().partition(|near| near.differences.is_empty());
        let matched = matching.len() as u64;
        let lost = page.dropped > 0 && expected.count.has_a_most();
        let ok = expected.count.holds(matched) && !lost;
        let too_many = expected.count.too_many(matched);
        others.sort_by_key(|near| (near.distance(), std::cmp::Reverse(near.seq)));
        others.truncate(SHOWN);
        Verdict {
            ok,
            matched,
            closest: (!ok).then(|| if too_many { vec![] } else { others }),
            matching: if too_many { matching.iter().take(10).map(|near| near.seq).collect() } else { vec![] },
            dropped: page.dropped,
        }
    }
}

impl Near {
    /// How far it is from a match: another vendor's or operation's exchange is farther than any with other fields.
    fn distance(&self) -> usize {
        let weight = |difference: &Difference| match difference.path.as_str() {
            "vendor" => 10_000,
            "operation" => 100,
            _ => 1,
        };
        self.differences.iter().map(weight).sum()
    }
}

impl Wanted {
    fn differences(&self, entry: &Entry) -> Vec<Difference> {
        let mut differences = vec![];
        let mut differ = |path: &str, expected: Value, actual: Value| {
            differences.push(Difference { path: path.to_owned(), expected, actual });
        };
        if let Some(vendor) = self.vendor.as_deref().filter(|vendor| *vendor != entry.vendor) {
            differ("vendor", vendor.into(), entry.vendor.into());
        }
        if let Some(operation) = self.operation.as_deref().filter(|wanted| Some(*wanted) != entry.operation) {
            differ("operation", operation.into(), entry.operation.into());
        }
        if let Some(status) = self.status.filter(|status| Some(*status) != entry.response.status) {
            differ("status", status.into(), entry.response.status.into());
        }
        if let Some(behavior) = self.behavior.as_deref().filter(|wanted| !entry.behaviors.contains(wanted)) {
            differ("behavior", behavior.into(), entry.behaviors.clone().into());
        }
        for (name, wanted) in self.query.iter().flatten() {
            let values: Vec<&str> = entry
                .request
                .query
                .iter()
                .filter(|(n, _)| n == name)
                .map(|(_, value)| value.as_str())
                .collect();
            parameter(wanted, &values, &format!("query.{name}"), &mut differences);
        }
        if let Some(wanted) = &self.body {
            body(wanted, &entry.request.body, &mut differences);
        }
        differences
    }
}

/// Holds one parameter's values, which are texts, against what was wanted.
fn parameter(wanted: &Value, values: &[&str], path: &str, differences: &mut Vec<Difference>) {
    let matches = |wanted: &Value, value: &str| match wanted {
        Value::String(text) => text == value,
        Value::Object(_) => serde_json::from_str(value).is_ok_and(|actual| {
            let mut differences = vec![];
            subset(wanted, &actual, "", &mut differences);
            differences.is_empty()
        }),
        other => *other.to_string() == *value,
    };
    let holds = match wanted {
        Value::Null => values.is_empty(),
        Value::Array(all) => unmatched(all, values, |wanted, value| matches(wanted, value)).is_empty(),
        one => values.iter().any(|value| matches(one, value)),
    };
    if !holds {
        let actual = match values {
            [] => Value::Null,
            [one] => (*one).into(),
            all => all.to_vec().into(),
        };
        differences.push(Difference { path: path.to_owned(), expected: wanted.clone(), actual });
    }
}

fn body(wanted: &Value, captured: &Captured, differences: &mut Vec<Difference>) {
    let mut fail = |actual: Value| {
        differences.push(Difference { path: "body".to_owned(), expected: wanted.clone(), actual });
    };
    if captured.truncated() {
        let kept = captured.bytes.len();
        return fail(format!("cut after {kept} of {} bytes; see --journal-body", captured.total).into());
    }
    if let Ok(actual) = serde_json::from_slice::<Value>(&captured.bytes) {
        return subset(wanted, &actual, "body", differences);
    }
    let text = String::from_utf8_lossy(&captured.bytes);
    match wanted {
        Value::Object(members) if text.contains('=') => {
            let pairs: Vec<(String, String)> = urlencoded::lossy(&text).collect();
            for (name, wanted) in members {
                let values: Vec<&str> =
                    pairs.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect();
                parameter(wanted, &values, &format!("body.{name}"), differences);
            }
        }
        Value::String(wanted) if *wanted == text => {}
        _ if text.is_empty() => fail(Value::Null),
        _ => fail(text.into()),
    }
}

/// Notes where a value lacks a part of what was wanted: members that are not wanted, and elements of lists that are not,
/// do not matter.
fn subset(wanted: &Value, actual: &Value, path: &str, differences: &mut Vec<Difference>) {
    let same = match (wanted, actual) {
        (Value::Object(wanted), Value::Object(actual)) => {
            for (name, wanted) in wanted {
                let actual = actual.get(name).unwrap_or(&Value::Null);
                subset(wanted, actual, &format!("{path}.{name}"), differences);
            }
            true
        }
        (Value::Array(wanted), Value::Array(actual)) => {
            let is_subset = |wanted: &Value, actual: &Value| {
                let mut differences = vec![];
                subset(wanted, actual, "", &mut differences);
                differences.is_empty()
            };
            differences.extend(unmatched(wanted, actual, is_subset).into_iter().map(|n| Difference {
                path: format!("{path}[{n}]"),
                expected: wanted[n].clone(),
                actual: actual.get(n).cloned().unwrap_or(Value::Null),
            }));
            true
        }
        // As numbers only where one has a fraction's form: two great integers may differ and yet be one as doubles.
        (Value::Number(wanted), Value::Number(actual)) => {
            let as_doubles = wanted.is_f64() || actual.is_f64();
            wanted == actual
                || (as_doubles
                    && wanted.as_f64().zip(actual.as_f64()).is_some_and(|(a, b)| a.total_cmp(&b).is_eq()))
        }
        (wanted, actual) => wanted == actual,
    };
    if !same {
        let (path, expected, actual) = (path.to_owned(), wanted.clone(), actual.clone());
        differences.push(Difference { path, expected, actual });
    }
}

/// The places of the wanted elements that are left when as many as can be have an element of their own that fits: a
/// matching, for an element that several could take must go where it leaves most for the others.
fn unmatched<W, A>(wanted: &[W], actual: &[A], fits: impl Fn(&W, &A) -> bool) -> Vec<usize> {
    let fitting: Vec<Vec<usize>> = wanted
        .iter()
        .map(|wanted| (0..actual.len()).filter(|n| fits(wanted, &actual[*n])).collect())
        .collect();
    let mut taken_by: Vec<Option<usize>> = vec![None; actual.len()];
    (0..wanted.len())
        .filter(|n| !place(*n, &fitting, &mut taken_by, &mut vec![false; actual.len()]))
        .collect()
}

/// Finds an element for a wanted one, and another for whoever has it, if that can be.
fn place(wanted: usize, fitting: &[Vec<usize>], taken_by: &mut [Option<usize>], tried: &mut [bool]) -> bool {
    for &n in &fitting[wanted] {
        if std::mem::replace(&mut tried[n], true) {
            continue;
        }
        if taken_by[n].is_none_or(|other| place(other, fitting, taken_by, tried)) {
            taken_by[n] = Some(wanted);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(wanted: &Value, actual: &Value) -> Vec<String> {
        let mut differences = vec![];
        subset(wanted, actual, "body", &mut differences);
        differences.into_iter().map(|difference| difference.path).collect()
    }

    #[test]
    fn a_body_matches_as_a_subset_at_any_depth() {
        let actual =
            json!({ "filter": { "ids": ["101", "102"], "n": 1 }, "list": [{ "a": 1, "b": 2 }, { "a": 3 }] });
        for wanted in [
            json!({}),
            json!({ "filter": {} }),
            json!({ "filter": { "ids": ["102"] } }),
            json!({ "filter": { "n": 1.0 } }),
            json!({ "list": [{ "a": 3 }, { "b": 2 }] }),
            json!({ "missing": null }),
        ] {
            assert_eq!(paths(&wanted, &actual), [""; 0], "{wanted}");
        }
        assert_eq!(paths(&json!({ "filter": { "ids": ["101", "101"] } }), &actual), ["body.filter.ids[1]"]);
        assert_eq!(paths(&json!({ "filter": { "n": "1" } }), &actual), ["body.filter.n"]);
        // What only one fits must not be taken by what others fit as well.
        assert_eq!(
            paths(&json!([{ "a": 1 }, { "b": 2 }]), &json!([{ "a": 1, "b": 2 }, { "a": 1 }])),
            [""; 0]
        );
        assert_eq!(paths(&json!(9_007_199_254_740_992_u64), &json!(9_007_199_254_740_993_u64)), ["body"]);
        assert_eq!(paths(&json!({ "list": [{ "a": 2 }], "x": 1 }), &actual), ["body.list[0]", "body.x"]);
    }

    #[test]
    fn parameters_are_texts_and_null_is_for_none() {
        let differs = |wanted: Value, values: &[&str]| {
            let mut differences = vec![];
            parameter(&wanted, values, "query.p", &mut differences);
            differences.pop().map(|difference| difference.actual)
        };
        assert_eq!(differs(json!("1"), &["1"]), None);
        assert_eq!(differs(json!(1), &["1"]), None);
        assert_eq!(differs(json!(["2", "1"]), &["1", "2", "3"]), None);
        assert_eq!(differs(json!(["1", "1"]), &["1"]), Some(json!("1")));
        assert_eq!(differs(json!({ "a": 1 }), &[r#"{"a":1,"b":2}"#]), None);
        assert_eq!(differs(json!(null), &[]), None);
        assert_eq!(differs(json!(null), &["1"]), Some(json!("1")));
        assert_eq!(differs(json!("1"), &[]), Some(json!(null)));
        assert_eq!(differs(json!("4"), &["1", "2"]), Some(json!(["1", "2"])));
    }
}
