//! The server: one listener, vendors and admin mounted on it, and a stop that loses nothing.
//!
//! - `accept`: accepting connections, on a thread of its own.
//! - `protocol`, `tls`, `socket`: what a connection speaks, and the socket under it.
//! - `http`: serving HTTP on one connection.
//! - `dispatch`, `browsers`: the admin API, the vendors, and the rules for browsers.
//! - `reload`: hot reload of scenario files.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

mod accept;
mod browsers;
mod dispatch;
mod guards;
mod http;
mod protocol;
mod reload;
mod settings;
mod shared;
mod socket;
mod tls;

use dispatch::Dispatcher;
pub use settings::Settings;
use shared::{Shared, WarningLimit};
pub use tls::{Tls, TlsError};

use crate::admin::{self, Admin};
use crate::exchange::{AnswerSettings, App, Bodies};
use crate::scenario::Library;
use crate::vendor::Place;
use crate::world::Worlds;

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
        let answers = AnswerSettings {
            max_body: settings.max_body,
            debug_headers: settings.debug_headers,
            place: Place {
                public_url: settings.public_url.clone(),
                tls: settings.tls.is_some(),
                address: address.to_string(),
            },
            bodies,
        };
        let app = Arc::new(App::new(worlds, settings.vendors, answers));
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
        let dispatcher = Dispatcher::new(admin, Arc::clone(&app), &settings, address);
        let mut chores = JoinSet::new();
        chores.spawn(sweep(Arc::clone(&app)));
        chores.spawn(app.heartbeat.clone().beat());
        if settings.watch {
            chores.spawn(reload::watch(library, app));
        }
        let (ended, end) = oneshot::channel();
        let shared = Arc::new(Shared {
            dispatcher: Arc::new(dispatcher),
            settings,
            workers: Handle::current(),
            stopping,
            wrong_protocol: WarningLimit::default(),
        });
        let accept = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(own) => {
                own.block_on(accept::accept(listener, shared, stop, ended));
                own.shutdown_background();
            }
            Err(error) => tracing::error!(%error, "the runtime that opens connections could not be started"),
        };
        match std::thread::Builder::new().name("callmock-door".to_owned()).spawn(accept) {
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
