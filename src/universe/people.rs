//! Agents and customers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dialects::{OfAgent, OfCustomer};

/// A person or an AI that takes calls for the contact centre.
#[derive(Debug)]
pub struct Agent {
    /// The id in the scenario.
    pub id: Box<str>,
    /// The display name.
    pub name: Name,
    /// The e-mail address.
    pub email: Option<Box<str>>,
    /// The number of the extension.
    pub extension: Option<Box<str>>,
    /// The state at the start of the scenario.
    pub state: AgentState,
    /// The vendors' additions.
    pub data: OfAgent,
}

/// The state of an agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// The agent can take a call.
    #[default]
    Available,
    /// The agent cannot take a call at present.
    Unavailable,
    /// The agent has no permission to take calls.
    NoAccess,
    /// Vendors behave as if the agent did not exist.
    Unknown,
}

/// A person whom the contact centre knows.
#[derive(Debug)]
pub struct Customer {
    /// The id in the scenario.
    pub id: Box<str>,
    /// The display name.
    pub name: Option<Name>,
    /// The telephone numbers.
    pub phones: Vec<Box<str>>,
    /// The ids of the customer's tickets.
    pub tickets: Vec<Box<str>>,
    /// The vendors' additions.
    pub data: OfCustomer,
}

/// A person's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The whole name, as displayed.
    pub display: Box<str>,
    /// The given name, if it is known separately.
    pub given: Option<Box<str>>,
    /// The family name, if it is known separately.
    pub family: Option<Box<str>>,
}
