//! Reports for people and machines, made from the vendors' catalogues and the counts of worlds.

pub mod badge;
pub mod baseline;
pub mod called;
pub mod catalogue;
mod counted;
pub mod coverage;
pub mod diff;
pub mod entry;
pub mod exclusions;
pub mod har;
pub mod how;
pub mod html;
pub mod junit;
pub mod kept;
pub mod matrix;
pub mod oracle;
pub mod rehearsal;
pub mod sarif;
pub mod sightings;
pub mod source;
pub mod suggest;
pub mod suite;
pub mod text;
