//! The state that every admin handler shares.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use crate::contract::Catalogue;
use crate::exchange::{App, Refused, refusal};
use crate::scenario::Library;
use crate::world::World;

/// The state that every admin handler shares.
#[derive(Clone)]
pub struct Admin {
    /// The server's application, which vendor requests share too.
    pub app: Arc<App>,
    /// The scenarios that a world can begin with.
    pub library: Arc<Library>,
    /// The address that the server listens on.
    pub address: SocketAddr,
    /// The server's certificate as PEM, if it speaks TLS.
    pub certificate: Option<Arc<str>>,
    /// The most calls that a scenario in a request body may have.
    pub max_world_calls: usize,
    /// A lock, so that one world at a time is made from a scenario in a request.
    pub making: Arc<Mutex<()>>,
    /// The token that callers must send, if one is required.
    pub token: Option<Arc<str>>,
    /// The folder with the last reports of `rehearse` and `matrix`, if one was named.
    pub reports: Option<Arc<Path>>,
    /// Whether the server is stopping.
    pub stopped: watch::Receiver<bool>,
    /// The time at which the server began to listen, for the uptime.
    pub since: Instant,
}

/// The longest time that a request waits for the lock `making`.
const PATIENCE: Duration = Duration::from_secs(10);

impl Admin {
    /// The turn of a request that loads a scenario. Loading a large one takes long, so only one is
    /// loaded at a time, and a waiting request gives up after a while.
    pub(super) async fn turn(&self) -> Result<OwnedMutexGuard<()>, Refused> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.making).lock_owned()).await;
        turn.map_err(|_| {
            let message = format!(
                "another world is being made from a scenario, and was not done after {PATIENCE:?}; try again in a moment"
            );
            refusal(StatusCode::TOO_MANY_REQUESTS, "busy", message)
        })
    }

    /// The catalogues of all vendors.
    pub(super) fn catalogues(&self) -> Vec<&'static Catalogue> {
        self.app.vendors.iter().map(|vendor| vendor.catalogue()).collect()
    }

    /// A world's first credential for every vendor.
    pub(super) fn credentials(&self, world: &World) -> serde_json::Value {
        self.app.credentials(world)
    }
}
