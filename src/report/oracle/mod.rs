//! A team's own table of calls held against the truth: each value exact, coarser because the vendor
//! tells no more, absent because it tells nothing, or a mistake.

mod compare;
mod diff;
mod rows;

pub use compare::diff;
pub use diff::{Calls, Diff, Discrepancy, Tally};
pub use rows::{Row, read};
