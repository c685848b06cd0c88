//! A server inside a Rust test: started on a free port, dropped with the test, and nothing global.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use chrono::{DateTime, Utc};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tower::ServiceExt as _;

use crate::exchange::App;
use crate::scenario::{Invalid, Library, LoadOptions, Source, embedded};
use crate::server::{Server, Settings};
use crate::urlencoded::strict;
use crate::vendors;
use crate::world::{Slot, Worlds};

/// A running server. It listens on a port of its own, on threads of its own, until it and the last
/// of its [`World`]s are dropped; so it serves blocking tests and asynchronous ones alike.
///
/// It stands for its default world: what [`World`] can do, it can do.
///
/// ```
/// use callmock::Mock;
/// use serde_json::json;
///
/// let mock = Mock::start();
/// assert!(mock.url().starts_with("http://127.0.0.1:"));
///
/// // Hand the client under test where and as whom.
/// let tenant = mock.credential("commubo.tenant_id");
/// let token = mock.credential("commubo.access_token");
/// # let curl = |url: String| {
/// #     use std::io::{Read, Write};
/// #     let mut stream = std::net::TcpStream::connect(mock.address()).unwrap();
/// #     let path = &url[mock.url().len()..];
/// #     write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-commubo-tenantId: {tenant}\r\n\
/// #         x-commubo-accessToken: {token}\r\n\r\n").unwrap();
/// #     let mut answer = String::new();
/// #     stream.read_to_string(&mut answer).unwrap();
/// #     answer
/// # };
/// let answer = curl(format!("{}/v1/calls?start=2018-09-01", mock.url()));
/// assert!(answer.contains("1234567890123456"));
///
/// // Let the next request fail, and look how the client takes it.
/// mock.fault(json!({ "vendor": "commubo", "times": 1, "do": { "status": 503 } }));
/// assert!(curl(format!("{}/v1/calls", mock.url())).starts_with("HTTP/1.1 503"));
///
/// // Ask what it sent.
/// mock.verify(json!({
///     "match": { "operation": "list_calls", "query": { "start": "2018-09-01" } },
///     "count": { "exactly": 1 },
/// }));
/// ```
pub struct Mock {
    default: World,
}

/// How to start a [`Mock`] with a scenario or settings of one's own.
///
/// ```
/// use callmock::Mock;
///
/// let mock = Mock::builder()
///     .scenario_text("callmock: 1\nclock: 2024-05-13T12:00:00Z\naccounts: {sencloud: [{api_key: 'shop-1:secret'}]}")
///     .seed(7)
///     .start()
///     .expect("a scenario without mistakes");
/// assert_eq!(mock.now().to_rfc3339(), "2024-05-13T12:00:00+00:00");
///
/// // A mistake is told with its place, and no server is started.
/// let wrong = Mock::builder().scenario_text("callmock: 1\nagnets: []").start();
/// assert!(wrong.err().unwrap().to_string().contains("did you mean `agents`?"));
/// ```
#[derive(Debug, Default)]
pub struct Builder {
    options: LoadOptions,
    unknown: Option<String>,
    settings: Settings,
}

/// Why a [`Mock`] did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// No scenario has that name, and no file.
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
    /// A server of the vendors' documented examples.
    ///
    /// # Panics
    /// When the machine has no port or no thread left.
    #[must_use]
    pub fn start() -> Self {
        Self::builder().start().expect("a free port and a thread")
    }

    /// A server of another scenario, or with other settings.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.default.running.address
    }

    /// The certificate that clients must trust, as PEM, where the settings have it speak TLS.
    #[must_use]
    pub fn certificate(&self) -> Option<&str> {
        self.default.running.certificate.as_deref()
    }

    /// A world of its own for one test, with credentials of its own: parallel tests share the
    /// server, and see nothing of each other. It is removed when it is dropped.
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
    /// When there are as many worlds as the settings allow.
    #[must_use]
    pub fn fork(&self) -> World {
        self.fork_of(json!({}))
    }

    /// A world as `POST /_mock/worlds` takes it, such as `{"scenario": "busy-day"}`.
    ///
    /// # Panics
    /// With the admin API's message, when that is refused.
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

/// The default world.
impl Deref for Mock {
    type Target = World;

    fn deref(&self) -> &World {
        &self.default
    }
}

