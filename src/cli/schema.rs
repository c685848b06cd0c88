//! `callmock schema`

use super::exit::Exit;
use super::output::print;
use crate::scenario;

pub fn run() -> Exit {
    print(&format!("{:#}\n", scenario::schema()))
}
