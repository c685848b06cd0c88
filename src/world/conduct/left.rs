//! What a client has left undone with a list, as of now.

use std::sync::Arc;

use crate::contract::{Example, ExampleRequest, Finding, Sighting};
use crate::world::Kept;

/// Something of a list that a client left: the pages that follow, a page that was refused, a stretch
/// of time. Only the absence of later requests shows it.
#[derive(Debug, Clone)]
pub struct Left {
    /// The finding about it.
    pub finding: &'static Finding,
    /// The exchange of its last page, if it is known.
    pub last: Option<Arc<Kept>>,
    /// The missing part, in words.
    pub detail: String,
    /// The range of times that the list is of. Other walks may have covered it.
    pub window: Option<WindowId>,
}

/// A window by its list and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowId {
    /// A hash of the list, without times and page.
    pub list: u64,
    /// The number of the window.
    pub number: u64,
}

impl Left {
    /// The finding, with the operation and the test of the last page.
    #[must_use]
    pub fn sighting(&self) -> Sighting {
        Sighting {
            finding: self.finding,
            operation: self.last.as_ref().and_then(|last| last.operation),
            test: self.last.as_ref().and_then(|last| last.test.clone()),
        }
    }

    /// The exchange of the last page, as `shown` shows its request, with the finding added.
    #[must_use]
    pub fn example(&self, shown: impl FnOnce(&Kept) -> ExampleRequest) -> Option<Example> {
        let last = self.last.as_deref()?;
        let (request, met) = (shown(last), Arc::clone(&last.met));
        let mut example = Example { request, status: last.status, answer: None, met };
        let met = Arc::make_mut(&mut example.met);
        met.findings.push(self.finding);
        met.details.push((self.finding, self.detail.clone()));
        Some(example)
    }
}
