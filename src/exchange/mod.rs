//! The one middleware: what happens to every request that is a vendor's, before and after the vendor's own checks.
//!
//! Nothing here writes a byte that a vendor's client reads: where a request must be refused before the vendor's
//! handlers see it, the vendor is asked to refuse it in its own words.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use tower::ServiceExt;

mod body;
mod fault;
mod line;
mod metrics;
mod notes;
mod record;

pub use line::{HangUp, Line};
pub use metrics::{Metrics, Reload};
pub use notes::{Notes, Outcome};

use crate::contract::{Catalogue, Operation};
use crate::nearest::did_you_mean;
use crate::universe::Ordinal;
use crate::world::{View, World, Worlds};
use body::ReadError;
use fault::Injection;
use record::Recording;

/// A folder that speaks one dialect, as the rest of callmock sees it.
pub trait Vendor: Sync + 'static {
    /// What it promises.
    fn catalogue(&self) -> &'static Catalogue;

    /// The paths that are its, known or not. The longest that fits a request's path decides between vendors.
    fn paths(&self) -> &'static [Paths];

    /// Its routes, with its own answers to unknown paths and wrong methods.
    fn router(&self) -> Router;

    /// The operation that a request asks for, as far as can be told before any check.
    fn operation(&self, request: &Parts) -> Option<&'static Operation>;

    /// Refuses a request that its handlers never see, in its own envelope.
    fn refuse(&self, request: &Parts, why: Refusal) -> Response;

    /// The headers and parameters that carry secrets.
    fn secrets(&self) -> SecretPlaces;

    /// The public half of the credential that a request carries, as far as it can be read: it selects the world.
    fn public_half(&self, request: &Parts, body: &Bytes) -> Option<String>;

    /// Refuses a request as a fault asks for, by a name of [`Catalogue::errors`] or the last segments of a behavior's id;
    /// none where there is no such refusal.
    fn fail(&self, request: &Parts, error: &str) -> Option<Response>;

    /// The id of a call on this vendor's wire; none if the vendor never shows such a call.
    fn call_id(&self, view: &View, ordinal: Ordinal) -> Option<String>;

    /// Where a created call stands now, in this vendor's words; none for a call that it did not create.
    fn call_status(&self, _: &View, _: Ordinal) -> Option<&'static str> {
        None
    }

    /// A world's first credential, member by member; none if its scenario has no account.
    fn credentials(&self, world: &World) -> Option<serde_json::Map<String, serde_json::Value>>;

    /// What a client needs besides: names and values, for a server at an address (`host:port`).
    fn whereabouts(&self, _address: &str) -> Vec<(&'static str, String)> {
        vec![]
    }

    /// Commands to paste, which work against a world right now.
    fn examples(&self, world: &World, base_url: &str) -> Vec<String>;
}

/// A part of the paths on callmock's port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paths {
    /// One path.
    Exactly(&'static str),
    /// Every path that begins so.
    Under(&'static str),
}

impl Paths {
    /// How much of a path this fits; nothing if it does not fit.
    fn fit(self, path: &str) -> Option<usize> {
        match self {
            Paths::Exactly(whole) => (path == whole).then_some(usize::MAX),
            Paths::Under(prefix) => path.starts_with(prefix).then_some(prefix.len()),
        }
    }
}

/// Why a request never reaches its handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Its body is over `--max-body`.
    TooLarge,
    /// Its body ended before its time, or its framing is broken.
    BrokenBody,
    /// The handler panicked: a bug of callmock.
    Panic,
    /// An injected rate limit lets no more through.
    TooManyRequests(RetryAfter),
}

/// How long until a client may come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter(pub Duration);

impl RetryAfter {
    /// Some whole seconds.
    #[must_use]
    pub const fn seconds(n: u64) -> Self {
        Self(Duration::from_secs(n))
    }

    /// Whole seconds, at least one: waiting for so long is never too short.
    #[must_use]
    pub fn as_seconds(self) -> u64 {
        u64::try_from(self.0.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
    }

    /// Milliseconds, at least one.
    #[must_use]
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX).max(1)
    }
}

impl Default for RetryAfter {
    fn default() -> Self {
        Self::seconds(1)
    }
}

/// Where a vendor's requests carry secrets, all names in lower case.
#[derive(Debug, Clone, Copy)]
pub struct SecretPlaces {
    /// Header names.
    pub headers: &'static [&'static str],
    /// Query and form parameter names.
    pub parameters: &'static [&'static str],
}

/// What a server is, to every request.
pub struct App {
    /// The worlds it holds.
    pub worlds: Worlds,
    /// Who answers.
    pub vendors: &'static [&'static dyn Vendor],
    /// The largest body read, in bytes.
    pub max_body: usize,
    /// Whether vendor answers carry `x-callmock-…` headers.
    pub debug_headers: bool,
    /// What it counts.
    pub metrics: Metrics,
    routers: Vec<Router>,
}

