//! When records come and change after their calls' ends.

use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::file::{self, Quantiles};
use crate::scenario::load::{FileEntry, Merged};
use crate::scenario::values::{At, Length};
use crate::times::Millis;
use crate::universe::{Coming, Spread};

/// The longest 99th percentile. Nothing comes later than some times of it.
const LONGEST: Millis = Millis(7 * 24 * 3_600_000);

/// Checks when records come and change.
pub fn coming(merged: &Merged, mistakes: &mut Vec<Diagnostic>) -> Coming {
    let mut coming = Coming::default();
    if let Some(entry) = &merged.arrival {
        for (vendor, key, given) in entry.value.each() {
            // A mistake in the common time is told once.
            let before = mistakes.len();
            coming.arrivals.extend(spread(entry, given, key, mistakes).map(|spread| (vendor, spread)));
            if mistakes.len() > before && key == "delay" {
                break;
            }
        }
    }
    if let Some(entry) = &merged.revisions {
        let mut of = |key, given: &Option<At<file::Spread>>| {
            given.as_ref().and_then(|given| spread(entry, given, key, mistakes))
        };
        let file::Revisions { recording, rating, note } = &entry.value;
        coming.recording = of("recording", recording);
        coming.rating = of("rating", rating);
        coming.note = of("note", note);
    }
    coming
}

fn spread<T>(
    entry: &FileEntry<T>,
    given: &At<file::Spread>,
    key: &str,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Spread> {
    let (median, p99) = match given.value {
        file::Spread::Fixed(Length(always)) => (always, always),
        file::Spread::Drawn(Quantiles { median: Length(median), p99: Length(p99) }) => (median, p99),
    };
    let message = if p99 > LONGEST {
        format!("expected 7 days at most, found {p99}")
    } else if p99 < median {
        format!("`p99` ({p99}) must be no less than `median` ({median}): 99 of 100 times are shorter than it")
    } else if median == Millis(0) && p99 > median {
        "`median` must be over 0, unless `p99` is 0, too".to_owned()
    } else {
        return Some(Spread { median, p99 });
    };
    mistakes.push(entry.mistake(given.place, key, message));
    None
}
