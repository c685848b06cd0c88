//! commubo's operations, a file each.

mod list_calls;

use crate::vendor::endpoints;

endpoints![list_calls];
