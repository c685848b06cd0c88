//! Mistakes that many rows have in common, which a report names once: every time off by the same
//! length or without an offset, one end of the range missing, ids rounded or without their leading
//! zeros, one member in place of another, other words, persons merged.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::Value;

use super::diff::{Diff, Discrepancy, Uniform};
use super::rows::moment;
use crate::vendor::Field;

/// The fewest mistakes that are one.
const FEWEST: usize = 2;

/// The most words that a message shows.
const SHOWN: usize = 10;

/// Finds the mistakes that are one.
#[must_use]
pub fn of(diff: &Diff) -> Vec<Uniform> {
    let mut groups: BTreeMap<(&str, &str, Option<&'static str>), Vec<usize>> = BTreeMap::new();
    for (n, mistake) in diff.mistakes.iter().enumerate() {
        groups.entry((&mistake.vendor, mistake.kind, mistake.field)).or_default().push(n);
    }
    let mut all = vec![];
    for ((vendor, kind, field), places) in &groups {
        let found = match (*kind, *field) {
            ("wrong", Some(field)) => times_off(diff, field, places)
                .or_else(|| other_member(diff, field, places))
                .or_else(|| persons_merged(diff, field, places))
                .or_else(|| other_words(diff, field, places)),
            ("naive", Some(field)) => agreed(diff, places, |_| Some(())).map(|((), places)| {
                let message = format!(
                    "every wrong `{field}` is without an offset from UTC: write it with the times, or `zone` in the map"
                );
                ("no_offset", message, places)
            }),
            ("missing_call", None) => {
                let invented = groups.get(&(*vendor, "invented_call", None));
                invented
                    .and_then(|invented| {
                        zeros_lost(diff, places, invented).or_else(|| ids_rounded(diff, places, invented))
                    })
                    .or_else(|| end_missing(diff, vendor, places))
            }
            _ => None,
        };
        if let Some((kind, message, places)) = found {
            let (vendor, count) = ((*vendor).to_owned(), places.len());
            all.push(Uniform { kind, vendor, field: *field, count, message, places });
        }
    }
    all
}

type Found = Option<(&'static str, String, BTreeSet<usize>)>;

fn mistakes<'a>(diff: &'a Diff, places: &'a [usize]) -> impl Iterator<Item = (usize, &'a Discrepancy)> {
    places.iter().filter_map(|place| Some((*place, diff.mistakes.get(*place)?)))
}

/// All of `places`, if every one of them agrees on what `of` tells.
fn agreed<T: PartialEq>(
    diff: &Diff,
    places: &[usize],
    of: impl Fn(&Discrepancy) -> Option<T>,
) -> Option<(T, BTreeSet<usize>)> {
    let mut all = mistakes(diff, places).map(|(_, mistake)| of(mistake));
    let first = all.next()??;
    let agree = places.len() >= FEWEST && all.all(|other| other.as_ref() == Some(&first));
    agree.then(|| (first, places.iter().copied().collect()))
}

fn times_off(diff: &Diff, field: &str, places: &[usize]) -> Found {
    let off = |mistake: &Discrepancy| {
        let (got, truth) = mistake.facts.values.as_ref()?;
        // A vendor tells whole seconds at least.
        Some((moment(got)? - moment(truth)?).num_seconds()).filter(|seconds| *seconds != 0)
    };
    let (seconds, places) = agreed(diff, places, off)?;
    let later = if seconds > 0 { "later" } else { "earlier" };
    let length = length(TimeDelta::seconds(seconds.abs()));
    let hint = if seconds % 900 == 0 {
        ": the offset from UTC was left out, or counted twice"
    } else {
        ": one constant is added to it"
    };
    Some(("times_off", format!("every wrong `{field}` is {length} {later} than it was{hint}"), places))
}

fn length(length: TimeDelta) -> String {
    let (hours, minutes, seconds) =
        (length.num_hours(), length.num_minutes() % 60, length.num_seconds() % 60);
    let part = |n: i64, unit: &str| if n == 0 { String::new() } else { format!("{n} {unit} ") };
    (part(hours, "h") + &part(minutes, "min") + &part(seconds, "s")).trim_end().to_owned()
}

fn other_member(diff: &Diff, field: &str, places: &[usize]) -> Found {
    let common = mistakes(diff, places)
        .map(|(_, mistake)| mistake.facts.of_others.iter().copied().collect::<BTreeSet<_>>())
        .reduce(|one, other| &one & &other)?;
    let other = common.first().filter(|_| places.len() >= FEWEST)?;
    let message = format!("every wrong `{field}` has the value of `{other}`");
    Some(("other_member", message, places.iter().copied().collect()))
}

fn persons_merged(diff: &Diff, field: &str, places: &[usize]) -> Found {
    let is_person = [Field::Agent, Field::Customer, Field::Queue].iter().any(|of| of.name() == field);
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, mistake) in mistakes(diff, places).filter(|_| is_person) {
        let (got, truth) = mistake.facts.values.as_ref()?;
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        names.entry(plain(got)).or_default().insert(plain(truth));
    }
    // The name stands for one more: the one that most rows have it for.
    let told: Vec<String> = names
        .iter()
        .map(|(name, others)| {
            let others: Vec<&str> = others.iter().map(String::as_str).collect();
            format!("`{name}` stands for {} and for others", others.join(", "))
        })
        .collect();
    (places.len() >= FEWEST && !told.is_empty()).then(|| {
        let message = format!("several are one in `{field}`: {}", told.join("; "));
        ("persons_merged", message, places.iter().copied().collect())
    })
}

