//! Bodies that are streamed and still say how long they are.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use futures_util::Stream;
use http_body_util::StreamBody;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// A body of a stream's frames, of the length that a hint says.
pub fn stream_body<S>(frames: S, hint: SizeHint) -> Body
where
    S: Stream<Item = Result<Frame<Bytes>, axum::Error>> + Send + 'static,
{
    Body::new(Hinted { frames: StreamBody::new(Box::pin(frames)), hint })
}

struct Hinted<S> {
    frames: StreamBody<Pin<Box<S>>>,
    hint: SizeHint,
}

impl<S: Stream<Item = Result<Frame<Bytes>, axum::Error>>> HttpBody for Hinted<S> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.frames).poll_frame(cx)
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}
