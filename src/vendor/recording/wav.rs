//! The WAV file of a recording, generated from a key while it is sent.
//!
//! A file is 8 kHz mono 16 bit PCM, exactly as long as the recording. Its tones change four times a
//! second in a pattern that differs between calls. So a test can tell one file from another, and a
//! whole file from a part.

use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{BufMut, Bytes, BytesMut};
use hyper::body::{Body, Frame, SizeHint};
use sha2::{Digest, Sha256};

use crate::universe::{Millis, Ordinal};
use crate::world::View;

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

/// The body of a file, generated while it is sent.
pub struct Written {
    recording: Recording,
    left: Range<u64>,
}

impl Written {
    /// A range of the file's bytes. It must lie in the file.
    #[must_use]
    pub fn of(recording: Recording, range: Range<u64>) -> Self {
        Self { recording, left: range }
    }
}

impl Body for Written {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
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
}
