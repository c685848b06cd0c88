//! Writing an exchange into its world's journal: begun before the head is sent, completed when the body has ended.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use percent_encoding::percent_decode_str;

use super::notes::Learned;
use super::{App, HangUp, Line, SecretPlaces, Vendor};
use crate::contract::Operation;
use crate::urlencoded;
use crate::world::{Captured, Entry, Injected, RequestRecord, ResponseRecord, World, mask};

/// An exchange whose request has come in. Dropped before there is an answer, because the client or a fault ended the
/// connection, it is written down without one.
pub struct Recording {
    app: Arc<App>,
    world: Arc<World>,
    mask: Arc<Mask>,
    started: Instant,
    entry: Option<Entry>,
    /// Its number, where it is in the journal before there is an answer.
    seq: Option<u64>,
}

impl Recording {
    /// Notes a request.
    pub fn start(
        vendor: &'static dyn Vendor,
        operation: Option<&'static Operation>,
        app: &Arc<App>,
        world: &Arc<World>,
        parts: &Parts,
        body: &Bytes,
        mut faults: Vec<Injected>,
    ) -> Self {
        let mask = Mask { places: vendor.secrets(), world: Arc::clone(world) };
        for injected in &mut faults {
            mask.json(&mut injected.action);
        }
        let entry = Entry {
            seq: 0,
            at: world.now(),
            vendor: vendor.catalogue().vendor,
            operation: operation.map(|operation| operation.id),
            behaviors: vec![],
            findings: vec![],
            faults,
            duration: std::time::Duration::ZERO,
            request: RequestRecord {
                method: parts.method.to_string(),
                path: mask.path(parts.uri.path()),
                query: mask.query(parts.uri.query().unwrap_or_default()),
                headers: mask.headers(&parts.headers),
                body: mask.body(body, body.len() as u64, world.journal().body_limit()),
            },
            response: ResponseRecord {
                status: None,
                headers: vec![],
                body: Captured::default(),
                finished: false,
            },
            explanation: None,
            completed: None,
        };
        let (app, world) = (Arc::clone(app), Arc::clone(world));
        Self { app, world, mask: Arc::new(mask), started: Instant::now(), entry: Some(entry), seq: None }
    }

    /// The ids of the faults that were injected.
    pub fn faults(&self) -> Vec<&str> {
        self.entry.iter().flat_map(|entry| &entry.faults).map(|injected| injected.id.as_ref()).collect()
    }

    /// Writes the request down before there is an answer, for one that takes its time: whoever gives up waiting must find
    /// it in the journal.
    pub fn announce(&mut self) {
        self.seq = self.entry.clone().map(|entry| self.world.journal().begin(entry));
    }

    /// Ends the connection instead of answering; the journal knows before the client does.
    pub async fn hanging_up<T>(self, line: &Line, how: HangUp) -> T {
        drop(self);
        line.hang_up(how);
        // Whoever holds the connection drops this future with it.
        std::future::pending().await
    }

    /// Notes the answer's head, and follows its body to the end.
    pub fn sending(mut self, response: Response, learned: Learned) -> Response {
        let Some(mut entry) = self.entry.take() else { return response };
        entry.behaviors = learned.behaviors;
        entry.findings = learned.findings;
        entry.explanation = learned.explanation.map(|mut explanation| {
            self.mask.json(&mut explanation);
            cut_texts(&mut explanation, self.world.journal().body_limit());
            explanation
        });
        entry.duration = self.started.elapsed();
        entry.response.status = Some(response.status().as_u16());
        entry.response.headers = self.mask.headers(response.headers());
        let vendor = entry.vendor;
        let seq = self.begin(entry);
        let (app, world) = (Arc::clone(&self.app), Arc::clone(&self.world));
        let (mask, started) = (Arc::clone(&self.mask), self.started);
        response.map(|body| {
            Body::new(Followed {
                body,
                app,
                world,
                mask,
                vendor,
                started,
                seq,
                kept: BytesMut::new(),
                total: 0,
                finished: false,
            })
        })
    }

    fn begin(&self, entry: Entry) -> u64 {
        let status = entry.response.status;
        tracing::debug!(
            vendor = entry.vendor,
            method = entry.request.method,
            path = entry.request.path,
            status,
            behavior = entry.behaviors.first().copied().unwrap_or_default(),
            world = &**self.world.id(),
            "answered"
        );
        self.app.metrics.answered(&entry);
        for coverage in [self.world.coverage(), self.app.worlds.total()] {
            coverage.count(entry.vendor, entry.operation, status, &entry.behaviors, &entry.findings);
        }
        match self.seq {
            None => self.world.journal().begin(entry),
            Some(seq) => {
                self.world.journal().amend(seq, entry);
                seq
            }
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let Some(mut entry) = self.entry.take() else { return };
        let (vendor, duration) = (entry.vendor, self.started.elapsed());
        entry.duration = duration;
        let seq = self.begin(entry);
        self.app.metrics.took(vendor, duration);
        self.world.journal().complete(seq, |_| {});
    }
}

/// A body under way to the client.
struct Followed {
    body: Body,
    app: Arc<App>,
    world: Arc<World>,
    mask: Arc<Mask>,
    vendor: &'static str,
    started: Instant,
    seq: u64,
    kept: BytesMut,
    total: u64,
    finished: bool,
}

impl HttpBody for Followed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    self.total += data.len() as u64;
                    let room = self.world.journal().body_limit().saturating_sub(self.kept.len());
                    self.kept.extend_from_slice(&data[..room.min(data.len())]);
                }
                self.finished |= self.body.is_end_stream();
            }
            Poll::Ready(None) => self.finished = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        HttpBody::size_hint(&self.body)
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        let kept = std::mem::take(&mut self.kept).freeze();
        let finished = self.finished || self.body.is_end_stream();
        let body = self.mask.body(&kept, self.total, usize::MAX);
        let duration = self.started.elapsed();
        self.app.metrics.took(self.vendor, duration);
        self.world.journal().complete(self.seq, |entry| {
            entry.duration = duration;
            entry.response.body = body;
            entry.response.finished = finished;
        });
    }
}

