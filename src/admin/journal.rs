//! `GET` and `DELETE /_mock/journal`: the recorded exchanges.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::extract::{Named, Scope};
use super::state::Admin;
use super::verify::one_of;
use crate::contract::{Catalogue, Finding, Met};
use crate::exchange::{Refused, refusal};
use crate::nearest::did_you_mean;
use crate::urlencoded;
use crate::vendor::{Vendor, again};
use crate::world::{
    Captured, Entry, Filter, Journal, LateFinding, RequestRecord, ResponseRecord, Seen, World, cut_texts,
};

const PARAMETERS: [&str; 7] = ["vendor", "operation", "status", "behavior", "finding", "after", "limit"];

/// The most exchanges of an answer, unless the query says another number.
const LIMIT: usize = 1000;

/// The exchanges that are taken from the journal at a time.
const HANDFUL: usize = 16;

/// Lists the exchanges that match the query, oldest first. They are written a handful at a time, as
/// the client reads, so that neither a long journal nor a slow client holds memory.
pub async fn list(
    State(admin): State<Admin>,
    scope: Scope,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let Query { filter, after, limit } = Query::read(&query.unwrap_or_default(), &admin.catalogues(), &[])?;
    let world = scope.world();
    let (late, until) = (world.late_findings(), world.journal().newest());
    let listing = Listing {
        journal: Arc::clone(world.journal()),
        filter,
        late,
        after,
        until,
        left: limit,
        begun: false,
        ended: false,
    };
    let kind = [(header::CONTENT_TYPE, "application/json")];
    let Some((first, listing)) = listing.next_apart().await else {
        let message = "callmock failed: this is a bug of callmock, and its log says more";
        return Err(refusal(StatusCode::INTERNAL_SERVER_ERROR, "internal", message));
    };
    if listing.ended {
        return Ok((kind, first).into_response());
    }
    let rest = stream::unfold(listing, |listing| async {
        if listing.ended { None } else { listing.next_apart().await }
    });
    let pieces = stream::iter([first]).chain(rest).map(Ok::<_, Infallible>);
    Ok((kind, Body::from_stream(pieces)).into_response())
}

/// A list of exchanges that is being written.
struct Listing {
    journal: Arc<Journal>,
    filter: Filter,
    late: HashMap<u64, Vec<LateFinding>>,
    after: u64,
    /// The last exchange when the list was asked for.
    until: u64,
    left: usize,
    begun: bool,
    ended: bool,
}

impl Listing {
    /// The next piece of the answer. Exchanges are masked and written on a thread that blocks no
    /// other request.
    async fn next_apart(self) -> Option<(Bytes, Self)> {
        tokio::task::spawn_blocking(move || self.next()).await.ok()
    }

    /// The next piece of the answer.
    fn next(mut self) -> (Bytes, Self) {
        let limit = self.left.min(HANDFUL);
        let page = self.journal.page_with(&self.filter, self.after, limit, &self.late);
        let mut text = vec![];
        if !self.begun {
            text.extend_from_slice(b"{\"exchanges\":[");
        }
        let entries = page.entries.iter().filter(|seen| seen.kept.seq <= self.until);
        let mut written = 0;
        for seen in entries {
            if self.begun || written > 0 {
                text.push(b',');
            }
            written += 1;
            exchange(&self.journal.shown(seen), None).write(&mut text);
        }
        self.begun |= written > 0;
        self.left -= written;
        let was_whole = written == HANDFUL && self.left > 0;
        if was_whole {
            self.after = page.next;
        } else {
            self.ended = true;
            let next = page.next.min(self.until.max(self.after));
            let end = format!("],\"next\":{next},\"dropped\":{}}}", page.dropped);
            text.extend_from_slice(end.as_bytes());
        }
        (text.into(), self)
    }
}

/// Deletes every exchange.
pub async fn clear(scope: Scope) -> StatusCode {
    scope.world().journal().clear();
    StatusCode::NO_CONTENT
}

