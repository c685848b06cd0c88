//! commubo's operations, one file each.

mod get_call;
mod get_call_sound;
mod list_calls;

use crate::vendor::endpoints;

endpoints![list_calls, get_call, get_call_sound];
