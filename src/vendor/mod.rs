//! What a vendor is: the trait that its folder implements, and the pieces that vendors share.
//!
//! - [`Vendor`]: a vendor's folder as the rest of callmock sees it.
//! - [`Endpoint`]: an operation with its handler; [`Routes`] finds the one that a request is for.
//! - [`Context`] and [`Notes`]: what a handler knows, and where it notes what it learned.
//! - [`Refusing`], [`AnyRefusal`], [`Unhandled`]: refusals.
//! - [`Neutral`] and [`Tells`]: a call as no vendor writes it, and how much each vendor tells of it.
//! - [`openapi`]: the `OpenAPI` document.
//! - [`credential`], [`cursor`], [`paging`], [`recording`]: what vendors of one kind have alike.
//!
//! Nothing here writes a byte that a vendor's client reads.

mod context;
pub mod credential;
pub mod cursor;
mod endpoint;
mod neutral;
mod notes;
mod of_world;
pub mod openapi;
pub mod paging;
pub mod recording;
mod refusal;
mod routes;
mod tells;

use std::borrow::Cow;
use std::time::Duration;

use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use chrono::DateTime;
use serde_json::{Map, Value};

pub use context::{BaseUrl, Context, Place, checked, host, keep, media_type};
pub use endpoint::{Endpoint, Handler, run, shows_ended, shows_none, tells_nothing};
pub(crate) use endpoint::{endpoints, handler};
pub use neutral::{Field, Neutral, Recorded};
pub use notes::{Learned, Notes, Outcome, plain};
pub(crate) use refusal::refusals;
pub use refusal::{AnyRefusal, Refusing, RetryAfter, Unhandled};
pub use routes::{Found, Routes};
pub use tells::{Precision, Tells};

use crate::contract::{Catalogue, Readings};
use crate::universe::Ordinal;
use crate::world::{View, Walks, World};
use openapi::Document;

/// A folder that speaks one dialect, as the rest of callmock sees it.
pub trait Vendor: Sync + 'static {
    /// What it promises.
    fn catalogue(&self) -> &'static Catalogue;

    /// Its operations with their handlers, in the catalogue's order.
    fn endpoints(&self) -> &'static [&'static Endpoint];

    /// The name of the operation that a request asks for, at a vendor whose requests name it in a
    /// parameter.
    fn action<'a>(&self, _request: &'a Parts) -> Option<Cow<'a, str>> {
        None
    }

    /// The answers to paths, methods and actions that none of its operations has.
    fn unmatched(&self) -> Handler;

    /// The paths that are its, known or not. The longest that fits a request's path decides between
    /// vendors.
    fn paths(&self) -> &'static [Paths];

    /// Says in its `OpenAPI` document how a request proves who sends it.
    fn secure(&self, document: &mut Document);

    /// Answers a refusal in its own envelope.
    fn refused(&self, request: &Parts, refusal: AnyRefusal) -> Response;

    /// Its refusal of a request that never reaches a handler.
    fn unhandled(&self, why: Unhandled) -> AnyRefusal;

    /// One of each refusal that its operations share, as a fault brings it about on a request.
    fn shared_refusals(&self, request: &Parts) -> Vec<AnyRefusal>;

    /// The headers and parameters that carry secrets.
    fn secrets(&self) -> SecretPlaces;

    /// Decodes what several of its checks read, once, into the request's extensions.
    fn decode(&self, _request: &mut Parts, _body: &Bytes) {}

    /// The public half of the credential that a request carries, as far as it can be read: it
    /// selects the world. The request is decoded.
    fn public_half(&self, request: &Parts, body: &Bytes) -> Option<String>;

    /// A hash of the request without credentials and signature, equal for retries. The request is
    /// decoded.
    fn asked(&self, request: &Parts, body: &Bytes) -> u64 {
        Walks::hash((request.method.as_str(), request.uri.path(), request.uri.query(), body))
    }

    /// The time that an answer tells its client to wait.
    fn retry_after(&self, response: &Response) -> Option<Duration> {
        let text = |name| response.headers().get(name)?.to_str().ok();
        let wait = text(header::RETRY_AFTER)?;
        if let Ok(seconds) = wait.parse() {
            return Some(Duration::from_secs(seconds));
        }
        // Or a date, as the answer's own is.
        let moment = |text| DateTime::parse_from_rfc2822(text).ok();
        (moment(wait)? - moment(text(header::DATE)?)?).to_std().ok()
    }

    /// The id of a call on this vendor's wire; none if the vendor never shows such a call.
    fn call_id(&self, view: &View, ordinal: Ordinal) -> Option<String>;

    /// The state of a created call now, in this vendor's words; none for a call that it did not
    /// create.
    fn call_status(&self, _: &View, _: Ordinal) -> Option<&'static str> {
        None
    }

    /// A world's first credential, member by member; none if its scenario has no account.
    fn credentials(&self, world: &World) -> Option<Map<String, Value>>;

    /// What a client needs besides: names and values, for a server at an address (`host:port`).
    fn whereabouts(&self, _address: &str) -> Vec<(&'static str, String)> {
        vec![]
    }

    /// Commands to paste, which work against a world right now.
    fn examples(&self, world: &World, base_url: &str) -> Vec<String>;
}

