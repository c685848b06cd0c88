//! Accepts connections on a thread of its own, detects their protocol, and answers health checks.
//!
//! This thread shares nothing with the worker threads. However busy these are, it accepts
//! connections and notices the stop signal.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use futures_util::stream;
use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Incoming};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::guards::OpenConnection;
use super::http::{self, FINISH};
use super::protocol::{Protocol, Rewind, detect, detect_after};
use super::shared::{Shared, WarningLimit};
use super::socket::{FaultStream, Socket};
use super::tunnel;
use crate::exchange::{ConnectionHandle, HangUp, stream_body};

/// The longest time that a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// Accepts connections until `stop` resolves, then gives open connections the time `FINISH` to
/// finish.
pub async fn accept(
    listeners: Vec<std::net::TcpListener>,
    shared: Arc<Shared>,
    stop: impl Future<Output = ()>,
    mut ended: oneshot::Sender<()>,
) {
    let listeners: io::Result<Vec<TcpListener>> = listeners.into_iter().map(TcpListener::from_std).collect();
    let listeners = match listeners {
        Ok(listeners) => listeners,
        Err(error) => return tracing::error!(%error, "the port cannot be listened on"),
    };
    let mut connections = JoinSet::new();
    let unaccepted = WarningLimit::default();
    {
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                () = ended.closed() => break,
                accepted = accept_any(&listeners) => match accepted {
                    Ok((stream, _)) => {
                        // In a box, because spawning copies the future several times.
                        connections.spawn(Box::pin(open(stream, Arc::clone(&shared))));
                    }
                    Err(error) => {
                        // The process is most likely out of file descriptors. Some may be closed in
                        // a moment.
                        if unaccepted.may_warn() {
                            tracing::warn!(%error, "a connection could not be accepted");
                        }
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
    drop(listeners);
    shared.stopping.send_replace(true);
    let finish = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(FINISH, finish).await.is_err() {
        tracing::warn!("stopped with requests under way");
    }
    drop(ended);
}

/// Accepts a connection on any of the listeners.
async fn accept_any(listeners: &[TcpListener]) -> io::Result<(TcpStream, std::net::SocketAddr)> {
    std::future::poll_fn(|cx| {
        let mut accepted = listeners.iter().map(|listener| listener.poll_accept(cx));
        accepted.find(Poll::is_ready).unwrap_or(Poll::Pending)
    })
    .await
}

/// Serves one connection until its client closes it, a fault breaks it, or the server stops.
async fn open(stream: TcpStream, shared: Arc<Shared>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let _open = OpenConnection::new(Arc::clone(&shared.dispatcher.app));
    let handle = ConnectionHandle::default();
    let socket = Socket::new(stream, handle.clone());
    let mut stopped = shared.stopping.subscribe();
    let detected = async {
        let (mut protocol, mut stream) = detect(socket, &shared.settings).await?;
        if protocol == Protocol::Connect {
            let inner = Box::pin(tunnel::open(stream, &shared)).await?;
            (protocol, stream) = detect_after(inner, &shared.settings).await?;
        }
        let Some(tls) = shared.settings.tls.as_ref().filter(|_| protocol == Protocol::Tls) else {
            return Some((protocol, Ok(stream)));
        };
        let shaken = Box::pin(tokio::time::timeout(HANDSHAKE, tls.acceptor.accept(stream))).await;
        let stream = match shaken {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                tracing::debug!(%error, "a TLS handshake failed");
                return None;
            }
            Err(_) => {
                tracing::debug!("a TLS handshake was never finished");
                return None;
            }
        };
        handle.set_over_tls();
        let (protocol, stream) = detect(stream, &shared.settings).await?;
        Some((protocol, Err(stream)))
    };
    let detected = tokio::select! {
        detected = detected => detected,
        _ = stopped.wait_for(|stopped| *stopped) => None,
    };
    // In boxes, so that a connection takes the memory of its own protocol only.
    match detected {
        None => {}
        Some((mut protocol, Ok(stream))) => {
            if protocol == Protocol::Tls {
                if shared.wrong_protocol.may_warn() {
                    tracing::warn!(
                        "a client spoke TLS to the plain port: start with --tls (CALLMOCK_TLS=true), or give it an http:// URL"
                    );
                }
                // The client's TLS library reports the plain HTTP answer as an error of its own.
                protocol = Protocol::Http1;
            }
            let settle = |stream: &mut Rewind<Socket>, moves| stream.get_mut().settle(moves);
            Box::pin(hand_over(protocol, stream, handle, shared, settle)).await;
        }
        Some((protocol, Err(stream))) => {
            let settle = |stream: &mut Rewind<_>, moves| tls_socket(stream).settle(moves);
            Box::pin(hand_over(protocol, stream, handle, shared, settle)).await;
        }
    }
}

type TlsStream = tokio_rustls::server::TlsStream<Rewind<Socket>>;

fn tls_socket(stream: &mut Rewind<TlsStream>) -> &mut Socket {
    stream.get_mut().get_mut().0.get_mut()
}

/// Serves a connection on this thread if its first request is a health check, else on the worker
/// threads.
async fn hand_over<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    protocol: Protocol,
    mut stream: S,
    handle: ConnectionHandle,
    shared: Arc<Shared>,
    settle: impl FnOnce(&mut S, bool) -> io::Result<()> + Send + 'static,
) {
    if protocol == Protocol::Health {
        if let Err(error) = settle(&mut stream, false) {
            tracing::debug!(%error, "a connection could not be watched");
        }
        return serve_health(FaultStream::new(stream, handle.clone()), handle, shared).await;
    }
    let workers = shared.workers.clone();
    let served = workers.spawn(async move {
        // From here on, the workers' runtime receives the socket's readiness events.
        if let Err(error) = settle(&mut stream, true) {
            return tracing::warn!(%error, "a connection could not be taken over");
        }
        http::serve(protocol, FaultStream::new(stream, handle.clone()), handle, &shared, http::answer).await;
    });
    // A panic has been reported by the panic hook already.
    drop(served.await);
}

/// Serves a connection whose first request is a health check. Its other requests are answered on
/// the worker threads.
async fn serve_health<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    stream: FaultStream<S>,
    handle: ConnectionHandle,
    shared: Arc<Shared>,
) {
    let answer = async |shared: Arc<Shared>, request: Request<Incoming>| {
        if ["/_mock/health", "/_mock/ready"].contains(&request.uri().path()) {
            http::answer(shared, request).await
        } else {
            answer_on_workers(&shared, request).await
        }
    };
    http::serve(Protocol::Http1, stream, handle, &shared, answer).await;
}

