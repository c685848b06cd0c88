//! Records an exchange in its world's journal. The record begins before the response head is sent,
//! and is completed when the body has ended.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::refusals::Refusal;
use super::spoken;
use super::{App, ConnectionHandle, HangUp};
use crate::contract::{Answered, Behavior, ExampleRequest, Finding, Late, Met, Missed, Operation, Sighting};
use crate::vendor::{Learned, Vendor};
use crate::world::{
    AskedWindow, Buffer, End, InFlight, Incoming, Injected, Kept, Mask, Message, OfExchange, Raw, TakenStep,
    Tried, World,
};

/// The record of an exchange without an answer yet. If it is dropped because the client or a fault
/// ended the connection, the exchange is recorded without an answer.
pub struct ExchangeRecord {
    app: Arc<App>,
    world: Arc<World>,
    operation: Option<&'static Operation>,
    started: Instant,
    kept: Option<Kept>,
    /// The mask of the exchange, once something of it is shown.
    mask: OnceLock<Arc<Mask>>,
    /// The ids that the request expects, as the client wrote them.
    expected: Vec<String>,
    /// The journal's number of the exchange, if it was recorded before its answer.
    seq: Option<u64>,
    /// The request, if its answer may be lost.
    in_flight: Option<Arc<InFlight>>,
}

/// The headers of a message, as the journal keeps them.
fn headers(headers: &HeaderMap) -> impl Iterator<Item = (&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))
}

impl ExchangeRecord {
    /// Begins the record of a request.
    pub fn start(
        vendor: &'static dyn Vendor,
        operation: Option<&'static Operation>,
        app: &Arc<App>,
        world: &Arc<World>,
        parts: &Parts,
        (body, pinned, at): (&Buffer, Option<Arc<str>>, DateTime<Utc>),
        faults: Vec<Injected>,
    ) -> Self {
        let mut headers = headers(&parts.headers);
        let request = Incoming {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &mut headers,
            body,
        };
        let kept = Kept {
            seq: 0,
            at,
            vendor: vendor.catalogue().vendor,
            operation: operation.map(|operation| operation.id),
            test: world.name().cloned(),
            met: Arc::default(),
            faults,
            duration: Duration::ZERO,
            status: None,
            hint: None,
            explanation: None,
            end: OnceLock::new(),
            raw: Raw::of(request, world.journal().body_limit()),
            pinned,
            places: vendor.secrets(),
            secrets: Arc::clone(world.secrets()),
        };
        let (app, world) = (Arc::clone(app), Arc::clone(world));
        let mut record = Self {
            app,
            world,
            operation,
            started: Instant::now(),
            kept: Some(kept),
            mask: OnceLock::new(),
            expected: spoken::expected(&parts.headers),
            seq: None,
            in_flight: None,
        };
        if let Some(test) = spoken::test(&parts.headers) {
            let test = record.mask(&test).into_owned().into();
            if let Some(kept) = &mut record.kept {
                kept.test = Some(test);
            }
        }
        record
    }

    /// The ids of the faults that were injected.
    pub fn faults(&self) -> Vec<&str> {
        self.kept.iter().flat_map(|kept| &kept.faults).map(|injected| injected.id.as_ref()).collect()
    }

    /// Records a delayed request before its answer: a client that gives up waiting must find it in
    /// the journal.
    pub fn announce(&mut self) {
        self.seq = self.kept.clone().map(|kept| self.world.journal().begin(kept).seq);
    }

    /// The journal's number of the exchange, which is recorded before its answer.
    pub fn number(&mut self) -> u64 {
        if self.seq.is_none() {
            self.announce();
        }
        self.seq.unwrap_or_default()
    }

