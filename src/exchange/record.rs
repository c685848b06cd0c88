//! Writing an exchange into its world's journal: begun before the head is sent, completed when the body has ended.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::notes::Learned;
use super::{SecretPlaces, Vendor};
use crate::contract::Operation;
use crate::urlencoded;
use crate::world::{Captured, Entry, RequestRecord, ResponseRecord, World, mask};

/// An exchange whose request has come in.
pub struct Recording {
    world: Arc<World>,
    mask: Arc<Mask>,
    started: Instant,
    entry: Entry,
}

impl Recording {
    /// Notes a request.
    pub fn start(
        vendor: &'static dyn Vendor,
        operation: Option<&'static Operation>,
        world: &Arc<World>,
        parts: &Parts,
        body: &Bytes,
    ) -> Self {
        let mask = Mask { places: vendor.secrets(), world: Arc::clone(world) };
        let entry = Entry {
            seq: 0,
            at: world.now(),
            vendor: vendor.catalogue().vendor,
            operation: operation.map(|operation| operation.id),
            behaviors: vec![],
            findings: vec![],
            duration: std::time::Duration::ZERO,
            request: RequestRecord {
                method: parts.method.to_string(),
                path: mask.text(parts.uri.path()),
                query: mask.query(parts.uri.query().unwrap_or_default()),
                headers: mask.headers(&parts.headers),
                body: mask.body(body, body.len() as u64, &parts.headers, world.journal().body_limit()),
            },
            response: ResponseRecord {
                status: 0,
                headers: vec![],
                body: Captured::default(),
                finished: false,
            },
            explanation: None,
        };
        Self { world: Arc::clone(world), mask: Arc::new(mask), started: Instant::now(), entry }
    }

    /// Notes the answer's head, and follows its body to the end.
    pub fn sending(mut self, response: Response, learned: Learned) -> Response {
        self.entry.behaviors = learned.behaviors;
        self.entry.findings = learned.findings;
        self.entry.explanation = learned.explanation.map(|mut explanation| {
            self.mask.json(&mut explanation);
            explanation
        });
        self.entry.duration = self.started.elapsed();
        self.entry.response.status = response.status().as_u16();
        self.entry.response.headers = self.mask.headers(response.headers());
        tracing::debug!(
            vendor = self.entry.vendor,
            method = self.entry.request.method,
            path = self.entry.request.path,
            status = self.entry.response.status,
            behavior = self.entry.behaviors.first().copied().unwrap_or_default(),
            "answered"
        );
        let headers = response.headers().clone();
        let seq = self.world.journal().begin(self.entry);
        response.map(|body| {
            Body::new(Followed {
                body,
                headers,
                world: self.world,
                mask: self.mask,
                started: self.started,
                seq,
                kept: BytesMut::new(),
                total: 0,
                finished: false,
            })
        })
    }
}

/// A body under way to the client.
struct Followed {
    body: Body,
    headers: HeaderMap,
    world: Arc<World>,
    mask: Arc<Mask>,
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
        let body = self.mask.body(&kept, self.total, &self.headers, usize::MAX);
        self.world.journal().complete(self.seq, |entry| {
            entry.duration = self.started.elapsed();
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

    fn parameter(&self, name: &str, value: &str) -> String {
        if self.places.parameters.contains(&name.to_lowercase().as_str()) {
            mask(value)
        } else {
            self.text(value)
        }
    }

    fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let shown = |name: &str, value: &[u8]| {
            let value = String::from_utf8_lossy(value);
            if self.places.headers.contains(&name) { mask(&value) } else { self.text(&value) }
        };
        headers
            .iter()
            .map(|(name, value)| (name.to_string(), shown(name.as_str(), value.as_bytes())))
            .collect()
    }

    fn query(&self, query: &str) -> Vec<(String, String)> {
        let shown = |(name, value): (String, String)| (self.text(&name), self.parameter(&name, &value));
        urlencoded::lossy(query).map(shown).collect()
    }

    fn body(&self, body: &Bytes, total: u64, headers: &HeaderMap, limit: usize) -> Captured {
        let kept = &body[..limit.min(body.len())];
        let text = String::from_utf8_lossy(kept);
        let form = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
        // A form may be encoded in any way; what is shown is what it means.
        let shown = if form {
            text.split('&').map(|pair| self.pair(pair)).collect::<Vec<_>>().join("&")
        } else {
            self.text(&text)
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
            serde_json::Value::Object(all) => all.values_mut().for_each(|value| self.json(value)),
            _ => {}
        }
    }
}
