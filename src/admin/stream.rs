//! `GET …/journal/stream`: the journal as server-sent events. An exchange is sent once its answer
//! is complete.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::Instant;

use super::extract::Scope;
use super::journal::{Query, exchange};
use super::state::Admin;
use crate::exchange::{App, Refused};
use crate::world::{Filter, Journal, Seen, Slot, Worlds};

/// The exchanges that are taken from the journal at a time. A client that reads slowly holds no
/// more of them.
const HANDFUL: usize = 8;

/// The time after which a stream without events sends a comment, so that nobody takes the
/// connection for dead.
const QUIET: Duration = Duration::from_secs(15);

/// The memory of an exchange, in bytes, from which on it is written on a thread of its own.
const LARGE: usize = 16 << 10;

/// The interval at which a stream checks that its world still exists.
const LOOK: Duration = Duration::from_secs(1);

/// Streams two kinds of events: `exchange`, with an exchange as the journal shows it, and `missed`,
/// with the number of exchanges that the journal dropped before they could be sent. A client that
/// reconnects with `Last-Event-ID` continues after that event.
pub async fn stream(
    State(admin): State<Admin>,
    scope: Scope,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let Query { filter, .. } =
        Query::read(&query.unwrap_or_default(), &admin.catalogues(), &["after", "limit"])?;
    let journal = Arc::clone(scope.world().journal());
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<u64>().ok());
    let since = last.map_or_else(|| journal.completed(), |last| last.min(journal.completed()));
    let listening = Listening {
        app: Arc::clone(&admin.app),
        slot: scope.slot,
        filter,
        since,
        bell: journal.bell(),
        stopped: admin.stopped.clone(),
        waiting: VecDeque::new(),
        written: Instant::now(),
    };
    let events = stream::unfold(listening, |mut listening| async {
        let event = listening.next().await?;
        listening.written = Instant::now();
        Some((Ok::<_, Infallible>(event), listening))
    });
    let head = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    Ok((head, Body::from_stream(events)).into_response())
}

struct Listening {
    app: Arc<App>,
    slot: Arc<Slot>,
    filter: Filter,
    since: u64,
    bell: watch::Receiver<u64>,
    stopped: watch::Receiver<bool>,
    waiting: VecDeque<Bytes>,
    /// When the last event was written.
    written: Instant,
}

impl Listening {
    /// Waits for the next event. Returns `None` once the server stops or the world is removed.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            self.bell.mark_unchanged();
            self.look().await;
            if !self.waiting.is_empty() {
                continue;
            }
            if *self.stopped.borrow() || !self.is_there() {
                return None;
            }
            // An open stream counts as use of the world.
            self.slot.touch();
            if self.written.elapsed() >= QUIET {
                return Some(Bytes::from_static(b":\n\n"));
            }
            tokio::select! {
                rung = self.bell.changed() => rung.ok()?,
                _ = self.stopped.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Takes the next handful of exchanges from the journal.
    async fn look(&mut self) {
        let world = self.slot.world();
        let news = world.journal().news(self.since, HANDFUL);
        self.since = news.next;
        if news.missed > 0 {
            let missed = format!("event: missed\ndata: {{\"missed\":{}}}\n\n", news.missed);
            self.waiting.push_back(missed.into());
        }
        for seen in news.entries.into_iter().filter(|seen| self.filter.matches(seen)) {
            let journal = Arc::clone(world.journal());
            let written = if seen.kept.raw.held() < LARGE {
                Some(event(&journal, &seen))
            } else {
                tokio::task::spawn_blocking(move || event(&journal, &seen)).await.ok()
            };
            self.waiting.extend(written);
        }
    }

    fn is_there(&self) -> bool {
        **self.slot.id() == *Worlds::DEFAULT || self.app.worlds.get(self.slot.id()).is_some()
    }
}

/// An exchange as an event. All listeners of a journal share its text.
fn event(journal: &Journal, seen: &Seen) -> Bytes {
    let completed = seen.kept.completed().unwrap_or_default();
    journal.rendered(completed, || {
        let mut text = format!("event: exchange\nid: {completed}\ndata: ").into_bytes();
        exchange(&journal.shown(seen), None).write(&mut text);
        text.extend_from_slice(b"\n\n");
        text.into()
    })
}
