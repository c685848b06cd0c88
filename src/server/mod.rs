//! The server: one listener for vendors and the admin API, and an orderly stop.
//!
//! - `accept`: accepting connections, on a thread of its own.
//! - `protocol`, `tls`, `socket`: protocol detection, TLS, and the socket of a connection.
//! - `http`: serving HTTP on one connection.
//! - `dispatch`, `browsers`: the admin API, the vendors, and the rules for browsers.
//! - `reload`: hot reload of scenario files.
//! - `state`: the file in which the worlds survive a restart.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

mod accept;
mod browsers;
mod dispatch;
mod guards;
mod http;
mod listen;
mod protocol;
mod reload;
mod settings;
mod shared;
mod socket;
mod state;
mod tls;
mod tunnel;

use dispatch::Dispatcher;
use listen::listen;
pub use settings::Settings;
use shared::{Shared, WarningLimit};
use state::Keeper;
pub use state::{StateError, StateFile};
pub use tls::{Names, Tls, TlsError};

use crate::admin::{self, Admin};
use crate::exchange::{AnswerSettings, App, Bodies};
use crate::scenario::Library;
use crate::vendor::Place;
use crate::world::Worlds;

/// The interval at which idle worlds are removed.
const SWEEP: Duration = Duration::from_secs(1);

/// A server that is bound to its port but does not accept connections yet.
pub struct Server {
    listeners: Vec<std::net::TcpListener>,
    address: SocketAddr,
    app: Arc<App>,
    library: Arc<Library>,
    settings: Settings,
    stopping: watch::Sender<bool>,
    admin: Router,
    keeper: Option<Keeper>,
}

impl Server {
    /// Binds a server to an address. Its worlds begin with the scenarios of `library`.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn bind(
        address: impl tokio::net::ToSocketAddrs,
        library: Library,
        settings: Settings,
    ) -> io::Result<Self> {
        let (listeners, address) = listen(address).await?;
        let worlds = Worlds::new(library.own(), settings.limits);
        let bodies = Bodies::new(settings.max_bodies, settings.body_idle);
        let answers = AnswerSettings {
            max_body: settings.max_body,
            debug_headers: settings.debug_headers,
            place: Place { public_url: settings.public_url.clone(), address: address.to_string() },
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
            reports: settings.reports.as_deref().map(Arc::from),
            stopped: stopping.subscribe(),
            since: Instant::now(),
        });
        Ok(Self { listeners, address, app, library, settings, stopping, admin, keeper: None })
    }

    /// Puts the worlds of a state file back, and keeps them there from now on. Called before the
    /// server runs.
    ///
    /// # Errors
    /// If the file cannot be written, or what it had would be lost.
    pub fn keep_state(&mut self, mut file: StateFile) -> Result<(), StateError> {
        let catalogues: Vec<_> = self.app.vendors.iter().map(|vendor| vendor.catalogue()).collect();
        state::restore(&mut file, &self.app.worlds, &self.library, &catalogues)?;
        let path = file.path().to_owned();
        let keeper = Keeper::start(file, Arc::clone(&self.app), Arc::clone(&self.library));
        self.keeper = Some(keeper.map_err(|error| StateError::Io(path, error))?);
        Ok(())
    }

    /// The address that the server listens on, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The application that all requests share.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The router of the admin API, for callers in the same process.
    pub fn admin(&self) -> Router {
        self.admin.clone()
    }

    /// Answers requests until `stop` resolves, then gives those in flight at most 900 ms to finish. The
    /// state is written last.
    ///
    /// A thread of its own accepts connections and waits for `stop`. Requests are answered on the
    /// runtime in which this is called.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) {
        let Self { listeners, address, app, library, settings, stopping, admin, keeper } = self;
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
                own.block_on(accept::accept(listeners, shared, stop, ended));
                own.shutdown_background();
            }
            Err(error) => tracing::error!(%error, "the runtime that opens connections could not be started"),
        };
        match std::thread::Builder::new().name("callmock-door".to_owned()).spawn(accept) {
            // The sender is dropped, never used: the receiver resolves when the thread ends.
            Ok(_) => drop(end.await),
            Err(error) => tracing::error!(%error, "the thread that opens connections could not be started"),
        }
        if let Some(keeper) = keeper {
            // It was reported already if it panicked.
            drop(tokio::task::spawn_blocking(move || keeper.end()).await);
        }
    }
}

/// Removes the worlds that have been idle for too long, for as long as the server runs.
async fn sweep(app: Arc<App>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        app.worlds.sweep();
    }
}