impl Builder {
    /// A scenario's file, or the name of a built-in one; several are merged in order.
    #[must_use]
    pub fn scenario(mut self, name: &str) -> Self {
        match Source::named(name) {
            Ok(source) => self.options.sources.push(source),
            Err(message) => self.unknown = self.unknown.or(Some(message)),
        }
        self
    }

    /// A scenario's text, in YAML or JSON.
    #[must_use]
    pub fn scenario_text(mut self, text: &str) -> Self {
        self.options.sources.push(Source::Text { name: "scenario".into(), text: text.into() });
        self
    }

    /// What ids and generated data are made from, instead of the scenario's seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = Some(seed);
        self
    }

    /// Lets the clock stand at a time.
    #[must_use]
    pub fn now(mut self, now: DateTime<Utc>) -> Self {
        self.options.now = Some(now);
        self
    }

    /// How the server behaves.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Starts it; it answers when this returns.
    ///
    /// # Errors
    /// When the scenario is wrong, or the machine has no port or no thread left.
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

/// What all handles of one server share; it stops with the last of them.
struct Running {
    address: SocketAddr,
    certificate: Option<Arc<str>>,
    token: Option<String>,
    app: Arc<App>,
    admin: Router,
    handle: Handle,
    stop: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.stop.take() {
            drop(stop);
            // Its port is free, and its threads are gone, when the test goes on.
            drop(thread.join());
        }
    }
}

impl Running {
    /// Asks the admin API, from whatever kind of thread the test runs on.
    fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.address.to_string())
            .header("authorization", format!("Bearer {}", self.token.as_deref().unwrap_or_default()))
            .body(body)
            .expect("a path of ours");
        let admin = self.admin.clone();
        let (answered, answer) = mpsc::channel();
        self.handle.spawn(async move {
            let Ok(response) = admin.oneshot(request).await;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.map(http_body_util::Collected::to_bytes);
            let body = body.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
            drop(answered.send(Answer { status, body }));
        });
        answer.recv().expect("the server runs for as long as a handle of it")
    }
}

struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    /// The answer's body, if it is a good one.
    #[track_caller]
    fn expected(self) -> Value {
        let message = self.body["error"]["message"].as_str().unwrap_or_default();
        assert!(self.status < 300, "callmock refused: {message}");
        self.body
    }
}

/// A world of a [`Mock`]: its clock, faults, journal and changes are its own, and so are its
/// credentials.
///
/// Methods panic with callmock's own message, which says what to write instead, when they are asked
/// for what cannot be.
pub struct World {
    running: Arc<Running>,
    slot: Arc<Slot>,
}

impl Drop for World {
    fn drop(&mut self) {
        self.running.app.worlds.remove(self.slot.id());
    }
}

impl World {
    /// Its id: `default`, or the one that stands in its base URL.
    #[must_use]
    pub fn id(&self) -> &str {
        self.slot.id()
    }

