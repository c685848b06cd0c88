//! Findings and inferences from a client's conduct: what a request shows about the client's
//! reaction to earlier answers. The rules are shared; each vendor names the refusals and findings
//! that they use.

use std::time::Duration;

use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::contract::{Behavior, Finding, Recovery};
use crate::urlencoded;
use crate::vendor::{Context, Learned, Vendor};
use crate::world::{Earlier, Failed, Tried, Walks, Why, World, is_secret_name};

/// A retry sooner than this counts as immediate.
const AT_ONCE: Duration = Duration::from_millis(100);

/// A retry sooner than this, after so many tries, shows that the client does not back off.
const BY_THEN: (u32, Duration) = (5, Duration::from_secs(1));

/// A request as a possible retry of an earlier one.
pub struct Attempt {
    /// The request, if it was looked up already.
    request: Option<Tried>,
    earlier: Option<Earlier>,
}

impl Attempt {
    /// Looks up the earlier request that this one may repeat. Called before any delay, so that the
    /// time between the two is right. Where no refusal is remembered, there is nothing to look up.
    pub fn of(world: &World, now: DateTime<Utc>, request: impl FnOnce() -> Tried) -> Self {
        if world.attempts().are_none() {
            return Self { request: None, earlier: None };
        }
        let request = request();
        Self { request: Some(request), earlier: world.attempts().earlier(request, now) }
    }

    /// Draws conclusions from the answer, and remembers it for later requests.
    pub fn answered(
        self,
        vendor: &dyn Vendor,
        world: &World,
        request: impl FnOnce() -> Tried,
        (outcome, response): (Option<&'static Behavior>, &Response),
        learned: &mut Learned,
    ) {
        let common = vendor.catalogue().common;
        let (status, wait) = (response.status(), vendor.retry_after(response));
        let why = match outcome.map(|outcome| (outcome.recovery, outcome)) {
            Some((Recovery::Passing, _)) => Some(Why::Passing),
            Some((Recovery::Credential, _)) => Some(Why::Credential),
            Some((_, outcome)) if outcome.is_for_good() => Some(Why::ForGood(outcome)),
            Some(_) => None,
            // An injected answer that is not a documented one. Whatever its status, it may say when
            // to come back.
            None => (status == 429 || status.is_server_error() || !status.is_success() && wait.is_some())
                .then_some(Why::Passing),
        };
        let passed = status.is_success();
        if passed && self.earlier.is_some_and(|earlier| earlier.made && !earlier.changed) {
            let rules = vendor.catalogue().findings;
            if let Some(rule) = rules.iter().find(|finding| finding.id.ends_with(".created_twice")) {
                learned.found(rule);
            }
        }
        match self.earlier {
            Some(Earlier {
                why: Why::Passing,
                waited,
                retry_after,
                by_the_same: true,
                tries,
                changed,
                ..
            }) => {
                let changed = if changed { ", with other content" } else { "" };
                match retry_after {
                    Some(wait) if waited < wait => {
                        let (waited, wait) = (waited.as_millis(), wait.as_millis());
                        learned.found_of(common.retry_after_ignored, || {
                            format!("came back after {waited} ms of {wait} ms{changed}")
                        });
                    }
                    Some(_) => learned.inferred(common.waited),
                    None if waited < AT_ONCE || tries >= BY_THEN.0 && waited < BY_THEN.1 => {
                        let waited = waited.as_millis();
                        learned.found_of(common.retried_at_once, || {
                            format!("try {} after {waited} ms", tries + 1)
                        });
                    }
                    None => {}
                }
                if passed {
                    learned.inferred(common.retried);
                }
            }
            Some(Earlier { why: Why::Credential, .. }) if passed => {
                learned.inferred(common.credential_corrected);
            }
            Some(Earlier { why: Why::ForGood(before), directly_before: true, by_the_same: true, .. })
                if why == Some(Why::ForGood(before)) =>
            {
                learned.found(common.refused_again);
            }
            _ => {}
        }
        if self.request.is_none() && why.is_none() {
            return;
        }
        let request = self.request.unwrap_or_else(request);
        let refused = why.map(|why| Failed { why, retry_after: wait, made: false });
        world.attempts().answered(request, refused, world.now());
    }
}

/// A request, by the hashes that tell it from others.
pub fn tried(vendor: &dyn Vendor, parts: &Parts, body: &Bytes) -> Tried {
    let who = Walks::hash(vendor.public_half(parts, body).as_deref());
    Tried { asked: vendor.asked(parts, body), who, like: like(parts, body) }
}

/// A hash of the kind of a request: its path and the names of its body's members, without their
/// values. None for a request without a JSON object.
fn like(parts: &Parts, body: &[u8]) -> Option<u64> {
    if body.is_empty() {
        return None;
    }
    let members = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body).ok()?;
    let mut names: Vec<&String> = members.keys().collect();
    names.sort();
    Some(Walks::hash((parts.method.as_str(), parts.uri.path(), names)))
}

