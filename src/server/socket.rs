//! The socket of a connection, on which faults send a TCP RST or bytes that are not HTTP.

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

use crate::exchange::{ConnectionHandle, HangUp};

/// A TCP socket. When dropped, it sends a RST if its connection's handle says so.
pub struct Socket {
    stream: Arc<TcpStream>,
    handle: ConnectionHandle,
}

impl Socket {
    pub fn new(stream: TcpStream, handle: ConnectionHandle) -> Self {
        Self { stream: Arc::new(stream), handle }
    }

    /// Attaches the socket to its connection's handle. If `moves`, the socket is registered again
    /// with the runtime in which this is called.
    ///
    /// # Errors
    /// If the process has no file descriptor left.
    pub fn settle(&mut self, moves: bool) -> io::Result<()> {
        if moves {
            let copy = std::net::TcpStream::from(SockRef::from(&*self.stream).try_clone()?);
            self.stream = Arc::new(TcpStream::from_std(copy)?);
        }
        self.handle.attach(&self.stream);
        Ok(())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // With a linger time of zero, closing discards unsent bytes and sends a RST.
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
            let (room, mut read) = (buffer.remaining(), None);
            let tried = self.stream.try_io(Interest::READABLE, || {
                let length = self.stream.try_read_buf(buffer)?;
                read = Some(length);
                // A read that leaves room has emptied the socket. The runtime then waits for more,
                // without a read that finds nothing.
                if (1..room).contains(&length) { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
            });
            match tried {
                _ if read.is_some() => return Poll::Ready(Ok(())),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return Poll::Ready(other),
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
        Poll::Ready(SockRef::from(&*self.stream).shutdown(Shutdown::Write))
    }
}

/// The stream that HTTP is written to, with or without TLS below. It replaces a write by garbage
/// when its connection's handle says so, and tells the handle whether the client reads fast enough.
pub struct FaultStream<S> {
    stream: S,
    handle: ConnectionHandle,
    garbage: &'static [u8],
    turn: Turn,
}

/// Whether a connection gives way before it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It has read since it wrote, and may give way.
    Due,
    /// It has given way, and writes next.
    Given,
    /// It has written since it read.
    Over,
}

thread_local! {
    /// The connection that this thread answered last.
    static LAST: Cell<usize> = const { Cell::new(0) };
}

/// The bytes in place of a chunk. Their first line is not a hexadecimal number.
const GARBAGE: &[u8] = b"this is not a chunk size\r\n";

impl<S> FaultStream<S> {
    pub fn new(stream: S, handle: ConnectionHandle) -> Self {
        Self { stream, handle, garbage: b"", turn: Turn::Over }
    }

    /// Whether the first write of an answer gives way to the other connections that are ready.
    ///
    /// Their answers are then written one right after the other. The first one wakes a client's
    /// thread that sleeps, which takes longer than a whole answer, and the others find it awake. A
    /// connection that is alone does not wait.
    fn gives_way(&mut self, cx: &mut Context<'_>) -> bool {
        let is_alone = |own: usize| LAST.replace(own) == own;
        match self.turn {
            Turn::Over => return false,
            Turn::Given => {}
            Turn::Due if is_alone(self.handle.id()) => {}
            Turn::Due => {
                self.turn = Turn::Given;
                // A task that wakes itself runs again after those that wait already.
                cx.waker().wake_by_ref();
                return true;
            }
        }
        self.turn = Turn::Over;
        false
    }

    /// Tells the handle whether a write is blocked.
    fn noted<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.handle.set_blocked(written.is_pending());
        written
    }
}

impl<S: AsyncWrite + Unpin> FaultStream<S> {
    /// Writes garbage in place of `length` bytes, if the handle asks for it. Else returns `None`.
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
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_ready() && self.turn == Turn::Over {
            self.turn = Turn::Due;
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FaultStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.gives_way(cx) {
            return Poll::Pending;
        }
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
        if self.gives_way(cx) {
            return Poll::Pending;
        }
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
