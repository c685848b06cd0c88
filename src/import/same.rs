//! Whether the scenario shows a row as the vendor's answer had it. What does not follow from the
//! neutral call is written as an override.

use chrono::{DateTime, Datelike};
use serde_json::{Map, Value};

use super::replace::MADE_UP_SITE;

/// The members of a row that are shown with another value.
pub fn differing<'a>(row: &'a Map<String, Value>, shown: &Value) -> Vec<(&'a String, &'a Value)> {
    let differs = |(name, value): &(&'a String, &'a Value)| !is_alike(value, &shown[name.as_str()]);
    row.iter().filter(differs).collect()
}

/// Whether two values of a member say the same. One moment may be written in two ways, and a number
/// as text.
fn is_alike(row: &Value, shown: &Value) -> bool {
    match (row, shown) {
        // A scenario cannot say that a member is null.
        (Value::Null, _) => true,
        (Value::Array(row), Value::Null) => row.is_empty(),
        (Value::String(row), Value::String(shown)) => {
            let time = |text: &str| DateTime::parse_from_rfc3339(text).ok();
            // A made-up address stands for that of the file that callmock serves.
            let is_made_up = |url: &str| url.starts_with(MADE_UP_SITE);
            row == shown
                || is_made_up(row) && is_made_up(shown)
                || time(row).is_some_and(|row| Some(row) == time(shown))
        }
        (Value::String(text), Value::Number(number)) | (Value::Number(number), Value::String(text)) => {
            *text == number.to_string()
        }
        (Value::Object(row), Value::Object(_)) => differing(row, shown).is_empty(),
        (Value::Array(row), Value::Array(shown)) => {
            row.len() == shown.len() && row.iter().zip(shown).all(|(row, shown)| is_alike(row, shown))
        }
        _ => row == shown,
    }
}

/// A value in the form of an override. Members that are null are left out, and so are those with
/// the zero time, which means "no time".
pub fn overriding(value: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(overriding).collect(),
        Value::Object(members) => {
            let zero = |value: &Value| {
                let time = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
                time.is_some_and(|time| time.year() <= 1)
            };
            let given = members.iter().filter(|(_, value)| !value.is_null() && !zero(value));
            Value::Object(given.map(|(name, value)| (name.clone(), overriding(value))).collect())
        }
        value => value.clone(),
    }
}
