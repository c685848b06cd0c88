//! Reading a request's body: once, whole, within a bound.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

/// Why a body was not read.
pub enum ReadError {
    TooLarge,
    Broken,
}

/// How much of a body that is too large is read and thrown away, so that a client that sends before it listens hears
/// the refusal instead of a reset connection.
const DRAINED: u64 = 256 << 20;

/// Reads a body of at most `limit` bytes.
pub async fn read(headers: &HeaderMap, mut body: Body, limit: usize) -> Result<Bytes, ReadError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|n| n.to_str().ok()?.parse::<u64>().ok());
    let waits_for_leave = headers.contains_key(header::EXPECT);
    let mut too_large = announced.is_some_and(|n| n > limit as u64);
    if too_large && (waits_for_leave || announced.is_some_and(|n| n > DRAINED)) {
        return Err(ReadError::TooLarge);
    }
    let mut read = BytesMut::new();
    let mut seen: u64 = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(ReadError::Broken) };
        let Ok(data) = frame.into_data() else { continue };
        seen += data.len() as u64;
        too_large |= seen > limit as u64;
        if seen > DRAINED {
            break;
        }
        if !too_large {
            read.extend_from_slice(&data);
        }
    }
    if too_large { Err(ReadError::TooLarge) } else { Ok(read.freeze()) }
}
