//! Recordings: WAV files that are generated from the seed while they are sent, and HTTP's rules for
//! parts of a file (RFC 9110, 13 and 14).
//!
//! A file is 8 kHz mono 16 bit PCM, exactly as long as the recording. Its tones change four times a
//! second in a pattern that differs between calls. So a test can tell one file from another, and a
//! whole file from a part.

use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::{BufMut, Bytes, BytesMut};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use sha2::{Digest, Sha256};

use super::context::{BaseUrl, Context};
use super::neutral::{Field, Neutral};
use super::tells::Tells;
use crate::contract::Finding;
use crate::universe::{Call, Millis, Ordinal};
use crate::urlencoded;
use crate::world::{View, Visited, Walks};

/// Samples per second.
const RATE: u32 = 8000;

/// Bytes per sample: 16 bit, one channel.
const SAMPLE: u32 = 2;

/// Bytes of the header, before the first sample.
const HEADER: u64 = 44;

/// Samples per tone.
const TONE: u64 = 2000;

/// The largest frame of the body, in bytes.
const CHUNK: u64 = 32 << 10;

/// The path prefix of files.
pub const FILES: &str = "/_files/";

/// A recording as a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recording {
    tones: [u8; 20],
    samples: u64,
}

impl Recording {
    /// The recording of a call, with the given length.
    #[must_use]
    pub fn of(view: &View, ordinal: Ordinal, length: Millis) -> Self {
        Self::made(view.opaque("recording", ordinal.0 as usize), length)
    }

    /// A recording with a key from [`Recording::tones`] and a length.
    #[must_use]
    pub fn made(tones: [u8; 20], length: Millis) -> Self {
        Self { tones, samples: u64::from(length.0) * u64::from(RATE) / 1000 }
    }

    /// The key that generates the tones.
    #[must_use]
    pub fn tones(&self) -> [u8; 20] {
        self.tones
    }

    /// The key in hexadecimal digits.
    #[must_use]
    pub fn key(&self) -> String {
        self.tones.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The recording with a key in hexadecimal digits and a file size in bytes. `None` if the key
    /// is malformed or the size is less than a header's.
    #[must_use]
    pub fn of_key(key: &str, size: u64) -> Option<Self> {
        let mut tones = [0; 20];
        for (n, byte) in tones.iter_mut().enumerate() {
            *byte = u8::from_str_radix(key.get(2 * n..2 * n + 2)?, 16).ok()?;
        }
        Some(Self { tones, samples: size.checked_sub(HEADER)? / u64::from(SAMPLE) })
    }

    /// The size of the file, in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        HEADER + self.samples * u64::from(SAMPLE)
    }

