//! The vendor's name: its folder, its key in scenarios, and the first segment of its ids.

/// The vendor's name.
pub const NAME: &str = "commubo";
