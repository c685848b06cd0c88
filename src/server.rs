//! The server: one listener, vendors and admin mounted on it, and a stop that loses nothing.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::admin;
use crate::exchange::{self, App};
use crate::scenario::Scenario;
use crate::vendors;
use crate::world::{Limits, Worlds};

/// How a server behaves.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The largest request body read, in bytes.
    pub max_body: usize,
    /// The most headers that a request may have.
    pub max_headers: usize,
    /// The largest request head read, in bytes.
    pub max_head: usize,
    /// Whether vendor answers carry `x-callmock-…` headers.
    pub debug_headers: bool,
    /// What each world keeps.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_body: 1 << 20,
            max_headers: 1024,
            max_head: 256 << 10,
            debug_headers: true,
            limits: Limits { journal_size: 1000, journal_body: 64 << 10 },
        }
    }
}

/// How long requests under way may take to finish once the server is told to stop.
const FINISH: Duration = Duration::from_millis(900);

/// How long a connection without a request under way may take to flush its last answer.
const FLUSH: Duration = Duration::from_millis(100);

/// A server that listens but does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: Arc<App>,
    settings: Settings,
}

impl Server {
    /// Listens for requests to a scenario's world.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn bind(
        address: impl tokio::net::ToSocketAddrs,
        scenario: Scenario,
        settings: Settings,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let worlds = Worlds::new(Arc::new(scenario), settings.limits);
        let app = Arc::new(App::new(worlds, vendors::ALL, settings.max_body, settings.debug_headers));
        Ok(Self { listener, address, app, settings })
    }

    /// Where it listens, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is done, then finishes what is under way: 900 ms at most.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { listener, address, app, settings } = self;
        let routes = Routes { admin: admin::router(Arc::clone(&app), address), app };
        let (stopping, stopped) = watch::channel(false);
        let mut connections = JoinSet::new();
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(serve(stream, routes.clone(), settings, stopped.clone()));
                    }
                    Err(error) => {
                        // Out of file descriptors, most likely: others may be closed in a moment.
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
        drop(listener);
        stopping.send_replace(true);
        let finish = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(FINISH, finish).await.is_err() {
            tracing::warn!("stopped with requests under way");
        }
    }
}

/// Serves one connection until its client closes it or the server stops.
async fn serve(stream: TcpStream, routes: Routes, settings: Settings, mut stopped: watch::Receiver<bool>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let under_way = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&under_way);
    let service = service_fn(move |request: Request<Incoming>| {
        let held = Held::new(&counted);
        let routes = routes.clone();
        async move {
            let response = routes.answer(request.map(Body::new)).await;
            Ok::<_, Infallible>(response.map(|body| HeldBody { body, _held: held }))
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // A client may close its side once it has asked, and still wants the answer.
        .half_close(true)
        .max_headers(settings.max_headers)
        .max_buf_size(settings.max_head.max(8192));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(settings.max_head).unwrap_or(u32::MAX));
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return report(ended),
        _ = stopped.wait_for(|stopped| *stopped) => connection.as_mut().graceful_shutdown(),
    }
    // Idle connections end at once; what is left waits for an answer, or for the rest of a head that will not be read.
    let patience = if under_way.load(Ordering::Acquire) == 0 { FLUSH } else { FINISH };
    if let Ok(ended) = tokio::time::timeout(patience, connection).await {
        report(ended);
    }
}

fn report(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(error, "a connection ended early");
    }
}

/// Everything that answers on the port.
#[derive(Clone)]
struct Routes {
    admin: Router,
    app: Arc<App>,
}

impl Routes {
    async fn answer(self, request: Request<Body>) -> Response {
        let path = request.uri().path();
        if path == "/_mock" || path.starts_with("/_mock/") {
            let Ok(response) = self.admin.oneshot(request).await;
            return response;
        }
        if path == "/" && is_a_browser(&request) {
            return Redirect::temporary("/_mock").into_response();
        }
        match exchange::answer(&self.app, request).await {
            Ok(response) => response,
            Err(request) => exchange::nobodys(&self.app, &request.into_parts().0),
        }
    }
}

/// Whether somebody opened the base URL to look, rather than to call the vendor that lives on `/`: a browser asks for
/// HTML, and says nothing else.
fn is_a_browser(request: &Request<Body>) -> bool {
    let headers = request.headers();
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    request.method() == Method::GET
        && accept.contains("text/html")
        && request.uri().query().is_none_or(str::is_empty)
        && !headers.contains_key(header::AUTHORIZATION)
        && !headers.keys().any(|name| name.as_str().starts_with("x-acs-"))
}

/// Counts a request as under way for as long as it lives.
struct Held(Arc<AtomicUsize>);

impl Held {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(count))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A body that keeps its request under way until it is sent.
struct HeldBody {
    body: Body,
    _held: Held,
}

impl HttpBody for HeldBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        HttpBody::size_hint(&self.body)
    }
}
