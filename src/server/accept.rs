//! Accepting connections, on a thread of its own. It detects their protocol, and answers health by
//! itself.
//!
//! The thread shares nothing with the threads that answer everything else: however busy these are,
//! it accepts connections and hears when to stop.

use std::future::Future;
use std::io;
use std::sync::Arc;
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
use super::protocol::{Protocol, Rewind, detect};
use super::shared::{Shared, WarningLimit};
use super::socket::{FaultStream, Socket};
use crate::exchange::{ConnectionHandle, HangUp, stream_body};

/// The longest time that a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// Accepts connections until `stop` is done, then gives what is under way the time to finish.
pub async fn accept(
    listener: std::net::TcpListener,
    shared: Arc<Shared>,
    stop: impl Future<Output = ()>,
    mut ended: oneshot::Sender<()>,
) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
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
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(open(stream, Arc::clone(&shared)));
                    }
                    Err(error) => {
                        // Out of file descriptors, most likely: others may be closed in a moment.
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
    drop(listener);
    shared.stopping.send_replace(true);
    let finish = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(FINISH, finish).await.is_err() {
        tracing::warn!("stopped with requests under way");
    }
    drop(ended);
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
        let Some(tls) = &shared.settings.tls else {
            let (protocol, stream) = detect(socket, &shared.settings).await?;
            return Some((protocol, Ok(stream)));
        };
        let (protocol, stream) = detect(socket, &shared.settings).await?;
        if protocol != Protocol::Tls && shared.wrong_protocol.may_warn() {
            tracing::warn!(
                "a client spoke plain HTTP to the TLS port: give it an https:// URL, or start without --tls"
            );
        }
        let shaken = tokio::time::timeout(HANDSHAKE, tls.acceptor.accept(stream)).await;
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
        let (protocol, stream) = detect(stream, &shared.settings).await?;
        Some((protocol, Err(stream)))
    };
    let detected = tokio::select! {
        detected = detected => detected,
        _ = stopped.wait_for(|stopped| *stopped) => None,
    };
    match detected {
        None => {}
        Some((Protocol::Tls, Ok(stream))) => {
            if shared.wrong_protocol.may_warn() {
                tracing::warn!(
                    "a client spoke TLS to the plain port: start with --tls (CALLMOCK_TLS=true), or give it an http:// URL"
                );
            }
            // Its own library words what it makes of an HTTP answer.
            hand_over(Protocol::Http1, stream, handle, shared, |stream, moves| {
                stream.get_mut().settle(moves)
            })
            .await;
        }
        Some((protocol, Ok(stream))) => {
            hand_over(protocol, stream, handle, shared, |stream, moves| stream.get_mut().settle(moves)).await;
        }
        Some((protocol, Err(stream))) => {
            let settle = |stream: &mut Rewind<_>, moves| tls_socket(stream).settle(moves);
            hand_over(protocol, stream, handle, shared, settle).await;
        }
    }
}

type TlsStream = tokio_rustls::server::TlsStream<Rewind<Socket>>;

fn tls_socket(stream: &mut Rewind<TlsStream>) -> &mut Socket {
    stream.get_mut().get_mut().0.get_mut()
}

/// Serves a connection here if it asks for health, and where everything else is answered if it does
/// not.
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
        // From here on the socket's news come to the threads that answer.
        if let Err(error) = settle(&mut stream, true) {
            return tracing::warn!(%error, "a connection could not be taken over");
        }
        http::serve(protocol, FaultStream::new(stream, handle.clone()), handle, &shared, http::answer).await;
    });
    // It was told already where it panicked.
    drop(served.await);
}

/// Serves a connection whose first request asks for health. What it asks for besides is answered
/// where everything is.
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

/// Answers a request on the threads that answer everything. The body of its answer comes from there
/// frame by frame.
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
                // Its client has gone: what is held for it goes with it.
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
        // It panicked, or its threads are going: there is nothing to say.
        handle.hang_up(HangUp::Close);
        return std::future::pending().await;
    };
    task.0 = None;
    let pieces = stream::poll_fn(move |cx| piece.poll_recv(cx));
    let body = if hint.exact() == Some(0) { Body::empty() } else { stream_body(pieces, hint) };
    Response::from_parts(head, body)
}

/// Ends a task when whoever waits for it does no longer.
struct AbortOnDrop(Option<tokio::task::AbortHandle>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}
