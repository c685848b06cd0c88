//! The first of many items, without sorting them all.

/// The first `most` of many items, in ascending order. Memory holds at most twice as many.
#[derive(Debug)]
pub struct First<T> {
    most: usize,
    kept: Vec<T>,
    /// Whether the item at `most - 1` is the last that may still be among the first.
    is_bounded: bool,
}

impl<T: Ord> First<T> {
    /// No items yet.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, kept: vec![], is_bounded: false }
    }

    /// Adds an item.
    pub fn add(&mut self, item: T) {
        if self.most == 0 || (self.is_bounded && item >= self.kept[self.most - 1]) {
            return;
        }
        self.kept.push(item);
        if self.kept.len() >= self.most.saturating_mul(2) {
            self.cut();
        }
    }

    /// The first items, in ascending order.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<T> {
        if self.kept.len() > self.most {
            self.cut();
        }
        self.kept.sort_unstable();
        self.kept
    }

    fn cut(&mut self) {
        self.kept.select_nth_unstable(self.most - 1);
        self.kept.truncate(self.most);
        self.is_bounded = true;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_items_are_those_that_sorting_puts_first(
            items in prop::collection::vec(0_u8..50, 0..200),
            most in prop_oneof![0_usize..60, Just(usize::MAX)],
        ) {
            let mut first = First::new(most);
            for item in &items {
                first.add(*item);
            }
            let mut sorted = items;
            sorted.sort_unstable();
            sorted.truncate(most);
            prop_assert_eq!(first.into_sorted(), sorted);
        }
    }
}
