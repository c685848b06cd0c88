//! The server: one listener, vendors and admin mounted on it, and a stop that loses nothing.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, header};
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::{Layer as _, ServiceExt};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer, ExposeHeaders};

mod reload;
mod tls;
mod wire;

pub use tls::{Tls, TlsError};
use wire::{Socket, Wire};

use crate::admin::{self, Admin};
use crate::exchange::{self, App, Line};
use crate::scenario::Library;
use crate::vendors;
use crate::world::{Limits, Worlds};

/// How a server behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The largest request body read, in bytes.
    pub max_body: usize,
    /// The most headers that a request may have.
    pub max_headers: usize,
    /// The largest request head read, in bytes.
    pub max_head: usize,
    /// Whether vendor answers carry `x-callmock-…` headers.
    pub debug_headers: bool,
    /// What its worlds keep, and how many there may be.
    pub limits: Limits,
    /// What callers of the admin API must prove to know, if anything.
    pub admin_token: Option<String>,
    /// The origins whose pages may read answers, as browsers have it: `*` for all.
    pub cors: Vec<HeaderValue>,
    /// Whether it speaks TLS, and as whom.
    pub tls: Option<Tls>,
    /// Whether edited scenario files take effect at once.
    pub watch: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_body: 1 << 20,
            max_headers: 1024,
            max_head: 256 << 10,
            debug_headers: true,
            limits: Limits::default(),
            admin_token: None,
            cors: vec![],
            tls: None,
            watch: false,
        }
    }
}

/// How long requests under way may take to finish once the server is told to stop.
const FINISH: Duration = Duration::from_millis(900);

/// How long a connection without a request under way may take to flush its last answer.
const FLUSH: Duration = Duration::from_millis(100);

/// How long a client may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// How often idle worlds are looked for.
const SWEEP: Duration = Duration::from_secs(1);

/// A server that listens but does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: Arc<App>,
    library: Arc<Library>,
    settings: Settings,
    stopping: watch::Sender<bool>,
    admin: Router,
}

impl Server {
    /// Listens for requests to the worlds of some scenarios.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn bind(
        address: impl tokio::net::ToSocketAddrs,
        library: Library,
        settings: Settings,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let worlds = Worlds::new(library.own(), settings.limits);
        let app = Arc::new(App::new(worlds, vendors::ALL, settings.max_body, settings.debug_headers));
        let library = Arc::new(library);
        let stopping = watch::Sender::new(false);
        let admin = admin::router(Admin {
            app: Arc::clone(&app),
            library: Arc::clone(&library),
            address,
            certificate: settings.tls.as_ref().map(|tls| Arc::clone(&tls.certificate)),
            token: settings.admin_token.as_deref().map(Arc::from),
            stopped: stopping.subscribe(),
            since: Instant::now(),
        });
        Ok(Self { listener, address, app, library, settings, stopping, admin })
    }

    /// Where it listens, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it is, to every request.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Its admin API, for callers in the same process.
    pub fn admin(&self) -> Router {
        self.admin.clone()
    }

    /// Answers until `stop` is done, then finishes what is under way: 900 ms at most.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { listener, address: _, app, library, settings, stopping, admin } = self;
        let routes = Arc::new(Routes { admin, cors: cors(&settings.cors), app: Arc::clone(&app) });
        let settings = Arc::new(settings);
        let mut connections = JoinSet::new();
        let mut chores = JoinSet::new();
        chores.spawn(sweep(Arc::clone(&app)));
        if settings.watch {
            chores.spawn(reload::watch(library, Arc::clone(&app)));
        }
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        let (routes, settings) = (Arc::clone(&routes), Arc::clone(&settings));
                        connections.spawn(connect(stream, routes, settings, stopping.subscribe()));
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

/// Removes worlds that were idle for too long, for as long as the server runs.
async fn sweep(app: Arc<App>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        app.worlds.sweep();
    }
}

/// Serves one connection until its client closes it, a fault breaks it, or the server stops.
async fn connect(
    stream: TcpStream,
    routes: Arc<Routes>,
    settings: Arc<Settings>,
    mut stopped: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let _open = Open::new(Arc::clone(&routes.app));
    let line = Line::default();
    let stream = Socket::new(stream, line.clone());
    match &settings.tls {
        None => serve(Wire::new(stream, line.clone()), line, routes, &settings, stopped).await,
        Some(tls) => {
            let shaken = tokio::select! {
                shaken = tokio::time::timeout(HANDSHAKE, tls.acceptor.accept(stream)) => shaken,
                _ = stopped.wait_for(|stopped| *stopped) => return,
            };
            match shaken {
                Ok(Ok(stream)) => {
                    serve(Wire::new(stream, line.clone()), line, routes, &settings, stopped).await;
                }
                Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                Err(_) => tracing::debug!("a TLS handshake was never finished"),
            }
        }
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    wire: Wire<S>,
    line: Line,
    routes: Arc<Routes>,
    settings: &Settings,
    mut stopped: watch::Receiver<bool>,
) {
    let under_way = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&under_way);
    let on = line.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        let held = Held::new(&counted);
        let routes = Arc::clone(&routes);
        request.extensions_mut().insert(on.clone());
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
    let connection = builder.serve_connection(TokioIo::new(wire), service);
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return report(ended),
        // Dropping the connection drops the socket, which knows how it is to be closed.
        () = line.hung_up() => return,
        _ = stopped.wait_for(|stopped| *stopped) => connection.as_mut().graceful_shutdown(),
    }
    // Idle connections end at once; what is left waits for an answer, or for the rest of a head that will not be read.
    let patience = if under_way.load(Ordering::Acquire) == 0 { FLUSH } else { FINISH };
    tokio::select! {
        ended = tokio::time::timeout(patience, connection) => ended.map_or((), report),
        () = line.hung_up() => {}
    }
}

fn report(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(error, "a connection ended early");
    }
}

/// Everything that answers on the port.
struct Routes {
    admin: Router,
    cors: Option<CorsLayer>,
    app: Arc<App>,
}

impl Routes {
    async fn answer(self: Arc<Self>, request: Request<Body>) -> Response {
        // Without the method that it is about to use, a browser's OPTIONS is the vendor's to answer.
        let for_browsers = request.headers().contains_key(header::ORIGIN)
            && (request.method() != Method::OPTIONS
                || request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD));
        let Some(cors) = self.cors.clone().filter(|_| for_browsers) else {
            return self.dispatch(request).await;
        };
        let inner = tower::service_fn(move |request| {
            let routes = Arc::clone(&self);
            async move { Ok::<_, Infallible>(routes.dispatch(request).await) }
        });
        let Ok(response) = cors.layer(inner).oneshot(request).await;
        response
    }

    async fn dispatch(&self, request: Request<Body>) -> Response {
        let path = request.uri().path();
        if path == "/_mock" || path.starts_with("/_mock/") {
            let Ok(response) = self.admin.clone().oneshot(request).await;
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

/// What lets pages of some origins read answers, and preflight requests through, which vendors know nothing of.
fn cors(origins: &[HeaderValue]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let any = origins.iter().any(|origin| origin == "*");
    let allowed = if any { AllowOrigin::any() } else { AllowOrigin::list(origins.iter().cloned()) };
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(ExposeHeaders::any());
    Some(layer)
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

/// Counts a connection as open for as long as it lives.
struct Open(Arc<App>);

impl Open {
    fn new(app: Arc<App>) -> Self {
        app.metrics.connections.inc();
        Self(app)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.metrics.connections.dec();
    }
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
