//! The one middleware: what happens to every request that is a vendor's, before and after the vendor's own checks.
//!
//! Nothing here writes a byte that a vendor's client reads: where a request must be refused before the vendor's
//! handlers see it, the vendor is asked to refuse it in its own words.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use tower::ServiceExt;

mod body;
mod notes;
mod record;

pub use notes::{Notes, Outcome};

use crate::contract::{Catalogue, Operation};
use crate::dialects::Accounts;
use crate::universe::Ordinal;
use crate::world::{View, World, Worlds};
use body::ReadError;

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

    /// The id of a call on this vendor's wire; none if the vendor never shows such a call.
    fn call_id(&self, view: &View, ordinal: Ordinal) -> Option<String>;

    /// Where a created call stands now, in this vendor's words; none for a call that it did not create.
    fn call_status(&self, _: &View, _: Ordinal) -> Option<&'static str> {
        None
    }

    /// A credential as `GET /_mock` shows it; none if the scenario has no account.
    fn credentials(&self, accounts: &Accounts) -> Option<serde_json::Value>;

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
            routers: vendors.iter().map(|v| v.router()).collect(),
        }
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

/// Answers one request as the vendor whose path it is; gives it back where it is nobody's.
///
/// # Errors
/// The request, when no vendor has its path.
pub async fn answer(app: &App, request: Request<Body>) -> Result<Response, Request<Body>> {
    let Some((vendor, router)) = app.vendor(request.uri().path()) else { return Err(request) };
    let (mut parts, body) = request.into_parts();
    let read = body::read(&parts.headers, body, app.max_body).await;
    let world = app.worlds.default();
    let notes = Notes::default();
    let (body, refused) = match read {
        Ok(body) => (body, None),
        Err(ReadError::TooLarge) => (Bytes::new(), Some(Refusal::TooLarge)),
        Err(ReadError::Broken) => (Bytes::new(), Some(Refusal::BrokenBody)),
    };
    let context = Context { world: Arc::clone(&world), notes: notes.clone(), body };
    parts.extensions.insert(context.clone());
    let operation = vendor.operation(&parts);
    let recording = record::Recording::start(vendor, operation, &world, &parts, &context.body);

    let mut response = if let Some(why) = refused {
        vendor.refuse(&parts, why)
    } else {
        let request = Request::from_parts(parts.clone(), Body::empty());
        let handled = AssertUnwindSafe(router.clone().oneshot(request)).catch_unwind().await;
        handled.map_or_else(|_| vendor.refuse(&parts, Refusal::Panic), IntoResponse::into_response)
    };

    let learned = notes.take(response.extensions_mut().remove::<Outcome>());
    if app.debug_headers {
        let headers = response.headers_mut();
        let mut set = |name: &HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        set(&WORLD, world.id());
        set(&BEHAVIOR, &learned.behaviors.join(","));
        if !learned.findings.is_empty() {
            set(&FINDINGS, &learned.findings.join(","));
        }
    }
    Ok(recording.sending(response, learned))
}

/// callmock's own refusal of a path that is nobody's, which names the nearest route.
#[must_use]
pub fn nobodys(app: &App, parts: &Parts) -> Response {
    let routes = app.vendors.iter().flat_map(|v| v.catalogue().operations).map(|o| (o.method, o.path));
    let path = parts.uri.path();
    let near = routes.min_by_key(|(_, route)| strsim::damerau_levenshtein(path, route));
    let near =
        near.map_or_else(String::new, |(method, route)| format!(" The nearest route is {method} {route}."));
    let message = format!(
        "This is callmock: no vendor that it emulates has the path {path}.{near} GET /_mock lists them all."
    );
    refusal(StatusCode::NOT_FOUND, "no_such_route", &message)
}

/// An answer of callmock itself, in the admin API's envelope.
#[must_use]
pub fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let body = serde_json::json!({ "error": { "code": code, "message": message } });
    (status, axum::Json(body)).into_response()
}
