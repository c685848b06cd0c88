//! A scenario's text: entries as YAML, one on a line where it fits.

use chrono::DateTime;
use serde_json::{Map, Value};

/// The longest line of an entry, in characters. A longer entry has a line for each key.
const WIDTH: usize = 100;

/// Words that YAML does not read as texts.
const WORDS: [&str; 12] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "none", "nan", "inf"];

/// A list of entries under a key. Nothing for an empty list.
pub fn list(key: &str, entries: impl Iterator<Item = Value>) -> String {
    let lines: String = entries.map(|entry| item(&entry)).collect();
    if lines.is_empty() { String::new() } else { format!("{key}:\n{lines}") }
}

fn item(entry: &Value) -> String {
    let line = format!("  - {}\n", flow(entry));
    match entry {
        Value::Object(members) if line.chars().count() > WIDTH => {
            let member = |(n, (key, value)): (usize, (&String, &Value))| {
                format!("  {} {key}: {}\n", if n == 0 { "-" } else { " " }, flow(value))
            };
            members.iter().enumerate().map(member).collect()
        }
        _ => line,
    }
}

/// A value on one line. Keys are those of the format and of the vendors' tables, which are words.
pub fn flow(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let pair = |(key, value): (&String, &Value)| format!("{key}: {}", flow(value));
            format!("{{{}}}", members.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A text. It is quoted if a YAML reader could take it for another type.
pub fn scalar(text: &str) -> String {
    let is_word = text.starts_with(char::is_alphabetic)
        && text.chars().all(|c| c.is_alphanumeric() || "_-".contains(c))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    let is_length = text.strip_suffix('s').is_some_and(|length| {
        let digits = length.strip_suffix('m').unwrap_or(length);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    });
    let is_time = text.contains('T') && DateTime::parse_from_rfc3339(text).is_ok();
    if is_word || is_length || is_time {
        return text.to_owned();
    }
    // JSON is YAML, but for characters that YAML takes only as escapes.
    let quoted = Value::from(text).to_string();
    let escape = |c: char| match c {
        '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
            format!("\\u{:04x}", u32::from(c))
        }
        c => c.to_string(),
    };
    quoted.chars().map(escape).collect()
}

/// The pairs as an object, without those that have no value.
pub fn object<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    let given = pairs.into_iter().filter(|(_, value)| !value.is_null());
    given.map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_again_as_it_was() {
        for text in [
            "plain",
            "No",
            "0330001234",
            "a: b",
            "é \"x\"\n",
            "\u{85}\u{2028}\u{feff}",
            "2s",
            "{a}",
            "",
            "- a",
        ] {
            let value = Value::from(vec![text]);
            let yaml = flow(&value);
            let read: Vec<String> = crate::yaml::whole(&yaml, crate::yaml::Bounds::OWN).expect("YAML");
            assert_eq!(read, [text], "{yaml}");
        }
    }
}
