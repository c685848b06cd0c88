//! Every world of a server.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{Limits, World};
use crate::scenario::Scenario;

/// The worlds of one server: for now, the default one.
#[derive(Debug)]
pub struct Worlds {
    default: ArcSwap<World>,
    limits: Limits,
}

impl Worlds {
    /// The id of the world that every request without another belongs to.
    pub const DEFAULT: &'static str = "default";

    /// A default world that begins as a scenario does.
    #[must_use]
    pub fn new(scenario: Arc<Scenario>, limits: Limits) -> Self {
        let default = World::new(Self::DEFAULT, scenario, limits);
        Self { default: ArcSwap::from_pointee(default), limits }
    }

    /// The default world as it is now.
    #[must_use]
    pub fn default(&self) -> Arc<World> {
        self.default.load_full()
    }

    /// Returns the default world to its scenario, in one step. Requests under way finish on the world they found.
    pub fn reset(&self) {
        let scenario = Arc::clone(self.default.load().scenario());
        self.default.store(Arc::new(World::new(Self::DEFAULT, scenario, self.limits)));
    }
}