/// Answers a request on the worker threads, and streams the frames of the body from there.
async fn answer_on_workers(shared: &Arc<Shared>, request: Request<Incoming>) -> Response {
    let handle = request.extensions().get::<ConnectionHandle>().cloned().unwrap_or_default();
    let (answered, answer) = oneshot::channel();
    let at = Arc::clone(shared);
    let task = shared.workers.spawn(async move {
        let (head, mut body) = http::answer(at, request).await.into_parts();
        let (pieces, piece) = mpsc::channel(1);
        if answered.send((head, HttpBody::size_hint(&body), piece)).is_err() {
            return;
        }
        loop {
            let frame = tokio::select! {
                frame = body.frame() => frame,
                // The client has gone: dropping the body releases its resources.
                () = pieces.closed() => return,
            };
            let Some(frame) = frame else { return };
            if pieces.send(frame).await.is_err() {
                return;
            }
        }
    });
    let mut task = AbortOnDrop(Some(task.abort_handle()));
    let Ok((head, hint, mut piece)) = answer.await else {
        // The task panicked, or its runtime is shutting down: there is no answer.
        handle.hang_up(HangUp::Close);
        return std::future::pending().await;
    };
    task.0 = None;
    let pieces = stream::poll_fn(move |cx| piece.poll_recv(cx));
    let body = if hint.exact() == Some(0) { Body::empty() } else { stream_body(pieces, hint) };
    Response::from_parts(head, body)
}

/// Aborts a task when the future that waits for it is dropped.
struct AbortOnDrop(Option<tokio::task::AbortHandle>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}