/// Undoes what a request did to the walks and windows of its world: its answer is lost.
pub fn undo(world: &World, learned: &Learned) {
    if let Some(taken) = &learned.walk {
        world.walks().undo(taken);
    }
    if let Some(window) = &learned.window {
        world.windows().undo(window);
    }
}

/// Tells the walks of a world about a page that was refused: nothing else of a list shows it.
pub fn refused_page(
    vendor: &dyn Vendor,
    context: &Context,
    parts: &Parts,
    outcome: Option<&'static Behavior>,
    status: u16,
) {
    let Some(page) = vendor.page(parts, &context.body) else { return };
    let catalogue = vendor.catalogue();
    let rule = catalogue.findings.iter().find(|finding| finding.id.ends_with(".paging_stopped_early"));
    let Some(rule) = rule else { return };
    let row = catalogue.all_refusals().find(|row| outcome.is_some_and(|outcome| row.behavior == *outcome));
    let reason = row.map_or_else(|| status.to_string(), |row| row.name().to_owned());
    context.world.walks().refused(&page, &reason, rule);
}

/// The findings about a body's encoding, which do not depend on the vendor.
pub fn body_as_sent(vendor: &dyn Vendor, parts: &Parts, body: &[u8], learned: &mut Learned) {
    let common = vendor.catalogue().common;
    if body.is_empty() {
        return;
    }
    let encoding =
        parts.headers.get(header::CONTENT_ENCODING).map(|value| String::from_utf8_lossy(value.as_bytes()));
    if let Some(encoding) = encoding.filter(|encoding| !encoding.trim().eq_ignore_ascii_case("identity")) {
        learned.found_of(common.content_encoding, || format!("`{encoding}`"));
    }
    let marks: [(&[u8], &str); 3] =
        [(b"\xef\xbb\xbf", "of UTF-8"), (b"\xff\xfe", "of UTF-16"), (b"\xfe\xff", "of UTF-16")];
    if let Some((_, whose)) = marks.iter().find(|(mark, _)| body.starts_with(mark)) {
        learned.found_of(common.byte_order_mark, || (*whose).to_owned());
    }
}

/// The finding about a secret in the query, with the name of its parameter.
pub fn secret_in_url(
    vendor: &dyn Vendor,
    world: &World,
    parts: &Parts,
) -> Option<(&'static Finding, String)> {
    let query = parts.uri.query()?;
    let places = vendor.secrets();
    let is_one_of = |name: &str, all: &[&str]| all.iter().any(|known| known.eq_ignore_ascii_case(name));
    let found = urlencoded::each(query).find(|(name, value)| {
        !is_one_of(name, places.query)
            && !value.is_empty()
            && (is_one_of(name, places.parameters) || is_secret_name(name) || world.secrets().has(value))
    });
    found.map(|(name, _)| (vendor.catalogue().common.secret_in_url, name.into_owned()))
}
