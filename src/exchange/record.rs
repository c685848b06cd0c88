//! Records an exchange in its world's journal. The record begins before the response head is sent,
//! and is completed when the body has ended.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::Body;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::mask::{Mask, cut_texts};
use super::refusals::Refusal;
use super::spoken;
use super::{App, ConnectionHandle, HangUp};
use crate::contract::{
    Answered, Behavior, Example, ExampleRequest, Finding, Late, Met, Missed, Operation, Sighting,
};
use crate::vendor::{Learned, Vendor, plain};
use crate::world::{Captured, Entry, Injected, OfExchange, RequestRecord, ResponseRecord, TakenStep, World};

/// The most characters of a request in an example.
const SHOWN: usize = 400;

/// The record of an exchange without an answer yet. If it is dropped because the client or a fault
/// ended the connection, the exchange is recorded without an answer.
pub struct ExchangeRecord {
    app: Arc<App>,
    world: Arc<World>,
    mask: Arc<Mask>,
    operation: Option<&'static Operation>,
    started: Instant,
    entry: Option<Entry>,
    /// The ids that the request expects, as the client wrote them.
    expected: Vec<String>,
    /// The journal's number of the exchange, if it was recorded before its answer.
    seq: Option<u64>,
}

impl ExchangeRecord {
    /// Begins the record of a request.
    pub fn start(
        vendor: &'static dyn Vendor,
        operation: Option<&'static Operation>,
        app: &Arc<App>,
        world: &Arc<World>,
        parts: &Parts,
        body: &Bytes,
        mut faults: Vec<Injected>,
    ) -> Self {
        let mask = Mask::of(vendor.secrets(), world, parts, body);
        for injected in &mut faults {
            mask.json(&mut injected.action);
        }
        let entry = Entry {
            seq: 0,
            at: world.now(),
            vendor: vendor.catalogue().vendor,
            operation: operation.map(|operation| operation.id),
            test: spoken::test(&parts.headers)
                .map(|test| mask.text(&test).into())
                .or_else(|| world.name().cloned()),
            met: Arc::default(),
            faults,
            duration: std::time::Duration::ZERO,
            request: RequestRecord {
                method: parts.method.to_string(),
                path: mask.path(parts.uri.path()),
                query: mask.query(parts.uri.query().unwrap_or_default()),
                headers: mask.headers(&parts.headers),
                body: mask.body(body, body.len() as u64, world.journal().body_limit()),
            },
            response: ResponseRecord {
                status: None,
                headers: vec![],
                body: Captured::default(),
                finished: false,
            },
            explanation: None,
            hint: None,
            completed: None,
        };
        let (app, world) = (Arc::clone(app), Arc::clone(world));
        Self {
            app,
            world,
            mask: Arc::new(mask),
            operation,
            started: Instant::now(),
            entry: Some(entry),
            expected: spoken::expected(&parts.headers),
            seq: None,
        }
    }

    /// The ids of the faults that were injected.
    pub fn faults(&self) -> Vec<&str> {
        self.entry.iter().flat_map(|entry| &entry.faults).map(|injected| injected.id.as_ref()).collect()
    }

    /// Records a delayed request before its answer: a client that gives up waiting must find it in
    /// the journal.
    pub fn announce(&mut self) {
        self.seq = self.entry.clone().map(|entry| self.world.journal().begin(entry));
    }

    /// The journal's number of the exchange, which is recorded before its answer.
    pub fn number(&mut self) -> u64 {
        if self.seq.is_none() {
            self.announce();
        }
        self.seq.unwrap_or_default()
    }

    /// A text without the secrets of the request and its world.
    pub fn mask(&self, text: &str) -> String {
        self.mask.text(text)
    }

    /// Records the exchange and then ends the connection, so that a client that sees the end finds
    /// the exchange in the journal.
    pub async fn hanging_up<T>(self, handle: &ConnectionHandle, how: HangUp) -> T {
        drop(self);
        handle.hang_up(how);
        // The owner of the connection drops this future with it.
        std::future::pending().await
    }