    /// The server's base URL, which every vendor's client takes: a world's credentials say which
    /// world is meant.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.running.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.running.address)
    }

    /// A base URL that is this world's whatever credential comes, for clients whose credentials
    /// cannot be changed.
    #[must_use]
    pub fn pinned_url(&self) -> String {
        format!("{}/w/{}", self.url(), self.id())
    }

    /// Its first credential of every vendor, as `POST /_mock/worlds` shows them.
    #[must_use]
    pub fn credentials(&self) -> Value {
        self.running.app.credentials(&self.slot.world())
    }

    /// One part of a credential, such as `commubo.access_token` or `alibaba.access_key_id`.
    ///
    /// # Panics
    /// When there is none of that name.
    #[must_use]
    #[track_caller]
    pub fn credential(&self, name: &str) -> String {
        let credentials = self.credentials();
        let found = name.split_once('.').and_then(|(vendor, part)| credentials[vendor][part].as_str());
        found.unwrap_or_else(|| panic!("there is no credential `{name}` in {credentials}")).to_owned()
    }

    /// The same as the environment variables that `callmock exec` exports, `CALLMOCK_URL` among
    /// them.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let address = self.running.address.to_string();
        let mut variables = self.running.app.environment(&self.slot.world(), &address);
        variables.push(("CALLMOCK_URL".to_owned(), self.url()));
        variables
    }

    /// The world's time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.slot.world().now()
    }

    /// Lets its clock stand at a time in RFC 3339.
    #[track_caller]
    pub fn fix_clock(&self, now: &str) {
        self.set_clock(json!({ "mode": "fixed", "now": now }));
    }

    /// Sets its clock as `PUT …/clock` does: `{"mode": "running", "now": …, "rate": 60}`.
    #[track_caller]
    pub fn set_clock(&self, clock: Value) {
        self.ask(Method::PUT, "clock", Some(clock)).expected();
    }

    /// Moves its clock forward by a duration such as `5m`.
    #[track_caller]
    pub fn advance(&self, by: &str) {
        self.ask(Method::POST, "clock/advance", Some(json!({ "by": by }))).expected();
    }

    /// Adds a fault, as `POST …/faults` does, and tells its id.
    ///
    /// ```
    /// # let mock = callmock::Mock::start();
    /// let id = mock.fault(serde_json::json!({
    ///     "vendor": "alibaba", "when": { "nth": 3 }, "do": { "error": "Throttling.User" },
    /// }));
    /// mock.remove_fault(&id);
    /// ```
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "a test that keeps its faults needs no ids")]
    pub fn fault(&self, fault: Value) -> String {
        let added = self.ask(Method::POST, "faults", Some(fault)).expected();
        added["id"].as_str().unwrap_or_default().to_owned()
    }

    /// Removes a fault.
    #[track_caller]
    pub fn remove_fault(&self, id: &str) {
        self.ask(Method::DELETE, &format!("faults/{}", strict(id)), None).expected();
    }

    /// Removes all faults.
    #[track_caller]
    pub fn clear_faults(&self) {
        self.ask(Method::DELETE, "faults", None).expected();
    }

    /// What its clients sent and got, oldest first.
    #[must_use]
    pub fn journal(&self) -> Vec<Value> {
        let mut journal = self.ask(Method::GET, "journal", None).expected();
        serde_json::from_value(journal["exchanges"].take()).unwrap_or_default()
    }

    /// Holds the journal against what should have happened, as `POST …/journal/verify` does, and
    /// tells how many exchanges matched.
    ///
    /// # Panics
    /// When the count is not as it should be: with the closest exchanges, and where they differ.
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "that it returns at all is the answer")]
    pub fn verify(&self, expected: Value) -> u64 {
        let Answer { status, body } = self.ask(Method::POST, "journal/verify", Some(expected));
        assert!(status != 422, "the client did not call as expected: {body:#}");
        Answer { status, body }.expected()["matched"].as_u64().unwrap_or_default()
    }

    /// Switches an agent, by id or e-mail address: available, unavailable, `no_access`, unknown.
    #[track_caller]
    pub fn set_agent(&self, agent: &str, state: &str) {
        self.ask(Method::PATCH, &format!("agents/{}", strict(agent)), Some(json!({ "state": state })))
            .expected();
    }

    /// Switches a queue, by id or menu id: open, `manual_redirection`, `after_hours`.
    #[track_caller]
    pub fn set_queue(&self, queue: &str, state: &str) {
        self.ask(Method::PATCH, &format!("queues/{}", strict(queue)), Some(json!({ "state": state })))
            .expected();
    }

    /// Adds a call, written as a scenario writes it, and shows it.
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "a test knows the call that it adds")]
    pub fn add_call(&self, call: Value) -> Value {
        self.ask(Method::POST, "calls", Some(call)).expected()
    }

    /// Chooses options where a vendor's page is ambiguous: `{"commubo.end": "inclusive"}`.
    #[track_caller]
    pub fn set_readings(&self, readings: Value) {
        self.ask(Method::PATCH, "readings", Some(readings)).expected();
    }

    /// Which behaviors were exercised, and how often.
    #[must_use]
    pub fn coverage(&self) -> Value {
        self.ask(Method::GET, "coverage", None).expected()
    }

    /// The whole world as data.
    #[must_use]
    pub fn snapshot(&self) -> Value {
        self.ask(Method::GET, "snapshot", None).expected()
    }

    /// Puts it back to what a snapshot says.
    #[track_caller]
    pub fn restore(&self, snapshot: Value) {
        self.ask(Method::PUT, "snapshot", Some(snapshot)).expected();
    }

    /// Returns it to its scenario.
    pub fn reset(&self) {
        self.slot.reset();
    }

    fn ask(&self, method: Method, resource: &str, body: Option<Value>) -> Answer {
        let path = if self.id() == Worlds::DEFAULT {
            format!("/_mock/{resource}")
        } else {
            format!("/_mock/worlds/{}/{resource}", self.id())
        };
        self.running.ask(method, &path, body)
    }
}
