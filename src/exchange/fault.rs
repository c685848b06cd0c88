//! Applies faults to an answer. Delays use the machine's clock, not the world's, and hold no lock.

use std::time::Duration;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode, Version, header};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use serde_json::Value;

use super::connection::{ConnectionHandle, HangUp};
use super::stream_body::stream_body;
use crate::scenario::{After, Disconnect, Effect};
use crate::vendor::{RetryAfter, Unhandled, Vendor};
use crate::world::{Due, Injected};

/// The faults that are due on one request.
pub struct Injection {
    due: Vec<Due>,
    /// The index of the fault that decides the answer.
    decides: Option<usize>,
    /// The rate of the world's clock: seconds of the world per second of the machine.
    rate: f64,
}

impl Injection {
    /// The faults that are due in a world whose clock runs at `rate`.
    pub fn of(due: Vec<Due>, rate: f64) -> Self {
        let decides = due.iter().position(|due| due.rule.effect != Effect::None);
        Self { due, decides, rate }
    }

    /// The faults as the journal shows them, the deciding one first.
    pub fn injected(&self) -> Vec<Injected> {
        let mut order: Vec<usize> = (0..self.due.len()).collect();
        order.sort_by_key(|n| Some(*n) != self.decides);
        let injected = |n: usize| Injected {
            id: self.due[n].id.clone(),
            kind: self.due[n].rule.fault.action.kind(),
            action: self.due[n].rule.shown().to_string().into(),
        };
        order.into_iter().map(injected).collect()
    }

