//! Protocol detection: reads a connection's first bytes, and hands them on to the code that serves
//! it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::time::{Instant, timeout_at};

use super::settings::Settings;

/// The protocol of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1, and the first request is a health check.
    Health,
    /// HTTP/1, or bytes that are not HTTP, which the HTTP server refuses.
    Http1,
    /// HTTP/2.
    Http2,
    /// TLS.
    Tls,
    /// A CONNECT request, which opens a tunnel.
    Connect,
}

/// The beginning of a CONNECT request.
const CONNECT: &[u8] = b"CONNECT ";

/// The preface of an HTTP/2 connection (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The beginnings of requests for health and readiness.
const HEALTH: [&[u8]; 4] =
    [b"GET /_mock/health", b"GET /_mock/ready", b"HEAD /_mock/health", b"HEAD /_mock/ready"];

/// The first byte of a TLS handshake record (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 0x16;

/// The protocol that the first bytes belong to. `None` if more bytes are needed.
fn of_bytes(bytes: &[u8]) -> Option<Protocol> {
    if *bytes.first()? == HANDSHAKE {
        return Some(Protocol::Tls);
    }
    if bytes.starts_with(CONNECT) {
        return Some(Protocol::Connect);
    }
    if bytes.starts_with(PREFACE) {
        return Some(Protocol::Http2);
    }
    let asks = |begin: &[u8]| bytes.strip_prefix(begin).and_then(|rest| rest.first());
    if HEALTH.iter().any(|begin| asks(begin).is_some_and(|next| matches!(next, b' ' | b'?'))) {
        return Some(Protocol::Health);
    }
    let may_become = |whole: &&[u8]| whole.starts_with(bytes);
    let undecided = may_become(&PREFACE) || may_become(&CONNECT) || HEALTH.iter().any(may_become);
    (!undecided && !HEALTH.contains(&bytes)).then_some(Protocol::Http1)
}

/// Reads until a connection's protocol is clear. `None` if the client closed it or sent nothing for
/// too long.
pub async fn detect<S: AsyncRead + Unpin>(stream: S, settings: &Settings) -> Option<(Protocol, Rewind<S>)> {
    detect_after(Rewind { read: Bytes::new(), stream }, settings).await
}

/// Reads until the protocol of what follows on a connection is clear, as [`detect`] does.
pub async fn detect_after<S: AsyncRead + Unpin>(
    Rewind { read, mut stream }: Rewind<S>,
    settings: &Settings,
) -> Option<(Protocol, Rewind<S>)> {
    let mut until = Instant::now() + settings.first_byte;
    if let Some(protocol) = of_bytes(&read) {
        return Some((protocol, Rewind { read, stream }));
    }
    let mut read = BytesMut::from(read);
    read.reserve(PREFACE.len());
    loop {
        match timeout_at(until, stream.read_buf(&mut read)).await {
            Ok(Ok(0) | Err(_)) | Err(_) => return None,
            Ok(Ok(_)) => {}
        }
        if let Some(protocol) = of_bytes(&read) {
            return Some((protocol, Rewind { read: read.freeze(), stream }));
        }
        if read.len() == 1 {
            until = Instant::now() + settings.first_byte;
        }
    }
}

/// A stream whose first bytes were read already, and are read again.
pub struct Rewind<S> {
    read: Bytes,
    stream: S,
}

impl<S> Rewind<S> {
    /// The stream, on which `read` is read before what follows.
    pub fn before(self, read: Bytes) -> Self {
        Self { read, stream: self.stream }
    }

    /// The inner stream.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewind<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.read.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        }
        let length = self.read.len().min(buffer.remaining());
        buffer.put_slice(&self.read[..length]);
        self.read.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewind<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_what_is_spoken_as_soon_as_they_can() {
        for (bytes, protocol) in [
            (&b""[..], None),
            (b"G", None),
            (b"GET /_mock/hea", None),
            (b"GET /_mock/health", None),
            (b"GET /_mock/health HTTP/1.1", Some(Protocol::Health)),
            (b"GET /_mock/ready?x", Some(Protocol::Health)),
            (b"GET /_mock/healthy", Some(Protocol::Http1)),
            (b"GET /v", Some(Protocol::Http1)),
            (b"PRI * HTTP/2.0\r\n\r\nSM", None),
            (PREFACE, Some(Protocol::Http2)),
            (b"PRIX", Some(Protocol::Http1)),
            (b"CONNECT", None),
            (b"CONNECT a:443 HTTP/1.1", Some(Protocol::Connect)),
            (b"CONNECTED", Some(Protocol::Http1)),
            (b"\x16\x03\x01", Some(Protocol::Tls)),
            (b"\0", Some(Protocol::Http1)),
        ] {
            assert_eq!(of_bytes(bytes), protocol, "{}", bytes.escape_ascii());
        }
    }
}
