//! The trait that a vendor's folder implements, and the code that vendors share.
//!
//! - [`Vendor`]: a vendor's folder as the rest of callmock sees it.
//! - [`Endpoint`]: an operation with its handler; [`Routes`] finds the one that a request is for.
//! - [`Context`] and [`Notes`]: a handler's input besides the request, and its notes.
//! - [`Refusing`], [`AnyRefusal`], [`Unhandled`]: refusals.
//! - [`Sketch`]: a request in short, and the command that sends it.
//! - [`Neutral`] and [`Tells`]: a call in callmock's own words, and how exactly a vendor tells it.
//! - [`openapi`]: the `OpenAPI` document.
//! - [`Text`], [`Rows`] and `row!`: the parts of an answer, written straight into one [`Buffer`].
//! - [`LongWork`] and [`First`]: searches of many calls.
//! - [`hints`]: what to change in a request that was refused.
//! - [`credential`], [`cursor`], [`paging`], [`recording`]: code for vendors of the same kind.
//!
//! Nothing here writes a byte that a vendor's client reads.

mod again;
mod buffer;
mod context;
pub mod credential;
pub mod cursor;
mod endpoint;
mod first;
pub mod hints;
mod json;
mod long;
mod neutral;
mod notes;
mod of_world;
pub mod openapi;
pub mod paging;
mod people;
pub mod recording;
mod refusal;
mod routes;
mod row;
mod rows;
pub mod setup;
mod sketch;
mod tells;
mod text;
mod turns;

use std::borrow::Cow;
use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, FixedOffset, Offset, TimeDelta, Utc};
use serde_json::{Map, Value};

pub use again::again;
pub use buffer::Buffer;
pub use context::{BaseUrl, Context, Known, OverTls, Place, checked, host, keep, media_type, scheme};
pub use endpoint::{Endpoint, Handler, run, shows_ended, shows_none, tells_nothing};
pub(crate) use endpoint::{endpoints, handler};
pub use first::First;
pub use long::{LongWork, MANY_CALLS};
pub use neutral::{Field, Neutral, Recorded};
pub use notes::{Learned, Notes, Outcome};
pub use people::Who;
pub(crate) use refusal::refusals;
pub use refusal::{AnyRefusal, Refusing, RetryAfter, Unhandled};
pub use routes::{Found, Routes};
pub(crate) use row::row;
pub use row::{AsText, BySerde, Put, put_all, written};
pub use rows::Rows;
pub use sketch::{Sketch, quoted};
pub use tells::{Precision, Tells};
pub use text::{Text, Written};
pub use turns::in_turns;

use crate::contract::{Behavior, Catalogue, Readings};
use crate::import::Importer;
use crate::universe::Ordinal;
pub use crate::world::SecretPlaces;
use crate::world::{AskedPage, View, Walks, World};
use openapi::Document;
use recording::Links;
use setup::Setup;

