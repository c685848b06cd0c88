//! Queues: where inbound calls wait.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dialects::OfQueue;

/// A queue, also known as a menu, a skill group, a hotline or a conversation scenario.
#[derive(Debug)]
pub struct Queue {
    /// The queue's id in the scenario.
    pub id: Box<str>,
    /// The display name.
    pub name: Box<str>,
    /// The state at the start of the scenario.
    pub state: QueueState,
    /// The vendors' additions.
    pub data: OfQueue,
}

/// The state of a queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueState {
    /// The queue takes calls.
    #[default]
    Open,
    /// A person has redirected the queue to another destination.
    ManualRedirection,
    /// The queue is outside its hours.
    AfterHours,
}
