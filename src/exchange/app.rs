//! The application that all requests share.

use std::sync::{Arc, OnceLock};

use axum::http::request::Parts;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::{Bodies, Heartbeat, Metrics, Offload, Refusals};
use crate::vendor::{Place, Routes, Vendor, Who, host};
use crate::world::{Entry, Kept, Seen, World, Worlds};

/// The application that all requests share.
pub struct App {
    /// The worlds of the server.
    pub worlds: Worlds,
    /// The vendors that the server emulates.
    pub vendors: &'static [&'static dyn Vendor],
    /// The largest request body that is read, in bytes.
    pub max_body: usize,
    /// Whether vendor answers carry `x-callmock-…` headers.
    pub debug_headers: bool,
    /// The server's own URL or address, for URLs in answers.
    pub place: Arc<Place>,
    /// The counters and gauges for Prometheus.
    pub metrics: Metrics,
    /// The memory limit for all request bodies together.
    pub bodies: Bodies,
    /// The threads for work that may take long.
    pub offload: Offload,
    /// The heartbeat of the worker threads.
    pub heartbeat: Heartbeat,
    /// The refusals of all worlds.
    pub refusals: Arc<Refusals>,
    /// The functions that are called with each exchange, once its answer is complete.
    pub completed: OnceLock<Vec<Completed>>,
    mounted: Vec<Mounted>,
}

/// A function that is called with a world's id and a complete exchange.
pub type Completed = Box<dyn Fn(&str, &Entry) + Send + Sync>;

/// A vendor with its routes.
pub struct Mounted {
    pub vendor: &'static dyn Vendor,
    pub routes: Routes,
}

/// The settings of answers that do not depend on a world.
pub struct AnswerSettings {
    /// The largest request body that is read, in bytes.
    pub max_body: usize,
    /// Whether vendor answers carry `x-callmock-…` headers.
    pub debug_headers: bool,
    /// The server's own URL or address, for URLs in answers.
    pub place: Place,
    /// The memory limit for all request bodies together.
    pub bodies: Bodies,
}

impl App {
    /// Makes the application, with the routes of each vendor.
    #[must_use]
    pub fn new(worlds: Worlds, vendors: &'static [&'static dyn Vendor], settings: AnswerSettings) -> Self {
        let AnswerSettings { max_body, debug_headers, place, bodies } = settings;
        let mount = |vendor: &&'static dyn Vendor| Mounted {
            vendor: *vendor,
            routes: Routes::of(vendor.endpoints()),
        };
        let names = vendors.iter().map(|vendor| vendor.name());
        let metrics = Metrics::of(names, Arc::clone(worlds.total()));
        Self {
            vendors,
            worlds,
            max_body,
            debug_headers,
            place: Arc::new(place),
            metrics,
            bodies,
            offload: Offload::default(),
            heartbeat: Heartbeat::start(),
            refusals: Arc::default(),
            completed: OnceLock::new(),
            mounted: vendors.iter().map(mount).collect(),
        }
    }

    /// Hands a complete exchange of a world to all that follow.
    pub fn complete(&self, world: &World, exchange: &Arc<Kept>) {
        let Some(followers) = self.completed.get().filter(|followers| !followers.is_empty()) else { return };
        let entry = world.journal().shown(&Seen::from(Arc::clone(exchange)));
        for completed in followers {
            completed(world.id(), &entry);
        }
    }

    /// A world's first credential of every vendor, by the vendor's name.
    #[must_use]
    pub fn credentials(&self, world: &World) -> Value {
        let each = self
            .vendors
            .iter()
            .filter_map(|vendor| Some((vendor.name().to_owned(), vendor.credentials(world)?.into())));
        Value::Object(each.collect::<Map<_, _>>())
    }

    /// The ids of an agent, a customer or a queue at each vendor that shows it.
    #[must_use]
    pub fn known_as(&self, world: &World, who: Who) -> Value {
        let each = self.vendors.iter().filter_map(|vendor| {
            let ids = vendor.known_as(world, who);
            (!ids.is_empty()).then(|| (vendor.name().to_owned(), Value::Object(ids)))
        });
        Value::Object(each.collect())
    }

    /// A world's credentials as environment variables `CALLMOCK_<VENDOR>_<MEMBER>`. Some vendors
    /// add variables for the server's `address` (`host:port`).
    #[must_use]
    pub fn environment(&self, world: &World, address: &str) -> Vec<(String, String)> {
        let mut variables = vec![];
        for vendor in self.vendors {
            let name = vendor.name().to_uppercase();
            let mut add = |member: &str, value: String| {
                variables.push((format!("CALLMOCK_{name}_{}", member.to_uppercase()), value));
            };
            for (member, value) in vendor.credentials(world).into_iter().flatten() {
                if let Value::String(value) = value {
                    add(&member, value);
                }
            }
            for (member, value) in vendor.whereabouts(address) {
                add(member, value);
            }
        }
        variables
    }

    /// The vendors whose paths fit a request's path best, in the order of the list.
    pub(super) fn owners(&self, path: &str) -> Vec<&Mounted> {
        let mut owners = Vec::with_capacity(1);
        let mut best = None;
        for mounted in &self.mounted {
            let fit = mounted.vendor.paths().iter().filter_map(|paths| paths.fit(path)).max();
            if fit > best {
                owners.clear();
            }
            if fit.is_some() && fit >= best {
                owners.push(mounted);
                best = fit;
            }
        }
        owners
    }

    /// Chooses the vendor that a request is for from several owners of its path: first by the
    /// credential that the request carries, then by the host (`<vendor>.localhost`), then by the
    /// order of the list. The vendors must have decoded the request before.
    pub(super) fn owner<'a>(&self, owners: &[&'a Mounted], request: &Parts, body: &Bytes) -> &'a Mounted {
        let half = |mounted: &&&Mounted| mounted.vendor.public_half(request, body);
        let known = |mounted: &&&Mounted| {
            half(mounted).is_some_and(|half| self.worlds.knows(mounted.vendor.name(), &half))
        };
        let named = |mounted: &&&Mounted| {
            let label = host(request).and_then(|host| host.split(':').next()?.strip_suffix(".localhost"));
            label.is_some_and(|label| label.rsplit('.').next() == Some(mounted.vendor.name()))
        };
        let one = |of: Vec<&&'a Mounted>| if let [one] = of[..] { Some(*one) } else { None };
        one(owners.iter().filter(known).collect())
            .or_else(|| one(owners.iter().filter(|owner| half(owner).is_some()).collect()))
            .or_else(|| owners.iter().find(named).copied())
            .unwrap_or(owners[0])
    }
}
