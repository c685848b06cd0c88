//! The result of a comparison: counts and mistakes, and both as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

/// What a table comes to.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// How many calls each vendor shows, and how many of them the table has.
    pub calls: BTreeMap<String, Calls>,
    /// How the values of each vendor's rows stand, by field.
    pub fields: BTreeMap<String, BTreeMap<&'static str, Tally>>,
    /// What is wrong.
    pub mistakes: Vec<Discrepancy>,
    /// The vendors of which the table has no row, and how many calls they show.
    pub not_compared: BTreeMap<String, usize>,
}

/// How many calls.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// The vendor shows.
    pub shown: usize,
    /// The table has of them.
    pub got: usize,
}

/// The values of a field, counted by what they come to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// As they are.
    pub exact: usize,
    /// As fine as the vendor tells them.
    pub coarser: usize,
    /// Not there, for the vendor tells nothing.
    pub absent: usize,
    /// Something else.
    pub wrong: usize,
    /// Not there, though the vendor tells them.
    pub missing: usize,
    /// There, though the vendor tells nothing.
    pub invented: usize,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Discrepancy {
    /// `wrong`, `missing`, `invented`, `missing_call`, `invented_call` or `repeated_call`.
    pub kind: &'static str,
    /// The row's line, where there is a row.
    pub line: Option<usize>,
    /// Whose call.
    pub vendor: String,
    /// Its id there.
    pub id: String,
    /// Which field, where it is one.
    pub field: Option<&'static str>,
    /// In words.
    pub message: String,
}

impl Diff {
    /// For people: a table a vendor, then the mistakes, of each kind about each field no more than
    /// some.
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
        let mut printed: BTreeMap<(&str, &str, Option<&str>), usize> = BTreeMap::new();
        for Discrepancy { kind, line, vendor, id, field, message } in &self.mistakes {
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
