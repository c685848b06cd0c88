//! The memory of client behaviour: what was refused lately, and how clients page through lists.

mod attempts;
mod walks;

pub use attempts::{Attempts, Earlier, Why};
pub use walks::{Step, TakenStep, UnfinishedWalk, Visited, Walks};
