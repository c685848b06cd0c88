//! A request of the journal as it arrived, for questions that are asked afterwards.

use std::sync::Arc;

use axum::http::Request;
use axum::http::request::Parts;
use bytes::Bytes;

use super::{Context, Known, LongWork, Notes, Vendor};
use crate::world::{Kept, Stop, World};

/// The request of an exchange, decoded as `vendor` decodes it. `None` if the journal keeps only a
/// part of it.
#[must_use]
pub fn again(vendor: &dyn Vendor, world: &Arc<World>, kept: &Kept) -> Option<Parts> {
    let (raw, sent) = (&kept.raw, kept.raw.sent());
    let is_whole = raw.query_left_out() + sent.headers_left_out == 0 && sent.total == sent.body.len() as u64;
    let mark = if raw.query().is_empty() { "" } else { "?" };
    let mut request =
        Request::builder().method(raw.method()).uri(format!("{}{mark}{}", raw.path(), raw.query()));
    for (name, value) in sent.headers() {
        request = request.header(name, value);
    }
    let (mut parts, ()) = request.body(()).ok().filter(|_| is_whole)?.into_parts();
    let body = Bytes::copy_from_slice(sent.body);
    vendor.decode(&mut parts, &body);
    parts.extensions.insert(Context::from(Known {
        world: Arc::clone(world),
        operation: None,
        allowed: [].into(),
        segments: [].into(),
        notes: Notes::default(),
        body,
        pinned: kept.pinned.clone(),
        place: Arc::default(),
        stop: Stop::default(),
        long_work: LongWork::default(),
    }));
    Some(parts)
}