/// Explains why the signature of one exchange was refused: the string that the client signed, the
/// string that it should have signed, and where they differ. The explanation is made now, from the
/// request that the journal keeps.
pub async fn signature(
    State(admin): State<Admin>,
    scope: Scope,
    Named(seq): Named,
) -> Result<Json<Value>, Refused> {
    let missing = |message: String| refusal(StatusCode::NOT_FOUND, "not_found", message);
    let number: u64 = seq.parse().map_err(|_| {
        missing(format!("`{seq}` is no exchange's number; GET …/journal shows them as `seq`"))
    })?;
    let world = scope.world();
    let page = world.journal().page(&Filter::default(), number.saturating_sub(1), 1);
    let seen = page.entries.into_iter().find(|seen| seen.kept.seq == number);
    let seen = seen.ok_or_else(|| {
        missing(format!("the journal has no exchange {number}; it has lost {} so far", page.dropped))
    })?;
    let vendor = admin.app.vendors.iter().find(|vendor| vendor.name() == seen.kept.vendor);
    let (of, asked, vendor) = (Arc::clone(&world), seen.clone(), vendor.copied());
    let explained = tokio::task::spawn_blocking(move || explained(vendor, &of, &asked)).await;
    let explained = explained.unwrap_or_default();
    let signature = explained.ok_or_else(|| {
        missing(format!(
            "exchange {number} was not refused for its signature, but met {}",
            seen.met.behaviors.iter().map(|met| met.id).collect::<Vec<_>>().join(", ")
        ))
    })?;
    Ok(Json(json!({ "seq": number, "behaviors": ids(&seen.met).0, "signature": signature })))
}

/// The explanation of a signature: what the vendor noted when it refused it, and its diagnosis.
fn explained(vendor: Option<&dyn Vendor>, world: &Arc<World>, seen: &Seen) -> Option<Value> {
    let mut noted = world.journal().shown(seen).explanation?;
    let mut signature = noted.get_mut("signature")?.take();
    let found = vendor.and_then(|vendor| {
        let request = again(vendor, world, &seen.kept)?;
        vendor.diagnose(&request, &signature)
    });
    if let Some(mut found) = found {
        seen.kept.mask(world.secrets()).json(&mut found);
        cut_texts(&mut found, world.journal().body_limit());
        if let (Some(signature), Value::Object(found)) = (signature.as_object_mut(), found) {
            signature.extend(found);
        }
    }
    Some(signature)
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
        let mut read = Self { filter: Filter::default(), after: 0, limit: LIMIT };
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

/// An exchange as JSON, with the id of its world if that is to be shown.
#[must_use]
pub fn exchange<'a>(entry: &'a Entry, world: Option<&'a str>) -> Exchange<'a> {
    Exchange { entry, world }
}

/// An exchange that is written as JSON.
pub struct Exchange<'a> {
    entry: &'a Entry,
    world: Option<&'a str>,
}

impl Exchange<'_> {
    /// Writes the exchange.
    pub fn write(&self, to: &mut Vec<u8>) {
        // Texts, numbers and lists of them always are JSON, and memory takes them all.
        let _ = serde_json::to_writer(to, self);
    }
}

