//! The vendors, one folder each. No folder uses another. Only this file lists them all.

use crate::contract::{Catalogue, Reading};
use crate::vendor::Vendor;

pub mod alibaba;
pub mod ccai;
pub mod commubo;
pub mod sencloud;

/// Every vendor that callmock serves.
pub static ALL: &[&dyn Vendor] = &[&commubo::Commubo, &ccai::Ccai, &alibaba::Alibaba, &sencloud::Sencloud];

/// The catalogue of every vendor.
pub fn catalogues() -> impl Iterator<Item = &'static Catalogue> + Clone {
    ALL.iter().map(|vendor| vendor.catalogue())
}

/// Every reading of every vendor.
#[must_use]
pub fn readings() -> Vec<&'static Reading> {
    catalogues().flat_map(|catalogue| catalogue.readings.iter().copied()).collect()
}
