//! Pairwise combinations of readings' options: few rows in which every two options of different
//! readings meet. They find a failure that depends on two options without trying the whole product.

use super::Reading;

/// A reading with one of its options.
pub type Chosen = (&'static Reading, &'static str);

/// Rows with one option of each reading. Every pair of options of two readings stands in at least
/// one row.
///
/// The algorithm is greedy and deterministic. A row takes, reading by reading, the option that
/// covers the most pairs that are in no row yet.
#[must_use]
pub fn rows(readings: &[(&'static Reading, Vec<&'static str>)]) -> Vec<Vec<Chosen>> {
    let mut open = Pairs::all(readings);
    let mut rows = vec![];
    while let Some(first) = open.first() {
        let mut row: Vec<Option<usize>> = vec![None; readings.len()];
        row[first.0.0] = Some(first.0.1);
        row[first.1.0] = Some(first.1.1);
        for n in 0..readings.len() {
            if row[n].is_none() {
                let gain = |option: &usize| open.gain(&row, n, *option);
                // `max_by_key` takes the last of the best. The default comes first, and has been
                // tried by itself.
                row[n] = (0..readings[n].1.len()).max_by_key(gain);
            }
        }
        open.cover(&row);
        rows.push(row);
    }
    let chosen = |row: Vec<Option<usize>>| {
        let options = row.into_iter().enumerate();
        options.filter_map(|(n, option)| Some((readings[n].0, readings[n].1[option?]))).collect()
    };
    rows.into_iter().map(chosen).collect()
}

/// The index of a reading, and of its option.
type Place = (usize, usize);

/// The pairs that are in no row yet.
struct Pairs(std::collections::BTreeSet<(Place, Place)>);

impl Pairs {
    fn all(readings: &[(&'static Reading, Vec<&'static str>)]) -> Self {
        let places: Vec<Place> = readings
            .iter()
            .enumerate()
            .flat_map(|(n, (_, all))| (0..all.len()).map(move |o| (n, o)))
            .collect();
        let pairs = places.iter().flat_map(|a| places.iter().map(move |b| (*a, *b)));
        Self(pairs.filter(|(a, b)| a.0 < b.0).collect())
    }

    fn first(&self) -> Option<(Place, Place)> {
        self.0.first().copied()
    }

    /// The number of open pairs that an option covers together with the options chosen so far.
    fn gain(&self, row: &[Option<usize>], n: usize, option: usize) -> usize {
        let with = row.iter().enumerate().filter_map(|(other, chosen)| Some((other, (*chosen)?)));
        with.filter(|other| self.0.contains(&sorted((n, option), *other))).count()
    }

    fn cover(&mut self, row: &[Option<usize>]) {
        let places: Vec<Place> =
            row.iter().enumerate().filter_map(|(n, option)| Some((n, (*option)?))).collect();
        self.0.retain(|(a, b)| !(places.contains(a) && places.contains(b)));
    }
}

fn sorted(a: Place, b: Place) -> (Place, Place) {
    if a < b { (a, b) } else { (b, a) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    static READINGS: [Reading; 12] = {
        const fn reading(id: &'static str) -> Reading {
            Reading { id, question: "", options: &["a", "b", "c"], source: "" }
        }
        [
            reading("r0"),
            reading("r1"),
            reading("r2"),
            reading("r3"),
            reading("r4"),
            reading("r5"),
            reading("r6"),
            reading("r7"),
            reading("r8"),
            reading("r9"),
            reading("r10"),
            reading("r11"),
        ]
    };

    proptest! {
        #[test]
        fn every_two_options_meet_in_far_fewer_rows_than_the_product(sizes in prop::collection::vec(1_usize..4, 0..12)) {
            let readings: Vec<(&'static Reading, Vec<&'static str>)> = sizes
                .iter()
                .zip(&READINGS)
                .map(|(size, reading)| (reading, reading.options[..*size].to_vec()))
                .collect();
            let rows = rows(&readings);
            for (n, (a, of_a)) in readings.iter().enumerate() {
                for (b, of_b) in &readings[n + 1..] {
                    for option_a in of_a {
                        for option_b in of_b {
                            let both = |row: &Vec<Chosen>| {
                                let has = |reading: &Reading, option| {
                                    row.iter().any(|(r, o)| r.id == reading.id && o == option)
                                };
                                has(a, option_a) && has(b, option_b)
                            };
                            prop_assert!(rows.iter().any(both), "{} {option_a} with {} {option_b}", a.id, b.id);
                        }
                    }
                }
            }
            prop_assert!(rows.iter().all(|row| row.len() == readings.len()));
            // Nine rows are the fewest for three options a reading. The greedy choice needs some
            // more; the product has 531 441.
            prop_assert!(rows.len() <= 36, "{} rows for {sizes:?}", rows.len());
        }
    }
}
