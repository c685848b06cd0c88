//! `GET` and `DELETE /_mock/journal`: the recorded exchanges.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::extract::{Named, Scope};
use super::state::Admin;
use super::verify::one_of;
use crate::contract::{Catalogue, Finding, Met};
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean;
use crate::urlencoded;
use crate::world::{Captured, Entry, Filter, Injected};

const PARAMETERS: [&str; 7] = ["vendor", "operation", "status", "behavior", "finding", "after", "limit"];

/// Lists the exchanges that match the query, oldest first.
pub async fn list(
    State(admin): State<Admin>,
    scope: Scope,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refused> {
    let Query { filter, after, limit } = Query::read(&query.unwrap_or_default(), &admin.catalogues(), &[])?;
    let world = scope.world();
    let page = world.journal().page_with(&filter, after, limit, &world.late_findings());
    let exchanges: Vec<Value> = page.entries.iter().map(exchange).collect();
    Ok(Json(json!({ "exchanges": exchanges, "next": page.next, "dropped": page.dropped })))
}

/// Deletes every exchange.
pub async fn clear(scope: Scope) -> StatusCode {
    scope.world().journal().clear();
    StatusCode::NO_CONTENT
}

/// Explains why the signature of one exchange was refused: the string that the client signed, the
/// string that it should have signed, and where they differ.
pub async fn signature(scope: Scope, Named(seq): Named) -> Result<Json<Value>, Refused> {
    let missing = |message: String| refusal(StatusCode::NOT_FOUND, "not_found", message);
    let number: u64 = seq.parse().map_err(|_| {
        missing(format!("`{seq}` is no exchange's number; GET …/journal shows them as `seq`"))
    })?;
    let page = scope.world().journal().page(&Filter::default(), number.saturating_sub(1), 1);
    let entry = page.entries.into_iter().find(|entry| entry.seq == number);
    let entry = entry.ok_or_else(|| {
        missing(format!("the journal has no exchange {number}; it has lost {} so far", page.dropped))
    })?;
    let signature = entry.explanation.as_ref().and_then(|explanation| explanation.get("signature")).cloned();
    let signature = signature.ok_or_else(|| {
        missing(format!(
            "exchange {number} was not refused for its signature, but met {}",
            entry.met.behaviors.iter().map(|met| met.id).collect::<Vec<_>>().join(", ")
        ))
    })?;
    Ok(Json(json!({ "seq": number, "behaviors": ids(&entry.met).0, "signature": signature })))
}

/// A query for exchanges.
pub struct Query {
    /// The exchanges that are wanted.
    pub filter: Filter,
    /// The number of an exchange, before the first that is wanted.
    pub after: u64,
    /// The most exchanges of an answer.
    pub limit: usize,
}

impl Query {
    /// Parses a query. Refuses names that can never match, because a typing mistake must not look
    /// like an empty journal. `without` lists the parameters that this resource does not support.
    ///
    /// # Errors
    /// The refusal of the first parameter that is wrong.
    pub fn read(query: &str, catalogues: &[&'static Catalogue], without: &[&str]) -> Result<Self, Refused> {
        let read = Self::parse(query, without)
            .map_err(|message| refusal(StatusCode::BAD_REQUEST, "invalid_parameter", message))?;
        let vendors: Vec<&str> = catalogues.iter().map(|c| c.vendor).collect();
        let operations: Vec<&str> = catalogues.iter().flat_map(|c| c.operations).map(|o| o.id).collect();
        let behaviors: Vec<&str> = catalogues.iter().flat_map(|c| c.behaviors()).map(|b| b.id).collect();
        let findings: Vec<&str> = catalogues.iter().flat_map(|c| c.findings).map(|f| f.id).collect();
        one_of("vendor", read.filter.vendor.as_deref(), &vendors)?;
        one_of("operation", read.filter.operation.as_deref(), &operations)?;
        one_of("behavior", read.filter.behavior.as_deref(), &behaviors)?;
        one_of("finding", read.filter.finding.as_deref(), &findings)?;
        Ok(read)
    }

    fn parse(query: &str, without: &[&str]) -> Result<Self, String> {
        let known = || PARAMETERS.into_iter().filter(|name| !without.contains(name));
        let pairs =
            urlencoded::pairs(query).map_err(|_| "the query is not percent-encoded UTF-8".to_owned())?;
        let mut read = Self { filter: Filter::default(), after: 0, limit: usize::MAX };
        for (name, value) in pairs {
            let number = |what: &str| {
                value.parse::<u64>().map_err(|_| format!("`{name}` takes {what}, not `{value}`"))
            };
            match name.as_str() {
                other if !known().any(|name| name == other) => {
                    let near = did_you_mean(other, known());
                    let known: Vec<&str> = known().collect();
                    return Err(format!("unknown parameter `{other}`{near}; known: {}", known.join(", ")));
                }
                "vendor" => read.filter.vendor = Some(value),
                "operation" => read.filter.operation = Some(value),
                "behavior" => read.filter.behavior = Some(value),
                "finding" => read.filter.finding = Some(value),
                "status" => {
                    let status = number("an HTTP status")?;
                    read.filter.status = Some(
                        u16::try_from(status)
                            .map_err(|_| format!("`status` takes an HTTP status, not `{value}`"))?,
                    );
                }
                "after" => read.after = number("the `next` of an earlier answer")?,
                _ => read.limit = usize::try_from(number("a number")?).unwrap_or(usize::MAX),
            }
        }
        Ok(read)
    }
}

/// An exchange as JSON.
pub fn exchange(entry: &Entry) -> Value {
    let Entry { request, response, .. } = entry;
    let mut value = json!({
        "seq": entry.seq,
        "at": entry.at,
        "vendor": entry.vendor,
        "operation": entry.operation,
        "behaviors": ids(&entry.met).0,
        "findings": ids(&entry.met).1,
        "fault": entry.faults.first().map(injected),
        "duration_us": u64::try_from(entry.duration.as_micros()).unwrap_or(u64::MAX),
        "request": {
            "method": request.method,
            "path": request.path,
            "query": object(&request.query),
            "headers": object(&request.headers),
        },
        "response": { "status": response.status, "headers": object(&response.headers), "finished": response.finished },
    });
    if entry.faults.len() > 1 {
        value["faults"] = entry.faults.iter().map(injected).collect();
    }
    if let Some(test) = &entry.test {
        value["test"] = json!(test);
    }
    let Met { details, inferences, .. } = &*entry.met;
    if !details.is_empty() {
        let detail = |(finding, detail): &(&Finding, String)| json!({ "id": finding.id, "detail": detail });
        value["details"] = details.iter().map(detail).collect();
    }
    if !inferences.is_empty() {
        value["inferences"] = inferences.iter().map(|inference| inference.id).collect();
    }
    if !entry.met.expected.is_empty() {
        value["expected"] = json!(entry.met.expected);
    }
    body(&mut value["request"], &request.body);
    body(&mut value["response"], &response.body);
    if let Some(hint) = &entry.hint {
        value["hint"] = Value::from(&**hint);
    }
    if let Some(explanation) = &entry.explanation {
        value["explanation"] = explanation.clone();
    }
    value
}

/// The ids of an exchange's behaviors and of its findings.
fn ids(met: &Met) -> (Vec<&'static str>, Vec<&'static str>) {
    let behaviors = met.behaviors.iter().map(|behavior| behavior.id);
    (behaviors.collect(), met.findings.iter().map(|finding| finding.id).collect())
}

fn injected(injected: &Injected) -> Value {
    json!({ "id": injected.id, "do": injected.action })
}

/// Adds a body as JSON if it parses, else as text. A truncated body is marked, with its full size.
fn body(message: &mut Value, captured: &Captured) {
    let text = || Value::String(String::from_utf8_lossy(&captured.bytes).into_owned());
    message["body"] = match (captured.bytes.is_empty(), captured.truncated()) {
        (true, false) => Value::Null,
        (_, true) => text(),
        (false, false) => serde_json::from_slice(&captured.bytes).unwrap_or_else(|_| text()),
    };
    if captured.truncated() {
        message["truncated"] = Value::Bool(true);
        message["bytes"] = captured.total.into();
    }
}

/// Pairs as a JSON object. A name that occurs more than once has an array.
fn object(pairs: &[(String, String)]) -> Value {
    let mut object = Map::new();
    for (name, value) in pairs {
        let value = Value::String(value.clone());
        match object.get_mut(name) {
            None => drop(object.insert(name.clone(), value)),
            Some(Value::Array(all)) => all.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(object)
}
