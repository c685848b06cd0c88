//! The bytes of an exchange: heads and bodies as they came, in one piece of memory.

use bytes::Bytes;

/// A body that is at least this long may be kept in its own buffer. A shorter one is copied.
const WORTH_SHARING: usize = 1024;

/// The most pairs of a query that are kept, and the most pairs and headers that are shown.
pub const PAIRS: usize = 1000;

/// The longest query for which room is reserved before it is looked at, in bytes.
const LONG: usize = 4 << 10;

/// The room for an answer that is reserved when a request is recorded.
const ROOM: usize = 768;

/// The bytes of an exchange.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    /// Method, path, query, headers of the request, body of the request, headers of the answer and
    /// body of the answer, one after the other. Each header is `name:value\n`.
    bytes: Vec<u8>,
    /// The end of each of these parts.
    ends: [u32; 7],
    sent: Rest,
    answered: Rest,
}

/// What a message has beside its bytes.
#[derive(Debug, Clone, Default)]
struct Rest {
    /// The length of the whole body.
    total: u64,
    /// The body, if it is kept in its own buffer, with the size of that buffer.
    shared: Option<(Bytes, usize)>,
    /// The pairs of the query, and the headers, that were over the limit.
    left_out: [u32; 2],
}

/// A body, with the size of the buffer in which it lies.
#[derive(Debug, Clone, Default)]
pub struct Buffer {
    /// The body.
    pub bytes: Bytes,
    held: usize,
}

impl Buffer {
    /// The bytes of memory that are held, where they are known, else the length.
    #[must_use]
    pub fn held(&self) -> usize {
        if self.held == usize::MAX { self.bytes.len() } else { self.held }
    }
}

impl From<Bytes> for Buffer {
    /// The body in its buffer. Only the sole owner of a buffer knows its size. For any other, the
    /// buffer counts as too large to be kept for this body.
    fn from(bytes: Bytes) -> Self {
        match bytes.try_into_mut() {
            Ok(bytes) => Self { held: bytes.capacity(), bytes: bytes.freeze() },
            Err(bytes) => Self { bytes, held: usize::MAX },
        }
    }
}

/// A request as it arrived.
pub struct Incoming<'a, 'h> {
    /// The method.
    pub method: &'a str,
    /// The path, without the query.
    pub path: &'a str,
    /// The query.
    pub query: &'a str,
    /// The headers, with names in lower case.
    pub headers: &'h mut (dyn Iterator<Item = (&'a str, &'a [u8])> + 'h),
    /// The body.
    pub body: &'a Buffer,
}

/// A message of an exchange, without masks.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    pub(super) headers: &'a [u8],
    /// The bytes of the body that are kept.
    pub body: &'a [u8],
    /// The length of the whole body.
    pub total: u64,
    /// The headers that were over the limit.
    pub headers_left_out: u32,
}

impl<'a> Message<'a> {
    /// A body without a head.
    #[must_use]
    pub fn of_body(body: &'a [u8], total: u64) -> Self {
        Self { headers: &[], body, total, headers_left_out: 0 }
    }

    /// The headers, in the order sent.
    pub fn headers(self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        let lines = self.headers.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.filter_map(|line| {
            let colon = memchr::memchr(b':', line)?;
            Some((std::str::from_utf8(&line[..colon]).ok()?, &line[colon + 1..]))
        })
    }
}

impl Raw {
    /// A request. Of its query, its headers and its body, at most `limit` bytes each are kept.
    #[must_use]
    pub fn of(request: Incoming<'_, '_>, limit: usize) -> Self {
        let Incoming { method, path, query, headers, body } = request;
        let mut raw = Self::default();
        raw.bytes.reserve_exact(method.len() + path.len() + query.len().min(limit).min(LONG) + ROOM);
        raw.bytes.extend_from_slice(method.as_bytes());
        raw.end(0);
        raw.bytes.extend_from_slice(path.as_bytes());
        raw.end(1);
        raw.sent.left_out[0] = raw.pairs(query, limit);
        raw.end(2);
        raw.sent.left_out[1] = raw.headers(headers, limit);
        raw.end(3);
        raw.sent.total = body.bytes.len() as u64;
        raw.sent.shared = raw.body(body, limit);
        raw.end(4);
        raw
    }

    /// The request alone, if all of it takes at most `limit` bytes.
    #[must_use]
    pub fn short_request(&self, limit: usize) -> Option<Self> {
        let end = self.ends[4];
        let bytes = self.bytes.get(..end as usize).filter(|bytes| bytes.len() <= limit)?;
        let mut ends = self.ends;
        ends[5..].fill(end);
        let (bytes, sent) = (bytes.to_vec(), self.sent.clone());
        sent.shared.is_none().then_some(Self { bytes, ends, sent, answered: Rest::default() })
    }

