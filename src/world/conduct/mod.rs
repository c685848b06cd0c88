//! The memory of client behaviour: what was refused lately, and how clients page through lists.

mod attempts;
mod walks;

pub use attempts::{Attempts, Earlier, Failed, InFlight, Tried, Why};
pub use walks::{AskedPage, Step, TakenStep, UnfinishedWalk, Visited, Walks};
