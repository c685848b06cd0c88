//! The rows of a team's table.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Map, Value};

use super::table;
use super::words::Words;
use crate::nearest::did_you_mean;
use crate::times::Zone;
use crate::vendor::Field;

/// A row of a team's table.
#[derive(Debug, Clone)]
pub struct Row {
    /// The line of the row in the file, from 1.
    pub line: usize,
    /// The vendor from which the team has the call.
    pub vendor: String,
    /// The call's id at that vendor.
    pub id: String,
    pub(super) values: Map<String, Value>,
    /// The zone of times without an offset, if the team named one.
    pub(super) zone: Option<Zone>,
}

/// Reads rows from one JSON object per line, with `vendor`, `id`, and any of the fields, or the
/// team's own words for them.
///
/// # Errors
/// The first invalid line, and how to correct it.
pub fn read(text: &str, vendors: &[&str], words: &Words) -> Result<Vec<Row>, String> {
    let rows = rows(table::lines(text)?, vendors, words, "--map FILE")?;
    if rows.is_empty() {
        return Err(
            "line 1: there is no row: expected a JSON object a line, with `vendor` and `id`".to_owned()
        );
    }
    Ok(rows)
}

/// Reads the rows of a table: a JSON array, a JSON object a line, or CSV. The table may be empty.
///
/// # Errors
/// The first invalid row, and how to correct it.
pub fn read_table(text: &str, vendors: &[&str], words: &Words) -> Result<Vec<Row>, String> {
    let table = table::read(text)?;
    let columns: BTreeSet<&str> =
        table.iter().flat_map(|line| line.values.keys()).map(String::as_str).collect();
    let has = |name: &str| columns.contains(name);
    let listed = columns.iter().copied().collect::<Vec<_>>().join(", ");
    if let Some(missing) = words.columns().find(|column| !columns.is_empty() && !has(column)) {
        return Err(format!(
            "columns.{missing} of the map: the table has no column `{missing}`; it has {listed}"
        ));
    }
    for name in ["vendor", "id"] {
        let is_given = words.gives(name) || columns.is_empty() || has(name);
        if !is_given {
            return Err(format!(
                "there is no column `{name}`, only {listed}; give the map `columns: {{NAME: {name}}}`{}",
                if name == "vendor" { ", or `vendor: NAME` for a table of one vendor" } else { "" }
            ));
        }
    }
    rows(table, vendors, words, "--oracle MAP")
}

/// Reads rows. `map` is the flag that names the team's own words.
fn rows(table: Vec<table::Line>, vendors: &[&str], words: &Words, map: &str) -> Result<Vec<Row>, String> {
    let mut rows = vec![];
    for table::Line { number: line_number, values, are_texts } in table {
        let wrong = |message: String| format!("line {line_number}: {message}");
        let mut values = words.translated(values);
        if are_texts {
            table::as_values(&mut values);
        }
        let mut text = |name: &str| match values.remove(name) {
            Some(Value::String(text)) => Ok(text),
            Some(Value::Number(number)) if name == "id" => Ok(number.to_string()),
            _ => Err(wrong(format!("`{name}` is missing, or not a text"))),
        };
        let (vendor, id) = (text("vendor")?, text("id")?);
        if !vendors.contains(&vendor.as_str()) {
            let near = did_you_mean(&vendor, vendors.iter().copied());
            return Err(wrong(format!(
                "there is no vendor `{vendor}`{near}; there are {}",
                vendors.join(", ")
            )));
        }
        let known = || Field::ALL.iter().map(|field| field.name());
        if let Some(name) = values.keys().find(|name| !known().any(|known| known == name.as_str())) {
            let near = did_you_mean(name, known());
            let known: Vec<&str> = known().collect();
            return Err(wrong(format!(
                "unknown field `{name}`{near}; known besides `vendor` and `id`: {}; {map} names a team's own columns",
                known.join(", ")
            )));
        }
        for (name, value) in &values {
            let field = Field::ALL.iter().find(|field| field.name() == name);
            if let Some(message) = field.and_then(|field| mistyped(*field, value)) {
                return Err(wrong(format!("`{name}`: {message}")));
            }
        }
        rows.push(Row { line: line_number, vendor, id, values, zone: words.zone() });
    }
    Ok(rows)
}

/// The mistake in the type of a value, if there is one. Null is valid for every field.
fn mistyped(field: Field, value: &Value) -> Option<String> {
    let wrong = |expected: &str| Some(format!("expected {expected} or null, not {value}"));
    match field {
        _ if value.is_null() => None,
        Field::At | Field::AnsweredAt | Field::EndedAt => {
            // A time without an offset is a mistake in the table, not in its form.
            if moment(value).is_some() || naive(value).is_some() {
                None
            } else {
                wrong("an RFC 3339 time with its offset, as a text,")
            }
        }
        field => match table::unit(field) {
            Some(unit) if !value.is_number() => wrong(unit),
            None if !value.is_string() && !value.is_number() => wrong("a text"),
            _ => None,
        },
    }
}

/// Parses a time in RFC 3339.
pub fn moment(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|at| at.to_utc())
}

/// Parses a time without an offset from UTC.
pub fn naive(value: &Value) -> Option<NaiveDateTime> {
    let text = value.as_str()?;
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}
