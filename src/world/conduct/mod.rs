//! The memory of client behaviour: what was refused lately, and how clients page through lists.

mod attempts;
mod left;
mod walks;
mod windows;

pub use attempts::{Attempts, Earlier, Failed, InFlight, Tried, Why};
pub use left::{Left, WindowId};
pub use walks::{AskedPage, Step, TakenStep, Visited, WalkRules, Walks};
pub use windows::{AskedTimes, AskedWindow, ShownRow, Windows};
