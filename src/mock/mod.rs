//! A server inside a Rust test. It listens on a free port, stops with the test, and has no global
//! state.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::{Arc, mpsc};

use axum::http::Method;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use thiserror::Error;
use tokio::sync::oneshot;

use crate::scenario::{Invalid, Library, LoadOptions, Source, embedded};
use crate::server::{Server, Settings};
use crate::vendors;

mod running;
mod world;

use running::Running;
pub use world::World;

/// A running server. It listens on a port of its own, on threads of its own, until it and the last
/// of its [`World`]s are dropped. So it serves blocking tests and asynchronous ones alike.
///
/// A `Mock` is a handle of its default world: it dereferences to a [`World`].
///
/// ```
/// use callmock::Mock;
/// use serde_json::json;
///
/// let mock = Mock::start();
/// assert!(mock.url().starts_with("http://127.0.0.1:"));
///
/// // Give the client under test the URL and a credential.
/// let tenant = mock.credential("commubo.tenant_id");
/// let token = mock.credential("commubo.access_token");
/// # let curl = |url: String| {
/// #     use std::io::{Read, Write};
/// #     let mut stream = std::net::TcpStream::connect(mock.address()).unwrap();
/// #     let path = &url[mock.url().len()..];
/// #     write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
/// #         x-commubo-tenantId: {tenant}\r\nx-commubo-accessToken: {token}\r\n\r\n").unwrap();
/// #     let mut answer = String::new();
/// #     stream.read_to_string(&mut answer).unwrap();
/// #     answer
/// # };
/// let answer = curl(format!("{}/v1/calls?start=2018-09-01", mock.url()));
/// assert!(answer.contains("1234567890123456"));
///
/// // Let the next request fail, and check how the client reacts.
/// mock.fault(json!({ "vendor": "commubo", "times": 1, "do": { "status": 503 } }));
/// assert!(curl(format!("{}/v1/calls", mock.url())).starts_with("HTTP/1.1 503"));
///
/// // Check the requests that it sent.
/// mock.verify(json!({
///     "match": { "operation": "list_calls", "query": { "start": "2018-09-01" } },
///     "count": { "exactly": 1 },
/// }));
/// ```
pub struct Mock {
    default: World,
}

/// Starts a [`Mock`] with another scenario or other settings.
///
/// ```
/// use callmock::Mock;
///
/// let mock = Mock::builder()
///     .scenario_text(
///         "callmock: 1\nclock: 2024-05-13T12:00:00Z\n\
///          accounts: {sencloud: [{api_key: 'shop-1:secret'}]}",
///     )
///     .seed(7)
///     .start()
///     .expect("a scenario without mistakes");
/// assert_eq!(mock.now().to_rfc3339(), "2024-05-13T12:00:00+00:00");
///
/// // A mistake is reported with its position, and no server is started.
/// let wrong = Mock::builder().scenario_text("callmock: 1\nagnets: []").start();
/// assert!(wrong.err().unwrap().to_string().contains("did you mean `agents`?"));
/// ```
#[derive(Debug, Default)]
pub struct Builder {
    options: LoadOptions,
    unknown: Option<String>,
    settings: Settings,
}

