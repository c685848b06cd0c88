//! The part of a file that a request's headers select, by HTTP's rules (RFC 9110, 13 and 14).

use std::ops::Range;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::super::context::Context;
use super::wav::{Recording, Written};
use crate::contract::Finding;
use crate::world::{Visited, WalkRules, Walks};

/// The requested part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The whole file.
    Whole,
    /// A range of bytes.
    Bytes(Range<u64>),
    /// Nothing, because the client has the file (`If-None-Match`).
    NotModified,
    /// A range that is outside the file.
    Unsatisfiable,
}

impl Part {
    /// The part that a request's headers select. A `Range` is ignored if it is malformed, has
    /// several parts, or is for another file (`If-Range`; RFC 9110, 14.2).
    #[must_use]
    pub fn of(headers: &HeaderMap, recording: &Recording) -> Self {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let etag = recording.etag();
        let known = |tags: &str| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag);
        if text(header::IF_NONE_MATCH).is_some_and(|tags| tags.trim() == "*" || known(tags)) {
            return Self::NotModified;
        }
        if text(header::IF_RANGE).is_some_and(|tag| tag.trim() != etag) {
            return Self::Whole;
        }
        let Some(range) = text(header::RANGE).and_then(|range| range.trim().strip_prefix("bytes=")) else {
            return Self::Whole;
        };
        let size = recording.size();
        let number = |text: &str| text.trim().parse::<u64>().ok();
        match range.split_once('-') {
            Some((first, last)) if !last.contains(',') => match (number(first), number(last)) {
                (Some(first), Some(last)) if first > last => Self::Whole,
                (Some(first), _) if first >= size => Self::Unsatisfiable,
                (Some(first), Some(last)) => Self::Bytes(first..size.min(last.saturating_add(1))),
                (Some(first), None) if last.trim().is_empty() => Self::Bytes(first..size),
                (None, Some(0)) if first.trim().is_empty() => Self::Unsatisfiable,
                (None, Some(last)) if first.trim().is_empty() => Self::Bytes(size.saturating_sub(last)..size),
                _ => Self::Whole,
            },
            _ => Self::Whole,
        }
    }

    /// Answers a request for a file with the requested bytes. The body is generated while it is
    /// sent. If the range is outside the file, `refused` makes the vendor's refusal.
    #[must_use]
    pub fn answer(
        &self,
        recording: Recording,
        request: &Parts,
        refused: impl FnOnce() -> Response,
    ) -> Response {
        let size = recording.size();
        let (status, range) = match self {
            Self::Whole => (StatusCode::OK, 0..size),
            Self::Bytes(range) => (StatusCode::PARTIAL_CONTENT, range.clone()),
            Self::NotModified => (StatusCode::NOT_MODIFIED, 0..0),
            Self::Unsatisfiable => {
                let mut response = refused();
                if let Ok(told) = HeaderValue::from_str(&format!("bytes */{size}")) {
                    response.headers_mut().insert(header::CONTENT_RANGE, told);
                }
                return response;
            }
        };
        let told = match self {
            Self::Bytes(range) => Some(format!("bytes {}-{}/{size}", range.start, range.end - 1)),
            _ => None,
        };
        let length = range.end - range.start;
        let body = if request.method == Method::HEAD || length == 0 {
            Body::empty()
        } else {
            Body::new(Written::of(recording, range))
        };
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if *self != Self::NotModified {
            headers.insert(header::CONTENT_LENGTH, length.into());
        }
        if let Ok(etag) = HeaderValue::from_str(&recording.etag()) {
            headers.insert(header::ETAG, etag);
        }
        if let Some(told) = told.and_then(|told| HeaderValue::from_str(&told).ok()) {
            headers.insert(header::CONTENT_RANGE, told);
        }
        if matches!(self, Self::Whole | Self::Bytes(_)) {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/wav"));
        }
        response
    }

    /// Notes the part of a file that a client fetches. `not_whole` is the finding about a client
    /// that never fetches the whole file.
    pub fn note(&self, context: &Context, key: &str, recording: Recording, not_whole: &'static Finding) {
        let list = Walks::hash((key, recording.tones()));
        let walks = context.world.walks();
        let all = 0..recording.size();
        match self {
            Self::NotModified | Self::Unsatisfiable => {}
            Self::Bytes(range) if *range != all => {
                let onward = (range.end < all.end).then(|| Walks::hash(range.end));
                let visited = Visited {
                    list,
                    variant: 0,
                    position: Walks::hash(range.start),
                    first: range.start == 0,
                    onward: onward.as_slice(),
                    rows: &[],
                    window: None,
                };
                context.notes.walk(walks.visit(&visited, WalkRules::only(not_whole)));
                context.notes.if_cut(not_whole);
            }
            Self::Whole | Self::Bytes(_) => {
                // The client has the whole file now, so the parts fetched earlier no longer matter.
                walks.look_around(list);
                context.notes.if_cut(not_whole);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::universe::Millis;

    fn recording() -> Recording {
        Recording::made(std::array::from_fn(|n| u8::try_from(n * 7).unwrap()), Millis(1000))
    }

    #[test]
    fn a_range_is_read_as_rfc_9110_has_it() {
        let part = |range: &str| {
            let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_str(range).unwrap())]);
            Part::of(&headers, &recording())
        };
        assert_eq!(part("bytes=0-43"), Part::Bytes(0..44));
        assert_eq!(part("bytes=16000-"), Part::Bytes(16_000..16_044));
        assert_eq!(part("bytes=-44"), Part::Bytes(16_000..16_044));
        assert_eq!(part("bytes=0-99999999"), Part::Bytes(0..16_044));
        assert_eq!(part("bytes=16044-"), Part::Unsatisfiable);
        assert_eq!(part("bytes=-0"), Part::Unsatisfiable);
        for whole in ["bytes=5-4", "bytes=0-1,3-4", "bytes=x-", "lines=0-1", "bytes=-", "bytes=1-x"] {
            assert_eq!(part(whole), Part::Whole, "{whole}");
        }
    }
}
