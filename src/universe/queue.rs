//! Queues: where inbound calls wait.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dialects::OfQueue;

/// A queue, also known as a menu, a skill group, a hotline or a conversation scenario.
#[derive(Debug)]
pub struct Queue {
    /// Its name in the scenario.
    pub id: Box<str>,
    /// What people call it.
    pub name: Box<str>,
    /// Whether it takes calls, as the scenario starts.
    pub state: QueueState,
    /// What vendors add to it.
    pub data: OfQueue,
}

/// Whether a queue takes calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueState {
    /// It does.
    #[default]
    Open,
    /// Somebody switched it to another destination.
    ManualRedirection,
    /// Outside its hours.
    AfterHours,
}