impl Serialize for Exchange<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = self.entry;
        let (behaviors, findings) = ids(&entry.met);
        let duration = u64::try_from(entry.duration.as_micros()).unwrap_or(u64::MAX);
        let mut all = serializer.serialize_map(None)?;
        all.serialize_entry("seq", &entry.seq)?;
        all.serialize_entry("at", &entry.at)?;
        all.serialize_entry("vendor", entry.vendor)?;
        all.serialize_entry("operation", &entry.operation)?;
        all.serialize_entry("behaviors", &behaviors)?;
        all.serialize_entry("findings", &findings)?;
        all.serialize_entry("fault", &entry.faults.first().map(injected))?;
        all.serialize_entry("duration_us", &duration)?;
        all.serialize_entry("request", &Message(&entry.request))?;
        all.serialize_entry("response", &Message(&entry.response))?;
        if entry.faults.len() > 1 {
            all.serialize_entry("faults", &entry.faults.iter().map(injected).collect::<Vec<_>>())?;
        }
        if let Some(test) = &entry.test {
            all.serialize_entry("test", test)?;
        }
        let Met { details, inferences, expected, .. } = &*entry.met;
        if !details.is_empty() {
            let detail =
                |(finding, detail): &(&Finding, String)| json!({ "id": finding.id, "detail": detail });
            all.serialize_entry("details", &details.iter().map(detail).collect::<Vec<_>>())?;
        }
        if !inferences.is_empty() {
            let ids: Vec<_> = inferences.iter().map(|inference| inference.id).collect();
            all.serialize_entry("inferences", &ids)?;
        }
        if !expected.is_empty() {
            all.serialize_entry("expected", expected)?;
        }
        if let Some(hint) = &entry.hint {
            all.serialize_entry("hint", hint)?;
        }
        if let Some(explanation) = &entry.explanation {
            let mut explanation = explanation.clone();
            if let Some(signature) = explanation.get_mut("signature").and_then(Value::as_object_mut) {
                // The rest is made when it is asked for.
                signature.insert("more".to_owned(), format!("journal/{}/signature", entry.seq).into());
            }
            all.serialize_entry("explanation", &explanation)?;
        }
        if let Some(world) = self.world {
            all.serialize_entry("world", world)?;
        }
        all.end()
    }
}

/// A message of an exchange, as JSON.
struct Message<'a, T>(&'a T);

impl Serialize for Message<'_, RequestRecord> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let RequestRecord { method, path, query, headers, body } = self.0;
        let mut all = serializer.serialize_map(None)?;
        all.serialize_entry("method", method)?;
        all.serialize_entry("path", path)?;
        all.serialize_entry("query", &object(query))?;
        all.serialize_entry("headers", &object(headers))?;
        add_body(&mut all, body)?;
        all.end()
    }
}

impl Serialize for Message<'_, ResponseRecord> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ResponseRecord { status, headers, body, finished } = self.0;
        let mut all = serializer.serialize_map(None)?;
        all.serialize_entry("status", status)?;
        all.serialize_entry("headers", &object(headers))?;
        all.serialize_entry("finished", finished)?;
        add_body(&mut all, body)?;
        all.end()
    }
}

/// The ids of an exchange's behaviors and of its findings.
fn ids(met: &Met) -> (Vec<&'static str>, Vec<&'static str>) {
    let behaviors = met.behaviors.iter().map(|behavior| behavior.id);
    (behaviors.collect(), met.findings.iter().map(|finding| finding.id).collect())
}

fn injected((id, action): &(Arc<str>, Value)) -> Value {
    json!({ "id": id, "do": action })
}

/// Adds a body as JSON if it is JSON, else as text. A truncated body is marked, with its full size.
fn add_body<M: SerializeMap>(message: &mut M, captured: &Captured) -> Result<(), M::Error> {
    let text = std::str::from_utf8(&captured.bytes).ok().filter(|_| captured.json);
    match text.and_then(|json| RawValue::from_string(compact(json)).ok()) {
        _ if captured.bytes.is_empty() && !captured.truncated() => message.serialize_entry("body", &())?,
        Some(json) => message.serialize_entry("body", &json)?,
        None => message.serialize_entry("body", &String::from_utf8_lossy(&captured.bytes))?,
    }
    if captured.truncated() {
        message.serialize_entry("truncated", &true)?;
        message.serialize_entry("bytes", &captured.total)?;
    }
    Ok(())
}

/// JSON without the white space between its tokens, so that it fits in one line.
fn compact(json: &str) -> String {
    let mut compact = String::with_capacity(json.len());
    let (mut from, mut in_text, mut escaped) = (0, false, false);
    for (at, byte) in json.bytes().enumerate() {
        if escaped {
            escaped = false;
        } else if in_text {
            escaped = byte == b'\\';
            in_text = byte != b'"';
        } else if byte == b'"' {
            in_text = true;
        } else if byte.is_ascii_whitespace() {
            compact.push_str(&json[from..at]);
            from = at + 1;
        }
    }
    compact.push_str(&json[from..]);
    compact
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
