//! `callmock schema`

use super::Exit;
use crate::scenario;

pub fn run() -> Exit {
    super::print(&format!("{:#}\n", scenario::schema()))
}