/// Each true value is written as one other word.
fn other_words(diff: &Diff, field: &str, places: &[usize]) -> Found {
    let mut words: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, mistake) in mistakes(diff, places) {
        let (got, truth) = mistake.facts.values.as_ref()?;
        words.entry(truth.as_str()?.to_owned()).or_default().insert(got.as_str()?.to_owned());
    }
    // Words come again and again; what is different in each row is no word.
    let is_one = words.len() * FEWEST <= places.len() && words.values().all(|got| got.len() == 1);
    is_one.then(|| {
        let pairs: Vec<String> = words
            .iter()
            .flat_map(|(truth, got)| got.iter().map(move |got| format!("{got}: {truth}")))
            .take(SHOWN)
            .collect();
        let message = format!(
            "every wrong `{field}` is in other words: if they are the team's own, map them with \
             `words: {{{field}: {{{}}}}}`",
            pairs.join(", ")
        );
        ("other_words", message, places.iter().copied().collect())
    })
}

fn zeros_lost(diff: &Diff, missing: &[usize], invented: &[usize]) -> Found {
    let without = |id: &str| id.trim_start_matches('0').to_owned();
    let by_rest: BTreeMap<String, usize> = mistakes(diff, missing)
        .filter(|(_, mistake)| mistake.id.starts_with('0'))
        .map(|(n, mistake)| (without(&mistake.id), n))
        .collect();
    let pairs: Vec<(usize, usize)> =
        mistakes(diff, invented).filter_map(|(n, mistake)| Some((n, *by_rest.get(&mistake.id)?))).collect();
    (pairs.len() >= FEWEST).then(|| {
        let message =
            format!("{} ids are without their leading zeros: keep ids as texts, not as numbers", pairs.len());
        ("zeros_lost", message, pairs.into_iter().flat_map(|(one, other)| [one, other]).collect())
    })
}

fn ids_rounded(diff: &Diff, missing: &[usize], invented: &[usize]) -> Found {
    #[expect(clippy::cast_precision_loss, reason = "this loss is the one that is looked for")]
    let rounded = |mistake: &Discrepancy| {
        let id = mistake.id.parse::<u64>().ok().filter(|id| *id > 1 << 53)?;
        Some((id as f64).to_bits())
    };
    let by_value: BTreeMap<u64, usize> =
        mistakes(diff, missing).filter_map(|(n, mistake)| Some((rounded(mistake)?, n))).collect();
    let pairs: Vec<(usize, usize)> = mistakes(diff, invented)
        .filter_map(|(n, mistake)| Some((n, *by_value.get(&rounded(mistake)?)?)))
        .collect();
    (pairs.len() >= FEWEST).then(|| {
        let message = format!(
            "{} ids are rounded: they are above 2^53, which no floating-point number holds; read them as texts",
            pairs.len()
        );
        ("ids_rounded", message, pairs.into_iter().flat_map(|(one, other)| [one, other]).collect())
    })
}

fn end_missing(diff: &Diff, vendor: &str, places: &[usize]) -> Found {
    let (first, last) = diff.kept.get(vendor)?;
    let side = |mistake: &Discrepancy| {
        let began = mistake.facts.began?;
        if began < *first {
            Some("beginning")
        } else if began > *last {
            Some("end")
        } else {
            None
        }
    };
    let (side, places) = agreed(diff, places, side)?;
    let (when, edge) = if side == "end" { ("after", last) } else { ("before", first) };
    let message = format!(
        "no row has the {} calls {when} {}: the {side} of the range is left out",
        places.len(),
        edge.to_rfc3339()
    );
    Some(("end_missing", message, places))
}
