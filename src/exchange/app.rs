//! The server that every request shares.

use std::sync::Arc;

use axum::http::request::Parts;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::{Bodies, Heartbeat, Metrics, Offload};
use crate::vendor::{Place, Routes, Vendor, host};
use crate::world::{World, Worlds};

/// The server that every request shares.
pub struct App {
    /// The worlds it holds.
    pub worlds: Worlds,
    /// The vendors that answer.
    pub vendors: &'static [&'static dyn Vendor],
    /// The largest body read, in bytes.
    pub max_body: usize,
    /// Whether vendor answers carry `x-callmock-…` headers.
    pub debug_headers: bool,
    /// Where it is reached.
    pub place: Arc<Place>,
    /// The numbers that it counts.
    pub metrics: Metrics,
    /// The memory that all request bodies share.
    pub bodies: Bodies,
    /// The places for work that may take long.
    pub offload: Offload,
    /// The sign of life of the threads that answer.
    pub heartbeat: Heartbeat,
    mounted: Vec<Mounted>,
}

/// A vendor with its routes.
pub struct Mounted {
    pub vendor: &'static dyn Vendor,
    pub routes: Routes,
}

/// How a server answers, whatever its worlds are.
pub struct AnswerSettings {
    /// The largest body read, in bytes.
    pub max_body: usize,
    /// Whether vendor answers carry `x-callmock-…` headers.
    pub debug_headers: bool,
    /// Where it is reached.
    pub place: Place,
    /// The memory that all request bodies share.
    pub bodies: Bodies,
}

impl App {
    /// A server of some vendors' dialects.
    #[must_use]
    pub fn new(worlds: Worlds, vendors: &'static [&'static dyn Vendor], settings: AnswerSettings) -> Self {
        let AnswerSettings { max_body, debug_headers, place, bodies } = settings;
        let mount = |vendor: &&'static dyn Vendor| Mounted {
            vendor: *vendor,
            routes: Routes::of(vendor.endpoints()),
        };
        Self {
            worlds,
            vendors,
            max_body,
            debug_headers,
            place: Arc::new(place),
            metrics: Metrics::default(),
            bodies,
            offload: Offload::default(),
            heartbeat: Heartbeat::start(),
            mounted: vendors.iter().map(mount).collect(),
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

    /// The same as names and values of environment variables, for a server at an address
    /// (`host:port`): `CALLMOCK_<VENDOR>_<MEMBER>`.
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

    /// The vendors that own a path, in the order of the list: those whose paths fit it best.
    pub(super) fn owners(&self, path: &str) -> Vec<&Mounted> {
        let fit = |mounted: &Mounted| mounted.vendor.paths().iter().filter_map(|paths| paths.fit(path)).max();
        let Some(best) = self.mounted.iter().filter_map(fit).max() else { return vec![] };
        self.mounted.iter().filter(|mounted| fit(mounted) == Some(best)).collect()
    }

    /// The one of a path's owners that a request is for: the one whose credential it carries, then
    /// the one that its host names (`<vendor>.localhost`), then the first of the list. The request
    /// is decoded.
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
