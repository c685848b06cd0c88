//! The oracle: compares a team's own table of calls with the true calls. Each value is exact,
//! coarser because the vendor is less precise, absent because the vendor does not tell it, or a
//! mistake.

mod compare;
mod diff;
mod rows;
mod table;
mod uniform;
mod words;

pub use compare::{Period, diff};
pub use diff::{Calls, Diff, Discrepancy, Facts, Tally, Uniform};
pub use rows::{Row, read, read_table};
pub use words::Words;
