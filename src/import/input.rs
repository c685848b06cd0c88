//! The answers in a file: a vendor's JSON as it came, a journal of callmock's, or a HAR of a
//! browser or a proxy.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

/// A file with its text.
#[derive(Debug, Clone)]
pub struct File {
    /// The name, for messages and for the title.
    pub name: String,
    /// The text.
    pub text: String,
}

/// An answer with its place.
#[derive(Debug)]
pub struct Found {
    /// The file, and the number of the exchange or of the line if it has several.
    pub place: String,
    /// The request's body, if it is known and is JSON.
    pub request: Option<Value>,
    /// The answer's body.
    pub body: Value,
}

/// The answers in a file.
///
/// # Errors
/// Every answer that was cut off or is broken, with its place.
pub fn answers(file: &File) -> Result<Vec<Found>, Vec<String>> {
    let text = file.text.trim_start_matches('\u{feff}');
    let values = match serde_json::from_str::<Value>(text) {
        Ok(value) => vec![(None, value)],
        Err(error) => lines(file, text, &error)?,
    };
    let (mut found, mut broken) = (vec![], vec![]);
    for (line, value) in values {
        let place = match line {
            Some(line) => format!("{}:{line}", file.name),
            None => file.name.clone(),
        };
        for answer in of_value(&place, value) {
            match answer {
                Ok(answer) => found.push(answer),
                Err(message) => broken.push(message),
            }
        }
    }
    if broken.is_empty() { Ok(found) } else { Err(broken) }
}

/// JSON Lines, if the first line is JSON of its own.
fn lines(
    file: &File,
    text: &str,
    error: &serde_json::Error,
) -> Result<Vec<(Option<usize>, Value)>, Vec<String>> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let first = lines.next().map(|(_, line)| serde_json::from_str::<Value>(line));
    if !matches!(first, Some(Ok(Value::Object(_) | Value::Array(_)))) {
        return Err(vec![format!("{}:{}", file.name, of_json(error))]);
    }
    let (mut values, mut broken) = (vec![], vec![]);
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(value) => values.push((Some(n + 1), value)),
            Err(error) => broken.push(format!("{}:{}:{}: {}", file.name, n + 1, error.column(), why(&error))),
        }
    }
    if broken.is_empty() { Ok(values) } else { Err(broken) }
}

fn of_json(error: &serde_json::Error) -> String {
    format!("{}:{}: {}", error.line(), error.column(), why(error))
}

/// The reason without its place and without any of the text, which may be personal.
fn why(error: &serde_json::Error) -> &'static str {
    if error.is_eof() {
        "the JSON ends too early: the answer was cut off. Save the whole answer"
    } else {
        "this is not JSON, nor JSON Lines"
    }
}

/// The answers in a value: those of a journal or a HAR, or the value itself.
fn of_value(place: &str, value: Value) -> Vec<Result<Found, String>> {
    if let Some(entries) = value.pointer("/log/entries").and_then(Value::as_array) {
        let numbered = entries.iter().enumerate();
        return numbered.filter_map(|(n, entry)| of_entry(place, n + 1, entry).transpose()).collect();
    }
    let exchanges = match &value {
        Value::Object(_) if is_exchange(&value) => vec![&value],
        Value::Object(object) => match object.get("exchanges").and_then(Value::as_array) {
            Some(exchanges) => exchanges.iter().collect(),
            None => vec![],
        },
        Value::Array(all) if !all.is_empty() && all.iter().all(is_exchange) => all.iter().collect(),
        _ => vec![],
    };
    if exchanges.is_empty() && value.get("exchanges").is_none() {
        return vec![Ok(Found { place: place.to_owned(), request: None, body: value })];
    }
    exchanges.into_iter().filter_map(|exchange| of_exchange(place, exchange).transpose()).collect()
}

fn is_exchange(value: &Value) -> bool {
    let has = |name: &str| value.get(name).is_some_and(Value::is_object);
    value.get("seq").is_some() && has("request") && has("response")
}

/// The answer of an exchange of a journal, if it was a success with JSON.
fn of_exchange(file: &str, exchange: &Value) -> Result<Option<Found>, String> {
    let place = format!("{file}: exchange {}", exchange["seq"]);
    let response = &exchange["response"];
    if !is_success(&response["status"]) {
        return Ok(None);
    }
    let is_text =
        |header: &str| response["headers"][header].as_str().is_some_and(|kind| kind.contains("json"));
    let body = match &response["body"] {
        Value::String(text) if is_text("content-type") || looks_like_json(text) => {
            if response["truncated"] == true {
                let kept = text.len();
                let whole = &response["bytes"];
                return Err(format!(
                    "{place}: the journal has {kept} of the answer's {whole} bytes. Start the server with a larger \
                     --journal-body, and ask again"
                ));
            }
            serde_json::from_str(text).map_err(|error| format!("{place}: {}", broken(&error)))?
        }
        Value::String(_) | Value::Null => return Ok(None),
        body => body.clone(),
    };
    let request = &exchange["request"]["body"];
    Ok(Some(Found { place, request: Some(request.clone()).filter(Value::is_object), body }))
}

/// The answer of an entry of a HAR, if it was a success with JSON.
fn of_entry(file: &str, number: usize, entry: &Value) -> Result<Option<Found>, String> {
    let place = format!("{file}: entry {number}");
    let content = &entry["response"]["content"];
    if !is_success(&entry["response"]["status"]) {
        return Ok(None);
    }
    let is_json = content["mimeType"].as_str().is_some_and(|kind| kind.contains("json"));
    let text = content["text"].as_str().unwrap_or_default();
    let decoded = if content["encoding"] == "base64" {
        let bytes = BASE64.decode(text).map_err(|_| format!("{place}: the answer's Base64 is broken"))?;
        String::from_utf8(bytes).unwrap_or_default()
    } else {
        text.to_owned()
    };
    if !is_json && !looks_like_json(&decoded) {
        return Ok(None);
    }
    if decoded.is_empty() {
        let is_empty = content["size"].as_i64().unwrap_or_default() <= 0;
        return if is_empty {
            Ok(None)
        } else {
            Err(format!("{place}: the HAR does not have the answer's body. Save it with content"))
        };
    }
    let body = serde_json::from_str(&decoded).map_err(|error| format!("{place}: {}", broken(&error)))?;
    let request =
        entry["request"]["postData"]["text"].as_str().and_then(|text| serde_json::from_str(text).ok());
    Ok(Some(Found { place, request: request.filter(Value::is_object), body }))
}

fn broken(error: &serde_json::Error) -> String {
    format!("the answer's JSON is broken at line {}, column {}; it was cut off", error.line(), error.column())
}

fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

fn is_success(status: &Value) -> bool {
    status.as_u64().is_some_and(|status| (200..300).contains(&status))
}
