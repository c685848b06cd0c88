//! The vendors, a folder each. No folder names another; this list is the only place that knows them
//! all.

use crate::contract::{Catalogue, Reading};
use crate::vendor::Vendor;

pub mod alibaba;
pub mod ccai;
pub mod commubo;
pub mod sencloud;

/// Every vendor that is served.
pub static ALL: &[&dyn Vendor] = &[&commubo::Commubo, &ccai::Ccai, &alibaba::Alibaba, &sencloud::Sencloud];

/// What every vendor promises.
pub fn catalogues() -> impl Iterator<Item = &'static Catalogue> + Clone {
    ALL.iter().map(|vendor| vendor.catalogue())
}

/// Every reading that a scenario may choose.
#[must_use]
pub fn readings() -> Vec<&'static Reading> {
    catalogues().flat_map(|catalogue| catalogue.readings.iter().copied()).collect()
}
