//! Walks through paged lists: which pages of a list were asked for, and which were not.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use crate::contract::Finding;

/// The walks of a world's clients. Several may go through one list at a time: each first page begins another.
#[derive(Debug, Default)]
pub struct Walks(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    walks: VecDeque<Walk>,
    begun: u64,
    /// Walks that were forgotten before their end, by their finding.
    forgotten: BTreeMap<&'static str, (u64, &'static Finding)>,
}

#[derive(Debug)]
struct Walk {
    id: u64,
    list: u64,
    /// Pages that are known to be there, and were not asked for yet.
    awaited: HashSet<u64>,
    visited: HashSet<u64>,
    unfinished: &'static Finding,
    seq: Option<u64>,
}

/// A page that was answered.
#[derive(Debug)]
pub struct Visited<'a> {
    /// What list it is of: what was searched for and in which order, but not which page.
    pub list: u64,
    /// Which page.
    pub position: &'a str,
    /// Whether it is the page that a walk begins with.
    pub first: bool,
    /// The pages that follow, as far as the answer tells.
    pub onward: Vec<String>,
    /// What it is called if these are never asked for.
    pub unfinished: &'static Finding,
}

/// What a page is in a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The first of a walk.
    Began,
    /// One that an earlier page led to, with more to come.
    Followed,
    /// One that an earlier page led to, and the last that was missing.
    Finished,
    /// One that the same walk was given before.
    Repeated,
    /// One that a page of another list led to.
    OfAnotherList,
    /// One that no page led to.
    Astray,
}

/// A walk that did not come to its end.
#[derive(Debug)]
pub struct Unfinished {
    /// What it is called.
    pub finding: &'static Finding,
    /// The exchange of its last page, where it is known.
    pub seq: Option<u64>,
    /// In words.
    pub detail: String,
    /// How many walks this stands for.
    pub count: u64,
}

impl Walks {
    /// How many walks are remembered.
    const REMEMBERED: usize = 256;
    /// How many pages of each.
    const PAGES: usize = 10_000;

    /// What a text stands for in a walk.
    #[must_use]
    pub fn hash(of: impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        of.hash(&mut hasher);
        hasher.finish()
    }

    /// Notes a page, and tells what it is in which walk.
    pub fn visit(&self, page: &Visited<'_>) -> (Step, u64) {
        let position = Self::hash(page.position);
        let onward: HashSet<u64> = page.onward.iter().map(|position| Self::hash(position.as_str())).collect();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if page.first {
            return (Step::Began, all.begin(page, position, onward));
        }
        let awaits = |walk: &&mut Walk| walk.awaited.contains(&position);
        if let Some(walk) = all.walks.iter_mut().filter(|walk| walk.list == page.list).find(awaits) {
            walk.awaited.remove(&position);
            if walk.visited.len() < Self::PAGES {
                walk.visited.insert(position);
            }
            walk.awaited.extend(onward.difference(&walk.visited));
            let step = if walk.awaited.is_empty() { Step::Finished } else { Step::Followed };
            return (step, walk.id);
        }
        let of_this_list = |walk: &&Walk| walk.list == page.list && walk.visited.contains(&position);
        if let Some(walk) = all.walks.iter().find(of_this_list) {
            return (Step::Repeated, walk.id);
        }
        let elsewhere = all.walks.iter().any(|walk| walk.awaited.contains(&position));
        let step = if elsewhere { Step::OfAnotherList } else { Step::Astray };
        (step, all.begin(page, position, onward))
    }