    /// Records the answer's head, and wraps its body to record that, too.
    pub fn sending(mut self, response: Response, learned: Learned, hint: Option<String>) -> Response {
        let Some(mut entry) = self.entry.take() else { return response };
        let mut met = learned.met;
        for (_, detail) in &mut met.details {
            *detail = self.mask.text(detail);
        }
        let hint: Option<Arc<str>> = hint.map(Into::into);
        met.expected = self.expected_of(&met);
        // A refusal that a test expects is no news.
        let is_news = |outcome: &&&'static Behavior| {
            outcome.status.is_some_and(|status| status >= 400) && !met.expected.contains(&outcome.id)
        };
        let refusal = met.behaviors.first().filter(is_news).map(|behavior| Refusal {
            behavior,
            operation: self.operation,
            world: Arc::clone(self.world.id()),
            hint: hint.clone(),
        });
        entry.hint = hint;
        entry.met = Arc::new(met);
        entry.explanation = learned.explanation.map(|mut explanation| {
            self.mask.json(&mut explanation);
            cut_texts(&mut explanation, self.world.journal().body_limit());
            explanation
        });
        entry.duration = self.started.elapsed();
        entry.response.status = Some(response.status().as_u16());
        entry.response.headers = self.mask.headers(response.headers());
        let vendor = entry.vendor;
        let spare = self.app.is_followed().then(|| entry.clone());
        let seq = self.begin(entry, learned.walk.as_ref());
        let spare = spare.map(|entry| Entry { seq, ..entry });
        let (walk, if_cut) = (learned.walk, learned.if_cut);
        let (app, world) = (Arc::clone(&self.app), Arc::clone(&self.world));
        let (mask, started) = (Arc::clone(&self.mask), self.started);
        response.map(|body| {
            Body::new(RecordedBody {
                body,
                app,
                world,
                mask,
                vendor,
                started,
                seq,
                walk,
                if_cut,
                refusal,
                spare,
                kept: BytesMut::new(),
                total: 0,
                finished: false,
                shown: false,
            })
        })
    }

    fn begin(&self, entry: Entry, walk: Option<&TakenStep>) -> u64 {
        let status = entry.response.status;
        tracing::debug!(
            vendor = entry.vendor,
            method = entry.request.method,
            path = entry.request.path,
            status,
            behavior = entry.met.behaviors.first().map_or("", |behavior| behavior.id),
            world = &**self.world.id(),
            "answered"
        );
        self.app.metrics.answered(&entry);
        let (vendor, operation, test) = (entry.vendor, entry.operation, entry.test.clone());
        let answered = Answered { vendor, operation, status, test: test.as_ref() };
        let met = Arc::clone(&entry.met);
        let countings = [self.world.coverage(), self.app.worlds.total()];
        // An example is made only if it is needed: most exchanges repeat earlier ones.
        let wanted = walk.is_some() || countings.iter().any(|coverage| coverage.wants_example(&met));
        let mut example = wanted.then(|| self.example(&entry));
        let shown = (!self.expected.is_empty()).then(|| self.example(&entry));
        let seq = match self.seq {
            None => self.world.journal().begin(entry),
            Some(seq) => {
                self.world.journal().amend(seq, entry);
                seq
            }
        };
        if let Some(example) = &mut example {
            example.seq = seq;
        }
        for coverage in countings {
            coverage.count(answered, &met, example.as_ref());
        }
        self.world.expectations().meet(seq, &met.expected);
        self.open(seq, &met, shown.as_ref());
        if let Some((taken, request)) = walk.zip(example) {
            self.world.walks().came_to(taken, Example { request, status, answer: None, met });
        }
        seq
    }

    /// The ids of an exchange's findings and refusals that a test expects.
    fn expected_of(&self, met: &Met) -> Vec<&'static str> {
        // Numbers are given in the order of answers, so an exchange without one comes after all
        // others.
        let seq = self.seq.unwrap_or(u64::MAX);
        let refusals = met.behaviors.iter().filter(|met| met.status.is_some_and(|status| status >= 400));
        let ids = refusals.map(|refusal| refusal.id).chain(met.findings.iter().map(|finding| finding.id));
        let is_expected = |id: &&str| {
            self.expected.iter().any(|own| own == id) || self.world.expectations().covers(seq, id)
        };
        ids.filter(is_expected).collect()
    }

    /// Keeps the expectations of the request that its answer has not met. A finding can still come
    /// later; any other expectation is missed.
    fn open(&self, seq: u64, met: &Met, shown: Option<&ExampleRequest>) {
        let Some(ExampleRequest { world, test, text, .. }) = shown else { return };
        let missing = self.expected.iter().filter(|id| !met.expected.contains(&id.as_str()));
        for written in missing {
            let request: Arc<str> = text.as_str().into();
            let finding = self.app.vendors.iter().flat_map(|vendor| vendor.catalogue().findings);
            let finding = finding.map(|finding| finding.id).find(|id| id == written);
            let kept = finding.is_some_and(|id| {
                let (test, request) = (test.clone(), Arc::clone(&request));
                self.world.expectations().declare_of(OfExchange { id, seq, test, request }).is_ok()
            });
            if !kept {
                let (id, world) = (self.mask.text(written).into(), Arc::clone(world));
                let missed = Missed { id, world, test: test.clone(), request: Some(request) };
                self.world.coverage().count_missed(missed.clone());
                self.app.worlds.total().count_missed(missed);
            }
        }
    }

    /// The request as an example shows it. Its journal number is set later.
    fn example(&self, entry: &Entry) -> ExampleRequest {
        let RequestRecord { method, path, query, body, .. } = &entry.request;
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        // A character has at most four bytes.
        let body = String::from_utf8_lossy(&body.bytes[..body.bytes.len().min(4 * SHOWN)]);
        let request = format!("{method} {path}{mark}{} {body}", query.join("&"));
        ExampleRequest {
            world: Arc::clone(self.world.id()),
            world_name: self.world.name().cloned(),
            test: entry.test.clone(),
            operation: entry.operation,
            seq: 0,
            at: entry.at,
            text: shortened(&request),
        }
    }
}