impl App {
    /// A server of some vendors' dialects.
    #[must_use]
    pub fn new(
        worlds: Worlds,
        vendors: &'static [&'static dyn Vendor],
        max_body: usize,
        debug_headers: bool,
    ) -> Self {
        Self {
            worlds,
            vendors,
            max_body,
            debug_headers,
            metrics: Metrics::default(),
            routers: vendors.iter().map(|v| v.router()).collect(),
        }
    }

    /// A world's first credential of every vendor, by the vendor's name.
    #[must_use]
    pub fn credentials(&self, world: &World) -> serde_json::Value {
        let each = self.vendors.iter().filter_map(|vendor| {
            Some((vendor.catalogue().vendor.to_owned(), vendor.credentials(world)?.into()))
        });
        serde_json::Value::Object(each.collect())
    }

    /// The same as names and values of environment variables, for a server at an address (`host:port`):
    /// `CALLMOCK_<VENDOR>_<MEMBER>`.
    #[must_use]
    pub fn environment(&self, world: &World, address: &str) -> Vec<(String, String)> {
        let mut variables = vec![];
        for vendor in self.vendors {
            let name = vendor.catalogue().vendor.to_uppercase();
            let mut add = |member: &str, value: String| {
                variables.push((format!("CALLMOCK_{name}_{}", member.to_uppercase()), value));
            };
            for (member, value) in vendor.credentials(world).into_iter().flatten() {
                if let serde_json::Value::String(value) = value {
                    add(&member, value);
                }
            }
            for (member, value) in vendor.whereabouts(address) {
                add(member, value);
            }
        }
        variables
    }

    /// The vendor whose path it is, with its routes.
    fn vendor(&self, path: &str) -> Option<(&'static dyn Vendor, &Router)> {
        let fits = self.vendors.iter().zip(&self.routers).filter_map(|(vendor, router)| {
            let fit = vendor.paths().iter().filter_map(|paths| paths.fit(path)).max()?;
            Some((fit, *vendor, router))
        });
        fits.max_by_key(|(fit, ..)| *fit).map(|(_, vendor, router)| (vendor, router))
    }
}

/// What a vendor's handler knows of its surroundings: the extractor that every check begins with.
#[derive(Clone)]
pub struct Context {
    /// The world that the request belongs to.
    pub world: Arc<World>,
    /// Where to note what was learned on the way.
    pub notes: Notes,
    /// The body, whole.
    pub body: Bytes,
    /// What stood before the path that the vendor sees, where a base URL pins the world: clients sign it too.
    pub pinned: Option<Arc<str>>,
}

impl Context {
    /// The context of a request under way.
    ///
    /// # Panics
    /// Outside [`answer`], which puts it there.
    #[must_use]
    pub fn of(parts: &Parts) -> &Self {
        parts.extensions.get().expect("`exchange::answer` hands every request its context")
    }
}

impl<S: Sync> FromRequestParts<S> for Context {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts).clone())
    }
}

static WORLD: HeaderName = HeaderName::from_static("x-callmock-world");
static BEHAVIOR: HeaderName = HeaderName::from_static("x-callmock-behavior");
static FINDINGS: HeaderName = HeaderName::from_static("x-callmock-findings");
static FAULT: HeaderName = HeaderName::from_static("x-callmock-fault");

/// What the paths of a pinned base URL begin with.
const PINNED: &str = "/w/";

