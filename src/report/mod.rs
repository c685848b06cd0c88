//! Reports for people and machines, drawn from what vendors promise.

pub mod badge;
pub mod called;
pub mod catalogue;
pub mod coverage;
pub mod exclusions;
pub mod html;
pub mod junit;
pub mod oracle;
pub mod sarif;
