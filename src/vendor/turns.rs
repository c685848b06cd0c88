//! Bodies that take turns with other tasks: a long list lets others run between two chunks, however
//! fast its client reads.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// The response, whose body lets other tasks run after each chunk unless its length is known.
#[must_use]
pub fn in_turns(response: Response) -> Response {
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| Body::new(InTurns { body, others: None }))
}

struct InTurns {
    body: Body,
    /// The turn of other tasks, while it lasts.
    others: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl HttpBody for InTurns {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(others) = &mut self.others {
            std::task::ready!(others.as_mut().poll(cx));
            self.others = None;
        }
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
        // A task that only wakes itself would be polled again before anybody looks at the sockets.
        self.others = Some(Box::pin(tokio::task::yield_now()));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
