//! A server for one test, on a port of its own, and what a test needs to talk to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use callmock::exchange::App;
use callmock::report::coverage::Coverage;
use callmock::scenario::{self, Library, LoadOptions, Source};
use callmock::server::{Server, Settings};
use callmock::vendors;
use callmock::world::Filter;
use chrono::DateTime;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::{answers, own};

/// A key that looks like a real one.
pub const REAL: &str = "h7dWq2mZ9sX4vB6nK1pR8tYc";

/// A running server; it stops when the test drops it.
pub struct Mock {
    pub address: SocketAddr,
    client: reqwest::Client,
    app: Arc<App>,
    _stop: oneshot::Sender<()>,
}

/// What the suite itself exercises is kept where `CALLMOCK_OWN_COVERAGE` names a directory; and
/// whatever the journals still have was answered as the vendors' documents say.
impl Drop for Mock {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // A vendor that only a test has is in no report.
        if self.app.vendors.len() == vendors::ALL.len() {
            own::keep(&Coverage::of(&self.app.worlds.counts(), vendors::catalogues()));
        }
        for slot in self.app.worlds.all() {
            let world = slot.world();
            for seen in world.journal().page(&Filter::default(), 0, usize::MAX).entries {
                let entry = world.journal().shown(&seen);
                let exchange = serde_json::to_value(callmock::admin::exchange(&entry, None));
                answers::hold(&exchange.expect("JSON"));
            }
        }
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

/// How many calls an embedded scenario has.
pub fn calls_of(scenario: &str) -> usize {
    let sources = vec![scenario::embedded(scenario).expect("an embedded scenario")];
    let catalogues = vendors::catalogues().collect();
    let options = LoadOptions { sources, catalogues, ..LoadOptions::default() };
    scenario::load(&options).unwrap_or_else(|invalid| panic!("{invalid}")).universe.len()
}

/// Asks every few milliseconds until something is there, and fails if it takes a minute.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(there) = ask().await {
                return there;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let found = tokio::time::timeout(Duration::from_mins(1), asking).await;
    found.unwrap_or_else(|_| panic!("{what}: not within a minute"))
}

/// Settings that give a body up as soon as it stops.
pub fn impatient() -> Settings {
    Settings { body_idle: Duration::from_millis(100), ..Settings::default() }
}

impl Mock {
    /// A server of a scenario given as text.
    pub async fn of(yaml: &str) -> Self {
        Self::with(yaml, Settings::default()).await
    }

    /// A server of a scenario and settings.
    pub async fn with(yaml: &str, settings: Settings) -> Self {
        let source = Source::Text { name: "test.yaml".into(), text: yaml.into() };
        Self::serving(source, settings).await
    }

    /// A server of a scenario that the binary carries.
    pub async fn embedded(name: &str) -> Self {
        Self::serving(scenario::embedded(name).expect("an embedded scenario"), Settings::default()).await
    }

    /// A server of a scenario given as text, with the clock fixed as by `--now`.
    pub async fn at(yaml: &str, now: &str) -> Self {
        let source = Source::Text { name: "test.yaml".into(), text: yaml.into() };
        Self::loaded(source, Some(now), Settings::default()).await
    }

    /// A server of a scenario that the binary carries, with the clock fixed as by `--now`.
    pub async fn embedded_at(name: &str, now: &str) -> Self {
        let source = scenario::embedded(name).expect("an embedded scenario");
        Self::loaded(source, Some(now), Settings::default()).await
    }

    async fn serving(source: Source, settings: Settings) -> Self {
        Self::loaded(source, None, settings).await
    }

