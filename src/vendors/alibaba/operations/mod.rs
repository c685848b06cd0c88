//! Alibaba's operations, one file or folder each.

mod fetch_recording;
mod get_call_detail_record;
mod get_mono_recording;
mod list_call_detail_records;

use crate::vendor::endpoints;

endpoints![list_call_detail_records, get_call_detail_record, get_mono_recording, fetch_recording];

pub use fetch_recording::{is_own as is_of_storage, refused as refused_by_storage};
pub use list_call_detail_records::shown as shown_in_list;
pub use list_call_detail_records::{CHINA, item, options};