    /// The entity tag, which is equal for equal files.
    #[must_use]
    pub fn etag(&self) -> String {
        let key: String = self.tones[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("\"{key}-{:x}\"", self.samples)
    }

    /// The SHA-256 of the whole file, in hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        let mut at = 0;
        while at < self.size() {
            let end = self.size().min(at + CHUNK);
            hash.update(self.bytes(at..end));
            at = end;
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The bytes of a range of the file.
    #[must_use]
    pub fn bytes(&self, range: Range<u64>) -> Bytes {
        let mut bytes = BytesMut::new();
        let header = self.header();
        let mut at = range.start;
        while at < range.end.min(HEADER) {
            bytes.put_u8(header[usize::try_from(at).unwrap_or_default()]);
            at += 1;
        }
        while at < range.end.min(self.size()) {
            let sample = (at - HEADER) / u64::from(SAMPLE);
            let [low, high] = self.sample(sample).to_le_bytes();
            bytes.put_u8(if (at - HEADER).is_multiple_of(2) { low } else { high });
            at += 1;
        }
        bytes.freeze()
    }

    /// The header of a RIFF/WAVE file with PCM data.
    fn header(&self) -> [u8; 44] {
        let data = u32::try_from(self.samples * u64::from(SAMPLE)).unwrap_or(u32::MAX - 36);
        let mut header = [0; 44];
        let mut out = &mut header[..];
        out.put_slice(b"RIFF");
        out.put_u32_le(data + 36);
        out.put_slice(b"WAVEfmt ");
        out.put_u32_le(16);
        out.put_u16_le(1);
        out.put_u16_le(1);
        out.put_u32_le(RATE);
        out.put_u32_le(RATE * SAMPLE);
        out.put_u16_le(2);
        out.put_u16_le(16);
        out.put_slice(b"data");
        out.put_u32_le(data);
        header
    }

    /// One sample. The wave is a parabola and not a sine, because integer arithmetic gives the same
    /// result on every machine.
    fn sample(&self, n: u64) -> i16 {
        let key = self.tones[usize::try_from(n / TONE).unwrap_or_default() % self.tones.len()];
        let hertz = 200 + 25 * u64::from(key % 64);
        let phase = (n % TONE) * hertz * 65536 / u64::from(RATE) % 65536;
        let x = i64::try_from(phase).unwrap_or_default() - 32768;
        i16::try_from((x * (32768 - x.abs())) >> 15).unwrap_or_default()
    }
}

/// The length of a call's file. `None` if the call was not recorded, or has its own URL.
#[must_use]
pub fn length(call: &Call) -> Option<Millis> {
    let recorded = call.recording.as_ref()?;
    (recorded.url.is_none() && recorded.duration.0 > 0).then_some(recorded.duration)
}

/// The path of a call's file at a vendor. It contains the call's ordinal, counted from 1.
#[must_use]
pub fn path(world: &str, vendor: &str, ordinal: Ordinal) -> String {
    format!("{FILES}{world}/{vendor}-{}.wav", ordinal.0 + 1)
}

/// The path of a call's file at a vendor that names its files. It ends with the name.
#[must_use]
pub fn named_path(world: &str, vendor: &str, ordinal: Ordinal, name: &str) -> String {
    format!("{FILES}{world}/{vendor}-{}-{}", ordinal.0 + 1, urlencoded::strict(name))
}

/// Finds the call of a file's path. The call must be over, be visible at the vendor, and have a
/// file at callmock.
#[must_use]
pub fn find(context: &Context, view: &View, vendor: &str) -> Option<(Ordinal, Recording)> {
    if context.segment("world") != **context.world.id() {
        return None;
    }
    let file = context.segment("file");
    let place = file.strip_suffix(".wav")?.strip_prefix(vendor)?.strip_prefix('-')?;
    let place = place.split_once('-').map_or(place, |(place, _)| place);
    let canonical = place.bytes().all(|b| b.is_ascii_digit()) && !place.starts_with('0');
    let ordinal = place.parse::<u32>().ok().filter(|_| canonical)?.checked_sub(1).map(Ordinal)?;
    let call = view.call(ordinal).filter(|call| call.on_vendor(vendor) && call.is_over(view.now()))?;
    Some((ordinal, Recording::of(view, ordinal, length(call)?)))
}

/// The URLs of files, for the answers that show them.
#[derive(Debug, Clone)]
pub struct Links {
    base_url: String,
    world: Arc<str>,
}

impl Links {
    /// The URL of a call's file at a vendor. `None` if the call is not over, was not recorded, or
    /// has its own URL in the scenario.
    #[must_use]
    pub fn url(&self, vendor: &str, view: &View, ordinal: Ordinal) -> Option<String> {
        let call = view.call(ordinal).filter(|call| call.is_over(view.now()))?;
        length(call)?;
        Some(format!("{}{}", self.base_url, path(&self.world, vendor, ordinal)))
    }
}

impl<S: Sync> FromRequestParts<S> for Links {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let BaseUrl(base_url) = BaseUrl::of(request);
        Ok(Self { base_url, world: Arc::clone(Context::of(request).world.id()) })
    }
}

/// How precisely an answer with a file's URL tells a field of the recording. A URL of the scenario
/// is told exactly. A URL of callmock is the vendor's own, but its file is that of the neutral
/// call.
#[must_use]
pub fn tells_of_file(call: &Neutral, field: Field) -> Tells {
    let own = call.recording.as_ref().is_some_and(|recording| recording.url.is_none());
    match field {
        Field::RecordingUrl if own => Tells::Own,
        Field::RecordingUrl => Tells::Exactly,
        Field::RecordingBytes | Field::RecordingSha256 if own => Tells::Exactly,
        _ => Tells::Nothing,
    }
}

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
            Body::new(Written { recording, left: range })
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
                let onward = (range.end < all.end).then(|| range.end.to_string());
                let visited = Visited {
                    list,
                    variant: 0,
                    position: &range.start.to_string(),
                    first: range.start == 0,
                    onward: onward.into_iter().collect(),
                };
                context.notes.walk(walks.visit(&visited, not_whole));
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

/// The body of a file, generated while it is sent.
struct Written {
    recording: Recording,
    left: Range<u64>,
}

impl HttpBody for Written {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let end = self.left.end.min(self.left.start + CHUNK);
        if self.left.start == end {
            return Poll::Ready(None);
        }
        let bytes = self.recording.bytes(self.left.start..end);
        self.left.start = end;
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.end - self.left.start)
    }
}

/// Declares the outcomes of an operation that fetches a file, under the operation's own id.
/// `$standing` and `$source` are those of the answer with the whole file.
macro_rules! recording_behaviors {
    (in $prefix:literal, $standing:ident, $source:literal $(; $($own:tt)*)?) => {
        $crate::contract::behaviors! {
            in $prefix;

            FETCHED = "fetched", 200, $standing, $source,
                "The whole recording, as WAV.";
            PART = "part", 206, Choice, "RFC 9110, 14 and 15.3.7",
                "A part of the recording (`Range`).";
            NOT_MODIFIED = "not_modified", 304, Choice, "RFC 9110, 13.1.2 and 15.4.5",
                "The client has the recording already (`If-None-Match`).";
            $($($own)*)?
        }

        /// The outcome of an answer with a part of the file.
        fn outcome(part: &$crate::vendor::recording::Part) -> &'static $crate::contract::Behavior {
            use $crate::vendor::recording::Part;
            match part {
                Part::Bytes(_) => &PART,
                Part::NotModified => &NOT_MODIFIED,
                Part::Whole | Part::Unsatisfiable => &FETCHED,
            }
        }
    };
}

pub(crate) use recording_behaviors;

#[cfg(test)]
mod tests {
    use super::*;

    fn recording() -> Recording {
        Recording::made(std::array::from_fn(|n| u8::try_from(n * 7).unwrap()), Millis(1000))
    }

    #[test]
    fn a_file_is_as_long_as_its_recording_and_its_parts_make_the_whole() {
        let file = recording().bytes(0..recording().size());
        assert_eq!(file.len(), 44 + 16_000);
        assert_eq!((&file[..4], &file[8..16], &file[36..40]), (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..]));
        let whole: Vec<u8> = [0..1, 1..43, 43..45, 45..1000, 1000..16_044]
            .into_iter()
            .flat_map(|r| recording().bytes(r))
            .collect();
        assert_eq!(whole, file);
        let other = Recording::made([9; 20], Millis(1000));
        assert_ne!(other.sha256(), recording().sha256());
        assert!(file[44..].chunks(2).any(|s| i16::from_le_bytes([s[0], s[1]]) > 8000), "it can be heard");
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
