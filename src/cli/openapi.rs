//! `callmock openapi VENDOR`

use super::exit::Exit;
use super::output::print;
use crate::contract::Readings;
use crate::nearest::did_you_mean;
use crate::vendors;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Whose; a name that is none is answered with those there are
    #[arg(value_name = "VENDOR", value_parser = vendor)]
    vendor: String,
}

/// A vendor's name.
///
/// # Errors
/// Where there is none of that name.
pub fn vendor(name: &str) -> Result<String, String> {
    let names: Vec<&str> = vendors::catalogues().map(|catalogue| catalogue.vendor).collect();
    if names.contains(&name) {
        return Ok(name.to_owned());
    }
    Err(format!(
        "there is no such vendor{}; there are {}",
        did_you_mean(name, names.clone()),
        names.join(", ")
    ))
}

pub fn run(args: &Args) -> Exit {
    let found = vendors::ALL.iter().find(|vendor| vendor.catalogue().vendor == args.vendor);
    found.map_or(Exit::Usage, |vendor| print(&format!("{:#}\n", vendor.openapi(&Readings::default()))))
}