impl std::fmt::Debug for dyn Vendor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.catalogue().vendor)
    }
}

impl dyn Vendor {
    /// The name of its folder.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.catalogue().vendor
    }

    /// What its requests and answers look like, as an OpenAPI 3.1 document. Schemas accept every
    /// option of every reading; where OpenAPI can state only one, the given readings decide.
    #[must_use]
    pub fn openapi(&self, readings: &Readings) -> Value {
        let mut document = Document::of(self.catalogue());
        self.secure(&mut document);
        for endpoint in self.endpoints() {
            (endpoint.describe)(&mut document, &endpoint.operation, readings);
        }
        document.finish()
    }

    /// Refuses a request that its handlers never see.
    #[must_use]
    pub fn refuse(&self, request: &Parts, why: Unhandled) -> Response {
        self.refused(request, self.unhandled(why))
    }

    /// Refuses a request as a fault asks for: by a code, or by the last segments of a behavior's id.
    /// The request's own operation comes before the others. None where there is no such refusal.
    #[must_use]
    pub fn fail(&self, request: &Parts, error: &str) -> Option<Response> {
        let own = Context::of(request).operation.map(|operation| operation.id);
        let mut endpoints = self.endpoints().to_vec();
        endpoints.sort_by_key(|endpoint| own != Some(endpoint.operation.id));
        let mut all = self.shared_refusals(request);
        all.extend(endpoints.iter().flat_map(|endpoint| (endpoint.refusals)(request)));
        let by_code = all.iter().position(|refusal| refusal.row().codes.first() == Some(&error));
        let found =
            by_code.or_else(|| all.iter().position(|refusal| refusal.row().behavior.is_called(error)));
        found.map(|n| self.refused(request, all.swap_remove(n)))
    }

    /// Whether any of its operations' answers shows a call that has an id here.
    #[must_use]
    pub fn shows(&self, call: &Neutral) -> bool {
        self.endpoints().iter().any(|endpoint| (endpoint.shows)(call))
    }

    /// The most that any of its operations' answers tells of a member of a call.
    #[must_use]
    pub fn tells(&self, call: &Neutral, field: Field) -> Tells {
        let showing = self.endpoints().iter().filter(|endpoint| (endpoint.shows)(call));
        let told = showing.map(|endpoint| (endpoint.tells)(call, field));
        told.reduce(|best, other| if other.rank() > best.rank() { other } else { best })
            .unwrap_or(Tells::Nothing)
    }
}

/// A part of the paths on callmock's port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paths {
    /// One path.
    Exactly(&'static str),
    /// Every path that begins so.
    Under(&'static str),
    /// The paths of recordings whose files have this vendor's name.
    Recordings(&'static str),
}

impl Paths {
    /// How much of a path this fits; nothing if it does not fit.
    #[must_use]
    pub fn fit(self, path: &str) -> Option<usize> {
        match self {
            Paths::Exactly(whole) => (path == whole).then_some(usize::MAX),
            Paths::Under(prefix) => path.starts_with(prefix).then_some(prefix.len()),
            Paths::Recordings(vendor) => {
                let (_, file) = path.strip_prefix(recording::FILES)?.split_once('/')?;
                file.strip_prefix(vendor)?.starts_with('-').then_some(path.len())
            }
        }
    }
}

/// Where a vendor's requests carry secrets, all names in lower case.
#[derive(Debug, Clone, Copy)]
pub struct SecretPlaces {
    /// Header names.
    pub headers: &'static [&'static str],
    /// Query and form parameter names.
    pub parameters: &'static [&'static str],
    /// Query parameters that hold a part of the credential because the vendor's page has it there.
    pub query: &'static [&'static str],
}
