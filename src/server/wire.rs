//! The socket under a connection, where faults break it: a TCP RST, and bytes that are no HTTP.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::exchange::{HangUp, Line};

/// A TCP socket that is closed as its line says: with a RST, if a fault wants one.
pub struct Socket {
    stream: TcpStream,
    line: Line,
}

impl Socket {
    pub fn new(stream: TcpStream, line: Line) -> Self {
        Self { stream, line }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // With nothing left to linger for, closing throws away what is unsent and tells the other side by a RST.
        if self.line.fate() == Some(HangUp::Reset)
            && let Err(error) = self.stream.set_zero_linger()
        {
            tracing::debug!(%error, "a connection could not be reset, only closed");
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
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

/// What HTTP is written to, with or without TLS below: it garbles a write when its line says so, and tells the line
/// whether the client keeps up.
pub struct Wire<S> {
    stream: S,
    line: Line,
    garbage: &'static [u8],
}

/// In the place of a chunk: its first line is no hexadecimal number.
const GARBAGE: &[u8] = b"this is not a chunk size\r\n";

impl<S> Wire<S> {
    pub fn new(stream: S, line: Line) -> Self {
        Self { stream, line, garbage: b"" }
    }

    /// Notes how a write went.
    fn noted<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.line.set_blocked(written.is_pending());
        written
    }
}

impl<S: AsyncWrite + Unpin> Wire<S> {
    /// Writes garbage in the place of `length` bytes, if that is wanted; none where it is not.
    fn garble(&mut self, cx: &mut Context<'_>, length: usize) -> Option<Poll<io::Result<usize>>> {
        if length > 0 && self.line.take_garbled() {
            self.garbage = GARBAGE;
        }
        if self.garbage.is_empty() {
            return None;
        }
        Some(self.write_garbage(cx).map_ok(|()| length))
    }

    fn write_garbage(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.garbage.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, self.garbage))?;
            self.garbage = &self.garbage[written..];
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = match self.garble(cx, bytes.len()) {
            Some(garbled) => garbled,
            None => Pin::new(&mut self.stream).poll_write(cx, bytes),
        };
        self.noted(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length = bytes.iter().map(|slice| slice.len()).sum();
        let written = match self.garble(cx, length) {
            Some(garbled) => garbled,
            None => Pin::new(&mut self.stream).poll_write_vectored(cx, bytes),
        };
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.noted(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
