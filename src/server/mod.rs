//! The server: one listener, vendors and admin mounted on it, and a stop that loses nothing.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::HeaderValue;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

mod browsers;
mod connection;
mod door;
mod first;
mod held;
mod reload;
mod routes;
mod tls;
mod wire;

use door::{House, Mistaken};
use routes::Routes;
pub use tls::{Tls, TlsError};

use crate::admin::{self, Admin};
use crate::exchange::{App, Bodies, Manners};
use crate::scenario::Library;
use crate::vendor::{Place, Vendor};
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
    /// The most that all request bodies in memory may have together, in bytes.
    pub max_bodies: usize,
    /// How long a connection may say nothing at its beginning.
    pub first_byte: Duration,
    /// How long nothing of a request's body may come.
    pub body_idle: Duration,
    /// How long an HTTP/2 connection may be silent, pings and all.
    pub http2_idle: Duration,
    /// The most calls that a scenario which comes over HTTP may have.
    pub max_world_calls: usize,
    /// What its worlds keep, and how many there may be.
    pub limits: Limits,
    /// What callers of the admin API must prove to know, if anything.
    pub admin_token: Option<String>,
    /// The origins whose pages may read answers, as browsers have it: `*` for all.
    pub cors: Vec<HeaderValue>,
    /// The host names, besides this machine's own, by which browsers may reach the admin API.
    pub hosts: Vec<String>,
    /// Whether it speaks TLS, and as whom.
    pub tls: Option<Tls>,
    /// Whether edited scenario files take effect at once.
    pub watch: bool,
    /// The base URL that clients reach it by, for URLs in answers; without it, they have the host
    /// that the request named.
    pub public_url: Option<String>,
    /// The vendors that answer.
    pub vendors: &'static [&'static dyn Vendor],
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_body: 1 << 20,
            max_headers: 1024,
            max_head: 256 << 10,
            debug_headers: true,
            max_bodies: 256 << 20,
            first_byte: Duration::from_secs(30),
            body_idle: Duration::from_secs(30),
            http2_idle: Duration::from_mins(1),
            max_world_calls: 100_000,
            limits: Limits::default(),
            admin_token: None,
            cors: vec![],
            hosts: vec![],
            tls: None,
            watch: false,
            public_url: None,
            vendors: vendors::ALL,
        }
    }
}

/// How often idle worlds are looked for.
const SWEEP: Duration = Duration::from_secs(1);

/// A server that listens but does not answer yet.
pub struct Server {
    listener: std::net::TcpListener,
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
        let listener = TcpListener::bind(address).await?.into_std()?;
        let address = listener.local_addr()?;
        let worlds = Worlds::new(library.own(), settings.limits);
        let bodies = Bodies::new(settings.max_bodies, settings.body_idle);
        let manners = Manners {
            max_body: settings.max_body,
            debug_headers: settings.debug_headers,
            place: Place {
                public_url: settings.public_url.clone(),
                tls: settings.tls.is_some(),
                address: address.to_string(),
            },
            bodies,
        };
        let app = Arc::new(App::new(worlds, settings.vendors, manners));
        let library = Arc::new(library);
        let stopping = watch::Sender::new(false);
        let admin = admin::router(Admin {
            app: Arc::clone(&app),
            library: Arc::clone(&library),
            address,
            certificate: settings.tls.as_ref().map(|tls| Arc::clone(&tls.certificate)),
            max_world_calls: settings.max_world_calls,
            making: Arc::default(),
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
    ///
    /// A thread of its own opens connections and waits for `stop`; requests are answered on the
    /// runtime that this is called in.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) {
        let Self { listener, address, app, library, settings, stopping, admin } = self;
        let routes = Routes::new(admin, Arc::clone(&app), &settings, address);
        let mut chores = JoinSet::new();
        chores.spawn(sweep(Arc::clone(&app)));
        chores.spawn(app.pulse.clone().beat());
        if settings.watch {
            chores.spawn(reload::watch(library, app));
        }
        let (ended, end) = oneshot::channel();
        let house = Arc::new(House {
            routes: Arc::new(routes),
            settings,
            workers: Handle::current(),
            stopping,
            mistaken: Mistaken::default(),
        });
        let keep = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(own) => {
                own.block_on(door::keep(listener, house, stop, ended));
                own.shutdown_background();
            }
            Err(error) => tracing::error!(%error, "the runtime that opens connections could not be started"),
        };
        match std::thread::Builder::new().name("callmock-door".to_owned()).spawn(keep) {
            // Its sender only ever goes.
            Ok(_) => drop(end.await),
            Err(error) => tracing::error!(%error, "the thread that opens connections could not be started"),
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
