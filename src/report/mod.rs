//! Reports for people and machines, made from the vendors' catalogues and the counts of worlds.

pub mod badge;
pub mod called;
pub mod catalogue;
pub mod coverage;
pub mod exclusions;
pub mod har;
pub mod html;
pub mod junit;
pub mod oracle;
pub mod sarif;
pub mod sightings;
