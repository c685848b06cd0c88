//! CONNECT: a client that is told to use this server as its proxy for https reaches the vendors here.
//! The tunnel to one of their hosts ends in this server, and any other is refused: callmock never
//! reaches the internet.
//!
//! Source: RFC 9110, section 9.3.6.

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};

use super::protocol::Rewind;
use super::shared::Shared;

/// The largest head of a CONNECT request, in bytes.
const LARGEST: usize = 16 << 10;

/// Answers a CONNECT request. Returns what the client sends through the tunnel, or `None` if it was
/// refused.
pub async fn open<S>(mut stream: Rewind<S>, shared: &Shared) -> Option<Rewind<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut head = BytesMut::with_capacity(512);
    let until = Instant::now() + shared.settings.first_byte;
    let length = loop {
        if let Some(end) = memchr::memmem::find(&head, b"\r\n\r\n") {
            break end + 4;
        }
        if head.len() >= LARGEST {
            refuse(&mut stream, "431 the head of a CONNECT request is larger than 16 KiB").await;
            return None;
        }
        match timeout_at(until, stream.read_buf(&mut head)).await {
            Ok(Ok(0) | Err(_)) | Err(_) => return None,
            Ok(Ok(_)) => {}
        }
    };
    let rest: Bytes = head.split_off(length).freeze();
    let target = std::str::from_utf8(&head).ok().and_then(|head| head.split(' ').nth(1)).unwrap_or_default();
    let host = target.rsplit_once(':').map_or(target, |(host, _)| host);
    let Some(tls) = &shared.settings.tls else {
        refuse(&mut stream, "501 a proxy for https needs TLS: start callmock with --tls (CALLMOCK_TLS=true)")
            .await;
        return None;
    };
    if !tls.names.has(host) {
        let shown: String = host.chars().filter(char::is_ascii_graphic).take(100).collect();
        let said = format!(
            "403 callmock is a proxy to the hosts of its vendors only, and {shown} is none of them: name it in NO_PROXY, or \
             start callmock with --tls-name {shown}"
        );
        refuse(&mut stream, &said).await;
        return None;
    }
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.ok()?;
    stream.flush().await.ok()?;
    Some(stream.before(rest))
}

/// Refuses the tunnel. Most clients show the status line only, so it has the whole message.
async fn refuse<S: AsyncWrite + Unpin>(stream: &mut Rewind<S>, said: &str) {
    tracing::warn!("a CONNECT request was refused: {said}");
    let text = format!("HTTP/1.1 {said}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    // A client that has gone needs no answer.
    drop(stream.write_all(text.as_bytes()).await);
    drop(stream.shutdown().await);
}
