//! The moment and the zone from which relative times are counted.

use std::cell::Cell;

use chrono::{DateTime, Utc};

use super::zone::Zone;

/// The moment and the zone from which relative times are counted.
#[derive(Debug)]
pub struct Origin {
    /// The moment at which the world's clock starts.
    pub moment: DateTime<Utc>,
    /// The zone of days and hours.
    pub zone: Zone,
    /// Whether any time was counted from the moment.
    used: Cell<bool>,
}

impl Origin {
    /// An origin from which nothing has been counted yet.
    #[must_use]
    pub fn new(moment: DateTime<Utc>, zone: Zone) -> Self {
        Self { moment, zone, used: Cell::new(false) }
    }

    /// Whether any time was counted from this origin. Without one, the scenario is the same at
    /// every moment.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.used.get()
    }

    /// The same moment in another zone, from which nothing has been counted yet.
    #[must_use]
    pub fn within(&self, zone: Zone) -> Self {
        Self::new(self.moment, zone)
    }

    /// Notes that a time was counted from this origin, if one was.
    pub fn note_if(&self, used: bool) {
        if used {
            self.note();
        }
    }

    /// Notes that a time was counted from this origin.
    pub(super) fn note(&self) {
        self.used.set(true);
    }
}
