//! The one middleware: what happens to every request that is a vendor's, before and after the
//! vendor's own checks.
//!
//! Nothing here writes a byte that a vendor's client reads: where a request must be refused before
//! the vendor's handlers see it, the vendor is asked to refuse it in its own words.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, Request, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use tower::ServiceExt;

mod aside;
mod body;
mod conduct;
mod fault;
mod line;
mod mask;
mod metrics;
mod neutral;
mod notes;
pub mod openapi;
mod own;
mod pin;
mod pulse;
mod record;
mod vendor;

pub use aside::{Aside, Unfinished};
pub use body::{Bodies, ReadError};
pub use line::{HangUp, Line};
pub use metrics::{Metrics, Reload};
pub use neutral::{Field, Neutral, Precision, Recorded, Tells};
pub use notes::{Notes, Outcome};
pub use own::{Refused, nobodys, refusal, unknown_world};
pub use pulse::Pulse;
pub use vendor::{Paths, Refusal, RetryAfter, SecretPlaces, Vendor};

use crate::contract::{Operation, Paging};
use crate::world::{Step, Stop, View, Visited, World, Worlds};
use conduct::Try;
use fault::Injection;
use pin::Pin;
use record::Recording;

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
    /// The memory that all request bodies share.
    pub bodies: Bodies,
    /// The places for work that may take long.
    pub aside: Aside,
    /// The sign of life of the threads that answer.
    pub pulse: Pulse,
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
        bodies: Bodies,
    ) -> Self {
        Self {
            worlds,
            vendors,
            max_body,
            debug_headers,
            metrics: Metrics::default(),
            bodies,
            aside: Aside::default(),
            pulse: Pulse::start(),
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

    /// The same as names and values of environment variables, for a server at an address
    /// (`host:port`): `CALLMOCK_<VENDOR>_<MEMBER>`.
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
    /// What stood before the path that the vendor sees, where a base URL pins the world: clients
    /// sign it too.
    pub pinned: Option<Arc<str>>,
    /// Tells that nobody waits for the answer any more.
    pub stop: Stop,
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

impl Context {
    /// The world's calls as the request sees them. Work on many of its calls ends once nobody waits
    /// for the answer.
    #[must_use]
    pub fn view(&self) -> View {
        self.world.view().until(self.stop.clone())
    }

    /// Notes a page of a list, and tells what it is in its walk.
    pub fn step(&self, page: &Visited<'_>, rules: &'static Paging) -> Step {
        let stride = self.world.walks().visit(page, rules.stopped_early);
        let step = stride.step();
        self.notes.walk(stride);
        match step {
            Step::Began | Step::Astray | Step::OfAnotherList => {}
            Step::Followed => self.notes.inference(rules.next_asked),
            Step::Finished => {
                self.notes.inference(rules.next_asked);
                self.notes.inference(rules.walked_to_end);
            }
            Step::Repeated => self.notes.finding(rules.repeated),
        }
        step
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
static HINT: HeaderName = HeaderName::from_static("x-callmock-hint");
static FAULT: HeaderName = HeaderName::from_static("x-callmock-fault");

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
    let (body, _share, refused) = match app.bodies.read(&parts.headers, body, app.max_body).await {
        Ok(read) => (read.bytes, read.share, None),
        Err(error) => (Bytes::new(), None, Some(error.into())),
    };
    let name = vendor.catalogue().vendor;
    let public_half = vendor.public_half(&parts, &body);
    let (world, pinned) = match pin {
        Some(Pin { world, prefix }) => (world, Some(prefix)),
        None => (app.worlds.identify(name, public_half.as_deref()), None),
    };
    let notes = Notes::default();
    let stop = Stop::default();
    let context =
        Context { world: Arc::clone(&world), notes: notes.clone(), body, pinned, stop: stop.clone() };
    parts.extensions.insert(context.clone());
    let operation = vendor.operation(&parts);
    // A browser's preflight, or a look whether anybody is there, is asked again and again by right;
    // and what was not read whole cannot be told from what else was not.
    let may_be_further =
        refused.is_none() && operation.is_some() && ![Method::OPTIONS, Method::HEAD].contains(&parts.method);
    let further_try =
        may_be_further.then(|| Try::of(&world, vendor.asked(&parts, &context.body), public_half.as_deref()));
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
        let handled = AssertUnwindSafe(router.clone().oneshot(request)).catch_unwind();
        let handled = if may_take_long(operation, &context, &parts) {
            match app.aside.run(&line, &stop, handled).await {
                Ok(handled) => handled.ok(),
                Err(Unfinished::Deserted) => return recording.hanging_up(&line, HangUp::Close).await,
                Err(Unfinished::Panicked) => None,
            }
        } else {
            handled.await.ok()
        };
        handled.map_or_else(|| vendor.refuse(&parts, Refusal::Panic), IntoResponse::into_response)
    };

    let outcome = response.extensions_mut().remove::<Outcome>();
    let mut learned = notes.take(outcome);
    let outcome = outcome.map(|Outcome(behavior)| behavior);
    conduct::body_as_sent(vendor, &parts, &context.body, &mut learned);
    if let Some((finding, name)) = conduct::secret_in_url(vendor, &world, &parts) {
        learned.found_of(finding, || format!("parameter `{name}`"));
    }
    if !response.headers().contains_key(header::DATE)
        && let Ok(date) = HeaderValue::from_str(&now.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
    {
        response.headers_mut().insert(header::DATE, date);
    }
    if let Some(further_try) = further_try {
        further_try.answered(vendor, &world, outcome, &response, &mut learned);
    }
    if app.debug_headers {
        let hint = if response.status().is_client_error() { learned.hint(vendor.catalogue()) } else { None };
        let headers = response.headers_mut();
        let mut set = |name: &HeaderName, value: &str| {
            if let Some(value) = HeaderValue::from_str(value).ok().filter(|value| !value.is_empty()) {
                headers.insert(name, value);
            }
        };
        set(&WORLD, world.id());
        set(&BEHAVIOR, &learned.behaviors.join(","));
        set(&FINDINGS, &learned.findings.join(","));
        set(&HINT, &hint.unwrap_or_default());
        set(&FAULT, &recording.faults().join(","));
    }
    if let Some(response) = injection.shape(response, &parts, &line) {
        return Ok(recording.sending(response, learned));
    }
    if let Some(stride) = &learned.walk {
        world.walks().undo(stride);
    }
    recording.hanging_up(&line, HangUp::Close).await
}

/// The most calls that a list looks through on a thread that others wait for.
const MANY_CALLS: usize = 10_000;

/// The most bytes of a request that are read on such a thread.
const LONG: usize = 32 << 10;

/// Whether a request's handler may take long: it looks through many calls, or reads much.
fn may_take_long(operation: Option<&Operation>, context: &Context, parts: &Parts) -> bool {
    let asked = context.body.len() + parts.uri.query().map_or(0, str::len);
    asked > LONG || (operation.is_some() && context.world.view().size() > MANY_CALLS)
}

/// The host that a request names: HTTP/2 has it in the URI.
#[must_use]
pub fn host(request: &Parts) -> Option<&str> {
    let named = request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    named.or(request.uri.authority().map(axum::http::uri::Authority::as_str))
}
