//! An exchange as the journal keeps it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::entry::{Entry, RequestRecord, ResponseRecord};
use super::mask::{Mask, cut_texts};
use super::raw::{Buffer, Incoming, Message, Raw};
use crate::contract::Met;
use crate::world::{SecretPlaces, Secrets};

/// An exchange as the journal keeps it: bytes as they came, with references to the rest. Nothing is
/// masked or decoded before somebody reads it.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The exchange's number in this journal, from 1.
    pub seq: u64,
    /// The time on the world's clock at which the request had arrived.
    pub at: DateTime<Utc>,
    /// The vendor that answered.
    pub vendor: &'static str,
    /// The requested operation, if the request names one.
    pub operation: Option<&'static str>,
    /// The test that sent the request: its own word, else the world's name.
    pub test: Option<Arc<str>>,
    /// The behaviors, findings and inferences.
    pub met: Arc<Met>,
    /// The faults that applied, with the one that decided the answer first.
    pub faults: Vec<Injected>,
    /// The time from the end of the request to the head of the answer.
    pub duration: Duration,
    /// The status code. None if the connection ended before there was an answer.
    pub status: Option<u16>,
    /// The remedy for a refusal, in one line without secrets.
    pub hint: Option<Arc<str>>,
    /// Facts that the vendor found while it made the answer, and that the answer does not contain,
    /// as JSON.
    pub explanation: Option<Box<str>>,
    /// The heads and the bodies. The body of the answer is not in it while it is sent in pieces.
    pub raw: Raw,
    /// The part of the path before the one that the vendor sees, if a base URL selected the world.
    pub pinned: Option<Arc<str>>,
    /// The places in which the vendor's clients send secrets.
    pub places: SecretPlaces,
    /// The secrets of the world when the request arrived.
    pub secrets: Arc<Secrets>,
    /// What is known once the body of the answer has ended.
    pub end: OnceLock<End>,
}

/// The end of an exchange.
#[derive(Debug, Clone)]
pub struct End {
    /// The exchange's place in the order of completion.
    pub completed: u64,
    /// The time from the end of the request to the end of the answer.
    pub duration: Duration,
    /// Whether the whole body was sent.
    pub finished: bool,
    /// The beginning of the body and its length, if they were not known before.
    pub body: Option<(Buffer, u64)>,
    /// The behaviors, findings and inferences, if the end has added some.
    pub met: Option<Arc<Met>>,
}

/// A fault that was due on a request.
#[derive(Debug, Clone)]
pub struct Injected {
    /// The fault's id.
    pub id: Arc<str>,
    /// The fault's kind, as a scenario writes it.
    pub kind: &'static str,
    /// The fault's action as JSON, no longer than the journal's limit for bodies.
    pub action: Arc<str>,
}

impl Kept {
    /// The bytes of memory that are held.
    #[must_use]
    pub fn held(&self) -> usize {
        let explanation = self.explanation.as_ref().map_or(0, |explanation| explanation.len());
        let hint = self.hint.as_ref().map_or(0, |hint| hint.len());
        let faults: usize = self.faults.iter().map(|fault| size_of::<Injected>() + fault.action.len()).sum();
        let details: usize = self.met.details.iter().map(|(_, detail)| detail.len()).sum();
        let own = size_of::<Self>() + size_of::<Met>() + ASIDE;
        let body = self.end.get().and_then(|end| end.body.as_ref()).map_or(0, |(body, _)| body.held());
        own + self.raw.held() + explanation + hint + faults + details + body
    }

    /// The behaviors, findings and inferences, as of now.
    #[must_use]
    pub fn met(&self) -> &Arc<Met> {
        self.end.get().and_then(|end| end.met.as_ref()).unwrap_or(&self.met)
    }

    /// The exchange's place in the order of completion. None until the body has ended.
    #[must_use]
    pub fn completed(&self) -> Option<u64> {
        self.end.get().map(|end| end.completed)
    }

    /// The answer.
    fn answered(&self) -> Message<'_> {
        let message = self.raw.answered();
        match self.end.get().and_then(|end| end.body.as_ref()) {
            Some((body, total)) => Message { body: &body.bytes, total: *total, ..message },
            None => message,
        }
    }

    /// The request alone, with the first 2 KiB of each of its parts.
    #[must_use]
    pub fn short(&self) -> Self {
        const SHORT: usize = 2 << 10;
        let raw = self.raw.short_request(SHORT).unwrap_or_else(|| self.cut(SHORT));
        let (explanation, end) = (None, OnceLock::new());
        let (faults, test, met) = (vec![], self.test.clone(), Arc::clone(&self.met));
        let (hint, pinned, secrets) = (None, None, Arc::clone(&self.secrets));
        Self { test, met, faults, hint, explanation, raw, pinned, secrets, end, ..*self }
    }

    /// The first `most` bytes of each part of the request.
    fn cut(&self, most: usize) -> Raw {
        let (raw, sent) = (&self.raw, self.raw.sent());
        let path = raw.path();
        let body = Buffer::from(Bytes::copy_from_slice(&sent.body[..sent.body.len().min(most)]));
        let mut headers = sent.headers();
        let request = Incoming {
            method: raw.method(),
            path: &path[..path.floor_char_boundary(most)],
            query: raw.query(),
            headers: &mut headers,
            body: &body,
        };
        Raw::of(request, most)
    }

    /// The mask of the exchange, as of now.
    #[must_use]
    pub fn mask(&self, present: &Arc<Secrets>) -> Mask {
        Mask::of(&self.raw, self.places, &self.secrets, present)
    }

    /// The request as it is shown.
    #[must_use]
    pub fn request(&self, mask: &Mask) -> RequestRecord {
        RequestRecord {
            method: self.raw.method().to_owned(),
            path: mask.path(self.raw.path()),
            query: mask.query(&self.raw),
            headers: mask.headers(self.raw.sent()),
            body: mask.body(self.raw.sent()),
        }
    }

    /// The exchange as it is shown to somebody to whom these are the world's secrets. Texts of the
    /// explanation are cut to `limit` bytes.
    #[must_use]
    pub fn shown(&self, met: &Arc<Met>, present: &Arc<Secrets>, limit: usize) -> Entry {
        let mask = self.mask(present);
        let value = |text: &str| {
            let mut value = serde_json::from_str(text).unwrap_or_default();
            mask.json(&mut value);
            cut_texts(&mut value, limit);
            value
        };
        Entry {
            seq: self.seq,
            at: self.at,
            vendor: self.vendor,
            operation: self.operation,
            test: self.test.clone(),
            met: Arc::clone(met),
            faults: self.faults.iter().map(|fault| (Arc::clone(&fault.id), value(&fault.action))).collect(),
            duration: self.end.get().map_or(self.duration, |end| end.duration),
            request: self.request(&mask),
            response: ResponseRecord {
                status: self.status,
                headers: mask.headers(self.answered()),
                body: mask.body(self.answered()),
                finished: self.end.get().is_some_and(|end| end.finished),
            },
            hint: self.hint.clone(),
            explanation: self.explanation.as_deref().map(value),
            completed: self.completed(),
        }
    }
}

/// The memory of an exchange that is not counted one by one: lists of behaviors, and what an
/// allocator adds.
const ASIDE: usize = 200;