/// The beginning of a text, without characters that act on a terminal.
fn shortened(text: &str) -> String {
    plain(&match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.trim_end().to_owned(),
    })
}

impl Drop for ExchangeRecord {
    fn drop(&mut self) {
        let Some(mut entry) = self.entry.take() else { return };
        let (vendor, duration) = (entry.vendor, self.started.elapsed());
        entry.duration = duration;
        let seq = self.begin(entry, None);
        self.app.metrics.took(vendor, duration);
        let followed = self.app.is_followed();
        let done = self.world.journal().complete(seq, |entry| followed.then(|| entry.clone()));
        if let Some(entry) = done.flatten() {
            self.app.complete(self.world.id(), &entry);
        }
    }
}

/// A body that is recorded while it is sent.
struct RecordedBody {
    body: Body,
    app: Arc<App>,
    world: Arc<World>,
    mask: Arc<Mask>,
    vendor: &'static str,
    started: Instant,
    seq: u64,
    /// The paging step to undo if the body is not delivered.
    walk: Option<TakenStep>,
    /// The finding to add if the client ends the connection before the body is complete.
    if_cut: Option<&'static Finding>,
    /// The refusal that the body tells of.
    refusal: Option<Refusal>,
    /// The exchange for the files that follow a run, in case the journal drops it.
    spare: Option<Entry>,
    kept: BytesMut,
    total: u64,
    finished: bool,
    /// Whether the examples have the body's beginning.
    shown: bool,
}

impl RecordedBody {
    /// Gives the beginning of the body to the examples that show this exchange. It is done before
    /// the client has the end of the body, so that a report afterwards has it.
    fn show(&mut self) {
        if std::mem::replace(&mut self.shown, true) {
            return;
        }
        let world = self.world.id();
        let countings = [self.world.coverage(), self.app.worlds.total()];
        let showing = countings.into_iter().filter(|coverage| coverage.has_example(world, self.seq));
        let showing: Vec<_> = showing.collect();
        if showing.is_empty() || self.kept.is_empty() {
            return;
        }
        let is_text = match std::str::from_utf8(&self.kept) {
            Ok(_) => true,
            // The bound may have cut a character.
            Err(error) => error.error_len().is_none(),
        };
        if !is_text {
            return;
        }
        let masked = self.mask.body(&self.kept.clone().freeze(), self.total, usize::MAX);
        let text = shortened(&String::from_utf8_lossy(&masked.bytes));
        for coverage in showing {
            coverage.answered(world, self.seq, &text);
        }
    }
}

impl HttpBody for RecordedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    self.total += data.len() as u64;
                    let room = self.world.journal().body_limit().saturating_sub(self.kept.len());
                    self.kept.extend_from_slice(&data[..room.min(data.len())]);
                }
                self.finished |= self.body.is_end_stream();
            }
            Poll::Ready(None) => self.finished = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        if self.finished {
            self.show();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        HttpBody::size_hint(&self.body)
    }
}

impl Drop for RecordedBody {
    fn drop(&mut self) {
        let kept = std::mem::take(&mut self.kept).freeze();
        let finished = self.finished || self.body.is_end_stream();
        if let Some(taken) = self.walk.take().filter(|_| !finished) {
            self.world.walks().undo(&taken);
        }
        let body = self.mask.body(&kept, self.total, usize::MAX);
        if let Some(refusal) = self.refusal.take() {
            self.app.refusals.add(refusal, &String::from_utf8_lossy(&body.bytes));
        }
        let duration = self.started.elapsed();
        self.app.metrics.took(self.vendor, duration);
        let complete = |entry: &mut Entry| {
            entry.duration = duration;
            entry.response.body = body.clone();
            entry.response.finished = finished;
            // If a fault was injected, the client is not to blame.
            let finding = self.if_cut.filter(|_| !finished && entry.faults.is_empty())?;
            let expected = self.world.expectations().covers(self.seq, finding.id);
            let met = Arc::make_mut(&mut entry.met);
            met.findings.push(finding);
            met.expected.extend(Some(finding.id).filter(|_| expected));
            let (operation, test) = (entry.operation, entry.test.clone());
            Some(Late { sighting: Sighting { finding, operation, test }, example: None, expected })
        };
        // The files that follow a run are written after the journal's lock is released.
        let followed = self.app.is_followed();
        let done = self.world.journal().complete(self.seq, |entry| {
            let cut = complete(entry);
            (cut, followed.then(|| entry.clone()))
        });
        let (cut, entry) = done.unwrap_or_else(|| {
            // The journal has dropped the exchange already.
            let mut entry = self.spare.take();
            (entry.as_mut().and_then(complete), entry)
        });
        if let Some(entry) = entry {
            self.app.complete(self.world.id(), &entry);
        }
        if let Some(late) = cut {
            self.world.expectations().meet(self.seq, &[late.sighting.finding.id]);
            self.world.coverage().count_late(late.clone());
            self.app.worlds.total().count_late(late);
        }
    }
}
