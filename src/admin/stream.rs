//! `GET …/journal/stream`: the journal as server-sent events, an exchange as soon as its answer is
//! complete.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::json;
use tokio::sync::watch;

use super::extract::Scope;
use super::journal::{Query, exchange};
use super::state::Admin;
use crate::exchange::{App, Refused};
use crate::world::{Filter, Slot, Worlds};

/// How often it is asked whether the world is still there.
const LOOK: Duration = Duration::from_secs(1);

/// Events `exchange`, with the exchange as the journal shows it, and `missed`, with how many came
/// and went too fast to be seen. `id` is for `Last-Event-ID`: a client that comes back goes on
/// where it was.
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
    };
    let events = stream::unfold(listening, |mut listening| async {
        let event = listening.next().await?;
        Some((Ok::<_, Infallible>(event), listening))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

struct Listening {
    app: Arc<App>,
    slot: Arc<Slot>,
    filter: Filter,
    since: u64,
    bell: watch::Receiver<u64>,
    stopped: watch::Receiver<bool>,
    waiting: VecDeque<Event>,
}

impl Listening {
    /// The next event; none once the server stops or the world is gone.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            self.bell.mark_unchanged();
            self.look();
            if !self.waiting.is_empty() {
                continue;
            }
            if *self.stopped.borrow() || !self.is_there() {
                return None;
            }
            // Whoever listens uses the world.
            self.slot.touch();
            tokio::select! {
                rung = self.bell.changed() => rung.ok()?,
                _ = self.stopped.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    fn look(&mut self) {
        let news = self.slot.world().journal().news(self.since);
        self.since = news.next;
        if news.missed > 0 {
            let missed = json!({ "missed": news.missed }).to_string();
            self.waiting.push_back(Event::default().event("missed").data(missed));
        }
        for entry in news.entries.iter().filter(|entry| self.filter.matches(entry)) {
            let id = entry.completed.unwrap_or_default().to_string();
            let data = exchange(entry).to_string();
            self.waiting.push_back(Event::default().event("exchange").id(id).data(data));
        }
    }

    fn is_there(&self) -> bool {
        **self.slot.id() == *Worlds::DEFAULT || self.app.worlds.get(self.slot.id()).is_some()
    }
}
