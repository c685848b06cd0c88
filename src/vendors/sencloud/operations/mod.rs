//! Sencloud's operations, a file or a folder each.

mod fetch_recording;
mod list_call_logs;

use crate::vendor::endpoints;

endpoints![list_call_logs, fetch_recording];
