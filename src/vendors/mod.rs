//! The vendors, a folder each. No folder names another; this list is the only place that knows them all.

use crate::exchange::Vendor;

pub mod alibaba;
pub mod commubo;

/// Every vendor that is served.
pub static ALL: &[&dyn Vendor] = &[&commubo::Commubo, &alibaba::Alibaba];
