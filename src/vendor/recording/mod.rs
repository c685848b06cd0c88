//! Recordings as files that a vendor serves: the addresses, the answers, and what they tell.
//!
//! - [`wav`]: the file, generated while it is sent.
//! - [`part`]: the part of it that a request selects.

pub mod part;
pub mod wav;

use arrayvec::ArrayString;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use self::part::Part;
pub use self::wav::Recording;
use super::context::{BaseUrl, Context};
use super::neutral::{Field, Neutral};
use super::notes::Outcome;
use super::openapi::{Answer, Described, Document};
use super::tells::Tells;
use crate::contract::{Behavior, Finding, Operation};
use crate::universe::{Call, Millis, Ordinal};
use crate::urlencoded;
use crate::world::View;

/// The path prefix of files.
pub const FILES: &str = "/_files/";

/// The length of a call's file. `None` if the call was not recorded, or has its own URL.
#[must_use]
pub fn length(call: &Call) -> Option<Millis> {
    let recorded = call.recording.as_ref()?;
    (recorded.url.is_none() && recorded.duration.0 > 0).then_some(recorded.duration)
}

/// The path of a call's file at a vendor. It contains the call's ordinal, counted from 1.
#[must_use]
pub fn path(world: &str, vendor: &str, ordinal: Ordinal) -> String {
    [FILES, world, "/", &file_name(vendor, ordinal)].concat()
}

fn file_name(vendor: &str, ordinal: Ordinal) -> ArrayString<40> {
    let mut name = ArrayString::new();
    for part in [vendor, "-", itoa::Buffer::new().format(ordinal.0 + 1), ".wav"] {
        name.push_str(part);
    }
    name
}

/// The path of a call's file at a vendor that names its files. It ends with the name.
#[must_use]
pub fn named_path(world: &str, vendor: &str, ordinal: Ordinal, name: &str) -> String {
    format!("{FILES}{world}/{vendor}-{}-{}", ordinal.0 + 1, urlencoded::strict(name))
}

/// A file that a vendor serves.
#[derive(Debug, Clone, Copy)]
pub struct File {
    vendor: &'static str,
    ordinal: Ordinal,
    recording: Recording,
}

/// The outcomes of an operation that sends files. `recording_behaviors!` makes them.
#[derive(Debug)]
pub struct Outcomes {
    /// The whole file was sent.
    pub fetched: &'static Behavior,
    /// A part of the file was sent.
    pub part: &'static Behavior,
    /// The client has the file already.
    pub not_modified: &'static Behavior,
}

impl File {
    /// The file of a call's recording, with the given length.
    #[must_use]
    pub fn of(view: &View, vendor: &'static str, ordinal: Ordinal, length: Millis) -> Self {
        Self { vendor, ordinal, recording: Recording::of(view, ordinal, length) }
    }

    /// Sends the part of the file that the request selects, and notes it. `not_whole` is the
    /// finding about a client that never fetches the whole file. `refused` makes the vendor's
    /// refusal of a range outside the file.
    #[must_use]
    pub fn send(
        &self,
        context: &Context,
        request: &Parts,
        outcomes: &Outcomes,
        not_whole: &'static Finding,
        refused: impl FnOnce() -> Response,
    ) -> Response {
        let part = Part::of(&request.headers, &self.recording);
        part.note(context, &format!("{} {}", self.vendor, self.ordinal.0), self.recording, not_whole);
        let outcome = match part {
            Part::Whole => outcomes.fetched,
            Part::Bytes(_) => outcomes.part,
            Part::NotModified => outcomes.not_modified,
            Part::Unsatisfiable => return part.answer(self.recording, request, refused),
        };
        (Outcome(outcome), part.answer(self.recording, request, refused)).into_response()
    }
}

/// Finds the file of a path. Its call must be over, be visible at the vendor, and have a file at
/// callmock that is there already.
#[must_use]
pub fn find(context: &Context, view: &View, vendor: &'static str) -> Option<File> {
    if context.segment("world") != **context.world.id() {
        return None;
    }
    let file = context.segment("file");
    let place = file.strip_suffix(".wav")?.strip_prefix(vendor)?.strip_prefix('-')?;
    let place = place.split_once('-').map_or(place, |(place, _)| place);
    let canonical = place.bytes().all(|b| b.is_ascii_digit()) && !place.starts_with('0');
    let ordinal = place.parse::<u32>().ok().filter(|_| canonical)?.checked_sub(1).map(Ordinal)?;
    let call = view.call(ordinal).filter(|call| call.on_vendor(vendor) && call.is_over(view.now()))?;
    view.recording(ordinal)?;
    Some(File::of(view, vendor, ordinal, length(call)?))
}

/// The successes of an operation that sends files, by status.
#[must_use]
pub fn described_successes() -> Vec<(u16, Answer)> {
    let wav = json!({ "description": "RIFF/WAVE, 8 kHz mono 16 bit PCM" });
    let file = Answer { content: vec![("audio/wav", wav)], headers: Value::Null };
    vec![(200, file.clone()), (206, file), (304, Answer::default())]
}

/// Describes an operation that sends the files of `/_files/`. `parameters` are those of the query.
pub fn describe_files(
    document: &mut Document,
    operation: &'static Operation,
    parameters: &[Value],
    refusal: &Answer,
) {
    let path =
        |name: &str| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
    for method in ["get", "head"] {
        document.add(Described {
            operation,
            id: if method == "get" { operation.id.to_owned() } else { format!("{}_{method}", operation.id) },
            method,
            parameters: [&[path("world"), path("call")], parameters].concat(),
            request_body: None,
            success: described_successes(),
            refusal: refusal.clone(),
            examples: vec![],
        });
    }
}

/// The URLs of files, for the answers that show them.
#[derive(Debug, Clone)]
pub struct Links {
    /// The URL up to the name of the vendor.
    files: String,
}

impl Links {
    /// The URLs of a world's files under a base URL.
    #[must_use]
    pub fn at(base_url: &str, world: &str) -> Self {
        Self { files: [base_url, FILES, world, "/"].concat() }
    }

    /// The URL of a call's file at a vendor. `None` if the call is not over, was not recorded, has
    /// its own URL in the scenario, or if the recording is not there yet.
    #[must_use]
    pub fn url(&self, vendor: &str, view: &View, ordinal: Ordinal) -> Option<String> {
        let call = view.call(ordinal).filter(|call| call.is_over(view.now()))?;
        length(call)?;
        view.recording(ordinal)?;
        Some([&self.files, &file_name(vendor, ordinal)[..]].concat())
    }
}

impl<S: Sync> FromRequestParts<S> for Links {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let BaseUrl(base_url) = BaseUrl::of(request);
        Ok(Self::at(&base_url, Context::of(request).world.id()))
    }
}

/// The precision with which an answer that contains a file's URL shows a field of the recording. A
/// URL from the scenario is shown exactly. A URL made by callmock differs by vendor, but the size
/// and hash of its file are exact.
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

        /// The outcomes of answers with a file.
        static OUTCOMES: $crate::vendor::recording::Outcomes = $crate::vendor::recording::Outcomes {
            fetched: &FETCHED,
            part: &PART,
            not_modified: &NOT_MODIFIED,
        };
    };
}

pub(crate) use recording_behaviors;