    /// A text without the secrets of the request and its world.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.kept.as_ref().map_or(Cow::Borrowed(text), |kept| self.mask_of(kept).text(text))
    }

    fn mask_of(&self, kept: &Kept) -> &Arc<Mask> {
        self.mask.get_or_init(|| Arc::new(kept.mask(self.world.secrets())))
    }

    /// Notes that the answer may be lost, so that the next request like this one is a retry.
    pub fn may_be_lost(&mut self, request: Tried, handle: &ConnectionHandle) {
        let handle = handle.clone();
        let begun = self.world.attempts().begun(request, self.world.now(), move || handle.is_closed());
        self.in_flight = Some(begun);
    }

    /// Notes that the request was carried out.
    pub fn carried_out(&mut self, status: StatusCode) {
        let has_made = [StatusCode::CREATED, StatusCode::ACCEPTED].contains(&status);
        if let Some(in_flight) = self.in_flight.as_ref().filter(|_| has_made) {
            in_flight.made();
        }
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
        let Some(mut kept) = self.kept.take() else { return response };
        let (parts, body) = response.into_parts();
        let body = Sending::of(body);
        let limit = self.world.journal().body_limit();
        let Learned { mut met, walk, window, if_cut, explanation } = learned;
        for (_, detail) in &mut met.details {
            *detail = self.mask_of(&kept).text(detail).into_owned();
        }
        met.expected = self.expected_of(&met);
        let hint: Option<Arc<str>> = hint.map(Into::into);
        // A refusal that a test expects is no news.
        let is_news = |outcome: &&&'static Behavior| {
            outcome.status.is_some_and(|status| status >= 400) && !met.expected.contains(&outcome.id)
        };
        let refused = met.behaviors.first().filter(is_news).copied();
        let refusal = refused.map(|behavior| Refusal {
            behavior,
            operation: self.operation,
            world: Arc::clone(self.world.id()),
            hint: hint.clone(),
            mask: Arc::clone(self.mask_of(&kept)),
        });
        kept.hint = hint;
        kept.met = Arc::new(met);
        kept.explanation = explanation.map(|explanation| explanation.to_string().into());
        kept.duration = self.started.elapsed();
        kept.status = Some(parts.status.as_u16());
        kept.raw.answer(&mut headers(&parts.headers), limit);
        if let Some(whole) = body.whole() {
            kept.raw.answer_body(whole, whole.bytes.len() as u64, limit);
        }
        let (exchange, showing) = self.begin(kept, walk.as_ref());
        if let Some(window) = &window {
            self.world.windows().came_to(window, &exchange);
        }
        let (app, world) = (Arc::clone(&self.app), Arc::clone(&self.world));
        let recorded = RecordedBody {
            has_whole: body.whole().is_some(),
            in_flight: self.in_flight.take(),
            body,
            app,
            world,
            started: self.started,
            exchange,
            walk,
            window,
            if_cut,
            refusal,
            kept: BytesMut::new(),
            total: 0,
            finished: false,
            showing,
        };
        Response::from_parts(parts, Body::new(recorded))
    }

    /// Records an exchange, and counts it. Returns it, and whether the world and the server keep it
    /// as an example.
    fn begin(&self, kept: Kept, walk: Option<&TakenStep>) -> (Arc<Kept>, [bool; 2]) {
        let (vendor, operation, status) = (kept.vendor, kept.operation, kept.status);
        if tracing::enabled!(tracing::Level::DEBUG) {
            tracing::debug!(
                vendor,
                method = kept.raw.method(),
                path = self.mask_of(&kept).path(kept.raw.path()),
                status,
                behavior = kept.met.behaviors.first().map_or("", |behavior| behavior.id),
                world = &**self.world.id(),
                "answered"
            );
        }
        self.app.metrics.injected(&kept);
        let (test, met) = (kept.test.clone(), Arc::clone(&kept.met));
        let answered = Answered { vendor, operation, status, test: test.as_ref() };
        let countings = [self.world.coverage(), self.app.worlds.total()];
        // An example is made only if it is needed: most exchanges repeat earlier ones.
        let wanted = countings.map(|coverage| coverage.wants_example(&met));
        let kept = match self.seq {
            None => self.world.journal().begin(kept),
            Some(seq) => self.world.journal().amend(seq, kept),
        };
        let seq = kept.seq;
        let example = (wanted != [false; 2] || !self.expected.is_empty()).then(|| self.world.example(&kept));
        let mut showing = [false; 2];
        for ((coverage, wanted), shows) in countings.into_iter().zip(wanted).zip(&mut showing) {
            *shows = coverage.count(answered, &met, example.as_ref().filter(|_| wanted));
        }
        if !met.expected.is_empty() {
            self.world.expectations().meet(seq, &met.expected);
        }
        self.open(seq, &met, example.as_ref());
        if let Some(taken) = walk {
            self.world.walks().came_to(taken, &kept);
        }
        (kept, showing)
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
        let shown = shown.filter(|_| !self.expected.is_empty());
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
                let id = Arc::from(self.world.secrets().masked(written));
                let world = Arc::clone(world);
                let missed = Missed { id, world, test: test.clone(), request: Some(request) };
                self.world.coverage().count_missed(missed.clone());
                self.app.worlds.total().count_missed(missed);
            }
        }
    }
}