/// Answers one request as the vendor whose path it is; gives it back where it is nobody's.
///
/// # Errors
/// The request, when no vendor has its path.
pub async fn answer(app: &Arc<App>, request: Request<Body>) -> Result<Response, Request<Body>> {
    let (request, pin) = match Pin::of(app, request) {
        Ok(request_and_pin) => request_and_pin,
        Err(unknown_world) => return Ok(unknown_world.into_response()),
    };
    let Some((vendor, router)) = app.vendor(request.uri().path()) else { return Err(request) };
    let (mut parts, body) = request.into_parts();
    let read = body::read(&parts.headers, body, app.max_body).await;
    let (body, refused) = match read {
        Ok(body) => (body, None),
        Err(ReadError::TooLarge) => (Bytes::new(), Some(Refusal::TooLarge)),
        Err(ReadError::Broken) => (Bytes::new(), Some(Refusal::BrokenBody)),
    };
    let name = vendor.catalogue().vendor;
    let (world, pinned) = match pin {
        Some(Pin { world, prefix }) => (world, Some(prefix)),
        None => (app.worlds.identify(name, vendor.public_half(&parts, &body).as_deref()), None),
    };
    let notes = Notes::default();
    let context = Context { world: Arc::clone(&world), notes: notes.clone(), body, pinned };
    parts.extensions.insert(context.clone());
    let operation = vendor.operation(&parts);
    let now = world.now();
    let injection =
        Injection::of(world.faults().due(name, operation.map(|o| o.id), now), world.clock().rate());
    let mut recording =
        Recording::start(vendor, operation, app, &world, &parts, &context.body, injection.injected());
    let line = parts.extensions.get::<Line>().cloned().unwrap_or_default();

    if injection.takes_time() {
        recording.announce();
    }
    injection.wait().await;
    if let Some(how) = injection.hang_up() {
        return recording.hanging_up(&line, how).await;
    }
    let mut response = if let Some(answer) = injection.answer(vendor, &parts) {
        answer
    } else if let Some(why) = refused {
        vendor.refuse(&parts, why)
    } else {
        let request = Request::from_parts(parts.clone(), Body::empty());
        let handled = AssertUnwindSafe(router.clone().oneshot(request)).catch_unwind().await;
        handled.map_or_else(|_| vendor.refuse(&parts, Refusal::Panic), IntoResponse::into_response)
    };

    let learned = notes.take(response.extensions_mut().remove::<Outcome>());
    let headers = response.headers_mut();
    if !headers.contains_key(header::DATE)
        && let Ok(date) = HeaderValue::from_str(&now.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
    {
        headers.insert(header::DATE, date);
    }
    if app.debug_headers {
        let mut set = |name: &HeaderName, value: &str| {
            if let Some(value) = HeaderValue::from_str(value).ok().filter(|value| !value.is_empty()) {
                headers.insert(name, value);
            }
        };
        set(&WORLD, world.id());
        set(&BEHAVIOR, &learned.behaviors.join(","));
        set(&FINDINGS, &learned.findings.join(","));
        set(&FAULT, &recording.faults().join(","));
    }
    match injection.shape(response, &parts, &line) {
        Some(response) => Ok(recording.sending(response, learned)),
        None => recording.hanging_up(&line, HangUp::Close).await,
    }
}

/// A world that the base URL names, `/w/{id}`, instead of a credential.
struct Pin {
    world: Arc<World>,
    prefix: Arc<str>,
}

impl Pin {
    /// Takes the world off a request's path, if there is one on it.
    fn of(app: &App, mut request: Request<Body>) -> Result<(Request<Body>, Option<Self>), Refused> {
        let uri = request.uri().clone();
        let Some(rest) = uri.path().strip_prefix(PINNED) else { return Ok((request, None)) };
        let (id, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
        let Some(slot) = app.worlds.get(id) else { return Err(unknown_world(app, id, false)) };
        slot.touch();
        let path = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = path.parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
        Ok((request, Some(Self { world: slot.world(), prefix: format!("{PINNED}{id}").into() })))
    }
}

/// callmock's own refusal of a world that is not there. The nearest one is told to those only who may see them all.
#[must_use]
pub fn unknown_world(app: &App, id: &str, may_see_all: bool) -> Refused {
    let slots = if may_see_all { app.worlds.all() } else { vec![] };
    let near = did_you_mean(id, slots.iter().map(|slot| slot.id().as_ref()));
    let end = if near.is_empty() { "." } else { "" };
    let message = format!(
        "there is no world `{}`{near}{end} It may have been deleted, or idle for too long: GET /_mock/worlds lists those \
         there are, POST /_mock/worlds makes one",
        shortened(id)
    );
    refusal(StatusCode::NOT_FOUND, "unknown_world", message)
}

/// What somebody sent, as far as a message shows it.
fn shortened(text: &str) -> Cow<'_, str> {
    let end = text.floor_char_boundary(200);
    if end < text.len() { format!("{}…", &text[..end]).into() } else { text.into() }
}

/// The host that a request names: HTTP/2 has it in the URI.
#[must_use]
pub fn host(request: &Parts) -> Option<&str> {
    let named = request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    named.or(request.uri.authority().map(axum::http::uri::Authority::as_str))
}

/// callmock's own refusal of a path that is nobody's, which names the nearest route.
#[must_use]
pub fn nobodys(app: &App, parts: &Parts) -> Response {
    let routes = || app.vendors.iter().flat_map(|v| v.catalogue().operations).map(|o| (o.method, o.path));
    let path = shortened(parts.uri.path());
    let near = routes().min_by_key(|(_, route)| strsim::damerau_levenshtein(&path, route));
    let near =
        near.map_or_else(String::new, |(method, route)| format!(" The nearest route is {method} {route}."));
    let message = format!(
        "This is callmock: no vendor that it emulates has the path {path}.{near} GET /_mock lists them all."
    );
    refusal(StatusCode::NOT_FOUND, "no_such_route", message).into_response()
}

/// A refusal of callmock itself, in the admin API's envelope.
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
}

/// A refusal of callmock itself, in the admin API's envelope.
#[must_use]
pub fn refusal(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refused {
    Refused { status, code, message: message.into() }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { status, code, message } = self;
        let body = serde_json::json!({ "error": { "code": code, "message": message } });
        (status, axum::Json(body)).into_response()
    }
}