    /// Whether a walk through a list has not come to its end.
    #[must_use]
    pub fn goes_on(&self, list: u64) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.walks.iter().any(|walk| walk.list == list && !walk.awaited.is_empty())
    }

    /// Which exchange a walk has come to.
    pub fn came_to(&self, walk: u64, seq: u64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(walk) = all.walks.iter_mut().find(|known| known.id == walk) {
            walk.seq = Some(seq);
        }
    }

    /// The walks that have not come to their end, as of now.
    #[must_use]
    pub fn unfinished(&self) -> Vec<Unfinished> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let forgotten = all.forgotten.values().map(|(count, finding)| Unfinished {
            finding,
            seq: None,
            detail: "walks that were begun long ago".to_owned(),
            count: *count,
        });
        let known = all.walks.iter().filter(|walk| !walk.awaited.is_empty()).map(|walk| {
            let (asked, more) = (walk.visited.len(), walk.awaited.len());
            let pages = |n: usize| if n == 1 { "page" } else { "pages" };
            Unfinished {
                finding: walk.unfinished,
                seq: walk.seq,
                detail: format!(
                    "{asked} {} asked for, at least {more} more {} left",
                    pages(asked),
                    pages(more)
                ),
                count: 1,
            }
        });
        forgotten.chain(known).collect()
    }
}

impl All {
    fn begin(&mut self, page: &Visited<'_>, position: u64, awaited: HashSet<u64>) -> u64 {
        self.begun += 1;
        let id = self.begun;
        let visited = HashSet::from([position]);
        self.walks.push_back(Walk {
            id,
            list: page.list,
            awaited,
            visited,
            unfinished: page.unfinished,
            seq: None,
        });
        if self.walks.len() > Walks::REMEMBERED {
            let finished = self.walks.iter().position(|walk| walk.awaited.is_empty()).unwrap_or(0);
            if let Some(walk) = self.walks.remove(finished).filter(|walk| !walk.awaited.is_empty()) {
                self.forgotten.entry(walk.unfinished.id).or_insert((0, walk.unfinished)).0 += 1;
            }
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Severity;

    static STOPPED: Finding =
        Finding { id: "x.stopped", severity: Severity::Warning, summary: "", why: "", fix: "" };

    fn visit(walks: &Walks, list: u64, position: &str, first: bool, onward: &[&str]) -> Step {
        let onward = onward.iter().map(|position| (*position).to_owned()).collect();
        walks.visit(&Visited { list, position, first, onward, unfinished: &STOPPED }).0
    }

    #[test]
    fn two_walks_through_one_list_are_not_mistaken_for_one_that_repeats_its_pages() {
        let walks = Walks::default();
        assert_eq!(visit(&walks, 1, "1", true, &["2", "3"]), Step::Began);
        assert_eq!(visit(&walks, 1, "1", true, &["2", "3"]), Step::Began);
        assert_eq!(visit(&walks, 1, "2", false, &[]), Step::Followed);
        assert_eq!(visit(&walks, 1, "2", false, &[]), Step::Followed);
        assert_eq!(visit(&walks, 1, "2", false, &[]), Step::Repeated, "a third time");
        assert_eq!(visit(&walks, 1, "3", false, &[]), Step::Finished);
        assert_eq!(walks.unfinished().len(), 1, "the other walk lacks page 3");
        assert_eq!(visit(&walks, 1, "3", false, &[]), Step::Finished);
        assert_eq!(walks.unfinished().len(), 0);
    }

    #[test]
    fn a_page_of_another_list_and_one_that_nothing_led_to_are_told() {
        let walks = Walks::default();
        visit(&walks, 1, "first", true, &["a"]);
        assert_eq!(visit(&walks, 2, "a", false, &["b"]), Step::OfAnotherList);
        assert_eq!(visit(&walks, 3, "z", false, &[]), Step::Astray);
        assert_eq!(visit(&walks, 3, "z", false, &[]), Step::Repeated);
    }

    #[test]
    fn memory_stays_bounded_and_no_unfinished_walk_is_lost() {
        let walks = Walks::default();
        for list in 0..1000 {
            visit(&walks, list, "first", true, &["a"]);
        }
        assert_eq!(walks.0.lock().unwrap().walks.len(), Walks::REMEMBERED);
        assert_eq!(walks.unfinished().iter().map(|one| one.count).sum::<u64>(), 1000);
    }
}