impl Drop for ExchangeRecord {
    fn drop(&mut self) {
        let Some(mut kept) = self.kept.take() else { return };
        if let Some(request) = &self.in_flight {
            self.world.attempts().lost(request, self.world.now());
        }
        let (vendor, duration) = (kept.vendor, self.started.elapsed());
        kept.duration = duration;
        let (kept, _) = self.begin(kept, None);
        self.app.metrics.took(vendor, duration);
        let end = |completed| End { completed, duration, finished: false, body: None, met: None };
        self.world.journal().complete(&kept, end);
        self.app.complete(&self.world, &kept);
    }
}

/// The body of an answer on its way to the client.
struct Sending {
    /// The whole body, if it was there at once, until the client has it.
    whole: Option<Buffer>,
    /// The first frame of a body that comes in several.
    first: Option<Frame<Bytes>>,
    body: Option<Body>,
    /// The length of what is still to be sent.
    left: SizeHint,
}

impl Sending {
    /// The longest body that is asked for at once, in bytes.
    const AT_ONCE: u64 = 4 << 20;

    fn of(mut body: Body) -> Self {
        let left = HttpBody::size_hint(&body);
        let is_short = left.exact().is_some_and(|length| length <= Self::AT_ONCE);
        if body.is_end_stream() || !is_short {
            let body = Some(body).filter(|body| !body.is_end_stream());
            let whole = body.is_none().then(Buffer::default);
            return Self { whole, first: None, body, left };
        }
        match body.frame().now_or_never() {
            Some(Some(Ok(frame))) if body.is_end_stream() && frame.is_data() => {
                let whole = frame.into_data().map(Buffer::from).ok();
                Self { whole, first: None, body: None, left }
            }
            Some(Some(Ok(frame))) => Self { whole: None, first: Some(frame), body: Some(body), left },
            _ => Self { whole: None, first: None, body: Some(body), left },
        }
    }

    /// The whole body, if it was there at once.
    fn whole(&self) -> Option<&Buffer> {
        self.whole.as_ref()
    }

    fn is_at_end(&self) -> bool {
        // Nobody asks for a frame beyond the announced length.
        self.left.exact() == Some(0) || self.ends()
    }

    fn ends(&self) -> bool {
        self.whole.as_ref().is_none_or(|whole| whole.bytes.is_empty())
            && self.first.is_none()
            && self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = self.poll_next(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let sent = frame.data_ref().map_or(0, |data| data.len() as u64);
            let mut left = SizeHint::new();
            left.set_lower(self.left.lower().saturating_sub(sent));
            if let Some(upper) = self.left.upper() {
                left.set_upper(upper.saturating_sub(sent));
            }
            self.left = left;
        }
        polled
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(whole) = self.whole.take().filter(|whole| !whole.bytes.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(whole.bytes))));
        }
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }
}

