//! The result of a comparison: counts and mistakes, also as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// The result of comparing a table with the true calls.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The number of calls that each vendor shows, and how many of them the table has.
    pub calls: BTreeMap<String, Calls>,
    /// The results for the values of each vendor's rows, by field.
    pub fields: BTreeMap<String, BTreeMap<&'static str, Tally>>,
    /// The mistakes.
    pub mistakes: Vec<Discrepancy>,
    /// The mistakes that are one: each stands for many of those above.
    pub uniform: Vec<Uniform>,
    /// The vendors without a row in the table, with the number of calls that they show.
    pub not_compared: BTreeMap<String, usize>,
    /// By vendor: the beginnings of the first and the last call that the table has.
    #[serde(skip)]
    pub kept: BTreeMap<String, (DateTime<Utc>, DateTime<Utc>)>,
}

/// Numbers of calls.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// The number of calls that the vendor shows.
    pub shown: usize,
    /// The number of these calls that the table has.
    pub got: usize,
}

/// The values of a field, counted by the result of their comparison.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Values that are exact.
    pub exact: usize,
    /// Values that are as precise as the vendor tells them.
    pub coarser: usize,
    /// Values that are missing, because the vendor does not tell them.
    pub absent: usize,
    /// Values that are wrong, and times without an offset.
    pub wrong: usize,
    /// Values that are missing, although the vendor tells them.
    pub missing: usize,
    /// Values that are present, although the vendor does not tell them.
    pub invented: usize,
}

/// A mistake in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Discrepancy {
    /// `wrong`, `naive` (a time without an offset), `missing`, `invented`, `missing_call`,
    /// `invented_call` or `repeated_call`.
    pub kind: &'static str,
    /// The line of the row, if the mistake is in a row.
    pub line: Option<usize>,
    /// The vendor of the call.
    pub vendor: String,
    /// The id of the call at that vendor.
    pub id: String,
    /// The field, if the mistake is in a field.
    pub field: Option<&'static str>,
    /// The description of the mistake.
    pub message: String,
    /// The facts by which others like this mistake are found.
    #[serde(skip)]
    pub facts: Facts,
}

/// The facts by which mistakes are found to be alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The value of the row, and the true one.
    pub values: Option<(Value, Value)>,
    /// The fields of which the row has the true value in this field.
    pub of_others: Vec<&'static str>,
    /// The beginning of a call that no row has.
    pub began: Option<DateTime<Utc>>,
}

/// A mistake that stands for many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Uniform {
    /// `times_off`, `no_offset`, `end_missing`, `ids_rounded`, `zeros_lost`, `other_member`,
    /// `other_words` or `persons_merged`.
    pub kind: &'static str,
    /// The vendor.
    pub vendor: String,
    /// The field, if the mistake is in a field.
    pub field: Option<&'static str>,
    /// The number of mistakes that it stands for.
    pub count: usize,
    /// The description, and what to look for.
    pub message: String,
    /// The places of these mistakes in the list of all.
    #[serde(skip)]
    pub places: BTreeSet<usize>,
}

impl Diff {
    /// A report for people: a table per vendor, then the mistakes. For each kind of mistake in a
    /// field, at most `most` are shown.
    #[must_use]
    pub fn text(&self, most: usize) -> String {
        let mut text = String::new();
        for (vendor, calls) in &self.calls {
            let _ = writeln!(text, "{vendor}: {} of {} calls", calls.got, calls.shown);
            let fields = self.fields.get(vendor);
            if fields.is_some() {
                let _ = writeln!(
                    text,
                    "  {:18} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8}",
                    "", "exact", "coarser", "absent", "wrong", "missing", "invented"
                );
            }
            for (field, tally) in fields.into_iter().flatten() {
                let Tally { exact, coarser, absent, wrong, missing, invented } = tally;
                let _ = writeln!(
                    text,
                    "  {field:18} {exact:>7} {coarser:>7} {absent:>7} {wrong:>7} {missing:>7} {invented:>8}"
                );
            }
        }
        for (vendor, shown) in &self.not_compared {
            let _ = writeln!(
                text,
                "{vendor}: 0 of {shown} calls, not compared (--vendor {vendor} requires them)"
            );
        }
        for Uniform { vendor, count, message, .. } in &self.uniform {
            let _ = writeln!(text, "{vendor}: {message} ({count} mistakes)");
        }
        let is_told = |n: &usize| self.uniform.iter().any(|uniform| uniform.places.contains(n));
        let rest = self.mistakes.iter().enumerate().filter(|(n, _)| !is_told(n)).map(|(_, mistake)| mistake);
        let mut printed: BTreeMap<(&str, &str, Option<&str>), usize> = BTreeMap::new();
        for Discrepancy { kind, line, vendor, id, field, message, .. } in rest {
            let so_far = printed.entry((kind, vendor, *field)).or_default();
            *so_far += 1;
            if *so_far > most {
                continue;
            }
            let line = line.map_or_else(String::new, |line| format!("line {line}: "));
            let field = field.map_or_else(String::new, |field| format!(" `{field}`"));
            let kind = kind.replace('_', " ");
            let _ = writeln!(text, "{line}{kind}: {vendor} {id}{field}: {message}");
        }
        for ((kind, vendor, field), count) in printed.into_iter().filter(|(_, count)| *count > most) {
            let field = field.map_or_else(String::new, |field| format!(" `{field}`"));
            let (kind, more) = (kind.replace('_', " "), count - most);
            let _ = writeln!(text, "{kind}: {vendor}{field}: {more} more like these (--all prints them)");
        }
        let _ = match self.mistakes.len() {
            0 => writeln!(text, "no mistakes"),
            1 => writeln!(text, "1 mistake"),
            n => writeln!(text, "{n} mistakes"),
        };
        text
    }
}
