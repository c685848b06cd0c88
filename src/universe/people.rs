//! Agents and customers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dialects::{OfAgent, OfCustomer};

/// Somebody, or an AI, who takes calls for the contact centre.
#[derive(Debug)]
pub struct Agent {
    /// Its name in the scenario.
    pub id: Box<str>,
    /// What people call it.
    pub name: Name,
    /// Its e-mail address.
    pub email: Option<Box<str>>,
    /// Its extension's number.
    pub extension: Option<Box<str>>,
    /// Whether it can take a call, as the scenario starts.
    pub state: AgentState,
    /// What vendors add to it.
    pub data: OfAgent,
}

/// Whether an agent can take a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// It can.
    #[default]
    Available,
    /// It cannot now.
    Unavailable,
    /// It has no right to.
    NoAccess,
    /// The vendors behave as if it did not exist.
    Unknown,
}

/// Somebody whom the contact centre knows.
#[derive(Debug)]
pub struct Customer {
    /// Its name in the scenario.
    pub id: Box<str>,
    /// What people call it.
    pub name: Option<Name>,
    /// The numbers it calls from.
    pub phones: Vec<Box<str>>,
    /// The tickets it has.
    pub tickets: Vec<Box<str>>,
    /// What vendors add to it.
    pub data: OfCustomer,
}

/// A person's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The whole name, as shown.
    pub display: Box<str>,
    /// The given name, where it is told apart.
    pub given: Option<Box<str>>,
    /// The family name, where it is told apart.
    pub family: Option<Box<str>>,
}