/// A body that is recorded while it is sent.
struct RecordedBody {
    body: Sending,
    app: Arc<App>,
    world: Arc<World>,
    started: Instant,
    /// The exchange in the journal.
    exchange: Arc<Kept>,
    /// Whether the exchange has the whole body already.
    has_whole: bool,
    /// The paging step to undo if the body is not delivered.
    walk: Option<TakenStep>,
    window: Option<AskedWindow>,
    /// The finding to add if the client ends the connection before the body is complete.
    if_cut: Option<&'static Finding>,
    /// The refusal that the body tells of.
    refusal: Option<Refusal>,
    /// The request, if its answer may be lost.
    in_flight: Option<Arc<InFlight>>,
    /// The beginning of a body that comes in pieces.
    kept: BytesMut,
    total: u64,
    finished: bool,
    /// Whether the world and the server have the exchange as an example without its answer.
    showing: [bool; 2],
}

impl RecordedBody {
    /// The body so far.
    fn so_far(&self) -> Message<'_> {
        if self.has_whole { self.exchange.raw.answered() } else { Message::of_body(&self.kept, self.total) }
    }

    /// Gives the beginning of the body to the examples that show this exchange. It is done before
    /// the client has the end of the body, so that a report afterwards has it.
    fn show(&mut self) {
        let showing = std::mem::take(&mut self.showing);
        if showing == [false; 2] {
            return;
        }
        let mask = self.exchange.mask(self.world.secrets());
        let Some(text) = mask.body_in_short(self.so_far()) else { return };
        let countings = [self.world.coverage(), self.app.worlds.total()];
        for (coverage, _) in countings.into_iter().zip(showing).filter(|(_, shows)| *shows) {
            coverage.answered(self.world.id(), self.exchange.seq, &text);
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
        let polled = self.body.poll(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref().filter(|_| !self.has_whole) {
                    self.total += data.len() as u64;
                    let room = self.world.journal().body_limit().saturating_sub(self.kept.len());
                    self.kept.extend_from_slice(&data[..room.min(data.len())]);
                }
                self.finished |= self.body.is_at_end();
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
        self.body.is_at_end()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.left
    }
}

impl Drop for RecordedBody {
    fn drop(&mut self) {
        let finished = self.finished || self.body.is_at_end();
        if let Some(taken) = self.walk.take().filter(|_| !finished) {
            self.world.walks().undo(&taken);
        }
        if let Some(window) = self.window.take().filter(|_| !finished) {
            self.world.windows().undo(&window);
        }
        if let Some(request) = self.in_flight.take().filter(|_| !finished) {
            self.world.attempts().lost(&request, self.world.now());
        }
        // A whole body that the client has not taken was not sent.
        let is_kept = self.has_whole && finished;
        let kept = std::mem::take(&mut self.kept).freeze();
        let body = (!is_kept).then(|| (Buffer::from(kept), self.total));
        let duration = self.started.elapsed();
        let exchange = &self.exchange;
        self.app.metrics.took(exchange.vendor, duration);
        // If a fault was injected, the client is not to blame.
        let finding = self.if_cut.filter(|_| !finished && exchange.faults.is_empty());
        let expected = finding.is_some_and(|of| self.world.expectations().covers(exchange.seq, of.id));
        let met = finding.map(|finding| {
            let mut met = Met::clone(&exchange.met);
            met.findings.push(finding);
            met.expected.extend(Some(finding.id).filter(|_| expected));
            Arc::new(met)
        });
        let end = |completed| End { completed, duration, finished, body, met };
        self.world.journal().complete(exchange, end);
        if let Some(refusal) = self.refusal.take() {
            let sent = if is_kept { exchange.raw.answered() } else { Message::of_body(&[], 0) };
            let sent = exchange
                .end
                .get()
                .and_then(|end| end.body.as_ref())
                .map_or(sent, |(body, total)| Message::of_body(&body.bytes, *total));
            self.app.refusals.add(refusal, sent);
        }
        self.app.complete(&self.world, exchange);
        if let Some(finding) = finding {
            let (operation, test) = (exchange.operation, exchange.test.clone());
            let late = Late { sighting: Sighting { finding, operation, test }, example: None, expected };
            self.world.expectations().meet(exchange.seq, &[finding.id]);
            self.world.coverage().count_late(late.clone());
            self.app.worlds.total().count_late(late);
        }
    }
}
