//! The members of a vendor's rows: what each holds, and the row with its personal data replaced.
//!
//! A table says of each member what may stay in it: times, lengths, flags, and the values that a
//! page lists. Every other text is replaced, and a member that is in no table is left out.

use std::collections::BTreeSet;

use chrono::DateTime;
use serde_json::{Map, Value};

use super::replace::{About, Replacer};

/// The members that a scenario has a place for, each with what it holds.
pub type Table = &'static [(&'static str, Holds)];

/// What a member holds.
#[derive(Debug, Clone, Copy)]
pub enum Holds {
    /// An RFC 3339 time.
    Time,
    /// A time in milliseconds since 1970.
    Millis,
    /// A length in seconds, as a number or as text.
    Seconds,
    /// A small number, such as a score.
    Number,
    /// A truth value.
    Flag,
    /// One of the values that the vendor's page lists.
    Listed(&'static [&'static str]),
    /// A person's name.
    Person,
    /// The names of several persons, with commas between them.
    People,
    /// A person's family name.
    Family,
    /// A person's given name.
    Given,
    /// A telephone number or an extension.
    Phone,
    /// A mail address.
    Mail,
    /// The id of a thing of this kind, as text or as a number.
    Id(&'static str),
    /// The ids of several things, with commas between them. Each may have, after an `@`, the id of
    /// a thing of the second kind.
    Ids(&'static str, &'static str),
    /// Any other text. The word begins its made-up value, such as `Note` in `Note 1`.
    Text(&'static str),
    /// An address on the web, with a word for what is there.
    Url(&'static str),
    /// An object with members of its own.
    Object(Table),
    /// A list of objects.
    List(Table),
    /// A list of values.
    Each(&'static Holds),
}

/// The longest length of a call's phase, in seconds: 49 days.
const LONGEST: i64 = 49 * 86_400;

/// The years 1970 to 2200, in milliseconds since 1970.
const YEARS: std::ops::Range<i64> = 0..7_258_118_400_000;

/// The greatest of small numbers, such as scores and codes.
const SMALL: i64 = 999_999;

/// The members that were left out or replaced, to be reported.
#[derive(Debug, Default)]
pub struct LeftOut {
    /// The names of members that the vendor's table does not have.
    pub unknown: BTreeSet<String>,
    /// The names of members whose value has an unexpected type.
    pub other: BTreeSet<&'static str>,
    /// The names of members with a value that the vendor's page does not list, which was replaced.
    pub unlisted: BTreeSet<&'static str>,
}

/// A vendor's rows, with what may stay in them.
pub struct Reading<'a> {
    /// The vendor.
    pub vendor: &'static str,
    /// What replaces personal data.
    pub replacer: &'a mut Replacer,
}

impl Holds {
    /// What a text in this member is about. None for what may stay.
    fn about(self) -> Option<About> {
        Some(match self {
            Self::Person | Self::People | Self::Family | Self::Given => About::Person,
            Self::Phone => About::Phone,
            Self::Mail => About::Mail,
            Self::Id(kind) | Self::Ids(kind, _) => About::Id(kind),
            Self::Text(word) => About::Text(word),
            Self::Url(word) => About::Url(word),
            Self::Listed(_) => About::Id("word"),
            _ => return None,
        })
    }
}

/// The names of every member of a table, at any depth.
pub fn names(table: Table) -> Vec<&'static str> {
    let within = |holds: Holds| match holds {
        Holds::Object(table) | Holds::List(table) => names(table),
        _ => vec![],
    };
    table.iter().flat_map(|(name, holds)| [vec![*name], within(*holds)].concat()).collect()
}

impl Reading<'_> {
    /// Notes every text of a row, so that no made-up value equals one of them, and the values of
    /// the members that are kept.
    pub fn meet(&mut self, row: &Value, table: Table) {
        self.meet_texts(row);
        self.meet_kept(row, table);
    }

    fn meet_texts(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.replacer.meet(text),
            Value::Number(number) => self.replacer.meet(&number.to_string()),
            Value::Array(all) => all.iter().for_each(|value| self.meet_texts(value)),
            Value::Object(all) => all.values().for_each(|value| self.meet_texts(value)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn meet_kept(&mut self, row: &Value, table: Table) {
        let part = |of: fn(&Holds) -> bool| {
            let found = table.iter().find(|(_, holds)| of(holds));
            found.and_then(|(name, _)| row.get(name)?.as_str())
        };
        let family = part(|holds| matches!(holds, Holds::Family));
        if let Some((family, given)) = family.zip(part(|holds| matches!(holds, Holds::Given))) {
            self.replacer.meet_name(family, given);
        }
        for (name, holds) in table {
            let Some(value) = row.get(name) else { continue };
            match (holds, value) {
                (Holds::Object(table), value) => self.meet_kept(value, table),
                (Holds::List(table), Value::Array(all)) => {
                    for value in all {
                        self.meet_kept(value, table);
                    }
                }
                (Holds::Id(_) | Holds::Phone | Holds::Mail, Value::String(text))
                    if self.replacer.keeps(self.vendor, name) =>
                {
                    if let Some(about) = holds.about() {
                        self.replacer.keep(about, text);
                    }
                }
                _ => {}
            }
        }
    }

    /// The row as the scenario may have it.
    pub fn replaced(&mut self, row: &Value, table: Table, left_out: &mut LeftOut) -> Map<String, Value> {
        let mut made = Map::new();
        for (name, value) in row.as_object().into_iter().flatten() {
            let Some((name, holds)) = table.iter().find(|(known, _)| known == name) else {
                left_out.unknown.insert(name.clone());
                continue;
            };
            if value.is_null() {
                made.insert((*name).to_owned(), Value::Null);
                continue;
            }
            match self.value(name, *holds, value, left_out) {
                Some(value) => drop(made.insert((*name).to_owned(), value)),
                None => drop(left_out.other.insert(name)),
            }
        }
        made
    }

    fn value(
        &mut self,
        name: &'static str,
        holds: Holds,
        value: &Value,
        left_out: &mut LeftOut,
    ) -> Option<Value> {
        let whole = || value.as_i64().or_else(|| value.as_str().and_then(digits));
        match holds {
            Holds::Time => value.as_str().filter(|text| is_time(text)).map(Value::from),
            Holds::Millis => whole().filter(|ms| YEARS.contains(ms)).map(Value::from),
            Holds::Seconds => {
                whole().filter(|seconds| (0..=LONGEST).contains(seconds)).map(|n| same_kind(n, value))
            }
            Holds::Number => whole().filter(|n| n.abs() <= SMALL).map(|n| same_kind(n, value)),
            Holds::Flag => value.as_bool().map(Value::from),
            Holds::Object(table) => {
                value.is_object().then(|| Value::Object(self.replaced(value, table, left_out)))
            }
            Holds::List(table) => {
                let all = value.as_array()?.iter().filter(|value| value.is_object());
                Some(all.map(|value| Value::Object(self.replaced(value, table, left_out))).collect())
            }
            Holds::Each(holds) => {
                let all = value.as_array()?.iter();
                Some(all.filter_map(|value| self.value(name, *holds, value, left_out)).collect())
            }
            Holds::Listed(listed) if value.as_str().is_some_and(|text| listed.contains(&text)) => {
                Some(value.clone())
            }
            Holds::Listed(_) => {
                if value != "" && !self.replacer.keeps(self.vendor, name) {
                    left_out.unlisted.insert(name);
                }
                self.text(name, holds, value)
            }
            _ => self.text(name, holds, value),
        }
    }

    /// A text, or a number in the place of one.
    fn text(&mut self, name: &str, holds: Holds, value: &Value) -> Option<Value> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let about = holds.about()?;
        let kept = self.replacer.keeps(self.vendor, name);
        let mut one = |about, text: &str| {
            if kept { self.replacer.kept(about, text) } else { self.replacer.replaced(about, text) }
        };
        let mut at = |kind, text: &str| match text.rsplit_once('@') {
            Some((id, place)) if !place.contains('.') => {
                format!("{}@{}", one(about, id), one(About::Id(kind), place))
            }
            _ => one(about, text),
        };
        let made = match holds {
            Holds::Ids(_, kind) => text.split(',').map(|id| at(kind, id)).collect::<Vec<_>>().join(","),
            Holds::People => text.split(',').map(|name| one(about, name)).collect::<Vec<_>>().join(","),
            _ => one(about, &text),
        };
        match (value, made.parse::<u64>()) {
            (Value::Number(_), Ok(number)) => Some(number.into()),
            _ => Some(made.into()),
        }
    }
}

/// A number as text, if the given value is text.
fn same_kind(n: i64, given: &Value) -> Value {
    if given.is_string() { n.to_string().into() } else { n.into() }
}

/// Whether a text is an RFC 3339 time, with no more digits than one needs.
fn is_time(text: &str) -> bool {
    text.len() <= 35 && DateTime::parse_from_rfc3339(text).is_ok()
}

fn digits(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}
