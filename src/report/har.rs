//! Exchanges as an HTTP archive (HAR 1.2), which browsers and many tools open.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::version::VERSION;
use crate::world::{Captured, Entry};

/// The text before the first entry of an archive.
#[must_use]
pub fn head() -> String {
    let creator = json!({ "name": "callmock", "version": VERSION });
    format!("{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"entries\":[\n")
}

/// The text after the last entry of an archive.
pub const TAIL: &str = "\n]}}\n";

/// One exchange of a world as an entry. The time is the world's. Members that callmock adds begin
/// with an underscore, as the format asks for.
#[must_use]
pub fn entry(world: &str, entry: &Entry) -> Value {
    let Entry { request, response, .. } = entry;
    let millis = entry.duration.as_secs_f64() * 1000.0;
    let find = |headers: &[(String, String)], name: &str| {
        headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    let host = find(&request.headers, "host").unwrap_or_else(|| "localhost".to_owned());
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let mut sent = json!({
        "method": request.method,
        "url": format!("http://{host}{}{mark}{}", request.path, query.join("&")),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs(&request.headers),
        "queryString": pairs(&request.query),
        "headersSize": -1,
        "bodySize": request.body.total,
    });
    if request.body.total > 0 {
        let kind = find(&request.headers, "content-type").unwrap_or_default();
        sent["postData"] = json!({ "mimeType": kind, "params": [], "text": text(&request.body) });
    }
    let kind = find(&response.headers, "content-type").unwrap_or_default();
    json!({
        "startedDateTime": time(entry.at),
        "time": millis,
        "request": sent,
        "response": {
            "status": response.status.unwrap_or(0),
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": pairs(&response.headers),
            "content": { "size": response.body.total, "mimeType": kind, "text": text(&response.body) },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": response.body.total,
        },
        "cache": {},
        "timings": { "send": 0, "wait": millis, "receive": 0 },
        "_world": world,
        "_seq": entry.seq,
        "_vendor": entry.vendor,
        "_operation": entry.operation,
        "_behaviors": entry.met.behaviors.iter().map(|behavior| behavior.id).collect::<Vec<_>>(),
        "_findings": entry.met.findings.iter().map(|finding| finding.id).collect::<Vec<_>>(),
        "_hint": entry.hint.as_deref(),
        "_truncated": request.body.truncated() || response.body.truncated(),
    })
}

fn pairs(pairs: &[(String, String)]) -> Vec<Value> {
    pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn text(body: &Captured) -> String {
    String::from_utf8_lossy(&body.bytes).into_owned()
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
