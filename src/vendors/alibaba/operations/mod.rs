//! Alibaba's operations, a file or a folder each.

mod get_call_detail_record;
mod list_call_detail_records;

use crate::vendor::endpoints;

endpoints![list_call_detail_records, get_call_detail_record];
