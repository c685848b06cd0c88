//! Which calls of a scenario an answer shows. Coverage counts them where the scenario asks for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::universe::Ordinal;
use crate::vendor::Vendor;
use crate::world::{WireIds, World};

/// Reads the calls' ids in a body, frame by frame.
pub struct Shown {
    ids: Arc<WireIds>,
    /// The beginning of an id at the end of the last frame.
    rest: Vec<u8>,
    seen: BTreeSet<Arc<str>>,
}

impl Shown {
    /// A reader of a vendor's answer. `None` if the scenario's calls are not counted.
    pub fn of(vendor: &'static dyn Vendor, world: &World) -> Option<Self> {
        if !world.scenario().count_calls {
            return None;
        }
        let ids = world.wire_ids(vendor.name(), || {
            let view = world.view();
            let all = (0..world.universe().len()).filter_map(|n| {
                let ordinal = Ordinal(u32::try_from(n).ok()?);
                let name: Arc<str> = view.call(ordinal)?.id.to_string().into();
                Some((vendor.call_id(&view, ordinal)?, name))
            });
            all.collect()
        });
        Some(Self { ids, rest: vec![], seen: BTreeSet::new() })
    }

    /// Reads one frame.
    pub fn read(&mut self, frame: &[u8]) {
        let is_of_id = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_*".contains(byte);
        let mut text = std::mem::take(&mut self.rest);
        text.extend_from_slice(frame);
        let end = text.iter().rposition(|byte| !is_of_id(byte)).map_or(0, |last| last + 1);
        self.rest = text.split_off(end);
        for word in text.split(|byte| !is_of_id(byte)) {
            self.note(word);
        }
    }

    fn note(&mut self, word: &[u8]) {
        let known = std::str::from_utf8(word).ok().and_then(|word| self.ids.get(word));
        self.seen.extend(known.map(Arc::clone));
    }

    /// The calls that the body shows, and all calls that the vendor could show.
    pub fn finish(mut self) -> (BTreeSet<Arc<str>>, Arc<WireIds>) {
        let rest = std::mem::take(&mut self.rest);
        self.note(&rest);
        (self.seen, self.ids)
    }
}
