//! The name of this vendor: its folder, its key in scenarios and the first segment of its ids.

/// The vendor's name.
pub const NAME: &str = "sencloud";
