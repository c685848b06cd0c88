//! The context of a request, for its handler.

use std::hash::Hash;
use std::ops::{Bound, Deref};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;

use super::{LongWork, Notes};
use crate::contract::{Listing, Operation, Paging};
use crate::world::{AskedTimes, Step, Stop, View, Visited, WalkRules, Walks, WindowId, World};

/// The context of a request, for its handler. It is the extractor that every check begins with. All
/// its copies are one.
#[derive(Clone)]
pub struct Context(Arc<Known>);

/// The parts of a context: the world, the operation, the path's segments, the body and the notes of
/// one request.
pub struct Known {
    /// The world that the request belongs to.
    pub world: Arc<World>,
    /// The operation of the request, found once before any check.
    pub operation: Option<&'static Operation>,
    /// The methods that the request's path supports; empty for an unknown path.
    pub allowed: Arc<[&'static str]>,
    /// The variable segments of the path with their names, as they were sent.
    pub segments: Arc<[(String, String)]>,
    /// The notes about the exchange: behaviors, findings and inferences.
    pub notes: Notes,
    /// The whole body.
    pub body: Bytes,
    /// The part of the path before the one that the vendor sees, if a pinned base URL selects the
    /// world. Clients sign it, too.
    pub pinned: Option<Arc<str>>,
    /// The server's own URL or address, for URLs in answers.
    pub place: Arc<Place>,
    /// A flag that is set when the client no longer waits for the answer.
    pub stop: Stop,
    /// The threads of long work.
    pub long_work: LongWork,
}

impl From<Known> for Context {
    fn from(known: Known) -> Self {
        Self(Arc::new(known))
    }
}

impl Deref for Context {
    type Target = Known;

    fn deref(&self) -> &Known {
        &self.0
    }
}

impl Context {
    /// The context of a request that is being answered.
    ///
    /// # Panics
    /// If the request does not come from an exchange, which inserts the context.
    #[must_use]
    pub fn of(parts: &Parts) -> &Self {
        parts.extensions.get().expect("the exchange hands every request its context")
    }

    /// The world's calls as the request sees them. Work on many calls stops once the client no
    /// longer waits for the answer.
    #[must_use]
    pub fn view(&self) -> View {
        self.world.view().until(self.stop.clone())
    }

    /// Runs a search that looks at `calls` calls where it does not keep other requests waiting.
    pub async fn search<T: Send + 'static>(
        &self,
        calls: usize,
        search: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        self.long_work.look(&self.stop, calls, search).await
    }

    /// The decoded segment of the path that has `name` in the operation's template; empty if the
    /// template has no such name.
    #[must_use]
    pub fn segment(&self, name: &str) -> String {
        let sent = self.segments.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
        percent_decode_str(sent).decode_utf8_lossy().into_owned()
    }

    /// Notes that a list of past calls is asked for a range of start times, and returns the range's
    /// window. `list` is the account and the other conditions.
    #[must_use]
    pub fn asked(
        &self,
        rules: &'static Listing,
        list: impl Hash,
        times: (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>),
    ) -> WindowId {
        self.world.asked(rules.vendor, times);
        let list = Walks::hash((rules.vendor, list));
        let window = self.world.windows().asked(&AskedTimes { rules, list, times }, self.world.now());
        self.notes.window(window);
        window.id
    }

    /// Notes that a page of a list was fetched, and returns its role in the client's walk through
    /// the list.
    #[expect(clippy::must_use_candidate, reason = "the step is noted, whether its role matters or not")]
    pub fn step(&self, page: &Visited<'_>, rules: &'static Paging) -> Step {
        let taken = self.world.walks().visit(page, WalkRules::of(rules));
        let step = taken.step();
        let is_whole = step == Step::Finished || step == Step::Began && page.onward.is_empty();
        if let Some(window) = page.window.filter(|_| is_whole && !taken.has_slid()) {
            self.world.windows().walked(window);
        }
        self.notes.walk(taken);
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

/// The server's own URL or address, for URLs in answers.
#[derive(Debug, Default)]
pub struct Place {
    /// The URL that is used instead of the request's host, without a slash at its end.
    pub public_url: Option<String>,
    /// The address (`host:port`) for requests that name no host.
    pub address: String,
}

/// Marks a request that came over TLS.
#[derive(Debug, Clone, Copy)]
pub struct OverTls;

/// The scheme by which a request came.
#[must_use]
pub fn scheme(parts: &Parts) -> &'static str {
    if parts.extensions.get::<OverTls>().is_some() { "https" } else { "http" }
}

/// The base URL of callmock as the client knows it, without a slash at its end.
#[derive(Debug, Clone)]
pub struct BaseUrl(pub String);

impl BaseUrl {
    /// The base URL for a request.
    #[must_use]
    pub fn of(parts: &Parts) -> Self {
        let place = &Context::of(parts).place;
        if let Some(url) = &place.public_url {
            return Self(url.clone());
        }
        let scheme = scheme(parts);
        // The host is shown as the client wrote it, unless it has characters that a URL's host
        // cannot have.
        let fits = |host: &&str| {
            !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b))
        };
        let host = host(parts).filter(fits).unwrap_or(&place.address);
        Self(format!("{scheme}://{host}"))
    }
}

impl<S: Sync> FromRequestParts<S> for BaseUrl {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

/// Returns the result of another check of the same request. The check runs now unless [`keep`] has
/// its result already, so that no handler can leave out a check that a later one relies on.
///
/// # Errors
/// The refusal of that check.
pub async fn checked<T>(request: &mut Parts) -> Result<T, T::Rejection>
where
    T: FromRequestParts<()> + Clone + Send + Sync + 'static,
{
    if let Some(done) = request.extensions.get::<T>() {
        return Ok(done.clone());
    }
    T::from_request_parts(request, &()).await
}

/// Keeps the result of a check for [`checked`].
pub fn keep<T: Clone + Send + Sync + 'static>(request: &mut Parts, done: &T) {
    request.extensions.insert(done.clone());
}

/// The host that a request names. HTTP/2 has it in the URI.
#[must_use]
pub fn host(request: &Parts) -> Option<&str> {
    let named = request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    named.or(request.uri.authority().map(axum::http::uri::Authority::as_str))
}

/// The media type of a request's body, without its parameters; empty if there is none.
#[must_use]
pub fn media_type(request: &Parts) -> &str {
    let kind = request.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.unwrap_or_default().split(';').next().unwrap_or_default().trim()
}
