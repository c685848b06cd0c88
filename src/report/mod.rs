//! Reports for people and machines, drawn from what vendors promise.

pub mod called;
pub mod catalogue;
pub mod coverage;
