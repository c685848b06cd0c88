//! Guards that count open connections and requests in flight. A stop waits for these.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Body as HttpBody;

use crate::exchange::App;

/// Counts a connection as open for as long as it lives.
pub struct OpenConnection(Arc<App>);

impl OpenConnection {
    pub fn new(app: Arc<App>) -> Self {
        app.metrics.connections.inc();
        Self(app)
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.metrics.connections.dec();
    }
}

/// Counts a request as in flight for as long as it lives.
pub struct InFlight(Arc<AtomicUsize>);

impl InFlight {
    pub fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(count))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A body that keeps its request in flight until it is sent.
pub fn holding(body: Body, in_flight: InFlight) -> impl HttpBody<Data = Bytes, Error = axum::Error> {
    // The closure owns the guard, and is dropped with the body.
    body.inspect_err(move |_| {
        let _ = &in_flight;
    })
}
