//! The findings of a coverage that count: those neither excluded nor expected by a test.

use super::coverage::{Count, Coverage, Made};
use super::sightings::Sighting;

impl Made<'_> {
    /// Whether the finding counts: it is not excluded, and tests did not expect all of it.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.excluded.is_none() && self.count > self.expected
    }
}

impl Coverage {
    /// The reason why a finding is excluded, if it is.
    #[must_use]
    pub fn excluded_finding(&self, id: &str) -> Option<&str> {
        self.excluded.iter().find_map(|excluded| excluded.finding(id))
    }

    /// The reason why a behavior is excluded, if it is.
    #[must_use]
    pub fn excluded_behavior(&self, id: &str) -> Option<&str> {
        self.excluded.iter().find_map(|excluded| excluded.behavior(id))
    }

    /// The number of times that a test expected a finding or a refusal.
    #[must_use]
    pub fn expected_of(&self, id: &str) -> u64 {
        self.expected.iter().find(|expected| expected.id == id).map_or(0, |expected| expected.count)
    }

    /// The findings that no test expected, by operation and test. Findings in files of earlier
    /// versions have no operation and no test.
    #[must_use]
    pub fn sightings(&self) -> Vec<Sighting> {
        let mut all = self.sightings.clone();
        for Count { id, count } in &self.findings {
            let named = all.iter().filter(|seen| seen.id == *id).map(|seen| seen.count).sum::<u64>();
            let count = count.saturating_sub(named.saturating_add(self.expected_of(id)));
            let rest = Sighting { id: id.clone(), operation: None, test: None, count };
            all.extend(Some(rest).filter(|_| count > 0));
        }
        all
    }
}
