//! Alibaba's operations, a file or a folder each.

mod list_call_detail_records;

use crate::vendor::endpoints;

endpoints![list_call_detail_records];
