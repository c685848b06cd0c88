//! Step 1: everything about a request that is known before it is answered.

use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, Request};
use bytes::Bytes;
use chrono::SecondsFormat;
use tokio::sync::OwnedSemaphorePermit;

use super::conduct::{Attempt, tried, undo};
use super::fault::Injection;
use super::own::Refused;
use super::pinned::PinnedWorld;
use super::record::ExchangeRecord;
use super::{App, ConnectionHandle, HangUp};
use crate::vendor::{Context, Endpoint, Known, Notes, Unhandled, Vendor};
use crate::world::{Buffer, Stop};

/// A vendor's request, with everything about it that is known before it is answered.
pub struct Arrival {
    pub app: Arc<App>,
    pub vendor: &'static dyn Vendor,
    /// The requested operation. `None` if the vendor does not have the path, method or action.
    pub endpoint: Option<&'static Endpoint>,
    pub parts: Parts,
    pub context: Context,
    /// The reason why no handler sees the request, if there is one.
    pub unhandled: Option<Unhandled>,
    /// The request as a possible retry. `None` if requests like it cannot be recognized as retries.
    pub attempt: Option<Attempt>,
    /// The faults that are due on the request.
    pub injection: Injection,
    pub record: ExchangeRecord,
    /// The connection of the request.
    pub handle: ConnectionHandle,
    steps: Steps,
    /// The body's share of the memory limit.
    _share: Option<OwnedSemaphorePermit>,
}

/// A request that reaches no vendor.
pub enum NotArrived {
    /// No vendor has the path.
    NoVendor(Box<Request<Body>>),
    /// The base URL names a world that does not exist.
    UnknownWorld(Refused),
}

/// The steps that the handler noted, until its answer is under way. An answer that never is undoes
/// them: a client that gave up, or a connection that a fault ends, had no page.
struct Steps(Context);

impl Steps {
    fn undo(&self) {
        undo(&self.0.world, &self.0.notes.take(None));
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.undo();
    }
}

impl Arrival {
    /// Finds the world, vendor and operation of a request.
    pub async fn of(app: &Arc<App>, request: Request<Body>) -> Result<Box<Self>, NotArrived> {
        let (request, pin) = PinnedWorld::of(app, request).map_err(NotArrived::UnknownWorld)?;
        let owners = app.owners(request.uri().path());
        if owners.is_empty() {
            return Err(NotArrived::NoVendor(Box::new(request)));
        }
        let (mut parts, body) = request.into_parts();
        let (body, share, unhandled) = match app.bodies.read(&parts.headers, body, app.max_body).await {
            Ok(read) => (read.bytes, read.share, None),
            Err(error) => (Bytes::new(), None, Some(error.into())),
        };
        let buffer = Buffer::from(body);
        let body = buffer.bytes.clone();
        for owner in &owners {
            owner.vendor.decode(&mut parts, &body);
        }
        let owner = if let [one] = owners[..] { one } else { app.owner(&owners, &parts, &body) };
        let (vendor, name) = (owner.vendor, owner.vendor.name());
        let public_half = vendor.public_half(&parts, &body);
        let (world, pinned) = match pin {
            Some(PinnedWorld { world, prefix }) => (world, prefix),
            None => (app.worlds.identify(name, public_half.as_deref()), None),
        };
        if let Some(end) = world.ran_out() {
            let end = end.to_rfc3339_opts(SecondsFormat::Secs, true);
            tracing::warn!(
                world = &**world.id(),
                "no more calls arrive: the last one of the scenario ended at {end}; start the server again \
                 (without the file of --state, if it has one), or set the clock back"
            );
        }
        let found = owner.routes.find(vendor, &parts);
        let operation = found.operation;
        let context = Context::from(Known {
            world: Arc::clone(&world),
            operation,
            allowed: found.allowed,
            segments: found.segments,
            notes: Notes::default(),
            body,
            pinned,
            place: Arc::clone(&app.place),
            stop: Stop::default(),
            long_work: app.offload.long_work().clone(),
        });
        parts.extensions.insert(context.clone());
        // Preflight and HEAD requests are repeated legitimately, and two bodies that were not read
        // whole cannot be compared.
        let told_apart = unhandled.is_none()
            && operation.is_some()
            && ![Method::OPTIONS, Method::HEAD].contains(&parts.method);
        let now = world.now();
        let attempt = told_apart.then(|| Attempt::of(&world, now, || tried(vendor, &parts, &context.body)));
        let due = world.faults().due(name, operation.map(|o| o.id), now);
        let steps = context.clone();
        let injection = Injection::of(due, world.clock().rate());
        let injected = injection.injected();
        let sent = (&buffer, context.pinned.clone(), now);
        let mut record = ExchangeRecord::start(vendor, operation, app, &world, &parts, sent, injected);
        let handle = parts.extensions.get::<ConnectionHandle>().cloned().unwrap_or_default();
        // Without a fault an answer comes at once.
        if told_apart && injection.is_due() {
            record.may_be_lost(tried(vendor, &parts, &context.body), &handle);
        }
        Ok(Box::new(Self {
            app: Arc::clone(app),
            vendor,
            endpoint: found.endpoint,
            parts,
            context,
            unhandled,
            attempt,
            injection,
            record,
            handle,
            steps: Steps(steps),
            _share: share,
        }))
    }

    /// Ends the connection without an answer.
    pub async fn hanging_up<T>(self: Box<Self>, how: HangUp) -> T {
        self.steps.undo();
        self.record.hanging_up(&self.handle, how).await
    }
}
