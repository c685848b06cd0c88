//! Serving HTTP on one connection.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

use super::guards::{InFlight, holding};
use super::protocol::Protocol;
use super::settings::Settings;
use super::shared::Shared;
use super::socket::FaultStream;
use crate::exchange::ConnectionHandle;
use crate::vendor::OverTls;

/// The time that requests in flight have to finish after a stop.
pub const FINISH: Duration = Duration::from_millis(900);

/// The time that a connection without a request in flight has to flush its last answer after a
/// stop.
const FLUSH: Duration = Duration::from_millis(100);

/// hyper's own limit of the headers of a request.
const OWN_LIMIT: usize = 100;

/// The HTTP/1 settings of a connection.
fn http1(settings: &Settings, timer: TokioTimer) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(timer)
        // A client may close its side after its request and still wait for the answer.
        .half_close(true)
        .max_buf_size(settings.max_head.max(8192));
    // With its own limit, hyper takes no memory for the headers of each request.
    if settings.max_headers != OWN_LIMIT {
        builder.max_headers(settings.max_headers);
    }
    builder
}

/// The HTTP/2 settings of a connection. One whose client answers no ping is closed.
fn http2(settings: &Settings) -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(settings.http2_idle / 2)
        .keep_alive_timeout(settings.http2_idle / 2)
        .max_header_list_size(u32::try_from(settings.max_head).unwrap_or(u32::MAX));
    builder
}

/// Serves a connection until its client closes it, a fault breaks it, or the server stops.
pub async fn serve<S, F>(
    protocol: Protocol,
    stream: FaultStream<S>,
    handle: ConnectionHandle,
    shared: &Arc<Shared>,
    answer: impl Fn(Arc<Shared>, Request<Incoming>) -> F + Clone + Send + 'static,
) where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let in_flight = Arc::new(AtomicUsize::new(0));
    let (counted, at) = (Arc::clone(&in_flight), Arc::clone(shared));
    let on = handle.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        let guard = InFlight::new(&counted);
        request.extensions_mut().insert(on.clone());
        if on.speaks_tls() {
            request.extensions_mut().insert(OverTls);
        }
        let answered = answer(Arc::clone(&at), request);
        async move {
            let response = answered.await;
            Ok::<_, Infallible>(response.map(|body| holding(body, guard)))
        }
    });
    let stopped = shared.stopping.subscribe();
    let io = TokioIo::new(stream);
    if protocol == Protocol::Http2 {
        let connection = http2(&shared.settings).serve_connection(io, service);
        let shut_down = http2::Connection::graceful_shutdown;
        // In a box, so that connections of HTTP/1 take no memory for it.
        Box::pin(until_stopped(connection, shut_down, &handle, stopped, &in_flight)).await;
    } else {
        let connection = http1(&shared.settings, TokioTimer::new()).serve_connection(io, service);
        let shut_down = http1::Connection::graceful_shutdown;
        until_stopped(connection, shut_down, &handle, stopped, &in_flight).await;
    }
}

/// Drives a connection to its end. After a stop, it ends within `FINISH`.
async fn until_stopped<C: Future<Output = Result<(), hyper::Error>>>(
    connection: C,
    shut_down: impl FnOnce(std::pin::Pin<&mut C>),
    handle: &ConnectionHandle,
    mut stopped: watch::Receiver<bool>,
    in_flight: &AtomicUsize,
) {
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return report(ended),
        // Dropping the connection drops the socket, which closes as the handle says.
        () = handle.hung_up() => return,
        _ = stopped.wait_for(|stopped| *stopped) => shut_down(connection.as_mut()),
    }
    // Idle connections end at once. The others wait for an answer, or for the rest of a request
    // head that will not be read.
    let patience = if in_flight.load(Ordering::Acquire) == 0 { FLUSH } else { FINISH };
    tokio::select! {
        ended = tokio::time::timeout(patience, connection) => ended.map_or((), report),
        () = handle.hung_up() => {}
    }
}

fn report(ended: Result<(), hyper::Error>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Answers a request. HTTP/1.1 requires exactly one Host header (RFC 9112, section 3.2).
pub async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Response {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    if hosts > 1 || (request.version() == Version::HTTP_11 && hosts == 0) {
        return (StatusCode::BAD_REQUEST, [(header::CONNECTION, "close")]).into_response();
    }
    // Other transfer codings than `chunked` are not decoded here (RFC 9112, section 6.1).
    let mut codings = request.headers().get_all(header::TRANSFER_ENCODING).iter();
    if codings.any(|coding| !coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked")) {
        return (StatusCode::NOT_IMPLEMENTED, [(header::CONNECTION, "close")]).into_response();
    }
    let body = |body: Incoming| if body.is_end_stream() { Body::empty() } else { Body::new(body) };
    Arc::clone(&shared.dispatcher).answer(request.map(body)).await
}
