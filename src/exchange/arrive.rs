//! Step 1: everything about a request that is settled before anybody answers it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, Request};
use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

use super::conduct::Attempt;
use super::fault::Injection;
use super::own::Refused;
use super::pinned::PinnedWorld;
use super::record::ExchangeRecord;
use super::{App, ConnectionHandle, HangUp};
use crate::vendor::{Context, Endpoint, Notes, Unhandled, Vendor};
use crate::world::Stop;

/// A request that is a vendor's, with everything that is settled before anybody answers it.
pub struct Arrival {
    pub app: Arc<App>,
    pub vendor: &'static dyn Vendor,
    /// The operation that it is for; none for a path, method or action that the vendor lacks.
    pub endpoint: Option<&'static Endpoint>,
    pub parts: Parts,
    pub context: Context,
    /// The reason for which no handler sees it.
    pub unhandled: Option<Unhandled>,
    /// Its place among the attempts at the same; none where attempts cannot be told apart.
    pub attempt: Option<Attempt>,
    /// The faults that are due on it.
    pub injection: Injection,
    pub record: ExchangeRecord,
    /// The connection that it came in on.
    pub handle: ConnectionHandle,
    /// Its body's share of the memory for bodies.
    _share: Option<OwnedSemaphorePermit>,
}

/// A request that no vendor answers.
pub enum NotArrived {
    /// No vendor has its path.
    NoVendor(Box<Request<Body>>),
    /// Its base URL names a world that is not there.
    UnknownWorld(Refused),
}

impl Arrival {
    /// Settles which world, vendor and operation a request is for.
    pub async fn of(app: &Arc<App>, request: Request<Body>) -> Result<Self, NotArrived> {
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
        let found = owner.routes.find(vendor, &parts);
        let operation = found.operation;
        let context = Context {
            world: Arc::clone(&world),
            operation,
            allowed: found.allowed.into(),
            segments: found.segments.into(),
            notes: Notes::default(),
            body,
            pinned,
            place: Arc::clone(&app.place),
            stop: Stop::default(),
        };
        parts.extensions.insert(context.clone());
        // A browser's preflight, or a look whether anybody is there, is asked again and again by
        // right; and what was not read whole cannot be told from what else was not.
        let told_apart = unhandled.is_none()
            && operation.is_some()
            && ![Method::OPTIONS, Method::HEAD].contains(&parts.method);
        let attempt = told_apart
            .then(|| Attempt::of(&world, vendor.asked(&parts, &context.body), public_half.as_deref()));
        let due = world.faults().due(name, operation.map(|o| o.id), world.now());
        let injection = Injection::of(due, world.clock().rate());
        let injected = injection.injected();
        let record = ExchangeRecord::start(vendor, operation, app, &world, &parts, &context.body, injected);
        let handle = parts.extensions.get::<ConnectionHandle>().cloned().unwrap_or_default();
        Ok(Self {
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
            _share: share,
        })
    }

    /// Ends the connection instead of answering.
    pub async fn hanging_up<T>(self, how: HangUp) -> T {
        self.record.hanging_up(&self.handle, how).await
    }
}