    /// Adds the head of the answer. Of its headers, at most `limit` bytes are kept.
    pub fn answer<'a>(
        &mut self,
        headers: &mut (dyn Iterator<Item = (&'a str, &'a [u8])> + '_),
        limit: usize,
    ) {
        self.bytes.truncate(self.ends[4] as usize);
        self.answered.left_out[1] = self.headers(headers, limit);
        self.end(5);
    }

    /// Adds the body of the answer, of which `body` is the beginning and `total` the length.
    pub fn answer_body(&mut self, body: &Buffer, total: u64, limit: usize) {
        self.bytes.truncate(self.ends[5] as usize);
        self.answered.total = total;
        self.answered.shared = self.body(body, limit);
        self.end(6);
    }

    /// The bytes of memory that are held.
    #[must_use]
    pub fn held(&self) -> usize {
        let shared = |rest: &Rest| rest.shared.as_ref().map_or(0, |(_, held)| *held);
        self.bytes.capacity() + shared(&self.sent) + shared(&self.answered)
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &str {
        self.text(0)
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text(1)
    }

    /// The query as it was sent, without the pairs that were over the limit.
    #[must_use]
    pub fn query(&self) -> &str {
        self.text(2)
    }

    /// The pairs of the query that were over the limit.
    #[must_use]
    pub fn query_left_out(&self) -> u32 {
        self.sent.left_out[0]
    }

    /// The request.
    #[must_use]
    pub fn sent(&self) -> Message<'_> {
        self.message(3, &self.sent)
    }

    /// The answer.
    #[must_use]
    pub fn answered(&self) -> Message<'_> {
        self.message(5, &self.answered)
    }

    fn message<'a>(&'a self, headers: usize, rest: &'a Rest) -> Message<'a> {
        let body = rest.shared.as_ref().map_or_else(|| self.part(headers + 1), |(body, _)| body);
        let headers_left_out = rest.left_out[1];
        Message { headers: self.part(headers), body, total: rest.total, headers_left_out }
    }

    fn part(&self, n: usize) -> &[u8] {
        let from = n.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.bytes.get(from as usize..self.ends[n] as usize).unwrap_or_default()
    }

    fn text(&self, n: usize) -> &str {
        std::str::from_utf8(self.part(n)).unwrap_or_default()
    }

    /// Ends a part, and all that follow it.
    fn end(&mut self, n: usize) {
        let end = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        self.ends[n..].fill(end);
    }

    fn pairs(&mut self, query: &str, limit: usize) -> u32 {
        if query.len() <= limit && memchr::memchr_iter(b'&', query.as_bytes()).count() < PAIRS {
            self.bytes.extend_from_slice(query.as_bytes());
            return 0;
        }
        let (mut size, mut kept, mut left_out) = (0, 0, 0);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            if kept == PAIRS || size + pair.len() > limit {
                left_out += 1;
                continue;
            }
            if size > 0 {
                self.bytes.push(b'&');
            }
            size += pair.len();
            kept += 1;
            self.bytes.extend_from_slice(pair.as_bytes());
        }
        left_out
    }

    fn headers<'a>(
        &mut self,
        headers: &mut (dyn Iterator<Item = (&'a str, &'a [u8])> + '_),
        limit: usize,
    ) -> u32 {
        let (mut size, mut left_out) = (0, 0);
        for (name, value) in headers {
            let more = name.len() + value.len();
            if size + more > limit {
                left_out += 1;
                continue;
            }
            size += more;
            self.bytes.extend_from_slice(name.as_bytes());
            self.bytes.push(b':');
            self.bytes.extend_from_slice(value);
            self.bytes.push(b'\n');
        }
        left_out
    }

    /// Keeps the beginning of a body: in its own buffer if it fills at least half of that, else
    /// copied, so that no small body holds a large buffer.
    fn body(&mut self, body: &Buffer, limit: usize) -> Option<(Bytes, usize)> {
        let length = body.bytes.len();
        if (WORTH_SHARING..=limit).contains(&length) && length >= body.held / 2 {
            return Some((body.bytes.clone(), body.held));
        }
        self.bytes.reserve_exact(limit.min(length));
        self.bytes.extend_from_slice(&body.bytes[..limit.min(length)]);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(query: &str, limit: usize) -> Raw {
        let body = Buffer::default();
        let mut headers = std::iter::empty();
        Raw::of(Incoming { method: "GET", path: "/", query, headers: &mut headers, body: &body }, limit)
    }

    #[test]
    fn a_query_is_kept_whole_up_to_its_limits_and_the_rest_is_counted() {
        assert_eq!((raw("a=1&&b", 100).query(), raw("a=1&&b", 100).query_left_out()), ("a=1&&b", 0));
        assert_eq!((raw("a=1&bbbb&c", 5).query(), raw("a=1&bbbb&c", 5).query_left_out()), ("a=1&c", 1));
        let many = raw(&"a&".repeat(30_000), 1 << 20);
        assert_eq!((many.query().len(), many.query_left_out()), (2 * PAIRS - 1, 29_000));
        assert!(many.held() < 8 << 10, "{} bytes", many.held());
    }
}
