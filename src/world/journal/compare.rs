//! Comparing what was sent with what was wanted, field by field.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::Captured;
use crate::urlencoded;

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

/// Where an exchange differs from what was wanted: counted all of it, and kept as far as that is
/// wanted.
#[derive(Debug, Default)]
pub struct Found {
    pub kept: Vec<Difference>,
    pub keep: usize,
    pub count: usize,
    /// How far it is from a match: another vendor's or operation's exchange is farther than any
    /// with other fields.
    pub distance: usize,
    /// How many comparisons may still be made.
    pub left: u64,
}

impl Found {
    pub fn differ(&mut self, path: &Path<'_>, expected: &Value, actual: impl FnOnce() -> Value) {
        self.count += 1;
        self.distance += match path {
            Path::Root("vendor") => 1_000_000,
            Path::Root("operation") => 10_000,
            _ => 1,
        };
        if self.kept.len() < self.keep {
            let (path, expected, actual) = (path.to_string(), expected.clone(), actual());
            self.kept.push(Difference { path, expected, actual });
        }
    }

    /// Whether a comparison comes out without a difference; none of it is kept or counted.
    fn tried(&mut self, compare: impl FnOnce(&mut Self)) -> bool {
        let mut found = Self { left: self.left, ..Self::default() };
        compare(&mut found);
        self.left = found.left;
        found.count == 0
    }

    /// Whether one comparison more may be made.
    fn may(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }
}

/// Where a value stands: put together only where it is shown.
pub enum Path<'a> {
    Root(&'static str),
    Member(&'a Path<'a>, &'a str),
    Element(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root(name) => f.write_str(name),
            Path::Member(of, name) => write!(f, "{of}.{name}"),
            Path::Element(of, n) => write!(f, "{of}[{n}]"),
        }
    }
}

/// Holds one parameter's values, which are texts, against what was wanted.
pub fn parameter(wanted: &Value, values: &[&str], path: &Path<'_>, found: &mut Found) {
    let matches = |found: &mut Found, wanted: &Value, value: &str| {
        found.may()
            && match wanted {
                Value::String(text) => text == value,
                Value::Object(_) => serde_json::from_str(value)
                    .is_ok_and(|actual| found.tried(|found| subset(wanted, &actual, path, found))),
                other => *other.to_string() == *value,
            }
    };
    let holds = match wanted {
        Value::Null => values.is_empty(),
        Value::Array(all) => unmatched(all, values, |wanted, value| matches(found, wanted, value)).is_empty(),
        one => values.iter().any(|value| matches(found, one, value)),
    };
    if !holds {
        found.differ(path, wanted, || match values {
            [] => Value::Null,
            [one] => (*one).into(),
            all => all.to_vec().into(),
        });
    }
}

/// Holds a captured body, JSON or a form, against what was wanted.
pub fn body(wanted: &Value, captured: &Captured, found: &mut Found) {
    const BODY: Path<'static> = Path::Root("body");
    if captured.truncated() {
        let kept = captured.bytes.len();
        let cut = format!("cut after {kept} of {} bytes; see --journal-body", captured.total);
        return found.differ(&BODY, wanted, || cut.into());
    }
    if let Ok(actual) = serde_json::from_slice::<Value>(&captured.bytes) {
        return subset(wanted, &actual, &BODY, found);
    }
    let text = String::from_utf8_lossy(&captured.bytes);
    match wanted {
        Value::Object(members) if text.contains('=') => {
            let pairs: Vec<(String, String)> = urlencoded::lossy(&text).collect();
            for (name, wanted) in members {
                let values: Vec<&str> =
                    pairs.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect();
                parameter(wanted, &values, &Path::Member(&BODY, name), found);
            }
        }
        Value::String(wanted) if *wanted == text => {}
        _ => found.differ(&BODY, wanted, || {
            Some(text.into_owned()).filter(|text| !text.is_empty()).map_or(Value::Null, Value::String)
        }),
    }
}

/// Notes where a value lacks a part of what was wanted: members that are not wanted, and elements
/// of lists that are not, do not matter.
fn subset(wanted: &Value, actual: &Value, path: &Path<'_>, found: &mut Found) {
    if !found.may() {
        return;
    }
    let same = match (wanted, actual) {
        (Value::Object(wanted), Value::Object(actual)) => {
            for (name, wanted) in wanted {
                let actual = actual.get(name).unwrap_or(&Value::Null);
                subset(wanted, actual, &Path::Member(path, name), found);
            }
            true
        }
        (Value::Array(wanted), Value::Array(actual)) => {
            let left = unmatched(wanted, actual, |wanted, actual| {
                found.tried(|found| subset(wanted, actual, path, found))
            });
            for n in left {
                let there = || actual.get(n).cloned().unwrap_or(Value::Null);
                found.differ(&Path::Element(path, n), &wanted[n], there);
            }
            true
        }
        // As numbers only where one has a fraction's form: two great integers may differ and yet be
        // one as doubles.
        (Value::Number(wanted), Value::Number(actual)) => {
            let as_doubles = wanted.is_f64() || actual.is_f64();
            wanted == actual
                || (as_doubles
                    && wanted.as_f64().zip(actual.as_f64()).is_some_and(|(a, b)| a.total_cmp(&b).is_eq()))
        }
        (wanted, actual) => wanted == actual,
    };
    if !same {
        found.differ(path, wanted, || actual.clone());
    }
}

/// The places of the wanted elements that are left when as many as can be have an element of their
/// own that fits: a matching, for an element that several could take must go where it leaves most
/// for the others.
fn unmatched<W, A>(wanted: &[W], actual: &[A], mut fits: impl FnMut(&W, &A) -> bool) -> Vec<usize> {
    let fitting: Vec<Vec<usize>> = wanted
        .iter()
        .map(|wanted| (0..actual.len()).filter(|n| fits(wanted, &actual[*n])).collect())
        .collect();
    let mut taken_by: Vec<Option<usize>> = vec![None; actual.len()];
    (0..wanted.len())
        .filter(|n| !augment(*n, &fitting, &mut taken_by, &mut vec![false; actual.len()]))
        .collect()
}

/// Augmenting path of a bipartite matching (Kuhn).
fn augment(
    wanted: usize,
    fitting: &[Vec<usize>],
    taken_by: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    if let Some(&free) = fitting[wanted].iter().find(|n| taken_by[**n].is_none()) {
        taken_by[free] = Some(wanted);
        return true;
    }
    for &n in &fitting[wanted] {
        if std::mem::replace(&mut tried[n], true) {
            continue;
        }
        if taken_by[n].is_none_or(|other| augment(other, fitting, taken_by, tried)) {
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

    fn found() -> Found {
        Found { keep: 10, left: 10_000, ..Found::default() }
    }

    fn paths(wanted: &Value, actual: &Value) -> Vec<String> {
        let mut found = found();
        subset(wanted, actual, &Path::Root("body"), &mut found);
        assert_eq!(found.count, found.kept.len());
        found.kept.into_iter().map(|difference| difference.path).collect()
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
            let mut found = found();
            parameter(&wanted, values, &Path::Root("query"), &mut found);
            found.kept.pop().map(|difference| difference.actual)
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
