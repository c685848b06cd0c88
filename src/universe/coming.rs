//! When records come and change: how long after a call's end each vendor's lists have it, and how
//! long after it the recording, the rating and the note are there.
//!
//! Each time is a function of the call, the seed and the clock alone.

use chrono::TimeDelta;

use super::reference::Ordinal;
use super::scramble::scramble;
use crate::times::Millis;

/// A length of time that differs from call to call: log-normal, as the latencies of real services
/// are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Half of the times are shorter.
    pub median: Millis,
    /// 99 of 100 times are shorter. If it is the median, all times are the same.
    pub p99: Millis,
}

/// The standard deviations above the median below which 99 of 100 values of a normal distribution
/// are.
const OF_P99: f64 = 2.326_347_9;

/// The most standard deviations from the median: one value in ten thousand is further above it.
const MOST: f64 = 3.719_016_5;

impl Spread {
    /// The time of an event of a call, from its end on. `what` tells the kinds of events apart.
    fn drawn(self, seed: u64, ordinal: Ordinal, what: &str) -> TimeDelta {
        let salt = what.bytes().fold(0, |salt, byte| scramble(salt ^ u64::from(byte)));
        let bits = scramble(seed ^ scramble(u64::from(ordinal.0) + 1) ^ salt);
        // Two numbers between 0 and 1, neither of which is reached.
        let chance = |bits: u64| (f64::from(u32::try_from(bits).unwrap_or_default()) + 0.5) / 2_f64.powi(32);
        let (one, two) = (chance(bits >> 32), chance(bits & 0xffff_ffff));
        // Box-Muller transform.
        let normal = (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * two).cos();
        self.at(normal.clamp(-MOST, MOST))
    }

    /// The longest time that is drawn.
    #[must_use]
    pub fn longest(self) -> TimeDelta {
        self.at(MOST)
    }

    /// The time at so many standard deviations above the median.
    fn at(self, deviations: f64) -> TimeDelta {
        if self.p99 == Millis(0) {
            return TimeDelta::zero();
        }
        let (median, p99) = (f64::from(self.median.0), f64::from(self.p99.0));
        let millis = median * ((p99 / median).ln() / OF_P99 * deviations).exp();
        #[expect(clippy::cast_possible_truncation, reason = "the longest time has fewer than 50 bits")]
        TimeDelta::milliseconds(millis.round() as i64)
    }
}

/// Something about a call that may come after its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The recording, with its address.
    Recording,
    /// The customer's rating.
    Rating,
    /// The note.
    Note,
}

/// When records come and change. By default, all of a call is there at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coming {
    /// By vendor: the time from a call's end to its appearance in lists.
    pub arrivals: Vec<(&'static str, Spread)>,
    /// The time from a call's end to its recording.
    pub recording: Option<Spread>,
    /// The time from a call's end to its rating.
    pub rating: Option<Spread>,
    /// The time from a call's end to its note.
    pub note: Option<Spread>,
}

impl Coming {
    fn arrival(&self, vendor: &str) -> Option<Spread> {
        self.arrivals.iter().find(|(of, _)| *of == vendor).map(|(_, spread)| *spread)
    }

    /// The longest time from a call's end to its appearance in a vendor's lists.
    #[must_use]
    pub fn longest_arrival(&self, vendor: &str) -> TimeDelta {
        self.arrival(vendor).map_or(TimeDelta::zero(), Spread::longest)
    }

    /// The longest time from a call's end until nothing more comes.
    #[must_use]
    pub fn longest(&self) -> TimeDelta {
        let parts = [self.recording, self.rating, self.note].into_iter().flatten();
        let all = self.arrivals.iter().map(|(_, spread)| *spread).chain(parts);
        all.map(Spread::longest).max().unwrap_or_default()
    }

    /// Whether something about a call may come after its end.
    #[must_use]
    pub fn revises(&self) -> bool {
        self.recording.is_some() || self.rating.is_some() || self.note.is_some()
    }

    /// The time from a call's end to its appearance in a vendor's lists.
    #[must_use]
    pub fn until_listed(&self, seed: u64, ordinal: Ordinal, vendor: &str) -> TimeDelta {
        self.arrival(vendor).map_or(TimeDelta::zero(), |spread| spread.drawn(seed, ordinal, vendor))
    }

    /// The time from a call's end until a part of it is there.
    #[must_use]
    pub fn until_there(&self, seed: u64, ordinal: Ordinal, part: Part) -> TimeDelta {
        let (spread, what) = match part {
            Part::Recording => (self.recording, "recording"),
            Part::Rating => (self.rating, "rating"),
            Part::Note => (self.note, "note"),
        };
        spread.map_or(TimeDelta::zero(), |spread| spread.drawn(seed, ordinal, what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_times_are_below_the_median_and_99_of_100_below_the_p99() {
        let spread = Spread { median: Millis(30_000), p99: Millis(600_000) };
        let drawn = |n| spread.drawn(7, Ordinal(n), "one");
        let below = |most: i64| (0..10_000).filter(|n| drawn(*n).num_milliseconds() < most).count();
        assert!((4_850..5_150).contains(&below(30_000)), "{}", below(30_000));
        assert!((9_870..9_930).contains(&below(600_000)), "{}", below(600_000));
        assert!((0..10_000).all(|n| drawn(n) <= spread.longest()));
        assert_eq!(drawn(5), drawn(5), "the same call, the same time");
        assert_ne!(drawn(5), spread.drawn(7, Ordinal(5), "another"), "each vendor has its own");
        assert_ne!(drawn(5), spread.drawn(8, Ordinal(5), "one"), "each seed has its own");
        let fixed = Spread { median: Millis(5_000), p99: Millis(5_000) };
        assert!((0..100).all(|n| fixed.drawn(7, Ordinal(n), "x") == TimeDelta::seconds(5)));
    }
}
