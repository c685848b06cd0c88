//! The list of calls: a bare JSON array, sent whole if it is short, else streamed.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::Stream;

use super::calls::{Call, Style};
use super::name::NAME;
use crate::universe::Ordinal;
use crate::vendor::{Buffer, Put};
use crate::world::{View, World};

/// Size in bytes at which a chunk of JSON goes to the socket.
const CHUNK: usize = 32 << 10;

/// Room in bytes for a day's calls of a small tenant.
const FEW: usize = 4 << 10;

/// The most calls that one poll examines before it yields to other tasks.
const LOOKED_AT: usize = 4096;

/// A bare JSON array of the calls that pass `is_shown`. A list that fits in one chunk is sent
/// whole. A longer list is streamed as fast as the client reads, so that it is never in memory as a
/// whole.
pub fn array<I, F>(world: Arc<World>, view: View, calls: I, is_shown: F, style: Style) -> Response
where
    I: Iterator<Item = Ordinal> + Send + Unpin + 'static,
    F: Fn(&Ordinal) -> bool + Send + Unpin + 'static,
{
    let chunk = Buffer::with_room(FEW);
    let mut chunks = Chunks { world, view, calls, is_shown, style, chunk, open: false, done: false };
    chunks.fill();
    let body = if chunks.done { Body::from(chunks.chunk.into_bytes()) } else { Body::from_stream(chunks) };
    // The page has exactly this header, without a charset (L72).
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

struct Chunks<I, F> {
    world: Arc<World>,
    view: View,
    calls: I,
    is_shown: F,
    style: Style,
    chunk: Buffer,
    open: bool,
    done: bool,
}

impl<I: Iterator<Item = Ordinal>, F: Fn(&Ordinal) -> bool> Chunks<I, F> {
    /// Writes calls until the chunk is full, no call is left, or [`LOOKED_AT`] calls were examined.
    fn fill(&mut self) {
        for _ in 0..LOOKED_AT {
            if self.chunk.len() >= CHUNK {
                return;
            }
            let Some(ordinal) = self.calls.next() else {
                self.done = true;
                self.chunk.append(if self.open { b"]" } else { b"[]" });
                return;
            };
            if !(self.is_shown)(&ordinal) {
                continue;
            }
            let Some(call) = Call::of(&self.view, ordinal, self.style) else { continue };
            self.chunk.push(if self.open { b',' } else { b'[' });
            self.open = true;
            self.world.showed(NAME, ordinal);
            call.put(&mut self.chunk);
        }
    }
}

impl<I, F> Stream for Chunks<I, F>
where
    I: Iterator<Item = Ordinal> + Unpin,
    F: Fn(&Ordinal) -> bool + Unpin,
{
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.chunk.len() < CHUNK && !self.done {
            self.fill();
        }
        if self.chunk.len() < CHUNK && !self.done {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // The last call begins before the chunk is full, and few calls are longer than this.
        let room = if self.done { 0 } else { CHUNK + FEW };
        let chunk = std::mem::replace(&mut self.chunk, Buffer::with_room(room)).into_bytes();
        Poll::Ready((!chunk.is_empty()).then(|| Ok(chunk.into())))
    }
}