    async fn loaded(source: Source, now: Option<&str>, settings: Settings) -> Self {
        let catalogues = vendors::catalogues().collect();
        let now = now.map(|now| DateTime::parse_from_rfc3339(now).expect("a time").to_utc());
        let options = LoadOptions { sources: vec![source], now, catalogues, ..LoadOptions::default() };
        let library = Library::open(options).unwrap_or_else(|invalid| panic!("{invalid}"));
        let server = Server::bind(("127.0.0.1", 0), library, settings).await.expect("a free port");
        let (address, app) = (server.address(), Arc::clone(server.app()));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.run(async move { drop(stopped.await) }));
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { address, client: client.build().expect("a client"), app, _stop: stop }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method.parse().expect("a method"), self.url(path))
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request("GET", path)).await
    }

    /// The journal's exchanges, oldest first.
    pub async fn journal(&self) -> Vec<Value> {
        let Value::Array(exchanges) = self.get("/_mock/journal").await.json()["exchanges"].take() else {
            panic!("the journal is a list")
        };
        exchanges
    }

    /// The default world as it is now.
    pub fn world(&self) -> Arc<callmock::world::World> {
        self.app.worlds.default_slot().world()
    }

    /// The number of the newest exchange, without the journal's other contents.
    pub fn newest(&self) -> u64 {
        let slot = self.app.worlds.default_slot();
        let page = slot.world().journal().page(&Filter::default(), 0, usize::MAX);
        page.entries.last().expect("an exchange").kept.seq
    }

    /// Sends bytes as they are, and reads until the server closes or falls silent after a whole
    /// answer.
    pub async fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        stream.write_all(bytes).await.expect("sent");
        let answer = read_answer(&mut stream).await;
        answer.expect("an answer")
    }
}

/// Reads one HTTP/1.1 answer with a Content-Length, or until the connection closes.
pub async fn read_answer(stream: &mut TcpStream) -> Option<Answer> {
    let mut bytes = vec![];
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if length.is_some_and(|length| body.len() >= length) {
                break;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.parse::<reqwest::header::HeaderName>().ok()?, value.trim().parse().ok()?))
    });
    Some(Answer { status, headers: headers.collect(), body: body.to_owned() })
}

/// Sends a request and reads the answer to its end.
pub async fn send(request: reqwest::RequestBuilder) -> Answer {
    let method = request.try_clone().and_then(|request| request.build().ok()).map(|r| r.method().to_string());
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let answer = Answer { status, headers, body: response.text().await.expect("a whole body") };
    answer.hold(&method.unwrap_or_default());
    answer
}

/// The list at a JSON pointer.
pub fn list_at<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let list = value.pointer(pointer).and_then(Value::as_array);
    list.unwrap_or_else(|| panic!("there is no list at {pointer} of {value:#}"))
}

/// The text at a JSON pointer.
pub fn text_at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("there is no text at {pointer} of {value:#}"))
}

/// The whole number at a JSON pointer.
pub fn number_at(value: &Value, pointer: &str) -> u64 {
    let number = value.pointer(pointer).and_then(Value::as_u64);
    number.unwrap_or_else(|| panic!("there is no whole number at {pointer} of {value:#}"))
}

impl Answer {
    /// Fails where a vendor's answer is not as its document says. The journal may have lost or
    /// masked what is seen here.
    fn hold(&self, method: &str) {
        let Some(outcome) = self.behaviors().first().copied() else { return };
        if !self.header("x-callmock-fault").is_empty() || !outcome.contains('.') {
            return;
        }
        let header =
            |name: &str| self.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into());
        let mut parts = outcome.split('.');
        let vendor = parts.next().unwrap_or_default();
        let operation = parts.next().filter(|operation| *operation != "any");
        let seen = answers::Seen {
            vendor,
            operation,
            method,
            status: self.status,
            header: &header,
            body: Some(self.body.as_bytes()),
        };
        if let Some(mistake) = answers::mistake(&seen) {
            panic!("an answer is not as documented: {mistake}\n{self:#?}");
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of text"))
    }

    /// Ids of the behaviors that the answer names, the outcome first.
    pub fn behaviors(&self) -> Vec<&str> {
        self.header("x-callmock-behavior").split(',').filter(|id| !id.is_empty()).collect()
    }

    pub fn outcome(&self) -> &str {
        self.behaviors().first().copied().unwrap_or_default()
    }

    pub fn findings(&self) -> Vec<&str> {
        self.header("x-callmock-findings").split(',').filter(|id| !id.is_empty()).collect()
    }
}
