//! An exchange as it is shown.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::contract::{Finding, Met};

/// An exchange as it is shown: decoded, and without secrets.
#[derive(Debug, Clone)]
pub struct Entry {
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
    /// The ids and actions of the faults that applied, with the one that decided the answer first.
    pub faults: Vec<(Arc<str>, Value)>,
    /// The time from the end of the request to the end of the answer. While the body is being sent,
    /// the time to the answer's head.
    pub duration: Duration,
    /// The request.
    pub request: RequestRecord,
    /// The answer.
    pub response: ResponseRecord,
    /// The remedy for a refusal, in one line.
    pub hint: Option<Arc<str>>,
    /// Facts that the vendor found while it made the answer, and that the answer does not contain.
    pub explanation: Option<Value>,
    /// The exchange's place in the order of completion. None until the body has ended.
    pub completed: Option<u64>,
}

/// A finding that was made after its exchange was recorded.
#[derive(Debug, Clone)]
pub struct LateFinding {
    /// The finding.
    pub finding: &'static Finding,
    /// Its detail, in words.
    pub detail: String,
    /// Whether a test expected it.
    pub expected: bool,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct RequestRecord {
    /// The method, as sent.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query's parameters, decoded, in the order sent.
    pub query: Vec<(String, String)>,
    /// The headers, with names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The body, as sent.
    pub body: Captured,
}

/// An answer as it was sent.
#[derive(Debug, Clone)]
pub struct ResponseRecord {
    /// The status code. None if the connection ended before there was an answer.
    pub status: Option<u16>,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body. It is complete if `finished` is true.
    pub body: Captured,
    /// Whether the whole body was sent.
    pub finished: bool,
}

/// The first bytes of a body, and its length.
#[derive(Debug, Clone, Default)]
pub struct Captured {
    /// The bytes that the journal keeps.
    pub bytes: Vec<u8>,
    /// The length of the whole body, in bytes.
    pub total: u64,
    /// Whether the bytes are one JSON value.
    pub json: bool,
}

impl Captured {
    /// Whether the body was longer than the bytes kept.
    #[must_use]
    pub fn truncated(&self) -> bool {
        self.total > self.bytes.len() as u64
    }
}
