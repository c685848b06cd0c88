//! What every admin handler can reach.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Mutex, watch};

use crate::contract::Catalogue;
use crate::exchange::App;
use crate::scenario::Library;
use crate::world::World;

/// What every admin handler can reach.
#[derive(Clone)]
pub struct Admin {
    /// The server.
    pub app: Arc<App>,
    /// The scenarios that a world can begin with.
    pub library: Arc<Library>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its certificate, where it speaks TLS, as PEM.
    pub certificate: Option<Arc<str>>,
    /// The most calls that a scenario which comes with a request may have.
    pub max_world_calls: usize,
    /// Held by whoever makes a world from a scenario.
    pub making: Arc<Mutex<()>>,
    /// What callers must prove to know, if anything.
    pub token: Option<Arc<str>>,
    /// Whether the server is stopping.
    pub stopped: watch::Receiver<bool>,
    /// Since when it listens.
    pub since: Instant,
}

impl Admin {
    /// What every vendor promises.
    pub(super) fn catalogues(&self) -> Vec<&'static Catalogue> {
        self.app.vendors.iter().map(|vendor| vendor.catalogue()).collect()
    }

    /// A world's first credential of every vendor.
    pub(super) fn credentials(&self, world: &World) -> serde_json::Value {
        self.app.credentials(world)
    }
}
