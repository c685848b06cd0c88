//! A persistent sequence: a list that never changes. A changed copy shares nearly all of its memory
//! with the original, so a reader can keep an old one for as long as it likes.
//!
//! It is a counted B+ tree. The leaves hold the items, and each inner node knows how many items each
//! of its children holds. A change copies one leaf and the inner nodes above it.

use std::sync::Arc;

/// The most children of an inner node.
const CHILDREN: usize = 16;

/// A persistent sequence, with at most `LEAF` items in each leaf.
#[derive(Debug, Clone)]
pub struct Sequence<T, const LEAF: usize> {
    root: Node<T>,
}

/// A part of the tree. All leaves are equally deep. No part is empty, except the root of an empty
/// sequence.
#[derive(Debug)]
enum Node<T> {
    Leaf(Arc<[T]>),
    Inner(Arc<[Child<T>]>),
}

#[derive(Debug)]
struct Child<T> {
    /// The number of items of the node, from its first one to the end of this child.
    end: usize,
    node: Node<T>,
}

// A derived `Clone` would ask for one of `T`.
impl<T> Clone for Node<T> {
    fn clone(&self) -> Self {
        match self {
            Node::Leaf(items) => Node::Leaf(Arc::clone(items)),
            Node::Inner(children) => Node::Inner(Arc::clone(children)),
        }
    }
}

impl<T> Clone for Child<T> {
    fn clone(&self) -> Self {
        Self { end: self.end, node: self.node.clone() }
    }
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Node::Leaf(Arc::default())
    }
}

impl<T, const LEAF: usize> Default for Sequence<T, LEAF> {
    fn default() -> Self {
        Self { root: Node::default() }
    }
}

impl<T: Clone, const LEAF: usize> From<Vec<T>> for Sequence<T, LEAF> {
    /// Builds the tree once, from full leaves.
    fn from(items: Vec<T>) -> Self {
        let mut level: Vec<Node<T>> = items.chunks(LEAF).map(|items| Node::Leaf(items.into())).collect();
        while level.len() > 1 {
            level = level.chunks(CHILDREN).map(|nodes| Node::above(nodes.iter().cloned())).collect();
        }
        Self { root: level.pop().unwrap_or_default() }
    }
}

impl<T: Clone, const LEAF: usize> Sequence<T, LEAF> {
    /// The number of items.
    pub fn len(&self) -> usize {
        self.root.len()
    }

    /// The item at an index.
    pub fn get(&self, index: usize) -> Option<&T> {
        let (leaf, start) = self.leaf(index)?;
        leaf.get(index - start)
    }

    /// The leaf that holds the item at an index, and the index of the leaf's first item.
    pub fn leaf(&self, index: usize) -> Option<(&Arc<[T]>, usize)> {
        let (mut node, mut start) = (&self.root, 0);
        loop {
            match node {
                Node::Leaf(items) => return (index - start < items.len()).then_some((items, start)),
                Node::Inner(children) => {
                    let n = children.partition_point(|child| child.end <= index - start);
                    node = &children.get(n)?.node;
                    start += begin(children, n);
                }
            }
        }
    }

    /// Every item, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        let mut next = 0;
        let leaves = std::iter::from_fn(move || {
            let (leaf, start) = self.leaf(next)?;
            next = start + leaf.len();
            Some(leaf.iter())
        });
        leaves.flatten()
    }

    /// The number of items at the beginning for which `is_before` is true. It must be false for all
    /// items after the first one for which it is false.
    pub fn partition_point(&self, is_before: impl Fn(&T) -> bool) -> usize {
        let (mut node, mut start) = (&self.root, 0);
        loop {
            match node {
                Node::Leaf(items) => return start + items.partition_point(&is_before),
                Node::Inner(children) => {
                    let later = children.partition_point(|child| child.node.first().is_some_and(&is_before));
                    let n = later.saturating_sub(1);
                    node = &children[n].node;
                    start += begin(children, n);
                }
            }
        }
    }

    /// This sequence with one item more, which then has the index `at`.
    #[must_use]
    pub fn inserted(&self, at: usize, item: T) -> Self {
        let (first, second) = self.root.inserted::<LEAF>(at, item);
        let root = match second {
            None => first,
            Some(second) => Node::above([first, second].into_iter()),
        };
        Self { root }
    }

    /// This sequence with another item at an index that it has.
    #[must_use]
    pub fn replaced(&self, at: usize, item: T) -> Self {
        Self { root: self.root.replaced(at, item) }
    }
}

impl<T: Clone> Node<T> {
    fn above(nodes: impl Iterator<Item = Node<T>>) -> Self {
        let mut end = 0;
        let children = nodes.map(|node| {
            end += node.len();
            Child { end, node }
        });
        Node::Inner(children.collect())
    }

    fn len(&self) -> usize {
        match self {
            Node::Leaf(items) => items.len(),
            Node::Inner(children) => children.last().map_or(0, |child| child.end),
        }
    }

    fn first(&self) -> Option<&T> {
        let mut node = self;
        loop {
            match node {
                Node::Leaf(items) => return items.first(),
                Node::Inner(children) => node = &children.first()?.node,
            }
        }
    }

