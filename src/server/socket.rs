//! The socket under a connection, where faults break it: a TCP RST, and bytes that are no HTTP.

use std::io::{self, IoSlice};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustix::net::{Shutdown, shutdown};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::exchange::{ConnectionHandle, HangUp};

/// A TCP socket that is closed as its connection's handle says: with a RST, if a fault wants one.
pub struct Socket {
    stream: Arc<TcpStream>,
    handle: ConnectionHandle,
}

impl Socket {
    pub fn new(stream: TcpStream, handle: ConnectionHandle) -> Self {
        Self { stream: Arc::new(stream), handle }
    }

    /// Attaches it to its connection's handle. A socket that moves is registered again, in the
    /// runtime that this is called in.
    ///
    /// # Errors
    /// When the process has no file descriptor left.
    pub fn settle(&mut self, moves: bool) -> io::Result<()> {
        if moves {
            let copy = std::net::TcpStream::from(self.stream.as_fd().try_clone_to_owned()?);
            self.stream = Arc::new(TcpStream::from_std(copy)?);
        }
        self.handle.attach(&self.stream);
        Ok(())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // With nothing left to linger for, closing throws away what is unsent and tells the other
        // side by a RST.
        if self.handle.fate() == Some(HangUp::Reset)
            && let Err(error) = self.stream.set_zero_linger()
        {
            tracing::debug!(%error, "a connection could not be reset, only closed");
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            match self.stream.try_read(buffer.initialize_unfilled()) {
                Ok(read) => {
                    buffer.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl Socket {
    fn poll_try<T>(
        &self,
        cx: &mut Context<'_>,
        mut write: impl FnMut(&TcpStream) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        loop {
            ready!(self.stream.poll_write_ready(cx))?;
            match write(&self.stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_try(cx, |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_try(cx, |stream| stream.try_write_vectored(bytes))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(shutdown(&*self.stream, Shutdown::Write).map_err(io::Error::from))
    }
}

/// The stream that HTTP is written to, with or without TLS below. It garbles a write when its
/// connection's handle says so, and tells the handle whether the client keeps up.
pub struct FaultStream<S> {
    stream: S,
    handle: ConnectionHandle,
    garbage: &'static [u8],
}

/// In the place of a chunk: its first line is no hexadecimal number.
const GARBAGE: &[u8] = b"this is not a chunk size\r\n";

impl<S> FaultStream<S> {
    pub fn new(stream: S, handle: ConnectionHandle) -> Self {
        Self { stream, handle, garbage: b"" }
    }

    /// Notes how a write went.
    fn noted<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.handle.set_blocked(written.is_pending());
        written
    }
}

impl<S: AsyncWrite + Unpin> FaultStream<S> {
    /// Writes garbage in the place of `length` bytes, if that is wanted; none where it is not.
    fn garble(&mut self, cx: &mut Context<'_>, length: usize) -> Option<Poll<io::Result<usize>>> {
        if length > 0 && self.handle.take_garbled() {
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

impl<S: AsyncRead + Unpin> AsyncRead for FaultStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FaultStream<S> {
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
        bytes: &[IoSlice<'_>],
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
