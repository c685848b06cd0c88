//! The server: one listener, vendors and admin mounted on it, and a stop that loses nothing.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

mod held;
mod reload;
mod routes;
mod tls;
mod wire;

use held::{Held, HeldBody, Open};
use routes::{Routes, cors};
pub use tls::{Tls, TlsError};
use wire::{Socket, Wire};

use crate::admin::{self, Admin};
use crate::exchange::{App, Line};
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