/// Keeps secrets out of the journal: those that the world knows wherever they stand, and whatever stands where the
/// vendor's clients put theirs.
struct Mask {
    places: SecretPlaces,
    world: Arc<World>,
}

impl Mask {
    fn text(&self, text: &str) -> String {
        self.world.secrets().masked(text).into_owned()
    }

    /// A path as it was sent, unless it means something with a secret in it.
    fn path(&self, path: &str) -> String {
        let meant = percent_decode_str(path).decode_utf8_lossy();
        let shown = self.text(&meant);
        if shown == meant { self.text(path) } else { shown }
    }

    fn parameter(&self, name: &str, value: &str) -> String {
        if self.places.parameters.contains(&name.to_lowercase().as_str()) {
            mask(value)
        } else {
            self.text(value)
        }
    }

    fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let shown = headers.iter().map(|(name, value)| {
            (name.to_string(), self.header(name, &String::from_utf8_lossy(value.as_bytes())))
        });
        bounded(shown, self.world.journal().body_limit())
    }

    fn header(&self, name: &HeaderName, value: &str) -> String {
        let scheme = value.split_once(' ').filter(|(scheme, _)| {
            [header::AUTHORIZATION, header::PROXY_AUTHORIZATION].contains(name)
                && ["basic", "bearer"].contains(&scheme.to_lowercase().as_str())
        });
        match scheme {
            // Whoever it is for, and in whatever encoding: it is a credential.
            Some((scheme, credential)) => format!("{scheme} {}", mask(credential)),
            None if self.places.headers.contains(&name.as_str()) => mask(value),
            None => self.text(value),
        }
    }

    fn query(&self, query: &str) -> Vec<(String, String)> {
        let shown = |(name, value): (String, String)| (self.text(&name), self.parameter(&name, &value));
        bounded(urlencoded::lossy(query).map(shown), self.world.journal().body_limit())
    }

    fn body(&self, body: &Bytes, total: u64, limit: usize) -> Captured {
        let kept = &body[..limit.min(body.len())];
        let text = String::from_utf8_lossy(kept);
        let shown = match serde_json::from_slice::<serde_json::Value>(kept) {
            // JSON can hide a secret behind its escapes.
            Ok(mut value) => {
                let before = value.clone();
                self.json(&mut value);
                if value == before { self.text(&text) } else { value.to_string() }
            }
            // A form may be encoded in any way, and come under any name; what is shown is what it means.
            Err(_) => text.split('&').map(|pair| self.pair(pair)).collect::<Vec<_>>().join("&"),
        };
        // What was cut may have been a secret's rest.
        let shown = if total > kept.len() as u64 {
            self.world.secrets().without_begun(&shown).to_owned()
        } else {
            shown
        };
        let bytes = if shown == text { Bytes::copy_from_slice(kept) } else { Bytes::from(shown) };
        // What the mask changed in length must not look like a cut.
        let total =
            if total == kept.len() as u64 { bytes.len() as u64 } else { total.max(bytes.len() as u64 + 1) };
        Captured { bytes, total }
    }

    /// A pair of a form as it was sent, unless a secret is in it.
    fn pair(&self, pair: &str) -> String {
        let Some((name, value)) = urlencoded::lossy(pair).next() else { return pair.to_owned() };
        let shown = (self.text(&name), self.parameter(&name, &value));
        if shown == (name, value) { self.text(pair) } else { format!("{}={}", shown.0, shown.1) }
    }

    fn json(&self, value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) => *text = self.text(text),
            serde_json::Value::Array(all) => all.iter_mut().for_each(|value| self.json(value)),
            serde_json::Value::Object(all) => {
                all.values_mut().for_each(|value| self.json(value));
                if all.keys().any(|key| self.text(key) != *key) {
                    *all = std::mem::take(all)
                        .into_iter()
                        .map(|(key, value)| (self.text(&key), value))
                        .collect();
                }
            }
            _ => {}
        }
    }
}

/// As many pairs as fit into a bound; what is left out is said.
fn bounded(pairs: impl Iterator<Item = (String, String)>, limit: usize) -> Vec<(String, String)> {
    let (mut kept, mut size, mut left_out) = (vec![], 0, 0);
    for (name, value) in pairs {
        let more = name.len() + value.len();
        if size + more > limit {
            left_out += 1;
        } else {
            size += more;
            kept.push((name, value));
        }
    }
    if left_out > 0 {
        kept.push(("…".to_owned(), format!("{left_out} more")));
    }
    kept
}

/// Cuts every text of a value at a bound; how much was cut is said.
fn cut_texts(value: &mut serde_json::Value, limit: usize) {
    match value {
        serde_json::Value::String(text) if text.len() > limit => {
            let end = text.floor_char_boundary(limit);
            *text = format!("{}… ({} bytes more)", &text[..end], text.len() - end);
        }
        serde_json::Value::Array(all) => all.iter_mut().for_each(|value| cut_texts(value, limit)),
        serde_json::Value::Object(all) => all.values_mut().for_each(|value| cut_texts(value, limit)),
        _ => {}
    }
}
