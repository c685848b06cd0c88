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
    /// Whether the generator made the customer up.
    pub made_up: bool,
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
    /// How the name is read, if the person is made up.
    pub reading: Option<Reading>,
}

/// How a name is read: its parts in katakana or in Latin letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The family name.
    pub family: &'static str,
    /// The given name.
    pub given: &'static str,
}

impl Name {
    /// A name of two parts, displayed in the order of its script. In Han characters, kana and
    /// Hangul the family name stands first and nothing between the parts, as in the vendors'
    /// examples (鈴木一郎). In other scripts the given name stands first, unless `family_first`.
    #[must_use]
    pub fn of(given: &str, family: &str, family_first: bool) -> Self {
        let joined = is_east_asian(given) && is_east_asian(family);
        let display = match (joined, family_first) {
            (true, _) => format!("{family}{given}"),
            (false, true) => format!("{family} {given}"),
            (false, false) => format!("{given} {family}"),
        };
        Self {
            display: display.trim().into(),
            given: Some(given.into()),
            family: Some(family.into()),
            reading: None,
        }
    }

    /// A name that is known only as a whole.
    #[must_use]
    pub fn whole(display: &str) -> Self {
        Self { display: display.into(), given: None, family: None, reading: None }
    }
}

/// Whether a text is written in Han characters, kana or Hangul.
fn is_east_asian(text: &str) -> bool {
    let is = |c: char| {
        matches!(c,
            '\u{1100}'..='\u{11ff}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}'
            | '\u{3130}'..='\u{318f}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
            | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3134f}')
    };
    text.chars().next().is_some_and(is)
}