    /// This node with one item more: one node, or two if it was full.
    fn inserted<const LEAF: usize>(&self, at: usize, item: T) -> (Self, Option<Self>) {
        match self {
            Node::Leaf(items) => {
                let (before, after) = items.split_at(at);
                let all = before.iter().cloned().chain([item]).chain(after.iter().cloned());
                if items.len() < LEAF {
                    return (Node::Leaf(all.collect()), None);
                }
                let mut left: Vec<T> = all.collect();
                let right = left.split_off(cut(left.len(), at));
                (Node::Leaf(left.into()), Some(Node::Leaf(right.into())))
            }
            Node::Inner(children) => {
                let mut n = children.partition_point(|child| child.end < at);
                // Of two children that an item lies between, the smaller one takes it.
                let next = children.get(n + 1).map(|next| next.node.len());
                if children[n].end == at && next.is_some_and(|next| next < children[n].node.len()) {
                    n += 1;
                }
                let begin = begin(children, n);
                let (first, second) = children[n].node.inserted::<LEAF>(at - begin, item);
                let first = Child { end: begin + first.len(), node: first };
                let second = second.map(|node| Child { end: children[n].end + 1, node });
                let count = children.len() + usize::from(second.is_some());
                let after =
                    children[n + 1..].iter().map(|child| Child { end: child.end + 1, ..child.clone() });
                let all = children[..n].iter().cloned().chain([first]).chain(second).chain(after);
                if count <= CHILDREN {
                    return (Node::Inner(all.collect()), None);
                }
                let mut left: Vec<Child<T>> = all.collect();
                let mut right = left.split_off(cut(count, n + 1));
                let end = left.last().map_or(0, |child| child.end);
                for child in &mut right {
                    child.end -= end;
                }
                (Node::Inner(left.into()), Some(Node::Inner(right.into())))
            }
        }
    }

    fn replaced(&self, at: usize, item: T) -> Self {
        match self {
            Node::Leaf(items) => {
                let (before, after) = (&items[..at], &items[at + 1..]);
                Node::Leaf(before.iter().cloned().chain([item]).chain(after.iter().cloned()).collect())
            }
            Node::Inner(children) => {
                let n = children.partition_point(|child| child.end <= at);
                let node = children[n].node.replaced(at - begin(children, n), item);
                let child = Child { end: children[n].end, node };
                let (before, after) = (&children[..n], &children[n + 1..]);
                Node::Inner(before.iter().cloned().chain([child]).chain(after.iter().cloned()).collect())
            }
        }
    }
}

/// The number of items before a child.
fn begin<T>(children: &[Child<T>], n: usize) -> usize {
    n.checked_sub(1).map_or(0, |before| children[before].end)
}

/// The place at which a node of `count` parts is cut in two, if the part at `new` is the new one.
/// A part that comes near an end is cut off with what is beyond it. Items that come in order then
/// leave full nodes behind.
fn cut(count: usize, new: usize) -> usize {
    let edge = count / 8;
    if new + edge >= count {
        new
    } else if new < edge {
        new + 1
    } else {
        count / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A sequence with nodes so small that a few hundred items make a deep tree.
    type Small = Sequence<u32, 3>;

    fn leaves<const LEAF: usize>(sequence: &Sequence<u32, LEAF>) -> usize {
        let mut next = 0;
        let leaves = std::iter::from_fn(|| {
            let (leaf, start) = sequence.leaf(next)?;
            next = start + leaf.len();
            Some(())
        });
        leaves.count()
    }

    proptest! {
        #[test]
        fn a_sequence_is_as_a_list_and_its_older_copies_never_change(
            first in prop::collection::vec(0_u32..1000, 0..200),
            steps in prop::collection::vec((any::<prop::sample::Index>(), 0_u32..1000, any::<bool>()), 0..400),
        ) {
            let (mut sequence, mut list) = (Small::from(first.clone()), first);
            let mut kept = vec![];
            for (n, (index, item, replace)) in steps.into_iter().enumerate() {
                if replace && !list.is_empty() {
                    let at = index.index(list.len());
                    list[at] = item;
                    sequence = sequence.replaced(at, item);
                } else {
                    let at = index.index(list.len() + 1);
                    list.insert(at, item);
                    sequence = sequence.inserted(at, item);
                }
                if n % 50 == 0 {
                    kept.push((sequence.clone(), list.clone()));
                }
            }
            kept.push((sequence, list));
            for (sequence, list) in kept {
                prop_assert_eq!(sequence.len(), list.len());
                prop_assert_eq!(sequence.iter().copied().collect::<Vec<_>>(), list.clone());
                for (n, item) in list.iter().enumerate() {
                    prop_assert_eq!(sequence.get(n), Some(item));
                }
                prop_assert_eq!(sequence.get(list.len()), None);
            }
        }

        #[test]
        fn a_sorted_sequence_finds_the_place_of_each_item(
            items in prop::collection::vec(0_u32..300, 0..600), sought in 0_u32..300,
        ) {
            let mut sorted = Small::default();
            for item in &items {
                let at = sorted.partition_point(|other| other <= item);
                sorted = sorted.inserted(at, *item);
            }
            let mut list = items;
            list.sort_unstable();
            prop_assert_eq!(sorted.iter().copied().collect::<Vec<_>>(), list.clone());
            prop_assert_eq!(
                sorted.partition_point(|item| *item < sought),
                list.partition_point(|item| *item < sought)
            );
        }
    }

    #[test]
    fn items_that_come_in_order_leave_full_leaves_behind() {
        let mut upward = Sequence::<u32, 32>::default();
        let (mut downward, mut before_the_last) = (upward.clone(), upward.inserted(0, 0));
        for n in 0..3200 {
            upward = upward.inserted(n, 0);
            downward = downward.inserted(0, 0);
            before_the_last = before_the_last.inserted(n, 0);
        }
        for sequence in [upward, downward, before_the_last] {
            let leaves = leaves(&sequence);
            assert!((100..=110).contains(&leaves), "{leaves} leaves of 32 hold {} items", sequence.len());
        }
    }
}
