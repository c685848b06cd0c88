//! CCAI Platform's operations, a file each.

mod create_call;
mod fetch_recording;
mod get_customer_flag;
mod list_calls;
mod update_customer_flag;

use crate::vendor::endpoints;

endpoints![create_call, get_customer_flag, update_customer_flag, list_calls, fetch_recording];