/// The reason why a [`Mock`] did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// No built-in scenario and no file has the given name.
    #[error("{0}")]
    NoScenario(String),
    /// The scenario has mistakes.
    #[error("{0}")]
    Invalid(#[from] Invalid),
    /// The machine has no port or no thread left.
    #[error("the server could not be started: {0}")]
    Io(#[from] std::io::Error),
}

impl Mock {
    /// Starts a server with the vendors' documented examples.
    ///
    /// # Panics
    /// If the machine has no port or no thread left.
    #[must_use]
    pub fn start() -> Self {
        Self::builder().start().expect("a free port and a thread")
    }

    /// Builds a server with another scenario or other settings.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The address that the server listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.default.running.address
    }

    /// The certificate that clients must trust, as PEM, if the settings enable TLS.
    #[must_use]
    pub fn certificate(&self) -> Option<&str> {
        self.default.running.certificate.as_deref()
    }

    /// Makes a world for one test, with its own credentials. Parallel tests share the server, but
    /// do not see each other's worlds. The world is removed when the handle is dropped.
    ///
    /// ```
    /// use callmock::Mock;
    ///
    /// let mock = Mock::start();
    /// let (one, other) = (mock.fork(), mock.fork());
    /// assert_ne!(one.credential("sencloud.api_key"), other.credential("sencloud.api_key"));
    ///
    /// one.fix_clock("2019-09-10T00:19:14Z");
    /// one.advance("5m");
    /// assert_eq!(one.now().to_rfc3339(), "2019-09-10T00:24:14+00:00");
    /// assert_ne!(other.now(), one.now());
    /// ```
    ///
    /// # Panics
    /// If there are as many worlds as the settings allow.
    #[must_use]
    pub fn fork(&self) -> World {
        self.fork_of(json!({}))
    }

    /// Makes a world from the body of `POST /_mock/worlds`, such as `{"scenario": "busy-day"}`.
    ///
    /// # Panics
    /// With the admin API's message, if the body is refused.
    #[must_use]
    #[track_caller]
    pub fn fork_of(&self, wanted: Value) -> World {
        let made = self.default.running.ask(Method::POST, "/_mock/worlds", Some(wanted)).expected();
        let id = made["id"].as_str().unwrap_or_default();
        let running = Arc::clone(&self.default.running);
        let slot = running.app.worlds.get(id).expect("it was just made");
        World { running, slot }
    }
}

/// A mock dereferences to its default world.
impl Deref for Mock {
    type Target = World;

    fn deref(&self) -> &World {
        &self.default
    }
}

impl Builder {
    /// Adds a scenario: a file, or the name of a built-in one. Several are merged in order.
    #[must_use]
    pub fn scenario(mut self, name: &str) -> Self {
        match Source::named(name) {
            Ok(source) => self.options.sources.push(source),
            Err(message) => self.unknown = self.unknown.or(Some(message)),
        }
        self
    }

    /// Adds a scenario's text, in YAML or JSON.
    #[must_use]
    pub fn scenario_text(mut self, text: &str) -> Self {
        self.options.sources.push(Source::Text { name: "scenario".into(), text: text.into() });
        self
    }

    /// Sets the seed of ids and generated data, in place of the scenario's seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = Some(seed);
        self
    }

    /// Fixes the clock at a time.
    #[must_use]
    pub fn now(mut self, now: DateTime<Utc>) -> Self {
        self.options.now = Some(now);
        self
    }

    /// Sets the server's settings.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Starts the server. It answers requests when this returns.
    ///
    /// # Errors
    /// If the scenario is invalid, or the machine has no port or no thread left.
    pub fn start(mut self) -> Result<Mock, StartError> {
        if let Some(name) = self.unknown {
            return Err(StartError::NoScenario(name));
        }
        if self.options.sources.is_empty() {
            self.options.sources.extend(embedded("documented"));
        }
        self.options.catalogues = vendors::catalogues().collect();
        let library = Library::open(self.options)?;
        let settings = self.settings;
        let certificate = settings.tls.as_ref().map(|tls| Arc::clone(&tls.certificate));
        let token = settings.admin_token.clone();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("callmock")
            .enable_all()
            .build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let (bound, listening) = mpsc::channel();
        let thread = std::thread::Builder::new().name("callmock".to_owned()).spawn(move || {
            runtime.block_on(async {
                match Server::bind(("127.0.0.1", 0), library, settings).await {
                    Ok(server) => {
                        let known = (server.address(), Arc::clone(server.app()), server.admin());
                        if bound.send(Ok(known)).is_ok() {
                            server.run(async { drop(stopped.await) }).await;
                        }
                    }
                    Err(error) => drop(bound.send(Err(error))),
                }
            });
            runtime.shutdown_background();
        })?;
        let gone = || std::io::Error::other("the server's thread ended");
        let (address, app, admin) = listening.recv().map_err(|_| gone())??;
        let slot = Arc::clone(app.worlds.default_slot());
        let stop = Some((stop, thread));
        let running = Arc::new(Running { address, certificate, token, app, admin, handle, stop });
        Ok(Mock { default: World { running, slot } })
    }
}
