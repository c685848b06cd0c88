//! The thread that opens connections, finds out what they speak, and answers by itself whether the
//! server is there. It shares nothing with the threads that answer everything else: however busy
//! these are, it hears who comes and when to stop.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use super::Settings;
use super::connection::{self, FINISH};
use super::first::{Again, Speaks, listen};
use super::held::Open;
use super::routes::Routes;
use super::wire::{Socket, Wire};
use crate::exchange::{HangUp, Line};

/// The longest time that a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// The server as every connection shares it.
pub struct House {
    pub routes: Arc<Routes>,
    pub settings: Settings,
    pub workers: Handle,
    pub stopping: watch::Sender<bool>,
    /// When it was last told that somebody speaks what the port does not.
    pub mistaken: Mistaken,
}

/// When something was last told that may happen again and again, such as that somebody speaks what
/// the port does not.
#[derive(Default)]
pub struct Mistaken(Mutex<Option<Instant>>);

impl Mistaken {
    /// True once a minute.
    fn may_warn(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let may = last.is_none_or(|last| last.elapsed() >= MINUTE);
        if may {
            *last = Some(Instant::now());
        }
        may
    }
}

/// The shortest time between two warnings of one kind.
const MINUTE: Duration = Duration::from_mins(1);

/// Opens connections until `stop` is done, then gives what is under way the time to finish.
pub async fn keep(
    listener: std::net::TcpListener,
    house: Arc<House>,
    stop: impl Future<Output = ()>,
    mut ended: oneshot::Sender<()>,
) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the port cannot be listened on"),
    };
    let mut connections = JoinSet::new();
    let unaccepted = Mistaken::default();
    {
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                () = ended.closed() => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(greet(stream, Arc::clone(&house)));
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
    house.stopping.send_replace(true);
    let finish = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(FINISH, finish).await.is_err() {
        tracing::warn!("stopped with requests under way");
    }
    drop(ended);
}

/// Serves one connection until its client closes it, a fault breaks it, or the server stops.
async fn greet(stream: TcpStream, house: Arc<House>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let _open = Open::new(Arc::clone(&house.routes.app));
    let line = Line::default();
    let socket = Socket::new(stream, line.clone());
    let mut stopped = house.stopping.subscribe();
    let heard = async {
        let Some(tls) = &house.settings.tls else {
            let (speaks, stream) = listen(socket, &house.settings).await?;
            return Some((speaks, Ok(stream)));
        };
        let (speaks, stream) = listen(socket, &house.settings).await?;
        if speaks != Speaks::Tls && house.mistaken.may_warn() {
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
        let (speaks, stream) = listen(stream, &house.settings).await?;
        Some((speaks, Err(stream)))
    };
    let heard = tokio::select! {
        heard = heard => heard,
        _ = stopped.wait_for(|stopped| *stopped) => None,
    };
    match heard {
        None => {}
        Some((Speaks::Tls, Ok(stream))) => {
            if house.mistaken.may_warn() {
                tracing::warn!(
                    "a client spoke TLS to the plain port: start with --tls (CALLMOCK_TLS=true), or give it an http:// URL"
                );
            }
            // Its own library words what it makes of an HTTP answer.
            hand_over(Speaks::Http1, stream, line, house, |stream, moves| stream.get_mut().settle(moves))
                .await;
        }
        Some((speaks, Ok(stream))) => {
            hand_over(speaks, stream, line, house, |stream, moves| stream.get_mut().settle(moves)).await;
        }
        Some((speaks, Err(stream))) => {
            let settle = |stream: &mut Again<_>, moves| tls_socket(stream).settle(moves);
            hand_over(speaks, stream, line, house, settle).await;
        }
    }
}

type TlsStream = tokio_rustls::server::TlsStream<Again<Socket>>;

fn tls_socket(stream: &mut Again<TlsStream>) -> &mut Socket {
    stream.get_mut().get_mut().0.get_mut()
}

/// Serves a connection here if it asks for health, and where everything else is answered if it does
/// not.
async fn hand_over<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    speaks: Speaks,
    mut stream: S,
    line: Line,
    house: Arc<House>,
    settle: impl FnOnce(&mut S, bool) -> io::Result<()> + Send + 'static,
) {
    if speaks == Speaks::Health {
        if let Err(error) = settle(&mut stream, false) {
            tracing::debug!(%error, "a connection could not be watched");
        }
        return watch_over(Wire::new(stream, line.clone()), line, house).await;
    }
    let workers = house.workers.clone();
    let served = workers.spawn(async move {
        // From here on the socket's news come to the threads that answer.
        if let Err(error) = settle(&mut stream, true) {
            return tracing::warn!(%error, "a connection could not be taken over");
        }
        connection::serve(speaks, Wire::new(stream, line.clone()), line, &house, connection::answer).await;
    });
    // It was told already where it panicked.
    drop(served.await);
}

/// Serves a connection whose first request asks for health. What it asks for besides is answered
/// where everything is.
async fn watch_over<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    wire: Wire<S>,
    line: Line,
    house: Arc<House>,
) {
    let answer = async |house: Arc<House>, request: Request<Incoming>| {
        if ["/_mock/health", "/_mock/ready"].contains(&request.uri().path()) {
            connection::answer(house, request).await
        } else {
            elsewhere(&house, request).await
        }
    };
    connection::serve(Speaks::Http1, wire, line, &house, answer).await;
}

/// Answers a request on the threads that answer everything, piece by piece.
async fn elsewhere(house: &Arc<House>, request: Request<Incoming>) -> Response {
    let line = request.extensions().get::<Line>().cloned().unwrap_or_default();
    let (answered, answer) = oneshot::channel();
    let at = Arc::clone(house);
    let task = house.workers.spawn(async move {
        let (head, mut body) = connection::answer(at, request).await.into_parts();
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
    let Ok((head, hint, piece)) = answer.await else {
        // It panicked, or its threads are going: there is nothing to say.
        line.hang_up(HangUp::Close);
        return std::future::pending().await;
    };
    task.0 = None;
    let body = if hint.exact() == Some(0) { Body::empty() } else { Body::new(Pieces { piece, hint }) };
    Response::from_parts(head, body)
}

/// A body whose pieces come from another thread, and which still says how long it is.
struct Pieces {
    piece: mpsc::Receiver<Result<Frame<Bytes>, axum::Error>>,
    hint: SizeHint,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.piece.poll_recv(cx)
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
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
