//! The forms of a table: JSON Lines, a JSON array, or CSV.

use serde_json::{Map, Value};

use crate::vendor::Field;

/// A row as it lies in its file.
#[derive(Debug)]
pub struct Line {
    /// The line in the file, or in an array the number of the row, from 1.
    pub number: usize,
    /// The values by the names of their columns.
    pub values: Map<String, Value>,
    /// Whether numbers may be written as texts: CSV has nothing else, and databases often keep them
    /// so.
    pub are_texts: bool,
}

/// Reads one JSON object per line.
///
/// # Errors
/// The first line that is none.
pub fn lines(text: &str) -> Result<Vec<Line>, String> {
    // Some programs begin a file with a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let object = |(n, line): (usize, &str)| {
        let number = n + 1;
        let value = serde_json::from_str(line)
            .map_err(|error| format!("line {number}: not a JSON object: {error}"))?;
        let Value::Object(values) = value else {
            return Err(format!("line {number}: expected a JSON object, one call a line"));
        };
        Ok(Line { number, values, are_texts: false })
    };
    lines.map(object).collect()
}

/// Reads a table in the form that its beginning shows: a JSON array of objects, a JSON object a line,
/// or CSV with the names of the columns in its first line.
///
/// # Errors
/// The first row that cannot be read.
pub fn read(text: &str) -> Result<Vec<Line>, String> {
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        None => Ok(vec![]),
        Some('{') => Ok(lines(text)?.into_iter().map(|line| Line { are_texts: true, ..line }).collect()),
        Some('[') => array(text),
        Some(_) => csv(text),
    }
}

fn array(text: &str) -> Result<Vec<Line>, String> {
    let values: Vec<Value> =
        serde_json::from_str(text).map_err(|error| format!("not a JSON array: {error}"))?;
    let object = |(n, value)| match value {
        Value::Object(values) => Ok(Line { number: n + 1, values, are_texts: true }),
        _ => Err(format!("row {}: expected a JSON object", n + 1)),
    };
    values.into_iter().enumerate().map(object).collect()
}

fn csv(text: &str) -> Result<Vec<Line>, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let wrong =
        |error: csv::Error| format!("not CSV with the names of the columns in its first line: {error}");
    let names = reader.headers().map_err(wrong)?.clone();
    if let Some((_, twice)) =
        names.iter().enumerate().find(|(n, name)| names.iter().take(*n).any(|one| one == *name))
    {
        return Err(format!("line 1: the column `{twice}` is there twice"));
    }
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(wrong)?;
        let number = record.position().map_or(0, csv::Position::line);
        let value = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
        let values = names.iter().zip(&record).map(|(name, text)| (name.trim().to_owned(), value(text)));
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        Ok(Line { number, values: values.collect(), are_texts: true })
    };
    reader.records().map(row).collect()
}

/// The number that a field is, in words. `None` for a field that is none.
pub fn unit(field: Field) -> Option<&'static str> {
    match field {
        Field::Dial
        | Field::Ivr
        | Field::Wait
        | Field::Ring
        | Field::Talk
        | Field::Hold
        | Field::RecordingDuration => Some("a number of seconds"),
        Field::RatingScore => Some("a number"),
        _ => None,
    }
}

/// Makes numbers of the texts of fields that are numbers.
pub fn as_values(values: &mut Map<String, Value>) {
    let is_number =
        |name: &str| Field::ALL.iter().any(|field| field.name() == name && unit(*field).is_some());
    for (_, value) in values.iter_mut().filter(|(name, _)| is_number(name)) {
        let number: Option<serde_json::Number> = value.as_str().and_then(|text| text.parse().ok());
        if let Some(number) = number {
            *value = number.into();
        }
    }
}