/// A vendor's folder, which speaks one dialect, as the rest of callmock sees it.
pub trait Vendor: Sync + 'static {
    /// The catalogue: operations, behaviors, readings and findings.
    fn catalogue(&self) -> &'static Catalogue;

    /// The operations with their handlers, in the catalogue's order.
    fn endpoints(&self) -> &'static [&'static Endpoint];

    /// The name of the requested operation, at a vendor whose requests name it in a parameter.
    fn action<'a>(&self, _request: &'a Parts) -> Option<Cow<'a, str>> {
        None
    }

    /// The handler of requests whose path, method or action no operation has.
    fn unmatched(&self) -> Handler;

    /// The paths that the vendor owns, whether an operation has them or not. The vendor with the
    /// longest fit for a request's path gets the request.
    fn paths(&self) -> &'static [Paths];

    /// Adds the security schemes to the vendor's `OpenAPI` document.
    fn secure(&self, document: &mut Document);

    /// Makes the response of a refusal, in the vendor's own envelope.
    fn refused(&self, request: &Parts, refusal: AnyRefusal) -> Response;

    /// The hint about a refused request: one line without secrets that names the member to change.
    /// A request changed in this way succeeds. `None` for refusals that vendors have in common.
    fn hint(&self, _refusal: &Behavior, _request: &Parts) -> Option<String> {
        None
    }

    /// The vendor's refusal of a request that never reaches a handler.
    fn unhandled(&self, why: Unhandled) -> AnyRefusal;

    /// Makes one of each refusal that the operations share, as a fault injects them into a request.
    fn shared_refusals(&self, request: &Parts) -> Vec<AnyRefusal>;

    /// The headers and parameters that carry secrets.
    fn secrets(&self) -> SecretPlaces;

    /// Decodes data that several checks need, once, into the request's extensions.
    fn decode(&self, _request: &mut Parts, _body: &Bytes) {}

    /// The public half of the request's credential, as far as it can be read. It selects the world.
    /// The request is decoded.
    fn public_half(&self, request: &Parts, body: &Bytes) -> Option<String>;

    /// Whether only a client of this vendor sends such headers. A request to `/` without them, and
    /// without query, body and `Authorization`, is a person's.
    fn is_client(&self, _headers: &HeaderMap) -> bool {
        false
    }

    /// A hash of the request without credentials and signature, equal for retries. The request is
    /// decoded.
    fn asked(&self, request: &Parts, body: &Bytes) -> u64 {
        Walks::hash((request.method.as_str(), request.uri.path(), request.uri.query(), body))
    }

    /// The page of a list that a request asks for, if it asks for one after the first. The request
    /// is decoded.
    fn page(&self, _request: &Parts, _body: &Bytes) -> Option<AskedPage> {
        None
    }

    /// Options of readings that no client can meet while the world's clock is further from the
    /// machine's than a length of time: clients sign by the machine's clock.
    fn bound_to_the_machine(&self) -> &'static [(&'static str, &'static str, TimeDelta)] {
        &[]
    }

    /// The offset from UTC of the times in the vendor's own country, in which its reports are.
    fn offset(&self) -> FixedOffset {
        Utc.fix()
    }

    /// The time that an answer tells its client to wait before a retry, in a header of the vendor's
    /// own.
    fn own_retry_after(&self, _response: &Response) -> Option<Duration> {
        None
    }

    /// The diagnosis of a signature that was refused. `noted` is the explanation that the refusal
    /// noted. `None` if there is nothing to add. The request is decoded.
    fn diagnose(&self, _request: &Parts, _noted: &Value) -> Option<Value> {
        None
    }

    /// The id of a call at this vendor. `None` if the vendor never shows the call.
    fn call_id(&self, view: &View, ordinal: Ordinal) -> Option<String>;

    /// The current state of a created call, in this vendor's words. `None` for a call that this
    /// vendor did not create.
    fn call_status(&self, _: &View, _: Ordinal) -> Option<&'static str> {
        None
    }

    /// The bytes of a call as this vendor's list writes it, with all details. `None` while the list
    /// does not show it, or if no account holds it.
    fn shown(&self, world: &World, ordinal: Ordinal, links: &Links) -> Option<Vec<u8>>;

    /// The ids of an agent, a customer or a queue at this vendor, by the names of the vendor's
    /// members. Empty if the vendor never shows such an entry.
    fn known_as(&self, world: &World, who: Who) -> Map<String, Value>;

    /// A world's first credential, by member. `None` if the scenario has no account at this vendor.
    fn credentials(&self, world: &World) -> Option<Map<String, Value>>;

    /// The hosts at which the vendor's own service answers, as its pages and its clients name them.
    /// `*.` at the beginning stands for every subdomain.
    fn hosts(&self) -> &'static [&'static str];

    /// The names and values that a client needs besides, for a server at `address` (`host:port`).
    fn whereabouts(&self, _address: &str) -> Vec<(&'static str, String)> {
        vec![]
    }

    /// The command that sends a request with a world's first credential. The request may name
    /// another credential of the world. `None` if the scenario has no account at this vendor.
    fn curl(&self, _world: &World, base_url: &str, request: &Sketch) -> Option<String> {
        Some(request.curl(base_url, &[]))
    }

    /// Commands to paste, which work with the current state of a world.
    fn examples(&self, world: &World, base_url: &str) -> Vec<String>;

    /// Lines that set a client up, in some languages. Empty if the scenario has no account at this
    /// vendor.
    fn setup(&self, world: &World, base_url: &str) -> Vec<Setup>;

    /// How a scenario is made from the vendor's answers. `None` if none can be made from them.
    fn importer(&self) -> Option<&'static dyn Importer> {
        None
    }
}

impl std::fmt::Debug for dyn Vendor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.catalogue().vendor)
    }
}

impl dyn Vendor {
    /// The vendor's name, which is the name of its folder.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.catalogue().vendor
    }

    /// The vendor's requests and answers as an OpenAPI 3.1 document. Schemas accept every option of
    /// every reading; where OpenAPI can state only one, the given readings decide.
    #[must_use]
    pub fn openapi(&self, readings: &Readings) -> Value {
        let mut document = Document::of(self.catalogue());
        self.secure(&mut document);
        for endpoint in self.endpoints() {
            (endpoint.describe)(&mut document, &endpoint.operation, readings);
        }
        document.finish()
    }

    /// The time that an answer tells its client to wait before a retry, in the vendor's own header or
    /// in `Retry-After`.
    #[must_use]
    pub fn retry_after(&self, response: &Response) -> Option<Duration> {
        if let Some(own) = self.own_retry_after(response) {
            return Some(own);
        }
        let text = |name| response.headers().get(name)?.to_str().ok();
        let wait = text(header::RETRY_AFTER)?;
        if let Ok(seconds) = wait.parse() {
            return Some(Duration::from_secs(seconds));
        }
        // Retry-After can be a date. It is compared with the answer's own date.
        let moment = |text| DateTime::parse_from_rfc2822(text).ok();
        (moment(wait)? - moment(text(header::DATE)?)?).to_std().ok()
    }

    /// Refuses a request that never reaches a handler.
    #[must_use]
    pub fn refuse(&self, request: &Parts, why: Unhandled) -> Response {
        self.refused(request, self.unhandled(why))
    }

    /// Makes the refusal that a fault names, by a code or by the last segments of a behavior's id.
    /// The request's own operation is searched before the others. `None` if there is no such
    /// refusal.
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

    /// Whether any operation's answers can show a call that has an id at this vendor.
    #[must_use]
    pub fn shows(&self, call: &Neutral) -> bool {
        self.endpoints().iter().any(|endpoint| (endpoint.shows)(call))
    }

    /// How exactly a field of a call can be known from this vendor: the best of its operations.
    #[must_use]
    pub fn tells(&self, call: &Neutral, field: Field) -> Tells {
        let showing = self.endpoints().iter().filter(|endpoint| (endpoint.shows)(call));
        let told = showing.map(|endpoint| (endpoint.tells)(call, field));
        told.reduce(|best, other| if other.rank() > best.rank() { other } else { best })
            .unwrap_or(Tells::Nothing)
    }
}

/// A set of paths on callmock's port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paths {
    /// A single path.
    Exactly(&'static str),
    /// Every path with this prefix.
    Under(&'static str),
    /// The paths of recordings whose file names begin with this vendor's name.
    Recordings(&'static str),
}

impl Paths {
    /// How much of `path` this fits: the more, the better. `None` if it does not fit.
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