    /// Waits for the sum of the delays before the request is carried out, or of those after it.
    pub async fn wait(&self, after: Option<After>) {
        let delay = self.delay(|due| due.rule.fault.action.after == after);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    /// Whether any fault delays the answer.
    pub fn takes_time(&self) -> bool {
        !self.delay(|_| true).is_zero()
    }

    /// Whether any fault is due.
    pub fn is_due(&self) -> bool {
        !self.due.is_empty()
    }

    fn delay(&self, of: impl Fn(&Due) -> bool) -> Duration {
        let due = self.due.iter().filter(|due| of(due));
        due.fold(Duration::ZERO, |all, due| all.saturating_add(due.delay))
    }

    fn effect(&self) -> Option<(&Due, &Effect)> {
        self.decides.map(|n| (&self.due[n], &self.due[n].rule.effect))
    }

    /// The answer that replaces the handler's, if a fault has one.
    pub fn answer(&self, vendor: &dyn Vendor, request: &Parts) -> Option<Response<Body>> {
        let (due, effect) = self.effect()?;
        match effect {
            // The name was checked when the fault was added: if it is not found now, that is a bug
            // of callmock.
            Effect::Error(name) => {
                Some(vendor.fail(request, name).unwrap_or_else(|| vendor.refuse(request, Unhandled::Panic)))
            }
            Effect::RateLimit(_) => {
                // Windows are measured in the world's time, but a client waits by the machine's
                // clock.
                let by_the_world = due.retry_after.div_f64(self.rate);
                let wait = due.machine_wait.map_or(by_the_world, |machines| machines.min(by_the_world));
                Some(vendor.refuse(request, Unhandled::TooManyRequests(RetryAfter(wait))))
            }
            Effect::Answer { status, headers, body } => Some(answer(*status, headers, body.as_ref())),
            Effect::None | Effect::SlowBody(_) | Effect::Disconnect(_) => None,
        }
    }

    /// How to end the connection without an answer, if a fault demands it before the request is
    /// carried out, or after it.
    pub fn hang_up(&self, after: Option<After>) -> Option<HangUp> {
        match self.effect().filter(|(due, _)| due.rule.fault.action.after == after)?.1 {
            Effect::Disconnect(Disconnect::Reset) => Some(HangUp::Reset),
            Effect::Disconnect(Disconnect::Close) => Some(HangUp::Close),
            _ => None,
        }
    }

    /// Applies the deciding fault to the body of an answer. Returns `None` if the connection must
    /// end at once, because there is no body to cut.
    pub fn shape(
        &self,
        response: Response<Body>,
        request: &Parts,
        handle: &ConnectionHandle,
    ) -> Option<Response<Body>> {
        let Some((_, effect)) = self.effect() else { return Some(response) };
        let empty = response.body().size_hint().exact() == Some(0) || request.method == Method::HEAD;
        match effect {
            Effect::SlowBody(pace) => {
                let pace = *pace;
                Some(response.map(|body| slow(body, pace)))
            }
            Effect::Disconnect(Disconnect::MidBody | Disconnect::BadChunk) if empty => None,
            // Only HTTP/1.1 has chunks.
            Effect::Disconnect(Disconnect::BadChunk) if request.version == Version::HTTP_11 => {
                let (mut head, body) = response.into_parts();
                head.headers.remove(header::CONTENT_LENGTH);
                Some(Response::from_parts(head, bad_chunk(body, handle.clone())))
            }
            Effect::Disconnect(Disconnect::MidBody | Disconnect::BadChunk) => {
                Some(response.map(|body| cut(body, handle.clone())))
            }
            _ => Some(response),
        }
    }
}

fn answer(status: u16, headers: &[(String, String)], body: Option<&Value>) -> Response<Body> {
    let (bytes, kind) = match body {
        None => (Bytes::new(), None),
        Some(Value::String(text)) => (Bytes::from(text.clone()), None),
        Some(json) => (Bytes::from(json.to_string()), Some("application/json")),
    };
    let mut response = Response::new(Body::from(bytes));
    // The status was checked when the fault was added.
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(kind) = kind {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str()))
        {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Sends a body at `pace` bytes per second, in ten pieces per second.
fn slow(body: Body, pace: u64) -> Body {
    let hint = HttpBody::size_hint(&body);
    let piece = usize::try_from((pace / 10).max(1)).unwrap_or(usize::MAX);
    let frames = body.into_data_stream().flat_map(move |frame| {
        stream::unfold(frame.map(Some).unwrap_or_default(), move |left| async move {
            let mut left = left.filter(|left| !left.is_empty())?;
            let next = left.split_to(piece.min(left.len()));
            #[expect(clippy::cast_precision_loss, reason = "a pace need not be exact")]
            let seconds = next.len() as f64 / pace as f64;
            tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
            Some((Ok(next), Some(left)))
        })
    });
    stream_body(frames.map_ok(Frame::data), hint)
}

/// Splits a body in halves. If its length is unknown, only its first frame is read and split.
async fn half(body: Body) -> (Bytes, Bytes) {
    let exact = HttpBody::size_hint(&body).exact();
    let mut frames = body.into_data_stream();
    let mut read = vec![];
    while let Some(Ok(frame)) = frames.next().await {
        read.extend_from_slice(&frame);
        if exact.is_none() && !read.is_empty() {
            break;
        }
    }
    let mut rest = Bytes::from(read);
    let half = rest.split_to(rest.len().div_ceil(2));
    (half, rest)
}

/// Sends half of a body and then ends the connection, before the announced length is reached.
fn cut(body: Body, handle: ConnectionHandle) -> Body {
    let hint = HttpBody::size_hint(&body);
    let first = stream::once(async move { Ok(half(body).await.0) });
    let frames = first.chain(hang_up(handle));
    stream_body(frames.map_ok(Frame::data), hint)
}

/// Sends half of a body as a chunk, and then bytes that are not a chunk.
fn bad_chunk(body: Body, handle: ConnectionHandle) -> Body {
    let garbling = handle.clone();
    let frames = stream::once(half(body)).flat_map(move |(first, _)| {
        let handle = garbling.clone();
        let garbled = stream::once(async move {
            handle.flushed().await;
            handle.garble();
            // These bytes are never sent: the socket replaces them by garbage.
            Ok(Bytes::from_static(b"garbled"))
        });
        stream::iter((!first.is_empty()).then_some(Ok(first))).chain(garbled)
    });
    stream_body(frames.chain(hang_up(handle)).map_ok(Frame::data), SizeHint::default())
}

/// Ends the connection once everything before is sent.
fn hang_up(handle: ConnectionHandle) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send {
    stream::once(async move {
        handle.flushed().await;
        handle.hang_up(HangUp::Close);
        std::future::pending().await
    })
}
