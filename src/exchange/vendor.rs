//! What a vendor is to the rest of callmock: the trait that its folder implements, and what passes
//! between the two.

use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use chrono::DateTime;

use super::{Field, Neutral, ReadError, Tells};
use crate::contract::{Catalogue, Operation, Readings};
use crate::universe::Ordinal;
use crate::world::{View, Walks, World};

/// A folder that speaks one dialect, as the rest of callmock sees it.
pub trait Vendor: Sync + 'static {
    /// What it promises.
    fn catalogue(&self) -> &'static Catalogue;

    /// What its requests and answers look like, as an OpenAPI 3.1 document. It allows what any
    /// option of a reading serves, but for what no document can leave open, which is as the
    /// readings say.
    fn openapi(&self, readings: &Readings) -> serde_json::Value;

    /// The paths that are its, known or not. The longest that fits a request's path decides between
    /// vendors.
    fn paths(&self) -> &'static [Paths];

    /// Its routes, with its own answers to unknown paths and wrong methods.
    fn router(&self) -> Router;

    /// The operation that a request asks for, as far as can be told before any check.
    fn operation(&self, request: &Parts) -> Option<&'static Operation>;

    /// Refuses a request that its handlers never see, in its own envelope.
    fn refuse(&self, request: &Parts, why: Refusal) -> Response;

    /// The headers and parameters that carry secrets.
    fn secrets(&self) -> SecretPlaces;

    /// The public half of the credential that a request carries, as far as it can be read: it
    /// selects the world.
    fn public_half(&self, request: &Parts, body: &Bytes) -> Option<String>;

    /// What a request asks for, whoever asks and however it is signed: two that ask for the same
    /// have the same.
    fn asked(&self, request: &Parts, body: &Bytes) -> u64 {
        Walks::hash((request.method.as_str(), request.uri.path(), request.uri.query(), body))
    }

    /// How long an answer tells its client to wait.
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

    /// Refuses a request as a fault asks for, by a name of [`Catalogue::errors`] or the last
    /// segments of a behavior's id; none where there is no such refusal.
    fn fail(&self, request: &Parts, error: &str) -> Option<Response>;

    /// The id of a call on this vendor's wire; none if the vendor never shows such a call.
    fn call_id(&self, view: &View, ordinal: Ordinal) -> Option<String>;

    /// Where a created call stands now, in this vendor's words; none for a call that it did not
    /// create.
    fn call_status(&self, _: &View, _: Ordinal) -> Option<&'static str> {
        None
    }

    /// How much this vendor tells of a member of a call that it shows.
    fn tells(&self, call: &Neutral, field: Field) -> Tells;

    /// Whether this vendor's own answers show a call that has an id here: a list of past calls
    /// shows those that are over.
    fn shows(&self, call: &Neutral) -> bool {
        call.ended_at.is_some()
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
    pub(super) fn fit(self, path: &str) -> Option<usize> {
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
    /// Nothing of its body came for as long as `--body-idle`.
    BodyTimeout,
    /// The bodies in memory are over `--max-bodies` together.
    Overloaded,
    /// The handler panicked: a bug of callmock.
    Panic,
    /// An injected rate limit lets no more through.
    TooManyRequests(RetryAfter),
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TooLarge => Self::TooLarge,
            ReadError::Broken => Self::BrokenBody,
            ReadError::Idle => Self::BodyTimeout,
            ReadError::Overloaded => Self::Overloaded,
        }
    }
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
    /// Query parameters that hold a part of the credential because the vendor's page has it there.
    pub query: &'static [&'static str],
}
