//! The lengths of conversations.

use super::chance::Chance;

/// A distribution of lengths by two of its quantiles, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Talk {
    /// Half of the conversations are shorter.
    pub median: u32,
    /// Nineteen of twenty conversations are shorter.
    pub p95: u32,
}

/// The quantiles of a distribution with a long tail, as many conversations have it. Below the
/// median, in thousandths of the median.
const LOWER: &[(u32, u64)] = &[
    (0, 20),
    (50, 220),
    (100, 330),
    (150, 430),
    (200, 520),
    (250, 610),
    (300, 690),
    (350, 770),
    (400, 845),
    (450, 920),
    (500, 1000),
];

/// Above the median, in thousandths of the way from the median to the 95th percentile.
const UPPER: &[(u32, u64)] = &[
    (500, 0),
    (550, 42),
    (600, 88),
    (650, 141),
    (700, 203),
    (750, 277),
    (800, 369),
    (850, 492),
    (900, 673),
    (950, 1000),
    (960, 1100),
    (970, 1220),
    (980, 1400),
    (990, 1750),
    (1000, 2600),
];

impl Talk {
    /// A random length. It is computed from integers, so that it is the same on every machine.
    pub fn pick(self, chance: &mut Chance) -> u32 {
        let share = chance.between(0, 999_999);
        let (median, p95) = (u64::from(self.median), u64::from(self.p95));
        let millis = if share < 500_000 {
            median * between(LOWER, share) / 1_000_000
        } else {
            median + p95.saturating_sub(median) * between(UPPER, share) / 1_000_000
        };
        u32::try_from(millis).unwrap_or(u32::MAX).max(1)
    }
}

/// Interpolates a table linearly. `share` is in millionths, and the result in thousandths of the
/// table's unit.
fn between(table: &[(u32, u64)], share: u32) -> u64 {
    let next = table.partition_point(|(at, _)| at * 1000 <= share).clamp(1, table.len() - 1);
    let ((from, low), (to, high)) = (table[next - 1], table[next]);
    let within = u64::from(share - from * 1000);
    low * 1000 + (high - low) * within / u64::from(to - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_lengths_are_below_the_median_and_nineteen_of_twenty_below_the_percentile() {
        let talk = Talk { median: 180_000, p95: 600_000 };
        let mut chance = Chance::of(7, 0);
        let mut lengths: Vec<u32> = (0..100_000).map(|_| talk.pick(&mut chance)).collect();
        lengths.sort_unstable();
        assert!((178_000..182_000).contains(&lengths[50_000]), "{}", lengths[50_000]);
        assert!((590_000..610_000).contains(&lengths[95_000]), "{}", lengths[95_000]);
        assert!(lengths[0] >= 3000 && lengths[99_999] <= 1_272_000, "{} {}", lengths[0], lengths[99_999]);
    }
}
