//! Reads the whole body of a request, with limits for its size, for all bodies together, and for
//! pauses.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::vendor::Unhandled;

/// The reason why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadError {
    /// The body is larger than its limit.
    TooLarge,
    /// The body ended early, or its framing is invalid.
    Broken,
    /// The body paused for too long.
    Idle,
    /// All bodies together are over their limit.
    Overloaded,
}

impl From<ReadError> for Unhandled {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TooLarge => Self::TooLarge,
            ReadError::Broken => Self::BrokenBody,
            ReadError::Idle => Self::BodyTimeout,
            ReadError::Overloaded => Self::Overloaded,
        }
    }
}

/// The most bytes of a refused body that are read and discarded. A client that sends its whole body
/// before it reads the answer then sees the refusal instead of a reset connection.
const DRAINED: u64 = 256 << 20;

/// The memory limit that all request bodies share.
#[derive(Debug, Clone)]
pub struct Bodies {
    room: Arc<Semaphore>,
    idle: Duration,
}

/// A whole body. Its share of the memory limit is released when this is dropped.
#[derive(Debug)]
pub struct ReadBody {
    /// The body.
    pub bytes: Bytes,
    /// The body's share of the limit.
    pub share: Option<OwnedSemaphorePermit>,
}

impl Bodies {
    /// A limit of `most` bytes. Reading a body fails after a pause longer than `idle`.
    #[must_use]
    pub fn new(most: usize, idle: Duration) -> Self {
        Self { room: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))), idle }
    }

    /// Reads a body of at most `limit` bytes.
    ///
    /// # Errors
    /// If the body is too large, invalid or too slow, or if the shared limit is reached.
    pub async fn read(
        &self,
        headers: &HeaderMap,
        mut body: Body,
        limit: usize,
    ) -> Result<ReadBody, ReadError> {
        let announced =
            headers.get(header::CONTENT_LENGTH).and_then(|n| n.to_str().ok()?.parse::<u64>().ok());
        let waits_for_leave = headers.contains_key(header::EXPECT);
        let mut refused = announced.is_some_and(|n| n > limit as u64).then_some(ReadError::TooLarge);
        if refused.is_some() && (waits_for_leave || announced.is_some_and(|n| n > DRAINED)) {
            return Err(ReadError::TooLarge);
        }
        if body.is_end_stream() {
            return Ok(ReadBody { bytes: Bytes::new(), share: None });
        }
        let mut read = BytesMut::new();
        let mut share: Option<OwnedSemaphorePermit> = None;
        let mut seen: u64 = 0;
        loop {
            let frame = tokio::time::timeout(self.idle, body.frame()).await.map_err(|_| ReadError::Idle)?;
            let Some(frame) = frame else { break };
            let Ok(frame) = frame else { return Err(ReadError::Broken) };
            let Ok(data) = frame.into_data() else { continue };
            seen += data.len() as u64;
            if refused.is_none() && seen > limit as u64 {
                refused = Some(ReadError::TooLarge);
            }
            if refused.is_none() && !self.takes(&mut share, data.len()) {
                refused = Some(ReadError::Overloaded);
            }
            if refused.is_some() && seen > DRAINED {
                break;
            }
            if refused.is_some() {
                (read, share) = (BytesMut::new(), None);
            } else {
                read.extend_from_slice(&data);
            }
        }
        refused.map_or_else(|| Ok(ReadBody { bytes: read.freeze(), share }), Err)
    }

    /// Adds some bytes to a share, if the shared limit permits it.
    fn takes(&self, share: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> bool {
        let Ok(wanted) = u32::try_from(bytes) else { return false };
        let Ok(more) = Arc::clone(&self.room).try_acquire_many_owned(wanted) else { return false };
        match share {
            Some(share) => share.merge(more),
            None => *share = Some(more),
        }
        true
    }
}
