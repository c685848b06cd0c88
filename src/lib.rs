//! callmock
pub mod contract;
pub mod dialects;
pub mod nearest;
pub mod scenario;
pub mod universe;
